/* block.c: rows in, columns out. */
#include "block.h"

#include <math.h>

#include "memory.h"

bool mix_block_begin(mix_block *block, size_t d) {
    *block = (mix_block){.x = mix_memory_zeros(d, MIX_BLOCK_ROWS * sizeof(double)), .d = d};
    return block->x != NULL;
}

void mix_block_clear(mix_block *block) {
    mix_memory_free(block->x);
    *block = (mix_block){.x = NULL};
}

bool mix_block_add(mix_block *block, const double *x) {
    for (size_t j = 0; j < block->d; j++) {
        block->x[j * MIX_BLOCK_ROWS + block->count] = x[j];
    }
    return ++block->count == MIX_BLOCK_ROWS;
}

mix_rows mix_block_rows(const mix_block *block) {
    return (mix_rows){
        .x = block->x, .stride = MIX_BLOCK_ROWS, .count = block->count, .padded = mix_data_padded(block->count)};
}

void mix_block_row(const mix_block *block, size_t row, double *x) {
    for (size_t j = 0; j < block->d; j++) {
        x[j] = block->x[j * MIX_BLOCK_ROWS + row];
    }
}

void mix_block_empty(mix_block *block) {
    block->count = 0;
}

bool mix_block_complete(const double *x, size_t d) {
    for (size_t j = 0; j < d; j++) {
        if (isnan(x[j])) {
            return false;
        }
    }
    return true;
}
