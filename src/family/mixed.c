/* mixed.c: the mixed family: parts side by side, independent given the component, each of its own family:
**
**     log density = sum_p log f_p( x_p )
**
** (the latent class model and its kin: Lazarsfeld & Henry, Latent Structure Analysis (1968); for mixed columns
** Everitt, Statistics and Probability Letters 6 (1988) 305). Given the responsibilities the parts do not know of
** each other: statistics and M-step are theirs. So every member here goes from part to part, each seen as a model
** of its own: its arrays among the model's, its columns among the data's.
**
** Statistics of a component: the sum of r, then each part's. Derived: part 0's of all components, part 1's, ...,
** then for each part and component, of which the first counts, whether its plainer form will do.
**
** Published: the role conflict table of Stouffer and Toby, two classes (Goodman, Biometrika 61 (1974) 215):
** likelihood ratio 2.720 with 6 degrees of freedom. */
#include "mixed.h"

#include <math.h>
#include <string.h>

#include "covariance.h"
#include "error.h"
#include "kernel.h"

/* Components whose densities or statistics wait together to be added up. */
enum { COMPONENTS_AT_ONCE = 16 };

/* ---- Parts -------------------------------------------------------------------------------------------------- */

static const mix_part *part_of(const mix_shape *shape, size_t p) {
    return &shape->family->parts->part[p];
}

static size_t count_parts(const mix_shape *shape) {
    return shape->family->parts->count;
}

mix_shape mix_mixed_shape(const mix_shape *shape, size_t p) {
    const mix_part *part = part_of(shape, p);
    bool structured = p == shape->family->parts->structured;
    return (mix_shape){part->family, shape->k, part->d, structured ? shape->structure : part->structure,
                       part->alone};
}

/* Where the statistics of part p begin, among a component's. */
static size_t statistics_before(const mix_shape *shape, size_t p) {
    size_t sum = 1;
    for (size_t i = 0; i < p; i++) {
        const mix_shape own = mix_mixed_shape(shape, i);
        sum += own.family->statistics_size(&own);
    }
    return sum;
}

/* Whether the plainer form of part p will do. */
static double *plain_of(const mixture_model *model, const mix_shape *shape, size_t p) {
    return model->derived + (shape->family->parts->derived + p) * model->k;
}

mixture_model mix_mixed_view(const mixture_model *model, size_t p) {
    const mix_shape shape = mix_shape_of(model), own = mix_mixed_shape(&shape, p);
    mixture_model view = *model;
    view.family = own.family;
    view.d = own.d;
    view.structure = own.structure;
    view.parts = own.parts;
    view.own_parts = NULL;
    view.arrays += part_of(&shape, p)->array;
    view.derived += model->k * part_of(&shape, p)->derived;
    view.plain = *plain_of(model, &shape, p) != 0;
    return view;
}

mix_column_view mix_mixed_column(const mixture_model *model, size_t column) {
    if (model->family->parts == NULL) {
        return (mix_column_view){*model, column, NULL};
    }
    size_t p = model->family->parts->owner[column];
    const mix_part *part = &model->family->parts->part[p];
    return (mix_column_view){mix_mixed_view(model, p), column - part->first,
                             mix_family_levels(model->family, column)};
}

/* The array of probabilities of levels; there is one. */
static size_t find_ragged(const mixture_family *family) {
    size_t a = 0;
    while (family->arrays[a].rank != MIX_RAGGED) {
        a++;
    }
    return a;
}

size_t mix_mixed_likeliest(const mixture_model *model, size_t column, const double *weights, size_t component,
                           double *probability) {
    const mix_column_view at = mix_mixed_column(model, column);
    const mix_shape shape = mix_shape_of(&at.model);
    const size_t *levels = at.model.parts->part[0].levels;
    size_t a = find_ragged(at.model.family), size = mix_family_array_size(&shape, a), before = 0, best = 0;
    for (size_t j = 0; j < at.column; j++) {
        before += levels[j];
    }
    *probability = -1;
    for (size_t level = 0; level < levels[at.column]; level++) {
        double sum = 0;
        for (size_t c = 0; c < model->k; c++) {
            double weight = weights != NULL ? weights[c] : c == component;
            sum += weight > 0 ? weight * at.model.arrays[a][c * size + before + level] : 0;
        }
        if (sum > *probability) {
            *probability = sum;
            best = level;
        }
    }
    return best;
}

