/* combine.c: from one cluster a component, the two whose union lowers the entropy most become one, again and
** again. Rows are drawn once; a cluster is a column of probabilities, that it has each of these rows, and a union
** is a sum of two columns. */
#include "combine.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "memory.h"
#include "noise.h"
#include "sample.h"

typedef struct joining {
    size_t k;
    double *share, *log_share; /* [cluster * MIX_SAMPLE_ROWS + row]; the logarithm of 0 is not asked for */
    double *entropy;           /* [cluster]: what it adds, over all rows */
    double noise_entropy;      /* what noise adds */
    double *gain;              /* [a * k + b], a < b: how much less it is when these are one */
    size_t *joined;            /* [component]: its cluster, which has the number of its first component */
    mix_turns turns;
} joining;

static bool joining_begin(joining *own, size_t k, const mix_cancel *cancel) {
    *own = (joining){.k = k, .turns = {.cancel = cancel}};
    own->share = mix_memory_array(k, MIX_SAMPLE_ROWS * sizeof *own->share);
    own->log_share = mix_memory_array(k, MIX_SAMPLE_ROWS * sizeof *own->log_share);
    own->entropy = mix_memory_zeros(k, sizeof *own->entropy);
    own->gain = mix_memory_zeros(k, k * sizeof *own->gain);
    own->joined = mix_memory_array(k, sizeof *own->joined);
    return own->share != NULL && own->log_share != NULL && own->entropy != NULL && own->gain != NULL &&
           own->joined != NULL;
}

