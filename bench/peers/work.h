/* work.h: a work that bench_expect has written, for the peers in C and C++. */
#ifndef WORK_H
#define WORK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct work {
    size_t n, d, k;
    int diag;
    size_t iterations;
    double *rows, *weights, *means, *covariances;
} work;

static double *read_doubles(const char *folder, const char *name, const char *kind, size_t count) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
    FILE *file = fopen(path, "rb");
    double *x = (double *)malloc(count * sizeof(double));
    if (file == NULL || x == NULL || fread(x, sizeof(double), count, file) != count) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    return x;
}

/* Read FOLDER/NAME.shape, .rows and .start, to be kept until the end. */
static work read_work(const char *folder, const char *name) {
    work what;
    char path[1000], covariance[20];
    snprintf(path, sizeof path, "%s/%s.shape", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL ||
        fscanf(file, "%zu %zu %zu %19s %zu", &what.n, &what.d, &what.k, covariance, &what.iterations) != 5) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    what.diag = strcmp(covariance, "diag") == 0;
    what.rows = read_doubles(folder, name, "rows", what.n * what.d);
    what.weights = read_doubles(folder, name, "start", what.k * (1 + what.d + what.d * what.d));
    what.means = what.weights + what.k;
    what.covariances = what.means + what.k * what.d;
    return what;
}

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif
