/* function_fit.c: the fit and the selection of every family, gmm_fit and gmm_select among them: rows into data,
** data into a model. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate.h"
#include "block.h"
#include "describe.h"
#include "error.h"
#include "family.h"
#include "fit_families.h"
#include "fit_labels.h"
#include "fit_packed.h"
#include "fit_replicates.h"
#include "fit_window.h"
#include "json_argument.h"
#include "jsonb.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "model_json.h"
#include "number.h"
#include "options.h"
#include "options_json.h"
#include "packed_row.h"
#include "row_sample.h"

/* What tells the functions apart. */
typedef struct fit_kind {
    const mixture_family *family;
    bool select;
} fit_kind;

/* Name of the argument behind the row, and its bound. */
static const char *k_name(fit_kind kind) {
    return kind.select ? "kmax" : "k";
}

static sqlite3_int64 k_most(fit_kind kind) {
    return kind.select ? MIX_MAX_SELECT_K : INT64_MAX;
}

enum { FIRST_VALUES = 3 };

typedef struct fit_state {
    mix_group group;  /* first */
    uint64_t skipped; /* rows of which nothing is observed, or for a NULL */
    sqlite3_int64 k;
    bool optioned; /* there is an argument for options, be it NULL */
    mix_fit_options options;
    mixture_data *data;
    char **arguments; /* names of the row's arguments, options.arguments */
    char **names;     /* of the data's columns, options.d */
    mix_fit_labels labels;
    mix_fit_packed packed;
    mix_fit_families families;  /* of the columns of a mixed fit */
    double first[FIRST_VALUES]; /* of the first row that was taken */
    double *x;                  /* the row at hand: all arguments before k */
} fit_state;

static const mix_aggregate fit_aggregate, select_aggregate, refit_aggregate, bootstrap_aggregate, test_aggregate;

static fit_kind kind_of(const fit_state *state) {
    const mix_function *function = state->group.function;
    return (fit_kind){function->detail, function->aggregate == &select_aggregate};
}

static mix_options_purpose purpose_of(const fit_state *state) {
    const mix_aggregate *aggregate = state->group.function->aggregate;
    return aggregate == &bootstrap_aggregate ? MIX_FOR_BOOTSTRAP
           : aggregate == &test_aggregate    ? MIX_FOR_TEST
                                             : MIX_FOR_FIT;
}

/* The model that is fitted again; NULL: another function. */
static const mixture_model *refitted(const fit_state *state) {
    return state->group.parsed != NULL ? state->group.parsed->model : NULL;
}

static const mixture_family *family_of(const fit_state *state) {
    const mixture_model *model = refitted(state);
    return model != NULL ? model->family : state->group.function->detail;
}

/* Whether the columns may be of several families. */
static bool is_mixed_fit(const fit_state *state) {
    const mixture_family *family = family_of(state);
    return family == &mix_mixed || family->parts != NULL;
}

/* Arguments in front of the row: the model of a refit. */
static int row_place(const fit_state *state) {
    return refitted(state) != NULL ? 1 : 0;
}

static void free_names(char **names, size_t count) {
    for (size_t j = 0; names != NULL && j < count; j++) {
        mix_memory_free(names[j]);
    }
    mix_memory_free(names);
}

static void fit_clear(void *pointer) {
    fit_state *state = pointer;
    free_names(state->names, state->options.d);
    free_names(state->arguments, state->options.arguments);
    mix_options_json_clear(&state->options);
    mixture_data_free(state->data);
    mix_fit_labels_clear(&state->labels);
    mix_fit_families_clear(&state->families);
    mix_memory_free(state->x);
}

/* The last argument when it is TEXT and no number, JSON in a BLOB, or NULL where that may be no options: k
** stands before them, and the row before k. Behind a row that belongs to a model it is NULL where there are
** more values than columns. A single argument is not options but the row, or k. */
static sqlite3_value *fit_options_argument(const fit_state *state) {
    const mix_group *group = &state->group;
    const mixture_model *model = refitted(state);
    sqlite3_value **last = group->argv + group->argc - 1;
    int type = sqlite3_value_type(*last);
    if (type == SQLITE_NULL) {
        bool packed = group->argc == 3 && mix_packed_row_is(last - 1, 1);
        bool behind = model != NULL ? packed || (size_t)group->argc - 1 > model->d
                                    : group->argc > 2 && sqlite3_value_type(last[-1]) == SQLITE_INTEGER;
        return behind ? *last : NULL;
    }
    bool text =
        type == SQLITE_TEXT && !mix_arguments_is_number(*last) && !mix_packed_row_is(last, group->argc - 1);
    bool blob = group->argc > 2 && mix_json_argument_is_blob(*last);
    return text || blob ? *last : NULL;
}

