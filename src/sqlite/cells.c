/* cells.c: single values. The mark of a row with TEXT is a NaN that no row of doubles begins with. */
#include "cells.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "describe.h"
#include "error.h"
#include "interrupt.h"
#include "little_endian.h"
#include "memory.h"
#include "number.h"
#include "number_text.h"
#include "packed_row.h"
#include "reader.h"

static const unsigned char mark[8] = {'M', 'I', 'X', 'R', 'O', 'W', 0xff, 0xff};
enum { CELL_HEAD = 9 }; /* a type, then a number or a length */

static void fill_number(mix_cell *cell, double real) {
    cell->type = SQLITE_FLOAT;
    cell->real = real;
    cell->level = isfinite(real) ? mix_level_of(real) : (mix_level){.kind = MIX_LEVEL_REAL, .real = real};
}

static void fill_integer(mix_cell *cell, int64_t integer) {
    cell->type = SQLITE_INTEGER;
    cell->real = (double)integer;
    cell->level = (mix_level){.kind = MIX_LEVEL_INTEGER, .integer = integer};
}

bool mix_cell_of(sqlite3_value *value, mix_cell *cell) {
    *cell = (mix_cell){.type = sqlite3_value_type(value), .value = value};
    switch (cell->type) {
    case SQLITE_INTEGER:
        fill_integer(cell, sqlite3_value_int64(value));
        return true;
    case SQLITE_FLOAT:
        fill_number(cell, sqlite3_value_double(value));
        return true;
    case SQLITE_TEXT:
        cell->level.kind = MIX_LEVEL_TEXT;
        cell->level.bytes = (const char *)sqlite3_value_text(value);
        cell->level.length = (size_t)sqlite3_value_bytes(value);
        return cell->level.bytes != NULL;
    case SQLITE_BLOB:
        cell->level.kind = MIX_LEVEL_BLOB;
        cell->level.bytes = sqlite3_value_blob(value); /* NULL of an empty one */
        cell->level.length = (size_t)sqlite3_value_bytes(value);
        return true;
    default:
        return true;
    }
}

bool mix_cell_number(mix_cell *cell, double *number) {
    if (cell->type == SQLITE_TEXT && cell->value != NULL) {
        bool is = mix_arguments_is_number(cell->value);
        *number = is ? sqlite3_value_double(cell->value) : 0;
        return is;
    }
    if (cell->type == SQLITE_TEXT) {
        return mix_number_of_text(cell->level.bytes, cell->level.length, number);
    }
    *number = cell->real;
    return cell->type == SQLITE_INTEGER || cell->type == SQLITE_FLOAT;
}