/* Columns that are kept of a part. */
static size_t count_kept(const mix_part *part) {
    const mix_shape own = {part->family, 1, part->d, part->structure, part->alone};
    return part->family->kept != NULL ? part->family->kept->count(&own) : 0;
}

static mix_rows part_rows(const mix_rows *rows, const mix_part *part) {
    mix_rows own = *rows;
    own.x += part->first * rows->stride;
    own.kept = part->family->kept != NULL ? rows->kept : NULL;
    for (const mix_part *before = part; own.kept != NULL && before->first > 0;) {
        before--; /* parts stand in the order of their columns */
        own.kept += count_kept(before) * rows->stride;
    }
    return own;
}

static size_t mixed_kept_count(const mix_shape *shape) {
    size_t sum = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        sum += count_kept(part_of(shape, p));
    }
    return sum;
}

static void mixed_kept_fill(const mix_shape *shape, const mix_rows *rows, double *made) {
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        const mix_rows seen = part_rows(rows, part_of(shape, p));
        if (own.family->kept != NULL) {
            own.family->kept->fill(&own, &seen, made);
            made += own.family->kept->count(&own) * rows->stride;
        }
    }
}

static mix_frame part_frame(const mix_frame *frame, const mix_part *part) {
    size_t first = part->first;
    double *variance = frame->variance != NULL ? frame->variance + first : NULL;
    double *constant = frame->constant != NULL ? frame->constant + first : NULL;
    return (mix_frame){frame->center + first, frame->scale + first, variance, constant};
}

/* What a part's M-step needs to know; *steps: room for it. */
static mix_maximize part_how(const mix_maximize *how, const mix_part *part, mix_steps *steps) {
    mix_maximize own = *how;
    size_t first = part->first;
    own.scale += first;
    own.variance += first;
    own.constant = how->constant != NULL ? how->constant + first : NULL;
    if (how->steps != NULL) {
        *steps = *how->steps;
        steps->d = part->d;
        steps->variance = steps->variance != NULL ? steps->variance + first : NULL;
        steps->step += first;
        steps->knots += first;
        own.steps = steps;
    }
    return own;
}

/* "parts[1].rates[0][2] is -1; …" */
static mixture_status name_part(size_t p, mixture_status status, const mixture_error *inner,
                                mixture_error *error) {
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "parts[%zu].%s", p, inner->text)
                                     : mix_error_status(error, status);
}

/* ---- Sizes -------------------------------------------------------------------------------------------------- */

static const mix_column *mixed_column(const mix_shape *shape, size_t j) {
    size_t p = shape->family->parts->owner[j];
    const mix_shape own = mix_mixed_shape(shape, p);
    return own.family->column(&own, j - part_of(shape, p)->first);
}

static size_t mixed_derived_size(const mix_shape *shape) {
    return shape->family->parts->derived + count_parts(shape);
}

static size_t mixed_statistics_size(const mix_shape *shape) {
    return statistics_before(shape, count_parts(shape));
}

/* What waits to be added up, then the part's. */
static size_t mixed_scratch_size(const mix_shape *shape) {
    size_t most = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t statistics = own.family->statistics_size(&own);
        size_t waiting = statistics > MIX_BLOCK_ROWS ? statistics : MIX_BLOCK_ROWS;
        size_t size = COMPONENTS_AT_ONCE * waiting + own.family->scratch_size(&own);
        most = size > most ? size : most;
    }
    return most;
}

/* Doubles for a byte of each component. */
static size_t count_flags(const mix_shape *shape) {
    return shape->k / sizeof(double) + 1;
}

