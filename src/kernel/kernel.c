/* kernel.c: the hot loops, compiled once per instruction set with MIX_KERNEL its name and MIX_KERNEL_BITS the
** width of its registers. Everything here but the one table is static: nothing compiled for a newer instruction
** set may be linked to by other files. */
#ifndef MIX_KERNEL
#error "compile kernel.c with -DMIX_KERNEL=base, avx2 or avx512"
#endif

#include "kernel.h"
#include "density.h"
#include "moments.h"
#include "posterior.h"
#include "processor.h"
#include "scatter.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

static bool supported(void) {
#if MIX_KERNEL_BITS == 512
    return mix_processor_has_avx512();
#elif MIX_KERNEL_BITS == 256
    return mix_processor_has_avx2();
#else
    return true;
#endif
}

static void logs(size_t count, double *x) {
    size_t i = 0;
    for (; i + VEC_LANES <= count; i += VEC_LANES) {
        vec_store(x + i, vec_log(vec_load(x + i)));
    }
    double lanes[VEC_LANES];
    vec_store(lanes, vec_all(1));
    for (size_t lane = 0; i + lane < count; lane++) {
        lanes[lane] = x[i + lane];
    }
    vec_store(lanes, vec_log(vec_load(lanes)));
    for (size_t lane = 0; i + lane < count; lane++) {
        x[i + lane] = lanes[lane];
    }
}

extern const mix_kernel JOIN(mix_kernel_, MIX_KERNEL);
const mix_kernel JOIN(mix_kernel_, MIX_KERNEL) = {
    .name = TEXT(MIX_KERNEL),
    .supported = supported,
    .log_density = log_density,
    .log_density_axis = log_density_axis,
    .linear = linear,
    .posterior = posterior,
    .scatter = scatter,
    .scatter_axis = scatter_axis,
    .sums = sums,
    .moments = moments,
    .log = logs,
};
