/* univariate.c: sums over columns, and what follows from the law of one. */
#include "univariate.h"

#include <math.h>

#include "error.h"

static const mix_univariate *own_of(const mixture_family *family) {
    return family->univariate;
}

/* Of column j, its parameters not yet known. */
static mix_law begin_law(const mix_shape *shape, size_t j) {
    return (mix_law){.period = own_of(shape->family)->angles ? mix_family_period(shape, j) : 0};
}

mix_law mix_univariate_law(const mixture_model *model, size_t component, size_t j) {
    const mix_shape shape = mix_shape_of(model);
    mix_law law = begin_law(&shape, j);
    for (size_t a = 0; a < own_of(model->family)->parameters; a++) {
        law.p[a] = model->arrays[a][component * model->d + j];
    }
    return law;
}

void mix_univariate_set(mixture_model *model, size_t component, size_t j, const mix_law *law) {
    for (size_t a = 0; a < own_of(model->family)->parameters; a++) {
        model->arrays[a][component * model->d + j] = law->p[a];
    }
}

void mix_univariate_clamp(const mix_univariate *own, mix_law *law) {
    for (size_t a = 0; a < own->parameters; a++) {
        law->p[a] = fmin(fmax(law->p[a], own->low[a]), own->high[a]);
    }
}

/* ---- Required members -------------------------------------------------------------------------------------- */

const mix_column *mix_univariate_column(const mix_shape *shape, size_t j) {
    (void)j;
    return &own_of(shape->family)->column;
}

size_t mix_univariate_parameter_count(const mix_shape *shape) {
    return shape->k * shape->d * own_of(shape->family)->parameters;
}

/* One row alone may be ever more likely where a component can be ever thinner. */
size_t mix_univariate_least_rows(const mix_shape *shape, size_t free) {
    return own_of(shape->family)->overall != NULL && free > 0 ? 2 : 1;
}

/* Coordinates of all columns, for pack. */
size_t mix_univariate_solve_size(const mix_shape *shape) {
    return shape->d * MIX_LAW_PARAMETERS;
}

void mix_univariate_stand_in(mixture_model *model) {
    const mix_univariate *own = own_of(model->family);
    for (size_t a = 0; a < own->parameters; a++) {
        for (size_t i = 0; i < model->k * model->d; i++) {
            model->arrays[a][i] = own->stand_in[a];
        }
    }
}

mixture_status mix_univariate_check(const mixture_model *model, size_t component, mixture_error *error) {
    const mix_univariate *own = own_of(model->family);
    for (size_t a = 0; a < own->parameters; a++) {
        for (size_t j = 0; j < model->d; j++) {
            double p = model->arrays[a][component * model->d + j];
            if (!(p >= own->low[a] && p <= own->high[a])) {
                return mix_error_invalid(error, "%s[%zu][%zu] is %g; expected a number from %g to %g",
                                         model->family->arrays[a].name, component, j, p, own->low[a],
                                         own->high[a]);
            }
        }
    }
    return MIXTURE_OK;
}

/* Within 1 % of a's spread, and spreads as close. */
bool mix_univariate_coincide(const mixture_model *model, size_t a, size_t b) {
    const double tolerance = 0.01;
    const mix_univariate *own = own_of(model->family);
    bool same = true;
    for (size_t j = 0; j < model->d && same; j++) {
        const mix_law first = mix_univariate_law(model, a, j), second = mix_univariate_law(model, b, j);
        double spread = own->spread(&first), gap = own->place(&first) - own->place(&second);
        gap = first.period > 0 ? remainder(gap, first.period) : gap;
        same = fabs(gap) <= tolerance * spread && fabs(own->spread(&second) - spread) <= tolerance * spread;
    }
    return same;
}

/* ---- Floors ------------------------------------------------------------------------------------------------ */

/* What keeps a component from becoming ever thinner. */
typedef struct law_floor {
    double least;       /* dispersion */
    unsigned char kind; /* MIX_FLOOR_STEP or _DEGENERATE; _NONE: the column does not vary at all */
} law_floor;

