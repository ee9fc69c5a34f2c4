/* function_row.c: values before they come to a model: mix_row packs them, mix_number cleans them. */
#include <math.h>
#include <string.h>

#include "cells.h"
#include "describe.h"
#include "error.h"
#include "function.h"
#include "little_endian.h"
#include "memory.h"
#include "packed_row.h"

/* ---- mix_row --------------------------------------------------------------------------------------------- */

/* A row with words in it. */
static void pack_words(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mixture_error error;
    size_t size = mix_cells_measure(argv, argc);
    unsigned char *bytes = size > 0 ? mix_memory_array(size, 1) : NULL;
    if (size == 0) {
        (void)mix_error_invalid(&error, "a value is infinite; expected finite numbers, TEXT, BLOBs or NULL");
        mix_function_fail(context, &error);
    } else if (bytes == NULL) {
        sqlite3_result_error_nomem(context);
    } else {
        mix_cells_pack(argv, argc, bytes);
        sqlite3_result_blob64(context, bytes, size, SQLITE_TRANSIENT);
    }
    mix_memory_free(bytes);
}

static void pack_row(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mixture_error error;
    if (!mix_function_check(context, argc)) {
        return;
    }
    if (!mix_packed_row_is(argv, argc) && !mix_cells_plain(argv, argc)) {
        pack_words(context, argc, argv);
        return;
    }
    sqlite3 *db = sqlite3_context_db_handle(context);
    bool blob = argc == 1 && sqlite3_value_type(argv[0]) == SQLITE_BLOB;
    size_t columns = 0;
    mixture_status status = blob ? MIXTURE_OK : mix_arguments_columns(db, argv, argc, 0, &columns);
    size_t d = columns > 0 ? columns : 1;
    double *x = mix_memory_array(d, sizeof(double));
    unsigned char *bytes = mix_memory_array(d, sizeof(double));
    status = mix_error_status(&error, x == NULL || bytes == NULL ? MIXTURE_NOMEM : status);
    if (status == MIXTURE_OK && blob) {
        char said[MIX_SAID_BYTES];
        status = mix_error_invalid(&error, "argument 1 (x1) is %s; expected a number",
                                   mix_describe_value(argv[0], said));
    }
    if (status == MIXTURE_OK) {
        mix_row_arguments row = {.values = argv, .count = argc, .first = 1, .d = d, .db = db};
        status = mix_arguments_row(&row, x, &error);
    }
    if (status == MIXTURE_OK) {
        for (size_t j = 0; j < d; j++) {
            mix_little_endian_put_double(bytes + 8 * j, x[j]); /* NULL is NAN here, always the same bits */
        }
        sqlite3_result_blob64(context, bytes, 8 * d, SQLITE_TRANSIENT);
    } else {
        mix_function_fail(context, &error);
    }
    mix_memory_free(x);
    mix_memory_free(bytes);
}

/* ---- mix_number ------------------------------------------------------------------------------------------ */

static bool is_blank(sqlite3_value *value) {
    const char *text = (const char *)sqlite3_value_text(value);
    return text != NULL && text[strspn(text, " \t\r\n")] == '\0';
}

static void clean_number(sqlite3_context *context, int argc, sqlite3_value **argv) {
    char said[MIX_SAID_BYTES], cure[MIX_CURE_BYTES];
    if (!mix_function_check(context, argc)) {
        return;
    }
    bool number = mix_arguments_is_number(argv[0]);
    bool finite = number && isfinite(sqlite3_value_double(argv[0]));
    if (finite) {
        (void)sqlite3_value_numeric_type(argv[0]); /* TEXT becomes the number */
        sqlite3_result_value(context, argv[0]);
    } else if (sqlite3_value_type(argv[0]) != SQLITE_NULL &&
               !(sqlite3_value_type(argv[0]) == SQLITE_TEXT && is_blank(argv[0]))) {
        mixture_error error;
        (void)mix_error_invalid(&error, "argument 1 is %s; expected a %snumber, or an empty text for NULL%s",
                                mix_describe_value(argv[0], said), number ? "finite " : "",
                                mix_describe_cure(argv[0], "x", cure));
        mix_function_fail(context, &error);
    }
}

/* clang-format off */
const mix_function mix_row_functions[] = {
    {"mix_row", "(x...)", 1, -1, MIX_PURE, pack_row, NULL, NULL},
    {"mix_number", "(text)", 1, 1, MIX_PURE, clean_number, NULL, NULL},
};
/* clang-format on */
const int mix_row_function_count = sizeof mix_row_functions / sizeof *mix_row_functions;
