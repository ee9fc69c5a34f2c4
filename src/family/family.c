/* family.c: what is the same for every family. */
#include "family.h"

size_t mix_family_scratch(const mixture_family *family, size_t k, size_t d) {
    return k * MIX_BLOCK_ROWS + family->scratch_size(k, d);
}

double mix_family_log_base(const mixture_family *family, size_t d, const mix_rows *rows) {
    double base[MIX_BLOCK_ROWS], sum = 0;
    if (family->log_base == NULL) {
        return 0;
    }
    family->log_base(d, rows, base);
    for (size_t r = 0; r < rows->count; r++) {
        sum += (rows->weight != NULL ? rows->weight[r] : 1) * base[r];
    }
    return sum;
}
