/* sqlite-mixture.h: the extension linked into a program that has SQLite inside (CMake: mixture::static).
**
** Once, before databases are opened:  sqlite3_auto_extension((void (*)(void))sqlite3_mixture_init);
** or for one connection:              sqlite3_mixture_init(db, &message, NULL);
** It makes SQLite's allocator the one of the core (mixture.h), so call it before any other mixture_ function.
*/
#ifndef SQLITE_MIXTURE_H
#define SQLITE_MIXTURE_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Register all functions with db. Returns SQLITE_OK, or an error code with a text in *pzErrMsg, which the
** caller frees by sqlite3_free(). pApi is unused when linked statically: NULL will do. */
int sqlite3_mixture_init(sqlite3 *db, char **pzErrMsg, const struct sqlite3_api_routines *pApi);

#ifdef __cplusplus
}
#endif

#endif
