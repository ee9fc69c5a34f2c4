/* table.c: eponymous, read-only virtual tables.
**
** Arguments of a table-valued function arrive as equality constraints on hidden columns. Two rules of SQLite's
** matter: `omit` is honored for the first 16 constraints only, and beyond them the comparison is repeated, which
** loses a row with a NULL argument without a word. Such a NULL is therefore an error here, and for the repeated
** comparisons the arguments are given back as the values of the hidden columns. */
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "function.h"
#include "hash.h"
#include "memory.h"
#include "packed_row.h"

enum { OMITTED_CONSTRAINTS = 16 };

typedef struct table_instance {
    sqlite3_vtab base; /* must be first */
    const mix_table *table;
    mix_connection *connection;
} table_instance;

typedef struct table_binding {
    const mix_table *table;
    mix_connection *connection;
} table_binding;

/* Set the table's error message; returns SQLITE_ERROR, SQLITE_NOMEM or SQLITE_INTERRUPT. */
static int fail(table_instance *instance, const mixture_error *error) {
    if (error->status == MIXTURE_NOMEM) {
        return SQLITE_NOMEM;
    }
    if (error->status == MIXTURE_CANCELLED) {
        return SQLITE_INTERRUPT;
    }
    sqlite3_free(instance->base.zErrMsg);
    instance->base.zErrMsg = sqlite3_mprintf("%s: %s", instance->table->name, error->text);
    return instance->base.zErrMsg != NULL ? SQLITE_ERROR : SQLITE_NOMEM;
}

/* Arguments that can be declared, the model among them; and that there must be. */
static int argument_most(const mix_table *table) {
    return table->alone ? 0 : 1 + (table->takes_row ? MIX_TABLE_ROW_ARGUMENTS : table->most);
}

static int argument_least(const mix_table *table) {
    return table->alone ? 0 : 1 + (table->takes_row ? 1 : table->least);
}

static char *schema(const mix_table *table) {
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendf(text, "CREATE TABLE t(%s%s", table->columns, table->alone ? "" : ", _model HIDDEN");
    if (table->takes_row) {
        for (int i = 1; i <= MIX_TABLE_ROW_ARGUMENTS; i++) {
            sqlite3_str_appendf(text, ", _x%d HIDDEN", i);
        }
    }
    /* "n, seed" -> ", _n HIDDEN, _seed HIDDEN" */
    for (const char *name = table->arguments; name != NULL && *name != '\0';) {
        int length = (int)strcspn(name, ",");
        sqlite3_str_appendf(text, ", _%.*s HIDDEN", length, name);
        name += length + (int)strspn(name + length, ", ");
    }
    sqlite3_str_appendall(text, ")");
    return sqlite3_str_finish(text);
}

static int table_connect(sqlite3 *db, void *auxiliary, int argc, const char *const *argv, sqlite3_vtab **result,
                         char **message) {
    (void)argc;
    (void)argv;
    (void)message;
    const table_binding *binding = auxiliary;
    char *declaration = schema(binding->table);
    int rc = declaration != NULL ? sqlite3_declare_vtab(db, declaration) : SQLITE_NOMEM;
    sqlite3_free(declaration);
    if (rc != SQLITE_OK) {
        return rc;
    }
    (void)sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    table_instance *instance = mix_memory_zeros(1, sizeof *instance);
    if (instance == NULL) {
        return SQLITE_NOMEM;
    }
    instance->table = binding->table;
    instance->connection = mix_connection_hold(binding->connection);
    *result = &instance->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base) {
    table_instance *instance = (table_instance *)base;
    mix_connection *connection = instance->connection;
    mix_memory_free(instance);
    mix_connection_release(connection);
    return SQLITE_OK;
}

/* ---- Planning ---------------------------------------------------------------------------------------- */

