/* negative_binomial.c: the negative binomial family: columns of counts, independent given the component, with
** means m_j >= 0 and sizes s_j > 0, the variance being m + m^2 / s:
**
**     log density = sum_j ( ln Gamma(x + s) - ln Gamma(s) - ln x! + s ln(s / (s + m)) + x ln(m / (s + m)) )
**
** A Poisson law whose rate is a gamma variable of shape s; or a Poisson number of groups, s ln(1 + m / s) on
** average, of sizes with a logarithmic law (M. H. Quenouille, Biometrics 5 (1949) 162). The expect step takes the
** second view: a row of count x has t(x) = sum_(i < x) s / (s + i) groups on average, and sums of r, r x and r
** t(x) are all that the M-step wants (K. Adamidis, Australian & New Zealand Journal of Statistics 41 (1999) 213):
** m = sum r x / sum r, and s is the root of s ln(1 + m / s) = sum r t / sum r.
**
** A size without bound is a Poisson law: it ends at 1e8. A mean of 0 where the column is not is held as a Poisson
** rate is. The logarithm of x! is the log base.
**
** Derived, per component and column: for counts below TABLE the log density less its base, then t.
**
** Published: days absent from school in MASS::quine, by R's fitdistr in tests/family/test_negative_binomial.c. */
#include <math.h>

#include "incomplete.h"
#include "kernel.h"
#include "poisson.h"
#include "special.h"
#include "stirling.h"
#include "univariate.h"

enum { COUNT_MEAN, COUNT_SIZE, TABLE = 64 };

static const mix_array negative_binomial_arrays[] = {
    [COUNT_MEAN] = {"means", "mean", MIX_VECTOR}, [COUNT_SIZE] = {"sizes", "size", MIX_VECTOR}};

static bool is_whole_number(double x) {
    return x >= 0 && x <= 0x1p53 && x == floor(x);
}

/* ---- The law of a column ----------------------------------------------------------------------------------- */

/* Taken apart as C. Loader has it (stirling.h): the binomial probability of s in x + s, times s / (x + s). */
static long double negative_binomial_log_density(const mix_law *law, long double x) {
    const long double log_2_pi = 1.837877066409345483560659472811235279723L;
    long double m = (long double)law->p[COUNT_MEAN], s = (long double)law->p[COUNT_SIZE], n = x + s;
    if (m == 0) {
        return x == 0 ? 0 : -HUGE_VALL;
    }
    if (x == 0) {
        return -s * log1pl(m / s);
    }
    return mix_stirling_error(n) - mix_stirling_error(s) - mix_stirling_error(x) -
           mix_stirling_deviance(s, n * (s / (s + m))) - mix_stirling_deviance(x, n * (m / (s + m))) +
           (logl(s / x) - logl(n) - log_2_pi) / 2;
}

/* t(x). */
static long double count_groups(long double s, long double x) {
    return x == 0 ? 0
                  : s * (log1pl(x / s) + mix_special_log_less_digamma(s) - mix_special_log_less_digamma(x + s));
}

/* The s at which s ln(1 + m / s) is so many groups: with y = m / s the root of ln(1 + y) = q y. The difference is
** concave in y and falls at its root, which is below 1 / q^2 - 1: from there Newton's steps come down to it. */
static double find_size(long double m, long double groups) {
    long double q = groups / m, y = (1 - q) * (1 + q) / (q * q);
    for (int i = 0; i < 100 && q < 1; i++) {
        long double step = (log1pl(y) - q * y) / (1 / (1 + y) - q);
        y -= step;
        if (!(fabsl(step) > 1e-18L * y)) {
            break;
        }
    }
    return y > 0 ? (double)(m / y) : (double)INFINITY;
}

/* Of x + 1 trials that go wrong before the s-th goes right: beta's tails (Abramowitz & Stegun 26.5.26). */
static void negative_binomial_tails(const mix_law *law, long double x, long double tails[2]) {
    long double m = (long double)law->p[COUNT_MEAN], s = (long double)law->p[COUNT_SIZE];
    if (x < 0 || m == 0) {
        tails[MIX_LOWER] = x >= 0;
        tails[MIX_UPPER] = x < 0;
        return;
    }
    mix_incomplete_beta(s, floorl(x) + 1, s / (s + m), m / (s + m), tails);
}

static double negative_binomial_mean(const mix_law *law) {
    return law->p[COUNT_MEAN];
}

static double negative_binomial_spread(const mix_law *law) {
    return sqrt(law->p[COUNT_MEAN] * (1 + law->p[COUNT_MEAN] / law->p[COUNT_SIZE]));
}

static double negative_binomial_draw(const mix_law *law, mix_random *random) {
    double rate = mix_random_gamma(random, law->p[COUNT_SIZE]) / law->p[COUNT_SIZE] * law->p[COUNT_MEAN];
    return mix_poisson_draw(random, fmin(rate, 0x1p53));
}