/* Whether a text begins like a JSON object. */
static bool looks_like_object(const char *text) {
    return text != NULL && text[strspn(text, " \t\r\n")] == '{';
}

static mixture_status fit_read_options(fit_state *state, size_t arguments, sqlite3_value *value,
                                       mixture_error *error) {
    fit_kind kind = kind_of(state);
    mix_group *group = &state->group;
    mixture_error inner = {MIXTURE_OK, ""};
    const mix_options_target target = {.family = family_of(state),
                                       .select = kind.select,
                                       .k = (size_t)state->k,
                                       .arguments = arguments,
                                       .model = refitted(state),
                                       .cancel = &group->cancel,
                                       .purpose = purpose_of(state)};
    const char *bytes;
    size_t length;
    mixture_status status = mix_json_argument_options(value, group->argc, &bytes, &length, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = mix_aggregate_keep_options(group, value);
    if (status == MIXTURE_OK) {
        mix_jsonb_text json;
        status = mix_jsonb_open(group->options, group->options_length, &group->cancel, &json, &inner);
        if (status == MIXTURE_OK) {
            status = mix_options_json_read(json.text, json.length, &target, &state->options, &inner);
            mix_jsonb_close(&json);
        }
    }
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "argument %d (options): %s", group->argc, inner.text)
               : status;
}

/* The name of argument j of the row: as the options have it, the model's, or x1, x2, … */
static const char *find_name(const fit_state *state, size_t j, char buffer[32]) {
    const mix_fit_options *options = &state->options;
    const mixture_model *model = refitted(state);
    if (options->columns != NULL) {
        return options->columns[j];
    }
    if (model != NULL && model->columns != NULL && j + 1 != options->weight && j + 1 != options->label) {
        bool after_weight = options->weight > 0 && j + 1 > options->weight;
        bool after_label = options->label > 0 && j + 1 > options->label;
        return model->columns[mix_family_place(model->family, j - after_weight - after_label)];
    }
    snprintf(buffer, 32, "x%zu", j + 1);
    return buffer;
}

/* Names of all arguments of the row, and of the data's columns: what is left without weight and label. */
static bool take_names(fit_state *state) {
    const mix_fit_options *options = &state->options;
    size_t kept = 0;
    state->arguments = mix_memory_zeros(options->arguments, sizeof *state->arguments);
    state->names = mix_memory_zeros(options->d, sizeof *state->names);
    for (size_t j = 0; state->arguments != NULL && state->names != NULL && j < options->arguments; j++) {
        char name[32];
        state->arguments[j] = mix_memory_string(find_name(state, j, name));
        if (state->arguments[j] == NULL) {
            return false;
        }
        if (j + 1 != options->weight && j + 1 != options->label) {
            state->names[kept] = mix_memory_string(state->arguments[j]);
            if (state->names[kept++] == NULL) {
                return false;
            }
        }
    }
    return state->arguments != NULL && state->names != NULL;
}

/* k, which follows the columns: another value than an integer is likely one of them. */
static mixture_status read_k_value(fit_kind kind, sqlite3_value *value, int place, sqlite3_int64 *k,
                                   mixture_error *error) {
    mixture_error inner;
    mixture_status status = mix_arguments_integer(value, place, k_name(kind), 1, k_most(kind), k, &inner);
    return status == MIXTURE_OK
               ? status
               : mix_error_invalid(error, "%s%s", inner.text,
                                   sqlite3_value_type(value) != SQLITE_INTEGER ? " behind the columns" : "");
}

