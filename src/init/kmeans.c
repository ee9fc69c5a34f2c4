/* kmeans.c: k-means++ and Lloyd's steps. */
#include "kmeans.h"

#include <math.h>
#include <string.h>

#include "inline.h"

enum { POLL_POINTS = 256 };

MIX_INLINE double squared_distance(const double *x, size_t size, const double *center) {
    double sum = 0;
    for (size_t j = 0; j < size; j++) {
        sum += (x[j] - center[j]) * (x[j] - center[j]);
    }
    return sum;
}

static double distance_of(const mix_points *points, size_t row, const double *center) {
    return squared_distance(points->x + row * points->size, points->size, center);
}

static void take(const mix_points *points, size_t row, double *center) {
    memcpy(center, points->x + row * points->size, points->size * sizeof(double));
}

/* Chance of each point to be the next center: its weight times its squared distance from the nearest center, or
** its weight alone when there is no center. Returns the sum. */
static double set_chances(const mix_points *points, size_t k, const bool *placed, const double *centers,
                          double *chances) {
    double total = 0;
    mix_turns turns = {.cancel = points->cancel};
    for (size_t i = 0; i < points->count && !mix_turns_over(&turns, 3 * (double)(k * points->size)); i++) {
        double nearest = INFINITY;
        for (size_t c = 0; c < k; c++) {
            if (placed[c]) {
                nearest = fmin(nearest, distance_of(points, i, centers + c * points->size));
            }
        }
        chances[i] = points->weight[i] * (isinf(nearest) ? 1 : nearest);
        total += chances[i];
    }
    return total;
}

/* A point by its chance; by weight when all chances are 0, which means that every point is a center already. */
static size_t draw_point(const mix_points *points, const double *chances, double total, mix_random *random) {
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
MIX_INLINE double add_one(const mix_points *points, const double *center, bool first, const double *chances,
                          double *next, size_t size) {
    double total = 0;
    for (size_t i = 0; i < points->count; i++) {
        double chance = points->weight[i] * squared_distance(points->x + i * size, size, center);
        next[i] = first || chance < chances[i] ? chance : chances[i];
        total += next[i];
    }
    return total;
}

static double add_center(const mix_points *points, const double *center, bool first, const double *chances,
                         double *next) {
    return MIX_WITH_COLUMNS(points->size, add_one, points, center, first, chances, next);
}

bool mix_kmeans_plusplus(const mix_points *points, size_t k, const bool *placed, mix_random *random,
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
            size_t row = draw_point(points, chances, total, random);
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

bool mix_kmeans_random(const mix_points *points, size_t k, const bool *placed, mix_random *random, double *centers,
                       double *chances) {
    double total = 0;
    mix_turns turns = {.cancel = points->cancel};
    for (size_t i = 0; i < points->count && !mix_turns_over(&turns, 3 * (double)(k * points->size)); i++) {
        chances[i] = points->weight[i];
        for (size_t c = 0; c < k && chances[i] > 0; c++) {
            if (placed[c] && distance_of(points, i, centers + c * points->size) == 0) {
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
        take(points, draw_point(points, chances, total, random), center);
        total = 0;
        for (size_t i = 0; i < points->count; i++) {
            chances[i] = distance_of(points, i, center) == 0 ? 0 : chances[i];
            total += chances[i];
        }
    }
    return true;
}

/* Nearest center of one point. */
MIX_INLINE size_t nearest_center(const double *x, size_t k, const double *centers, size_t size) {
    size_t label = 0;
    double least = INFINITY;
    for (size_t c = 0; c < k; c++) {
        double distance = squared_distance(x, size, centers + c * size);
        label = distance < least ? c : label;
        least = distance < least ? distance : least;
    }
    return label;
}

/* Label some points; whether any label changed. */
MIX_INLINE bool assign(const mix_points *points, size_t begin, size_t end, size_t k, const double *centers,
                       const size_t *known, size_t *labels, size_t size) {
    size_t changes = 0;
    for (size_t i = begin; i < end; i++) {
        size_t label =
            known != NULL && known[i] != 0 ? known[i] - 1 : nearest_center(points->x + i * size, k, centers, size);
        changes += labels[i] != label;
        labels[i] = label;
    }
    return changes > 0;
}

bool mix_kmeans_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                       size_t *labels, bool *changed) {
    size_t turn = (size_t)fmax(MIX_TURN / (3 * (double)k * (double)points->size), 1);
    turn = turn < POLL_POINTS ? turn : POLL_POINTS;
    *changed = false;
    for (size_t begin = 0; begin < points->count; begin += turn) {
        if (mix_cancelled(points->cancel)) {
            return false;
        }
        size_t left = points->count - begin, end = begin + (left < turn ? left : turn);
        bool some = MIX_WITH_COLUMNS(points->size, assign, points, begin, end, k, centers, known, labels);
        *changed = *changed || some;
    }
    return true;
}

void mix_kmeans_center(const mix_points *points, size_t k, const size_t *labels, double *centers, double *totals) {
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
