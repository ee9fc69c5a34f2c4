/* categorical.c: the categorical family: columns of levels 0, 1, ..., independent given the component, column j
** with a probability p_jl for each of its L_j levels:
**
**     log density = sum_j ln p_j,x_j
**
** (for two or more columns the latent class model: P. F. Lazarsfeld & N. W. Henry, Latent Structure Analysis
** (1968)). M-step: p_jl is the share that the rows of level l have of sum r. Log densities are looked up in a
** table, and sums of r are added where the level says: no column of zeros and ones is made.
**
** Where a share would be below MIX_EXPONENTIAL_FLOOR times that of all rows it is held there: a probability of
** exactly 0 could never rise again. Levels that never occur do keep 0. A number beyond the levels, which only a
** model written by hand can meet, has the probability 1 / (n + 1) in every component.
**
** Derived, per component: ln p of every level of every column, then that of what is no level. */
#include <math.h>
#include <string.h>

#include "categorical.h"
#include "error.h"
#include "exponential.h"
#include "kernel.h"
#include "simplex.h"

enum { CHANCES };

static const mix_array categorical_arrays[] = {[CHANCES] = {"probabilities", "probability", MIX_RAGGED}};

static size_t levels_of(const mix_shape *shape, size_t j) {
    return mix_family_array_columns(shape, CHANCES).levels[j];
}

static size_t all_levels(const mix_shape *shape) {
    return mix_family_array_size(shape, CHANCES);
}

static double *chances_of(const mixture_model *model, size_t component) {
    const mix_shape shape = mix_shape_of(model);
    return model->arrays[CHANCES] + component * all_levels(&shape);
}

static bool is_level(double x) {
    return x >= 0 && x <= 0x1p53 && x == floor(x);
}

static const mix_column *categorical_column(const mix_shape *shape, size_t j) {
    static const mix_column level = {
        .accepts = is_level, .expected = "the number of a level, 0, 1, ...", .whole = true};
    (void)shape;
    (void)j;
    return &level;
}

/* ---- Sizes ------------------------------------------------------------------------------------------------- */

static size_t categorical_derived_size(const mix_shape *shape) {
    return all_levels(shape) + 1;
}

static size_t categorical_statistics_size(const mix_shape *shape) {
    return 1 + all_levels(shape);
}

/* Places in the table. */
static size_t categorical_scratch_size(const mix_shape *shape) {
    return shape->d * MIX_BLOCK_ROWS;
}

/* Floors of a column; scores of the levels and sums for them, two at a time. */
static size_t categorical_solve_size(const mix_shape *shape) {
    return 4 * all_levels(shape);
}

static size_t categorical_parameter_count(const mix_shape *shape) {
    return shape->k * (all_levels(shape) - shape->d);
}

static size_t categorical_least_rows(const mix_shape *shape, size_t free) {
    (void)shape;
    (void)free;
    return 1;
}

static double categorical_work(const mix_shape *shape) {
    return 6 * (double)shape->d + 40;
}

/* ---- Parameters -------------------------------------------------------------------------------------------- */

static void categorical_stand_in(mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    for (size_t c = 0; c < model->k; c++) {
        double *p = chances_of(model, c);
        for (size_t j = 0; j < model->d; p += levels_of(&shape, j), j++) {
            for (size_t l = 0; l < levels_of(&shape, j); l++) {
                p[l] = 1 / (double)levels_of(&shape, j);
            }
        }
    }
}

static mixture_status check_chances(const double *p, size_t levels, size_t c, size_t j, mixture_error *error) {
    double sum = 0;
    for (size_t l = 0; l < levels; l++) {
        if (!(p[l] >= 0 && p[l] <= 1 + 1e-6)) {
            return mix_error_invalid(error, "probabilities[%zu][%zu][%zu] is %g; expected a number from 0 to 1", c,
                                     j, l, p[l]);
        }
        sum += p[l];
    }
    return fabs(sum - 1) <= 1e-6
               ? MIXTURE_OK
               : mix_error_invalid(error, "probabilities[%zu][%zu] sum to %.9g; expected 1", c, j, sum);
}

