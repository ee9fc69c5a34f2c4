/* compare.c: rows of one model as the other sees them. */
#include "compare.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "level.h"
#include "memory.h"
#include "sample.h"

enum { ROWS_OF_COMPONENT = 1000 };

/* ---- Columns ------------------------------------------------------------------------------------------------ */

/* What the levels of the caller's column j stand for; NULL: it has none, or they are numbers. */
static const mix_level *levels_of_column(const mixture_model *model, size_t j, size_t *count) {
    size_t place = mix_family_place(model->family, j);
    bool mixed = model->family->parts != NULL;
    const mix_level *levels = mixed ? mix_family_levels(model->family, place) : NULL;
    *count = levels != NULL ? mix_family_level_count(model->family, place) : 0;
    return levels;
}

mixture_status mix_compare_columns(const mixture_model *model, const mixture_model *other, const char *name,
                                   mixture_error *error) {
    const mix_shape shape = mix_shape_of(model), other_shape = mix_shape_of(other);
    if (other->d != model->d) {
        return mix_error_invalid(error, "argument 2 (%s) has %zu column%s; expected %zu, as argument 1 (model)",
                                 name, other->d, other->d == 1 ? "" : "s", model->d);
    }
    for (size_t j = 0; j < model->d; j++) {
        size_t count, place = mix_family_place(model->family, j), there = mix_family_place(other->family, j);
        bool named = model->columns != NULL && other->columns != NULL;
        if (named && strcmp(model->columns[place], other->columns[there]) != 0) {
            return mix_error_invalid(error,
                                     "column %zu of argument 2 (%s) is %.60s; expected %.60s, as in argument 1",
                                     j + 1, name, other->columns[there], model->columns[place]);
        }
        bool levels = levels_of_column(model, j, &count) != NULL,
             levels_there = levels_of_column(other, j, &count) != NULL;
        if (levels != levels_there ||
            shape.family->column(&shape, place)->whole != other_shape.family->column(&other_shape, there)->whole) {
            return mix_error_invalid(
                error,
                "column %zu of argument 2 (%s) has values of another kind; expected those of argument "
                "1",
                j + 1, name);
        }
    }
    return MIXTURE_OK;
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

/* A model that sees rows: its own, or those of another. */
typedef struct viewer {
    const mixture_model *model;
    mixture_scratch *scratch;
    double *x, *resp; /* a row in its own order of columns and levels, responsibilities */
} viewer;

static bool viewer_begin(viewer *own, const mixture_model *model) {
    *own = (viewer){.model = model, .scratch = mixture_scratch_new(model)};
    own->x = mix_memory_zeros(model->d, sizeof *own->x);
    own->resp = mix_memory_zeros(model->k + 1, sizeof *own->resp);
    return own->scratch != NULL && own->x != NULL && own->resp != NULL;
}

static void viewer_end(viewer *own) {
    mixture_scratch_free(own->scratch);
    mix_memory_free(own->x);
    mix_memory_free(own->resp);
}

/* The number that a level has in another list; mix_unseen(): it is not there. */
static double translate_level(const mix_level *level, const mix_level *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (mix_level_compare(level, &list[i]) == 0) {
            return (double)i;
        }
    }
    return mix_unseen();
}

/* A row of another model. False: it is impossible here. */
static bool take_row_of(viewer *to, const viewer *from) {
    const mix_shape shape = mix_shape_of(to->model);
    bool possible = true;
    for (size_t j = 0; j < to->model->d; j++) {
        size_t count, there;
        const mix_level *levels = levels_of_column(to->model, j, &count);
        const mix_level *theirs = levels_of_column(from->model, j, &there);
        size_t place = mix_family_place(to->model->family, j);
        double x = from->x[mix_family_place(from->model->family, j)];
        if (levels != NULL && theirs != NULL) {
            x = x < (double)there ? translate_level(&theirs[(size_t)x], levels, count) : mix_unseen();
        }
        to->x[place] = x;
        possible = possible && mix_family_refusal(&shape, place, x) == NULL;
    }
    return possible;
}

static double view_row(viewer *own) {
    return mixture_responsibilities(own->model, own->x, own->resp, own->scratch);
}

