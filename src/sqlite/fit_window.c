/* fit_window.c: from the model of one frame to that of the next. */
#include "fit_window.h"

#include <math.h>

#include "compare.h"
#include "error.h"
#include "memory.h"
#include "model.h"

/* A fit anew costs some 40 times as much as one that goes on: there is one whenever such a part of the rows has
** been exchanged, each for another: two moves. bench/windows.sh. */
enum { PARTS_OF_A_FRAME = 32 };

/* A row that is likely under the fit has a log density within 10 or so of what one has on average; a fall by more
** for each row that has come or gone is no chance. */
#define FALL_OF_A_ROW 10.0

/* Better in log-likelihood a row, by more than fits to the same hill are apart where they stop. */
#define BETTER 5e-7

static bool anything_to_start_from(const mixture_options *options) {
    return options->start.weights != NULL || options->start.arrays != NULL;
}

/* Whether fits of this kind go on from each other. */
static bool goes_on(const mix_window *window, const mixture_family *family, const mixture_data *data,
                    const mixture_options *options) {
    return window->told && family->parts == NULL && !anything_to_start_from(options) &&
           !(data->extras & MIXTURE_LABELLED);
}

static bool is_due(const mix_window *window, const mixture_data *data) {
    return window->moves / 2 >= mixture_data_rows(data) / PARTS_OF_A_FRAME;
}

/* What the next fit starts from. */
static mixture_status keep_for_next(mix_window *window, const mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    mixture_model *before = window->before;
    if (before == NULL || before->k != model->k) {
        mixture_model_free(before);
        before = window->before = mix_model_new(&shape);
    }
    if (before == NULL) {
        return MIXTURE_NOMEM;
    }
    mix_model_copy(before, model);
    before->noise_box = NULL; /* the model's */
    before->n = model->n;
    window->loglik = model->loglik;
    return MIXTURE_OK;
}

static bool is_doubtful(const mix_window *window, const mixture_model *model) {
    double fall = window->loglik / window->before->n * model->n - model->loglik;
    return !model->converged || model->warning_count > window->warnings ||
           !(fall <= FALL_OF_A_ROW * (double)window->last_moves);
}

/* Components of a fit anew where those before were that they are closest to. */
static mixture_status keep_places(const mix_window *window, const mixture_options *options, mixture_model *model,
                                  mixture_error *error) {
    const mix_cancel cancel = {options->cancel, options->host};
    size_t *place = NULL;
    if (window->before == NULL || window->before->k != model->k || model->k == 1 || model->k > MIX_MOST_MATCHED) {
        return MIXTURE_OK;
    }
    place = mix_memory_array(model->k, sizeof *place);
    mixture_status status = place != NULL ? mix_compare_match(model, window->before, &cancel, place, error)
                                          : mix_error_status(error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        status = mix_error_status(error, mix_model_permute(model, place));
    }
    mix_memory_free(place);
    return status;
}

/* A fit anew may be worse than the one at hand (NULL: none): there are many hills. */
static mixture_status fit_anew(mix_window *window, const mixture_family *family, mixture_data *data,
                               const mixture_options *options, mixture_model **model, mixture_error *error) {
    mixture_model *other = NULL, *own = *model;
    mixture_status status = mixture_fit(family, data, options, &other, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    bool sound = own != NULL && own->converged && other != NULL && own->warning_count <= other->warning_count;
    if (sound && other->loglik <= own->loglik + BETTER * own->n) {
        mixture_model_free(other);
    } else {
        mixture_model_free(own);
        *model = other;
        status = other != NULL ? keep_places(window, options, other, error) : MIXTURE_OK;
    }
    window->moves = 0;
    window->warnings = *model != NULL ? (*model)->warning_count : 0;
    return status;
}

mixture_status mix_fit_window(mix_window *window, const mixture_family *family, mixture_data *data,
                              const mixture_options *options, mixture_model **model, mixture_error *error) {
    if (!goes_on(window, family, data, options)) {
        return mixture_fit(family, data, options, model, error);
    }
    const mixture_model *before = window->before;
    mixture_status status = MIXTURE_OK;
    *model = NULL;
    if (before != NULL && before->k == options->k) {
        mixture_options on = *options;
        on.start = (mixture_start){before->weights, (const double *const *)before->arrays};
        status = mixture_fit(family, data, &on, model, error);
        status = status == MIXTURE_INVALID ? MIXTURE_OK : status; /* a fit anew tells what is wrong */
    }
    if (status == MIXTURE_OK && (*model == NULL || is_due(window, data) || is_doubtful(window, *model))) {
        status = fit_anew(window, family, data, options, model, error);
    }
    if (status == MIXTURE_OK && *model != NULL) {
        status = mix_error_status(error, keep_for_next(window, *model));
    }
    if (status != MIXTURE_OK) {
        mixture_model_free(*model);
        *model = NULL;
    }
    return status;
}
