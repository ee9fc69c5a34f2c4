/* processor.h: which instructions this machine has, and its operating system saves the registers of. */
#ifndef MIX_PROCESSOR_H
#define MIX_PROCESSOR_H

#include <stdbool.h>

/* AVX2 with FMA; AVX-512 F, DQ and VL with FMA. Both false on other machines than x86-64. */
bool mix_processor_has_avx2(void);
bool mix_processor_has_avx512(void);

#endif