static law_floor find_floor(const mix_univariate *own, const mix_law *law, size_t j, double overall,
                            const mix_maximize *how) {
    bool varies = overall > own->thinnest;
    law_floor floor = {fmax(own->thinnest, how->min_variance * overall),
                       varies ? MIX_FLOOR_DEGENERATE : MIX_FLOOR_NONE};
    if (how->steps != NULL && varies) {
        double step = mix_steps_at(how->steps, j, own->mean(law)) / own->unit(law);
        double recorded = how->steps->height * step * step;
        if (recorded > floor.least) {
            floor = (law_floor){recorded, MIX_FLOOR_STEP};
        }
    }
    return floor;
}

bool mix_univariate_obeys(const mix_univariate *own, const mix_law *law, size_t j, double overall,
                          const mix_maximize *how) {
    return own->dispersion(law) >= find_floor(own, law, j, overall, how).least * (1 - 1e-6);
}

unsigned char mix_univariate_hold(const mix_univariate *own, mix_law *law, size_t j, double overall,
                                  const mix_maximize *how) {
    unsigned char held = MIX_FLOOR_NONE;
    if (own->overall != NULL) { /* before a number is out of range, and the others mean something else */
        const law_floor floor = find_floor(own, law, j, overall, how);
        if (own->dispersion(law) < floor.least) {
            own->widen(law, floor.least);
            held = floor.kind;
        }
    }
    mix_univariate_clamp(own, law);
    return held;
}

/* Only the least that there is: what all rows are is not known here. */
bool mix_univariate_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    const mix_univariate *own = own_of(model->family);
    bool raised = false;
    (void)how;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++) {
        for (size_t j = 0; j < model->d; j++) {
            mix_law law = mix_univariate_law(model, c, j);
            mix_univariate_clamp(own, &law);
            if (own->overall != NULL && own->dispersion(&law) < own->thinnest * (1 - 1e-6)) {
                own->widen(&law, own->thinnest);
                raised = true;
            }
            mix_univariate_set(model, c, j, &law);
        }
    }
    return raised;
}

/* ---- As an exponential family -------------------------------------------------------------------------- */

size_t mix_univariate_feature_count(const mix_shape *shape) {
    return shape->d * own_of(shape->family)->features;
}

void mix_univariate_features(const mix_shape *shape, const mix_rows *rows, double *t) {
    const mix_univariate *own = own_of(shape->family);
    for (size_t j = 0; j < shape->d; j++) {
        const mix_law law = begin_law(shape, j);
        own->expand(&law, rows->count, rows->x + j * rows->stride, t + j * own->features * rows->stride,
                    rows->stride);
    }
}

mixture_status mix_univariate_natural(const mixture_model *model, size_t component, double *eta,
                                      double *log_partition, mixture_error *error) {
    const mix_univariate *own = own_of(model->family);
    mixture_status status = mix_univariate_check(model, component, error);
    *log_partition = 0;
    for (size_t j = 0; j < model->d && status == MIXTURE_OK; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        *log_partition += own->natural(&law, eta + j * own->features);
    }
    return status;
}

/* What a row has on average of its log density that the law decides. */
static double mean_log_density(const mix_univariate *own, const mix_law *law, const double *mean) {
    double eta[MIX_LAW_FEATURES], sum = -own->natural(law, eta);
    for (size_t i = 0; i < own->features; i++) {
        sum += eta[i] * mean[i];
    }
    return sum;
}

/* A step, and so the floor, is not the same along a column: where it makes more of a difference than the M-step
** gains the law stays as it was. */
static void stay_if_better(const mix_univariate *own, const mix_law *before, size_t j, const double *mean,
                           double overall, const mix_maximize *how, mix_law *law) {
    if (mix_univariate_obeys(own, before, j, overall, how) &&
        mean_log_density(own, before, mean) > mean_log_density(own, law, mean)) {
        *law = *before;
    }
}

