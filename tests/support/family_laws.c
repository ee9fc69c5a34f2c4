/* family_laws.c: their plain mathematics: densities as the textbooks have them, estimates by bracketing, special
** functions by their definitions. */
#include "family_laws.h"

#include <math.h>
#include <string.h>

/* ---- Any law of two parameters ----------------------------------------------------------------------------- */

static double law_parameter(const mixture_model *model, size_t a, size_t c, size_t j) {
    return model->arrays[a][c * model->d + j];
}

static void set_law(mixture_model *model, size_t c, size_t j, double first, double second) {
    model->arrays[0][c * model->d + j] = first;
    if (model->family != mixture_family_find("exponential")) {
        model->arrays[1][c * model->d + j] = second;
    }
}

typedef long double plain_density(const mixture_model *model, size_t c, size_t j, long double x);
typedef long double plain_mean(const mixture_model *model, size_t c, size_t j);

/* Each column that is observed by its density, each other one by its mean. */
static long double observe_laws(const mixture_model *model, size_t c, const double *x, double *complete,
                                plain_density *density, plain_mean *mean) {
    long double sum = 0;
    for (size_t j = 0; j < model->d; j++) {
        sum += isnan(x[j]) ? 0 : density(model, c, j, (long double)x[j]);
        complete[j] = isnan(x[j]) ? (double)mean(model, c, j) : x[j];
    }
    return sum;
}

/* Weighted mean of f over a column. */
static long double column_mean(const mixture_model *model, const double *x, const double *weight, size_t rows,
                               size_t j, long double (*f)(long double)) {
    long double n = 0, sum = 0;
    for (size_t r = 0; r < rows; r++) {
        n += (long double)weight[r];
        sum += (long double)weight[r] * f((long double)x[r * model->d + j]);
    }
    return sum / n;
}

static long double law_loglik(const mixture_model *model, const double *x, const double *weight, size_t rows,
                              plain_density *density) {
    long double loglik = 0;
    for (size_t i = 0; i < rows * model->d; i++) {
        loglik += (long double)weight[i / model->d] * density(model, 0, i % model->d, (long double)x[i]);
    }
    return loglik;
}

static long double itself(long double x) {
    return x;
}

/* Where a falling function is 0, between low and high: by the Illinois rule in ln x. */
long double family_laws_root(long double (*f)(long double x, const void *about), const void *about,
                             long double low, long double high) {
    long double left = logl(low), right = logl(high), f_left = f(low, about), f_right = f(high, about);
    long double step = 1, last = left;
    for (int i = 0; i < 200 && step > 3e-18L * (1 + fabsl(last)); i++) {
        long double middle = right - f_right * (right - left) / (f_right - f_left);
        middle = middle > left && middle < right && i % 8 != 7 ? middle : (left + right) / 2;
        long double value = f(expl(middle), about);
        step = fabsl(middle - last);
        last = middle;
        if (value > 0) {
            f_right = f_right * (i % 8 == 7 ? 1 : 0.5L);
            left = middle;
            f_left = value;
        } else {
            f_left = f_left * (i % 8 == 7 ? 1 : 0.5L);
            right = middle;
            f_right = value;
        }
        if (value == 0) {
            break;
        }
    }
    return expl(last);
}

/* From 15 on by a series, below by stepping up to there. */
long double family_laws_digamma(long double x) {
    long double sum = 0;
    for (; x < 15; x++) {
        sum -= 1 / x;
    }
    long double y = 1 / (x * x);
    return sum + logl(x) - 1 / (2 * x) -
           y * (1 / 12.0L -
                y * (1 / 120.0L - y * (1 / 252.0L - y * (1 / 240.0L - y * (1 / 132.0L - y * 691 / 32760)))));
}

static double plain_exponential(mix_random *random) {
    return -log(1 - mix_random_uniform(random));
}

