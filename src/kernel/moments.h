/* moments.h: range, sum and squares of a column; a part of kernel.c, which alone includes it. */
#ifndef MIX_MOMENTS_H
#define MIX_MOMENTS_H

#include "shapes.h"

/* Lanes in memory: the largest. */
MIX_INLINE double vec_largest(const double *lanes) {
    double largest = lanes[0];
    for (size_t lane = 1; lane < VEC_LANES; lane++) {
        largest = lanes[lane] > largest ? lanes[lane] : largest;
    }
    return largest;
}

MIX_INLINE void add_moments(const double *x, const double *weight, size_t count, double unit, double shift,
                            mix_moments *moments) {
    double sums[2][MIX_LANES], lanes[VEC_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec above = vec_all(moments->high), below = vec_all(-moments->low), sum = {0}, squares = {0};
        size_t at = part * VEC_LANES;
        for (; at + VEC_LANES <= count; at += MIX_LANES) {
            vec y = vec_load(x + at) * unit - shift, weighted = weight != NULL ? vec_load(weight + at) * y : y;
            above = vec_max(y, above);
            below = vec_max(-y, below);
            sum += weighted;
            squares += weighted * y;
        }
        if (at < count) { /* lanes beyond the last value count as it does for the range, and for nothing else */
            double value[VEC_LANES], share[VEC_LANES];
            for (size_t lane = 0; lane < VEC_LANES; lane++) {
                bool in = at + lane < count;
                value[lane] = x[in ? at + lane : count - 1];
                share[lane] = !in ? 0 : weight != NULL ? weight[at + lane] : 1;
            }
            vec y = vec_load(value) * unit - shift, weighted = vec_load(share) * y;
            above = vec_max(y, above);
            below = vec_max(-y, below);
            sum += weighted;
            squares += weighted * y;
        }
        vec_store(sums[0] + part * VEC_LANES, sum);
        vec_store(sums[1] + part * VEC_LANES, squares);
        vec_store(lanes, above);
        moments->high = vec_largest(lanes);
        vec_store(lanes, below);
        moments->low = -vec_largest(lanes);
    }
    moments->sum += vec_sum(sums[0]);
    moments->squares += vec_sum(sums[1]);
}

static void moments(const double *x, const double *weight, size_t count, double unit, double shift,
                    mix_moments *all) {
    if (weight == NULL) {
        add_moments(x, NULL, count, unit, shift, all);
    } else {
        add_moments(x, weight, count, unit, shift, all);
    }
}

#endif