const char *mix_cell_describe(const mix_cell *cell, char *said) {
    char excerpt[MIX_EXCERPT_BYTES], number[MIX_JSON_NUMBER_BYTES];
    if (cell->value != NULL) {
        return mix_describe_value(cell->value, said);
    }
    switch (cell->type) {
    case SQLITE_TEXT:
        snprintf(said, MIX_SAID_BYTES, "TEXT '%s'",
                 mix_describe_text(cell->level.bytes, cell->level.length, excerpt));
        break;
    case SQLITE_BLOB:
        snprintf(said, MIX_SAID_BYTES, "BLOB of %zu bytes", cell->level.length);
        break;
    case SQLITE_NULL:
        snprintf(said, MIX_SAID_BYTES, "NULL");
        break;
    default:
        (void)mix_json_format_double(cell->real, number);
        snprintf(said, MIX_SAID_BYTES, "%s %s", cell->type == SQLITE_INTEGER ? "INTEGER" : "REAL", number);
    }
    return said;
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

bool mix_cells_marked(const unsigned char *bytes, size_t length) {
    return length > sizeof mark && memcmp(bytes, mark, sizeof mark) == 0;
}

/* Bytes of the value at `at`; 0: it is none. */
static size_t packed_size(const unsigned char *bytes, size_t length, size_t at) {
    if (length - at < CELL_HEAD) {
        return 0;
    }
    uint64_t number = mix_little_endian_get(bytes + at + 1);
    switch (bytes[at]) {
    case SQLITE_INTEGER:
    case SQLITE_NULL:
        return CELL_HEAD;
    case SQLITE_FLOAT:
        return isfinite(mix_little_endian_get_double(bytes + at + 1)) ? CELL_HEAD : 0;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        return number <= length - at - CELL_HEAD ? CELL_HEAD + (size_t)number : 0;
    default:
        return 0;
    }
}

size_t mix_cells_count(const unsigned char *bytes, size_t length) {
    if (!mix_cells_marked(bytes, length)) {
        return length % 8 == 0 ? length / 8 : 0;
    }
    size_t count = 0;
    for (size_t at = sizeof mark, size; at < length; at += size, count++) {
        size = packed_size(bytes, length, at);
        if (size == 0) {
            return 0;
        }
    }
    return count;
}

/* One value behind the mark, from a cell. Returns what is behind it. */
static unsigned char *put_cell(const mix_cell *cell, unsigned char *bytes) {
    bytes[0] = (unsigned char)cell->type;
    if (cell->type == SQLITE_FLOAT) {
        mix_little_endian_put_double(bytes + 1, cell->real);
    } else {
        bool number = cell->type == SQLITE_INTEGER;
        mix_little_endian_put(bytes + 1, number ? (uint64_t)cell->level.integer : cell->level.length);
    }
    bytes += CELL_HEAD;
    if (cell->level.length > 0) {
        memcpy(bytes, cell->level.bytes, cell->level.length);
    }
    return bytes + cell->level.length;
}

/* An element of an array; *text: the caller's to free. */
static mixture_status read_element(mix_json_value item, mix_cell *cell, char **text, mixture_error *error) {
    int64_t integer;
    *cell = (mix_cell){.type = SQLITE_NULL};
    *text = NULL;
    switch (mix_json_type_of(item)) {
    case MIX_JSON_NULL:
        return MIXTURE_OK;
    case MIX_JSON_NUMBER:
        if (mix_json_integer(item, &integer)) {
            fill_integer(cell, integer);
        } else {
            fill_number(cell, mix_json_number(item));
        }
        return MIXTURE_OK;
    case MIX_JSON_STRING:
        *text = mix_json_string(item, &cell->level.length);
        cell->type = SQLITE_TEXT;
        cell->level.kind = MIX_LEVEL_TEXT;
        cell->level.bytes = *text;
        return *text != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    default:
        return mix_json_complain(item, "a number, a string or null", error);
    }
}

/* The elements of an array as a row of mix_row(). */
static mixture_status pack_elements(mix_cells *cells, mix_json_value array, size_t most, mixture_error *error) {
    mix_json_value item;
    size_t count = mix_json_count(array);
    unsigned char *next = cells->own = mix_memory_array(sizeof mark + count * CELL_HEAD + most, 1);
    mixture_status status = next != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        memcpy(next, mark, sizeof mark);
        next += sizeof mark;
    }
    for (bool more = mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item)) {
        mix_cell cell;
        char *text;
        status = read_element(item, &cell, &text, error);
        next = status == MIXTURE_OK ? put_cell(&cell, next) : next;
        mix_memory_free(text);
    }
    cells->bytes = cells->own;
    cells->length = status == MIXTURE_OK ? (size_t)(next - cells->own) : 0;
    cells->count = count;
    return status;
}

/* A TEXT that is a JSON array. */
static mixture_status open_elements(mix_cells *cells, sqlite3 *db, sqlite3_value *value, int first,
                                    mixture_error *error) {
    const char *text = (const char *)sqlite3_value_text(value);
    size_t length = text != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    mix_interrupt interrupt = mix_interrupt_ready(db);
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mix_json_document *document = NULL;
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = text != NULL ? mix_json_parse_until(text, length, &cancel, &document, &inner)
                                         : mix_error_status(&inner, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        status = pack_elements(cells, mix_json_root(document), length, &inner);
        status = mix_json_stopped(document) ? MIXTURE_CANCELLED : status;
    }
    mix_json_free(document);
    mix_interrupt_end(&interrupt);
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "argument %d (a JSON array): %s", first, inner.text)
               : mix_error_status(error, status);
}

