/* options_json.c: one table of option names, one reader for each. */
#include "options_json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "error.h"
#include "family.h"
#include "memory.h"
#include "model_json.h"
#include "options.h"

typedef struct options_reader {
    const mixture_family *family;
    size_t k, d;
    mix_fit_options *out;
    mixture_error *error;
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
    snprintf(expected, sizeof expected, "an array of %zu column name%s", reader->d, reader->d == 1 ? "" : "s");
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != reader->d) {
        return mix_json_complain(value, expected, reader->error);
    }
    char **columns = reader->out->columns = mix_memory_zeros(reader->d, sizeof *columns);
    if (columns == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item), columns++) {
        size_t length = 0;
        if (mix_json_type_of(item) != MIX_JSON_STRING) {
            return mix_json_complain(item, "a column name", reader->error);
        }
        *columns = mix_json_string(item, &length);
        if (*columns == NULL) {
            return mix_error_status(reader->error, MIXTURE_NOMEM);
        }
        if (length == 0 || strlen(*columns) != length) {
            return mix_json_complain(item, "a column name that is not empty and holds no NUL", reader->error);
        }
        for (char **other = reader->out->columns; other < columns; other++) {
            if (strcmp(*other, *columns) == 0) {
                return mix_json_complain(item, "a name that no other column has", reader->error);
            }
        }
    }
    return MIXTURE_OK;
}

static mixture_status read_covariance(options_reader *reader, mix_json_value value) {
    char *name = mix_json_type_of(value) == MIX_JSON_STRING ? mix_json_string(value, NULL) : NULL;
    bool known = name != NULL && mixture_covariance_find(name, &reader->out->options.covariance);
    mix_memory_free(name);
    if (!known) {
        return mix_json_complain(
            value,
            "full, tied, diag, spherical, or one of the mclust codes EII, VII, EEI, VVI, EEE, "
            "VVV",
            reader->error);
    }
    return MIXTURE_OK;
}

