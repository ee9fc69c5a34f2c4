/* cluster.h: k-means, for starting EM. Points are rows of `size` doubles. */
#ifndef MIX_CLUSTER_H
#define MIX_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "random.h"

typedef struct mix_points {
    const double *x;
    size_t count, size;
} mix_points;

/* Choose k centers among the points: the first at random, each further one with probability proportional to its
** squared distance from those chosen (Arthur & Vassilvitskii 2007), the best of 2 + ln k tries. Points that coincide
** with a center are taken only when nothing else is left. distances: work space, 2 * count doubles. */
void mix_cluster_plusplus(const mix_points *points, size_t k, mix_random *random, double *centers,
                          double *distances);

/* Choose k different points at random, every one as likely. work: count positions. */
void mix_cluster_random(const mix_points *points, size_t k, mix_random *random, double *centers, size_t *work);

/* Label every point with its nearest center (ties: the first); whether any label changed. */
bool mix_cluster_assign(const mix_points *points, size_t k, const double *centers, size_t *labels);

/* Move every center to the mean of its points; one without points stays. */
void mix_cluster_center(const mix_points *points, size_t k, const size_t *labels, double *centers, size_t *sizes);

#endif
