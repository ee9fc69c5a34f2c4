/* histogram.c: cells that grow by powers of ten. */
#include "histogram.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "memory.h"

enum { LEAST_EXPONENT = -300, MOST_EXPONENT = 305 };
#define LARGEST_INDEX 1e15 /* beyond, doubles are not cells apart */

/* Cell of x at a width of 10^exponent. Values such as 0.3, just below an edge by rounding only, belong above
** it. */
static double cell_of(double x, int exponent) {
    double quotient = x / pow(10, exponent);
    return floor(quotient + fmax(1e-9, 4e-16 * fabs(quotient)));
}

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* The cell's number after the cells have become 10^exponent wide. */
static int64_t coarser(int64_t cell, int from, int to) {
    for (; from < to; from++) {
        cell = floor_divide(cell, 10);
    }
    return cell;
}

/* Make cells hold x as well as all between least and most: wider if they must be, and moved so that there is room
** on both sides. */
static void make_room(mix_histogram *h, double x) {
    int exponent = h->exponent;
    int64_t least = h->least, most = h->most;
    double cell = cell_of(x, exponent);
    while (exponent < MOST_EXPONENT &&
           (fabs(cell) > LARGEST_INDEX ||
            fmax(cell, (double)most) - fmin(cell, (double)least) >= MIX_HISTOGRAM_CELLS)) {
        exponent++;
        least = floor_divide(least, 10);
        most = floor_divide(most, 10);
        cell = cell_of(x, exponent);
    }
    int64_t low = (int64_t)fmin(cell, (double)least), high = (int64_t)fmax(cell, (double)most);
    int64_t origin = low - (MIX_HISTOGRAM_CELLS - (high - low + 1)) / 2;
    memset(h->spare, 0, MIX_HISTOGRAM_CELLS * sizeof *h->spare);
    for (int64_t i = h->least; i <= h->most; i++) {
        h->spare[coarser(i, h->exponent, exponent) - origin] += h->cells[i - h->origin];
    }
    uint64_t *cells = h->cells;
    h->cells = h->spare;
    h->spare = cells;
    h->exponent = exponent;
    h->origin = origin;
    h->least = least;
    h->most = most;
}

static void place(mix_histogram *h, double x) {
    double cell = cell_of(x, h->exponent);
    if (!(cell >= (double)h->origin && cell < (double)(h->origin + MIX_HISTOGRAM_CELLS))) {
        make_room(h, x);
        cell = cell_of(x, h->exponent);
    }
    int64_t i = (int64_t)cell;
    h->cells[i - h->origin]++;
    h->least = i < h->least ? i : h->least;
    h->most = i > h->most ? i : h->most;
}

/* Cells for the first `count` values. */
static mixture_status make_cells(mix_histogram *h, size_t count) {
    h->cells = mix_memory_zeros(MIX_HISTOGRAM_CELLS, sizeof *h->cells);
    h->spare = mix_memory_zeros(MIX_HISTOGRAM_CELLS, sizeof *h->spare);
    if (h->cells == NULL || h->spare == NULL) {
        mix_memory_free(h->cells);
        mix_memory_free(h->spare);
        h->cells = h->spare = NULL;
        return MIXTURE_NOMEM;
    }
    double low = h->first[0], high = h->first[0];
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, h->first[i]);
        high = fmax(high, h->first[i]);
    }
    double half = high / 2 - low / 2, largest = fmax(fabs(low), fabs(high));
    double width = half > 0 ? half / (MIX_HISTOGRAM_CELLS / 4) : largest > 0 ? largest / 1e6 : 1e-6;
    width = fmax(width, largest / LARGEST_INDEX * 2);
    h->exponent = (int)fmin(fmax(ceil(log10(width)), LEAST_EXPONENT), MOST_EXPONENT);
    h->least = h->most = (int64_t)cell_of(low, h->exponent);
    h->origin = h->least;
    for (size_t i = 0; i < count; i++) {
        place(h, h->first[i]);
    }
    mix_memory_free(h->first);
    h->first = NULL;
    return MIXTURE_OK;
}

