/* prepare.c: rows against k, labels and the range of doubles. */
#include "prepare.h"

#include <math.h>

#include "error.h"
#include "family.h"
#include "kept.h"
#include "magnitudes.h"
#include "memory.h"
#include "noise_box.h"
#include "options.h"

/* Note which columns stay as they are, where others are centered and scaled. */
static mixture_status note_still(const mix_shape *shape, mixture_data *data) {
    bool any = false;
    for (size_t j = 0; j < shape->d; j++) {
        any = any || !shape->family->column(shape, j)->framed;
    }
    if (!any || !mix_family_framed(shape) || data->still != NULL) {
        return MIXTURE_OK;
    }
    data->still = mix_memory_zeros(data->d, 1);
    for (size_t j = 0; data->still != NULL && j < data->d; j++) {
        data->still[j] = !shape->family->column(shape, j)->framed;
    }
    return data->still != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

/* The steps that the options say, none of columns whose families want none; then mix_steps_measure(). */
static mixture_status measure_wanted(const mix_shape *shape, mixture_data *data, const double *resolution,
                                     const mix_cancel *cancel) {
    double *wanted = mix_memory_array(data->d, sizeof *wanted);
    if (wanted == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t j = 0; j < data->d; j++) {
        bool stepped = shape->family->column(shape, j)->stepped;
        wanted[j] = !stepped ? 0 : resolution != NULL ? resolution[j] : (double)NAN;
    }
    mixture_status status = mix_steps_measure(data, wanted, cancel, &data->steps);
    mix_memory_free(wanted);
    return status;
}

/* The steps of the columns, those that the options say or that are measured. */
static mixture_status find_steps(const mix_shape *shape, mixture_data *data, const mixture_options *options,
                                 const mix_cancel *cancel, mixture_error *error) {
    for (size_t j = 0; options->resolution != NULL && j < data->d; j++) {
        double step = options->resolution[j];
        if (!isnan(step) && !(step >= 0 && step <= MIX_MAX_RESOLUTION)) {
            return mix_error_invalid(error, "resolution[%zu] is %g; expected a number from 0 to %g", j, step,
                                     MIX_MAX_RESOLUTION);
        }
    }
    mix_steps_free(data->steps); /* those of another resolution */
    data->steps = NULL;
    return mix_error_status(error, measure_wanted(shape, data, options->resolution, cancel));
}

bool mix_prepare_has_values(const mixture_data *data, size_t *column) {
    size_t j = 0;
    while (j < data->d && data->missing[j] < data->rows) {
        j++;
    }
    *column = j;
    return j == data->d;
}

/* An error that names a column. */
static mixture_status refuse_column(const mixture_family *family, const mixture_options *options, size_t j,
                                    const char *what, mixture_error *error) {
    const char *const *names = options->columns;
    size_t number = mix_family_caller(family, j) + 1;
    return names != NULL ? mix_error_invalid(error, "column %zu (%.40s) %s", number, names[j], what)
                         : mix_error_invalid(error, "column %zu (x%zu) %s", number, number, what);
}

static void fill_kept(const void *what, const mix_rows *rows, double *made) {
    const mix_shape *shape = what;
    shape->family->kept->fill(shape, rows, made);
}

/* What the family makes of complete rows in each map. */
static mixture_status keep_made(const mix_shape *shape, mixture_data *data, const mix_cancel *cancel) {
    const mixture_family *family = shape->family;
    size_t count = family->kept != NULL ? family->kept->count(shape) : 0;
    return mix_kept_make(data, count, fill_kept, shape, cancel);
}

mixture_status mix_prepare_rows(const mixture_family *family, mixture_data *data, const mixture_options *options,
                                size_t most, const mix_cancel *cancel, size_t *distinct, mixture_error *error) {
    const mix_shape shape = mix_shape_for(family, data, 1, 0);
    size_t column = 0;
    mixture_error inner = {MIXTURE_OK, ""};
    if (data->rows == 0) {
        return mix_error_invalid(error, "there are no rows; expected at least one");
    }
    if (options->noise && family->mean_total != NULL) {
        return mix_error_invalid(error,
                                 "option noise is true with counts of a given sum, which no box holds; expected "
                                 "no column of family multinomial");
    }
    if (data->incomplete > 0 && family->missing == NULL) {
        return mix_error_invalid(error,
                                 "%zu of %zu rows have values missing; expected all values, which family %s "
                                 "needs",
                                 data->incomplete, data->rows, family->name);
    }
    if (!mix_prepare_has_values(data, &column)) {
        return refuse_column(family, options, column, "has no value in any row; expected one, or option few_rows",
                             error);
    }
    mixture_status status = note_still(&shape, data);
    if (status == MIXTURE_OK) {
        status = mix_data_standardize(data, mix_family_framed(&shape), cancel, &column, &inner);
    }
    if (status == MIXTURE_INVALID) {
        return refuse_column(family, options, column, inner.text, error);
    }
    double weight = data->total_weight * data->weight_unit;
    if (status == MIXTURE_OK && !(weight <= MIX_MOST_WEIGHT)) {
        return mix_error_invalid(error, "the weights sum to %.3g; expected at most %.0e", weight, MIX_MOST_WEIGHT);
    }
    if (status == MIXTURE_OK && mix_family_stepped(&shape)) {
        status = find_steps(&shape, data, options, cancel, error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (status == MIXTURE_OK) {
        status = keep_made(&shape, data, cancel);
    }
    if (status == MIXTURE_OK && options->noise) {
        status = mix_noise_box_measure(&shape, data, cancel);
    }
    if (status == MIXTURE_OK) {
        status = mix_data_distinct(data, most, cancel, NULL, distinct);
    }
    return mix_error_status(error, status);
}

enum { LABELS_CHECKED_AT_ONCE = 1 << 16 }; /* between two questions whether to go on */

static mixture_status check_labels(const mixture_data *data, const mixture_options *options,
                                   const mix_cancel *cancel, mixture_error *error) {
    const double *weights = options->equal_weights ? NULL : options->start.weights;
    for (size_t row = 0; (data->extras & MIXTURE_LABELLED) && row < data->rows; row++) {
        int label = mix_data_label(data, row);
        if (row % LABELS_CHECKED_AT_ONCE == LABELS_CHECKED_AT_ONCE - 1 && mix_cancelled(cancel)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        if (label < 0 || (size_t)label > options->k) {
            return mix_error_invalid(error,
                                     "label %d in row %zu; expected a component from 1 to %zu, or 0 for unknown",
                                     label, row + 1, options->k);
        }
        if (label > 0 && weights != NULL && weights[label - 1] == 0) {
            return mix_error_invalid(error,
                                     "option init: weights[%d] is 0, but row %zu is labelled %d; expected a "
                                     "weight > 0",
                                     label - 1, row + 1, label);
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_prepare_k(const mixture_data *data, const mixture_options *options, size_t distinct,
                             const mix_cancel *cancel, mixture_error *error) {
    mixture_status status = check_labels(data, options, cancel, error);
    if (status == MIXTURE_OK && distinct < options->k) {
        return mix_error_invalid(
            error, "%zu distinct row%s for k = %zu; expected at least k distinct rows, or option few_rows",
            distinct, distinct == 1 ? "" : "s", options->k);
    }
    return status;
}
