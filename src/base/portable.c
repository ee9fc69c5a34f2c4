/* portable.c: processors, signals and locales: POSIX and Linux, Windows, WebAssembly. */
#include "portable.h"

#if defined(_WIN32)
#include <string.h>
#include <windows.h>

size_t mix_portable_processors(void) {
    DWORD_PTR own, all;
    size_t count = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all)) {
        for (; own != 0; own &= own - 1) {
            count++;
        }
    }
    return count > 0 ? count : 1;
}

void mix_portable_signals_hold(mix_portable_signals *before) {
    *before = (mix_portable_signals){0};
}

void mix_portable_signals_restore(const mix_portable_signals *before) {
    (void)before;
}

void mix_portable_locale_enter(mix_portable_locale *before) {
    before->was_own = _configthreadlocale(_ENABLE_PER_THREAD_LOCALE);
    const char *name = setlocale(LC_ALL, NULL);
    bool known = name != NULL && strlen(name) < sizeof before->name;
    strcpy(before->name, known ? name : "");
    if (known) {
        setlocale(LC_ALL, "C");
    }
}

void mix_portable_locale_leave(const mix_portable_locale *before) {
    if (before->name[0] != '\0') {
        setlocale(LC_ALL, before->name);
    }
    _configthreadlocale(before->was_own);
}

#else
#include <pthread.h>
#if defined(__linux__)
#include <sched.h>
#elif !defined(__wasm__)
#include <unistd.h>
#endif

size_t mix_portable_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
#elif defined(__wasm__)
    int count = 1; /* threads there need a page that is served in a way of its own */
#else
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return count > 0 ? (size_t)count : 1;
}

void mix_portable_signals_hold(mix_portable_signals *before) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before->set);
}

void mix_portable_signals_restore(const mix_portable_signals *before) {
    pthread_sigmask(SIG_SETMASK, &before->set, NULL);
}

/* "C" is there without allocation. */
void mix_portable_locale_enter(mix_portable_locale *before) {
    before->own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    before->before = before->own != (locale_t)0 ? uselocale(before->own) : (locale_t)0;
}

void mix_portable_locale_leave(const mix_portable_locale *before) {
    if (before->own != (locale_t)0) {
        uselocale(before->before);
        freelocale(before->own);
    }
}

#endif
