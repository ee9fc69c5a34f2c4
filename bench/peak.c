/* peak.c: chains of multiply-adds in registers, as many as hide their latency. */
#include "peak.h"

#if defined(__AVX512F__)
enum { REG_LANES = 8, CHAINS = 12 };
#elif defined(__AVX2__)
enum { REG_LANES = 4, CHAINS = 12 };
#else
enum { REG_LANES = 2, CHAINS = 12 };
#endif

typedef double reg __attribute__((vector_size(REG_LANES * 8)));

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

double JOIN(peak_, PEAK)(double operations) {
    const double each = 2.0 * REG_LANES * CHAINS;
    long rounds = (long)(operations / each);
    reg factor = {0}, sum[CHAINS] = {{0}};
    factor += 0.999;
    __asm__ volatile("" : "+x"(factor)); /* its value is unknown from here, as are the sums' */
    for (int i = 0; i < CHAINS; i++) {
        __asm__ volatile("" : "+x"(sum[i]));
    }
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < CHAINS; i++) {
            sum[i] = sum[i] * factor + factor;
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        __asm__ volatile("" ::"x"(sum[i])); /* wanted */
    }
    return (double)rounds * each;
}
