/* cluster.c: k-means++ and Lloyd's steps. */
#include "cluster.h"

#include <math.h>
#include <string.h>

enum { POLL_POINTS = 256 };

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

/* Chance of each point to be the next center: its weight times its squared distance from the nearest center, or
** its weight alone when there is no center. Returns the sum. */
static double set_chances(const mix_points *points, size_t k, const bool *placed, const double *centers,
                          double *chances) {
    double total = 0;
    for (size_t i = 0; i < points->count; i++) {
        double nearest = INFINITY;
        for (size_t c = 0; c < k; c++) {
            if (placed[c]) {
                nearest = fmin(nearest, squared_distance(points, i, centers + c * points->size));
            }
        }
        chances[i] = points->weight[i] * (isinf(nearest) ? 1 : nearest);
        total += chances[i];
    }
    return total;
}

/* A point by its chance; by weight when all chances are 0, which means that every point is a center already. */
static size_t draw(const mix_points *points, const double *chances, double total, mix_random *random) {
    if (total > 0) {
        return mix_random_choose(random, chances, points->count, total);
    }
    double weight = 0;
    for (size_t i = 0; i < points->count; i++) {
        weight += points->weight[i];
    }
    return mix_random_choose(random, points->weight, points->count, weight);
}

/* The chances after one more center, into `next`; returns their sum. */
static double add_center(const mix_points *points, const double *center, bool first, const double *chances,
                         double *next) {
    double total = 0;
    for (size_t i = 0; i < points->count; i++) {
        double chance = points->weight[i] * squared_distance(points, i, center);
        next[i] = first ? chance : fmin(chances[i], chance);
        total += next[i];
    }
    return total;
}

bool mix_cluster_plusplus(const mix_points *points, size_t k, const bool *placed, mix_random *random,
                          double *centers, double *chances) {
    double *next = chances + points->count;
    double total = set_chances(points, k, placed, centers, chances);
    int tries = 2 + (int)log((double)k);
    bool first = true; /* of all centers */
    for (size_t c = 0; c < k; c++) {
        first = first && !placed[c];
    }
    for (size_t c = 0; c < k; c++) {
        if (placed[c]) {
            continue;
        }
        double *center = centers + c * points->size;
        double best = INFINITY;
        size_t chosen = 0;
        for (int t = 0; t < (first ? 1 : tries); t++) {
            if (mix_cancelled(points->cancel)) {
                return false;
            }
            size_t row = draw(points, chances, total, random);
            take(points, row, center);
            double left = add_center(points, center, first, chances, next);
            if (left < best) {
                best = left;
                chosen = row;
            }
        }
        take(points, chosen, center);
        total = add_center(points, center, first, chances, next);
        memcpy(chances, next, points->count * sizeof(double));
        first = false;
    }
    return true;
}

bool mix_cluster_random(const mix_points *points, size_t k, const bool *placed, mix_random *random,
                        double *centers, double *chances) {
    double total = 0;
    for (size_t i = 0; i < points->count; i++) {
        chances[i] = points->weight[i];
        for (size_t c = 0; c < k && chances[i] > 0; c++) {
            if (placed[c] && squared_distance(points, i, centers + c * points->size) == 0) {
                chances[i] = 0;
            }
        }
        total += chances[i];
    }
    for (size_t c = 0; c < k; c++) {
        if (placed[c]) {
            continue;
        }
        if (mix_cancelled(points->cancel)) {
            return false;
        }
        double *center = centers + c * points->size;
        take(points, draw(points, chances, total, random), center);
        total = 0;
        for (size_t i = 0; i < points->count; i++) {
            chances[i] = squared_distance(points, i, center) == 0 ? 0 : chances[i];
            total += chances[i];
        }
    }
    return true;
}

bool mix_cluster_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                        size_t *labels, bool *changed) {
    *changed = false;
    for (size_t i = 0; i < points->count; i++) {
        size_t label = 0;
        double least = INFINITY;
        if (i % POLL_POINTS == 0 && mix_cancelled(points->cancel)) {
            return false;
        }
        if (known != NULL && known[i] != 0) {
            label = known[i] - 1;
        } else {
            for (size_t c = 0; c < k; c++) {
                double distance = squared_distance(points, i, centers + c * points->size);
                if (distance < least) {
                    least = distance;
                    label = c;
                }
            }
        }
        *changed = *changed || labels[i] != label;
        labels[i] = label;
    }
    return true;
}

void mix_cluster_center(const mix_points *points, size_t k, const size_t *labels, double *centers,
                        double *totals) {
    size_t size = points->size;
    for (size_t c = 0; c < k; c++) {
        totals[c] = 0;
    }
    for (size_t i = 0; i < points->count; i++) {
        double *center = centers + labels[i] * size;
        if (totals[labels[i]] == 0) {
            memset(center, 0, size * sizeof(double));
        }
        totals[labels[i]] += points->weight[i];
        for (size_t j = 0; j < size; j++) {
            center[j] += points->weight[i] * points->x[i * size + j];
        }
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < size && totals[c] > 0; j++) {
            centers[c * size + j] /= totals[c];
        }
    }
}
