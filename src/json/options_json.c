/* options_json.c: one table of option names, one reader for each. */
#include "options_json.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "bootstrap_json.h"
#include "error.h"
#include "family.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"
#include "names_json.h"
#include "options.h"

typedef struct options_reader {
    const mixture_family *family;
    bool select;
    size_t k;
    size_t d; /* known once weight and label are */
    mix_fit_options *out;
    mixture_error *error;
    const mixture_model *model; /* of a refit */
    double noise;               /* what the weights to start from leave to it */
    bool mixed;                 /* the family is what a mixed fit's turned out to be */
    bool given;                 /* there is something to start from, */
    mix_json_value init;
    mix_options_use use;
    mix_options_purpose purpose;
} options_reader;

/* ---- Values of one type ------------------------------------------------------------------------------ */

static mixture_status read_boolean(options_reader *reader, mix_json_value value, bool *flag) {
    if (mix_json_type_of(value) != MIX_JSON_BOOL) {
        return mix_json_complain(value, "true or false", reader->error);
    }
    *flag = mix_json_boolean(value);
    return MIXTURE_OK;
}

static mixture_status read_number(options_reader *reader, mix_json_value value, const char *expected,
                                  double *number) {
    if (mix_json_type_of(value) != MIX_JSON_NUMBER) {
        return mix_json_complain(value, expected, reader->error);
    }
    *number = mix_json_number(value);
    return MIXTURE_OK;
}

/* An integer from least to most; 1e3 is one, too. */
static mixture_status read_integer(options_reader *reader, mix_json_value value, int64_t least, int64_t most,
                                   int64_t *integer) {
    bool whole = mix_json_integer(value, integer);
    if (!whole && mix_json_type_of(value) == MIX_JSON_NUMBER) {
        double number = mix_json_number(value);
        whole = number >= -0x1p53 && number <= 0x1p53 && number == (double)(int64_t)number;
        *integer = whole ? (int64_t)number : 0;
    }
    if (!whole || *integer < least || *integer > most) {
        char expected[80] = "an integer";
        if (least != INT64_MIN) {
            snprintf(expected, sizeof expected, "an integer from %lld to %lld", (long long)least, (long long)most);
        }
        return mix_json_complain(value, expected, reader->error);
    }
    return MIXTURE_OK;
}

/* ---- The options --------------------------------------------------------------------------------------- */

static mixture_status read_columns(options_reader *reader, mix_json_value value) {
    char expected[64];
    size_t count = reader->out->arguments;
    snprintf(expected, sizeof expected, "an array of %zu column name%s", count, count == 1 ? "" : "s");
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != count) {
        return mix_json_complain(value, expected, reader->error);
    }
    reader->out->columns = mix_memory_zeros(count, sizeof *reader->out->columns);
    return reader->out->columns != NULL ? mix_names_json_read_columns(value, reader->out->columns, reader->error)
                                        : mix_error_status(reader->error, MIXTURE_NOMEM);
}

/* A column by its name or 1-based position. */
static mixture_status read_place(options_reader *reader, mix_json_value value, size_t *place) {
    mix_fit_options *out = reader->out;
    int64_t position;
    if (mix_json_integer(value, &position) && position >= 1 && (uint64_t)position <= out->arguments) {
        *place = (size_t)position;
        return MIXTURE_OK;
    }
    char name[32];
    for (size_t j = 0; j < out->arguments; j++) {
        snprintf(name, sizeof name, "x%zu", j + 1);
        if (mix_json_string_equals(value, out->columns != NULL ? out->columns[j] : name)) {
            *place = j + 1;
            return MIXTURE_OK;
        }
    }
    char expected[100];
    snprintf(expected, sizeof expected, "the name of a column or its position from 1 to %zu", out->arguments);
    return mix_json_complain(value, expected, reader->error);
}

static mixture_status read_weight(options_reader *reader, mix_json_value value) {
    return read_place(reader, value, &reader->out->weight);
}