/* As many exponential ones as the shape is whole, and for its fraction f one times a beta(f, 1 - f) by Johnk. */
double family_laws_gamma(mix_random *random, double shape) {
    double sum = 0, left = shape - floor(shape), u = 1, v = 1;
    for (double i = 1; i <= shape; i++) {
        sum += plain_exponential(random);
    }
    while (left > 0 && u + v > 1) {
        u = pow(mix_random_uniform(random), 1 / left);
        v = pow(mix_random_uniform(random), 1 / (1 - left));
    }
    return left > 0 ? sum + plain_exponential(random) * u / (u + v) : sum;
}

/* ---- Exponential ------------------------------------------------------------------------------------------- */

static void fill_exponential(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        size_t c = i / model->d;
        double rate = i % model->d == 0 ? pow(0.05, (double)c) : 1;
        set_law(model, c, i % model->d, rate * (0.7 + mix_random_uniform(random)), 0);
    }
}

static void fill_hard_exponential(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        set_law(model, i / model->d, i % model->d, i % 3 == 0 ? 1e-150 : i % 3 == 1 ? 1 : 1e150, 0);
    }
}

static void draw_exponential(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        x[j] = plain_exponential(random) / law_parameter(model, 0, component, j);
    }
}

static long double density_of_exponential(const mixture_model *model, size_t c, size_t j, long double x) {
    long double rate = (long double)law_parameter(model, 0, c, j);
    return logl(rate) - rate * x;
}

static long double mean_of_exponential(const mixture_model *model, size_t c, size_t j) {
    return 1 / (long double)law_parameter(model, 0, c, j);
}

static long double fit_one_exponential(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        set_law(model, 0, j, (double)(1 / column_mean(model, x, weight, rows, j, itself)), 0);
    }
    return law_loglik(model, x, weight, rows, density_of_exponential);
}

static long double observed_exponential(const mixture_model *model, size_t component, const double *x,
                                        double *complete) {
    return observe_laws(model, component, x, complete, density_of_exponential, mean_of_exponential);
}

/* ---- Gamma ------------------------------------------------------------------------------------------------- */

static void fill_gamma(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        size_t c = i / model->d;
        double mean = i % model->d == 0 ? pow(3, (double)c) : 2, shape = 2 + 8 * mix_random_uniform(random);
        set_law(model, c, i % model->d, shape, shape / mean / (0.8 + 0.4 * mix_random_uniform(random)));
    }
}

static void fill_hard_gamma(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double shape = i % 3 == 0 ? 1e-6 : i % 3 == 1 ? 1 : 1e8;
        set_law(model, i / model->d, i % model->d, shape, i % 2 == 0 ? 1e-100 : 1e100);
    }
}

static void draw_gamma(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double shape = law_parameter(model, 0, component, j);
        x[j] = family_laws_gamma(random, shape) / law_parameter(model, 1, component, j);
    }
}

static long double density_of_gamma(const mixture_model *model, size_t c, size_t j, long double x) {
    long double a = (long double)law_parameter(model, 0, c, j), b = (long double)law_parameter(model, 1, c, j);
    return a * logl(b) - lgammal(a) + (a - 1) * logl(x) - b * x;
}

static long double mean_of_gamma(const mixture_model *model, size_t c, size_t j) {
    return (long double)law_parameter(model, 0, c, j) / (long double)law_parameter(model, 1, c, j);
}

static long double gamma_equation(long double shape, const void *means) {
    const long double *about = means;
    return logl(shape) - family_laws_digamma(shape) - about[0];
}

static long double fit_one_gamma(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        long double mean = column_mean(model, x, weight, rows, j, itself);
        long double gap = logl(mean) - column_mean(model, x, weight, rows, j, logl);
        long double shape = family_laws_root(gamma_equation, &gap, 1e-6L, 1e6L);
        set_law(model, 0, j, (double)shape, (double)(shape / mean));
    }
    return law_loglik(model, x, weight, rows, density_of_gamma);
}

static long double observed_gamma(const mixture_model *model, size_t component, const double *x,
                                  double *complete) {
    return observe_laws(model, component, x, complete, density_of_gamma, mean_of_gamma);
}

/* ---- Lognormal --------------------------------------------------------------------------------------------- */

