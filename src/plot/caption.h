/* caption.h: words of a picture: its caption, names and numbers in it, the legend of the components. */
#ifndef MIX_CAPTION_H
#define MIX_CAPTION_H

#include "drawing.h"
#include "portable.h"

/* Add to the caption, as by printf. */
void mix_caption_say(mix_drawing *drawing, const char *format, ...) MIX_PRINTF(2, 3);
/* How many rows there are, how many are drawn, how many are not. */
void mix_caption_say_rows(mix_drawing *drawing);
/* The levels: "25, 50 and 95 %". */
void mix_caption_levels(const mix_plot_options *options, char *text, size_t room);
/* A share as a percentage: "35.6 %". */
const char *mix_caption_percent(double share, char text[MIX_LABEL_BYTES]);
/* Name of column j of the model. */
const char *mix_caption_column(const mixture_model *model, size_t j, char buffer[32]);
/* The legend of the components shown, with their weights; `lines`: with the dashes of their lines, too; then other
** keys. */
mixture_status mix_caption_legend(mix_drawing *drawing, bool lines, const mix_key *more, size_t more_count);

#endif
