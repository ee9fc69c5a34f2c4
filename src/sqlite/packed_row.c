/* packed_row.c: reading rows that are one value. */
#include "packed_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "error.h"
#include "hash.h"
#include "interrupt.h"
#include "little_endian.h"
#include "reader.h"

enum { FLOAT_BYTES = 4, DOUBLE_BYTES = 8 };

static bool is_array(sqlite3_value *value) {
    const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
    return text != NULL && text[strspn(text, " \t\r\n")] == '[';
}

bool mix_packed_row_is(sqlite3_value **values, int count) {
    return count == 1 && (sqlite3_value_type(values[0]) == SQLITE_BLOB || is_array(values[0]));
}

/* An array that is read, asking whether to stop. */
typedef struct array_reader {
    mix_interrupt interrupt;
    mix_cancel cancel;
    mix_json_document *document;
} array_reader;

static mixture_status open_array(array_reader *reader, sqlite3 *db, sqlite3_value *value, mixture_error *error) {
    const char *text = (const char *)sqlite3_value_text(value);
    reader->interrupt = mix_interrupt_ready(db);
    reader->cancel = (mix_cancel){mix_interrupt_poll, &reader->interrupt};
    reader->document = NULL;
    return text != NULL ? mix_json_parse_until(text, (size_t)sqlite3_value_bytes(value), &reader->cancel,
                                               &reader->document, error)
                        : mix_error_status(error, MIXTURE_NOMEM);
}

static void close_array(array_reader *reader) {
    mix_json_free(reader->document);
    mix_interrupt_end(&reader->interrupt);
}

static double get_float(const unsigned char *bytes) {
    uint32_t bits = 0;
    float number;
    for (int i = FLOAT_BYTES - 1; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

mixture_status mix_packed_row_columns(sqlite3 *db, sqlite3_value *value, size_t named, size_t *columns) {
    *columns = 0;
    if (sqlite3_value_type(value) == SQLITE_BLOB) {
        const unsigned char *words = sqlite3_value_blob(value);
        size_t bytes = (size_t)sqlite3_value_bytes(value);
        if (words != NULL && mix_cells_marked(words, bytes)) {
            *columns = mix_cells_count(words, bytes);
            return MIXTURE_OK;
        }
        bool floats = bytes % FLOAT_BYTES == 0 && (bytes % DOUBLE_BYTES != 0 || bytes / FLOAT_BYTES == named);
        *columns = floats ? bytes / FLOAT_BYTES : bytes % DOUBLE_BYTES == 0 ? bytes / DOUBLE_BYTES : 0;
        return MIXTURE_OK;
    }
    array_reader reader;
    mixture_status status = open_array(&reader, db, value, NULL);
    if (status == MIXTURE_OK) {
        *columns = mix_json_count(mix_json_root(reader.document));
    }
    close_array(&reader);
    return status == MIXTURE_INVALID ? MIXTURE_OK : status;
}

/* " in row 5", where there are several. */
static const char *say_row(const mix_row_arguments *arguments, char buffer[40]) {
    buffer[0] = '\0';
    if (arguments->row != 0) {
        snprintf(buffer, 40, " in row %llu", (unsigned long long)arguments->row);
    }
    return buffer;
}

/* A mix_row() with TEXT in it, all of which reads as numbers. */
static mixture_status read_words(const mix_row_arguments *arguments, double *x, mixture_error *error) {
    mix_cells cells;
    mix_cell cell;
    char said[MIX_SAID_BYTES], name[60], where[40];
    mixture_status status = mix_cells_open_row(&cells, arguments, error);
    if (status == MIXTURE_OK && cells.count != arguments->d) {
        status =
            mix_error_invalid(error, "argument %d is a mix_row() of %zu value%s%s; expected %zu", arguments->first,
                              cells.count, cells.count == 1 ? "" : "s", say_row(arguments, where), arguments->d);
    }
    for (size_t j = 0; status == MIXTURE_OK && j < arguments->d && mix_cells_next(&cells, &cell); j++) {
        bool missing = cell.type == SQLITE_NULL || (cell.type == SQLITE_TEXT && j + 1 == arguments->word);
        bool number = mix_cell_number(&cell, &x[j]);
        x[j] = number ? x[j] : (double)NAN;
        if (!number && !missing) {
            status = mix_error_invalid(error, "argument %d (mix_row) holds %s at value %zu%s%s; expected a number",
                                       arguments->first, mix_cell_describe(&cell, said), j + 1,
                                       mix_arguments_column(arguments, j, name), say_row(arguments, where));
        }
    }
    mix_cells_close(&cells);
    return status;
}

static mixture_status read_packed_bytes(const mix_row_arguments *arguments, double *x, mixture_error *error) {
    bool sampled = arguments->bytes != NULL;
    const unsigned char *bytes = sampled ? arguments->bytes : sqlite3_value_blob(arguments->values[0]);
    size_t length = sampled ? arguments->length : (size_t)sqlite3_value_bytes(arguments->values[0]);
    size_t d = arguments->d;
    char where[40];
    if (bytes != NULL && mix_cells_marked(bytes, length)) {
        return read_words(arguments, x, error);
    }
    if (length != DOUBLE_BYTES * d && length != FLOAT_BYTES * d) {
        return mix_error_invalid(error,
                                 "argument %d is BLOB of %zu bytes%s; expected mix_row() of %zu value%s, %zu "
                                 "bytes, or as many 32-bit floats",
                                 arguments->first, length, say_row(arguments, where), d, d == 1 ? "" : "s",
                                 DOUBLE_BYTES * d);
    }
    bool row = length == DOUBLE_BYTES * d;
    for (size_t j = 0; j < d; j++) {
        x[j] = row ? mix_little_endian_get_double(bytes + DOUBLE_BYTES * j) : get_float(bytes + FLOAT_BYTES * j);
        if (isinf(x[j])) {
            char name[60];
            return mix_error_invalid(error,
                                     "argument %d (%s) holds Inf at value %zu%s%s; expected a finite number",
                                     arguments->first, row ? "mix_row" : "a vector", j + 1,
                                     mix_arguments_column(arguments, j, name), say_row(arguments, where));
        }
    }
    return MIXTURE_OK;
}

/* The elements of an array of d. */
static mixture_status read_elements(mix_json_value array, size_t d, double *x, mixture_error *error) {
    mix_json_value item;
    if (mix_json_count(array) != d) {
        char expected[60];
        snprintf(expected, sizeof expected, "an array of %zu number%s", d, d == 1 ? "" : "s");
        return mix_json_complain(array, expected, error);
    }
    for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item)) {
        mix_json_type type = mix_json_type_of(item);
        if (type != MIX_JSON_NUMBER && type != MIX_JSON_NULL) {
            return mix_json_complain(item, "a number or null", error);
        }
        *x++ = type == MIX_JSON_NUMBER ? mix_json_number(item) : (double)NAN;
    }
    return MIXTURE_OK;
}