unsigned char mix_univariate_solve(mixture_model *model, size_t component, const double *own_sums,
                                   const double *all, const mix_maximize *how, double *scratch) {
    const mix_univariate *own = own_of(model->family);
    unsigned char held = MIX_FLOOR_NONE;
    (void)scratch;
    for (size_t j = 0; j < model->d && own_sums[0] >= MIX_EMPTY; j++) {
        double mean[MIX_LAW_FEATURES], overall[MIX_LAW_FEATURES];
        const mix_law before = mix_univariate_law(model, component, j);
        mix_law law = before;
        for (size_t i = 0; i < own->features; i++) {
            mean[i] = own_sums[1 + j * own->features + i] / own_sums[0];
            overall[i] = all[1 + j * own->features + i] / all[0];
        }
        own->solve(&law, mean, overall);
        double dispersion = own->overall != NULL ? own->overall(overall) : 0;
        unsigned char now = mix_univariate_hold(own, &law, j, dispersion, how);
        if (now == MIX_FLOOR_STEP) {
            stay_if_better(own, &before, j, mean, dispersion, how, &law);
        }
        held = now > held ? now : held;
        mix_univariate_set(model, component, j, &law);
    }
    return held;
}

void mix_univariate_expect(const mixture_model *model, size_t component, double *t) {
    const mix_univariate *own = own_of(model->family);
    for (size_t j = 0; j < model->d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        own->expect(&law, t + j * own->features);
    }
}

/* Laws of a smaller dispersion are a difference of terms whose rounding is more than 1e-12. */
#define SHARP_LAW 1e-4

static bool is_sharp(const mixture_model *model, size_t component) {
    const mix_univariate *own = own_of(model->family);
    bool sharp = false;
    for (size_t j = 0; j < model->d && own->thinnest > 0 && !sharp; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        sharp = own->dispersion(&law) < SHARP_LAW;
    }
    return sharp;
}

void mix_univariate_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                double *scratch) {
    const mix_univariate *own = own_of(model->family);
    mix_exponential_log_density(model, rows, densities, scratch);
    for (size_t c = 0; c < model->k; c++) {
        double *density = densities + c * rows->stride;
        if (!is_sharp(model, c)) {
            continue;
        }
        for (size_t r = 0; r < rows->count; r++) {
            long double sum = 0;
            for (size_t j = 0; j < model->d; j++) {
                const mix_law law = mix_univariate_law(model, c, j);
                sum += own->log_density(&law, (long double)rows->x[j * rows->stride + r]);
            }
            density[r] = (double)fmaxl(sum, (long double)MIX_LOG_DENSITY_FLOOR);
        }
    }
}

const mix_kept mix_univariate_kept = {mix_univariate_feature_count, mix_univariate_features};
const mix_exponential mix_univariate_exponential = {.feature_count = mix_univariate_feature_count,
                                                    .features = mix_univariate_features,
                                                    .natural = mix_univariate_natural,
                                                    .solve = mix_univariate_solve,
                                                    .mean = mix_univariate_expect};

/* ---- Coordinates ------------------------------------------------------------------------------------------- */

static size_t coordinates_size(const mix_shape *shape) {
    return shape->d * own_of(shape->family)->parameters;
}

static void pack_laws(const mixture_model *model, size_t component, double *theta, double *scratch) {
    const mix_univariate *own = own_of(model->family);
    (void)scratch;
    for (size_t j = 0; j < model->d; j++, theta += own->parameters) {
        const mix_law law = mix_univariate_law(model, component, j);
        own->pack(&law, theta);
    }
}

static void unpack_laws(mixture_model *model, size_t component, const double *theta, double *scratch) {
    const mix_univariate *own = own_of(model->family);
    (void)scratch;
    for (size_t j = 0; j < model->d; j++, theta += own->parameters) {
        mix_law law = mix_univariate_law(model, component, j);
        own->unpack(&law, theta);
        mix_univariate_clamp(own, &law);
        mix_univariate_set(model, component, j, &law);
    }
}

