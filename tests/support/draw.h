/* draw.h: drawing a model's own sample, for the tests of pictures. */
#ifndef DRAW_H
#define DRAW_H

#include "cancel.h"
#include "check.h"
#include "mixture.h"

extern const mix_cancel draw_never; /* cancels nothing */

/* A prepared model of plain.h's, the same for the same seed. */
mixture_model *draw_model(size_t k, size_t d, unsigned seed);

/* Draw `rows` rows of the model's own sample, 0: without rows, with options as JSON. The status; *svg is the
** picture, to be released with mix_memory_free(), or NULL. */
mixture_status draw_sample(const mixture_model *model, size_t rows, const char *json, char **svg);

/* The same, which must succeed. */
char *draw_picture(const mixture_model *model, size_t rows, const char *json);

#endif
