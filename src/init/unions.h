/* unions.h: the clusters of a tree that grows (hierarchy.h), and by how much the sum that it keeps low rises when
** two of them become one. They stand in slots 0, 1, …; at first each is one point. */
#ifndef MIX_UNIONS_H
#define MIX_UNIONS_H

#include "kmeans.h"
#include "mixture.h"

typedef struct mix_unions mix_unions;

/* MIXTURE_OK or _NOMEM; the result is NULL unless OK. */
mixture_status mix_unions_new(const mix_points *points, mix_unions **result);
void mix_unions_free(mix_unions *unions); /* NULL is fine */

/* How many clusters there are. */
size_t mix_unions_count(const mix_unions *unions);

/* The rise for each pair of point i and one before it, while every point is a cluster; room: i + 1. Here and below
** rises has no pair of a cluster with itself: a number stands there that means nothing. False when cancelled. */
bool mix_unions_of_point(mix_unions *unions, size_t i, double *rises);

/* The rise for each pair of the cluster in slot i, of more than one point, and any; room: one more than clusters.
** False when cancelled. */
bool mix_unions_of_cluster(mix_unions *unions, size_t i, double *rises);

/* The union of the clusters in slots i < j stands in slot i from now on, and the cluster of the last slot in j.
** MIXTURE_OK or _NOMEM. */
mixture_status mix_unions_merge(mix_unions *unions, size_t i, size_t j);

#endif