static mixture_status read_label(options_reader *reader, mix_json_value value) {
    mixture_status status = read_place(reader, value, &reader->out->label);
    if (status == MIXTURE_OK && reader->out->label == reader->out->weight) {
        status = mix_json_complain(value, "another column than weight", reader->error);
    }
    return status;
}

/* "covariances or covariance, not both" */
static mixture_status refuse_both(options_reader *reader, mix_json_value value) {
    const mix_structures_table *structures = reader->family->structures;
    char expected[100];
    snprintf(expected, sizeof expected, "%s or %s, not both", structures->keys, structures->key);
    return mix_json_complain(value, expected, reader->error);
}

static mixture_status read_structure(options_reader *reader, mix_json_value value) {
    mixture_choices *choices = &reader->out->choices;
    int *structure = &reader->out->options.structure;
    if (reader->select && choices->structures != NULL) {
        return refuse_both(reader, value);
    }
    if (reader->select) { /* a choice of one */
        choices->structures = structure = reader->out->structures;
        choices->structure_count = 1;
    }
    return mix_names_json_read_structure(value, reader->family, structure, reader->error);
}

static mixture_status read_structures(options_reader *reader, mix_json_value value) {
    mixture_choices *choices = &reader->out->choices;
    int *structures = reader->out->structures;
    mix_json_value item;
    if (choices->structures != NULL) {
        return refuse_both(reader, value);
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) == 0) {
        char expected[100];
        snprintf(expected, sizeof expected, "an array of one %s structure or more",
                 reader->family->structures->key);
        return mix_json_complain(value, expected, reader->error);
    }
    choices->structures = structures;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        int structure;
        mixture_status status = mix_names_json_read_structure(item, reader->family, &structure, reader->error);
        if (status != MIXTURE_OK) {
            return status;
        }
        for (size_t i = 0; i < choices->structure_count; i++) {
            if (structures[i] == structure) {
                return mix_json_complain(item, "each structure once", reader->error);
            }
        }
        structures[choices->structure_count++] = structure; /* each once: there is room */
    }
    return MIXTURE_OK;
}

static mixture_status read_criterion(options_reader *reader, mix_json_value value) {
    return mix_names_json_read_criterion(value, &reader->out->choices.criterion, reader->error);
}

/* The numbers of components to try, instead of 1..k. */
static mixture_status read_k(options_reader *reader, mix_json_value value) {
    mix_fit_options *out = reader->out;
    mix_json_value item;
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) == 0) {
        return mix_json_complain(value, "an array of one number of components or more", reader->error);
    }
    out->k_list = mix_memory_array(mix_json_count(value), sizeof *out->k_list);
    if (out->k_list == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    out->options.k = 1;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        int64_t k = 0;
        mixture_status status = read_integer(reader, item, 1, MIX_MAX_SELECT_K, &k);
        for (size_t i = 0; status == MIXTURE_OK && i < out->choices.k_count; i++) {
            if (out->k_list[i] == (size_t)k) {
                status = mix_json_complain(item, "each k once", reader->error);
            }
        }
        if (status != MIXTURE_OK) {
            return status;
        }
        out->k_list[out->choices.k_count++] = (size_t)k;
        out->options.k = (size_t)k > out->options.k ? (size_t)k : out->options.k;
    }
    return MIXTURE_OK;
}

/* 1..k, when the options list nothing else. */
static mixture_status list_all_k(options_reader *reader) {
    mix_fit_options *out = reader->out;
    if (out->k_list == NULL) {
        out->k_list = mix_memory_array(reader->k, sizeof *out->k_list);
        if (out->k_list == NULL) {
            return mix_error_status(reader->error, MIXTURE_NOMEM);
        }
        for (size_t k = 1; k <= reader->k; k++) {
            out->k_list[out->choices.k_count++] = k;
        }
    }
    out->choices.k = out->k_list;
    return MIXTURE_OK;
}

