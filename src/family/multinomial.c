/* multinomial.c: the multinomial family: a row is counts n_1 ... n_d of N trials, each of which falls into
** category j with the component's probability p_j:
**
**     log density = ln N! - sum ln n_j! + sum n_j ln p_j
**
** The first two terms, the multinomial coefficient, hold no parameter: they are the family's log_base. Of many
** trials they and the last one are large and of other sign; single rows are then taken apart as in stirling.h.
**
** Statistics of a component: N = sum r and s_j = sum r n_j. Then p_j = s_j / sum s. Where that would be below
** MIX_EXPONENTIAL_FLOOR times the category's share of all counts it is held there: a probability of exactly 0
** could never rise again, whatever rows come to the component. Categories that never occur do keep 0.
**
** Values not observed: the total is not known then, so the observed counts are taken given their own sum, which
** are multinomial with probabilities p_j / sum p over the observed ones. Of those not observed as many are
** expected for an observed one as the probabilities say, and EM with that is EM: docs/mathematics.md. */
#include <math.h>
#include <string.h>

#include "error.h"
#include "exponential.h"
#include "portable.h"
#include "simplex.h"
#include "stirling.h"

enum { PROBABILITIES }; /* its parameter array */

static const mix_array multinomial_arrays[] = {[PROBABILITIES] = {"probabilities", "probability", MIX_VECTOR}};

static const double *probabilities_of(const mixture_model *model, size_t component) {
    return model->arrays[PROBABILITIES] + component * model->d;
}

static const mix_column *multinomial_column(const mix_shape *shape, size_t j) {
    (void)shape;
    (void)j;
    return &mix_count_column;
}

static size_t multinomial_parameter_count(const mix_shape *shape) {
    return shape->k * (shape->d - 1);
}

static size_t multinomial_least_rows(const mix_shape *shape, size_t free) {
    (void)shape;
    (void)free;
    return 1;
}

static void multinomial_stand_in(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        model->arrays[PROBABILITIES][i] = 1 / (double)model->d;
    }
}

/* eta = ln p_j, A = 0. */
static mixture_status multinomial_natural(const mixture_model *model, size_t c, double *eta, double *log_partition,
                                          mixture_error *error) {
    const double *p = probabilities_of(model, c);
    double sum = 0;
    *log_partition = 0;
    for (size_t j = 0; j < model->d; j++) {
        if (!(p[j] >= 0 && p[j] <= 1 + 1e-6)) {
            return mix_error_invalid(error, "probabilities[%zu][%zu] is %g; expected a number from 0 to 1", c, j,
                                     p[j]);
        }
        eta[j] = p[j] > 0 ? log(p[j]) : MIX_LOG_ZERO;
        sum += p[j];
    }
    if (!(fabs(sum - 1) <= 1e-6)) {
        return mix_error_invalid(error, "probabilities[%zu] sum to %.9g; expected 1", c, sum);
    }
    return MIXTURE_OK;
}

/* Trials up to which sums of logarithms of factorials have all digits that matter. */
#define FEW_TRIALS 1e4

/* ln N! - sum ln n_j! for many trials: terms of one sign, but for a few small ones. */
static double log_coefficient(const double *counts, size_t stride, size_t d) {
    long double total = 0; /* a double has no room for all sums of counts */
    for (size_t j = 0; j < d; j++) {
        total += (long double)counts[j * stride];
    }
    long double sum = mix_stirling_rest(total);
    for (size_t j = 0; j < d; j++) {
        long double n = (long double)counts[j * stride];
        sum -= n > 0 ? mix_stirling_rest(n) + n * logl(n / total) : 0;
    }
    return (double)sum;
}

static void multinomial_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    size_t d = mix_rows_columns(rows, shape->d);
    for (size_t r = 0; r < rows->count; r++) {
        double total = 0, sum = 0;
        for (size_t j = 0; j < d; j++) {
            total += rows->x[j * rows->stride + r];
        }
        for (size_t j = 0; j < d && total <= FEW_TRIALS; j++) {
            sum += mix_exponential_log_factorial(rows->x[j * rows->stride + r]);
        }
        base[r] = total <= FEW_TRIALS ? mix_exponential_log_factorial(total) - sum
                                      : log_coefficient(rows->x + r, rows->stride, d);
    }
}

