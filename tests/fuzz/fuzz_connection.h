/* fuzz_connection.h: the connection of the fuzz targets that speak SQL; the extension is linked in. */
#ifndef FUZZ_CONNECTION_H
#define FUZZ_CONNECTION_H

#include <sqlite3.h>

#include "fuzz.h"

/* Always the same one. A statement is interrupted after some ten thousand steps, and memory is limited. */
sqlite3 *fuzz_connection(void);
/* Run to the end, reading every column; a model in a column named answer must be a sound one. The outcome must be
** a success, a refusal with a message, an interrupt or memory that ran out; returns the code. Finalizes the
** statement. */
int fuzz_run(sqlite3_stmt *statement);

#endif
