/* kept.h: what a family makes of its rows time and again, kept for every block: 8 bytes a value and row. */
#ifndef MIX_KEPT_H
#define MIX_KEPT_H

#include "data.h"

/* Fills `made`, whose columns are rows->stride apart, for one block. */
typedef void mix_kept_fill(const void *what, const mix_rows *rows, double *made);

/* Make `count` columns for each block, in place of others; they are found in rows->kept. 0: none. Lanes beyond
** the last row are 0. MIXTURE_OK, _NOMEM or _CANCELLED: then there are none. */
mixture_status mix_kept_make(mixture_data *data, size_t count, mix_kept_fill *fill, const void *what,
                             const mix_cancel *cancel);
void mix_kept_free(mixture_data *data); /* before a row is appended, too */

#endif
