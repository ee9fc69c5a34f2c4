/* test_covariance_floor.c: the M-step of the fourteen structures under floors that differ by column and
** component. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "covariance.h"
#include "linalg.h"

enum { K = 3, D = 3, SIZE = D * D, ALL = K * SIZE };

static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                    "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};

typedef struct problem {
    double counts[K], scatters[ALL], means[K * D];
    mix_knots knots[D];
    double at[D][K], width[D][K], step[D], variance[D];
} problem;

/* Scatters thick in some directions and thin in others; floors about as high as the thin ones, whose steps change
** from component to component with the mean. */
static void draw_problem(problem *made, mix_random *random) {
    memset(made, 0, sizeof *made);
    for (size_t c = 0; c < K; c++) {
        made->counts[c] = 5 + 50 * mix_random_uniform(random);
        double *w = made->scatters + c * SIZE;
        for (size_t p = 0; p < D; p++) {
            double z[D], length = p == 0 ? 2 : p == 1 ? 0.3 : 0.05;
            for (size_t i = 0; i < D; i++) {
                z[i] = length * mix_random_normal(random);
                for (size_t j = 0; j <= i; j++) {
                    w[i * D + j] = w[j * D + i] = w[i * D + j] + made->counts[c] * z[i] * z[j];
                }
            }
        }
    }
    for (size_t j = 0; j < D; j++) {
        made->step[j] = made->variance[j] = 1;
        made->knots[j] = (mix_knots){K, made->at[j], made->width[j], false};
        for (size_t c = 0; c < K; c++) {
            made->means[c * D + j] = made->at[j][c] = (double)c;
            made->width[j][c] = 0.1 + 0.4 * mix_random_uniform(random);
        }
    }
}

static double floor_of(const problem *p, size_t c, size_t j) {
    return p->width[j][c] * p->width[j][c]; /* the height is 1 */
}

static void solve(const problem *p, const char *code, const double *before, bool strict, double *matrices,
                  unsigned char *floored) {
    static const double ones[D] = {1, 1, 1}, nothing[ALL] = {0};
    double *scratch = malloc(mix_covariance_scratch(K, D) * sizeof(double));
    problem own = *p; /* knots that point into it */
    for (size_t j = 0; j < D; j++) {
        own.knots[j] = (mix_knots){K, own.at[j], own.width[j], false};
    }
    const mix_steps steps = {D, 1, own.variance, own.step, own.knots, NULL};
    mix_maximize how = {.min_variance = 1e-9, .scale = ones, .variance = ones, .steps = &steps};
    int covariance;
    assert_true(mixture_structure_find(&mixture_gaussian, code, &covariance));
    memcpy(matrices, p->scatters, sizeof p->scatters);
    const mix_covariance_task task = {
        .covariance = covariance,
        .how = &how,
        .k = K,
        .d = D,
        .counts = p->counts,
        .means = p->means,
        .matrices = matrices,
        .before = before != NULL ? before : nothing,
        .obeyed = before != NULL,
        .strict = strict,
        .floored = floored,
    };
    assert_non_null(scratch);
    mix_covariance_maximize(&task, scratch);
    free(scratch);
}

static void maximize(const problem *p, const char *code, const double *before, double *matrices,
                     unsigned char *floored) {
    solve(p, code, before, false, matrices, floored);
}

/* -sum_c n_c ln det S_c + tr(W_c S_c^-1). */
static double objective(const problem *p, const double *matrices) {
    double sum = 0;
    for (size_t c = 0; c < K; c++) {
        double factor[D * (D + 1) / 2];
        assert_true(mix_linalg_cholesky(D, matrices + c * SIZE, 0, factor));
        for (size_t j = 0; j < D; j++) {
            sum -= 2 * p->counts[c] * log(factor[mix_linalg_at(j, j)]);
        }
        mix_linalg_invert(D, factor, factor);
        for (size_t r = 0; r < D; r++) {
            for (size_t i = 0; i <= r; i++) {
                for (size_t j = 0; j <= r; j++) {
                    sum -= factor[mix_linalg_at(r, i)] * factor[mix_linalg_at(r, j)] *
                           p->scatters[c * SIZE + i * D + j];
                }
            }
        }
    }
    return sum;
}

static bool is_above(const problem *p, const double *matrices, double share) {
    bool above = true;
    for (size_t c = 0; c < K; c++) {
        double shifted[SIZE], factor[D * (D + 1) / 2];
        memcpy(shifted, matrices + c * SIZE, sizeof shifted);
        for (size_t j = 0; j < D; j++) {
            shifted[j * D + j] -= share * floor_of(p, c, j);
        }
        above = above && mix_linalg_cholesky(D, shifted, 0, factor);
    }
    return above;
}

/* ---- Tests ----------------------------------------------------------------------------------------------- */