static mixture_status read_equal_weights(options_reader *reader, mix_json_value value) {
    return read_boolean(reader, value, &reader->out->options.equal_weights);
}

static mixture_status read_noise(options_reader *reader, mix_json_value value) {
    return read_boolean(reader, value, &reader->out->options.noise);
}

static mixture_status read_accelerate(options_reader *reader, mix_json_value value) {
    return read_boolean(reader, value, &reader->out->options.accelerate);
}

static mixture_status read_max_iter(options_reader *reader, mix_json_value value) {
    int64_t integer = 0;
    mixture_status status = read_integer(reader, value, 0, MIX_MAX_ITER, &integer);
    reader->out->options.max_iter = (long)integer;
    return status;
}

static mixture_status read_n_init(options_reader *reader, mix_json_value value) {
    int64_t integer = 0;
    mixture_status status = read_integer(reader, value, 1, MIX_MAX_N_INIT, &integer);
    reader->out->options.n_init = (int)integer;
    return status;
}

static mixture_status read_threads(options_reader *reader, mix_json_value value) {
    int64_t integer = 0;
    mixture_status status = read_integer(reader, value, 0, MIX_MAX_THREADS, &integer);
    reader->out->options.threads = (int)integer;
    return status;
}

static mixture_status read_seed(options_reader *reader, mix_json_value value) {
    return read_integer(reader, value, INT64_MIN, INT64_MAX, &reader->out->options.seed);
}

static mixture_status read_type(options_reader *reader, mix_json_value value) {
    return mix_bootstrap_json_read_type(value, &reader->out->resampling, reader->error);
}

static mixture_status read_replicates(options_reader *reader, mix_json_value value) {
    int64_t integer = 0;
    int64_t least = reader->purpose == MIX_FOR_TEST ? 1 : 2;
    mixture_status status = read_integer(reader, value, least, MIX_MAX_REPLICATES, &integer);
    reader->out->replicates = (size_t)integer;
    return status;
}

static mixture_status read_sample(options_reader *reader, mix_json_value value) {
    int64_t integer = 0;
    mixture_status status = read_integer(reader, value, 0, MIX_MAX_SAMPLE, &integer);
    reader->out->choices.sample = (size_t)integer;
    return status;
}

static mixture_status read_tol(options_reader *reader, mix_json_value value) {
    const char *expected = "a number >= 0";
    mixture_status status = read_number(reader, value, expected, &reader->out->options.tol);
    if (status == MIXTURE_OK && !(reader->out->options.tol >= 0)) {
        status = mix_json_complain(value, expected, reader->error);
    }
    return status;
}

static mixture_status read_min_variance(options_reader *reader, mix_json_value value) {
    const char *expected = "a number from 1e-12 to 1";
    double *min_variance = &reader->out->options.min_variance;
    mixture_status status = read_number(reader, value, expected, min_variance);
    if (status == MIXTURE_OK && !(*min_variance >= MIX_MIN_VARIANCE_LEAST && *min_variance <= 1)) {
        status = mix_json_complain(value, expected, reader->error);
    }
    return status;
}

static mixture_status read_memory(options_reader *reader, mix_json_value value) {
    const char *expected = "a number of rows from 2 to 1e15";
    double *memory = &reader->out->memory;
    mixture_status status = read_number(reader, value, expected, memory);
    if (status == MIXTURE_OK && !(*memory >= 2 && *memory <= 1e15)) {
        status = mix_json_complain(value, expected, reader->error);
    }
    return status;
}

