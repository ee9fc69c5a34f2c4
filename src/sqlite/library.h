/* library.h: which SQLite library the extension calls. A process may have several, and their calls lead to the one
** table of pointers that api.h has: it is that of the first as long as it has connections open. */
#ifndef MIX_LIBRARY_H
#define MIX_LIBRARY_H

#include <stdbool.h>

#include "api.h"

/* Before anything else of SQLite's is called for a new connection. False when another library is in use; then
** *error, if not NULL, is a text of this library's, NULL when it has no memory, and nothing may be called. True
** is to be followed by mix_library_leave(). */
bool mix_library_enter(const sqlite3_api_routines *api, char **error);

/* Enter once more the library that is in use: for as long as a connection has functions. */
void mix_library_stay(void);

/* The last thing that is done: nothing of SQLite's is called any more. */
void mix_library_leave(void);

#endif
