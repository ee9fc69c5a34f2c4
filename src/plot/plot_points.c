/* plot_points.c: a reservoir of rows. */
#include "plot_points.h"

#include <string.h>

#include "memory.h"

static mixture_status grow_points(mix_plot_points *points) {
    size_t room = points->room > 0 ? 2 * points->room : 64;
    room = room < points->limit ? room : points->limit;
    double *grown = points->x == NULL ? mix_memory_array(room, points->d * sizeof(double))
                                      : mix_memory_resize(points->x, room, points->d * sizeof(double));
    if (grown == NULL) {
        return MIXTURE_NOMEM;
    }
    points->x = grown;
    points->room = room;
    return MIXTURE_OK;
}

mixture_status mix_plot_points_add(mix_plot_points *points, const double *x) {
    size_t place = points->count;
    if (points->seen++ == 0) {
        mix_random_seed(&points->random, 0, 0);
    }
    if (place == points->limit) {
        place = mix_random_below(&points->random, (size_t)points->seen);
        if (place >= points->limit) {
            return MIXTURE_OK;
        }
    } else {
        if (place == points->room && grow_points(points) != MIXTURE_OK) {
            return MIXTURE_NOMEM;
        }
        points->count++;
    }
    memcpy(points->x + place * points->d, x, points->d * sizeof(double));
    return MIXTURE_OK;
}

mixture_status mix_plot_points_classify(mix_plot_points *points, const mixture_model *model,
                                        const mix_cancel *cancel) {
    mix_scorer scorer = {0};
    mix_turns turns = {.cancel = cancel, .work = MIX_TURN}; /* asked at once */
    mixture_status status = mix_scorer_begin(&scorer, model);
    points->component = mix_memory_zeros(points->count, sizeof *points->component);
    points->uncertainty = mix_memory_zeros(points->count, sizeof *points->uncertainty);
    if (points->component == NULL || points->uncertainty == NULL) {
        status = MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < points->count && status == MIXTURE_OK; i++) {
        (void)mix_scorer_log_density(&scorer, points->x + i * points->d);
        size_t best = 0;
        for (size_t c = 1; c < model->k; c++) {
            best = scorer.resp[c] > scorer.resp[best] ? c : best;
        }
        points->component[i] = best;
        points->uncertainty[i] = 1 - scorer.resp[best];
        if (mix_turns_over(&turns, mix_scorer_work(&scorer))) {
            status = MIXTURE_CANCELLED;
        }
    }
    mix_scorer_end(&scorer);
    return status;
}

/* Whether row i is one of `count` chosen evenly among the rows kept. */
static bool is_point_chosen(const mix_plot_points *points, size_t i, size_t count) {
    return (i + 1) * count / points->count > i * count / points->count;
}

mixture_status mix_plot_points_choose(mix_plot_points *points, size_t count, size_t k) {
    count = count < points->count ? count : points->count;
    mix_memory_free(points->order);
    mix_memory_free(points->start);
    points->order = mix_memory_array(count, sizeof *points->order);
    points->start = mix_memory_zeros(k + 2, sizeof *points->start);
    if (points->order == NULL || points->start == NULL) {
        return MIXTURE_NOMEM;
    }
    /* Counting sort: start[c + 2] counts component c, then start[c + 1] is where its next row goes. */
    for (size_t i = 0; i < points->count; i++) {
        points->start[points->component[i] + 2] += is_point_chosen(points, i, count);
    }
    for (size_t c = 1; c <= k; c++) {
        points->start[c + 1] += points->start[c];
    }
    for (size_t i = 0; i < points->count; i++) {
        if (is_point_chosen(points, i, count)) {
            points->order[points->start[points->component[i] + 1]++] = i;
        }
    }
    points->chosen = count;
    return MIXTURE_OK;
}

void mix_plot_points_free(mix_plot_points *points) {
    mix_memory_free(points->order);
    mix_memory_free(points->start);
    mix_memory_free(points->x);
    mix_memory_free(points->component);
    mix_memory_free(points->uncertainty);
    *points = (mix_plot_points){0};
}