/* For each argument the constraint that carries it, or -1. False when one is there but not usable in this plan. */
static bool find_arguments(const mix_table *table, const sqlite3_index_info *info, int *constraint) {
    bool unusable[1 + MIX_TABLE_ROW_ARGUMENTS] = {false};
    int count = argument_most(table);
    for (int i = 0; i < count; i++) {
        constraint[i] = -1;
    }
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - table->column_count;
        if (argument < 0 || argument >= count || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (!info->aConstraint[i].usable) {
            unusable[argument] = true;
        } else if (constraint[argument] < 0) {
            constraint[argument] = i;
        }
    }
    for (int i = 0; i < count; i++) {
        if (unusable[i] && constraint[i] < 0) {
            return false;
        }
    }
    return true;
}

/* idxNum: how many arguments, or minus the first one that is missing; idxStr: a letter for each, 'n' where
** SQLite would lose a NULL. */
static int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
    table_instance *instance = (table_instance *)base;
    const mix_table *table = instance->table;
    int constraint[1 + MIX_TABLE_ROW_ARGUMENTS], count = 0;
    if (!find_arguments(table, info, constraint)) {
        return SQLITE_CONSTRAINT; /* try the join in another order */
    }
    for (int i = 0; i < argument_most(table); i++) {
        count = constraint[i] >= 0 ? i + 1 : count;
    }
    int least = argument_least(table);
    for (int i = 0; i < count || i < least; i++) {
        if (constraint[i] < 0) {
            /* An error when it runs, not now: this may be one of several plans, as for an OR. */
            info->idxNum = -(i + 1);
            info->estimatedCost = 1e99;
            return SQLITE_OK;
        }
    }
    info->idxStr = sqlite3_malloc(count + 1);
    if (info->idxStr == NULL) {
        return SQLITE_NOMEM;
    }
    info->needToFreeIdxStr = 1;
    for (int i = 0; i < count; i++) {
        bool tested_again = constraint[i] >= OMITTED_CONSTRAINTS || i >= OMITTED_CONSTRAINTS;
        info->aConstraintUsage[constraint[i]].argvIndex = i + 1;
        info->aConstraintUsage[constraint[i]].omit = 1;
        info->idxStr[i] = tested_again ? 'n' : '.';
    }
    info->idxStr[count] = '\0';
    info->idxNum = count;
    info->estimatedCost = 10;
    info->estimatedRows = 10; /* not known before the model is */
    return SQLITE_OK;
}

/* ---- Running ------------------------------------------------------------------------------------------- */

static int table_open(sqlite3_vtab *base, sqlite3_vtab_cursor **result) {
    table_instance *instance = (table_instance *)base;
    mix_cursor *cursor = mix_memory_zeros(1, sizeof *cursor);
    if (cursor == NULL) {
        return SQLITE_NOMEM;
    }
    cursor->table = instance->table;
    cursor->connection = instance->connection;
    if (cursor->table->state_size > 0) {
        cursor->state = mix_memory_zeros(1, cursor->table->state_size);
        if (cursor->state == NULL) {
            mix_memory_free(cursor);
            return SQLITE_NOMEM;
        }
    }
    *result = &cursor->base;
    return SQLITE_OK;
}

static void drop_arguments(mix_cursor *cursor) {
    for (int i = 0; i < cursor->argument_count; i++) {
        sqlite3_value_free(cursor->arguments[i]);
    }
    mix_memory_free(cursor->arguments);
    cursor->arguments = NULL;
    cursor->argument_count = 0;
}

/* Back to the state after table_open, but for the model, which the next call probably needs again. */
static void reset(mix_cursor *cursor) {
    if (cursor->started && cursor->table->stop != NULL) {
        cursor->table->stop(cursor);
    }
    cursor->started = false;
    if (cursor->state != NULL) {
        memset(cursor->state, 0, cursor->table->state_size);
    }
    drop_arguments(cursor);
    cursor->x = NULL;
    cursor->row = cursor->rows = 0;
    cursor->identified = false;
}

static int table_close(sqlite3_vtab_cursor *base) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    reset(cursor);
    mix_parsed_release(cursor->parsed);
    mix_memory_free(cursor->state);
    mix_memory_free(cursor);
    return SQLITE_OK;
}

