/* window_rows.c: copies of values. What is the same in two rows that follow each other, a model or options, is one
** copy, which the later row takes over when the earlier one goes. */
#include "window_rows.h"

#include <string.h>

#include "memory.h"

enum { FIRST_ROOM = 64 };

static sqlite3_value **row_at(const mix_window_rows *rows, size_t i) {
    return rows->values + (rows->first + i) % rows->room * rows->argc;
}

static mixture_status grow_ring(mix_window_rows *rows) {
    size_t room = rows->room > 0 ? 2 * rows->room : FIRST_ROOM;
    sqlite3_value **values = mix_memory_array(room, rows->argc * sizeof *values);
    if (values == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < rows->count; i++) {
        memcpy(values + i * rows->argc, row_at(rows, i), rows->argc * sizeof *values);
    }
    mix_memory_free(rows->values);
    rows->values = values;
    rows->room = room;
    rows->first = 0;
    return MIXTURE_OK;
}

/* Whether two values are certainly the same; of reals nobody asks. */
static bool is_same_value(sqlite3_value *a, sqlite3_value *b) {
    int type = sqlite3_value_type(a);
    if (type != sqlite3_value_type(b)) {
        return false;
    }
    if (type == SQLITE_INTEGER) {
        return sqlite3_value_int64(a) == sqlite3_value_int64(b);
    }
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) {
        return type == SQLITE_NULL;
    }
    const void *first = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(a) : sqlite3_value_blob(a);
    const void *second = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(b) : sqlite3_value_blob(b);
    int bytes = sqlite3_value_bytes(a);
    return bytes > 0 && bytes == sqlite3_value_bytes(b) && first != NULL && second != NULL &&
           memcmp(first, second, (size_t)bytes) == 0;
}

mixture_status mix_window_rows_add(mix_window_rows *rows, size_t argc, sqlite3_value **values) {
    rows->argc = argc;
    if (rows->count == rows->room && grow_ring(rows) != MIXTURE_OK) {
        return MIXTURE_NOMEM;
    }
    sqlite3_value **before = rows->count > 0 ? row_at(rows, rows->count - 1) : NULL;
    sqlite3_value **own = row_at(rows, rows->count);
    memset(own, 0, argc * sizeof *own);
    rows->count++;
    for (size_t a = 0; a < argc; a++) {
        own[a] = before != NULL && is_same_value(before[a], values[a]) ? before[a] : sqlite3_value_dup(values[a]);
        if (own[a] == NULL) {
            return MIXTURE_NOMEM;
        }
    }
    return MIXTURE_OK;
}

void mix_window_rows_drop(mix_window_rows *rows) {
    sqlite3_value **own = row_at(rows, 0), **next = rows->count > 1 ? row_at(rows, 1) : NULL;
    for (size_t a = 0; a < rows->argc; a++) {
        if (next == NULL || next[a] != own[a]) {
            sqlite3_value_free(own[a]);
        }
    }
    rows->first = (rows->first + 1) % rows->room;
    rows->count--;
}

sqlite3_value **mix_window_rows_at(const mix_window_rows *rows, size_t i) {
    return row_at(rows, i);
}

void mix_window_rows_clear(mix_window_rows *rows) {
    while (rows->count > 0) {
        mix_window_rows_drop(rows);
    }
    mix_memory_free(rows->values);
    *rows = (mix_window_rows){0};
}
