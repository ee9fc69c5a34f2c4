/* bench_expect.c: seconds of 20 EM iterations from a fixed start, by instruction set, and the share of the core's
** peak.
**
** usage: bench_expect [-k KERNEL] [-t THREADS] [-r REPEATS] [-c ROWS] [-w FOLDER] [WORK...]
**
** A work is one of those below or n,d,k of one's own, with full covariances, or n,d,k,diag. -c: at most so many
** rows. -w: fit nothing, write FOLDER/WORK.shape (n d k covariance iterations, as text), .rows (n*d doubles) and
** .start (k weights, k*d means, k*d*d covariances) for other programs.
**
** Without -k: every kernel that the machine runs. Only the EM loop is timed: the rows are in memory and centered,
** the start is given. Times are the least of REPEATS runs. Per row, component and iteration (ns) the useful work
** is d (d + 1) multiply-adds (axis: 4 d); its rate over the measured peak of one core is the share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "em.h"
#include "kernel.h"
#include "model.h"
#include "peak.h"

enum { ITERATIONS = 20 };

typedef struct work {
    const char *name;
    size_t n, d, k;
    int covariance;
    long iterations;
} work;

static const work works[] = {
    {"W0", 1000, 2, 2, MIXTURE_FULL, 12},
    {"W1", 1000000, 2, 2, MIXTURE_FULL, ITERATIONS},
    {"W2", 1000000, 2, 8, MIXTURE_FULL, ITERATIONS},
    {"W3", 200000, 8, 8, MIXTURE_FULL, ITERATIONS},
    {"W4", 100000, 16, 16, MIXTURE_FULL, ITERATIONS},
    {"W5", 50000, 64, 8, MIXTURE_FULL, ITERATIONS},
    {"W6", 500000, 8, 8, MIXTURE_DIAG, ITERATIONS},
    {"W7", 10000, 4, 3, MIXTURE_FULL, ITERATIONS},
    {"W8", 500000, 8, 8, MIXTURE_SPHERICAL, ITERATIONS},
    {"W9", 500000, 3, 3, MIXTURE_FULL, ITERATIONS},
};

/* Of one thread its processor time, so that other programs do not count; of several the wall's. */
static clockid_t timer = CLOCK_MONOTONIC;

static double now(void) {
    struct timespec time;
    clock_gettime(timer, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *must(void *block) {
    if (block == NULL) {
        fputs("expect: out of memory\n", stderr);
        exit(1);
    }
    return block;
}

static void must_be_ok(mixture_status status, const mixture_error *error) {
    if (status != MIXTURE_OK) {
        fprintf(stderr, "expect: %s\n", error->text);
        exit(1);
    }
}

/* Rows of k overlapping clusters. */
static mixture_data *make_data(const work *what) {
    mixture_data *data = must(mixture_data_new(what->d, 0));
    double *centers = must(malloc(what->k * what->d * sizeof(double)));
    double *x = must(malloc(what->d * sizeof(double)));
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t i = 0; i < what->k * what->d; i++) {
        centers[i] = 4 * mix_random_normal(&random);
    }
    for (size_t row = 0; row < what->n; row++) {
        const double *center = centers + mix_random_below(&random, what->k) * what->d;
        double shared = mix_random_normal(&random);
        for (size_t j = 0; j < what->d; j++) {
            x[j] = center[j] + shared + 2 * mix_random_normal(&random);
        }
        must(mixture_data_append(data, x, 1, 0) == MIXTURE_OK ? x : NULL);
    }
    size_t column;
    mixture_error error;
    mix_cancel cancel = {0};
    must_be_ok(mix_data_standardize(data, true, &cancel, &column, &error), &error);
    free(centers);
    free(x);
    return data;
}

/* Means at rows that are far apart in the table, unit covariances. */
static void start(mixture_model *model, const work *what, const mixture_data *data) {
    mixture_error error;
    for (size_t c = 0; c < what->k; c++) {
        model->weights[c] = 1 / (double)what->k;
        for (size_t j = 0; j < what->d; j++) {
            model->arrays[0][c * what->d + j] = mix_data_value(data, c * (what->n / what->k), j);
            model->arrays[1][(c * what->d + j) * what->d + j] = 1;
        }
    }
    must_be_ok(mixture_model_prepare(model, &error), &error);
}

/* Seconds of one run; *loglik is where it ended. */
static double run(const work *what, const mixture_data *data, int threads, double *loglik) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = what->k;
    options.structure = what->covariance;
    options.accelerate = false;
    options.threads = threads;
    mixture_model *model = must(mixture_model_new(&mixture_gaussian, what->k, what->d));
    model->structure = what->covariance;
    start(model, what, data);
    mix_em em;
    mix_cancel cancel = {0};
    mixture_error error = {0};
    double begin = now();
    must_be_ok(mix_em_init(&em, &mixture_gaussian, data, &options, &cancel), &error);
    must_be_ok(mix_em_run(&em, model, what->iterations, -1e300, &error), &error);
    double seconds = now() - begin;
    *loglik = em.run.loglik;
    mix_em_clear(&em);
    mixture_model_free(model);
    return seconds;
}

static void write_doubles(const char *folder, const work *what, const char *kind, const double *x, size_t count,
                          const char *mode) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s.%s", folder, what->name, kind);
    FILE *file = must(fopen(path, mode));
    bool complete = fwrite(x, sizeof *x, count, file) == count;
    must(fclose(file) == 0 && complete ? file : NULL);
}