static void fill_lognormal(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double mean = (i % model->d == 0 ? (double)(i / model->d) : 1) + 0.3 * mix_random_uniform(random);
        set_law(model, i / model->d, i % model->d, mean, 0.2 + 0.2 * mix_random_uniform(random));
    }
}

static void fill_hard_lognormal(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        set_law(model, i / model->d, i % model->d, i % 3 == 0 ? -300 : 300, i % 2 == 0 ? 1e-4 : 100);
    }
}

static void draw_lognormal(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double z = mix_random_normal(random);
        x[j] = exp(law_parameter(model, 0, component, j) + law_parameter(model, 1, component, j) * z);
    }
}

static long double density_of_lognormal(const mixture_model *model, size_t c, size_t j, long double x) {
    long double m = (long double)law_parameter(model, 0, c, j), s = (long double)law_parameter(model, 1, c, j);
    return -(logl(x) - m) * (logl(x) - m) / (2 * s * s) - logl(x * s * sqrtl(2 * acosl(-1)));
}

static long double mean_of_lognormal(const mixture_model *model, size_t c, size_t j) {
    long double s = (long double)law_parameter(model, 1, c, j);
    return expl((long double)law_parameter(model, 0, c, j) + s * s / 2);
}

static long double squared_logarithm(long double x) {
    return logl(x) * logl(x);
}

static long double fit_one_lognormal(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        long double mean = column_mean(model, x, weight, rows, j, logl);
        long double square = column_mean(model, x, weight, rows, j, squared_logarithm);
        set_law(model, 0, j, (double)mean, (double)sqrtl(square - mean * mean));
    }
    return law_loglik(model, x, weight, rows, density_of_lognormal);
}

static long double observed_lognormal(const mixture_model *model, size_t component, const double *x,
                                      double *complete) {
    return observe_laws(model, component, x, complete, density_of_lognormal, mean_of_lognormal);
}

/* ---- Beta -------------------------------------------------------------------------------------------------- */

static void fill_beta(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double c = (double)(i / model->d), sum = 15 + 15 * mix_random_uniform(random);
        double mean =
            i % model->d == 0 ? (c + 0.6) / ((double)model->k + 0.2) : 0.2 + 0.6 * mix_random_uniform(random);
        set_law(model, i / model->d, i % model->d, sum * mean, sum * (1 - mean));
    }
}

static void fill_hard_beta(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        set_law(model, i / model->d, i % model->d, i % 3 == 0 ? 1e-6 : 3e7, i % 2 == 0 ? 2 : 5e7);
    }
}

static void draw_beta(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double a = family_laws_gamma(random, law_parameter(model, 0, component, j));
        x[j] = a / (a + family_laws_gamma(random, law_parameter(model, 1, component, j)));
    }
}

static long double density_of_beta(const mixture_model *model, size_t c, size_t j, long double x) {
    long double a = (long double)law_parameter(model, 0, c, j), b = (long double)law_parameter(model, 1, c, j);
    return (a - 1) * logl(x) + (b - 1) * log1pl(-x) - lgammal(a) - lgammal(b) + lgammal(a + b);
}

static long double mean_of_beta(const mixture_model *model, size_t c, size_t j) {
    long double a = (long double)law_parameter(model, 0, c, j), b = (long double)law_parameter(model, 1, c, j);
    return a / (a + b);
}

static long double log_of_rest(long double x) {
    return log1pl(-x);
}

/* The b that goes with a: psi(b) - psi(a + b) = about[1], which rises with b. */
static long double second_beta_equation(long double b, const void *means) {
    const long double *about = means;
    return about[1] - family_laws_digamma(b) + family_laws_digamma(about[2] + b);
}

/* And with that b, psi(a) - psi(a + b) = about[0]. */
static long double beta_equation(long double a, const void *means) {
    const long double *about = means;
    const long double all[3] = {about[0], about[1], a};
    long double b = family_laws_root(second_beta_equation, all, 1e-3L, 1e5L);
    return about[0] - family_laws_digamma(a) + family_laws_digamma(a + b);
}