static void measure_laws(const mix_shape *shape, const double *theta, const double *statistics,
                         double *information) {
    const mix_univariate *own = own_of(shape->family);
    for (size_t j = 0; j < shape->d; j++, theta += own->parameters, information += own->parameters) {
        mix_law law = begin_law(shape, j);
        own->unpack(&law, theta);
        mix_univariate_clamp(own, &law);
        own->information(&law, statistics != NULL ? statistics[0] : 1, information);
    }
}

const mix_coordinates mix_univariate_coordinates = {coordinates_size, pack_laws, unpack_laws, measure_laws};

/* ---- Clustering space ------------------------------------------------------------------------------------ */

void mix_univariate_scale(const mixture_data *data, size_t j, double *points) {
    double sum = 0, squares = 0;
    for (size_t row = 0; row < data->rows; row++) {
        sum += mix_data_weight(data, row) * points[row * data->d + j];
    }
    double mean = sum / data->total_weight;
    for (size_t row = 0; row < data->rows; row++) {
        double offset = points[row * data->d + j] -= mean;
        squares += mix_data_weight(data, row) * offset * offset;
    }
    double deviation = sqrt(squares / data->total_weight);
    for (size_t row = 0; row < data->rows && deviation > 0; row++) {
        points[row * data->d + j] /= deviation;
    }
}

bool mix_univariate_points(const mixture_data *data, double (*level)(double x), mix_features variant,
                           const mix_cancel *cancel, double *points) {
    for (size_t j = 0; j < data->d; j++) {
        for (size_t row = 0; row < data->rows; row++) {
            double x = mix_data_value(data, row, j);
            points[row * data->d + j] = variant == MIX_FEATURES_SCALED ? x : level(x);
        }
        mix_univariate_scale(data, j, points);
        if (mix_cancelled(cancel)) {
            return false;
        }
    }
    return true;
}

/* ---- Single rows ------------------------------------------------------------------------------------------- */

static size_t observed_size(const mix_shape *shape) {
    (void)shape;
    return 1;
}

static long double observed_log_density(const mixture_model *model, size_t component, const double *x,
                                        long double *scratch) {
    const mix_univariate *own = own_of(model->family);
    long double sum = 0;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        sum += isnan(x[j]) ? 0 : own->log_density(&law, (long double)x[j]);
    }
    return sum;
}

static void observed_conditional(const mixture_model *model, size_t component, const double *x, double *complete,
                                 long double *scratch) {
    const mix_univariate *own = own_of(model->family);
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        complete[j] = isnan(x[j]) ? own->mean(&law) : x[j];
    }
}

const mix_observed mix_univariate_observed = {observed_size, observed_log_density, observed_conditional};

/* ---- Sampling ---------------------------------------------------------------------------------------------- */

static void no_factors(const mixture_model *model, double *factors) {
    (void)model;
    (void)factors;
}

static void draw_laws(const mixture_model *model, size_t component, const double *factors, size_t trials,
                      mix_random *random, double *x) {
    const mix_univariate *own = own_of(model->family);
    (void)factors;
    (void)trials;
    for (size_t j = 0; j < model->d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        x[j] = own->draw(&law, random);
    }
}

const mix_sampling mix_univariate_sampling = {no_factors, draw_laws};

/* ---- One column --------------------------------------------------------------------------------------------- */

static void tails_of_law(const mixture_model *model, size_t component, double x, long double tails[2]) {
    const mix_law law = mix_univariate_law(model, component, 0);
    own_of(model->family)->tails(&law, (long double)x, tails);
}

const mix_conditional mix_univariate_conditional = {mix_family_pick, NULL};
const mix_distribution mix_univariate_distribution = {tails_of_law};

static double mean_of_law(const mixture_model *model, size_t component, size_t column) {
    const mix_law law = mix_univariate_law(model, component, column);
    return own_of(model->family)->mean(&law);
}

static double deviation_of_law(const mixture_model *model, size_t component, size_t column) {
    const mix_univariate *own = own_of(model->family);
    const mix_law law = mix_univariate_law(model, component, column);
    return own->deviation != NULL ? own->deviation(&law) : own->spread(&law);
}

const mix_column_moments mix_univariate_moments = {mean_of_law, deviation_of_law};
