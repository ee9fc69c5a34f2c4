/* mixed_missing.c: parts side by side and rows that have only some of their values: a part of which nothing is
** observed says nothing and gets nothing; one of which some is goes by its family's own table; all others are as
** in complete rows. */
#include <string.h>

#include "mixed.h"

/* What is observed of part p: so many of its columns, the first of them number `begin` of the pattern. */
typedef struct seen_part {
    size_t begin, count;
} seen_part;

static seen_part see_part(const mix_part *part, const mix_pattern *pattern) {
    seen_part seen = {0, 0};
    while (seen.begin < pattern->count && pattern->columns[seen.begin] < part->first) {
        seen.begin++;
    }
    while (seen.begin + seen.count < pattern->count &&
           pattern->columns[seen.begin + seen.count] < part->first + part->d) {
        seen.count++;
    }
    return seen;
}

/* Doubles that a part has for all components: of its own table, or its statistics. */
static size_t part_work_size(const mix_shape *own) {
    size_t statistics = own->k * own->family->statistics_size(own);
    size_t missing = own->d > 1 && own->family->missing != NULL ? own->family->missing->size(own) : 0;
    return missing > statistics ? missing : statistics;
}

/* Where they are among the work: behind the sums of r. */
static double *part_work(const mix_shape *shape, size_t p, double *work) {
    work += shape->k;
    for (size_t i = 0; i < p; i++) {
        const mix_shape own = mix_mixed_shape(shape, i);
        work += part_work_size(&own);
    }
    return work;
}

/* Doubles behind those of all parts: densities of a block, or statistics, of one of them. */
static size_t waiting_size(const mix_shape *shape) {
    size_t most = shape->k * MIX_BLOCK_ROWS;
    for (size_t p = 0; p < shape->family->parts->count; p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t statistics = shape->k * own.family->statistics_size(&own);
        most = statistics > most ? statistics : most;
    }
    return most;
}

/* And then the columns of the pattern, each counted from the first of its part. */
static size_t mixed_missing_size(const mix_shape *shape) {
    size_t sum = shape->k + waiting_size(shape) + shape->d;
    for (size_t p = 0; p < shape->family->parts->count; p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        sum += part_work_size(&own);
    }
    return sum;
}

static size_t *own_columns(const mix_shape *shape, double *work) {
    return (size_t *)(void *)(part_work(shape, shape->family->parts->count, work) + waiting_size(shape));
}

/* A part of which something is observed. */
typedef struct part_rows_seen {
    mixture_model view;
    mix_pattern pattern; /* of its columns */
    bool whole;          /* all of them are observed */
    double *work;
    size_t begin; /* its first column among those observed */
} part_rows_seen;

static bool take_part(const mixture_model *model, const mix_pattern *pattern, size_t p, double *work,
                      part_rows_seen *taken) {
    const mix_shape shape = mix_shape_of(model);
    const mix_part *part = &model->family->parts->part[p];
    const seen_part seen = see_part(part, pattern);
    *taken = (part_rows_seen){.view = mix_mixed_view(model, p),
                              .pattern = {seen.count, own_columns(&shape, work) + seen.begin, 0},
                              .whole = seen.count == part->d,
                              .work = part_work(&shape, p, work),
                              .begin = seen.begin};
    return seen.count > 0;
}

/* The part's rows among those of the pattern. */
static mix_rows rows_of_part(const mix_rows *rows, const part_rows_seen *part) {
    mix_rows own = *rows;
    own.x += part->begin * rows->stride;
    own.pattern = part->whole ? NULL : &part->pattern;
    return own;
}

static void mixed_missing_begin(const mixture_model *model, const mix_pattern *pattern, double *work,
                                mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t *columns = own_columns(&shape, work);
    memset(work, 0, model->k * sizeof(double));
    for (size_t p = 0; p < model->family->parts->count; p++) {
        part_rows_seen part;
        if (!take_part(model, pattern, p, work, &part)) {
            continue;
        }
        for (size_t i = 0; i < part.pattern.count; i++) {
            columns[part.begin + i] = pattern->columns[part.begin + i] - model->family->parts->part[p].first;
        }
        const mix_shape own = mix_shape_of(&part.view);
        if (part.whole) {
            memset(part.work, 0, model->k * own.family->statistics_size(&own) * sizeof(double));
        } else {
            own.family->missing->begin(&part.view, &part.pattern, part.work, turns);
        }
    }
}

static void mixed_missing_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                      double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    double *waiting = part_work(&shape, model->family->parts->count, work);
    bool first = true;
    for (size_t p = 0; p < model->family->parts->count && !turns->over; p++) {
        part_rows_seen part;
        if (!take_part(model, rows->pattern, p, work, &part)) {
            continue;
        }
        const mix_rows own = rows_of_part(rows, &part);
        double *out = first ? densities : waiting;
        if (part.whole) {
            (void)mix_family_log_density(&part.view, &own, out, scratch, turns);
        } else {
            part.view.family->missing->log_density(&part.view, &own, out, part.work, scratch, turns);
        }
        for (size_t i = 0; !first && i < model->k * rows->stride; i++) {
            densities[i] += waiting[i];
        }
        first = false;
    }
}

static void mixed_missing_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                     double *work, double *scratch, mix_turns *turns) {
    for (size_t c = 0; c < model->k; c++) {
        for (size_t r = 0; r < rows->count; r++) {
            work[c] += resp[c * rows->stride + r];
        }
    }
    for (size_t p = 0; p < model->family->parts->count && !turns->over; p++) {
        part_rows_seen part;
        if (!take_part(model, rows->pattern, p, work, &part)) {
            continue;
        }
        const mix_rows own = rows_of_part(rows, &part);
        if (part.whole) {
            (void)mix_family_accumulate(&part.view, &own, resp, part.work, scratch, turns);
        } else {
            part.view.family->missing->accumulate(&part.view, &own, resp, part.work, scratch, turns);
        }
    }
}

static void mixed_missing_end(const mixture_model *model, const mix_pattern *pattern, double *statistics,
                              double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t stride = model->family->statistics_size(&shape), place = 1;
    double *waiting = part_work(&shape, model->family->parts->count, work);
    for (size_t c = 0; c < model->k; c++) {
        statistics[c * stride] += work[c];
    }
    for (size_t p = 0; p < model->family->parts->count && !turns->over; p++) {
        part_rows_seen part;
        bool any = take_part(model, pattern, p, work, &part);
        const mix_shape own = mix_shape_of(&part.view);
        size_t size = own.family->statistics_size(&own);
        const double *from = part.whole ? part.work : waiting;
        if (any && !part.whole) {
            memset(waiting, 0, model->k * size * sizeof(double));
            own.family->missing->end(&part.view, &part.pattern, waiting, part.work, scratch, turns);
        }
        for (size_t i = 0; any && i < model->k * size; i++) {
            statistics[i / size * stride + place + i % size] += from[i];
        }
        place += size;
    }
}

const mix_missing mix_mixed_missing = {mixed_missing_size, mixed_missing_begin, mixed_missing_log_density,
                                       mixed_missing_accumulate, mixed_missing_end};
