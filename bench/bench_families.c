/* bench_families.c: what an EM map costs with each family: nanoseconds a row, column and component, beside a
** Gaussian diagonal model of the same rows, columns and components; on one thread.
**
** usage: bench_families [rows [d [k]]]          default: 200,000 rows, 4 columns, 3 components
**
** Rows are drawn from the model itself and prepared as for a fit: what a family keeps of them is made before.
** Times are the least of PASSES maps, in which families take turns, so that all share what else the machine
** does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expect.h"
#include "model.h"
#include "parts.h"
#include "prepare.h"

enum { PASSES = 9, LEVELS = 6 };

/* Parameters of component c: first + step c in every column; of a matrix the diagonal, of levels a slope. */
static const struct {
    const char *name;
    struct {
        double first, step;
    } array[3];
    int structure;
} cases[] = {
    {"gaussian", {{0, 3}, {1, 0.5}}, MIXTURE_DIAG},
    {"exponential", {{1, 2}}, 0},
    {"gamma", {{2, 2}, {1, 0}}, 0},
    {"lognormal", {{0, 1}, {0.5, 0}}, 0},
    {"beta", {{2, 2}, {3, 0}}, 0},
    {"von_mises", {{1, 2}, {4, 0}}, 0},
    {"poisson", {{2, 4}}, 0},
    {"negative_binomial", {{2, 4}, {3, 0}}, 0},
    {"student", {{0, 3}, {1, 0.5}, {5, 1}}, MIXTURE_DIAG},
    {"categorical", {{1, 1}}, 0},
};
enum { CASES = sizeof cases / sizeof *cases };

static double processor_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *must_have(void *block) {
    if (block == NULL) {
        fputs("bench_families: out of memory\n", stderr);
        exit(1);
    }
    return block;
}

static void must_work(mixture_status status, const mixture_error *error) {
    if (status != MIXTURE_OK) {
        fprintf(stderr, "bench_families: %s\n", error->text);
        exit(1);
    }
}

static void fill_array(const mix_shape *shape, size_t which, size_t a, double *numbers) {
    size_t size = mix_family_array_size(shape, a);
    mix_rank rank = shape->family->arrays[a].rank;
    for (size_t i = 0; i < shape->k * size; i++) {
        size_t c = i / size, at = i % size;
        double value = cases[which].array[a].first + cases[which].array[a].step * (double)c;
        double slope = 1 + 0.3 * ((double)(at % LEVELS) - (LEVELS - 1) / 2.0) * (c % 2 == 0 ? 1 : -1);
        bool aside = rank == MIX_MATRIX && at % (shape->d + 1) != 0;
        numbers[i] = aside ? 0 : rank == MIX_RAGGED ? slope / LEVELS : value;
    }
}

static mixture_model *make_family_model(size_t which, size_t k, size_t d) {
    mix_shape shape = {mixture_family_find(cases[which].name), k, d, cases[which].structure, NULL};
    size_t *levels = must_have(malloc(d * sizeof *levels));
    mixture_error error;
    for (size_t j = 0; j < d; j++) {
        levels[j] = LEVELS;
    }
    mixture_parts *parts =
        mix_family_has_levels(shape.family) ? must_have(mix_parts_new(shape.family, d, levels)) : NULL;
    shape.parts = parts;
    mixture_model *model = must_have(mix_model_new(&shape));
    model->own_parts = parts;
    for (size_t c = 0; c < k; c++) {
        model->weights[c] = 1 / (double)k;
    }
    for (size_t a = 0; a < shape.family->array_count; a++) {
        fill_array(&shape, which, a, model->arrays[a]);
    }
    must_work(mixture_model_prepare(model, &error), &error);
    free(levels);
    return model;
}

/* Rows of the model, ready for a fit, and the model in their frame. */
static mixture_data *draw_rows(mixture_model *model, size_t rows) {
    mixture_data *data = must_have(mixture_data_new(model->d, 0));
    mixture_sampler *sampler = must_have(mixture_sampler_new(model, 1, 1));
    double *x = must_have(malloc(model->d * sizeof *x));
    mixture_options options;
    mixture_error error;
    size_t distinct;
    for (size_t r = 0; r < rows; r++) {
        (void)mixture_sampler_draw(sampler, x);
        must_work(mixture_data_append(data, x, 1, 0), &(mixture_error){MIXTURE_NOMEM, "out of memory"});
    }
    mixture_options_default(&options);
    data->parts = model->parts;
    must_work(mix_prepare_rows(model->family, data, &options, model->k, NULL, &distinct, &error), &error);
    if (model->family->move != NULL) {
        model->family->move(model, &data->frame, false);
        must_work(mixture_model_prepare(model, &error), &error);
    }
    free(x);
    mixture_sampler_free(sampler);
    return data;
}

int main(int argc, char **argv) {
    size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    size_t d = argc > 2 ? strtoul(argv[2], NULL, 10) : 4, k = argc > 3 ? strtoul(argv[3], NULL, 10) : 3;
    mixture_model *model[CASES];
    mixture_data *data[CASES];
    mix_expect *expect[CASES];
    double *statistics[CASES], best[CASES];
    for (size_t i = 0; i < CASES; i++) {
        model[i] = make_family_model(i, k, d);
        data[i] = draw_rows(model[i], rows);
        const mix_shape shape = mix_shape_of(model[i]);
        statistics[i] = must_have(malloc(mix_statistics_size(&shape) * sizeof **statistics));
        expect[i] = must_have(mix_expect_new(data[i], &shape, 1, NULL));
        best[i] = HUGE_VAL;
    }
    for (int pass = 0; pass < PASSES; pass++) {
        for (size_t i = 0; i < CASES; i++) {
            double begin = processor_time();
            (void)mix_expect_run(expect[i], model[i], statistics[i]);
            best[i] = fmin(best[i], processor_time() - begin);
        }
    }
    printf("%zu rows, d = %zu, k = %zu, one thread\n%-20s %26s %18s\n", rows, d, k, "family",
           "ns a row, column, component", "times the Gaussian");
    for (size_t i = 0; i < CASES; i++) {
        printf("%-20s %26.2f %18.2f\n", cases[i].name, 1e9 * best[i] / (double)(rows * d * k), best[i] / best[0]);
        mix_expect_free(expect[i]);
        mixture_data_free(data[i]);
        mixture_model_free(model[i]);
        free(statistics[i]);
    }
    return 0;
}