/* Bytes for what held each component, the part's statistics together, then the part's. */
static size_t mixed_solve_size(const mix_shape *shape) {
    size_t most = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t size = shape->k * own.family->statistics_size(&own) + mix_family_full_scratch(&own);
        most = size > most ? size : most;
    }
    return count_flags(shape) + most;
}

static size_t mixed_parameter_count(const mix_shape *shape) {
    size_t sum = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        sum += own.family->parameter_count(&own);
    }
    return sum;
}

static size_t mixed_least_rows(const mix_shape *shape, size_t free) {
    size_t most = 1;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t rows = own.family->least_rows(&own, free < own.d ? free : own.d);
        most = rows > most ? rows : most;
    }
    return most;
}

static size_t mixed_least_rows_shared(const mix_shape *shape, size_t free) {
    size_t most = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t (*shared)(const mix_shape *, size_t) = own.family->least_rows_shared;
        size_t rows = shared != NULL ? shared(&own, free < own.d ? free : own.d) : 0;
        most = rows > most ? rows : most;
    }
    return most;
}

static double mixed_work(const mix_shape *shape) {
    double sum = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        sum += own.family->work(&own);
    }
    return sum;
}

/* ---- Parameters --------------------------------------------------------------------------------------------- */

static mixture_status mixed_prepare(mixture_model *model, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        mixture_error inner = {MIXTURE_OK, ""};
        mixture_model view = mix_mixed_view(model, p);
        mixture_status status = view.family->prepare(&view, &inner);
        if (status != MIXTURE_OK) {
            return name_part(p, status, &inner, error);
        }
        *plain_of(model, &shape, p) = view.plain;
    }
    return MIXTURE_OK;
}

static void mixed_stand_in(mixture_model *model) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        mixture_model view = mix_mixed_view(model, p);
        view.family->stand_in(&view);
    }
}

static void mixed_move(mixture_model *model, const mix_frame *frame, bool back) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        mixture_model view = mix_mixed_view(model, p);
        const mix_frame own = part_frame(frame, part_of(&shape, p));
        if (view.family->move != NULL) {
            view.family->move(&view, &own, back);
        }
    }
}

static mixture_status mixed_check_step(const mixture_model *model, mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    for (size_t p = 0; status == MIXTURE_OK && p < model->family->parts->count; p++) {
        mixture_error inner = {MIXTURE_OK, ""};
        const mixture_model view = mix_mixed_view(model, p);
        status = view.family->check_step != NULL ? view.family->check_step(&view, &inner) : MIXTURE_OK;
        status = status != MIXTURE_OK ? name_part(p, status, &inner, error) : status;
    }
    return status;
}

static bool mixed_coincide(const mixture_model *model, size_t a, size_t b) {
    bool coincide = true;
    for (size_t p = 0; coincide && p < model->family->parts->count; p++) {
        const mixture_model view = mix_mixed_view(model, p);
        coincide = view.family->coincide(&view, a, b);
    }
    return coincide;
}

/* ---- Expect ------------------------------------------------------------------------------------------------- */

/* The same of rows that may lack values. *pattern: room for what of the part is observed, of which the columns are
** counted as the rows' own. */
static mix_rows observed_part_rows(const mix_rows *rows, const mix_part *part, mix_pattern *pattern) {
    mix_rows own = part_rows(rows, part);
    if (rows->pattern != NULL) {
        const size_t *columns = rows->pattern->columns;
        size_t begin = 0, end, count = rows->pattern->count;
        for (; begin < count && columns[begin] < part->first; begin++) {
        }
        for (end = begin; end < count && columns[end] < part->first + part->d; end++) {
        }
        *pattern = (mix_pattern){.count = end - begin, .columns = columns + begin};
        own.x = rows->x + begin * rows->stride;
        own.pattern = end - begin < part->d ? pattern : NULL;
    }
    return own;
}

static void mixed_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    double part_base[MIX_BLOCK_ROWS];
    memset(base, 0, rows->count * sizeof *base);
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        mix_pattern pattern;
        const mix_rows seen = observed_part_rows(rows, part_of(shape, p), &pattern);
        if (own.family->log_base != NULL && mix_rows_columns(&seen, own.d) > 0) {
            own.family->log_base(&own, &seen, part_base);
            for (size_t r = 0; r < rows->count; r++) {
                base[r] += part_base[r];
            }
        }
    }
}

