/* test_posterior.c: responsibilities by the kernel of every instruction set this machine runs, held against
** plain loops in long double. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel.h"
#include "random.h"

/* Two have code of their own, up to 16 are kept together. Vectors of 8 rows go by fours where there are as
** many. */
enum { MOST_COMPONENTS = 64 };
static const size_t components[] = {1, 2, 3, 5, 9, 16, 17};
static const size_t counts[] = {1, 8, 31, 33, 64, 255};
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

/* ---- The last digits -------------------------------------------------------------------------------------- */

/* Rows of each kernel in the suite; 1,000,000 have been tried (POSTERIOR_ROWS in the environment). */
static size_t rows_wanted(void) {
    const char *text = getenv("POSTERIOR_ROWS");
    return text == NULL ? 1000 : strtoul(text, NULL, 10);
}

/* One row alone, so that the totals are its own. */
typedef struct lone_row {
    size_t k;
    double densities[MOST_COMPONENTS * MIX_LANES], log_weights[MOST_COMPONENTS];
} lone_row;

/* `distance` deviations, more or less, from every component. */
static void fill_lone_row(lone_row *row, double distance, mix_random *random) {
    double sum = 0;
    for (size_t c = 0; c < row->k; c++) {
        row->log_weights[c] = 0.05 + mix_random_uniform(random);
        sum += row->log_weights[c];
    }
    for (size_t c = 0; c < row->k; c++) {
        double from = distance + 2 * mix_random_normal(random);
        row->log_weights[c] = log(row->log_weights[c] / sum);
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            row->densities[c * MIX_LANES + lane] = 3 * mix_random_uniform(random) - 0.5 * from * from;
        }
    }
}

static void check_off(const mix_kernel *kernel, const lone_row *row, const char *what, long double got,
                      long double want, long double most) {
    if (!(fabsl(got - want) <= most)) {
        fail_msg("%s of %zu components at %g by kernel %s is %.20Lg; expected %.20Lg, within %.2Lg", what, row->k,
                 row->densities[0], kernel->name, got, want, most);
    }
}

/* A log joint density is off by an ulp of its terms, from when it became a double, which the exponential passes
** on. Beside that responsibilities are within 4 ulp of the largest, their sum is 1 within 2 (and one more for each
** 16 components) and the log density right within 2, of 1 at least. Very far away nothing else is known of
** responsibilities than that sum. */
static void check_lone_row(const mix_kernel *kernel, const lone_row *row) {
    const long double ulp = DBL_EPSILON;
    const mix_rows rows = {.stride = MIX_LANES, .count = 1, .padded = MIX_LANES};
    double totals[MIX_TOTALS] = {0}, found[MOST_COMPONENTS * MIX_LANES];
    memcpy(found, row->densities, row->k * MIX_LANES * sizeof(double));
    kernel->posterior(&rows, row->k, row->log_weights, found, totals);
    long double resp[MOST_COMPONENTS], size[MOST_COMPONENTS], top = -HUGE_VALL, at_top = 0;
    for (size_t c = 0; c < row->k; c++) {
        long double density = (long double)row->densities[c * MIX_LANES],
                    log_weight = (long double)row->log_weights[c];
        resp[c] = density + log_weight;
        size[c] = fabsl(density) + fabsl(log_weight);
        at_top = resp[c] > top ? size[c] : at_top;
        top = fmaxl(top, resp[c]);
    }
    long double sum = 0, total = 0, off = 0;
    for (size_t c = 0; c < row->k; c++) {
        resp[c] = expl(resp[c] - top);
        sum += resp[c];
        off += resp[c] * expm1l(fminl((size[c] + at_top) * ulp, 1));
    }
    for (size_t c = 0; c < row->k; c++) {
        long double got = (long double)found[c * MIX_LANES];
        assert_true(got >= 0 && got <= 1);
        total += got;
        if (off < 0.01L) {
            check_off(kernel, row, "a responsibility", got, resp[c] / sum, (4 * ulp + 2 * off) / sum);
        }
    }
    check_off(kernel, row, "the sum of responsibilities", total, 1, (2 + (long double)row->k / 16) * ulp);
    check_off(kernel, row, "a log density", (long double)totals[MIX_TOTAL_LOGLIK], top + logl(sum),
              2 * ulp * fmaxl(fmaxl(at_top, 1), logl(sum)) + fminl(off / sum, 1));
}

static void rows_near_and_up_to_1e17_deviations_away_have_all_the_digits_that_there_are(void **state) {
    (void)state;
    static const double distances[] = {0, 3, 30, 1e3, 1e5, 1e8, 1e12, 1e17};
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        mix_random random;
        mix_random_seed(&random, 5, 0);
        for (size_t i = 0; i < rows_wanted() && (*next)->supported(); i++) {
            lone_row row = {.k = 1 + mix_random_below(&random, i % 8 == 0 ? MOST_COMPONENTS : 8)};
            fill_lone_row(&row, distances[mix_random_below(&random, i % 2 == 0 ? 2 : LENGTH(distances))], &random);
            check_lone_row(*next, &row);
        }
    }
}

/* One row that is far away, in any place, takes nothing from the others of its block. */
static void an_outlier_leaves_the_other_rows_as_they_are(void **state) {
    (void)state;
    static block made, with, without;
    static const double distances[] = {1e3, 1e8, 1e17};
    mix_random random;
    mix_random_seed(&random, 6, 0);
    made.rows = (mix_rows){.stride = MIX_BLOCK_ROWS, .count = 100, .padded = 104};
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        for (size_t at = 0; at < 100 && (*next)->supported(); at += 11) {
            double log_weights[MOST_COMPONENTS], totals[MIX_TOTALS] = {0}, other_totals[MIX_TOTALS] = {0};
            const size_t k = 3;
            fill_densities(&made, k, NEAR, &random, log_weights);
            with = without = made;
            double distance = distances[at % LENGTH(distances)];
            for (size_t c = 0; c < k; c++) {
                with.densities[c * MIX_BLOCK_ROWS + at] = -0.5 * distance * distance;
            }
            (*next)->posterior(&made.rows, k, log_weights, with.densities, totals);
            (*next)->posterior(&made.rows, k, log_weights, without.densities, other_totals);
            for (size_t c = 0; c < k; c++) {
                without.densities[c * MIX_BLOCK_ROWS + at] = with.densities[c * MIX_BLOCK_ROWS + at];
            }
            assert_memory_equal(with.densities, without.densities, sizeof with.densities);
            assert_close(totals[MIX_TOTAL_LOGLIK], -0.5 * distance * distance, 1e-2, 0);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posteriors_are_those_of_plain_loops_near_far_labelled_and_with_empty_components),
        cmocka_unit_test(rows_near_and_up_to_1e17_deviations_away_have_all_the_digits_that_there_are),
        cmocka_unit_test(an_outlier_leaves_the_other_rows_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
