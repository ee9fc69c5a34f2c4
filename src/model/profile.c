/* profile.c: means and deviations of components beside those of the mixture. By the law of total variance the
** mixture's variance is sum_c w_c (s_c^2 + (m_c - m)^2). Sums are long doubles: squares of what a double holds do
** not overflow. */
#include "profile.h"

#include <math.h>
#include <stdint.h>

#include "error.h"
#include "explain.h"
#include "family.h"
#include "memory.h"
#include "mixed.h"
#include "sort.h"

/* Entries of a component that a column has. */
static size_t count_entries(const mix_column_view *at) {
    const size_t *levels = at->model.parts != NULL ? at->model.parts->part[0].levels : NULL;
    return levels != NULL ? levels[at->column] : 1;
}

/* The array of probabilities of levels or of shares, if columns have these instead of moments. */
static const double *find_chances(const mix_column_view *at, size_t *stride) {
    const mix_shape shape = mix_shape_of(&at->model);
    const mixture_family *family = at->model.family;
    for (size_t a = 0; family->moments == NULL && a < family->array_count; a++) {
        mix_rank rank = family->arrays[a].rank;
        if (rank == MIX_RAGGED || (rank == MIX_VECTOR && family->mean_total != NULL)) {
            const mix_array_columns of = mix_family_array_columns(&shape, a);
            size_t first = 0;
            for (size_t j = 0; j < at->column; j++) {
                first += rank == MIX_RAGGED ? of.levels[j] : 1;
            }
            *stride = mix_family_array_size(&shape, a);
            return at->model.arrays[a] + first;
        }
    }
    return NULL;
}

/* The direction in which angles point on the whole, near which their differences are taken. */
static double find_direction(const mixture_model *model, const mix_profile *first, size_t stride, double period) {
    double sine = 0, cosine = 0;
    for (size_t c = 0; c < model->k; c++) {
        double turn = 2 * M_PI * (first[c * stride].mean / period);
        sine += model->weights[c] * sin(turn);
        cosine += model->weights[c] * cos(turn);
    }
    return atan2(sine, cosine) / (2 * M_PI) * period;
}

/* The mean of all components, weighted: of angles those turns are meant that are next to `near`. */
static void compare_means(const mixture_model *model, size_t column, mix_profile *first, size_t stride) {
    double period = mix_explain_period(model, column);
    double near = period > 0 ? find_direction(model, first, stride, period) : 0;
    long double weights = 0, sum = 0, squares = 0;
    for (size_t c = 0; c < model->k; c++) {
        double mean = first[c * stride].mean, weight = model->weights[c];
        weights += weight;
        sum += weight > 0 ? weight * (long double)(period > 0 ? near + remainder(mean - near, period) : mean) : 0;
    }
    long double overall = sum / weights;
    for (size_t c = 0; c < model->k; c++) {
        const mix_profile *at = &first[c * stride];
        long double gap = period > 0 ? remainder(at->mean - (double)overall, period) : at->mean - overall;
        long double deviation = at->deviation, weight = model->weights[c];
        squares += weight > 0 ? weight * (deviation * deviation + gap * gap) : 0;
    }
    double deviation = (double)sqrtl(squares / weights);
    for (size_t c = 0; c < model->k; c++) {
        mix_profile *at = &first[c * stride];
        double mean = (double)overall, gap = period > 0 ? remainder(at->mean - mean, period) : at->mean - mean;
        at->overall_mean = mean;
        at->overall_deviation = deviation;
        at->difference = deviation > 0 ? gap / deviation : (double)NAN;
        at->tells = fabs(at->difference);
    }
}

static void compare_chances(const mixture_model *model, mix_profile *first, size_t stride) {
    double weights = 0, overall = 0;
    for (size_t c = 0; c < model->k; c++) {
        weights += model->weights[c];
        overall += model->weights[c] * first[c * stride].mean;
    }
    overall = weights > 0 ? fmin(overall / weights, 1) : (double)NAN;
    double deviation = sqrt(overall * (1 - overall));
    for (size_t c = 0; c < model->k; c++) {
        mix_profile *at = &first[c * stride];
        at->deviation = at->overall_deviation = (double)NAN;
        at->overall_mean = overall;
        at->difference = overall > 0 ? at->mean / overall : (double)NAN;
        at->tells = deviation > 0 ? fabs(at->mean - overall) / deviation : (double)NAN;
    }
}

