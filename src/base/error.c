/* error.c: filling a mixture_error. */
#include "error.h"

#include <locale.h>
#include <stdio.h>

void mix_error_print(char *text, size_t size, const char *format, va_list arguments) {
    /* "C" is there without allocation. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = (locale_t)0;
    if (c != (locale_t)0) {
        before = uselocale(c);
    }
    vsnprintf(text, size, format, arguments);
    if (c != (locale_t)0) {
        uselocale(before);
        freelocale(c);
    }
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