static void negative_binomial_pack(const mix_law *law, double *theta) {
    theta[0] = log(fmax(law->p[COUNT_MEAN], 1e-300));
    theta[1] = log(law->p[COUNT_SIZE]);
}

static void negative_binomial_unpack(mix_law *law, const double *theta) {
    law->p[COUNT_MEAN] = theta[0] > -690 ? exp(fmin(theta[0], 690)) : 0;
    law->p[COUNT_SIZE] = exp(fmin(theta[1], 690));
}

/* Of groups and counts together. */
static void negative_binomial_information(const mix_law *law, double rows, double *information) {
    double m = law->p[COUNT_MEAN], s = law->p[COUNT_SIZE], both = m * (s / (s + m));
    information[0] = rows * both;
    information[1] = rows * fmax(s * log1p(m / s) - both, 0);
}

/* ---- Expect ------------------------------------------------------------------------------------------------ */

static size_t negative_binomial_derived_size(const mix_shape *shape) {
    return shape->d * 2 * TABLE;
}

static size_t negative_binomial_statistics_size(const mix_shape *shape) {
    return 1 + 2 * shape->d;
}

static size_t negative_binomial_scratch_size(const mix_shape *shape) {
    (void)shape;
    return 1;
}

static double negative_binomial_work(const mix_shape *shape) {
    return 12 * (double)shape->d + 40;
}

static const double *table_of(const mixture_model *model, size_t c, size_t j) {
    return model->derived + (c * model->d + j) * 2 * TABLE;
}

/* By the ratio of two counts that follow each other, (s + x) m / ((s + m) (x + 1)), without the last factor. */
static void fill_table(const mix_law *law, double *table) {
    double m = law->p[COUNT_MEAN], s = law->p[COUNT_SIZE], *groups = table + TABLE;
    table[0] = -s * log1p(m / s);
    groups[0] = 0;
    for (size_t x = 0; x + 1 < TABLE; x++) {
        double ratio = log1p(((double)x - m) / (s + m)) + log(m);
        table[x + 1] = m > 0 ? table[x] + ratio : MIX_LOG_ZERO;
        groups[x + 1] = groups[x] + s / (s + (double)x);
    }
}

static mixture_status negative_binomial_prepare(mixture_model *model, mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    for (size_t c = 0; c < model->k && status == MIXTURE_OK; c++) {
        status = mix_univariate_check(model, c, error);
        for (size_t j = 0; j < model->d && status == MIXTURE_OK; j++) {
            const mix_law law = mix_univariate_law(model, c, j);
            fill_table(&law, model->derived + (c * model->d + j) * 2 * TABLE);
        }
    }
    return status;
}

static void negative_binomial_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    for (size_t r = 0; r < rows->count; r++) {
        base[r] = 0;
        for (size_t j = 0; j < shape->d; j++) {
            base[r] -= mix_exponential_log_factorial(rows->x[j * rows->stride + r]);
        }
    }
}

/* Of a count that is not in the table. */
static double far_log_density(const mix_law *law, double x) {
    long double own = negative_binomial_log_density(law, (long double)x);
    return law->p[COUNT_MEAN] > 0 ? (double)(own + (long double)mix_exponential_log_factorial(x)) : MIX_LOG_ZERO;
}

static void negative_binomial_log_densities(const mixture_model *model, const mix_rows *rows, double *densities,
                                            double *scratch) {
    (void)scratch;
    for (size_t c = 0; c < model->k; c++, densities += rows->stride) {
        for (size_t r = 0; r < rows->padded; r++) {
            densities[r] = 0;
        }
        for (size_t j = 0; j < model->d; j++) {
            const double *x = rows->x + j * rows->stride, *table = table_of(model, c, j);
            const mix_law law = mix_univariate_law(model, c, j);
            for (size_t r = 0; r < rows->count; r++) {
                densities[r] += x[r] < TABLE ? table[(size_t)x[r]] : far_log_density(&law, x[r]);
            }
        }
    }
}

static void negative_binomial_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                         double *statistics, double *scratch) {
    size_t d = model->d;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++, resp += rows->stride, statistics += 1 + 2 * d) {
        mix_kernel_current()->sums(rows, d, resp, statistics);
        for (size_t j = 0; j < d; j++) {
            const double *x = rows->x + j * rows->stride, *groups = table_of(model, c, j) + TABLE;
            long double size = (long double)model->arrays[COUNT_SIZE][c * d + j];
            double sum = 0;
            for (size_t r = 0; r < rows->count; r++) {
                sum += resp[r] *
                       (x[r] < TABLE ? groups[(size_t)x[r]] : (double)count_groups(size, (long double)x[r]));
            }
            statistics[1 + d + j] += sum;
        }
    }
}