static mixture_status categorical_prepare(mixture_model *model, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    size_t all = all_levels(&shape);
    mix_turns turns = {.cancel = model->cancel};
    for (size_t c = 0; c < model->k; c++) {
        double *p = chances_of(model, c), *logarithm = model->derived + c * (all + 1);
        if (mix_turns_over(&turns, 40 * (double)all)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        for (size_t j = 0, first = 0; j < model->d; first += levels_of(&shape, j), j++) {
            mixture_status status = check_chances(p + first, levels_of(&shape, j), c, j, error);
            if (status != MIXTURE_OK) {
                return status;
            }
        }
        for (size_t l = 0; l < all; l++) {
            logarithm[l] = p[l] > 0 ? log(p[l]) : MIX_LOG_ZERO;
        }
        logarithm[all] = -log1p(model->n);
    }
    return MIXTURE_OK;
}

/* A probability of 0 that was given is held at the floor: no row is impossible to begin with. */
static bool categorical_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    (void)how;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++) {
        double *p = chances_of(model, c);
        for (size_t j = 0; j < model->d; p += levels_of(&shape, j), j++) {
            mix_simplex_raise(levels_of(&shape, j), MIX_EXPONENTIAL_FLOOR / (double)levels_of(&shape, j), p);
        }
    }
    return false;
}

static bool categorical_coincide(const mixture_model *model, size_t a, size_t b) {
    const mix_shape shape = mix_shape_of(model);
    return mix_simplex_coincide(all_levels(&shape), chances_of(model, a), chances_of(model, b));
}

/* ---- Expect ------------------------------------------------------------------------------------------------ */

/* Where each row's levels stand among all, column after column, MIX_BLOCK_ROWS apart; `all` is no level. In
** scratch, which they take half of. */
static const int32_t *find_level_places(const mix_shape *shape, const mix_rows *rows, double *scratch) {
    size_t all = all_levels(shape);
    int32_t *places = (int32_t *)(void *)scratch;
    for (size_t j = 0, first = 0; j < shape->d; first += levels_of(shape, j), j++) {
        const double *x = rows->x + j * rows->stride;
        double levels = (double)levels_of(shape, j);
        for (size_t r = 0; r < rows->count; r++) {
            places[j * MIX_BLOCK_ROWS + r] = (int32_t)(x[r] < levels ? (double)first + x[r] : (double)all);
        }
    }
    return places;
}

static void categorical_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                    double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = all_levels(&shape) + 1;
    const int32_t *place = find_level_places(&shape, rows, scratch);
    for (size_t c = 0; c < model->k; c++, densities += rows->stride) {
        const double *logarithm = model->derived + c * size;
        memset(densities, 0, rows->padded * sizeof *densities);
        for (size_t r = 0; r < rows->count; r++) {
            double sum = 0;
            for (size_t j = 0; j < model->d; j++) {
                sum += logarithm[place[j * MIX_BLOCK_ROWS + r]];
            }
            densities[r] = sum;
        }
    }
}

static void categorical_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                   double *statistics, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t all = all_levels(&shape);
    const int32_t *place = find_level_places(&shape, rows, scratch);
    for (size_t c = 0; c < model->k; c++) {
        mix_kernel_current()->sums(rows, 0, resp + c * rows->stride, statistics + c * (1 + all));
    }
    for (size_t j = 0; j < model->d; j++, place += MIX_BLOCK_ROWS) {
        for (size_t r = 0; r < rows->count; r++) {
            if ((size_t)place[r] <
                all) { /* the components in turn: a sum need not wait for that of the row before */
                double *own = statistics + 1 + place[r];
                for (size_t c = 0; c < model->k; c++) {
                    own[c * (1 + all)] += resp[c * rows->stride + r];
                }
            }
        }
    }
}

/* ---- Maximize ---------------------------------------------------------------------------------------------- */