/* k and the options, of which the last argument may be either. */
static mixture_status read_k_and_options(fit_state *state, size_t arguments, sqlite3_value *k,
                                         sqlite3_value *options, mixture_error *error) {
    fit_kind kind = kind_of(state);
    int argc = state->group.argc;
    bool none = options == NULL || sqlite3_value_type(options) == SQLITE_NULL;
    if (!none && sqlite3_value_type(options) == SQLITE_TEXT &&
        !looks_like_object((const char *)sqlite3_value_text(options))) {
        char said[MIX_SAID_BYTES]; /* as likely k in words as options */
        return mix_error_invalid(error,
                                 "argument %d is %s; expected %s, an integer >= 1, or options, a JSON object",
                                 argc, mix_describe_value(options, said), k_name(kind));
    }
    int place = options != NULL ? argc - 1 : argc;
    mixture_status status = read_k_value(kind, k, place, &state->k, error);
#if SIZE_MAX < INT64_MAX /* a size of 32 bits: k is not cut to it */
    if (status == MIXTURE_OK && (uint64_t)state->k > SIZE_MAX / 2) {
        status = mix_error_invalid(error, "argument %d (%s) is %lld; expected at most %zu", place, k_name(kind),
                                   (long long)state->k, SIZE_MAX / 2);
    }
#endif
    return status == MIXTURE_OK ? fit_read_options(state, arguments, options, error) : status;
}

static mixture_status begin_data(fit_state *state, size_t arguments) {
    unsigned extras =
        (state->options.weight ? MIXTURE_WEIGHTED : 0) | (state->options.label ? MIXTURE_LABELLED : 0);
    state->data = mixture_data_new(state->options.d, extras);
    state->x = mix_memory_array(arguments, sizeof(double));
    if (state->data == NULL || state->x == NULL || !take_names(state)) {
        return MIXTURE_NOMEM;
    }
    const mixture_model *model = refitted(state);
    if (is_mixed_fit(state) && mix_fit_families_begin(&state->families, &state->options, model) != MIXTURE_OK) {
        return MIXTURE_NOMEM;
    }
    char **components = model != NULL ? model->names : state->options.start.names;
    return mix_fit_labels_begin(&state->labels, state->options.options.k, model != NULL || components != NULL,
                                (const char *const *)components);
}