static mixture_status read_resolution(options_reader *reader, mix_json_value value) {
    double *steps = reader->out->resolution = mix_memory_zeros(reader->d, sizeof(double));
    if (steps == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    reader->out->options.resolution = steps;
    return mix_json_read_steps(value, reader->family, reader->d, true, steps, reader->error);
}

static mixture_status read_families(options_reader *reader, mix_json_value value) {
    mix_fit_options *out = reader->out;
    const mix_named_arguments named = {out->arguments, out->columns, out->weight, out->label};
    out->wishes = mix_memory_zeros(out->arguments, sizeof *out->wishes);
    return out->wishes != NULL ? mix_families_json_read(value, &named, out->wishes, reader->error)
                               : mix_error_status(reader->error, MIXTURE_NOMEM);
}

static mixture_status read_nulls(options_reader *reader, mix_json_value value) {
    return mix_names_json_read_nulls(value, &reader->out->options.skip_nulls, reader->error);
}

static mixture_status read_few_rows(options_reader *reader, mix_json_value value) {
    static const char *const names[] = {"error", "null", "fewer"};
    for (int i = MIXTURE_FEW_ERROR; i <= MIXTURE_FEW_FEWER; i++) {
        if (mix_json_string_equals(value, names[i])) {
            reader->out->options.few_rows = (mixture_few_rows)i;
            return MIXTURE_OK;
        }
    }
    return mix_json_complain(value, "error, null or fewer", reader->error);
}

/* ---- Where to start -------------------------------------------------------------------------------------- */

/* Whether nothing of the parts is known yet, as no model says it. */
static bool is_mixed(const options_reader *reader) {
    return reader->family->array_count == 0;
}

/* Name of column j of the data. */
static const char *data_name(const mix_fit_options *out, size_t argument, char buffer[32]) {
    snprintf(buffer, 32, "x%zu", argument + 1);
    return out->columns != NULL ? out->columns[argument] : buffer;
}

/* What a start needs to know of the data's columns; wishes: of each. One block of memory, the caller's to free. */
typedef struct start_columns {
    const char **names;
    mix_column_wish *wishes;
    size_t *argument;
    char (*buffer)[32];
} start_columns;

static bool list_columns(const mix_fit_options *out, start_columns *columns) {
    size_t d = out->d, size = sizeof *columns->wishes + sizeof(char *) + sizeof(size_t) + sizeof *columns->buffer;
    columns->wishes = mix_memory_zeros(d, size);
    if (columns->wishes == NULL) {
        return false;
    }
    columns->names = (void *)(columns->wishes + d);
    columns->argument = (void *)(columns->names + d);
    columns->buffer = (void *)(columns->argument + d);
    for (size_t j = 0, column = 0; j < out->arguments; j++) {
        if (j + 1 != out->weight && j + 1 != out->label) {
            columns->argument[column] = j;
            columns->names[column] = data_name(out, j, columns->buffer[column]);
            columns->wishes[column++] = out->wishes != NULL ? out->wishes[j] : (mix_column_wish){.period = 0};
        }
    }
    return true;
}

/* The wishes of columns as those of the arguments. */
static bool take_wishes(const start_columns *columns, mix_fit_options *out) {
    if (out->wishes == NULL) {
        out->wishes = mix_memory_zeros(out->arguments, sizeof *out->wishes);
    }
    for (size_t j = 0; out->wishes != NULL && j < out->d; j++) {
        out->wishes[columns->argument[j]] = columns->wishes[j];
    }
    return out->wishes != NULL;
}

/* An object or a text, of a family that may not be known yet. */
static mixture_status read_start(options_reader *reader, mix_json_value value) {
    mix_fit_options *out = reader->out;
    start_columns columns;
    if (!list_columns(out, &columns)) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    bool any = is_mixed(reader) || reader->mixed;
    const mix_start_target target = {reader->family, any, reader->k, out->d, columns.names};
    mixture_status status =
        mix_start_json_read(value, &target, is_mixed(reader) ? columns.wishes : NULL, &out->start, reader->error);
    if (status == MIXTURE_OK && is_mixed(reader)) {
        out->start_later = true;
        status = take_wishes(&columns, out) ? MIXTURE_OK : mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        const double *const *arrays = (const double *const *)out->start.arrays;
        out->options.start = (mixture_start){out->start.weights, is_mixed(reader) ? NULL : arrays};
        reader->noise = out->start.noise;
    }
    mix_memory_free(columns.wishes);
    return status;
}

/* A start is read when all is known of the columns. */
static mixture_status read_init(options_reader *reader, mix_json_value value) {
    if (mix_json_string_equals(value, "kmeans++") || mix_json_string_equals(value, "k-means++")) {
        reader->out->options.init = MIXTURE_INIT_KMEANSPP;
    } else if (mix_json_string_equals(value, "random")) {
        reader->out->options.init = MIXTURE_INIT_RANDOM;
    } else if (reader->select || reader->purpose == MIX_FOR_TEST) {
        return mix_json_complain(value, "kmeans++ or random", reader->error);
    } else {
        reader->init = value;
        reader->given = true;
    }
    return MIXTURE_OK;
}

/* ---- The table --------------------------------------------------------------------------------------------- */

enum {
    COLUMN = 1,       /* says which arguments are data: read first, in this order */
    STRUCTURED = 2,   /* only for families with structures, under their key or, in a selection, keys */
    FLOORED = 4,      /* only for families with a floor */
    SELECT = 8,       /* only for a selection */
    FRAMED = 16,      /* only for families whose columns are centered and scaled */
    FREE = 32,        /* not where a model says it already */
    MIXED = 64,       /* only for columns of several families */
    BOXED = 128,      /* only for families whose rows are spread over a box: not of a given sum */
    PASS = 256,       /* of a pass, too */
    UPDATE = 512,     /* of an update, too */
    NO_FIT = 16384,   /* only of these two */
    BOOTSTRAP = 1024, /* only for a bootstrap */
    RESAMPLED = 2048, /* for that and a test */
    ALIKE = 4096,     /* not for a bootstrap, whose fits are as the model says */
    SINGLE = 8192     /* not for these two, which are many fits */
};

static const struct option {
    const char *name;
    int kind;
    mixture_status (*read)(options_reader *reader, mix_json_value value);
} table[] = {
    {"columns", COLUMN | PASS | UPDATE, read_columns},
    {"weight", COLUMN | PASS | UPDATE, read_weight},
    {"label", COLUMN | PASS, read_label},
    {"families", MIXED | FREE, read_families},
    {"criterion", SELECT, read_criterion},
    {NULL, SELECT | STRUCTURED, read_structures},
    {"k", SELECT, read_k},
    {"sample", SELECT, read_sample},
    {NULL, STRUCTURED | FREE, read_structure},
    {"type", BOOTSTRAP, read_type},
    {"replicates", RESAMPLED, read_replicates},
    {"equal_weights", ALIKE, read_equal_weights},
    {"max_iter", 0, read_max_iter},
    {"tol", 0, read_tol},
    {"n_init", FREE, read_n_init},
    {"init", FREE, read_init},
    {"seed", 0, read_seed},
    {"accelerate", 0, read_accelerate},
    {"threads", 0, read_threads},
    {"min_variance", FLOORED, read_min_variance},
    {"resolution", FRAMED, read_resolution},
    {"nulls", 0, read_nulls},
    {"noise", BOXED | ALIKE, read_noise},
    {"few_rows", SINGLE, read_few_rows},
    {"memory", UPDATE | NO_FIT, read_memory},
};
enum { OPTIONS = sizeof table / sizeof *table };

static bool is_framed(const options_reader *reader) {
    if (is_mixed(reader)) {
        return true;
    }
    const mix_shape shape = {.family = reader->family, .k = reader->k, .d = reader->d};
    return mix_family_framed(&shape);
}

static bool applies(const options_reader *reader, size_t option) {
    int kind = table[option].kind;
    if (reader->use != MIX_OPTIONS_OF_FIT) {
        return (kind & (reader->use == MIX_OPTIONS_OF_PASS ? PASS : UPDATE)) != 0;
    }
    if (kind & NO_FIT) {
        return false;
    }
    return (!(kind & STRUCTURED) || reader->family->structures != NULL) &&
           (!(kind & FLOORED) || reader->family->floor != NULL) && (!(kind & SELECT) || reader->select) &&
           (!(kind & MIXED) || is_mixed(reader)) && (!(kind & FRAMED) || is_framed(reader)) &&
           (!(kind & FREE) || reader->model == NULL) &&
           (!(kind & BOOTSTRAP) || reader->purpose == MIX_FOR_BOOTSTRAP) &&
           (!(kind & RESAMPLED) || reader->purpose != MIX_FOR_FIT) &&
           (!(kind & ALIKE) || reader->purpose != MIX_FOR_BOOTSTRAP) &&
           (!(kind & SINGLE) || reader->purpose == MIX_FOR_FIT) &&
           (!(kind & BOXED) || is_mixed(reader) || reader->family->mean_total == NULL);
}

/* The name of an option that applies. */
static const char *option_name(const options_reader *reader, size_t option) {
    const struct option *entry = &table[option];
    return entry->name != NULL      ? entry->name
           : (entry->kind & SELECT) ? reader->family->structures->keys
                                    : reader->family->structures->key;
}

static mixture_status read_columns_first(options_reader *reader, mix_json_value root) {
    mix_fit_options *out = reader->out;
    for (size_t i = 0; i < OPTIONS && (table[i].kind & COLUMN); i++) {
        mix_json_value value;
        if (mix_json_member(root, table[i].name, &value)) {
            mixture_status status = table[i].read(reader, value);
            if (status != MIXTURE_OK) {
                return status;
            }
        }
    }
    out->d = out->arguments - (out->weight != 0) - (out->label != 0);
    reader->d = out->d;
    if (out->d == 0) {
        return mix_error_invalid(reader->error,
                                 "weight and label leave no column for the data; expected one or more");
    }
    return MIXTURE_OK;
}

static mixture_status read_option(options_reader *reader, mix_json_value value) {
    mix_json_value key = mix_json_key(value);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (applies(reader, i) && mix_json_string_equals(key, option_name(reader, i))) {
            return (table[i].kind & COLUMN) ? MIXTURE_OK : table[i].read(reader, value);
        }
    }
    char expected[360] = "one of ";
    for (size_t i = 0; i < OPTIONS; i++) {
        size_t used = strlen(expected);
        if (applies(reader, i)) {
            snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "", option_name(reader, i));
        }
    }
    return mix_json_complain(key, expected, reader->error);
}