static long double fit_one_beta(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        long double about[3] = {column_mean(model, x, weight, rows, j, logl),
                                column_mean(model, x, weight, rows, j, log_of_rest), 0};
        about[2] = family_laws_root(beta_equation, about, 1e-3L, 1e5L);
        set_law(model, 0, j, (double)about[2], (double)family_laws_root(second_beta_equation, about, 1e-3L, 1e5L));
    }
    return law_loglik(model, x, weight, rows, density_of_beta);
}

static long double observed_beta(const mixture_model *model, size_t component, const double *x, double *complete) {
    return observe_laws(model, component, x, complete, density_of_beta, mean_of_beta);
}

/* ---- Von Mises --------------------------------------------------------------------------------------------- */

static void fill_von_mises(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double turn = i % model->d == 0 ? (double)(i / model->d) / (double)model->k : mix_random_uniform(random);
        double angle = 2 * acos(-1) * turn + 0.2 * mix_random_uniform(random);
        set_law(model, i / model->d, i % model->d, angle, 3 + 4 * mix_random_uniform(random));
    }
}

static void fill_hard_von_mises(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        set_law(model, i / model->d, i % model->d, i % 2 == 0 ? 5 : -1e5,
                i % 3 == 0   ? 0
                : i % 3 == 1 ? 1e-9
                             : 1e8);
    }
}

/* Any angle, taken as often as it is likely. */
static void draw_von_mises(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double k = law_parameter(model, 1, component, j), height;
        do {
            x[j] = 2 * acos(-1) * mix_random_uniform(random);
            height = exp(k * (cos(x[j] - law_parameter(model, 0, component, j)) - 1));
        } while (mix_random_uniform(random) >= height);
    }
}

/* Mean over a turn of exp(k (cos t - 1)) cos(power t): exact up to k = 30, as the function is periodic and
** smooth. */
static long double turn_mean(long double k, long double power) {
    enum { STEPS = 80 };
    long double sum = 0;
    for (int i = 0; i < STEPS; i++) {
        long double t = 2 * acosl(-1) * i / STEPS;
        sum += expl(k * (cosl(t) - 1)) * cosl(power * t);
    }
    return sum / STEPS;
}

static long double density_of_von_mises(const mixture_model *model, size_t c, size_t j, long double x) {
    long double k = (long double)law_parameter(model, 1, c, j);
    long double offset = x - (long double)law_parameter(model, 0, c, j);
    return k * (cosl(offset) - 1) - logl(2 * acosl(-1) * turn_mean(k, 0));
}

static long double mean_of_von_mises(const mixture_model *model, size_t c, size_t j) {
    return (long double)law_parameter(model, 0, c, j);
}

static long double von_mises_equation(long double k, const void *means) {
    const long double *about = means;
    return about[0] - turn_mean(k, 1) / turn_mean(k, 0);
}

static long double fit_one_von_mises(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        long double c = column_mean(model, x, weight, rows, j, cosl),
                    s = column_mean(model, x, weight, rows, j, sinl);
        long double length = hypotl(c, s), angle = atan2l(s, c);
        angle += angle < 0 ? 2 * acosl(-1) : 0;
        set_law(model, 0, j, (double)angle, (double)family_laws_root(von_mises_equation, &length, 1e-6L, 1e4L));
    }
    return law_loglik(model, x, weight, rows, density_of_von_mises);
}

static long double observed_von_mises(const mixture_model *model, size_t component, const double *x,
                                      double *complete) {
    return observe_laws(model, component, x, complete, density_of_von_mises, mean_of_von_mises);
}

/* ---- Negative binomial ------------------------------------------------------------------------------------- */

static void fill_negative_binomial(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double c = (double)(i / model->d);
        double mean = (i % model->d == 0 ? 2 + 8 * c * c : 6) * (0.8 + 0.4 * mix_random_uniform(random));
        set_law(model, i / model->d, i % model->d, mean, 3 + 2 * mix_random_uniform(random));
    }
}

static void fill_hard_negative_binomial(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        set_law(model, i / model->d, i % model->d,
                i % 3 == 0   ? 0
                : i % 3 == 1 ? 1e-12
                             : 1e12,
                i % 2 == 0 ? 1e-6 : 1e8);
    }
}

