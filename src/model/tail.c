/* tail.c: a reference for each pattern of NULLs: the marginal model of what is observed, without noise, and the
** sorted log densities of rows drawn from it. Rows of counts of a given sum are compared with rows of their own
** sum. */
#include "tail.h"

#include <math.h>

#include "conditional.h"
#include "error.h"
#include "family.h"
#include "memory.h"
#include "sample.h"
#include "sort.h"

enum { MOST_PATTERNS = 16 };

/* Draws of counts, of which a row takes as many as its sum, are fewer where that is large; and larger sums take
** too long. */
#define MOST_DRAWS 2e7
#define MOST_TRIALS 1e6
enum { LEAST_DRAWS = 1000 };

typedef struct reference {
    bool *observed; /* d */
    double trials;  /* the sum of a row of counts; 0: not given */
    mixture_model *model;
    mixture_scratch *scratch;
    double *x, *resp; /* a row of the columns observed, responsibilities */
    size_t *columns;  /* of the whole model, in the marginal one's order */
    double *sorted;   /* `rows` log densities, rising */
    size_t rows;
    uint64_t used; /* when */
} reference;

struct mix_tails {
    size_t count;
    reference reference[MOST_PATTERNS];
    uint64_t now;
};

static void clear_reference(reference *own) {
    mix_memory_free(own->observed);
    mix_memory_free(own->x);
    mix_memory_free(own->resp);
    mix_memory_free(own->columns);
    mix_memory_free(own->sorted);
    mixture_scratch_free(own->scratch);
    mixture_model_free(own->model);
    *own = (reference){.rows = 0};
}

void mix_tails_free(mix_tails *tails) {
    for (size_t i = 0; tails != NULL && i < tails->count; i++) {
        clear_reference(&tails->reference[i]);
    }
    mix_memory_free(tails);
}

size_t mix_tails_bytes(const mix_tails *tails) {
    size_t bytes = tails != NULL ? sizeof *tails : 0;
    for (size_t i = 0; tails != NULL && i < tails->count; i++) {
        bytes += tails->reference[i].rows * sizeof(double);
    }
    return bytes;
}

/* A level that the model does not know is observed, too. */
static bool is_observed(double x) {
    return !isnan(x) || mix_is_unseen(x);
}

static double sum_of_counts(const mixture_model *model, const double *x) {
    const mix_shape shape = mix_shape_of(model);
    double sum = 0;
    for (size_t j = 0; j < model->d; j++) {
        sum += isnan(x[j]) || mix_family_has_marginal(&shape, j) ? 0 : x[j];
    }
    return sum;
}

/* ---- Making one --------------------------------------------------------------------------------------------- */

/* The components alone. */
static mixture_status leave_noise_out(mixture_model *model, mixture_error *error) {
    double sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        sum += model->weights[c];
    }
    if (!(sum > 0)) {
        return mix_error_invalid(error, "argument 1 (model) is noise alone; expected components with a weight");
    }
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] /= sum;
    }
    model->noisy = false;
    return mixture_model_prepare(model, error);
}

