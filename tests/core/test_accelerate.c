/* test_accelerate.c: extrapolation makes EM faster and changes nothing else. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"

enum { N = 2000 };

/* Two Gaussians of the same covariance one deviation apart: nearly all information is missing, and plain EM
** crawls. */
static void draw_close_pair(double *x) {
    mix_random random;
    mix_random_seed(&random, 5, 0);
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = mix_random_normal(&random) + (i % 2 ? 0.5 : -0.5);
        x[2 * i + 1] = mix_random_normal(&random);
    }
}

static mixture_options options_for(size_t k, int covariance) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.covariance = (mixture_covariance)covariance;
    return options;
}

static const double weights[] = {0.5, 0.5}, means[] = {-1, 0, 1, 0.5}, covariances[] = {1, 0, 0, 1, 1, 0, 0, 1};

static void acceleration_reaches_the_same_loglik_in_fewer_maps(void **state) {
    (void)state;
    static double x[2 * N];
    draw_close_pair(x);
    for (int v = 0; v <= MIXTURE_EII; v++) {
        for (int equal = 0; equal < 2; equal++) {
            mixture_options options = options_for(2, v);
            options.tol = 1e-12;
            options.max_iter = 1000000;
            options.equal_weights = equal;
            options.start = (mixture_start){weights, {means, covariances}};
            mixture_model *fast = check_fit(x, N, 2, &options);
            options.accelerate = false;
            mixture_model *plain = check_fit(x, N, 2, &options);
            print_message("%s%s: %ld maps accelerated, %ld plain; loglik %.9f and %.9f\n",
                          mixture_covariance_name(options.covariance), equal ? ", equal weights" : "",
                          fast->iterations, plain->iterations, fast->loglik, plain->loglik);
            assert_true(fast->converged && plain->converged);
            assert_close(fast->loglik, plain->loglik, 0, 1e-6 * N / 1000);
            if (plain->iterations > 100) { /* the few that are not slow are left as they are */
                assert_true(fast->iterations < plain->iterations / 2);
            }
            if (equal) {
                assert_true(fast->weights[0] == 0.5 && fast->weights[1] == 0.5);
            }
            mixture_model_free(fast);
            mixture_model_free(plain);
        }
    }
}

static void every_map_is_counted_and_max_iter_holds(void **state) {
    (void)state;
    static double x[2 * N];
    draw_close_pair(x);
    mixture_options options = options_for(2, MIXTURE_FULL);
    options.tol = 0;
    options.start = (mixture_start){weights, {means, covariances}};
    double before = -HUGE_VAL;
    for (long most = 0; most < 80; most++) {
        options.max_iter = most;
        mixture_model *model = check_fit(x, N, 2, &options);
        assert_int_equal(model->iterations, most);
        assert_int_equal(model->trace_count, most + 1);
        assert_false(model->converged);
        assert_true(model->loglik >=
                    before); /* cut off anywhere, also after a jump: never below plain EM's last */
        before = model->loglik;
        mixture_model_free(model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acceleration_reaches_the_same_loglik_in_fewer_maps),
        cmocka_unit_test(every_map_is_counted_and_max_iter_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
