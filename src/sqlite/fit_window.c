/* fit_window.c: from the model of one frame to that of the next. */
#include "fit_window.h"

#include <math.h>

#include "compare.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "parts.h"

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
static bool goes_on(const mix_window *window, const mixture_data *data, const mixture_options *options) {
    return window->told && !anything_to_start_from(options) && !(data->extras & MIXTURE_LABELLED);
}

/* Whether the model before has the parameters that the next one will have. */
static bool is_like(const mixture_model *before, const mixture_family *family, size_t k) {
    bool mixed = family->parts != NULL;
    return before != NULL && before->k == k && (before->family == family || mixed) &&
           mix_parts_same(before->family->parts, family->parts);
}

static bool is_due(const mix_window *window, const mixture_data *data) {
    return window->moves / 2 >= mixture_data_rows(data) / PARTS_OF_A_FRAME;
}

static bool is_doubtful(const mix_window *window, const mixture_model *model) {
    double fall = window->before->loglik / window->before->n * model->n - model->loglik;
    return !model->converged || model->warning_count > window->warnings ||
           !(fall <= FALL_OF_A_ROW * (double)window->last_moves);
}

/* Components of a fit anew where those before were that they are closest to. */
static mixture_status keep_places(const mix_window *window, const mixture_options *options, mixture_model *model,
                                  mixture_error *error) {
    const mix_cancel cancel = {options->cancel, options->host};
    size_t *place = NULL;
    if (!is_like(window->before, model->family, model->k) || model->k == 1 || model->k > MIX_MOST_MATCHED) {
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
    if (!goes_on(window, data, options)) {
        return mixture_fit(family, data, options, model, error);
    }
    const mixture_model *before = window->before;
    mixture_status status = MIXTURE_OK;
    *model = NULL;
    bool like = is_like(before, family, options->k);
    if (like) {
        mixture_options on = *options;
        on.start = (mixture_start){before->weights, (const double *const *)before->arrays};
        status = mixture_fit(family, data, &on, model, error);
        status = status == MIXTURE_INVALID ? MIXTURE_OK : status; /* a fit anew tells what is wrong */
    }
    if (status == MIXTURE_OK && (*model == NULL || is_due(window, data) || is_doubtful(window, *model))) {
        status = fit_anew(window, family, data, options, model, error);
    }
    if (status != MIXTURE_OK) {
        mixture_model_free(*model);
        *model = NULL;
    }
    return status;
}

void mix_fit_window_keep(mix_window *window, mixture_model **model) {
    if (window->told) {
        mixture_model_free(window->before);
        window->before = *model;
        *model = NULL;
    }
}
