/* bench_halving.c: selections that compare the candidates on samples beside those that fit all to all rows.
**
** usage: bench_halving [ROWS [KMAX [TABLES [KIND]]]]
**
** Draws TABLES (1) tables of ROWS (100,000) rows and two columns of each kind, or of one: clear groups, skewed
** columns, uniform, heavily overlapping, rounded, with 1 % noise. Selects among 1..KMAX (9) and all structures
** with and without a sample, and prints both choices, how much lower (better) the BIC of the one with a sample is,
** how many candidates were fitted to all rows, and seconds of processor time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mixture.h"
#include "random.h"

enum { MOST_BENCH_K = 30 };

static const char *const kinds[] = {"clear", "skewed", "uniform", "overlapping", "rounded", "noise"};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* A group: its mean, deviations and correlation, the same for a seed and number. */
static void draw_group(uint64_t seed, size_t group, double apart, double x[2], mix_random *random) {
    mix_random own;
    mix_random_seed(&own, (int64_t)seed, 1000 + group);
    double mean[2] = {apart * mix_random_normal(&own), apart * mix_random_normal(&own)};
    double deviation[2] = {0.5 + mix_random_uniform(&own), 0.5 + mix_random_uniform(&own)};
    double correlation = 1.6 * mix_random_uniform(&own) - 0.8;
    double a = mix_random_normal(random), b = mix_random_normal(random);
    x[0] = mean[0] + deviation[0] * a;
    x[1] = mean[1] + deviation[1] * (correlation * a + sqrt(1 - correlation * correlation) * b);
}

static void draw_row(const char *kind, uint64_t seed, double x[2], mix_random *random) {
    size_t groups = 3 + (size_t)(seed % 3);
    double u = mix_random_uniform(random);
    size_t group = (size_t)((double)groups * u * u); /* of unequal sizes */
    if (strcmp(kind, "uniform") == 0) {
        x[0] = 10 * mix_random_uniform(random);
        x[1] = 6 * mix_random_uniform(random) + (seed % 2 == 1 ? x[0] : 0);
        return;
    }
    draw_group(seed, group, strcmp(kind, "overlapping") == 0 ? 1 : 5, x, random);
    if (strcmp(kind, "skewed") == 0) {
        x[0] = exp(0.4 * x[0]);
        x[1] = x[1] + 0.3 * x[1] * x[1];
    } else if (strcmp(kind, "rounded") == 0) {
        x[0] = round(2 * x[0]) / 2;
        x[1] = round(x[1]);
    } else if (strcmp(kind, "noise") == 0 && mix_random_uniform(random) < 0.01) {
        x[0] = 40 * mix_random_uniform(random) - 20;
        x[1] = 40 * mix_random_uniform(random) - 20;
    }
}

static mixture_data *draw_table(const char *kind, size_t rows, uint64_t seed) {
    mixture_data *data = mixture_data_new(2, 0);
    mix_random random;
    mix_random_seed(&random, (int64_t)seed, 7);
    for (size_t i = 0; i < rows; i++) {
        double x[2];
        draw_row(kind, seed, x, &random);
        if (data == NULL || mixture_data_append(data, x, 1, 0) != MIXTURE_OK) {
            fprintf(stderr, "out of memory\n");
            exit(1);
        }
    }
    return data;
}

static mixture_model *select_from(const char *kind, size_t rows, uint64_t seed, size_t kmax, size_t sample,
                                  double *seconds) {
    size_t every_k[MOST_BENCH_K];
    for (size_t i = 0; i < kmax; i++) {
        every_k[i] = i + 1;
    }
    const mixture_choices choices = {.k = every_k, .k_count = kmax, .criterion = MIXTURE_BIC, .sample = sample};
    mixture_options options;
    mixture_options_default(&options);
    mixture_data *data = draw_table(kind, rows, seed);
    mixture_model *model;
    mixture_error error;
    clock_t begun = clock();
    if (mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error) != MIXTURE_OK) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    *seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    mixture_data_free(data);
    return model;
}

static const char *code_of(const mixture_model *model) {
    return mixture_structure_code(&mixture_gaussian, model->structure, model->d);
}

/* 1 if both chose the same. */
static int compare_both(const char *kind, size_t rows, uint64_t seed, size_t kmax) {
    double with, without;
    mixture_model *sampled = select_from(kind, rows, seed, kmax, MIXTURE_SAMPLE_DEFAULT, &with);
    mixture_model *full = select_from(kind, rows, seed, kmax, 0, &without);
    size_t finished = 0;
    for (size_t i = 0; i < sampled->candidate_count; i++) {
        finished += sampled->candidates[i].rows == 0;
    }
    int same = sampled->k == full->k && sampled->structure == full->structure;
    printf("%-12s %3d  %2zu %s  %2zu %s  %-9s  %10.2f  %3zu of %3zu  %7.2f  %7.2f  %5.1f\n", kind, (int)seed,
           full->k, code_of(full), sampled->k, code_of(sampled), same ? "same" : "different",
           full->bic - sampled->bic, finished, sampled->candidate_count, without, with, without / with);
    (void)fflush(stdout);
    mixture_model_free(sampled);
    mixture_model_free(full);
    return same;
}

int main(int argc, char **argv) {
    size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000, kmax = argc > 2 ? strtoul(argv[2], NULL, 10) : 9;
    unsigned long tables = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    const char *only = argc > 4 ? argv[4] : NULL;
    int same = 0, count = 0;
    kmax = kmax < MOST_BENCH_K ? kmax : MOST_BENCH_K;
    printf(
        "%zu rows, k to %zu\nkind        seed  all     sample  choice     BIC lower  on all rows   seconds: all, sample,"
        " times\n",
        rows, kmax);
    for (int kind = 0; kind < KINDS; kind++) {
        for (unsigned long table = 0; table < tables && (only == NULL || strcmp(only, kinds[kind]) == 0);
             table++) {
            same += compare_both(kinds[kind], rows, table + 1, kmax);
            count++;
        }
    }
    printf("the same choice for %d of %d tables\n", same, count);
    return 0;
}