static void joining_end(joining *own) {
    mix_memory_free(own->share);
    mix_memory_free(own->log_share);
    mix_memory_free(own->entropy);
    mix_memory_free(own->gain);
    mix_memory_free(own->joined);
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

/* Each row's probabilities of the components; what noise has goes into the entropy alone, since it is never
** joined. */
static mixture_status draw_shares(joining *own, const mixture_model *model, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    size_t total;
    mixture_status status = mix_sample_total(model, model->trials, &total, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mixture_sampler *sampler = mixture_sampler_new(model, 0, total);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double *x = mix_memory_array(model->d, sizeof *x), *resp = mix_memory_array(model->k + 1, sizeof *resp);
    bool full = sampler != NULL && scratch != NULL && x != NULL && resp != NULL;
    double work = 200 * (double)model->d + 20 * (double)total +
                  (double)model->k * (model->family->work(&shape) * MIX_LANES + 10);
    for (size_t i = 0; full && i < MIX_SAMPLE_ROWS && !mix_turns_over(&own->turns, work); i++) {
        (void)mixture_sampler_draw(sampler, x);
        (void)mixture_responsibilities(model, x, resp, scratch);
        for (size_t c = 0; c < model->k; c++) {
            own->share[c * MIX_SAMPLE_ROWS + i] = resp[c];
        }
        double noise = model->noisy ? mix_noise_share(model, resp) : 0;
        own->noise_entropy -= noise > 0 ? noise * log(noise) : 0;
    }
    mixture_sampler_free(sampler);
    mixture_scratch_free(scratch);
    mix_memory_free(x);
    mix_memory_free(resp);
    return mix_error_status(error, !full ? MIXTURE_NOMEM : own->turns.over ? MIXTURE_CANCELLED : MIXTURE_OK);
}

/* ---- Clusters ----------------------------------------------------------------------------------------------- */

/* The logarithms and the entropy of a cluster whose probabilities are known, 0 ln 0 = 0. False: stopped. */
static bool measure_cluster(joining *own, size_t a) {
    const double *share = own->share + a * MIX_SAMPLE_ROWS;
    double *log_share = own->log_share + a * MIX_SAMPLE_ROWS, sum = 0;
    for (size_t i = 0; i < MIX_SAMPLE_ROWS; i++) {
        log_share[i] = share[i] > 0 ? log(share[i]) : 0;
        sum -= share[i] * log_share[i];
    }
    own->entropy[a] = sum;
    return !mix_turns_over(&own->turns, 30.0 * MIX_SAMPLE_ROWS);
}

/* How much less entropy there is when a < b are one: over rows, (s + t) ln(s + t) - s ln s - t ln t. With s >= t
** that is (s + t) ln(1 + t / s) + t (ln s - ln t), where no term is negative: also what clusters that hardly touch
** have in common keeps all its digits. False: stopped. */
static bool measure_pair(joining *own, size_t a, size_t b) {
    const double *share = own->share + a * MIX_SAMPLE_ROWS, *other = own->share + b * MIX_SAMPLE_ROWS;
    const double *log_share = own->log_share + a * MIX_SAMPLE_ROWS,
                 *log_other = own->log_share + b * MIX_SAMPLE_ROWS;
    double sum = 0;
    for (size_t i = 0; i < MIX_SAMPLE_ROWS; i++) {
        double most = fmax(share[i], other[i]), least = fmin(share[i], other[i]);
        if (least > 0) {
            sum += (most + least) * log1p(least / most) + least * fabs(log_share[i] - log_other[i]);
        }
    }
    own->gain[a * own->k + b] = sum;
    return !mix_turns_over(&own->turns, 40.0 * MIX_SAMPLE_ROWS);
}

static bool is_cluster(const joining *own, size_t a) {
    return own->joined[a] == a;
}

static bool measure_all(joining *own) {
    bool going = true;
    for (size_t a = 0; going && a < own->k; a++) {
        own->joined[a] = a;
        going = measure_cluster(own, a);
    }
    for (size_t a = 0; going && a < own->k; a++) {
        for (size_t b = a + 1; going && b < own->k; b++) {
            going = measure_pair(own, a, b);
        }
    }
    return going;
}

/* The pair that lowers the entropy most; of equal ones the first. */
static void find_pair(const joining *own, size_t *first, size_t *second) {
    double most = -1;
    for (size_t a = 0; a < own->k; a++) {
        for (size_t b = a + 1; is_cluster(own, a) && b < own->k; b++) {
            if (is_cluster(own, b) && own->gain[a * own->k + b] > most) {
                most = own->gain[a * own->k + b];
                *first = a;
                *second = b;
            }
        }
    }
}

/* Only pairs with the new cluster have changed. False: stopped. */
static bool join_pair(joining *own, size_t a, size_t b) {
    double *share = own->share + a * MIX_SAMPLE_ROWS;
    const double *other = own->share + b * MIX_SAMPLE_ROWS;
    for (size_t i = 0; i < MIX_SAMPLE_ROWS; i++) {
        share[i] += other[i];
    }
    for (size_t c = 0; c < own->k; c++) {
        own->joined[c] = own->joined[c] == b ? a : own->joined[c];
    }
    bool going = measure_cluster(own, a);
    for (size_t c = 0; going && c < own->k; c++) {
        if (c != a && is_cluster(own, c)) {
            going = measure_pair(own, c < a ? c : a, c < a ? a : c);
        }
    }
    return going && !mix_turns_over(&own->turns, (double)own->k * (double)own->k);
}

/* ---- The whole ---------------------------------------------------------------------------------------------- */

/* Of so many clusters, in nats a row. Where there is but one, and no noise, nothing is in doubt: not even by what
** rounding has left of a sum of 1. */
static double mean_entropy(const joining *own, size_t count, bool noisy) {
    double sum = own->noise_entropy;
    for (size_t a = 0; a < own->k; a++) {
        sum += is_cluster(own, a) ? own->entropy[a] : 0;
    }
    return count == 1 && !noisy ? 0 : fmax(sum, 0) / MIX_SAMPLE_ROWS;
}

/* Numbers without gaps. A cluster stands before the other components that it has. */
static void number_clusters(const joining *own, size_t *clusters) {
    size_t count = 0;
    for (size_t a = 0; a < own->k; a++) {
        clusters[a] = is_cluster(own, a) ? count++ : clusters[own->joined[a]];
    }
}

static mixture_status join_all(joining *own, const mixture_model *model, mix_combined *combined,
                               mixture_error *error) {
    mixture_status status = draw_shares(own, model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    bool going = measure_all(own);
    for (size_t count = own->k; going; count--) {
        combined->entropy[count] = mean_entropy(own, count, model->noisy);
        number_clusters(own, combined->clusters + (own->k - count) * own->k);
        if (count == 1) {
            return MIXTURE_OK;
        }
        size_t a = 0, b = 0;
        find_pair(own, &a, &b);
        going = join_pair(own, a, b);
    }
    return mix_error_status(error, MIXTURE_CANCELLED);
}

void mix_combined_free(mix_combined *combined) {
    if (combined != NULL) {
        mix_memory_free(combined->entropy);
        mix_memory_free(combined->clusters);
        mix_memory_free(combined);
    }
}

size_t mix_combined_bytes(const mix_combined *combined) {
    size_t k = combined->k;
    return sizeof *combined + (k + 1) * sizeof *combined->entropy + k * k * sizeof *combined->clusters;
}

static mix_combined *combined_new(size_t k) {
    mix_combined *made = mix_memory_zeros(1, sizeof *made);
    if (made != NULL) {
        *made = (mix_combined){.k = k};
        made->entropy = mix_memory_zeros(k + 1, sizeof *made->entropy);
        made->clusters = mix_memory_zeros(k, k * sizeof *made->clusters);
        if (made->entropy == NULL || made->clusters == NULL) {
            mix_combined_free(made);
            made = NULL;
        }
    }
    return made;
}

mixture_status mix_combine(const mixture_model *model, const mix_cancel *cancel, mix_combined **result,
                           mixture_error *error) {
    joining own;
    *result = NULL;
    mixture_status status = mix_family_need(model->family, MIX_HAS_SAMPLING, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (model->k > MIX_MOST_COMBINED) {
        return mix_error_invalid(error, "argument 1 (model) has %zu components; expected at most %d to combine",
                                 model->k, MIX_MOST_COMBINED);
    }
    mix_combined *made = combined_new(model->k);
    bool full = joining_begin(&own, model->k, cancel) && made != NULL;
    status = full ? join_all(&own, model, made, error) : mix_error_status(error, MIXTURE_NOMEM);
    joining_end(&own);
    if (status != MIXTURE_OK) {
        mix_combined_free(made);
        made = NULL;
    }
    *result = made;
    return status;
}
