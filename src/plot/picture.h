/* picture.h: the pictures, a file each. */
#ifndef MIX_PICTURE_H
#define MIX_PICTURE_H

#include "drawing.h"

mixture_status mix_picture_pair(mix_drawing *drawing);    /* two columns */
mixture_status mix_picture_line(mix_drawing *drawing);    /* one column */
mixture_status mix_picture_matrix(mix_drawing *drawing);  /* more columns: all pairs */
mixture_status mix_picture_surface(mix_drawing *drawing); /* two columns */
mixture_status mix_picture_profile(mix_drawing *drawing); /* any number of columns */
mixture_status mix_picture_trace(mix_drawing *drawing);
mixture_status mix_picture_selection(mix_drawing *drawing);

#endif
