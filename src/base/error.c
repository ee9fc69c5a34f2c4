/* error.c: filling a mixture_error. */
#include "error.h"

#include <stdio.h>

#include "portable.h"

void mix_error_print(char *text, size_t size, const char *format, va_list arguments) {
    mix_portable_locale before;
    mix_portable_locale_enter(&before);
    vsnprintf(text, size, format, arguments);
    mix_portable_locale_leave(&before);
}

mixture_status mix_error_invalid(mixture_error *error, const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        mix_error_print(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
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