/* How many components come at once, from `first` on. */
static size_t count_now(const mixture_model *model, size_t first) {
    size_t left = model->k - first;
    return left < COMPONENTS_AT_ONCE ? left : COMPONENTS_AT_ONCE;
}

bool mix_mixed_log_density(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch,
                           mix_turns *turns) {
    const mixture_parts *parts = model->family->parts;
    double *waiting = scratch, *own_scratch = waiting + COMPONENTS_AT_ONCE * MIX_BLOCK_ROWS;
    for (size_t c = 0, now; c < model->k; c += now, densities += now * rows->stride) {
        now = count_now(model, c);
        for (size_t p = 0; p < parts->count; p++) {
            const mixture_model view = mix_mixed_view(model, p);
            const mix_rows seen = part_rows(rows, &parts->part[p]);
            mix_slice slice;
            mix_family_cut(&view, c, now, &slice);
            double *out = p == 0 ? densities : waiting;
            if (!mix_family_log_density(&slice.model, &seen, out, own_scratch, turns)) {
                return false;
            }
            for (size_t i = 0; p > 0 && i < now * rows->stride; i++) {
                densities[i] += waiting[i];
            }
        }
    }
    return true;
}

static void mixed_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                              double *scratch) {
    mix_turns turns = {.cancel = NULL};
    (void)mix_mixed_log_density(model, rows, densities, scratch, &turns);
}

/* Statistics of some components of a part, added where they belong among all. */
static void add_statistics(const double *waiting, size_t count, size_t size, double *statistics, size_t stride) {
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < size; s++) {
            statistics[i * stride + s] += waiting[i * size + s];
        }
    }
}

bool mix_mixed_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp, double *statistics,
                          double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t stride = mixed_statistics_size(&shape);
    for (size_t c = 0, now; c < model->k; c += now) {
        double *all = statistics + c * stride;
        const double *own_resp = resp + c * rows->stride;
        now = count_now(model, c);
        for (size_t i = 0; i < now; i++) {
            mix_kernel_current()->sums(rows, 0, own_resp + i * rows->stride, all + i * stride);
        }
        for (size_t p = 0, place = 1; p < count_parts(&shape); p++) {
            const mixture_model view = mix_mixed_view(model, p);
            const mix_shape own = mix_shape_of(&view);
            const mix_rows seen = part_rows(rows, part_of(&shape, p));
            size_t size = own.family->statistics_size(&own);
            double *waiting = scratch;
            mix_slice slice;
            mix_family_cut(&view, c, now, &slice);
            memset(waiting, 0, now * size * sizeof *waiting);
            if (!mix_family_accumulate(&slice.model, &seen, own_resp, waiting, waiting + now * size, turns)) {
                return false;
            }
            add_statistics(waiting, now, size, all + place, stride);
            place += size;
        }
    }
    return true;
}

static void mixed_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                             double *statistics, double *scratch) {
    mix_turns turns = {.cancel = NULL};
    (void)mix_mixed_accumulate(model, rows, resp, statistics, scratch, &turns);
}

/* ---- Maximize ----------------------------------------------------------------------------------------------- */

/* The statistics of a part, component after component; what is behind them. */
static double *gather(const mix_shape *shape, size_t p, const double *statistics, double *together) {
    const mix_shape own = mix_mixed_shape(shape, p);
    size_t size = own.family->statistics_size(&own), stride = mixed_statistics_size(shape);
    const double *from = statistics + statistics_before(shape, p);
    for (size_t c = 0; c < shape->k; c++, from += stride, together += size) {
        memcpy(together, from, size * sizeof *together);
    }
    return together;
}

/* A component is held where one of its parts is, and where the most of them are worst. */
static void add_floors(mixture_model *model, const unsigned char *floored) {
    for (size_t c = 0; c < model->k; c++) {
        model->floored[c] = floored[c] > model->floored[c] ? floored[c] : model->floored[c];
    }
}

