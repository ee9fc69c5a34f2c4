/* shapes.h: what the parts of kernel.c share. */
#ifndef MIX_SHAPES_H
#define MIX_SHAPES_H

#include "kernel.h"
#include "vecmath.h"

/* Shapes of what stays in registers. */
enum {
    PARTS = MIX_LANES / VEC_LANES, /* passes that a sum over rows takes */
    WIDE = VEC_REGISTERS == 32,    /* tiles have the shapes that fit */
    PANEL = WIDE ? 4 : 2,          /* vectors of rows that share a read of a factor's entry */
    AXIS_PANEL = 4,                /* the same where it is diagonal */
    HEIGHT = WIDE ? 3 : 4,         /* rows of a factor that share a read of the differences */
    TILE = WIDE ? 4 : 3,           /* a scatter is built from tiles of TILE x TILE */
    AXIS_TILE = WIDE ? 4 : 3,      /* columns whose sums and squares are taken together, */
    SUMS_TILE = 4,                 /* and whose sums alone */
    GROUP = VEC_TOGETHER,          /* vectors of rows whose posteriors are taken side by side */
    SMALL_DENSITY = 16,            /* columns up to which densities have code of their own, */
    SMALL_SCATTER = WIDE ? 4 : 3   /* and scatters */
};

MIX_INLINE vec floor_log_density(vec x) {
    return vec_max(x, vec_all(MIX_LOG_DENSITY_FLOOR));
}

#endif
