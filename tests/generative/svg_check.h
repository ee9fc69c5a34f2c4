/* svg_check.h: whether a text is a well-formed SVG, without another program: thousands are looked at. */
#ifndef SVG_CHECK_H
#define SVG_CHECK_H

#include <stdbool.h>

/* Elements nest, attributes are quoted and stand once, & and < are escaped, the root is svg; and there is no NaN,
** no infinity, no script and no link in it, and less than a megabyte. */
bool svg_well_formed(const char *svg);

#endif