static void mixed_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                           double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    unsigned char *floored = (unsigned char *)scratch;
    double *together = scratch + count_flags(&shape);
    memset(model->floored, MIX_FLOOR_NONE, model->k);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        mixture_model view = mix_mixed_view(model, p);
        mix_steps steps;
        const mix_maximize own = part_how(how, part_of(&shape, p), &steps);
        view.floored = floored;
        memset(floored, MIX_FLOOR_NONE, model->k);
        view.family->maximize(&view, together, &own, gather(&shape, p, statistics, together));
        add_floors(model, floored);
    }
}

static void mixed_represent(const mixture_model *model, size_t component, double rows, double *own) {
    *own++ = rows;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mixture_model view = mix_mixed_view(model, p);
        const mix_shape part = mix_shape_of(&view);
        view.family->represent(&view, component, rows, own);
        own += view.family->statistics_size(&part);
    }
}

static bool mixed_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    unsigned char *floored = (unsigned char *)scratch;
    bool any = false;
    memset(model->floored, MIX_FLOOR_NONE, model->k);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        mixture_model view = mix_mixed_view(model, p);
        mix_steps steps;
        const mix_maximize own = part_how(how, part_of(&shape, p), &steps);
        view.floored = floored;
        memset(floored, MIX_FLOOR_NONE, model->k);
        any = view.family->constrain(&view, &own, scratch + count_flags(&shape)) || any;
        add_floors(model, floored);
    }
    return any;
}

/* That of the first part that has one: a weighted mean of what each component says alone. */
static double mixed_mean_total(const mix_shape *shape, const double *statistics) {
    size_t p = 0, stride = mixed_statistics_size(shape);
    double rows = 0, sum = 0;
    while (part_of(shape, p)->family->mean_total == NULL) {
        p++;
    }
    mix_shape own = mix_mixed_shape(shape, p);
    own.k = 1;
    const double *from = statistics + statistics_before(shape, p);
    for (size_t c = 0; c < shape->k; c++, from += stride) {
        rows += from[0];
        sum += from[0] > 0 ? from[0] * own.family->mean_total(&own, from) : 0;
    }
    return sum / rows;
}

static void mixed_variances(const mixture_model *model, const double *statistics, double *variance,
                            double *constant, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        const mix_part *part = part_of(&shape, p);
        const mixture_model view = mix_mixed_view(model, p);
        if (view.family->variances != NULL) {
            double *rest = gather(&shape, p, statistics, scratch);
            view.family->variances(&view, scratch, variance + part->first, constant + part->first, rest);
        }
    }
}

/* ---- Coordinates -------------------------------------------------------------------------------------------- */

static size_t mixed_packed_size(const mix_shape *shape) {
    size_t sum = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        sum += own.family->coordinates->size(&own);
    }
    return sum;
}

static void mixed_pack(const mixture_model *model, size_t component, double *theta, double *scratch) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mixture_model view = mix_mixed_view(model, p);
        const mix_shape own = mix_shape_of(&view);
        view.family->coordinates->pack(&view, component, theta, scratch);
        theta += view.family->coordinates->size(&own);
    }
}

static void mixed_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        mixture_model view = mix_mixed_view(model, p);
        const mix_shape own = mix_shape_of(&view);
        view.family->coordinates->unpack(&view, component, theta, scratch);
        theta += view.family->coordinates->size(&own);
    }
}

static void mixed_information(const mix_shape *shape, const double *theta, const double *statistics,
                              double *information) {
    const double *next = statistics != NULL ? statistics + 1 : NULL;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t size = own.family->coordinates->size(&own);
        own.family->coordinates->information(&own, theta, next, information);
        theta += size;
        information += size;
        next = next != NULL ? next + own.family->statistics_size(&own) : NULL;
    }
}

/* ---- Single rows -------------------------------------------------------------------------------------------- */

