/* places.h: points that coincide: how many rows there are at each place of a panel. */
#ifndef MIX_PLACES_H
#define MIX_PLACES_H

#include "plot_points.h"

/* Starts as {0}. */
typedef struct mix_places {
    size_t count;
    uint32_t *row;  /* one of those at the place, in plot_points.h's numbers */
    uint32_t *rows; /* how many there are, of that row's component */
    uint32_t most;  /* of those */
    double unit;    /* radius for one row: areas are as the numbers of rows */
} mix_places;

/* The places of the chosen points by columns a and b of the model, of each component apart; those with a NaN have
** none. */
mixture_status mix_places_find(mix_places *places, const mix_plot_points *points, const size_t columns[2]);
void mix_places_free(mix_places *places);

/* Choose the unit: `radius`, or less so that the largest is not wider than what each place has of an area. */
void mix_places_scale(mix_places *places, double radius, double area);

#endif