/* The work as files: see the top. */
static void write_work(const work *what, const char *folder) {
    mixture_data *data = make_data(what);
    mixture_model *model = must(mixture_model_new(&mixture_gaussian, what->k, what->d));
    model->structure = what->covariance;
    start(model, what, data);
    char path[1000];
    snprintf(path, sizeof path, "%s/%s.shape", folder, what->name);
    FILE *shape = must(fopen(path, "w"));
    fprintf(shape, "%zu %zu %zu %s %ld\n", what->n, what->d, what->k,
            mixture_structure_name(&mixture_gaussian, what->covariance), what->iterations);
    fclose(shape);
    double *rows = must(malloc(what->n * what->d * sizeof *rows));
    for (size_t row = 0; row < what->n; row++) {
        for (size_t j = 0; j < what->d; j++) {
            rows[row * what->d + j] = mix_data_value(data, row, j);
        }
    }
    write_doubles(folder, what, "rows", rows, what->n * what->d, "wb");
    write_doubles(folder, what, "start", model->weights, what->k, "wb");
    write_doubles(folder, what, "start", model->arrays[0], what->k * what->d, "ab");
    write_doubles(folder, what, "start", model->arrays[1], what->k * what->d * what->d, "ab");
    free(rows);
    mixture_model_free(model);
    mixture_data_free(data);
}

static double measure_peak(const char *name) {
    double (*peak)(double) = peak_base;
#ifdef HAVE_PEAKS
    peak = strcmp(name, "avx512") == 0 ? peak_avx512 : strcmp(name, "avx2") == 0 ? peak_avx2 : peak_base;
#else
    (void)name;
#endif
    double best = 0;
    for (int i = 0; i < 20; i++) {
        double begin = now(), operations = peak(3e8), rate = operations / (now() - begin);
        best = rate > best ? rate : best;
    }
    return best;
}

static void report(const work *what, const mix_kernel *kernel, int threads, int repeats, double peak) {
    mixture_data *data = make_data(what);
    double best = 1e300, loglik = 0;
    double begin = now();
    /* Short works as often as makes half a second. */
    for (int i = 0; i < repeats || (what->n <= 10000 && now() - begin < 0.5); i++) {
        double seconds = run(what, data, threads, &loglik);
        best = seconds < best ? seconds : best;
    }
    double each = best / (double)what->n / (double)what->k / (double)what->iterations;
    double d = (double)what->d;
    double operations = 2 * (what->covariance == MIXTURE_FULL ? d * (d + 1) : 4 * d);
    printf("%-4s %-7s %2d %8zu %3zu %3zu %-9s %9.5f %8.3f %8.1f %6.1f %% %22.17g\n", what->name, kernel->name,
           threads, what->n, what->d, what->k, mixture_structure_name(&mixture_gaussian, what->covariance), best,
           1e9 * each, 1e-9 * operations / each, 100 * operations / each / peak, loglik);
    fflush(stdout);
    mixture_data_free(data);
}

/* The work of this name or shape. */
static work find_work(const char *name) {
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (strcmp(name, works[i].name) == 0) {
            return works[i];
        }
    }
    work own = {name, 0, 0, 0, MIXTURE_FULL, ITERATIONS};
    char diag[5] = "";
    int fields = sscanf(name, "%zu,%zu,%zu,%4s", &own.n, &own.d, &own.k, diag);
    bool known = fields == 3 || (fields == 4 && strcmp(diag, "diag") == 0);
    if (!known || own.k < 1 || own.d < 1 || own.n < own.k) {
        fprintf(stderr, "expect: unknown work %s; expected W0 to W9, n,d,k or n,d,k,diag\n", name);
        exit(2);
    }
    own.covariance = fields == 4 ? MIXTURE_DIAG : MIXTURE_FULL;
    return own;
}

int main(int argc, char **argv) {
    const char *only = NULL, *folder = NULL;
    int threads = 1, repeats = 5, option;
    size_t most = SIZE_MAX;
    while ((option = getopt(argc, argv, "k:t:r:c:w:")) != -1) {
        switch (option) {
        case 'k':
            only = optarg;
            break;
        case 't':
            threads = atoi(optarg);
            break;
        case 'r':
            repeats = atoi(optarg);
            break;
        case 'c':
            most = strtoul(optarg, NULL, 10);
            break;
        case 'w':
            folder = optarg;
            break;
        default:
            return 2;
        }
    }
    work wanted[100];
    size_t count = 0;
    for (; optind < argc && count < sizeof wanted / sizeof *wanted; optind++) {
        wanted[count++] = find_work(argv[optind]);
    }
    if (count == 0) {
        count = sizeof works / sizeof *works;
        memcpy(wanted, works, sizeof works);
    }
    for (size_t i = 0; i < count; i++) {
        wanted[i].n = wanted[i].n < most ? wanted[i].n : most;
        if (folder != NULL) {
            write_work(&wanted[i], folder);
        }
    }
    timer = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    for (const mix_kernel *const *kernel = mix_kernel_all(); folder == NULL && *kernel != NULL; kernel++) {
        if ((only != NULL && strcmp(only, (*kernel)->name) != 0) || !(*kernel)->supported()) {
            continue;
        }
        mix_kernel_force(*kernel);
        double peak = measure_peak((*kernel)->name);
        printf("%s: peak %.1f GFLOP/s a core\n", (*kernel)->name, 1e-9 * peak);
        printf("%-4s %-7s %2s %8s %3s %3s %-9s %9s %8s %8s %8s %22s\n", "", "kernel", "t", "n", "d", "k",
               "covariance", "seconds", "ns", "GFLOP/s", "share", "loglik");
        for (size_t i = 0; i < count; i++) {
            report(&wanted[i], *kernel, threads, repeats, peak);
        }
    }
    return 0;
}