static size_t mixed_observed_size(const mix_shape *shape) {
    size_t most = 0;
    for (size_t p = 0; p < count_parts(shape); p++) {
        const mix_shape own = mix_mixed_shape(shape, p);
        size_t size = own.family->observed->size(&own);
        most = size > most ? size : most;
    }
    return most;
}

/* A level that the fit has not seen has the same probability in every component, 1 / (n + 1). */
static long double mixed_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                              long double *scratch) {
    long double sum = 0;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mix_part *part = &model->family->parts->part[p];
        const mixture_model view = mix_mixed_view(model, p);
        bool any = false;
        for (size_t j = part->first; j < part->first + part->d; j++) {
            any = any || !isnan(x[j]);
            sum -= mix_is_unseen(x[j]) ? log1pl((long double)model->n) : 0;
        }
        sum += any ? view.family->observed->log_density(&view, component, x + part->first, scratch) : 0;
    }
    return sum;
}

static long double mixed_log_ratio(const mixture_model *model, size_t a, size_t b, const double *x,
                                   long double *scratch) {
    long double sum = 0;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mixture_model view = mix_mixed_view(model, p);
        const mixture_family *own = view.family;
        const double *seen = x + model->family->parts->part[p].first;
        sum += own->log_ratio != NULL ? own->log_ratio(&view, a, b, seen, scratch)
                                      : own->observed->log_density(&view, a, seen, scratch) -
                                            own->observed->log_density(&view, b, seen, scratch);
    }
    return sum;
}

static long double mixed_distance(const mixture_model *model, size_t component, const double *x,
                                  long double *scratch) {
    long double sum = 0;
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mixture_model view = mix_mixed_view(model, p);
        sum += view.family->distance(&view, component, x + model->family->parts->part[p].first, scratch);
    }
    return sum;
}

static void mixed_conditional(const mixture_model *model, size_t component, const double *x, double *complete,
                              long double *scratch) {
    for (size_t p = 0; p < model->family->parts->count; p++) {
        size_t first = model->family->parts->part[p].first;
        const mixture_model view = mix_mixed_view(model, p);
        view.family->observed->conditional(&view, component, x + first, complete + first, scratch);
    }
}

/* ---- Sampling: factors lie as what is derived does ---------------------------------------------------------- */

static void mixed_sample_factors(const mixture_model *model, double *factors) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        const mixture_model view = mix_mixed_view(model, p);
        view.family->sampling->prepare(&view, factors + model->k * part_of(&shape, p)->derived);
    }
}

static void mixed_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                         mix_random *random, double *x) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t p = 0; p < count_parts(&shape); p++) {
        const mixture_model view = mix_mixed_view(model, p);
        const double *own = factors + model->k * part_of(&shape, p)->derived;
        view.family->sampling->draw(&view, component, own, trials, random, x + part_of(&shape, p)->first);
    }
}

/* ---- One column --------------------------------------------------------------------------------------------- */

/* There is one part then. */
static void mixed_tails(const mixture_model *model, size_t component, double x, long double tails[2]) {
    const mixture_model view = mix_mixed_view(model, 0);
    view.family->distribution->tails(&view, component, x, tails);
}

/* The part of a column, its columns counted from 0; NULL: its family has no moments. */
static const mix_column_moments *moments_at(const mixture_model *model, size_t column, mixture_model *view,
                                            size_t *place) {
    size_t p = 0;
    for (const mix_part *part = model->family->parts->part; column >= part[p].first + part[p].d; p++) {
    }
    *view = mix_mixed_view(model, p);
    *place = column - model->family->parts->part[p].first;
    return view->family->moments;
}

static double mixed_mean(const mixture_model *model, size_t component, size_t column) {
    mixture_model view;
    size_t place;
    const mix_column_moments *moments = moments_at(model, column, &view, &place);
    return moments != NULL ? moments->mean(&view, component, place) : (double)NAN;
}

static double mixed_deviation(const mixture_model *model, size_t component, size_t column) {
    mixture_model view;
    size_t place;
    const mix_column_moments *moments = moments_at(model, column, &view, &place);
    return moments != NULL ? moments->deviation(&view, component, place) : (double)NAN;
}

