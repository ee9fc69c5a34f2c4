/* test_posterior.c: responsibilities by the kernel of every instruction set this machine runs, held against
** plain loops in long double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel.h"
#include "random.h"

enum { MOST_COMPONENTS = 9 };
static const size_t components[] = {1, 2, 3, 5, 9};
static const size_t counts[] = {1, 7, 8, 31, 32, 33, 255, 256};
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A block of log densities. What is in the padding is finite but not 0, so that a lane that counted would show. */
typedef struct block {
    mix_rows rows;
    double weight[MIX_BLOCK_ROWS], densities[MOST_COMPONENTS * MIX_BLOCK_ROWS];
} block;

static void check_sum(const mix_kernel *kernel, const char *what, double got, long double want, long double size) {
    if (!(fabsl((long double)got - want) <= 1e-12L * size)) {
        fail_msg("%s of kernel %s is %.17g; expected %.17Lg", what, kernel->name, got, want);
    }
}

typedef enum scenario { NEAR, FAR, AT_FLOOR, ONE_AT_FLOOR, LABELLED, EMPTY_COMPONENT, SCENARIOS } scenario;

static void fill_densities(block *made, size_t k, scenario what, mix_random *random, double *log_weights) {
    for (size_t c = 0; c < k; c++) {
        log_weights[c] = log((double)(c + 1) / (double)(k * (k + 1) / 2));
        for (size_t r = 0; r < MIX_BLOCK_ROWS; r++) {
            double *density = &made->densities[c * MIX_BLOCK_ROWS + r];
            *density = 5 * mix_random_normal(random) - (what == FAR ? 1e5 : 0);
            if (what == AT_FLOOR || (what == ONE_AT_FLOOR && c == r % k)) {
                *density = MIX_LOG_DENSITY_FLOOR;
            } else if (what == LABELLED && r % 3 != 0 && c != r % k) {
                *density = -HUGE_VAL; /* row r is known to belong to component r % k */
            }
        }
    }
    if (what == EMPTY_COMPONENT && k > 1) {
        log_weights[k / 2] = -HUGE_VAL;
    }
}

/* One row's responsibilities, its log density and its entropy. */
static void slow_posterior(const block *made, size_t k, const double *log_weights, size_t r, long double *resp,
                           long double *log_density, long double *entropy) {
    long double top = -HUGE_VALL, sum = 0;
    for (size_t c = 0; c < k; c++) {
        resp[c] = (long double)made->densities[c * MIX_BLOCK_ROWS + r] + (long double)log_weights[c];
        top = fmaxl(top, resp[c]);
    }
    for (size_t c = 0; c < k; c++) {
        resp[c] = resp[c] == top ? 1 : expl(resp[c] - top);
        sum += resp[c];
    }
    *log_density = top + logl(sum);
    *entropy = 0;
    for (size_t c = 0; c < k; c++) {
        resp[c] /= sum;
        *entropy -= resp[c] > 0 ? resp[c] * logl(resp[c]) : 0;
    }
}

static void check_scenario(const mix_kernel *kernel, block *made, size_t k, scenario what, mix_random *random) {
    double log_weights[MOST_COMPONENTS], totals[MIX_TOTALS] = {10, 20, 30}; /* added to, not overwritten */
    double base_totals[MIX_TOTALS] = {10, 20, 30};
    fill_densities(made, k, what, random, log_weights);
    block *got = malloc(sizeof *got), *base = malloc(sizeof *base);
    assert_true(got != NULL && base != NULL);
    *got = *made;
    *base = *made;
    kernel->posterior(&made->rows, k, log_weights, got->densities, totals);
    mix_kernel_all()[0]->posterior(&made->rows, k, log_weights, base->densities, base_totals);
    long double want[MIX_TOTALS] = {10, 20, 30}, size[MIX_TOTALS] = {10, 20, 30};
    for (size_t r = 0; r < made->rows.padded; r++) {
        long double resp[MOST_COMPONENTS], log_density, entropy;
        long double weight = made->rows.weight != NULL ? (long double)made->weight[r] : 1;
        slow_posterior(made, k, log_weights, r, resp, &log_density, &entropy);
        for (size_t c = 0; c < k; c++) {
            size_t at = c * MIX_BLOCK_ROWS + r;
            if (r >= made->rows.count) {
                assert_true(got->densities[at] == 0);
            } else {
                /* A double beside -1e5 has an ulp of 1.5e-11, and the exponential passes it on. */
                long double noise = what == FAR ? 4e-11L : 1e-12L;
                check_sum(kernel, "a responsibility", got->densities[at], weight * resp[c],
                          noise / 1e-12L * weight);
                if (what == NEAR) { /* a small one has all its digits, too */
                    check_sum(kernel, "a responsibility", got->densities[at], weight * resp[c], weight * resp[c]);
                }
                check_sum(kernel, "a responsibility beside base", got->densities[at],
                          (long double)base->densities[at], weight);
            }
        }
        if (r < made->rows.count) {
            const long double terms[MIX_TOTALS] = {weight, weight * log_density, weight * entropy};
            const long double noise[MIX_TOTALS] = {0, 0, what == FAR ? 1e3L : 0}; /* of entropy, as above */
            for (size_t t = 0; t < MIX_TOTALS; t++) {
                want[t] += terms[t];
                size[t] += fabsl(terms[t]) + noise[t] * weight;
            }
        }
    }
    for (size_t t = 0; t < MIX_TOTALS; t++) {
        check_sum(kernel, "a total", totals[t], want[t], size[t]);
        check_sum(kernel, "a total beside base", totals[t], (long double)base_totals[t], size[t]);
    }
    for (size_t c = 0; c < k; c++) { /* nothing is written beyond the padding */
        size_t at = c * MIX_BLOCK_ROWS + made->rows.padded, rest = MIX_BLOCK_ROWS - made->rows.padded;
        assert_memory_equal(got->densities + at, made->densities + at, rest * sizeof(double));
    }
    free(got);
    free(base);
}

static void check_posterior(const mix_kernel *kernel, size_t k, size_t count) {
    block *made = calloc(1, sizeof *made);
    assert_non_null(made);
    mix_random random;
    mix_random_seed(&random, (int64_t)count, 0);
    made->rows = (mix_rows){
        .stride = MIX_BLOCK_ROWS,
        .count = count,
        .padded = (count + MIX_LANES - 1) / MIX_LANES * MIX_LANES,
    };
    for (size_t r = 0; r < MIX_BLOCK_ROWS; r++) {
        made->weight[r] = r % 5 == 3 ? 0 : 4 * mix_random_uniform(&random);
    }
    for (int what = 0; what < SCENARIOS; what++) {
        made->rows.weight = NULL;
        check_scenario(kernel, made, k, (scenario)what, &random);
        made->rows.weight = made->weight;
        check_scenario(kernel, made, k, (scenario)what, &random);
    }
    free(made);
}

static void posteriors_are_those_of_plain_loops_near_far_labelled_and_with_empty_components(void **state) {
    (void)state;
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        for (size_t i = 0; i < LENGTH(components) && (*next)->supported(); i++) {
            for (size_t j = 0; j < LENGTH(counts); j++) {
                check_posterior(*next, components[i], counts[j]);
            }
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posteriors_are_those_of_plain_loops_near_far_labelled_and_with_empty_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
