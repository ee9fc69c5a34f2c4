/* gaps.c: the pattern at hand, begun when the first of its rows come and ended when others do. */
#include "gaps.h"

#include <string.h>

#include "memory.h"

struct mix_gaps {
    const mixture_model *model;
    double *statistics;
    mix_pattern pattern; /* at hand; of no columns: none is */
    size_t begun;        /* columns of the last one, under this model */
    size_t *columns;     /* d: its */
    double *work;
};

mix_gaps *mix_gaps_new(const mix_shape *shape) {
    mix_gaps *gaps = mix_memory_zeros(1, sizeof *gaps);
    if (gaps == NULL) {
        return NULL;
    }
    gaps->columns = mix_memory_array(shape->d, sizeof(size_t));
    gaps->work = mix_memory_array(shape->family->missing->size(shape), sizeof(double));
    if (gaps->columns == NULL || gaps->work == NULL) {
        mix_gaps_free(gaps);
        return NULL;
    }
    return gaps;
}

void mix_gaps_free(mix_gaps *gaps) {
    if (gaps != NULL) {
        mix_memory_free(gaps->columns);
        mix_memory_free(gaps->work);
        mix_memory_free(gaps);
    }
}

void mix_gaps_begin(mix_gaps *gaps, const mixture_model *model, double *statistics) {
    gaps->model = model;
    gaps->statistics = statistics;
    gaps->pattern.count = gaps->begun = 0;
}

bool mix_gaps_end(mix_gaps *gaps, double *scratch, mix_turns *turns) {
    if (gaps->pattern.count > 0 && gaps->statistics != NULL) {
        gaps->model->family->missing->end(gaps->model, &gaps->pattern, gaps->statistics, gaps->work, scratch,
                                          turns);
    }
    gaps->pattern.count = 0;
    return !turns->over;
}

/* Make the rows' pattern the one at hand. */
static bool turn_to(mix_gaps *gaps, const mix_pattern *pattern, double *scratch, mix_turns *turns) {
    size_t bytes = pattern->count * sizeof(size_t);
    if (gaps->pattern.count == pattern->count && memcmp(gaps->columns, pattern->columns, bytes) == 0) {
        return true;
    }
    if (!mix_gaps_end(gaps, scratch, turns)) {
        return false;
    }
    size_t same = 0, most = gaps->begun < pattern->count ? gaps->begun : pattern->count;
    while (same < most && gaps->columns[same] == pattern->columns[same]) {
        same++;
    }
    memcpy(gaps->columns, pattern->columns, bytes);
    gaps->pattern = (mix_pattern){pattern->count, gaps->columns, same};
    gaps->begun = pattern->count;
    gaps->model->family->missing->begin(gaps->model, &gaps->pattern, gaps->work, turns);
    return !turns->over;
}

bool mix_gaps_log_density(mix_gaps *gaps, const mix_rows *rows, double *densities, double *scratch,
                          mix_turns *turns) {
    if (rows->pattern == NULL) {
        return mix_family_log_density(gaps->model, rows, densities, scratch, turns);
    }
    if (!turn_to(gaps, rows->pattern, scratch, turns)) {
        return false;
    }
    gaps->model->family->missing->log_density(gaps->model, rows, densities, gaps->work, scratch, turns);
    return !turns->over;
}

bool mix_gaps_accumulate(mix_gaps *gaps, const mix_rows *rows, const double *resp, double *scratch,
                         mix_turns *turns) {
    if (rows->pattern == NULL) {
        return mix_family_accumulate(gaps->model, rows, resp, gaps->statistics, scratch, turns);
    }
    if (!turn_to(gaps, rows->pattern, scratch, turns)) {
        return false;
    }
    gaps->model->family->missing->accumulate(gaps->model, rows, resp, gaps->work, scratch, turns);
    return !turns->over;
}
