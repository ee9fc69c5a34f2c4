/* portable.h: what systems do differently. */
#ifndef MIX_PORTABLE_H
#define MIX_PORTABLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A function whose argument number `format_at` is a format as printf's, and the first that it formats; 0: a
** va_list. On Windows the compiler takes Microsoft's for printf's, but what is linked (_mingw.h) is as in C. */
#if defined(_WIN32) && !defined(__clang__)
#define MIX_PRINTF(format_at, first_at) __attribute__((format(gnu_printf, format_at, first_at)))
#else
#define MIX_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#endif

/* Processors that this process may run on, at least 1. */
size_t mix_portable_processors(void);

/* Hold back all signals from the calling thread, and so from the threads that it starts: the host's handlers stay
** on its own. Undone by the second, on the same thread. Where there are no signals: nothing. */
typedef struct mix_portable_signals mix_portable_signals;
void mix_portable_signals_hold(mix_portable_signals *before);
void mix_portable_signals_restore(const mix_portable_signals *before);

/* Write numbers as in C, whatever the host's locale, on this thread until the second. */
typedef struct mix_portable_locale mix_portable_locale;
void mix_portable_locale_enter(mix_portable_locale *before);
void mix_portable_locale_leave(const mix_portable_locale *before);

#ifdef _WIN32
#include <locale.h>

struct mix_portable_signals {
    char none;
};
struct mix_portable_locale {
    int was_own;    /* of _configthreadlocale */
    char name[100]; /* the locale's; empty: it was "C", or is too long to be set again */
};

/* No global sign is written there. */
static inline double mix_portable_log_gamma(double x) {
    return lgamma(x);
}
static inline long double mix_portable_log_gamma_long(long double x) {
    return lgammal(x);
}

#else
#include <locale.h>
#include <signal.h>

struct mix_portable_signals {
    sigset_t set;
};
struct mix_portable_locale {
    locale_t own, before; /* own: (locale_t)0 where it could not be made */
};

/* ln |Gamma(x)|. Plain lgamma writes the sign to a global. */
static inline double mix_portable_log_gamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}
static inline long double mix_portable_log_gamma_long(long double x) {
    int sign;
    return lgammal_r(x, &sign);
}
#endif

#endif
