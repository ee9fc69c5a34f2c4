/* cluster.c: k-means++ and Lloyd's steps. */
#include "cluster.h"

#include <math.h>
#include <string.h>

static double squared_distance(const mix_points *points, size_t row, const double *center) {
    const double *x = points->x + row * points->size;
    double sum = 0;
    for (size_t j = 0; j < points->size; j++) {
        sum += (x[j] - center[j]) * (x[j] - center[j]);
    }
    return sum;
}

static void take(const mix_points *points, size_t row, double *center) {
    memcpy(center, points->x + row * points->size, points->size * sizeof(double));
}

void mix_cluster_plusplus(const mix_points *points, size_t k, mix_random *random, double *centers,
                          double *distances) {
    size_t n = points->count;
    double *nearest = distances, *trial = distances + n;
    int tries = 2 + (int)log((double)k);
    take(points, mix_random_below(random, n), centers);
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        nearest[i] = squared_distance(points, i, centers);
        total += nearest[i];
    }
    for (size_t c = 1; c < k; c++) {
        double *center = centers + c * points->size;
        double best = INFINITY;
        size_t chosen = 0;
        for (int t = 0; t < tries; t++) {
            size_t row = total > 0 ? mix_random_choose(random, nearest, n, total) : mix_random_below(random, n);
            take(points, row, center);
            double left = 0;
            for (size_t i = 0; i < n; i++) {
                left += fmin(nearest[i], squared_distance(points, i, center));
            }
            if (left < best) {
                best = left;
                chosen = row;
            }
        }
        take(points, chosen, center);
        total = 0;
        for (size_t i = 0; i < n; i++) {
            trial[i] = squared_distance(points, i, center);
            nearest[i] = fmin(nearest[i], trial[i]);
            total += nearest[i];
        }
    }
}

void mix_cluster_random(const mix_points *points, size_t k, mix_random *random, double *centers, size_t *work) {
    for (size_t i = 0; i < points->count; i++) {
        work[i] = i;
    }
    size_t chosen = 0;
    /* A random permutation, drawn as far as needed; points equal to a chosen one are passed over. */
    for (size_t i = 0; i < points->count && chosen < k; i++) {
        size_t other = i + mix_random_below(random, points->count - i);
        size_t row = work[other];
        work[other] = work[i];
        bool seen = false;
        for (size_t c = 0; c < chosen && !seen; c++) {
            seen = squared_distance(points, row, centers + c * points->size) == 0;
        }
        if (!seen) {
            take(points, row, centers + chosen * points->size);
            chosen++;
        }
    }
    for (; chosen < k; chosen++) { /* fewer different points in the sample than k */
        take(points, mix_random_below(random, points->count), centers + chosen * points->size);
    }
}

bool mix_cluster_assign(const mix_points *points, size_t k, const double *centers, size_t *labels) {
    bool changed = false;
    for (size_t i = 0; i < points->count; i++) {
        size_t label = 0;
        double least = INFINITY;
        for (size_t c = 0; c < k; c++) {
            double distance = squared_distance(points, i, centers + c * points->size);
            if (distance < least) {
                least = distance;
                label = c;
            }
        }
        changed = changed || labels[i] != label;
        labels[i] = label;
    }
    return changed;
}

void mix_cluster_center(const mix_points *points, size_t k, const size_t *labels, double *centers, size_t *sizes) {
    size_t size = points->size;
    memset(sizes, 0, k * sizeof *sizes);
    for (size_t i = 0; i < points->count; i++) {
        double *center = centers + labels[i] * size;
        if (sizes[labels[i]]++ == 0) {
            memset(center, 0, size * sizeof(double));
        }
        for (size_t j = 0; j < size; j++) {
            center[j] += points->x[i * size + j];
        }
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < size && sizes[c] > 0; j++) {
            centers[c * size + j] /= (double)sizes[c];
        }
    }
}