/* The sum of a row of counts; what the other model says of it, where this one has none. */
static mixture_status find_row_total(const mixture_model *model, const mixture_model *other, size_t *total,
                                     mixture_error *error) {
    return mix_sample_total(model, model->trials > 0 ? model->trials : other->trials, total, error);
}

/* ---- Divergence --------------------------------------------------------------------------------------------- */

/* What a row of `own` adds: log2 of its density over the mean of both, 1 - log2(1 + q / p). */
static double row_divergence(viewer *own, viewer *other) {
    double log_ratio = view_row(own);
    log_ratio = take_row_of(other, own) ? view_row(other) - log_ratio : -(double)INFINITY;
    double log_sum = log_ratio > 0 ? log_ratio + log1p(exp(-log_ratio)) : log1p(exp(log_ratio));
    return 1 - log_sum / log(2);
}

static mixture_status add_divergence(viewer *own, viewer *other, const mix_cancel *cancel, double *sum,
                                     mixture_error *error) {
    const mix_shape shape = mix_shape_of(own->model), other_shape = mix_shape_of(other->model);
    size_t total;
    mixture_status status = find_row_total(own->model, other->model, &total, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mixture_sampler *sampler = mixture_sampler_new(own->model, 0, total);
    mix_turns turns = {.cancel = cancel};
    double work = 200 * (double)own->model->d + 20 * (double)total +
                  MIX_LANES * ((double)own->model->k * shape.family->work(&shape) +
                               (double)other->model->k * other_shape.family->work(&other_shape));
    for (size_t i = 0; sampler != NULL && i < MIX_SAMPLE_ROWS && !mix_turns_over(&turns, work); i++) {
        (void)mixture_sampler_draw(sampler, own->x);
        *sum += row_divergence(own, other) / MIX_SAMPLE_ROWS;
    }
    mixture_sampler_free(sampler);
    return mix_error_status(error, sampler == NULL ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK);
}

/* Both can be drawn from. */
static mixture_status need_sampling(const mixture_model *model, const mixture_model *other, mixture_error *error) {
    mixture_status status = mix_family_need(model->family, MIX_HAS_SAMPLING, error);
    return status == MIXTURE_OK ? mix_family_need(other->family, MIX_HAS_SAMPLING, error) : status;
}

mixture_status mix_compare_divergence(const mixture_model *model, const mixture_model *other,
                                      const mix_cancel *cancel, double *bits, mixture_error *error) {
    viewer own, their;
    double sum = 0;
    mixture_status status = need_sampling(model, other, error);
    bool first = viewer_begin(&own, model), second = viewer_begin(&their, other);
    if (status == MIXTURE_OK && !(first && second)) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        status = add_divergence(&own, &their, cancel, &sum, error);
    }
    if (status == MIXTURE_OK) {
        status = add_divergence(&their, &own, cancel, &sum, error);
    }
    viewer_end(&own);
    viewer_end(&their);
    *bits = fmin(fmax(sum / 2, 0), 1);
    return status;
}

/* ---- Match -------------------------------------------------------------------------------------------------- */

/* Add to score[a * stride + b * step] how much of the rows of own's component a goes to component b of the other.
** */
static mixture_status add_shares(viewer *own, viewer *other, const mix_cancel *cancel, double *score,
                                 size_t stride, size_t step, mixture_error *error) {
    const mixture_model *model = own->model;
    size_t total = 0;
    mix_turns turns = {.cancel = cancel};
    double *one = mix_memory_zeros(model->k, sizeof *one);
    mixture_status status =
        one == NULL ? mix_error_status(error, MIXTURE_NOMEM) : find_row_total(model, other->model, &total, error);
    for (size_t a = 0; a < model->k && status == MIXTURE_OK; a++) {
        mixture_model alone = *model; /* borrowed */
        alone.weights = one;
        alone.noisy = false;
        one[a] = 1;
        mixture_sampler *sampler = mixture_sampler_new(&alone, (int64_t)a, total);
        double work = 500 * (double)model->d + 20 * (double)total + 500 * (double)other->model->k;
        for (size_t i = 0; sampler != NULL && i < ROWS_OF_COMPONENT && !mix_turns_over(&turns, work); i++) {
            (void)mixture_sampler_draw(sampler, own->x);
            if (take_row_of(other, own)) {
                (void)view_row(other);
                for (size_t b = 0; b < other->model->k; b++) {
                    score[a * stride + b * step] += other->resp[b] / ROWS_OF_COMPONENT;
                }
            }
        }
        status = mix_error_status(error, sampler == NULL ? MIXTURE_NOMEM
                                         : turns.over    ? MIXTURE_CANCELLED
                                                         : MIXTURE_OK);
        mixture_sampler_free(sampler);
        one[a] = 0;
    }
    mix_memory_free(one);
    return status;
}

