/* kept.c: an allocation for each block of rows. */
#include "kept.h"

#include <string.h>

#include "memory.h"

void mix_kept_free(mixture_data *data) {
    for (size_t b = 0; data->kept != NULL && b < data->block_count; b++) {
        mix_memory_free(data->kept[b]);
    }
    mix_memory_free(data->kept);
    data->kept = NULL;
}

/* One block, its columns at a cache line as those of the rows are. */
static mixture_status keep_block(mixture_data *data, size_t b, size_t count, mix_kept_fill *fill,
                                 const void *what) {
    data->kept[b] = mix_memory_array(count + 1, MIX_BLOCK_ROWS * sizeof(double));
    if (data->kept[b] == NULL) {
        return MIXTURE_NOMEM;
    }
    const mix_rows rows = mix_data_block(data, b);
    double *made = mix_data_line(data->kept[b]);
    fill(what, &rows, made);
    for (size_t i = 0; i < count && rows.padded > rows.count; i++) {
        memset(made + i * rows.stride + rows.count, 0, (rows.padded - rows.count) * sizeof(double));
    }
    return MIXTURE_OK;
}

mixture_status mix_kept_make(mixture_data *data, size_t count, mix_kept_fill *fill, const void *what,
                             const mix_cancel *cancel) {
    mix_kept_free(data);
    if (count == 0) {
        return MIXTURE_OK;
    }
    double **kept = mix_memory_zeros(data->block_count, sizeof *kept);
    mixture_status status = kept != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    data->kept = kept;
    for (size_t b = 0; status == MIXTURE_OK && b < data->block_count; b++) {
        status = mix_cancelled(cancel) ? MIXTURE_CANCELLED : keep_block(data, b, count, fill, what);
    }
    if (status != MIXTURE_OK) {
        mix_kept_free(data);
    }
    return status;
}