static mixture_status read_array_text(const mix_row_arguments *arguments, double *x, mixture_error *error) {
    array_reader reader;
    mixture_error inner = {MIXTURE_OK, ""};
    char where[40];
    mixture_status status = open_array(&reader, arguments->db, arguments->values[0], &inner);
    if (status == MIXTURE_OK) {
        status = read_elements(mix_json_root(reader.document), arguments->d, x, &inner);
        status = mix_json_stopped(reader.document) ? MIXTURE_CANCELLED : status;
    }
    close_array(&reader);
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument %d (a JSON array)%s: %s",
                                                         arguments->first, say_row(arguments, where), inner.text)
                                     : mix_error_status(error, status);
}

mixture_status mix_packed_row_read(const mix_row_arguments *arguments, double *x, mixture_error *error) {
    return arguments->bytes != NULL || sqlite3_value_type(arguments->values[0]) == SQLITE_BLOB
               ? read_packed_bytes(arguments, x, error)
               : read_array_text(arguments, x, error);
}

static bool is_likely(double number) {
    return number == 0 || (fabs(number) >= 0x1p-20 && fabs(number) <= 0x1p20);
}

bool mix_packed_row_looks_like_floats(sqlite3_value *value, bool *lower, uint64_t *upper) {
    const unsigned char *bytes = sqlite3_value_blob(value);
    size_t length = (size_t)sqlite3_value_bytes(value), filled = 0;
    *upper = MIX_HASH_BEGIN;
    for (size_t at = 0; at + DOUBLE_BYTES <= length; at += DOUBLE_BYTES) {
        double low = get_float(bytes + at), high = get_float(bytes + at + FLOAT_BYTES);
        if (!is_likely(low) || !is_likely(high)) {
            return false;
        }
        filled += low != 0;
        *upper = low != 0 ? mix_hash_double(*upper, high) : *upper;
    }
    *lower = *lower || (filled > 0 && 2 * filled >= length / DOUBLE_BYTES);
    return true;
}
