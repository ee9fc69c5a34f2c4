/* places.c: points sorted by where they are. */
#include "places.h"

#include <math.h>

#include "memory.h"
#include "sort.h"

typedef struct sorting {
    const mix_plot_points *points;
    const size_t *columns;
} sorting;

static double value_of(const sorting *s, uint32_t row, int axis) {
    return s->points->x[row * s->points->d + s->columns[axis]];
}

/* -1, 0 or 1: which is first by component, x and y. */
static int compare(const sorting *s, uint32_t a, uint32_t b) {
    size_t first = s->points->component[a], second = s->points->component[b];
    int order = (first > second) - (first < second);
    for (int axis = 0; axis < 2 && order == 0; axis++) {
        double x = value_of(s, a, axis), y = value_of(s, b, axis);
        order = (x > y) - (x < y);
    }
    return order;
}

static bool is_placed_before(void *context, uint32_t a, uint32_t b) {
    int order = compare(context, a, b);
    return order < 0 || (order == 0 && a < b);
}

mixture_status mix_places_find(mix_places *places, const mix_plot_points *points, const size_t columns[2]) {
    sorting s = {points, columns};
    size_t used = 0;
    places->row = mix_memory_array(points->chosen, sizeof *places->row);
    places->rows = mix_memory_array(points->chosen, sizeof *places->rows);
    if (places->row == NULL || places->rows == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < points->chosen; i++) {
        uint32_t row = (uint32_t)points->order[i];
        if (!isnan(value_of(&s, row, 0)) && !isnan(value_of(&s, row, 1))) {
            places->row[used++] = row;
        }
    }
    mix_sort_numbers(places->row, used, is_placed_before, &s);
    for (size_t i = 0; i < used; i++) {
        if (places->count == 0 || compare(&s, places->row[places->count - 1], places->row[i]) != 0) {
            places->row[places->count] = places->row[i];
            places->rows[places->count++] = 0;
        }
        uint32_t here = ++places->rows[places->count - 1];
        places->most = here > places->most ? here : places->most;
    }
    places->unit = 1;
    return MIXTURE_OK;
}

void mix_places_free(mix_places *places) {
    mix_memory_free(places->row);
    mix_memory_free(places->rows);
    *places = (mix_places){0};
}

void mix_places_scale(mix_places *places, double radius, double area) {
    const double widest = 20;
    double most = sqrt((double)(places->most > 0 ? places->most : 1));
    double room = sqrt(area / (double)(places->count > 0 ? places->count : 1)) / 2;
    places->unit = fmin(radius, fmax(fmin(room, widest), radius) / most);
}