static double sum_of(const double *x, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum;
}

/* Floors of the levels of all columns: a share of what all rows have. */
static void find_level_floors(const mix_shape *shape, const double *statistics, double *floors) {
    size_t all = all_levels(shape);
    memset(floors, 0, all * sizeof *floors);
    for (size_t c = 0; c < shape->k; c++) {
        for (size_t l = 0; l < all; l++) {
            floors[l] += statistics[c * (1 + all) + 1 + l];
        }
    }
    for (size_t j = 0; j < shape->d; floors += levels_of(shape, j), j++) {
        double total = sum_of(floors, levels_of(shape, j));
        for (size_t l = 0; l < levels_of(shape, j); l++) {
            floors[l] *= total > 0 ? MIX_EXPONENTIAL_FLOOR / total : 0;
        }
    }
}

static void categorical_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                                 double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t all = all_levels(&shape);
    (void)how;
    find_level_floors(&shape, statistics, scratch);
    for (size_t c = 0; c < model->k; c++, statistics += 1 + all) {
        double *p = chances_of(model, c);
        model->floored[c] = MIX_FLOOR_NONE;
        for (size_t j = 0, first = 0; j < model->d; first += levels_of(&shape, j), j++) {
            const double *counts = statistics + 1 + first;
            if (sum_of(counts, levels_of(&shape, j)) > MIX_EMPTY) {
                mix_simplex_share(levels_of(&shape, j), counts, scratch + first, p + first);
            }
        }
    }
}

static void categorical_represent(const mixture_model *model, size_t component, double rows, double *own) {
    const mix_shape shape = mix_shape_of(model);
    own[0] = rows;
    for (size_t l = 0; l < all_levels(&shape); l++) {
        own[1 + l] = rows * chances_of(model, component)[l];
    }
}

/* ---- Coordinates: ln p, up to a constant in each column ----------------------------------------------------- */

static size_t categorical_packed_size(const mix_shape *shape) {
    return all_levels(shape);
}

static void categorical_pack(const mixture_model *model, size_t component, double *theta, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    (void)scratch;
    for (size_t l = 0; l < all_levels(&shape); l++) {
        theta[l] = log(fmax(chances_of(model, component)[l], 1e-300));
    }
}

static void categorical_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    double *p = chances_of(model, component);
    (void)scratch;
    for (size_t j = 0, first = 0; j < model->d; first += levels_of(&shape, j), j++) {
        mix_simplex_unpack(levels_of(&shape, j), theta + first, p + first);
    }
}

static void categorical_information(const mix_shape *shape, const double *theta, const double *statistics,
                                    double *information) {
    for (size_t i = 0; i < all_levels(shape); i++) {
        information[i] = statistics != NULL ? statistics[1 + i] : exp(theta[i]);
    }
}

/* ---- Clustering space -------------------------------------------------------------------------------------- */

/* Turns of averaging; an axis that is not found by then is as good as another for a start. */
enum { AVERAGINGS = 12 };

/* What a pass needs: the data, their levels, weight and scores of each level, sums for the next scores. */
typedef struct level_scores {
    const mixture_data *data;
    mix_shape shape;
    size_t all;
    double *weight, *score, *other, *sum;
} level_scores;

/* Where the level of a cell stands among all. */
static size_t cell_place(const level_scores *s, size_t row, size_t j, size_t first) {
    double x = mix_data_value(s->data, row, j);
    return x < (double)levels_of(&s->shape, j) ? first + (size_t)x : s->all;
}

/* The mean score of a row's levels. */
static double row_score(const level_scores *s, size_t row) {
    double sum = 0;
    for (size_t j = 0, first = 0; j < s->data->d; first += levels_of(&s->shape, j), j++) {
        size_t place = cell_place(s, row, j, first);
        sum += place < s->all ? s->score[place] : 0;
    }
    return sum / (double)s->data->d;
}

