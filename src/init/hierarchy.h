/* hierarchy.h: model-based agglomerative clustering, for starting EM: every point begins as a cluster of its own,
** and the two clusters whose union costs a mixture of Gaussians with free covariances least become one, until one
** is left (Banfield & Raftery, Biometrics 49 (1993) 803). The cost of a partition is, with Fraley's term for
** clusters too small to have a determinant (SIAM J. Sci. Comput. 20 (1998) 270),
**
**     sum over clusters k of n_k log( |W_k / n_k| + (tr W_k + alpha) / n_k ),    alpha = tr(W) / (n p)
**
** n_k: weight of the cluster, W_k: scatter about its mean, p: columns, W: scatter
** of all points. The determinant and the trace are of different units: the answer depends on those of the points,
** which should have comparable columns, and on that of the weights, which should be near 1. */
#ifndef MIX_HIERARCHY_H
#define MIX_HIERARCHY_H

#include "kmeans.h"
#include "mixture.h"

typedef struct mix_hierarchy mix_hierarchy;

/* Points of weights > 0, at least one. Of equally good unions that one is taken which mclust takes. Time: about
** count^2 p^2 where most points are merged one by one, at worst count^2 p^3; memory: count^2 / 2 + count p^2 /
** 2 doubles. MIXTURE_OK, _NOMEM or _CANCELLED; *tree to be freed by the caller, NULL unless OK. */
mixture_status mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree);
void mix_hierarchy_free(mix_hierarchy *tree); /* NULL is fine */

/* Cut the tree where k >= 1 clusters are left: labels[i] is the cluster 0, 1, … of point i, numbered by their
** first points. Returns how many there are: k, or all points when they are fewer. */
size_t mix_hierarchy_cut(const mix_hierarchy *tree, size_t k, size_t *labels);

#endif