/* ---- Maximize ---------------------------------------------------------------------------------------------- */

/* Mean of column j over all rows. */
static double overall_mean(const mixture_model *model, const double *statistics, size_t j) {
    double n = 0, sum = 0;
    for (size_t c = 0; c < model->k; c++, statistics += 1 + 2 * model->d) {
        n += statistics[0];
        sum += statistics[1 + j];
    }
    return sum / n;
}

static void negative_binomial_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                                       double *scratch) {
    size_t d = model->d;
    (void)how;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++) {
        const double *own = statistics + c * (1 + 2 * d);
        model->floored[c] = MIX_FLOOR_NONE;
        for (size_t j = 0; j < d && own[0] >= MIX_EMPTY; j++) {
            mix_law law = mix_univariate_law(model, c, j);
            double mean = own[1 + j] / own[0];
            law.p[COUNT_MEAN] = fmax(mean, MIX_EXPONENTIAL_FLOOR * overall_mean(model, statistics, j));
            if (mean > 0) {
                law.p[COUNT_SIZE] = find_size((long double)mean, (long double)(own[1 + d + j] / own[0]));
            }
            mix_univariate_clamp(model->family->univariate, &law);
            mix_univariate_set(model, c, j, &law);
        }
    }
}

/* A row has s ln(1 + m / s) groups on average. */
static void negative_binomial_represent(const mixture_model *model, size_t component, double rows, double *own) {
    size_t d = model->d;
    own[0] = rows;
    for (size_t j = 0; j < d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        double m = law.p[COUNT_MEAN], s = law.p[COUNT_SIZE];
        own[1 + j] = rows * m;
        own[1 + d + j] = rows * s * log1p(m / s);
    }
}

/* A mean of 0 that was given is held at the floor: no row is impossible to begin with. */
static bool negative_binomial_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    for (size_t j = 0; j < model->d; j++) {
        double mean = 0;
        for (size_t c = 0; c < model->k; c++) {
            mean += model->weights[c] * model->arrays[COUNT_MEAN][c * model->d + j];
        }
        for (size_t c = 0; c < model->k; c++) {
            double *own = &model->arrays[COUNT_MEAN][c * model->d + j];
            *own = *own == 0 ? MIX_EXPONENTIAL_FLOOR * mean : *own;
        }
    }
    return mix_univariate_constrain(model, how, scratch);
}

/* ln(x + 1), as the deviation of large counts is in proportion to them. */
static bool negative_binomial_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                                     double *points, double *scratch) {
    (void)scratch;
    return mix_univariate_points(data, log1p, variant, cancel, points);
}

/* ---- A size at its end -------------------------------------------------------------------------------------- */

#define MOST_COUNT_SIZE 1e8

static bool size_is_at_end(const mixture_model *model, size_t component, size_t column) {
    return model->arrays[COUNT_SIZE][component * model->d + column] >= MOST_COUNT_SIZE;
}

static const mix_limit negative_binomial_limit = {"size", "poisson", MOST_COUNT_SIZE, size_is_at_end};

/* ---- The family -------------------------------------------------------------------------------------------- */

static const mix_univariate negative_binomial_law = {
    .column = {.accepts = is_whole_number, .expected = "a count, an integer from 0 to 2^53", .whole = true},
    .parameters = 2,
    .stand_in = {1, 1},
    .low = {0, 1e-8},
    .high = {0x1p53, MOST_COUNT_SIZE},
    .log_density = negative_binomial_log_density,
    .tails = negative_binomial_tails,
    .mean = negative_binomial_mean,
    .place = negative_binomial_mean,
    .spread = negative_binomial_spread,
    .draw = negative_binomial_draw,
    .pack = negative_binomial_pack,
    .unpack = negative_binomial_unpack,
    .information = negative_binomial_information,
};

const mixture_family mixture_negative_binomial = {
    MIX_UNIVARIATE_MEMBERS,
    .name = "negative_binomial",
    .limit = &negative_binomial_limit,
    .array_count = sizeof negative_binomial_arrays / sizeof *negative_binomial_arrays,
    .arrays = negative_binomial_arrays,
    .derived_size = negative_binomial_derived_size,
    .statistics_size = negative_binomial_statistics_size,
    .scratch_size = negative_binomial_scratch_size,
    .work = negative_binomial_work,
    .prepare = negative_binomial_prepare,
    .log_base = negative_binomial_log_base,
    .log_density = negative_binomial_log_densities,
    .accumulate = negative_binomial_accumulate,
    .maximize = negative_binomial_maximize,
    .represent = negative_binomial_represent,
    .features = negative_binomial_points,
    .constrain = negative_binomial_constrain,
    .latent = true,
    .univariate = &negative_binomial_law,
};
