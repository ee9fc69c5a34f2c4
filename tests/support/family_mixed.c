/* family_mixed.c: parts side by side, plainly. */
#include "family_mixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { MOST_PARTS = 3 };

static const struct {
    const char *family;
    size_t d;
} compositions[FAMILIES_MIXED][MOST_PARTS] = {
    {{"gaussian", 2}, {"poisson", 1}},
    {{"poisson", 1}, {"gaussian", 1}, {"multinomial", 3}},
    {{"multinomial", 2}, {"poisson", 2}},
    {{"gaussian", 2}, {"categorical", 2}},
};

const mixture_parts *families_mixed(size_t i) {
    static mixture_parts *made[FAMILIES_MIXED];
    static const size_t place[] = {0, 1, 2, 3, 4};
    if (made[i] == NULL) {
        mix_part part[MOST_PARTS] = {{.family = NULL}};
        size_t count = 0;
        for (; count < MOST_PARTS && compositions[i][count].family != NULL; count++) {
            part[count].family = mixture_family_find(compositions[i][count].family);
            part[count].d = compositions[i][count].d;
            part[count].levels = families_example(part[count].family)->levels;
            assert_non_null(part[count].family);
        }
        made[i] = mix_parts_mixed(part, count, place);
        assert_non_null(made[i]);
    }
    return made[i];
}

/* Part p of a model, of which nothing is derived. */
static mixture_model part_model(const mixture_model *model, size_t p) {
    const mixture_parts *parts = model->family->parts;
    const mix_part *part = &parts->part[p];
    mixture_model own = *model;
    own.family = part->family;
    own.d = part->d;
    own.structure = p == parts->structured ? model->structure : part->structure;
    own.parts = part->alone;
    own.arrays += part->array;
    own.derived = own.log_weights = NULL;
    return own;
}

static const family_example *part_example(const mixture_model *model, size_t p) {
    return families_example(model->family->parts->part[p].family);
}

static void fill_mixed(mixture_model *model, mix_random *random) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        mixture_model own = part_model(model, p);
        part_example(model, p)->fill(&own, random);
    }
}

static void fill_hard_mixed(mixture_model *model) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        mixture_model own = part_model(model, p);
        part_example(model, p)->fill_hard(&own);
    }
}

static void draw_mixed(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mixture_model own = part_model(model, p);
        part_example(model, p)->draw(&own, component, random, x + model->family->parts->part[p].first);
    }
}

/* The parts know nothing of each other: their log-likelihoods add up. */
static long double fit_one_mixed(mixture_model *model, const double *x, const double *weight, size_t rows) {
    long double loglik = 0;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mix_part *part = &model->family->parts->part[p];
        mixture_model own = part_model(model, p);
        double *some = malloc(rows * part->d * sizeof *some);
        assert_non_null(some);
        for (size_t r = 0; r < rows; r++) {
            memcpy(some + r * part->d, x + r * model->d + part->first, part->d * sizeof *some);
        }
        loglik += part_example(model, p)->fit_one(&own, some, weight, rows);
        free(some);
    }
    return loglik;
}

static double mixed_disobedience(const mixture_model *model, int structure) {
    const mixture_parts *parts = model->family->parts;
    if (parts->structured == parts->count) {
        return 0;
    }
    const mixture_model own = part_model(model, parts->structured);
    return part_example(model, parts->structured)->disobedience(&own, structure);
}

/* Of two Gaussian columns, or one; value j given the other, if that is observed. */
static long double observed_normal(const mixture_model *own, size_t component, const double *x, double *complete) {
    size_t d = own->d, seen = 0;
    const double *mean = own->arrays[0] + component * d, *s = own->arrays[1] + component * d * d;
    long double log_density = 0, two_pi = 2 * acosl(-1);
    for (size_t j = 0; j < d; j++) {
        long double center = (long double)mean[j], variance = (long double)s[j * d + j];
        size_t other = 1 - j;
        if (d == 2 && !isnan(x[other]) && (isnan(x[j]) || seen > 0)) {
            long double slope = (long double)s[1] / (long double)s[other * d + other];
            center += slope * ((long double)x[other] - (long double)mean[other]);
            variance -= slope * (long double)s[1];
        }
        complete[j] = isnan(x[j]) ? (double)center : x[j];
        if (!isnan(x[j])) {
            long double z = (long double)x[j] - center;
            log_density -= (logl(two_pi * variance) + z * z / variance) / 2;
            seen++;
        }
    }
    return log_density;
}

static long double observed_counts(const mixture_model *own, size_t component, const double *x, double *complete) {
    long double log_density = 0;
    for (size_t j = 0; j < own->d; j++) {
        double rate = own->arrays[0][component * own->d + j];
        complete[j] = isnan(x[j]) ? rate : x[j];
        log_density += isnan(x[j]) ? 0
                                   : (long double)x[j] * logl((long double)rate) - (long double)rate -
                                         lgammal((long double)x[j] + 1);
    }
    return log_density;
}

static long double observed_mixed(const mixture_model *model, size_t component, const double *x,
                                  double *complete) {
    long double sum = 0;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const family_example *example = part_example(model, p);
        const mixture_model own = part_model(model, p);
        size_t first = model->family->parts->part[p].first;
        sum += (example->observed != NULL ? example->observed
                : strcmp(example->name, "gaussian") == 0
                    ? observed_normal
                    : observed_counts)(&own, component, x + first, complete + first);
    }
    return sum;
}

const family_example family_mixed_example = {
    .name = "mixed",
    .tables = HAS_STRUCTURES | HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
    .trials = 60,
    .refused = (double)NAN,
    .reach = 3,
    .fill = fill_mixed,
    .fill_hard = fill_hard_mixed,
    .draw = draw_mixed,
    .fit_one = fit_one_mixed,
    .disobedience = mixed_disobedience,
    .observed = observed_mixed,
};