static void no_covariance_is_below_its_floor_in_any_direction(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 21, 0);
    size_t held = 0;
    for (int round = 0; round < 700; round++) {
        problem p;
        double s[ALL];
        unsigned char floored[K];
        draw_problem(&p, &random);
        maximize(&p, codes[round % 14], NULL, s, floored);
        if (!is_above(&p, s, 1 - 1e-6)) {
            fail_msg("%s is below its floor", codes[round % 14]);
        }
        for (size_t c = 0; c < K; c++) {
            assert_true(floored[c] <= MIX_FLOOR_STEP);
            held += floored[c] != 0;
        }
    }
    assert_true(held > 300);
}

/* What turns is put a hair above the floor. Were a jump left in between it would be likelier than all that an
** M-step comes to. */
static void no_jump_ends_between_the_floor_and_where_an_m_step_does(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 22, 0);
    int held = 0;
    for (int round = 0; round < 40; round++) {
        problem p;
        double s[ALL], again[ALL];
        unsigned char floored[K];
        draw_problem(&p, &random);
        maximize(&p, "VVV", NULL, s, floored);
        held += !is_above(&p, s, 1 + 1.1e-6);
        for (size_t i = 0; i < ALL; i++) {
            p.scatters[i] = p.counts[i / SIZE] * (1 - 0.5e-6) * s[i];
        }
        solve(&p, "VVV", NULL, true, again, floored);
        assert_true(is_above(&p, s, 1 + 0.9e-6) && is_above(&p, again, 1 + 0.9e-6));
    }
    assert_true(held > 20);
}

/* Where the answer is the maximum no other matrices of the structure above the floor are likelier: those to which
** the scatters lead that are in between these and any others. */
static void nothing_above_the_floor_is_likelier(void **state) {
    (void)state;
    static const char *const exact[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE", "VEE", "EVV", "VVV"};
    mix_random random;
    mix_random_seed(&random, 22, 0);
    for (int round = 0; round < 1000; round++) {
        const char *code = exact[round % 10];
        problem p, other;
        double s[ALL], t[ALL];
        unsigned char floored[K];
        draw_problem(&p, &random);
        draw_problem(&other, &random);
        for (size_t i = 0; strcmp(code, "VEE") == 0 && i < D * K; i++) {
            p.width[i / K][i % K] = p.width[i / K][0]; /* in a common metric only */
        }
        maximize(&p, code, NULL, s, floored);
        double best = objective(&p, s), step = pow(10, -1 - round % 4);
        problem near = p;
        for (size_t i = 0; i < ALL; i++) {
            near.scatters[i] = p.counts[i / SIZE] * s[i] + step * other.scatters[i];
        }
        maximize(&near, code, NULL, t, floored);
        assert_true(is_above(&p, t, 1 - 1e-6));
        /* a hair above the floor costs a hair */
        if (objective(&p, t) > best + 1e-4) {
            fail_msg("%s: %.9g is not the most: %.9g", code, best, objective(&p, t));
        }
    }
}

/* From step to step the expected log-likelihood does not fall, in any structure. */
static void no_step_is_worse_than_to_stay(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 23, 0);
    for (int round = 0; round < 700; round++) {
        problem p, other;
        double before[ALL], s[ALL];
        unsigned char floored[K];
        draw_problem(&p, &random);
        draw_problem(&other, &random);
        maximize(&p, codes[round % 14], NULL, before, floored);
        for (size_t i = 0; i < ALL; i++) {
            p.scatters[i] += 0.1 * other.scatters[i];
        }
        maximize(&p, codes[round % 14], before, s, floored);
        double stayed = objective(&p, before), moved = objective(&p, s);
        if (!(moved >= stayed - 1e-4)) {
            fail_msg("%s: from %.9g to %.9g", codes[round % 14], stayed, moved);
        }
    }
}

/* As wide as the step in one column and without scatter in the others, which have no step. */
static void where_a_component_is_held_is_said(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 24, 0);
    problem p;
    double s[ALL];
    unsigned char floored[K];
    draw_problem(&p, &random);
    memset(p.scatters, 0, SIZE * sizeof(double)); /* of the first component */
    maximize(&p, "VVI", NULL, s, floored);
    assert_int_equal(floored[0], MIX_FLOOR_STEP);
    for (size_t j = 1; j < D; j++) {
        memset(p.width[j], 0, sizeof p.width[j]);
    }
    maximize(&p, "VVI", NULL, s, floored);
    assert_int_equal(floored[0], MIX_FLOOR_DEGENERATE);
    assert_close(s[0], floor_of(&p, 0, 0), 1e-12, 0);
    memset(p.scatters, 0, sizeof p.scatters); /* all the data: nowhere but at the means, which differ */
    maximize(&p, "VVI", NULL, s, floored);
    assert_int_equal(floored[0], MIX_FLOOR_DEGENERATE);
    memset(p.means, 0, sizeof p.means);
    maximize(&p, "VVI", NULL, s, floored);
    assert_int_equal(floored[0], MIX_FLOOR_FLAT);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_covariance_is_below_its_floor_in_any_direction),
        cmocka_unit_test(no_jump_ends_between_the_floor_and_where_an_m_step_does),
        cmocka_unit_test(nothing_above_the_floor_is_likelier),
        cmocka_unit_test(no_step_is_worse_than_to_stay),
        cmocka_unit_test(where_a_component_is_held_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
