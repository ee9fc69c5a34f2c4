/* error.h: errors are filled where the fact is known and passed up unchanged. */
#ifndef MIX_ERROR_H
#define MIX_ERROR_H

#include <stdarg.h>

#include "mixture.h"
#include "portable.h"

/* vsnprintf(), but numbers have a point, whatever the host's locale says. */
void mix_error_print(char *text, size_t size, const char *format, va_list arguments) MIX_PRINTF(3, 0);

/* Fill *error (if not NULL) and return MIXTURE_INVALID. A text that is too long is cut. */
mixture_status mix_error_invalid(mixture_error *error, const char *format, ...) MIX_PRINTF(2, 3);
/* Fill *error (if not NULL) with a status that needs no text, and return that status. */
mixture_status mix_error_status(mixture_error *error, mixture_status status);

#endif
