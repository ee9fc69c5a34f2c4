/* fit_packed.c: vectors or rows? */
#include "fit_packed.h"

#include "json_argument.h"
#include "jsonb.h"
#include "model.h"
#include "options_json.h"
#include "packed_row.h"
#include "row_sample.h"

/* How many names of columns the options have; 0: none, or they are not right, which is told later. */
static mixture_status count_names(const mix_group *group, sqlite3_value *options, size_t *named) {
    size_t length = 0;
    const char *bytes = options != NULL ? mix_json_argument(options, &length) : NULL;
    mix_jsonb_text json;
    *named = 0;
    mixture_status status =
        bytes != NULL ? mix_jsonb_open(bytes, length, &group->cancel, &json, NULL) : MIXTURE_INVALID;
    if (status == MIXTURE_OK) {
        status = mix_options_json_columns(json.text, json.length, &group->cancel, named);
        mix_jsonb_close(&json);
    }
    return status == MIXTURE_INVALID ? MIXTURE_OK : status;
}

mixture_status mix_fit_packed_begin(mix_fit_packed *packed, const mix_group *group, const mixture_model *model,
                                    sqlite3_value **values, int count, sqlite3_value *options, size_t *columns,
                                    mixture_error *error) {
    enum { EXTRAS = 2 }; /* weight and label */
    size_t named = 0;
    packed->packed = mix_packed_row_is(values, count);
    if (packed->packed && mix_row_sample_is(values[0])) {
        mix_row_sample_reader sample;
        mixture_status status =
            mix_row_sample_open(&sample, values[0], model != NULL ? 2 : 1, &group->cancel, error);
        *columns = status == MIXTURE_OK ? (size_t)sample.d : 0;
        return status;
    }
    if (packed->packed && sqlite3_value_type(values[0]) == SQLITE_BLOB) {
        size_t bytes = (size_t)sqlite3_value_bytes(values[0]);
        mixture_status status = count_names(group, options, &named);
        if (status != MIXTURE_OK) {
            return status;
        }
        if (named == 0 && model != NULL && !(bytes / 8 >= model->d && bytes / 8 <= model->d + EXTRAS)) {
            named = bytes / 4 >= model->d && bytes / 4 <= model->d + EXTRAS ? bytes / 4 : 0;
        }
        packed->doubtful = model == NULL && named == 0 && bytes % 8 == 0;
    }
    return mix_arguments_columns(group->interrupt.db, values, count, named, columns);
}

static void count_different(mix_fit_packed *packed, uint64_t hash) {
    for (size_t i = 0; i < packed->different; i++) {
        if (packed->seen[i] == hash) {
            return;
        }
    }
    packed->seen[packed->different++] = hash;
}

void mix_fit_packed_watch(mix_fit_packed *packed, sqlite3_value *value) {
    uint64_t upper;
    packed->doubtful = packed->doubtful && sqlite3_value_type(value) == SQLITE_BLOB &&
                       mix_packed_row_looks_like_floats(value, &packed->lower, &upper);
    if (packed->doubtful && packed->different < MIX_PACKED_ENOUGH) {
        count_different(packed, upper);
    }
}

mixture_status mix_fit_packed_warn(const mix_fit_packed *packed, size_t columns, mixture_model *model) {
    return packed->doubtful && packed->lower && packed->different == MIX_PACKED_ENOUGH
               ? mix_model_warn(model,
                                "the BLOBs were taken for mix_row() of %zu columns, but look like vectors of %zu "
                                "32-bit floats: if they are, name as many columns",
                                columns, 2 * columns)
               : MIXTURE_OK;
}