static mixture_status read_object(options_reader *reader, mix_json_value root) {
    mix_json_value item;
    if (mix_json_type_of(root) != MIX_JSON_OBJECT) {
        return mix_json_complain(root, "an object", reader->error);
    }
    mixture_status status = read_columns_first(reader, root);
    for (bool more = mix_json_first(root, &item); more && status == MIXTURE_OK;
         more = mix_json_next(root, &item)) {
        status = read_option(reader, item);
    }
    if (status == MIXTURE_OK && reader->given) {
        status = read_start(reader, reader->init);
    }
    return status == MIXTURE_OK ? mix_options_check(&reader->out->options, reader->error) : status;
}

/* What a model that is fitted again says. */
static void take_model(const mixture_model *model, mixture_options *options) {
    options->structure = model->structure;
    options->equal_weights = model->equal_weights;
    options->skip_nulls = model->skip_nulls;
    options->noise = model->noisy;
    options->min_variance = model->min_variance > 0 ? model->min_variance : options->min_variance;
    options->resolution = model->resolution; /* what was measured is measured anew */
    options->start = (mixture_start){model->weights, (const double *const *)model->arrays};
}

/* Without noise the weights of a model that has some share all rows. */
static mixture_status share_noise(options_reader *reader) {
    mix_fit_options *out = reader->out;
    const double *weights = out->options.start.weights;
    if (out->options.noise || !(reader->noise > 0 && reader->noise < 1) || weights == NULL) {
        return MIXTURE_OK;
    }
    if (out->start.weights == NULL) { /* they are those of a model that is fitted again */
        out->start.weights = mix_memory_array(reader->k, sizeof(double));
        if (out->start.weights == NULL) {
            return mix_error_status(reader->error, MIXTURE_NOMEM);
        }
    }
    for (size_t c = 0; c < reader->k; c++) {
        out->start.weights[c] = weights[c] / (1 - reader->noise);
    }
    out->options.start.weights = out->start.weights;
    return MIXTURE_OK;
}

