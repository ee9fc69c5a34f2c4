/* api.h: SQLite's interface as an extension calls it: through the table of pointers that extension.c receives. */
#ifndef MIX_API_H
#define MIX_API_H

#include <sqlite3ext.h>
#ifndef MIX_EXTENSION_MAIN
SQLITE_EXTENSION_INIT3
#endif

#endif
