/* library.c: who has entered is counted, under a lock. The pointer is written only while there is nobody, so
** that all others read it without one. */
#include "library.h"

#ifdef SQLITE_CORE

bool mix_library_enter(const sqlite3_api_routines *api, char **error) {
    (void)api;
    (void)error;
    return true;
}

void mix_library_stay(void) {
}

void mix_library_leave(void) {
}

#else

#include <pthread.h>

static pthread_mutex_t library_mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t inside;

bool mix_library_enter(const sqlite3_api_routines *api, char **error) {
    pthread_mutex_lock(&library_mutex);
    if (inside == 0) {
        sqlite3_api = api;
    }
    bool possible = sqlite3_api == api;
    if (possible) {
        inside++;
    } else if (error != NULL) {
        *error =
            api->mprintf("mixture: loaded by a second SQLite library (%s) while connections of the first (%s) "
                         "are open; expected one at a time, or a copy of the file for each",
                         api->libversion(), sqlite3_libversion());
    }
    pthread_mutex_unlock(&library_mutex);
    return possible;
}

void mix_library_stay(void) {
    pthread_mutex_lock(&library_mutex);
    inside++;
    pthread_mutex_unlock(&library_mutex);
}

void mix_library_leave(void) {
    pthread_mutex_lock(&library_mutex);
    inside--;
    pthread_mutex_unlock(&library_mutex);
}

#endif
