/* error.c: filling a mixture_error. */
#include "error.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

mixture_status mix_error_invalid(mixture_error *error, const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        /* Numbers have a point, whatever the host's locale says; "C" is there without allocation. */
        locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = (locale_t)0;
        if (c != (locale_t)0) {
            before = uselocale(c);
        }
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        if (c != (locale_t)0) {
            uselocale(before);
            freelocale(c);
        }
        error->status = MIXTURE_INVALID;
    }
    return MIXTURE_INVALID;
}

mixture_status mix_error_status(mixture_error *error, mixture_status status) {
    if (error != NULL) {
        error->status = status;
        error->text[0] = '\0';
    }
    return status;
}