static mixture_status read_equal_weights(options_reader *reader, mix_json_value value) {
    return read_boolean(reader, value, &reader->out->options.equal_weights);
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

static mixture_status read_nulls(options_reader *reader, mix_json_value value) {
    return mix_json_string_equals(value, "skip") ? MIXTURE_OK : mix_json_complain(value, "skip", reader->error);
}

/* ---- Where to start -------------------------------------------------------------------------------------- */

static const double *keep(options_reader *reader, size_t place, size_t count) {
    return reader->out->start[place] = mix_memory_zeros(count, sizeof(double));
}

/* A whole model: all its parameters. */
static mixture_status start_from_model(options_reader *reader, mix_json_value value) {
    mixture_model *model = NULL;
    mixture_status status = mix_model_json_read_value(value, &model, reader->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (model->family != reader->family || model->k != reader->k || model->d != reader->d) {
        status =
            mix_error_invalid(reader->error,
                              "init is a %s model with k = %zu, d = %zu; expected a %s model with k = %zu, "
                              "d = %zu",
                              model->family->name, model->k, model->d, reader->family->name, reader->k, reader->d);
    } else {
        mixture_start *start = &reader->out->options.start;
        start->weights = reader->out->start[0] = model->weights;
        model->weights = NULL;
        for (size_t a = 0; a < model->family->array_count; a++) {
            start->arrays[a] = reader->out->start[1 + a] = model->arrays[a];
            model->arrays[a] = NULL;
        }
    }
    mixture_model_free(model);
    return status;
}

/* An object with some of the parameters. */
static mixture_status start_from_parameters(options_reader *reader, mix_json_value value) {
    const mixture_family *family = reader->family;
    mixture_start *start = &reader->out->options.start;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        mix_json_value key = mix_json_key(item);
        size_t a = 0;
        if (mix_json_string_equals(key, "weights")) {
            if ((start->weights = keep(reader, 0, reader->k)) == NULL) {
                return mix_error_status(reader->error, MIXTURE_NOMEM);
            }
            mixture_status status =
                mix_json_read_array(item, reader->k, 1, 0, reader->out->start[0], reader->error);
            if (status != MIXTURE_OK) {
                return status;
            }
            continue;
        }
        while (a < family->array_count && !mix_json_string_equals(key, family->arrays[a].name)) {
            a++;
        }
        if (a == family->array_count) {
            char expected[120] = "weights";
            for (a = 0; a < family->array_count; a++) {
                size_t used = strlen(expected);
                snprintf(expected + used, sizeof expected - used, ", %s", family->arrays[a].name);
            }
            return mix_json_complain(key, expected, reader->error);
        }
        size_t size = mix_family_array_size(family, a, reader->d);
        if ((start->arrays[a] = keep(reader, 1 + a, reader->k * size)) == NULL) {
            return mix_error_status(reader->error, MIXTURE_NOMEM);
        }
        mixture_status status = mix_json_read_array(item, reader->k, reader->d, family->arrays[a].rank,
                                                    reader->out->start[1 + a], reader->error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    return MIXTURE_OK;
}

static mixture_status read_init(options_reader *reader, mix_json_value value) {
    mix_json_value family;
    if (mix_json_string_equals(value, "kmeans++")) {
        reader->out->options.init = MIXTURE_INIT_KMEANSPP;
    } else if (mix_json_string_equals(value, "random")) {
        reader->out->options.init = MIXTURE_INIT_RANDOM;
    } else if (mix_json_type_of(value) != MIX_JSON_OBJECT) {
        return mix_json_complain(value, "kmeans++, random, or an object with parameters or a model",
                                 reader->error);
    } else if (mix_json_member(value, "family", &family)) {
        return start_from_model(reader, value);
    } else {
        return start_from_parameters(reader, value);
    }
    return MIXTURE_OK;
}

/* ---- The table --------------------------------------------------------------------------------------------- */

static const struct option {
    const char *name;
    mixture_status (*read)(options_reader *reader, mix_json_value value);
} table[] = {
    {"columns", read_columns},
    {"covariance", read_covariance},
    {"equal_weights", read_equal_weights},
    {"max_iter", read_max_iter},
    {"tol", read_tol},
    {"n_init", read_n_init},
    {"init", read_init},
    {"seed", read_seed},
    {"accelerate", read_accelerate},
    {"threads", read_threads},
    {"min_variance", read_min_variance},
    {"nulls", read_nulls},
};
enum { OPTIONS = sizeof table / sizeof *table };

static mixture_status read_option(options_reader *reader, mix_json_value value) {
    mix_json_value key = mix_json_key(value);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (mix_json_string_equals(key, table[i].name)) {
            return table[i].read(reader, value);
        }
    }
    char expected[300] = "one of ";
    for (size_t i = 0; i < OPTIONS; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "", table[i].name);
    }
    return mix_json_complain(key, expected, reader->error);
}

mixture_status mix_options_json_read(const char *text, size_t length, const mixture_family *family, size_t k,
                                     size_t d, mix_fit_options *options, mixture_error *error) {
    memset(options, 0, sizeof *options);
    mixture_options_default(&options->options);
    options->options.k = k;
    options->d = d;
    if (text == NULL) {
        return MIXTURE_OK;
    }
    mix_json_document *document;
    mixture_status status = mix_json_parse(text, length, &document, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    options_reader reader = {family, k, d, options, error};
    mix_json_value root = mix_json_root(document), item;
    if (mix_json_type_of(root) != MIX_JSON_OBJECT) {
        status = mix_json_complain(root, "an object", error);
    }
    for (bool more = mix_json_first(root, &item); more && status == MIXTURE_OK;
         more = mix_json_next(root, &item)) {
        status = read_option(&reader, item);
    }
    mix_json_free(document);
    return status == MIXTURE_OK ? mix_options_check(&options->options, error) : status;
}

void mix_options_json_clear(mix_fit_options *options) {
    for (size_t j = 0; options->columns != NULL && j < options->d; j++) {
        mix_memory_free(options->columns[j]);
    }
    mix_memory_free(options->columns);
    for (size_t i = 0; i < 1 + MIXTURE_ARRAYS; i++) {
        mix_memory_free(options->start[i]);
    }
    memset(options, 0, sizeof *options);
}
