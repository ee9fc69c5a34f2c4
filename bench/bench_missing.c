/* bench_missing.c: what values missing at random cost: one EM map over rows of which a share of the values is not
** observed, beside the same rows complete; on one thread. And the memory of sorting, which is said by its formula:
** 8 bytes a row while it lasts.
**
** usage: bench_missing [rows [share]]          default: 1,000,000 rows, 0.2 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "expect.h"
#include "model.h"
#include "patterns.h"
#include "random.h"

enum { PASSES = 5 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static mixture_data *make_data(size_t rows, size_t d, double share) {
    mixture_data *data = mixture_data_new(d, 0);
    double *x = malloc(d * sizeof *x);
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t r = 0; data != NULL && x != NULL && r < rows; r++) {
        for (size_t j = 0; j < d; j++) {
            double value = mix_random_normal(&random) + 4 * (double)(r % 2);
            x[j] = mix_random_uniform(&random) < share ? (double)NAN : value;
        }
        if (mixture_data_append(data, x, 1, 0) != MIXTURE_OK) {
            exit(1);
        }
    }
    free(x);
    return data;
}

static mixture_model *make_model(size_t k, size_t d) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, d);
    for (size_t c = 0; model != NULL && c < k; c++) {
        model->weights[c] = 1 / (double)k;
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = (double)c - 1;
            for (size_t j = 0; j < d; j++) {
                model->arrays[1][(c * d + i) * d + j] = i == j ? 1 : 0.2;
            }
        }
    }
    if (model == NULL || mixture_model_prepare(model, NULL) != MIXTURE_OK) {
        exit(1);
    }
    return model;
}

/* Seconds of the fastest pass; *sorting: of bringing equal patterns together; *patterns: how many there are. */
static double time_pass(size_t rows, size_t d, size_t k, double share, double *sorting, size_t *patterns) {
    mixture_data *data = make_data(rows, d, share);
    mixture_model *model = make_model(k, d);
    const mix_shape shape = mix_shape_of(model);
    double *statistics = malloc(mix_statistics_size(&shape) * sizeof *statistics), best = HUGE_VAL, begin = now();
    if (data == NULL || statistics == NULL || mix_patterns_sort(data, NULL) != MIXTURE_OK) {
        exit(1);
    }
    *sorting = now() - begin;
    *patterns = data->incomplete > 0 ? data->pattern_count : 1;
    mix_expect *expect = mix_expect_new(data, &shape, 1, NULL);
    for (int pass = 0; expect != NULL && pass < PASSES; pass++) {
        begin = now();
        (void)mix_expect_run(expect, model, statistics);
        best = fmin(best, now() - begin);
    }
    mix_expect_free(expect);
    free(statistics);
    mixture_model_free(model);
    mixture_data_free(data);
    return best;
}

int main(int argc, char **argv) {
    size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    double share = argc > 2 ? strtod(argv[2], NULL) : 0.2;
    static const struct {
        size_t d, k, part; /* part: of the rows */
    } cases[] = {{2, 2, 1}, {4, 2, 1}, {4, 8, 1}, {8, 3, 4}, {20, 3, 20}};
    printf("%zu rows, %.0f %% of the values missing, one thread\n", rows, 100 * share);
    printf("%4s %4s %9s %9s %14s %14s %8s %10s\n", "d", "k", "rows", "patterns", "complete ns", "missing ns",
           "times", "sort ns");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double sorting;
        size_t patterns, n = rows / cases[i].part;
        double whole = time_pass(n, cases[i].d, cases[i].k, 0, &sorting, &patterns);
        double gaps = time_pass(n, cases[i].d, cases[i].k, share, &sorting, &patterns);
        double unit = 1e9 / (double)n;
        printf("%4zu %4zu %9zu %9zu %14.1f %14.1f %8.2f %10.1f\n", cases[i].d, cases[i].k, n, patterns,
               unit * whole, unit * gaps, gaps / whole, unit * sorting);
    }
    return 0;
}