/* One more row gets a column, along the shortest path of changes. All counted from 1; owner[0] is the row. */
static void assign_row(size_t n, const double *score, double *u, double *v, size_t *owner, size_t *way,
                       double *least, bool *used) {
    size_t j = 0;
    for (size_t i = 0; i <= n; i++) {
        least[i] = INFINITY;
        used[i] = false;
    }
    do {
        size_t row = owner[j], next = 0;
        double delta = INFINITY;
        used[j] = true;
        for (size_t i = 1; i <= n; i++) {
            double slack = -score[(row - 1) * n + i - 1] - u[row] - v[i];
            if (!used[i] && slack < least[i]) {
                least[i] = slack;
                way[i] = j;
            }
            if (!used[i] && least[i] < delta) {
                delta = least[i];
                next = i;
            }
        }
        for (size_t i = 0; i <= n; i++) {
            u[owner[i]] += used[i] ? delta : 0;
            v[i] -= used[i] ? delta : 0;
            least[i] -= used[i] ? 0 : delta;
        }
        j = next;
    } while (owner[j] != 0);
    for (; j != 0; j = way[j]) {
        owner[j] = owner[way[j]];
    }
}

/* The assignment of n rows to n columns of the largest sum (H. W. Kuhn, Naval Research Logistics Quarterly 2
** (1955) 83; J. Munkres, Journal of SIAM 5 (1957) 32). */
mixture_status mix_compare_assign(size_t n, const double *score, const mix_cancel *cancel, size_t *column_of) {
    double *u = mix_memory_zeros(3 * (n + 1), sizeof *u), *v = u != NULL ? u + n + 1 : NULL;
    size_t *owner = mix_memory_zeros(2 * (n + 1), sizeof *owner), *way = owner != NULL ? owner + n + 1 : NULL;
    bool *used = mix_memory_zeros(n + 1, sizeof *used);
    mix_turns turns = {.cancel = cancel};
    bool full = u != NULL && owner != NULL && used != NULL;
    for (size_t row = 1; full && row <= n && !mix_turns_over(&turns, 10 * (double)n * (double)n); row++) {
        owner[0] = row;
        assign_row(n, score, u, v, owner, way, v + n + 1, used);
    }
    for (size_t j = 1; full && !turns.over && j <= n; j++) {
        column_of[owner[j] - 1] = j - 1;
    }
    mix_memory_free(u);
    mix_memory_free(owner);
    mix_memory_free(used);
    return !full ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK;
}

mixture_status mix_compare_match(const mixture_model *model, const mixture_model *reference,
                                 const mix_cancel *cancel, size_t *match, mixture_error *error) {
    viewer own, their;
    size_t n = model->k > reference->k ? model->k : reference->k;
    if (n > MIX_MOST_MATCHED) {
        return mix_error_invalid(error, "argument %d (%s) has %zu components; expected at most %d to match",
                                 model->k == n ? 1 : 2, model->k == n ? "model" : "reference", n,
                                 MIX_MOST_MATCHED);
    }
    double *score = mix_memory_zeros(n, n * sizeof *score);
    size_t *column_of = mix_memory_zeros(n, sizeof *column_of);
    mixture_status status = need_sampling(model, reference, error);
    bool first = viewer_begin(&own, model), second = viewer_begin(&their, reference);
    if (status == MIXTURE_OK && !(first && second && score != NULL && column_of != NULL)) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        status = add_shares(&own, &their, cancel, score, n, 1, error);
    }
    if (status == MIXTURE_OK) {
        status = add_shares(&their, &own, cancel, score, 1, n, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_error_status(error, mix_compare_assign(n, score, cancel, column_of));
    }
    for (size_t a = 0; status == MIXTURE_OK && a < model->k; a++) {
        match[a] = column_of[a] < reference->k ? column_of[a] : reference->k;
    }
    viewer_end(&own);
    viewer_end(&their);
    mix_memory_free(score);
    mix_memory_free(column_of);
    return status;
}
