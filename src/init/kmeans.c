/* kmeans.c: k-means++ and Lloyd's steps, two points at a time; sums go on from point to point. */
#include "kmeans.h"

#include <math.h>
#include <string.h>

#include "two.h"

enum { POLL_POINTS = 256 };

MIX_INLINE double squared_distance(const double *x, size_t size, const double *center) {
    double sum = 0;
    for (size_t j = 0; j < size; j++) {
        sum += (x[j] - center[j]) * (x[j] - center[j]);
    }
    return sum;
}

/* A column of two points that follow each other. */
MIX_INLINE mix_two two_values(const double *x, size_t size, size_t j) {
    return (mix_two){x[j], x[size + j]};
}

static double distance_of(const mix_points *points, size_t row, const double *center) {
    return squared_distance(points->x + row * points->size, points->size, center);
}

static void take(const mix_points *points, size_t row, double *center) {
    memcpy(center, points->x + row * points->size, points->size * sizeof(double));
}

static double sum_up(const double *x, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum;
}

/* Chance of each point to be the next center: its weight times its squared distance from the nearest center, or
** its weight alone when there is no center. Returns the sum. */
static double set_chances(const mix_points *points, size_t k, const bool *placed, bool any, const double *centers,
                          double *chances) {
    double total = 0;
    mix_turns turns = {.cancel = points->cancel};
    if (!any) {
        memcpy(chances, points->weight, points->count * sizeof(double));
        return sum_up(points->weight, points->count);
    }
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
    return mix_random_choose(random, points->weight, points->count, sum_up(points->weight, points->count));
}

/* The chances after one more center, into `next`; returns their sum. */
MIX_INLINE double add_one(const mix_points *points, const double *center, bool first, const double *chances,
                          double *next, size_t size) {
    double total = 0;
    size_t i = 0;
    for (; i + 2 <= points->count; i += 2) {
        mix_two distance = {0};
        for (size_t j = 0; j < size; j++) {
            mix_two difference = two_values(points->x + i * size, size, j) - center[j];
            distance += difference * difference;
        }
        mix_two chance = mix_two_load(points->weight + i) * distance;
        chance = first ? chance : mix_two_min(chance, mix_two_load(chances + i));
        mix_two_store(next + i, chance);
        total += chance[0];
        total += chance[1];
    }
    if (i < points->count) {
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

static void exchange(double **one, double **two) {
    double *before = *one;
    *one = *two;
    *two = before;
}

bool mix_kmeans_plusplus(const mix_points *points, size_t k, const bool *placed, mix_random *random,
                         double *centers, double *chances) {
    double *next = chances + points->count, *kept = next + points->count; /* of a try, of the best one */
    int tries = 2 + (int)log((double)k);
    bool first = true; /* of all centers */
    for (size_t c = 0; c < k; c++) {
        first = first && !placed[c];
    }
    double total = set_chances(points, k, placed, !first, centers, chances);
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
                exchange(&next, &kept);
            }
        }
        take(points, chosen, center);
        total = best < (double)INFINITY ? best : add_center(points, center, first, chances, kept);
        exchange(&chances, &kept);
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

/* Nearest centers of two points. */
MIX_INLINE void find_nearest_centers(const double *x, size_t k, const double *centers, size_t size,
                                     size_t *labels) {
    mix_two least = {(double)INFINITY, (double)INFINITY}, few[MIX_FEW_COLUMNS];
    mix_two_mask label = {0}, number = {0};
    for (size_t j = 0; j < size && size <= MIX_FEW_COLUMNS; j++) {
        few[j] = two_values(x, size, j);
    }
    for (size_t c = 0; c < k; c++, number += 1) {
        const double *center = centers + c * size;
        mix_two distance = {0};
        for (size_t j = 0; j < size; j++) {
            mix_two difference = (size <= MIX_FEW_COLUMNS ? few[j] : two_values(x, size, j)) - center[j];
            distance += difference * difference;
        }
        mix_two_mask nearer = distance < least;
        label = (nearer & number) | (~nearer & label);
        least = mix_two_min(distance, least);
    }
    labels[0] = (size_t)label[0];
    labels[1] = (size_t)label[1];
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

/* The label of one point is this, or the known one; bits that change. */
MIX_INLINE size_t set_label(const size_t *known, size_t i, size_t label, size_t *labels) {
    if (known != NULL && known[i] != 0) {
        label = known[i] - 1;
    }
    size_t changes = labels[i] ^ label;
    labels[i] = label;
    return changes;
}

/* Label some points; whether any label changed. */
MIX_INLINE bool assign(const mix_points *points, size_t begin, size_t end, size_t k, const double *centers,
                       const size_t *known, size_t *labels, size_t size) {
    size_t changes = 0, nearest[2], i = begin;
    for (; i + 2 <= end; i += 2) {
        find_nearest_centers(points->x + i * size, k, centers, size, nearest);
        changes |= set_label(known, i, nearest[0], labels) | set_label(known, i + 1, nearest[1], labels);
    }
    if (i < end) {
        changes |= set_label(known, i, nearest_center(points->x + i * size, k, centers, size), labels);
    }
    return changes != 0;
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

/* Sums of the points of each cluster, and of their weights. */
MIX_INLINE bool add_up(const mix_points *points, const size_t *labels, double *centers, double *totals,
                       size_t size) {
    for (size_t i = 0; i < points->count; i++) {
        double *center = centers + labels[i] * size, weight = points->weight[i];
        if (totals[labels[i]] == 0) {
            memset(center, 0, size * sizeof(double));
        }
        totals[labels[i]] += weight;
        for (size_t j = 0; j < size; j++) {
            center[j] += weight * points->x[i * size + j];
        }
    }
    return true;
}

void mix_kmeans_center(const mix_points *points, size_t k, const size_t *labels, double *centers, double *totals) {
    size_t size = points->size;
    memset(totals, 0, k * sizeof(double));
    (void)MIX_WITH_COLUMNS(size, add_up, points, labels, centers, totals);
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < size && totals[c] > 0; j++) {
            centers[c * size + j] /= totals[c];
        }
    }
}
