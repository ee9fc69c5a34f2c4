/* level_json.h: levels of categorical columns: numbers, strings, and BLOBs as {"blob":"00ff"}. */
#ifndef MIX_LEVEL_JSON_H
#define MIX_LEVEL_JSON_H

#include "level.h"
#include "reader.h"
#include "writer.h"

void mix_level_json_write(mix_json_writer *writer, const mix_level *level);

/* A level, whose bytes are the caller's to free with mix_level_json_clear(), also after an error. */
mixture_status mix_level_json_read(mix_json_value value, mix_level *level, mixture_error *error);
void mix_level_json_clear(mix_level *levels, size_t count);

/* The levels of columns with so many of them each, into levels[], all 0 before: of one column an array of them, of
** more an array for each. In every column they rise. */
mixture_status mix_level_json_read_all(mix_json_value value, size_t d, const size_t *counts, mix_level *levels,
                                       mixture_error *error);
void mix_level_json_write_all(mix_json_writer *writer, size_t d, const size_t *counts, const mix_level *levels);

#endif