/* Work of an entry, before and after it is compared. */
#define ENTRY_WORK 300.0

/* All of a column; a component's are `stride` behind those of the one before. */
static void profile_column(const mixture_model *model, size_t column, mix_profile *first, size_t stride,
                           mix_turns *turns) {
    const mix_column_view at = mix_mixed_column(model, column);
    size_t entries = count_entries(&at), size = 0;
    const double *chances = find_chances(&at, &size);
    const mix_column_moments *moments = at.model.family->moments;
    bool leveled = at.model.parts != NULL && at.model.parts->part[0].levels != NULL;
    for (size_t e = 0; e < entries && !turns->over; e++) {
        for (size_t c = 0; c < model->k && !mix_turns_over(turns, ENTRY_WORK); c++) {
            mix_profile *own = &first[c * stride + e];
            *own = (mix_profile){.component = c, .column = column, .level = e, .leveled = leveled};
            own->mean = chances != NULL ? chances[c * size + e] : moments->mean(&at.model, c, at.column);
            own->deviation = chances != NULL ? (double)NAN : moments->deviation(&at.model, c, at.column);
        }
        if (turns->over) {
            break;
        }
        if (chances != NULL) {
            compare_chances(model, first + e, stride);
        } else {
            compare_means(model, column, first + e, stride);
        }
    }
}

typedef struct profile_sorting {
    const mix_profile *all;
    mix_turns *turns;
} profile_sorting;

/* Work of a comparison. */
#define COMPARING_WORK 20.0

/* The more telling one first; all that tells nothing is equal. Before, entries stand in order of component, column
** and level, which decides between equal ones. */
static bool tells_more(void *context, uint32_t left, uint32_t right) {
    const profile_sorting *own = context;
    const mix_profile *all = own->all;
    if (mix_turns_over(own->turns, COMPARING_WORK)) {
        return left < right; /* any order will do */
    }
    double a = isnan(all[left].tells) ? -1 : all[left].tells, b = isnan(all[right].tells) ? -1 : all[right].tells;
    return a != b ? a > b : left < right;
}

/* The entries in that order, in place of the others. False: out of memory. */
static bool sort_profile(mix_profile **all, size_t count, mix_turns *turns) {
    uint32_t *order = count <= UINT32_MAX ? mix_memory_array(count, sizeof *order) : NULL;
    mix_profile *sorted = order != NULL ? mix_memory_array(count, sizeof *sorted) : NULL;
    for (size_t i = 0; i < count && sorted != NULL; i++) {
        order[i] = (uint32_t)i;
    }
    if (sorted != NULL) {
        profile_sorting own = {*all, turns};
        mix_sort_numbers(order, count, tells_more, &own);
    }
    for (size_t i = 0; i < count && sorted != NULL; i++) {
        sorted[i] = (*all)[order[i]];
    }
    mix_memory_free(order);
    if (sorted == NULL) {
        return false;
    }
    mix_memory_free(*all);
    *all = sorted;
    return true;
}

mixture_status mix_profile_make(const mixture_model *model, const mix_cancel *cancel, mix_profile **result,
                                size_t *count, mixture_error *error) {
    size_t stride = 0, first = 0;
    for (size_t j = 0; j < model->d; j++) {
        const mix_column_view at = mix_mixed_column(model, j);
        stride += count_entries(&at);
    }
    *count = model->k * stride;
    mix_turns turns = {.cancel = cancel};
    mix_profile *all = *result = mix_memory_array(*count, sizeof *all);
    bool full = all != NULL;
    for (size_t j = 0; full && j < model->d && !turns.over; j++) {
        const mix_column_view at = mix_mixed_column(model, j);
        profile_column(model, j, all + first, stride, &turns);
        first += count_entries(&at);
    }
    full = full && (turns.over || sort_profile(result, *count, &turns));
    if (!full || turns.over) {
        mix_memory_free(*result);
        *result = NULL;
    }
    return mix_error_status(error, !full ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK);
}