/* ---- Maximize --------------------------------------------------------------------------------------- */

static unsigned char multinomial_solve(mixture_model *model, size_t c, const double *own, const double *all,
                                       const mix_maximize *how, double *floors) {
    size_t d = model->d;
    double *p = model->arrays[PROBABILITIES] + c * d, total = 0, counts = 0, sum = 0;
    (void)how;
    for (size_t j = 0; j < d; j++) {
        total += all[1 + j];
        counts += own[1 + j];
        sum += p[j];
    }
    for (size_t j = 0; j < d; j++) {
        floors[j] = all[1 + j] * (total > 0 ? MIX_EXPONENTIAL_FLOOR / total : 0);
    }
    if (counts > MIX_EMPTY) {
        mix_simplex_share(d, own + 1, floors, p);
        return MIX_FLOOR_NONE;
    }
    for (size_t j = 0; j < d && sum == 0; j++) { /* nothing is known of it, not even from before */
        p[j] = 1 / (double)d;
    }
    return MIX_FLOOR_NONE;
}

static void multinomial_expect(const mixture_model *model, size_t c, double *t) {
    for (size_t j = 0; j < model->d; j++) {
        t[j] = model->trials * probabilities_of(model, c)[j];
    }
}

/* Sum of the probabilities of what is observed. */
static double observed_share(const mixture_model *model, size_t c, const mix_pattern *pattern) {
    double sum = 0;
    for (size_t i = 0; i < pattern->count; i++) {
        sum += probabilities_of(model, c)[pattern->columns[i]];
    }
    return sum;
}

static void multinomial_marginal(const mixture_model *model, size_t c, const mix_pattern *pattern,
                                 double *log_partition, double *shift) {
    double share = observed_share(model, c, pattern);
    *log_partition = 0;
    *shift = share > 0 ? -log(share) : 0;
}

static void multinomial_complete(const mixture_model *model, size_t c, const mix_pattern *pattern, double *own) {
    const double *p = probabilities_of(model, c);
    double share = observed_share(model, c, pattern), counts = 0;
    for (size_t i = 0; i < pattern->count; i++) {
        counts += own[1 + pattern->columns[i]];
    }
    for (size_t j = 0, i = 0; j < model->d; j++) {
        bool observed = i < pattern->count && pattern->columns[i] == j;
        own[1 + j] = observed ? own[1 + j] : share > 0 ? counts * (p[j] / share) : 0;
        i += observed;
    }
}

/* A probability of 0 that was given is held at the floor: no row is impossible to begin with. */
static bool multinomial_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    (void)how;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++) {
        mix_simplex_raise(model->d, MIX_EXPONENTIAL_FLOOR / (double)model->d,
                          model->arrays[PROBABILITIES] + c * model->d);
    }
    return false;
}

/* Mean sum of a row. */
static double multinomial_mean_total(const mix_shape *shape, const double *statistics) {
    double sum = 0, rows = 0;
    for (size_t c = 0; c < shape->k; c++) {
        const double *own = statistics + c * (1 + shape->d);
        rows += own[0];
        for (size_t j = 0; j < shape->d; j++) {
            sum += own[1 + j];
        }
    }
    return sum / rows;
}

static bool multinomial_coincide(const mixture_model *model, size_t a, size_t b) {
    return mix_simplex_coincide(model->d, probabilities_of(model, a), probabilities_of(model, b));
}

/* ---- Coordinates for extrapolation: ln p, up to a constant ------------------------------------------------ */

static void multinomial_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    (void)scratch;
    mix_simplex_unpack(model->d, theta, model->arrays[PROBABILITIES] + component * model->d);
}

/* ---- Clustering space ------------------------------------------------------------------------------- */

