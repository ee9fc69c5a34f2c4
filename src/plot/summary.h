/* summary.h: a model in a few lines to read: its warnings first, what was fitted and how well, and a table of its
** components. */
#ifndef MIX_SUMMARY_H
#define MIX_SUMMARY_H

#include "mixture.h"

/* The text, NUL-terminated and the caller's to release with mix_memory_free(); NULL when out of memory. */
char *mix_summary_write(const mixture_model *model, size_t *length);

#endif