/* How many exponential waits of a rate that is a gamma variable there are in a time of 1. */
static void draw_negative_binomial(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double m = law_parameter(model, 0, component, j), s = law_parameter(model, 1, component, j);
        double rate = family_laws_gamma(random, s) * m / s, time = plain_exponential(random) / rate;
        for (x[j] = 0; time < 1; x[j]++) {
            time += plain_exponential(random) / rate;
        }
    }
}

static long double density_of_negative_binomial(const mixture_model *model, size_t c, size_t j, long double x) {
    long double m = (long double)law_parameter(model, 0, c, j), s = (long double)law_parameter(model, 1, c, j);
    return lgammal(x + s) - lgammal(s) - lgammal(x + 1) + s * logl(s / (s + m)) + x * logl(m / (s + m));
}

static long double mean_of_negative_binomial(const mixture_model *model, size_t c, size_t j) {
    return (long double)law_parameter(model, 0, c, j);
}

/* A column with its weights, and what is looked for. */
typedef struct plain_column {
    const double *x, *weight;
    size_t rows, d, j;
    long double n, mean, groups;
} plain_column;

static plain_column column_of(const mixture_model *model, const double *x, const double *weight, size_t rows,
                              size_t j) {
    plain_column column = {x, weight, rows, model->d, j, 0, 0, 0};
    for (size_t r = 0; r < rows; r++) {
        column.n += (long double)weight[r];
    }
    column.mean = column_mean(model, x, weight, rows, j, itself);
    return column;
}

/* Mean of sum_(i < x) 1 / (s + i). */
static long double mean_of_steps(const plain_column *column, long double s) {
    long double sum = 0;
    for (size_t r = 0; r < column->rows; r++) {
        for (double i = 0; i < column->x[r * column->d + column->j]; i++) {
            sum += (long double)column->weight[r] / (s + (long double)i);
        }
    }
    return sum / column->n;
}

/* The derivative of the mean log density by s. */
static long double size_equation(long double s, const void *about) {
    const plain_column *column = about;
    return mean_of_steps(column, s) - log1pl(column->mean / s);
}

static long double fit_one_negative_binomial(mixture_model *model, const double *x, const double *weight,
                                             size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        const plain_column column = column_of(model, x, weight, rows, j);
        long double s = family_laws_root(size_equation, &column, 1e-3L, 1e4L);
        set_law(model, 0, j, (double)column.mean, (double)s);
    }
    return law_loglik(model, x, weight, rows, density_of_negative_binomial);
}

/* s ln(1 + m / s) falls short of the mean number of groups. */
static long double groups_equation(long double s, const void *about) {
    const plain_column *column = about;
    return column->groups - s * log1pl(column->mean / s);
}

static void step_one_negative_binomial(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        plain_column column = column_of(model, x, weight, rows, j);
        long double s = (long double)law_parameter(model, 1, 0, j);
        column.groups = s * mean_of_steps(&column, s);
        s = family_laws_root(groups_equation, &column, 1e-3L, 1e6L);
        set_law(model, 0, j, (double)column.mean, (double)s);
    }
}

static long double observed_negative_binomial(const mixture_model *model, size_t component, const double *x,
                                              double *complete) {
    return observe_laws(model, component, x, complete, density_of_negative_binomial, mean_of_negative_binomial);
}

/* ---- Categorical ------------------------------------------------------------------------------------------- */

static const size_t category_levels[FAMILIES_MOST_D] = {4, 3, 4, 2, 3};

/* Where the probabilities of column j begin. */
static const double *categories_of(const mixture_model *model, size_t c, size_t j) {
    size_t all = 0, first = 0;
    for (size_t i = 0; i < model->d; i++) {
        first += i < j ? category_levels[i] : 0;
        all += category_levels[i];
    }
    return model->arrays[0] + c * all + first;
}

static void set_categories(mixture_model *model, size_t c, size_t j, const double *share) {
    double *p = model->arrays[0] + (categories_of(model, c, j) - model->arrays[0]), sum = 0;
    for (size_t l = 0; l < category_levels[j]; l++) {
        sum += share[l];
    }
    for (size_t l = 0; l < category_levels[j]; l++) {
        p[l] = share[l] / sum;
    }
}

