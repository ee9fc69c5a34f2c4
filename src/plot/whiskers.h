/* whiskers.h: how sure the numbers are that a picture of the components shows, where the model has a bootstrap. */
#ifndef MIX_WHISKERS_H
#define MIX_WHISKERS_H

#include "drawing.h"

/* The percentile interval of an entry of an array of component c. False: there is none. */
bool mix_whiskers_of(const mix_drawing *drawing, size_t c, size_t array, size_t entry, mix_range *interval);

/* The mean of component c in the i-th column drawn, and its interval; where no parameter is the mean there is
** none. */
bool mix_whiskers_of_mean(const mix_drawing *drawing, size_t c, size_t i, double *mean, mix_range *interval);

/* "Lines across the means: intervals of 95 %, from 999 replicates." lines: the first four words. */
void mix_whiskers_say(mix_drawing *drawing, const char *lines);

/* Lines with ends, of pixels: at height y, or at x. */
void mix_whiskers_draw_x(mix_page *page, double from, double to, double y);
void mix_whiskers_draw_y(mix_page *page, double x, double from, double to);

#endif
