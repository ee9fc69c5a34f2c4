/* block.c: rows in, columns out. */
#include "block.h"

#include <math.h>

#include "memory.h"

/* Densities of a block, at least as long as it has more rows than a vector. */
#define MOST_DENSITIES ((size_t)1 << 20)

size_t mix_block_most(size_t k) {
    size_t rows = MOST_DENSITIES / (k > 0 ? k : 1) / MIX_LANES * MIX_LANES;
    return rows > MIX_BLOCK_ROWS ? MIX_BLOCK_ROWS : rows > MIX_LANES ? rows : MIX_LANES;
}

bool mix_block_begin_for(mix_block *block, size_t d, size_t most) {
    *block = (mix_block){.x = mix_memory_zeros(d, most * sizeof(double)), .d = d, .most = most};
    return block->x != NULL;
}

bool mix_block_begin(mix_block *block, size_t d) {
    return mix_block_begin_for(block, d, MIX_BLOCK_ROWS);
}

void mix_block_clear(mix_block *block) {
    mix_memory_free(block->x);
    *block = (mix_block){.x = NULL};
}

bool mix_block_add(mix_block *block, const double *x) {
    for (size_t j = 0; j < block->d; j++) {
        block->x[j * block->most + block->count] = x[j];
    }
    return ++block->count == block->most;
}

mix_rows mix_block_rows(const mix_block *block) {
    return (mix_rows){
        .x = block->x, .stride = block->most, .count = block->count, .padded = mix_data_padded(block->count)};
}

void mix_block_row(const mix_block *block, size_t row, double *x) {
    for (size_t j = 0; j < block->d; j++) {
        x[j] = block->x[j * block->most + row];
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
