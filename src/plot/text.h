/* text.h: how wide a text will be. Whoever shows the picture chooses the font, so widths are estimates for the
** wider ones of the usual sans-serif fonts (DejaVu Sans, Verdana). */
#ifndef MIX_TEXT_H
#define MIX_TEXT_H

#include <stddef.h>

#include "level.h"

/* Width in pixels at a font size. */
double mix_text_width(const char *text, size_t length, double size);

/* A level as text that fits into so many bytes: cut at a character if it must be. */
const char *mix_text_level(const mix_level *level, char *buffer, size_t room);

/* A copy that fits the width, cut at a word, if there is one, with an ellipsis if it must be. The buffer has room
** > 3 bytes. */
void mix_text_cut(const char *text, double size, double width, char *buffer, size_t room);

/* Bytes of the first line of a text that is broken at spaces; a word that is wider than the line is broken too.
** *next: where the next line begins. 0 only for an empty text. */
size_t mix_text_line(const char *text, double size, double width, size_t *next);

#endif