/* The shares of the categories in a row, which rows without a count take from all rows together; whitened:
** their square roots, between which Euclidean distance is Hellinger's: rare categories count, too. */
static bool multinomial_features(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                                 double *points, double *scratch) {
    size_t d = data->d;
    double *all = scratch, total = 0;
    mix_turns turns = {.cancel = cancel};
    memset(all, 0, d * sizeof(double));
    for (size_t row = 0; row < data->rows && !mix_turns_over(&turns, 10 * (double)d); row++) {
        for (size_t j = 0; j < d; j++) {
            double count = mix_data_weight(data, row) * mix_data_value(data, row, j);
            all[j] += count;
            total += count;
        }
    }
    for (size_t row = 0; row < data->rows && !mix_turns_over(&turns, 30 * (double)d); row++) {
        double own = 0;
        for (size_t j = 0; j < d; j++) {
            own += mix_data_value(data, row, j);
        }
        for (size_t j = 0; j < d; j++) {
            double share = own > 0     ? mix_data_value(data, row, j) / own
                           : total > 0 ? all[j] / total
                                       : 1 / (double)d;
            points[row * d + j] = variant == MIX_FEATURES_WHITENED ? sqrt(share) : share;
        }
    }
    return !turns.over;
}

/* ---- Single rows --------------------------------------------------------------------------------------- */

static size_t multinomial_observed_size(const mix_shape *shape) {
    (void)shape;
    return 1;
}

/* What of a row is observed: trials and probability; and how far the probability of what occurred is from 1, or
** from the whole probability of what is observed where that is not all. */
typedef struct seen {
    long double trials, probability, excess;
    bool possible;
} seen;

static seen look_at(const mixture_model *model, const double *p, const double *x) {
    seen s = {.possible = true};
    /* Sum and what rounding takes from it (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, theorem B). */
    long double all = -1, lost = 0;
    bool complete = true;
    for (size_t j = 0; j < model->d; j++) {
        long double one = (long double)p[j], sum = all + one, part = sum - all;
        lost += (all - (sum - part)) + (one - part);
        all = sum;
        complete = complete && !isnan(x[j]);
        s.trials += isnan(x[j]) ? 0 : (long double)x[j];
        s.probability += isnan(x[j]) ? 0 : one;
        s.excess -= x[j] == 0 ? one : 0;
        s.possible = s.possible && !(x[j] > 0 && p[j] == 0);
    }
    if (complete) {
        s.probability = 1;
        s.excess += all + lost;
    }
    return s;
}

/* ln N! - sum ln n_j! + sum n_j ln p_j as it is written. */
static long double density_of_few(const mixture_model *model, const double *p, const double *x, const seen *s) {
    long double result = 0;
    for (size_t j = 0; j < model->d; j++) {
        if (x[j] > 0) {
            result -= mix_portable_log_gamma_long((long double)x[j] + 1);
            result += (long double)x[j] * logl((long double)p[j] / s->probability);
        }
    }
    return result + mix_portable_log_gamma_long(s->trials + 1);
}

/* The same: n_j ln(N p_j / n_j) = N p_j - n_j - deviance, of which the n_j add up to N, and the N p_j to N but
** for what the probabilities of what occurred lack of 1. */
static long double density_of_many(const mixture_model *model, const double *p, const double *x, const seen *s) {
    long double result = mix_stirling_rest(s->trials) + s->trials * (s->excess / s->probability);
    for (size_t j = 0; j < model->d; j++) {
        if (x[j] > 0) {
            long double n = (long double)x[j], mean = s->trials * ((long double)p[j] / s->probability);
            result -= mix_stirling_rest(n) + mix_stirling_deviance(n, mean);
        }
    }
    return result;
}

static long double multinomial_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                                    long double *scratch) {
    const double *p = probabilities_of(model, component);
    const seen s = look_at(model, p, x);
    (void)scratch;
    if (!s.possible) {
        return -HUGE_VALL;
    }
    return s.trials <= (long double)FEW_TRIALS ? density_of_few(model, p, x, &s)
                                               : density_of_many(model, p, x, &s);
}