/* Component c has most of level (c, or c and j where levels are few). */
static void fill_categorical(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        size_t c = i / model->d, j = i % model->d, levels = category_levels[j];
        double share[4];
        for (size_t l = 0; l < levels; l++) {
            bool own = l == (levels == 4 ? c : c < 2 ? c : (c + j / 2) % levels);
            share[l] = (own ? 8 : 1) * (0.7 + 0.6 * mix_random_uniform(random));
        }
        set_categories(model, c, j, share);
    }
}

/* Probabilities of 0, of 1 and of 1e-12. */
static void fill_hard_categorical(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double share[4] = {1, 0, 1e-12, 0};
        set_categories(model, i / model->d, i % model->d, share);
    }
}

static void draw_categorical(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        const double *p = categories_of(model, component, j);
        double u = mix_random_uniform(random);
        size_t level = 0;
        while (level + 1 < category_levels[j] && u >= p[level]) {
            u -= p[level++];
        }
        x[j] = (double)level;
    }
}

static long double density_of_categorical(const mixture_model *model, size_t c, size_t j, long double x) {
    return logl((long double)categories_of(model, c, j)[(size_t)x]);
}

/* What is left out is imputed by the likeliest level. */
static long double mean_of_categorical(const mixture_model *model, size_t c, size_t j) {
    const double *p = categories_of(model, c, j);
    size_t best = 0;
    for (size_t l = 1; l < category_levels[j]; l++) {
        best = p[l] > p[best] ? l : best;
    }
    return (long double)best;
}

static long double fit_one_categorical(mixture_model *model, const double *x, const double *weight, size_t rows) {
    for (size_t j = 0; j < model->d; j++) {
        double share[4] = {0};
        for (size_t r = 0; r < rows; r++) {
            share[(size_t)x[r * model->d + j]] += weight[r];
        }
        set_categories(model, 0, j, share);
    }
    return law_loglik(model, x, weight, rows, density_of_categorical);
}

static long double observed_categorical(const mixture_model *model, size_t component, const double *x,
                                        double *complete) {
    return observe_laws(model, component, x, complete, density_of_categorical, mean_of_categorical);
}

/* J. B. Kruskal, Linear Algebra and its Applications 18 (1977) 95: of three columns, or groups of columns, with so
** many levels, the least of levels and k must add up to 2 k + 2. */
static bool identified_categorical(size_t d, size_t k) {
    return k == 1 || (d >= 3 && k <= 3) || d >= 4;
}

/* ---- All --------------------------------------------------------------------------------------------------- */

#define LAW(family, no, far)                                                                                      \
    {                                                                                                             \
        .name = #family, .tables = HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING, .refused = (no),                \
        .reach = (far), .fill = fill_##family, .fill_hard = fill_hard_##family, .draw = draw_##family,            \
        .fit_one = fit_one_##family, .observed = observed_##family,                                               \
    }

const family_example family_laws[] = {
    LAW(exponential, -1, 1e300),
    LAW(gamma, 0, 1e300),
    LAW(lognormal, 0, 1e300),
    LAW(beta, 1, 1e300),
    LAW(von_mises, 1e10, 1e300),
    {
        .name = "negative_binomial",
        .tables = HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
        .refused = 0.5,
        .reach = 1e300,
        .fill = fill_negative_binomial,
        .fill_hard = fill_hard_negative_binomial,
        .draw = draw_negative_binomial,
        .fit_one = fit_one_negative_binomial,
        .step_one = step_one_negative_binomial,
        .observed = observed_negative_binomial,
    },
    {
        .name = "categorical",
        .tables = HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
        .refused = 0.5,
        .levels = category_levels,
        .identified = identified_categorical,
        .reach = 1e300,
        .fill = fill_categorical,
        .fill_hard = fill_hard_categorical,
        .draw = draw_categorical,
        .fit_one = fit_one_categorical,
        .observed = observed_categorical,
    },
};
const size_t family_laws_count = sizeof family_laws / sizeof *family_laws;
