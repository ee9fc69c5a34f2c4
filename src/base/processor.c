/* processor.c: asked by CPUID and XGETBV themselves: __builtin_cpu_supports reads a table of the compiler's
** run-time library, which not every tool chain has. Bits: Intel 64 and IA-32 Architectures Software Developer's
** Manual, volume 2A, CPUID; volume 1, 13.2 and 14.3 (XCR0). */
#include "processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

enum {
    FMA = 1 << 12, /* leaf 1, ecx */
    OSXSAVE = 1 << 27,
    AVX2 = 1 << 5, /* leaf 7, ebx */
    AVX512F = 1 << 16,
    AVX512DQ = 1 << 17,
    REGISTERS_256 = 0x6, /* XCR0: XMM and YMM */
    REGISTERS_512 = 0xe6 /* … with k0 to k7 and all of ZMM */
};
#define AVX512VL (1U << 31)

/* Whether all these bits of leaf 7's ebx are set, FMA is there, and these registers are saved. */
static bool has_bits(uint32_t wanted, uint32_t registers) {
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & FMA) == 0 || (ecx & OSXSAVE) == 0) {
        return false;
    }
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & registers) == registers && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) &&
           (ebx & wanted) == wanted;
}

bool mix_processor_has_avx2(void) {
    return has_bits(AVX2, REGISTERS_256);
}

bool mix_processor_has_avx512(void) {
    return has_bits(AVX2 | AVX512F | AVX512DQ | AVX512VL, REGISTERS_512);
}

#else

bool mix_processor_has_avx2(void) {
    return false;
}

bool mix_processor_has_avx512(void) {
    return false;
}

#endif