static const mix_column_moments mixed_moments = {mixed_mean, mixed_deviation};

/* Its parts are reduced one by one (conditional.c); here it says that each of them can be. */
static const mix_conditional mixed_conditional_table = {NULL, NULL};
static const mix_distribution mixed_distribution = {mixed_tails};

/* ---- The family --------------------------------------------------------------------------------------------- */

static const mix_kept mixed_kept = {mixed_kept_count, mixed_kept_fill};
static const mix_coordinates mixed_coordinates = {mixed_packed_size, mixed_pack, mixed_unpack, mixed_information};
static const mix_observed mixed_observed = {mixed_observed_size, mixed_observed_log_density, mixed_conditional};
static const mix_sampling mixed_sampling = {mixed_sample_factors, mixed_sample};

const mixture_family mix_mixed = {
    .name = "mixed",
    .fit = "mix_fit",
    .select = "mix_select",
    .column = mixed_column,
    .derived_size = mixed_derived_size,
    .statistics_size = mixed_statistics_size,
    .scratch_size = mixed_scratch_size,
    .solve_size = mixed_solve_size,
    .parameter_count = mixed_parameter_count,
    .least_rows = mixed_least_rows,
    .least_rows_shared = mixed_least_rows_shared,
    .work = mixed_work,
    .prepare = mixed_prepare,
    .stand_in = mixed_stand_in,
    .move = mixed_move,
    .log_base = mixed_log_base,
    .log_density = mixed_log_density,
    .accumulate = mixed_accumulate,
    .maximize = mixed_maximize,
    .represent = mixed_represent,
    .check_step = mixed_check_step,
    .floor = "the variance floor (min_variance)", /* as long as it is not known of which families the parts are */
    .structures = &mix_covariance_structures,
    .constrain = mixed_constrain,
    .coincide = mixed_coincide,
    .mean_total = mixed_mean_total,
    .variances = mixed_variances,
    .observed = &mixed_observed,
    .missing = &mix_mixed_missing,
    .log_ratio = mixed_log_ratio,
    .kept = &mixed_kept,
    .coordinates = &mixed_coordinates,
    .sampling = &mixed_sampling,
    .conditional = &mixed_conditional_table,
    .moments = &mixed_moments,
    .distance = mixed_distance,
};

void mix_mixed_make(const mixture_parts *parts, const mix_array *arrays, size_t count, mixture_family *family) {
    bool coordinates = true, sampling = true, missing = true, conditional = true, distance = true, totals = false,
         ratio = false;
    *family = mix_mixed;
    family->floor = NULL;
    family->structures = NULL;
    family->parts = parts;
    family->arrays = arrays;
    family->array_count = count;
    for (size_t p = 0; p < parts->count; p++) {
        const mixture_family *own = parts->part[p].family;
        coordinates = coordinates && own->coordinates != NULL;
        sampling = sampling && own->sampling != NULL;
        missing = missing && (own->missing != NULL || parts->part[p].d == 1);
        conditional = conditional && own->conditional != NULL;
        distance = distance && own->distance != NULL;
        totals = totals || own->mean_total != NULL;
        ratio = ratio || own->log_ratio != NULL;
        family->start_spread = fmax(family->start_spread, own->start_spread);
        family->latent = family->latent || own->latent;
        family->floor = family->floor != NULL ? family->floor : own->floor;
    }
    if (parts->structured < parts->count) {
        family->structures = parts->part[parts->structured].family->structures;
    }
    family->missing = missing ? family->missing : NULL;
    family->coordinates = coordinates ? family->coordinates : NULL;
    family->log_ratio = ratio ? family->log_ratio : NULL;
    family->sampling = sampling ? family->sampling : NULL;
    family->distance = distance ? family->distance : NULL;
    family->conditional = conditional ? family->conditional : NULL;
    if (parts->count == 1 && parts->part[0].d == 1 && parts->part[0].family->distribution != NULL) {
        family->distribution = &mixed_distribution;
    }
    family->mean_total = totals ? family->mean_total : NULL;
}