static mixture_status keep_arguments(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    cursor->arguments = mix_memory_zeros((size_t)count, sizeof *cursor->arguments);
    if (cursor->arguments == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (int i = 0; i < count; i++) {
        cursor->arguments[i] = sqlite3_value_dup(values[i]);
        cursor->argument_count = i + 1;
        if (cursor->arguments[i] == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
    }
    return MIXTURE_OK;
}

/* A NULL that SQLite would lose is an error. Copies are kept but for rows of numbers, which joins bring by the
** million and which the table has as numbers. */
static mixture_status check_arguments(mix_cursor *cursor, const char *places, sqlite3_value **values, int count,
                                      mixture_error *error) {
    bool numbers =
        cursor->table->takes_row && strchr(places, 'n') == NULL && !mix_packed_row_is(values + 1, count - 1);
    for (int i = 1; i < count; i++) { /* the model may be NULL: it has no rows in any case */
        if (places[i] == 'n' && sqlite3_value_type(values[i]) == SQLITE_NULL) {
            return mix_error_invalid(error,
                                     "argument %d is NULL, which SQLite cannot pass on beyond 16 conditions on a "
                                     "table; expected %s",
                                     i + 1,
                                     cursor->table->takes_row
                                         ? "a packed row: mix_responsibilities(model, mix_row(x1, ..., xd))"
                                         : "fewer conditions, or the argument left out");
        }
    }
    return numbers ? MIXTURE_OK : keep_arguments(cursor, values, count, error);
}

static int table_filter(sqlite3_vtab_cursor *base, int count, const char *places, int argc,
                        sqlite3_value **values) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    table_instance *instance = (table_instance *)base->pVtab;
    mixture_error error; /* not all of it is cleared for each row that joins */
    (void)mix_error_status(&error, MIXTURE_OK);
    (void)argc;
    reset(cursor);
    if (count < 0) {
        (void)mix_error_invalid(&error, "argument %d is missing; expected %s", -count, cursor->table->usage);
        return fail(instance, &error);
    }
    bool alone = cursor->table->alone;
    mixture_status status = alone ? MIXTURE_OK : check_arguments(cursor, places, values, count, &error);
    if (status == MIXTURE_OK && !alone &&
        (cursor->parsed == NULL || !mix_parsed_same(cursor->parsed, values[0]))) {
        mix_parsed_release(cursor->parsed);
        cursor->parsed = NULL;
        status = mix_connection_model(instance->connection, values[0], &cursor->parsed, &error);
    }
    bool mixed = cursor->parsed != NULL && cursor->parsed->model->family->parts != NULL;
    if (status == MIXTURE_OK && mixed && cursor->argument_count == 0) {
        status = keep_arguments(cursor, values, count, &error); /* whose words and order the table has not */
    }
    if (status == MIXTURE_OK && (alone || cursor->parsed != NULL)) {
        cursor->model_blob = !alone && sqlite3_value_type(values[0]) == SQLITE_BLOB;
        cursor->started = true;
        status = cursor->table->start(cursor, values + !alone, count - !alone, &error);
    }
    if (status != MIXTURE_OK) {
        cursor->rows = 0;
        return fail(instance, &error);
    }
    return SQLITE_OK;
}

static int table_next(sqlite3_vtab_cursor *base) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    cursor->row++;
    if (cursor->row < cursor->rows && cursor->table->advance != NULL) {
        cursor->table->advance(cursor);
    }
    return SQLITE_OK;
}

static int table_eof(sqlite3_vtab_cursor *base) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    return cursor->row >= cursor->rows;
}

static int table_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    int argument = column - cursor->table->column_count;
    if (argument < 0) {
        cursor->table->column(cursor, context, column);
    } else if (argument < cursor->argument_count) {
        sqlite3_result_value(context, cursor->arguments[argument]);
    } else if (cursor->x != NULL && argument > 0 && (size_t)argument <= mix_cursor_model(cursor)->d) {
        sqlite3_result_double(context, cursor->x[argument - 1]); /* NaN becomes NULL */
    } else if (argument == 0) {
        if (cursor->model_blob) {
            sqlite3_result_blob64(context, cursor->parsed->text, cursor->parsed->length, SQLITE_TRANSIENT);
        } else {
            sqlite3_result_text64(context, cursor->parsed->text, cursor->parsed->length, SQLITE_TRANSIENT,
                                  SQLITE_UTF8);
        }
    }
    return SQLITE_OK;
}