/* The marginal model of what x has, and room for its rows. */
static mixture_status make_reference(const mixture_model *model, const double *x, const mix_cancel *cancel,
                                     reference *own, mixture_error *error) {
    size_t d = model->d, count = 0;
    own->observed = mix_memory_zeros(d, sizeof *own->observed);
    own->columns = mix_memory_array(d, sizeof *own->columns);
    if (own->observed == NULL || own->columns == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (size_t j = 0; j < d; j++) {
        own->observed[j] = is_observed(x[j]);
        if (own->observed[j]) {
            own->columns[count++] = j;
        }
    }
    mixture_status status =
        mix_conditional_make(model, own->columns, count, NULL, NULL, cancel, &own->model, error);
    if (status == MIXTURE_OK && own->model->noisy) {
        status = leave_noise_out(own->model, error);
    }
    if (status == MIXTURE_OK) {
        own->trials = sum_of_counts(model, x);
        double rows = fmin(MIX_SAMPLE_ROWS, fmax(LEAST_DRAWS, MOST_DRAWS / fmax(own->trials, 1)));
        own->rows = (size_t)rows;
        own->scratch = mixture_scratch_new(own->model);
        own->x = mix_memory_array(count, sizeof *own->x);
        own->resp = mix_memory_array(model->k + 1, sizeof *own->resp);
        own->sorted = mix_memory_array(own->rows, sizeof *own->sorted);
        bool full = own->scratch != NULL && own->x != NULL && own->resp != NULL && own->sorted != NULL;
        status = mix_error_status(error, full ? MIXTURE_OK : MIXTURE_NOMEM);
    }
    return status;
}

static mixture_status draw_reference(reference *own, const mix_cancel *cancel, mixture_error *error) {
    const mix_shape shape = mix_shape_of(own->model);
    mixture_sampler *sampler = mixture_sampler_new(own->model, 0, (size_t)own->trials);
    mix_turns turns = {.cancel = cancel};
    double work = 200 * (double)own->model->d + 20 * own->trials +
                  (double)own->model->k * own->model->family->work(&shape) * MIX_LANES;
    for (size_t i = 0; sampler != NULL && i < own->rows && !mix_turns_over(&turns, work); i++) {
        (void)mixture_sampler_draw(sampler, own->x);
        own->sorted[i] = mixture_responsibilities(own->model, own->x, own->resp, own->scratch);
    }
    mixture_status status = sampler == NULL ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK;
    mixture_sampler_free(sampler);
    if (status == MIXTURE_OK) {
        mix_sort_rising(own->sorted, own->rows);
    }
    return mix_error_status(error, status);
}

/* ---- Finding one -------------------------------------------------------------------------------------------- */

static bool is_reference_of(const reference *own, const mixture_model *model, const double *x) {
    bool same = true;
    for (size_t j = 0; j < model->d && same; j++) {
        same = own->observed[j] == is_observed(x[j]);
    }
    return same && own->trials == sum_of_counts(model, x);
}

/* A place for one more: that which was not used for longest, once there are many. */
static reference *find_place(mix_tails *tails) {
    if (tails->count < MOST_PATTERNS) {
        return &tails->reference[tails->count++];
    }
    reference *oldest = &tails->reference[0];
    for (size_t i = 1; i < tails->count; i++) {
        oldest = tails->reference[i].used < oldest->used ? &tails->reference[i] : oldest;
    }
    clear_reference(oldest);
    return oldest;
}

static mixture_status find_reference(mix_tails *tails, const mixture_model *model, const double *x,
                                     const mix_cancel *cancel, reference **result, mixture_error *error) {
    for (size_t i = 0; i < tails->count; i++) {
        if (is_reference_of(&tails->reference[i], model, x)) {
            *result = &tails->reference[i];
            return MIXTURE_OK;
        }
    }
    reference made = {.rows = 0};
    mixture_status status = make_reference(model, x, cancel, &made, error);
    if (status == MIXTURE_OK) {
        status = draw_reference(&made, cancel, error);
    }
    if (status != MIXTURE_OK) {
        clear_reference(&made);
        return status;
    }
    *result = find_place(tails);
    **result = made;
    return MIXTURE_OK;
}

/* Densities that are the same but for rounding are the same: of counts and levels many are. */
#define SAME_DENSITY 1e-10

static double share_at_most(const reference *own, double log_density) {
    double most = log_density + SAME_DENSITY * (1 + fabs(log_density));
    size_t low = 0, high = own->rows; /* how many are at most so dense is from low to high */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (own->sorted[middle] <= most) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (1 + (double)low) / (1 + (double)own->rows);
}

/* The values that x has, in the marginal model's order. */
static void take_observed(const reference *own, const double *x) {
    for (size_t i = 0; i < own->model->d; i++) {
        own->x[mix_family_place(own->model->family, i)] = x[own->columns[i]];
    }
}

mixture_status mix_tails_share(mix_tails **tails, const mixture_model *model, const double *x,
                               const mix_cancel *cancel, double *share, mixture_error *error) {
    reference *own = NULL;
    bool any = false;
    for (size_t j = 0; j < model->d; j++) {
        any = any || is_observed(x[j]);
    }
    *share = 1;
    mixture_status status = mix_family_need(model->family, MIX_HAS_SAMPLING, error);
    if (status == MIXTURE_OK && sum_of_counts(model, x) > MOST_TRIALS) {
        status = mix_error_invalid(error, "the counts sum to %.16g; expected at most %.0f",
                                   sum_of_counts(model, x), MOST_TRIALS);
    }
    if (status != MIXTURE_OK || !any) {
        return status;
    }
    if (*tails == NULL) {
        *tails = mix_memory_zeros(1, sizeof **tails);
    }
    status = *tails != NULL ? find_reference(*tails, model, x, cancel, &own, error)
                            : mix_error_status(error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        own->used = ++(*tails)->now;
        take_observed(own, x);
        *share = share_at_most(own, mixture_responsibilities(own->model, own->x, own->resp, own->scratch));
    }
    return status;
}