mixture_status mix_cells_open(mix_cells *cells, sqlite3 *db, sqlite3_value **values, int count, int first,
                              mixture_error *error) {
    *cells = (mix_cells){.count = (size_t)count, .values = values};
    if (!mix_packed_row_is(values, count)) {
        return MIXTURE_OK;
    }
    if (sqlite3_value_type(values[0]) == SQLITE_TEXT) {
        cells->values = NULL;
        return open_elements(cells, db, values[0], first, error);
    }
    const unsigned char *bytes = sqlite3_value_blob(values[0]);
    size_t length = bytes != NULL ? (size_t)sqlite3_value_bytes(values[0]) : 0;
    size_t packed = length > 0 ? mix_cells_count(bytes, length) : 0;
    if (packed > 0) { /* else it is a value like any other */
        *cells = (mix_cells){.count = packed, .bytes = bytes, .length = length};
    }
    return MIXTURE_OK;
}

mixture_status mix_cells_open_row(mix_cells *cells, const mix_row_arguments *row, mixture_error *error) {
    if (row->bytes == NULL) {
        return mix_cells_open(cells, row->db, row->values, row->count, row->first, error);
    }
    *cells =
        (mix_cells){.count = mix_cells_count(row->bytes, row->length), .bytes = row->bytes, .length = row->length};
    return MIXTURE_OK;
}

bool mix_cells_next(mix_cells *cells, mix_cell *cell) {
    if (cells->values != NULL) {
        return mix_cell_of(cells->values[cells->next++], cell);
    }
    *cell = (mix_cell){.type = SQLITE_NULL};
    if (!mix_cells_marked(cells->bytes, cells->length)) {
        double x = mix_little_endian_get_double(cells->bytes + cells->at);
        if (!isnan(x)) {
            fill_number(cell, x);
        }
        cells->at += 8;
        return true;
    }
    cells->at = cells->at == 0 ? sizeof mark : cells->at;
    const unsigned char *from = cells->bytes + cells->at;
    uint64_t number = mix_little_endian_get(from + 1);
    cell->type = from[0];
    if (cell->type == SQLITE_INTEGER) {
        fill_integer(cell, (int64_t)number);
    } else if (cell->type == SQLITE_FLOAT) {
        fill_number(cell, mix_little_endian_get_double(from + 1));
    } else if (cell->type != SQLITE_NULL) {
        cell->level.kind = cell->type == SQLITE_TEXT ? MIX_LEVEL_TEXT : MIX_LEVEL_BLOB;
        cell->level.bytes = (const char *)from + CELL_HEAD;
        cell->level.length = (size_t)number;
    }
    cells->at += packed_size(cells->bytes, cells->length, cells->at);
    return true;
}

void mix_cells_close(mix_cells *cells) {
    mix_memory_free(cells->own);
    *cells = (mix_cells){.count = 0};
}

/* Whether a TEXT is a number, of which nothing is lost when only that is kept: no code like 01234. */
static bool is_plain_number(sqlite3_value *value) {
    double number;
    const char *text = (const char *)sqlite3_value_text(value);
    size_t length = text != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    const char *first = text != NULL ? text + strspn(text, " \t\n\v\f\r+-") : "";
    bool code = first[0] == '0' && first[1] >= '0' && first[1] <= '9';
    return text != NULL && !code && mix_number_of_text(text, length, &number);
}

bool mix_cells_plain(sqlite3_value **values, int count) {
    bool plain = true;
    for (int i = 0; i < count && plain; i++) {
        int type = sqlite3_value_type(values[i]);
        plain = type == SQLITE_TEXT ? is_plain_number(values[i]) : type != SQLITE_BLOB;
    }
    return plain;
}

size_t mix_cells_measure(sqlite3_value **values, int count) {
    size_t sum = sizeof mark;
    for (int i = 0; i < count; i++) {
        mix_cell cell;
        bool read = mix_cell_of(values[i], &cell);
        bool finite = cell.type != SQLITE_FLOAT || isfinite(cell.real);
        if (!read || !finite) {
            return 0;
        }
        sum += CELL_HEAD + cell.level.length;
    }
    return sum;
}

void mix_cells_pack(sqlite3_value **values, int count, unsigned char *bytes) {
    memcpy(bytes, mark, sizeof mark);
    bytes += sizeof mark;
    for (int i = 0; i < count; i++) {
        mix_cell cell;
        (void)mix_cell_of(values[i], &cell);
        bytes = put_cell(&cell, bytes);
    }
}