/* Each level's score becomes the mean of those of its rows. False when cancelled. */
static bool average_rows(level_scores *s, const mix_cancel *cancel) {
    mix_turns turns = {.cancel = cancel};
    memset(s->sum, 0, s->all * sizeof *s->sum);
    for (size_t row = 0; row < s->data->rows && !mix_turns_over(&turns, 10 * (double)s->data->d); row++) {
        double score = mix_data_weight(s->data, row) * row_score(s, row);
        for (size_t j = 0, first = 0; j < s->data->d; first += levels_of(&s->shape, j), j++) {
            size_t place = cell_place(s, row, j, first);
            if (place < s->all) {
                s->sum[place] += score;
            }
        }
    }
    for (size_t l = 0; l < s->all; l++) {
        s->score[l] = s->weight[l] > 0 ? s->sum[l] / s->weight[l] : 0;
    }
    return !turns.over;
}

/* Scores lose what they have along others, and then have the mean square 1. */
static void remove_along(level_scores *s, const double *along) {
    double product = 0, square = 0, length = 0;
    for (size_t l = 0; l < s->all; l++) {
        double a = along != NULL ? along[l] : 1;
        product += s->weight[l] * s->score[l] * a;
        square += s->weight[l] * a * a;
    }
    for (size_t l = 0; l < s->all; l++) {
        s->score[l] -= square > 0 ? product / square * (along != NULL ? along[l] : 1) : 0;
        length += s->weight[l] * s->score[l] * s->score[l];
    }
    double scale = length > 0 ? sqrt(s->data->total_weight * (double)s->data->d / length) : 1;
    for (size_t l = 0; l < s->all; l++) {
        s->score[l] *= scale;
    }
}

/* An axis of multiple correspondence analysis by reciprocal averaging (M. O. Hill, Applied Statistics 23 (1974)
** 340): scores of levels that are the means of those of their rows, whose scores are those of their levels.
** `along`: an axis found before, NULL: none. */
static bool find_axis(level_scores *s, const double *along, const mix_cancel *cancel) {
    mix_random random;
    mix_random_seed(&random, 1, along != NULL);
    for (size_t l = 0; l < s->all; l++) {
        s->score[l] = mix_random_normal(&random);
    }
    bool going = true;
    for (int turn = 0; turn < AVERAGINGS && going; turn++) {
        remove_along(s, NULL);
        if (along != NULL) {
            remove_along(s, along);
        }
        going = turn + 1 == AVERAGINGS || average_rows(s, cancel);
    }
    return going;
}

/* Each level by its score on the first axis; scaled: on the second. */
static bool categorical_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                               double *points, double *scratch) {
    level_scores s = {.data = data, .shape = {.d = data->d, .k = 1, .parts = data->parts}};
    s.shape.family = data->parts->part[0].family;
    s.all = all_levels(&s.shape);
    s.weight = scratch;
    s.score = s.weight + s.all;
    s.other = s.score + s.all;
    s.sum = s.other + s.all;
    memset(s.weight, 0, s.all * sizeof *s.weight);
    for (size_t row = 0; row < data->rows; row++) {
        for (size_t j = 0, first = 0; j < data->d; first += levels_of(&s.shape, j), j++) {
            size_t place = cell_place(&s, row, j, first);
            if (place < s.all) {
                s.weight[place] += mix_data_weight(data, row);
            }
        }
    }
    if (!find_axis(&s, NULL, cancel)) {
        return false;
    }
    if (variant == MIX_FEATURES_SCALED) {
        memcpy(s.other, s.score, s.all * sizeof *s.other);
        if (!find_axis(&s, s.other, cancel)) {
            return false;
        }
    }
    for (size_t row = 0; row < data->rows; row++) {
        for (size_t j = 0, first = 0; j < data->d; first += levels_of(&s.shape, j), j++) {
            size_t place = cell_place(&s, row, j, first);
            points[row * data->d + j] = place < s.all ? s.score[place] : 0;
        }
    }
    return !mix_cancelled(cancel);
}

/* ---- Single rows ------------------------------------------------------------------------------------------- */

