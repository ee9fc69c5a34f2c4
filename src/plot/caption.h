/* caption.h: words of a picture: its caption, names and numbers in it, the legend of the components. */
#ifndef MIX_CAPTION_H
#define MIX_CAPTION_H

#include "drawing.h"
#include "legend.h"
#include "portable.h"

/* Add to the caption, as by printf. */
void mix_caption_say(mix_drawing *drawing, const char *format, ...) MIX_PRINTF(2, 3);
/* How many rows there are, how many are drawn, how many are not. */
void mix_caption_say_rows(mix_drawing *drawing);
/* What contour lines are: "smallest regions that hold 25, 50 and 95 % of the mixture". */
enum { MIX_LEVELS_BYTES = 360 };
void mix_caption_levels(const mix_plot_options *options, char text[MIX_LEVELS_BYTES]);
/* A share as a percentage: "35.6 %". */
const char *mix_caption_percent(double share, char text[MIX_LABEL_BYTES]);
/* Name of column j of the model. */
const char *mix_caption_column(const mixture_model *model, size_t j, char buffer[32]);
/* Name of the i-th column that is drawn. */
const char *mix_caption_name(const mix_drawing *drawing, size_t i, char buffer[32]);
/* Let the axis of the i-th column that is drawn have the names of its levels, if it has any. */
void mix_caption_levels_on(const mix_drawing *drawing, size_t i, mix_axis *axis);
/* How components are told apart: by marks, by lines, or by areas of their color. */
typedef enum mix_key_style { MIX_KEY_MARKS, MIX_KEY_LINES, MIX_KEY_SWATCHES } mix_key_style;
/* The legend of the components shown, with their weights; then other keys. */
mixture_status mix_caption_legend(mix_drawing *drawing, mix_key_style style, const mix_key *more,
                                  size_t more_count);

#endif
