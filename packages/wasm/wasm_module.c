/* wasm_module.c: SQLite and the extension in one WebAssembly module: what api.js needs besides SQLite's own
** interface. */
#include <emscripten.h>
#include <sqlite3.h>
#include <stddef.h>

#include "sqlite-mixture.h"

/* clang-format off */
EM_JS(void, wasm_say, (int code, const char *text), {
    if (Module.onLog) {
        Module.onLog(code, UTF8ToString(text));
    }
})
EM_JS(int, wasm_should_stop, (void), {
    return Module.shouldStop && Module.shouldStop() ? 1 : 0;
})
/* clang-format on */

static void log_line(void *unused, int code, const char *text) {
    (void)unused;
    wasm_say(code, text);
}

static int ask_host(void *unused) {
    (void)unused;
    return wasm_should_stop();
}

/* Once, before a database is opened. */
EMSCRIPTEN_KEEPALIVE int wasm_start(void) {
    sqlite3_config(SQLITE_CONFIG_LOG, log_line, NULL);
    int rc = sqlite3_initialize();
    return rc != SQLITE_OK ? rc : sqlite3_auto_extension((void (*)(void))sqlite3_mixture_init);
}

/* An empty database in memory, or, of `size` bytes that sqlite3_malloc() gave, a copy of a file; it takes the
** bytes. NULL: out of memory. */
EMSCRIPTEN_KEEPALIVE sqlite3 *wasm_open(unsigned char *bytes, int size) {
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        sqlite3_free(bytes);
        return db;
    }
    sqlite3_progress_handler(db, 20000, ask_host, NULL);
    if (bytes != NULL) {
        sqlite3_deserialize(db, "main", bytes, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    }
    return db;
}

/* The database as a file's bytes, of sqlite3_malloc(), so many in *size. NULL: out of memory, or an empty one. */
EMSCRIPTEN_KEEPALIVE unsigned char *wasm_serialize(sqlite3 *db, int *size) {
    sqlite3_int64 bytes = 0;
    unsigned char *copy = sqlite3_serialize(db, "main", &bytes, 0);
    *size = (int)bytes;
    return copy;
}

/* Copies, so that JavaScript need not know SQLITE_TRANSIENT. */
EMSCRIPTEN_KEEPALIVE int wasm_bind_text(sqlite3_stmt *statement, int at, const char *text, int bytes) {
    return sqlite3_bind_text(statement, at, text, bytes, SQLITE_TRANSIENT);
}
EMSCRIPTEN_KEEPALIVE int wasm_bind_blob(sqlite3_stmt *statement, int at, const void *blob, int bytes) {
    return bytes == 0 ? sqlite3_bind_zeroblob(statement, at, 0)
                      : sqlite3_bind_blob(statement, at, blob, bytes, SQLITE_TRANSIENT);
}
