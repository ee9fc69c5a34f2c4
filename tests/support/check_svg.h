/* check_svg.h: what tests ask of a picture. */
#ifndef CHECK_SVG_H
#define CHECK_SVG_H

#include "check.h"

/* Fails unless the text is well-formed XML by xmllint, an svg element, below 1 MB, and free of what a picture must
** not hold: scripts, links, numbers that are none. */
void check_picture(const char *svg);

/* How often the text occurs. */
size_t count_of(const char *svg, const char *text);

#endif