/* The first row says how many columns there are, k and the options. */
static mixture_status fit_start(void *pointer, mixture_error *error) {
    fit_state *state = pointer;
    const mix_group *group = &state->group;
    const char *k = k_name(kind_of(state));
    sqlite3_value **argv = group->argv, *options = fit_options_argument(state);
    int count = group->argc - (options != NULL ? 2 : 1);
    state->optioned = options != NULL;
    char said[MIX_SAID_BYTES];
    if (count < 1) {
        return mix_error_invalid(error,
                                 "argument %d is %s and argument 1 would be %s; expected x1, ..., xd, %s [, "
                                 "options]",
                                 group->argc, mix_describe_value(options, said), k, k);
    }
    size_t arguments;
    mixture_status status =
        mix_fit_packed_begin(&state->packed, group, NULL, argv, count, options, &arguments, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (arguments == 0 && is_mixed_fit(state)) { /* a BLOB like any other value */
        arguments = 1;
        state->packed = (mix_fit_packed){.packed = false};
    }
    if (arguments == 0) {
        return mix_error_invalid(error, "argument 1 is %s; expected a number or mix_row()",
                                 mix_describe_value(argv[0], said));
    }
    status = read_k_and_options(state, arguments, argv[count], options, error);
    return status == MIXTURE_OK ? begin_data(state, arguments) : status;
}

/* The same for a model that is fitted again. */
static mixture_status refit_start(void *pointer, mixture_error *error) {
    fit_state *state = pointer;
    const mix_group *group = &state->group;
    const mixture_model *model = refitted(state);
    sqlite3_value **values = group->argv + 1, *options = fit_options_argument(state);
    int count = group->argc - (options != NULL ? 2 : 1);
    state->optioned = options != NULL;
    char said[MIX_SAID_BYTES];
    size_t arguments = 0;
    mixture_status status =
        count > 0 ? mix_fit_packed_begin(&state->packed, group, model, values, count, options, &arguments, error)
                  : MIXTURE_OK;
    if (status != MIXTURE_OK) {
        return status;
    }
    state->k = (sqlite3_int64)model->k;
    if (arguments == 0) {
        return mix_error_invalid(error, "argument 2 is %s; expected a number or mix_row()",
                                 mix_describe_value(values[0], said));
    }
    status = fit_read_options(state, arguments, options, error);
    if (status == MIXTURE_OK && state->options.d != model->d) {
        return mix_error_invalid(error, "%zu column%s of data given; expected %zu, the model's", state->options.d,
                                 state->options.d == 1 ? "" : "s", model->d);
    }
    return status == MIXTURE_OK ? begin_data(state, arguments) : status;
}

static mixture_status refit_same(void *pointer, mixture_error *error) {
    const fit_state *state = pointer;
    const mix_group *group = &state->group;
    return mix_aggregate_same_options(group, fit_options_argument(state), group->argc,
                                      group->argv[group->argc - 1], error);
}

static mixture_status same_k(const fit_state *state, sqlite3_value *k, int place, mixture_error *error) {
    if (sqlite3_value_type(k) == SQLITE_INTEGER && sqlite3_value_int64(k) == state->k) {
        return MIXTURE_OK;
    }
    fit_kind kind = kind_of(state);
    sqlite3_int64 again;
    mixture_status status = read_k_value(kind, k, place, &again, error);
    if (status != MIXTURE_OK || again == state->k) {
        return status;
    }
    return mix_error_invalid(
        error,
        "argument %d (%s) changes from %lld to %lld in row %llu; expected the same in all rows, behind the columns",
        place, k_name(kind), (long long)state->k, (long long)again, (unsigned long long)state->group.row);
}

/* k and options must be those of the first row. */
static mixture_status fit_same(void *pointer, mixture_error *error) {
    const fit_state *state = pointer;
    const mix_group *group = &state->group;
    sqlite3_value *last = group->argv[group->argc - 1], *options = fit_options_argument(state);
    if ((options != NULL) == state->optioned) {
        int place = options != NULL ? group->argc - 1 : group->argc;
        mixture_status status = same_k(state, group->argv[place - 1], place, error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    return mix_aggregate_same_options(group, options, group->argc, last, error);
}

static mixture_status wrong_number(const fit_state *state, size_t j, const char *expected, mixture_error *error) {
    char number[MIX_JSON_NUMBER_BYTES] = "NULL";
    if (!isnan(state->x[j])) {
        (void)mix_json_format_double(state->x[j], number);
    }
    return mix_error_invalid(error, "%s %zu (%.30s) is %s in row %llu; expected %s",
                             state->packed.packed ? "value" : "argument",
                             j + 1 + (state->packed.packed ? 0 : (size_t)row_place(state)), state->arguments[j],
                             number, (unsigned long long)state->group.row, expected);
}

/* Take weight and label out of the row at hand, which keeps the data's values only. */
static mixture_status take_extras(fit_state *state, double *weight, int *label, mixture_error *error) {
    const mix_fit_options *options = &state->options;
    double *x = state->x;
    *weight = 1;
    *label = 0;
    if (options->d == options->arguments) {
        return MIXTURE_OK;
    }
    if (options->weight != 0) {
        *weight = x[options->weight - 1];
        if (*weight < 0) {
            return wrong_number(state, options->weight - 1, "a weight >= 0", error);
        }
    }
    if (options->label != 0 && !isnan(x[options->label - 1])) {
        double known = x[options->label - 1];
        long long most = options->options.k < INT_MAX ? (long long)options->options.k : INT_MAX;
        if (!(known >= 1 && known <= (double)most && known == floor(known))) {
            char expected[80];
            snprintf(expected, sizeof expected, "a component from 1 to %lld, or NULL for unknown", most);
            return wrong_number(state, options->label - 1, expected, error);
        }
        if (state->labels.kind == MIX_LABELS_NAMES) {
            return wrong_number(state, options->label - 1, "a name, as in the rows before, or NULL for unknown",
                                error);
        }
        state->labels.kind = MIX_LABELS_NUMBERS;
        *label = (int)known;
    }
    size_t kept = 0;
    for (size_t j = 0; j < options->arguments; j++) {
        if (j + 1 != options->weight && j + 1 != options->label) {
            x[kept++] = x[j];
        }
    }
    return MIXTURE_OK;
}

/* The family must accept the data's values. */
static mixture_status check_values(const fit_state *state, const mixture_family *family, mixture_error *error) {
    const mix_shape shape = {.family = family, .k = 1, .d = state->options.d};
    for (size_t j = 0, column = 0; j < state->options.arguments; j++) {
        bool data = j + 1 != state->options.weight && j + 1 != state->options.label;
        const char *expected = data ? mix_family_refusal(&shape, column++, state->x[j]) : NULL;
        if (expected != NULL) {
            return wrong_number(state, j, expected, error);
        }
    }
    return MIXTURE_OK;
}

/* The label of the row at hand where it is a TEXT that is no number, else as it was. */
static mixture_status take_label_name(fit_state *state, int *label, mixture_error *error) {
    size_t j = state->options.label - 1;
    sqlite3_value *value = state->packed.packed ? NULL : state->group.argv[row_place(state) + (int)j];
    if (value == NULL || sqlite3_value_type(value) != SQLITE_TEXT || mix_arguments_is_number(value)) {
        return MIXTURE_OK;
    }
    const mix_label_place place = {j + 1 + (size_t)row_place(state), state->arguments[j], state->group.row};
    return mix_fit_labels_name(&state->labels, value, &place, label, error);
}

/* Take one row: the arguments, or one of a sample. */
static mixture_status take_fit_row(fit_state *state, const mix_row_arguments *row, mixture_error *error) {
    const mix_fit_options *options = &state->options;
    double weight;
    int label;
    mixture_status status = is_mixed_fit(state)
                                ? mix_fit_families_row(&state->families, options, row, state->packed.packed,
                                                       state->data, state->x, error)
                                : mix_arguments_row(row, state->x, error);
    if (status == MIXTURE_OK && !is_mixed_fit(state)) {
        status = check_values(state, family_of(state), error);
    }
    if (status == MIXTURE_OK) {
        status = take_extras(state, &weight, &label, error);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    bool taken = options->options.skip_nulls ? mix_block_complete(state->x, options->d)
                                             : mix_family_takes(family_of(state), state->x, options->d);
    if (!taken || isnan(weight)) {
        state->skipped++;
        return MIXTURE_OK;
    }
    if (options->label != 0 && weight > 0) {
        status = take_label_name(state, &label, error);
    }
    if (mixture_data_rows(state->data) == 0) {
        memcpy(state->first, state->x, (options->d < FIRST_VALUES ? options->d : FIRST_VALUES) * sizeof(double));
    }
    return status == MIXTURE_OK ? mixture_data_append(state->data, state->x, weight, label) : status;
}

/* All rows of a sample. */
static mixture_status take_sample(fit_state *state, mix_row_arguments *row, mixture_error *error) {
    enum { ROWS_TURN = 256 };
    mix_row_sample_reader sample;
    const mix_cancel *cancel = &state->group.cancel;
    mixture_status status = mix_row_sample_open(&sample, row->values[0], row->first, cancel, error);
    if (status == MIXTURE_OK && sample.d != state->options.arguments) {
        status = mix_error_invalid(
            error, "argument %d is a sample of rows of %llu values in row %llu; expected %zu", row->first,
            (unsigned long long)sample.d, (unsigned long long)row->row, state->options.arguments);
    }
    while (status == MIXTURE_OK && mix_row_sample_next(&sample)) {
        row->bytes = sample.row;
        row->length = sample.length;
        status = take_fit_row(state, row, error);
        if (status == MIXTURE_OK && sample.left % ROWS_TURN == 0 && mix_cancelled(cancel)) {
            status = mix_error_status(error, MIXTURE_CANCELLED);
        }
    }
    return status;
}

static mixture_status fit_row(void *pointer, mixture_error *error) {
    fit_state *state = pointer;
    const mix_group *group = &state->group;
    int place = row_place(state);
    mix_row_arguments row = {.values = group->argv + place,
                             .count = group->argc - (state->optioned ? 2 : 1),
                             .first = 1 + place,
                             .d = state->options.arguments,
                             .columns = (const char *const *)state->arguments,
                             .row = group->row,
                             .db = group->interrupt.db,
                             .word = state->options.label};
    if (state->packed.packed && mix_row_sample_is(row.values[0])) {
        return take_sample(state, &row, error);
    }
    mix_fit_packed_watch(&state->packed, group->argv[place]);
    return take_fit_row(state, &row, error);
}

/* Which group has too few rows the first that was taken tells, in the error. */
static void name_first_row(const fit_state *state, mixture_error *error) {
    static const char expected[] = "; expected at least k distinct rows";
    char rest[sizeof error->text], first[120] = "";
    size_t shown = state->options.d < FIRST_VALUES ? state->options.d : FIRST_VALUES;
    char *at = strstr(error->text, expected);
    if (at == NULL || is_mixed_fit(state)) { /* where levels are but numbers */
        return;
    }
    for (size_t j = 0; j < shown; j++) {
        char number[MIX_JSON_NUMBER_BYTES] = "NULL";
        if (!isnan(state->first[j])) {
            (void)mix_json_format_double(state->first[j], number);
        }
        size_t used = strlen(first);
        snprintf(first + used, sizeof first - used, "%s%s", j > 0 ? ", " : "", number);
    }
    strcpy(rest, at);
    snprintf(at, sizeof error->text - (size_t)(at - error->text), ", the first (%s%s)%s", first,
             shown < state->options.d ? ", ..." : "", rest);
}

static mixture_status fit_deliver(sqlite3_context *context, fit_state *state, mixture_model *model) {
    mixture_status status = mix_fit_packed_warn(&state->packed, state->options.arguments, model);
    model->skipped = (size_t)state->skipped;
    model->columns = state->names; /* moved */
    state->names = NULL;
    model->own_parts = state->families.parts; /* moved, too */
    state->families.parts = NULL;
    for (size_t i = 0; i < model->warning_count; i++) {
        sqlite3_log(SQLITE_WARNING, "%s: %s", state->group.function->name, model->warnings[i]);
    }
    if (status == MIXTURE_OK) {
        status = mix_fit_labels_give(&state->labels, model);
    }
    if (status == MIXTURE_OK) {
        mix_json_writer writer = {.turns = {.cancel = &state->group.cancel}};
        mix_model_json_write(model, &writer);
        status = mix_aggregate_json(&state->group, context, &writer);
    }
    return status;
}

/* Parameters to start from, when it is known of which family the columns are. */
static mixture_status read_start_later(fit_state *state, const mixture_family *family, mixture_error *error) {
    const mix_group *group = &state->group;
    const mix_options_target target = {.family = family,
                                       .k = (size_t)state->k,
                                       .arguments = state->options.arguments,
                                       .cancel = &group->cancel,
                                       .purpose = purpose_of(state)};
    mixture_error inner = {MIXTURE_OK, ""};
    mix_jsonb_text json;
    mixture_status status = mix_jsonb_open(group->options, group->options_length, &group->cancel, &json, &inner);
    if (status == MIXTURE_OK) {
        status = mix_options_json_start(json.text, json.length, &target, &state->options, &inner);
        mix_jsonb_close(&json);
    }
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "argument %d (options): %s", group->argc, inner.text)
               : mix_error_status(error, status);
}

/* After the last row: what the data are, in their final order, and of which family. */
static mixture_status settle_rows(fit_state *state, const mixture_family **family, mixture_error *error) {
    mixture_options *options = &state->options.options;
    *family = family_of(state);
    options->cancel = state->group.cancel.function;
    options->host = state->group.cancel.host;
    options->watch = &state->group.running.watch;
    options->columns = (const char *const *)state->names;
    mixture_status status = mix_fit_labels_sort(&state->labels, state->data, &state->group.cancel);
    if (status == MIXTURE_OK && is_mixed_fit(state)) {
        status = mix_fit_families_settle(&state->families, &state->options, refitted(state), state->data,
                                         state->names, &state->group.cancel, family, error);
    }
    if (status == MIXTURE_OK && state->options.start_later) {
        status = read_start_later(state, *family, error);
    }
    return status;
}

static mixture_status fit_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    fit_state *state = pointer;
    fit_kind kind = kind_of(state);
    const mixture_options *options = &state->options.options;
    const mixture_family *family;
    mixture_model *model = NULL;
    if (mixture_data_rows(state->data) == 0) {
        return MIXTURE_OK; /* NULL */
    }
    mixture_status status = settle_rows(state, &family, error);
    if (status == MIXTURE_OK) {
        status = kind.select ? mixture_select(family, state->data, options, &state->options.choices, &model, error)
                             : mix_fit_window(&state->group.window, family, state->data, options, &model, error);
    }
    if (status == MIXTURE_INVALID) {
        name_first_row(state, error);
    }
    if (status == MIXTURE_OK && model != NULL) { /* else NULL, as few_rows says */
        status = fit_deliver(context, state, model);
        mix_fit_window_keep(&state->group.window, &model);
    }
    mixture_model_free(model);
    return status;
}

/* What is made of many fits, if there are rows. */
static mixture_status replicates_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    fit_state *state = pointer;
    mix_fit_rows rows = {&state->group, NULL, state->data, &state->options, (size_t)state->skipped};
    if (mixture_data_rows(state->data) == 0) {
        return MIXTURE_OK; /* NULL */
    }
    mixture_status status = settle_rows(state, &rows.family, error);
    if (status == MIXTURE_OK) {
        status = purpose_of(state) == MIX_FOR_TEST ? mix_fit_test(&rows, context, error)
                                                   : mix_fit_bootstrap(&rows, context, error);
    }
    if (status == MIXTURE_INVALID) {
        name_first_row(state, error);
    }
    return status;
}

/* clang-format off */
#define FIT_MEMBERS .size = sizeof(fit_state), .slow = true, .start = fit_start, .same = fit_same, \
    .row = fit_row, .value = fit_value, .clear = fit_clear
/* clang-format on */
static const mix_aggregate fit_aggregate = {FIT_MEMBERS}, select_aggregate = {FIT_MEMBERS};
static const mix_aggregate refit_aggregate = {
    .size = sizeof(fit_state),
    .model = true,
    .slow = true,
    .start = refit_start,
    .same = refit_same,
    .row = fit_row,
    .value = fit_value,
    .clear = fit_clear,
};
static const mix_aggregate bootstrap_aggregate = {
    .size = sizeof(fit_state),
    .model = true,
    .slow = true,
    .start = refit_start,
    .same = refit_same,
    .row = fit_row,
    .value = replicates_value,
    .clear = fit_clear,
};
static const mix_aggregate test_aggregate = {
    .size = sizeof(fit_state),
    .slow = true,
    .start = fit_start,
    .same = fit_same,
    .row = fit_row,
    .value = replicates_value,
    .clear = fit_clear,
};

/* The two functions of a family, those that it has. */
static int register_family(sqlite3 *db, mix_connection *connection, const mixture_family *family, bool counts) {
    static const char *const usage[2][2] = {
        {"(x1, ..., xd, k [, options])", "(x1, ..., xd, kmax [, options])"},
        {"(n1, ..., nd, k [, options])", "(n1, ..., nd, kmax [, options])"},
    };
    const char *const names[] = {family->fit, family->select};
    int rc = SQLITE_OK;
    for (int select = 0; select < 2 && rc == SQLITE_OK; select++) {
        const mix_function function = {names[select],
                                       usage[counts][select],
                                       2,
                                       -1,
                                       MIX_INNOCUOUS_JSON,
                                       NULL,
                                       select ? &select_aggregate : &fit_aggregate,
                                       family};
        rc = names[select] != NULL ? mix_aggregate_register(db, connection, &function) : rc;
    }
    return rc;
}

int mix_fit_register(sqlite3 *db, mix_connection *connection) {
    /* clang-format off */
    static const mix_function others[] = {
        {"mix_refit", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS_JSON, NULL, &refit_aggregate, NULL},
        {"mix_bootstrap", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS_JSON, NULL, &bootstrap_aggregate, NULL},
        {"mix_test", "(x1, ..., xd, k [, options])", 2, -1, MIX_INNOCUOUS_JSON, NULL, &test_aggregate, &mix_mixed},
    };
    /* clang-format on */
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof others / sizeof *others && rc == SQLITE_OK; i++) {
        rc = mix_aggregate_register(db, connection, &others[i]);
    }
    for (size_t i = 0; mix_families[i] != NULL && rc == SQLITE_OK; i++) {
        const mix_shape shape = {.family = mix_families[i], .k = 1, .d = 1};
        bool counts = mix_families[i]->column(&shape, 0) == &mix_count_column;
        rc = register_family(db, connection, mix_families[i], counts);
    }
    return rc == SQLITE_OK ? register_family(db, connection, &mix_mixed, false) : rc;
}
