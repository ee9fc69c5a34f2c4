/* dispatch.c: choosing the kernel. The pointer is the only state; every thread that races to set it sets the
** same. */
#include <stdatomic.h>

#include "kernel.h"

#if defined(__AVX__)
#error "compile only kernel.c above the baseline: code here runs before the machine's instruction set is known"
#endif

extern const mix_kernel mix_kernel_base;
#ifdef MIX_HAVE_AVX2
extern const mix_kernel mix_kernel_avx2;
#endif
#ifdef MIX_HAVE_AVX512
extern const mix_kernel mix_kernel_avx512;
#endif

static const mix_kernel *const all[] = {
    &mix_kernel_base,
#ifdef MIX_HAVE_AVX2
    &mix_kernel_avx2,
#endif
#ifdef MIX_HAVE_AVX512
    &mix_kernel_avx512,
#endif
    NULL,
};

static _Atomic(const mix_kernel *) current_kernel;

const mix_kernel *const *mix_kernel_all(void) {
    return all;
}

void mix_kernel_force(const mix_kernel *kernel) {
    atomic_store(&current_kernel, kernel);
}

const mix_kernel *mix_kernel_current(void) {
    const mix_kernel *kernel = atomic_load(&current_kernel);
    if (kernel == NULL) {
        for (const mix_kernel *const *next = all; *next != NULL; next++) {
            if ((*next)->supported()) {
                kernel = *next;
            }
        }
        atomic_store(&current_kernel, kernel);
    }
    return kernel;
}