static size_t categorical_observed_size(const mix_shape *shape) {
    (void)shape;
    return 1;
}

static long double categorical_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                                    long double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    const double *p = chances_of(model, component);
    long double sum = 0;
    (void)scratch;
    for (size_t j = 0; j < model->d; p += levels_of(&shape, j), j++) {
        if (x[j] < (double)levels_of(&shape, j)) {
            double chance = p[(size_t)x[j]];
            sum += chance > 0 ? logl((long double)chance) : -HUGE_VALL;
        } else if (!isnan(x[j])) {
            sum -= log1pl((long double)model->n);
        }
    }
    return sum;
}

/* A level that is not known: the likeliest. */
static void categorical_conditional(const mixture_model *model, size_t component, const double *x,
                                    double *complete, long double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    const double *p = chances_of(model, component);
    (void)scratch;
    for (size_t j = 0; j < model->d; p += levels_of(&shape, j), j++) {
        size_t best = 0;
        for (size_t l = 1; l < levels_of(&shape, j); l++) {
            best = p[l] > p[best] ? l : best;
        }
        complete[j] = isnan(x[j]) ? (double)best : x[j];
    }
}

/* ---- Sampling ---------------------------------------------------------------------------------------------- */

static void categorical_sample_factors(const mixture_model *model, double *factors) {
    (void)model;
    (void)factors;
}

static void categorical_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                               mix_random *random, double *x) {
    const mix_shape shape = mix_shape_of(model);
    const double *p = chances_of(model, component);
    (void)factors;
    (void)trials;
    for (size_t j = 0; j < model->d; p += levels_of(&shape, j), j++) {
        size_t levels = levels_of(&shape, j);
        x[j] = (double)mix_random_choose(random, p, levels, sum_of(p, levels));
    }
}

/* ---- Some columns ------------------------------------------------------------------------------------------- */

static bool categorical_reduce(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                               const double *x, mixture_model *part, long double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    double *to = chances_of(part, component);
    (void)x;
    (void)scratch;
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        const double *from = chances_of(model, component);
        for (size_t j = 0; j < columns[i]; j++) {
            from += levels_of(&shape, j);
        }
        size_t levels = levels_of(&shape, columns[i]);
        memcpy(to, from, levels * sizeof *to);
        to += levels;
    }
    return true;
}

/* ---- The family -------------------------------------------------------------------------------------------- */

static const mix_coordinates categorical_coordinates = {categorical_packed_size, categorical_pack,
                                                        categorical_unpack, categorical_information};
static const mix_observed categorical_observed = {categorical_observed_size, categorical_observed_log_density,
                                                  categorical_conditional};
static const mix_conditional categorical_conditionals = {categorical_reduce, NULL};
static const mix_sampling categorical_sampling = {categorical_sample_factors, categorical_sample};

const mixture_family mixture_categorical = {
    .name = "categorical",
    .array_count = sizeof categorical_arrays / sizeof *categorical_arrays,
    .arrays = categorical_arrays,
    .together = true,
    .missing = &mix_categorical_missing,
    .column = categorical_column,
    .derived_size = categorical_derived_size,
    .statistics_size = categorical_statistics_size,
    .scratch_size = categorical_scratch_size,
    .solve_size = categorical_solve_size,
    .work = categorical_work,
    .parameter_count = categorical_parameter_count,
    .least_rows = categorical_least_rows,
    .prepare = categorical_prepare,
    .stand_in = categorical_stand_in,
    .log_density = categorical_log_density,
    .accumulate = categorical_accumulate,
    .maximize = categorical_maximize,
    .represent = categorical_represent,
    .constrain = categorical_constrain,
    .coincide = categorical_coincide,
    .features = categorical_points,
    .start_spread = 0.05, /* no level is shut out by a first partition */
    .coordinates = &categorical_coordinates,
    .observed = &categorical_observed,
    .sampling = &categorical_sampling,
    .conditional = &categorical_conditionals,
};
