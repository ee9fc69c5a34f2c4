/* em_vlfeat.c: the work, diagonal covariances only, by VLFeat's vl_gmm; usage: em_vlfeat FOLDER WORK REPEATS.
** Prints processor seconds and the mean log-likelihood. */
#include <vl/gmm.h>

#include "work.h"

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: em_vlfeat FOLDER WORK REPEATS\n", stderr);
        return 2;
    }
    int repeats = atoi(argv[3]);
    work what = read_work(argv[1], argv[2]);
    double *variances = malloc(what.k * what.d * sizeof *variances);
    for (size_t i = 0; variances != NULL && i < what.k * what.d; i++) {
        size_t c = i / what.d, j = i % what.d;
        variances[i] = what.covariances[(c * what.d + j) * what.d + j];
    }
    vl_set_num_threads(1);
    double best = 1e300, begun = seconds_of(CLOCK_MONOTONIC), loglik = 0;
    for (int i = 0; i < repeats && seconds_of(CLOCK_MONOTONIC) - begun < 10; i++) {
        VlGMM *model = vl_gmm_new(VL_TYPE_DOUBLE, what.d, what.k);
        vl_gmm_set_means(model, what.means);
        vl_gmm_set_covariances(model, variances);
        vl_gmm_set_priors(model, what.weights);
        vl_gmm_set_covariance_lower_bound(model, 1e-12);
        vl_gmm_set_max_num_iterations(model, what.iterations);
        double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        loglik = vl_gmm_em(model, what.rows, what.n);
        double seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begin;
        best = seconds < best ? seconds : best;
        vl_gmm_delete(model);
    }
    free(variances);
    printf("%.6f %.16g\n", best, loglik / (double)what.n);
    return 0;
}
