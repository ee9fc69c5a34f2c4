/* kmeans.h: k-means, for starting EM. Points are rows of `size` doubles. */
#ifndef MIX_KMEANS_H
#define MIX_KMEANS_H

#include <stdbool.h>
#include <stddef.h>

#include "cancel.h"
#include "random.h"

typedef struct mix_points {
    const double *x;
    const double *weight; /* of each point; as if it stood there so many times */
    size_t count, size;
    const mix_cancel *cancel; /* asked between the passes over the points */
} mix_points;

/* Choose centers among the points for those of k that are not placed yet: each with probability proportional to
** weight times squared distance from the centers there are (Arthur & Vassilvitskii 2007; the very first one by
** weight alone), the best of 2 + ln k tries. A point that coincides with a center is taken only when nothing
** else is left. chances: work space, 3 * count doubles. False when cancelled. */
bool mix_kmeans_plusplus(const mix_points *points, size_t k, const bool *placed, mix_random *random,
                         double *centers, double *chances);

/* The same with each center at a random point, by weight, that differs from all others. */
bool mix_kmeans_random(const mix_points *points, size_t k, const bool *placed, mix_random *random, double *centers,
                       double *chances);

/* Label every point with its nearest center (ties: the first), or with known[i] - 1 where that is not 0 (NULL:
** none is); whether any label changed goes to *changed. False when cancelled. */
bool mix_kmeans_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                       size_t *labels, bool *changed);

/* Move every center to the mean of its points; one without points stays. totals: k, the weights of
** the clusters. */
void mix_kmeans_center(const mix_points *points, size_t k, const size_t *labels, double *centers, double *totals);

#endif
