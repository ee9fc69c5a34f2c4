/* em_armadillo.cpp: the work by Armadillo's gmm_full or gmm_diag; usage: em_armadillo FOLDER WORK REPEATS THREADS.
** Prints seconds (one thread: processor time; more: wall time) and the mean log-likelihood. */
#include <omp.h>

#include <armadillo>

#include "work.h"

static void set_start(arma::gmm_full &model, const arma::mat &means, const arma::cube &covariances,
                      const arma::rowvec &weights) {
    model.set_params(means, covariances, weights);
}

static void set_start(arma::gmm_diag &model, const arma::mat &means, const arma::cube &covariances,
                      const arma::rowvec &weights) {
    arma::mat variances(arma::size(means));
    for (arma::uword c = 0; c < means.n_cols; c++) {
        variances.col(c) = covariances.slice(c).diag();
    }
    model.set_params(means, variances, weights);
}

template <typename gmm> static void run(const work &what, int repeats, clockid_t clock) {
    const arma::mat x(what.rows, what.d, what.n, false, true);
    const arma::mat means(what.means, what.d, what.k);
    const arma::cube covariances(what.covariances, what.d, what.d, what.k);
    const arma::rowvec weights(what.weights, what.k);
    double best = 1e300, begun = seconds_of(CLOCK_MONOTONIC);
    gmm model;
    for (int i = 0; i < repeats && seconds_of(CLOCK_MONOTONIC) - begun < 10; i++) {
        set_start(model, means, covariances, weights);
        double begin = seconds_of(clock);
        if (!model.learn(x, what.k, arma::maha_dist, arma::keep_existing, 0, what.iterations, 1e-300, false)) {
            fputs("em_armadillo: learn failed\n", stderr);
            exit(1);
        }
        double seconds = seconds_of(clock) - begin;
        best = seconds < best ? seconds : best;
    }
    printf("%.6f %.16g\n", best, model.avg_log_p(x));
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: em_armadillo FOLDER WORK REPEATS THREADS\n", stderr);
        return 2;
    }
    int repeats = atoi(argv[3]), threads = atoi(argv[4]);
    work what = read_work(argv[1], argv[2]);
    omp_set_num_threads(threads);
    clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    if (what.diag) {
        run<arma::gmm_diag>(what, repeats, clock);
    } else {
        run<arma::gmm_full>(what, repeats, clock);
    }
    return 0;
}