/* An argument: its type and value, but a whole number is the same as INTEGER and as REAL. */
static uint64_t hash_argument(uint64_t hash, sqlite3_value *value) {
    int type = sqlite3_value_type(value);
    double number = type == SQLITE_FLOAT ? sqlite3_value_double(value) : 0;
    bool whole = type == SQLITE_INTEGER ||
                 (type == SQLITE_FLOAT && fabs(number) < 0x1p63 && number == (double)(sqlite3_int64)number);
    hash = mix_hash_number(hash, whole ? SQLITE_INTEGER : (uint64_t)type);
    if (whole) {
        sqlite3_int64 integer = type == SQLITE_FLOAT ? (sqlite3_int64)number : sqlite3_value_int64(value);
        return mix_hash_number(hash, (uint64_t)integer);
    }
    if (type == SQLITE_FLOAT) {
        return mix_hash_double(hash, number);
    }
    const void *bytes = type == SQLITE_NULL ? NULL : sqlite3_value_blob(value);
    return bytes != NULL ? mix_hash_bytes(hash, bytes, (size_t)sqlite3_value_bytes(value)) : hash;
}

/* What tells this call from others: its arguments. */
static uint64_t identify(const mix_cursor *cursor) {
    uint64_t hash = cursor->table->alone ? MIX_HASH_BEGIN : mix_parsed_hash(cursor->parsed);
    for (int i = 1; i < cursor->argument_count; i++) {
        hash = hash_argument(hash, cursor->arguments[i]);
    }
    for (size_t j = 0; cursor->argument_count == 0 && cursor->x != NULL && j < mix_cursor_model(cursor)->d; j++) {
        hash = isnan(cursor->x[j]) ? mix_hash_number(hash, SQLITE_NULL) : mix_hash_double(hash, cursor->x[j]);
    }
    return hash;
}

/* A row has the same rowid whenever it is asked for, and those of two calls are far apart: where a query ORs
** two, SQLite drops a row whose rowid it has seen. Positive, as long as a call has no more than 2^62 rows. */
static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
    mix_cursor *cursor = (mix_cursor *)(void *)base;
    if (!cursor->identified) {
        cursor->identified = true;
        cursor->identity = identify(cursor) >> 2;
    }
    *rowid = (sqlite3_int64)(cursor->identity + (uint64_t)cursor->row);
    return SQLITE_OK;
}

/* ---- Registration ---------------------------------------------------------------------------------------- */

static const sqlite3_module module = {
    .xConnect = table_connect, /* without xCreate: eponymous only */
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = table_open,
    .xClose = table_close,
    .xFilter = table_filter,
    .xNext = table_next,
    .xEof = table_eof,
    .xColumn = table_column,
    .xRowid = table_rowid,
};

static void release_binding(void *pointer) {
    table_binding *binding = pointer;
    mix_connection *connection = binding->connection;
    mix_memory_free(binding);
    mix_connection_release(connection);
}

int mix_tables_register(sqlite3 *db, mix_connection *connection) {
    static const mix_table *const tables[] = {
        &mix_table_components, &mix_table_parameters, &mix_table_responsibilities, &mix_table_trace,
        &mix_table_sample,     &mix_table_grid,       &mix_table_ellipses,         &mix_table_selection,
        &mix_table_contours,   &mix_table_progress,   &mix_table_explain,          &mix_table_profile,
        &mix_table_intervals,  &mix_table_combine,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        table_binding *binding = mix_memory_array(1, sizeof *binding);
        if (binding == NULL) {
            return SQLITE_NOMEM;
        }
        *binding = (table_binding){tables[i], mix_connection_hold(connection)};
        int rc = sqlite3_create_module_v2(db, tables[i]->name, &module, binding, release_binding);
        if (rc != SQLITE_OK) {
            return rc; /* SQLite has released the binding */
        }
    }
    return SQLITE_OK;
}

sqlite3_int64 mix_cursor_component(const mix_cursor *cursor, size_t c) {
    return c == mix_cursor_model(cursor)->k ? 0 : (sqlite3_int64)c + 1;
}