/* A count not observed: as many per observed count as the probabilities say. */
static void multinomial_conditional(const mixture_model *model, size_t component, const double *x,
                                    double *complete, long double *scratch) {
    const double *p = probabilities_of(model, component);
    double observed = 0, total = 0;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        observed += isnan(x[j]) ? 0 : p[j];
        total += isnan(x[j]) ? 0 : x[j];
    }
    for (size_t j = 0; j < model->d; j++) {
        double rate = observed > 0 ? p[j] / observed : 0;
        complete[j] = isnan(x[j]) ? total * rate : x[j];
    }
}

/* Factors: the probabilities added up, in which a trial is found by bisection. */
static void multinomial_sample_factors(const mixture_model *model, double *factors) {
    for (size_t c = 0; c < model->k; c++) {
        double sum = 0;
        for (size_t j = 0; j < model->d; j++) {
            sum += probabilities_of(model, c)[j];
            factors[c * model->d + j] = sum;
        }
    }
}

static void multinomial_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                               mix_random *random, double *x) {
    size_t d = model->d;
    const double *sums = factors + component * d;
    memset(x, 0, d * sizeof(double));
    for (size_t t = 0; t < trials; t++) {
        double u = mix_random_uniform(random) * sums[d - 1];
        size_t low = 0, high = d - 1; /* the first sum above u is in low..high */
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (sums[middle] > u) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        x[low]++;
    }
}

/* ---- Some columns ------------------------------------------------------------------------------------------- */

/* The counts of some columns given their sum, which is as NULLs are taken: others say nothing of how it divides.
** */
static bool multinomial_reduce(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                               const double *x, mixture_model *part, long double *scratch, mix_turns *turns) {
    double sum = 0;
    (void)mix_family_pick(model, component, columns, count, x, part, scratch, turns);
    double *p = part->arrays[PROBABILITIES] + component * count;
    for (size_t i = 0; i < count; i++) {
        sum += p[i];
    }
    for (size_t i = 0; i < count; i++) {
        p[i] = count == 1 ? 1 : p[i] / sum;
    }
    return sum > 0;
}

/* ---- The family ------------------------------------------------------------------------------------------ */

static const mix_exponential multinomial_exponential = {.natural = multinomial_natural,
                                                        .solve = multinomial_solve,
                                                        .mean = multinomial_expect,
                                                        .marginal = multinomial_marginal,
                                                        .complete = multinomial_complete};
static const mix_coordinates multinomial_coordinates = {mix_exponential_log_size, mix_exponential_log_pack,
                                                        multinomial_unpack, mix_exponential_log_information};
static const mix_observed multinomial_observed = {multinomial_observed_size, multinomial_observed_log_density,
                                                  multinomial_conditional};
static const mix_conditional multinomial_conditionals = {multinomial_reduce, NULL};
static const mix_sampling multinomial_sampling = {multinomial_sample_factors, multinomial_sample};

const mixture_family mixture_multinomial = {
    MIX_EXPONENTIAL_MEMBERS,
    .name = "multinomial",
    .fit = "mmm_fit",
    .select = "mmm_select",
    .array_count = sizeof multinomial_arrays / sizeof *multinomial_arrays,
    .arrays = multinomial_arrays,
    .column = multinomial_column,
    .parameter_count = multinomial_parameter_count,
    .least_rows = multinomial_least_rows,
    .stand_in = multinomial_stand_in,
    .log_base = multinomial_log_base,
    .constrain = multinomial_constrain,
    .coincide = multinomial_coincide,
    .features = multinomial_features,
    .together = true,
    .start_spread = 0.05, /* no category is shut out by a first partition */
    .mean_total = multinomial_mean_total,
    .exponential = &multinomial_exponential,
    .missing = &mix_exponential_missing,
    .coordinates = &multinomial_coordinates,
    .observed = &multinomial_observed,
    .sampling = &multinomial_sampling,
    .conditional = &multinomial_conditionals,
};