mixture_status mix_histogram_add(mix_histogram *h, double x) {
    if (h->cells == NULL && h->count == MIX_HISTOGRAM_FIRST) {
        mixture_status status = make_cells(h, MIX_HISTOGRAM_FIRST);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (h->cells != NULL) {
        place(h, x);
    } else {
        if (h->first == NULL) {
            h->first = mix_memory_array(MIX_HISTOGRAM_FIRST, sizeof(double));
            if (h->first == NULL) {
                return MIXTURE_NOMEM;
            }
        }
        h->first[h->count] = x;
    }
    h->count++;
    return MIXTURE_OK;
}

void mix_histogram_free(mix_histogram *h) {
    mix_memory_free(h->first);
    mix_memory_free(h->cells);
    mix_memory_free(h->spare);
    *h = (mix_histogram){0};
}

/* ---- Bars ---------------------------------------------------------------------------------------------- */

/* The cell below which a share of the values lies. */
static int64_t quantile(const mix_histogram *h, double share) {
    double below = 0;
    int64_t i = h->least;
    for (; i < h->most; i++) {
        below += (double)h->cells[i - h->origin];
        if (below >= share * (double)h->count) {
            break;
        }
    }
    return i;
}

/* The step of values that are recorded in steps, integers for instance, in cells: the greatest common divisor of
** the cells that hold any, if three do. 1: no such step. */
static int64_t step_of_values(const mix_histogram *h) {
    int64_t step = 0, held = 0;
    for (int64_t i = h->least; i <= h->most && step != 1; i++) {
        int64_t a = h->cells[i - h->origin] > 0 ? (i < 0 ? -i : i) : 0;
        held += h->cells[i - h->origin] > 0;
        while (a != 0) { /* Euclid */
            int64_t rest = step % a;
            step = a;
            a = rest;
        }
    }
    return held >= 3 ? step : 1;
}

/* Cells in a bar: 1, 2 or 5 times a power of ten, times `step` cells. */
static int64_t cells_in_bar(const mix_histogram *h, double least, int64_t step_cells) {
    enum { MOST_BARS = 150 };
    double n = (double)h->count, range = (double)(h->most - h->least + 1);
    double spread = (double)(quantile(h, 0.75) - quantile(h, 0.25));
    double width = fmin(2 * spread / cbrt(n), range / (1 + log2(n)));
    double bound = fmin(fmax(least / pow(10, h->exponent), range / MOST_BARS), 1e12);
    static const int64_t factors[] = {1, 2, 5};
    int64_t cells = step_cells;
    for (int64_t step = 1, power = 1;; step++) {
        power *= step % 3 == 0 ? 10 : 1;
        int64_t next = factors[step % 3] * power * step_cells;
        if ((double)next > width && (double)cells >= bound) {
            return cells;
        }
        cells = next;
    }
}

mixture_status mix_histogram_bars(mix_histogram *h, double least, mix_bar **bars, size_t *count) {
    *bars = NULL;
    *count = 0;
    if (h->count == 0) {
        return MIXTURE_OK;
    }
    mixture_status status = h->cells == NULL ? make_cells(h, (size_t)h->count) : MIXTURE_OK;
    if (status != MIXTURE_OK) {
        return status;
    }
    /* A bar of one step has the value in its middle; wider ones end half-way between two values, too. */
    int64_t step = step_of_values(h), width = cells_in_bar(h, least, step), first = floor_divide(h->least, width);
    double half = step > 1 ? (double)step / 2 : 0;
    *count = (size_t)(floor_divide(h->most, width) - first) + 1;
    *bars = mix_memory_zeros(*count, sizeof **bars);
    if (*bars == NULL) {
        *count = 0;
        return MIXTURE_NOMEM;
    }
    double unit = pow(10, h->exponent);
    for (size_t b = 0; b < *count; b++) {
        double index = (double)(first + (int64_t)b) * (double)width - half;
        (*bars)[b] = (mix_bar){fmax(index * unit, -DBL_MAX), fmin((index + (double)width) * unit, DBL_MAX), 0};
    }
    for (int64_t i = h->least; i <= h->most; i++) {
        (*bars)[floor_divide(i, width) - first].share += (double)h->cells[i - h->origin] / (double)h->count;
    }
    return MIXTURE_OK;
}

double mix_histogram_share_of(const mix_histogram *h, double x) {
    double unit = pow(10, h->exponent), held = 0;
    if (h->cells == NULL) {
        return 0;
    }
    int64_t first = (int64_t)fmax(ceil((x - 0.5) / unit), (double)h->least);
    int64_t last = (int64_t)fmin(ceil((x + 0.5) / unit) - 1, (double)h->most);
    for (int64_t i = first; i <= last; i++) {
        held += (double)h->cells[i - h->origin];
    }
    return held / (double)h->count;
}