mixture_status mix_options_json_read(const char *text, size_t length, const mix_options_target *target,
                                     mix_fit_options *options, mixture_error *error) {
    options_reader reader = {.family = target->family,
                             .select = target->select,
                             .k = target->k,
                             .d = target->arguments,
                             .out = options,
                             .error = error,
                             .model = target->model,
                             .use = target->use,
                             .purpose = target->purpose};
    mixture_status status = MIXTURE_OK;
    memset(options, 0, sizeof *options);
    mixture_options_default(&options->options);
    options->options.k = target->k;
    options->choices.sample = MIXTURE_SAMPLE_DEFAULT;
    options->memory = (double)INFINITY;
    options->replicates = MIX_REPLICATES_DEFAULT;
    options->arguments = options->d = target->arguments;
    if (target->model != NULL) {
        take_model(target->model, &options->options);
        reader.noise = target->model->noisy ? target->model->noise : 0;
    }
    if (text != NULL) {
        mix_json_document *document;
        status = mix_json_parse_until(text, length, target->cancel, &document, error);
        if (status == MIXTURE_OK) {
            status = read_object(&reader, mix_json_root(document));
            status = mix_json_stopped(document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
            mix_json_free(document);
        }
    }
    status = status == MIXTURE_OK ? share_noise(&reader) : status;
    return status == MIXTURE_OK && target->select ? list_all_k(&reader) : status;
}

mixture_status mix_options_json_start(const char *text, size_t length, const mix_options_target *target,
                                      mix_fit_options *options, mixture_error *error) {
    options_reader reader = {
        .family = target->family, .k = target->k, .out = options, .error = error, .mixed = true};
    mix_start_read first = options->start;
    const double *weights = options->options.start.weights; /* without the noise's share */
    mix_json_document *document;
    mix_json_value init;
    mixture_status status = mix_json_parse_until(text, length, target->cancel, &document, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    options->start = (mix_start_read){.noise = 0};
    if (mix_json_member(mix_json_root(document), "init", &init)) {
        status = read_start(&reader, init);
    }
    status = mix_json_stopped(document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
    mix_json_free(document);
    mix_memory_free(options->start.weights);
    options->start.weights = first.weights;
    options->options.start.weights = weights;
    first.weights = NULL;
    mix_start_json_clear(&first, target->k);
    return status;
}

mixture_status mix_options_json_columns(const char *text, size_t length, const mix_cancel *cancel, size_t *count) {
    mix_json_document *document;
    mix_json_value columns;
    *count = 0;
    mixture_status status = mix_json_parse_until(text, length, cancel, &document, NULL);
    if (status == MIXTURE_OK) {
        bool named = mix_json_member(mix_json_root(document), "columns", &columns);
        *count = named && mix_json_type_of(columns) == MIX_JSON_ARRAY ? mix_json_count(columns) : 0;
        status = mix_json_stopped(document) ? MIXTURE_CANCELLED : status;
        mix_json_free(document);
    }
    return status == MIXTURE_INVALID ? MIXTURE_OK : status;
}

void mix_options_json_clear(mix_fit_options *options) {
    for (size_t j = 0; options->columns != NULL && j < options->arguments; j++) {
        mix_memory_free(options->columns[j]);
    }
    mix_memory_free(options->columns);
    mix_start_json_clear(&options->start, options->options.k);
    mix_memory_free(options->k_list);
    mix_memory_free(options->resolution);
    mix_memory_free(options->wishes);
    memset(options, 0, sizeof *options);
}
