/* extrapolate.c: SQUAREM, a squared step of extrapolation (Varadhan & Roland, Scandinavian Journal of Statistics
** 35 (2008) 335, scheme S3). theta0, theta1, theta2 are three successive models of EM in coordinates in which
** every point is a valid model, r = theta1 - theta0 and v = (theta2 - theta1) - r. Then
**
**     theta = theta0 - 2 alpha r + alpha^2 v,   alpha = -|r| / |v|
**
** where lengths are in units of the information of the complete data, so that nothing depends on the columns'
** units. alpha = -1 is theta2: a longer step than EM's is taken, or none. */
#include <math.h>
#include <string.h>

#include "coordinates.h"
#include "error.h"
#include "level.h"
#include "memory.h"
#include "model.h"
#include "pass.h"

/* Halvings of what a step goes beyond EM before it is given up, because no valid model is there. */
enum { HALVINGS = 10 };

/* Three points, the information of each coordinate, the point aimed at. */
typedef struct squared_step {
    size_t size;
    double *theta[3], *information, *target;
    double *memory, *scratch;
} squared_step;

static bool begin_step(squared_step *step, const mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = step->size = mix_coordinates_count(&shape, model->noisy);
    step->memory = mix_memory_array(5 * size, sizeof(double));
    step->scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    if (step->memory == NULL || step->scratch == NULL) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        step->theta[i] = step->memory + i * size;
    }
    step->information = step->memory + 3 * size;
    step->target = step->memory + 4 * size;
    return true;
}

static void clear_step(squared_step *step) {
    mix_memory_free(step->memory);
    mix_memory_free(step->scratch);
}

/* What one row is expected to say of each coordinate at the third model. */
static void find_information(squared_step *step, const mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = 1 + model->family->coordinates->size(&shape);
    for (size_t c = 0; c < model->k; c++) {
        double *own = step->information + c * size;
        model->family->coordinates->information(&shape, step->theta[2] + c * size + 1, NULL, own + 1);
        own[0] = 1;
        for (size_t i = 0; i < size; i++) {
            own[i] *= model->weights[c];
        }
    }
    if (model->noisy) {
        step->information[step->size - 1] = model->noise;
    }
}

/* The length of the step, at least 1; 1: no further than EM. */
static double find_length(const squared_step *step) {
    double r_length = 0, v_length = 0;
    for (size_t i = 0; i < step->size; i++) {
        double r = step->theta[1][i] - step->theta[0][i], v = step->theta[2][i] - step->theta[1][i] - r;
        r_length += step->information[i] * r * r;
        v_length += step->information[i] * v * v;
    }
    double length = sqrt(r_length / v_length);
    return isfinite(length) && length > 1 ? length : 1;
}

static void aim_at(const squared_step *step, double length) {
    for (size_t i = 0; i < step->size; i++) {
        double first = step->theta[0][i], r = step->theta[1][i] - first;
        double v = step->theta[2][i] - step->theta[1][i] - r;
        step->target[i] = first + 2 * length * r + length * length * v;
    }
}

/* The variances of all columns under the model, which the floor is relative to. */
static void find_variances(const mixture_model *model, double *variance) {
    const mix_column_moments *moments = model->family->moments;
    for (size_t j = 0; moments != NULL && j < model->d; j++) {
        double mean = 0, square = 0, total = 0, origin = moments->mean(model, 0, j);
        for (size_t c = 0; c < model->k; c++) {
            double offset = moments->mean(model, c, j) - origin, deviation = moments->deviation(model, c, j);
            total += model->weights[c];
            mean += model->weights[c] * offset;
            square += model->weights[c] * (deviation * deviation + offset * offset);
        }
        mean /= total;
        square = square / total - mean * mean;
        variance[j] = square > 0 && isfinite(square) ? square : 1;
    }
}

/* Make the model the one at the target. False: none is there, and it is as it was. */
static bool arrive_at(const squared_step *step, mixture_model *model, const mixture_model *saved,
                      const mix_pass_how *pass) {
    mix_coordinates_unpack(model, step->target, model->equal_weights, step->scratch);
    if (!model->family->constrain(model, &pass->how, step->scratch) &&
        mixture_model_prepare(model, NULL) == MIXTURE_OK) {
        return true;
    }
    mix_model_copy(model, saved);
    return false;
}

/* What was known of the third model is not known of the new one, but for how many steps led there. */
static void forget_rows(mixture_model *model) {
    model->fitted = model->stepped = model->converged = false;
    model->trace_count = 0;
}

/* ---- Whether there are three points ------------------------------------------------------------------------- */

static bool same_levels(const mixture_model *model, const mixture_model *other, size_t j) {
    const mix_level *own = mix_family_levels(model->family, j), *their = mix_family_levels(other->family, j);
    size_t count = mix_family_level_count(model->family, j);
    bool same = count == mix_family_level_count(other->family, j) && (own == NULL) == (their == NULL);
    for (size_t l = 0; l < count && same && own != NULL; l++) {
        same = mix_level_compare(&own[l], &their[l]) == 0;
    }
    return same;
}

/* Whether the columns of mixed models are of the same parts and levels. */
static bool same_parts(const mixture_model *model, const mixture_model *other) {
    const mixture_parts *parts = model->family->parts, *others = other->family->parts;
    bool same = (parts != NULL) == (others != NULL) && (parts == NULL || parts->count == others->count);
    for (size_t p = 0; same && parts != NULL && p < parts->count; p++) {
        same = parts->part[p].family == others->part[p].family && parts->part[p].d == others->part[p].d &&
               parts->part[p].structure == others->part[p].structure;
    }
    for (size_t j = 0; same && parts != NULL && j < model->d; j++) {
        same = parts->place[j] == others->place[j] && same_levels(model, other, j);
    }
    return same;
}

static mixture_status check_alike(const mixture_model *model, const mixture_model *third, int number,
                                  mixture_error *error) {
    bool same = strcmp(model->family->name, third->family->name) == 0 && model->k == third->k &&
                model->d == third->d && model->structure == third->structure && model->noisy == third->noisy &&
                model->equal_weights == third->equal_weights && same_parts(model, third);
    return same
               ? MIXTURE_OK
               : mix_error_invalid(error,
                                   "model %d is %s of %zu components and %zu columns, and not like model 3, %s of "
                                   "%zu and %zu; expected three successive models of EM",
                                   number, model->family->name, model->k, model->d, third->family->name, third->k,
                                   third->d);
}

/* ---- All ---------------------------------------------------------------------------------------------------- */

mixture_status mix_pass_extrapolate(const mixture_model *first, const mixture_model *second, mixture_model *third,
                                    const mix_cancel *cancel, mixture_error *error) {
    const mixture_model *const models[] = {first, second, third};
    const mix_shape shape = mix_shape_of(third);
    squared_step step = {0};
    mix_pass_how pass = {.memory = NULL};
    bool known = third->family->coordinates != NULL;
    for (int i = 0; i < 2; i++) {
        if (check_alike(models[i], third, i + 1, error) != MIXTURE_OK) {
            return MIXTURE_INVALID;
        }
    }
    if (!known) {
        return MIXTURE_OK;
    }
    mixture_model *saved = mix_model_new(&shape);
    if (saved == NULL || !begin_step(&step, third) || !mix_pass_how_begin(&pass, third, third->n, cancel)) {
        known = false;
        (void)mix_error_status(error, MIXTURE_NOMEM);
    }
    mixture_status status = known ? MIXTURE_OK : MIXTURE_NOMEM;
    for (size_t i = 0; i < 3 && known; i++) {
        known = mix_coordinates_pack(models[i], step.theta[i], step.scratch);
    }
    if (known) {
        find_information(&step, third);
        find_variances(third, pass.memory);
        mix_model_copy(saved, third);
        double length = find_length(&step);
        bool arrived = false;
        third->cancel = cancel;
        for (int i = 0; i < HALVINGS && length > 1 && !arrived && !mix_cancelled(cancel); i++) {
            aim_at(&step, length);
            arrived = arrive_at(&step, third, saved, &pass);
            length = 1 + (length - 1) / 2;
        }
        third->cancel = NULL;
        if (arrived) {
            forget_rows(third);
        }
        status = mix_error_status(error, mix_cancelled(cancel) ? MIXTURE_CANCELLED : MIXTURE_OK);
    }
    mixture_model_free(saved);
    clear_step(&step);
    mix_pass_how_clear(&pass);
    return status;
}

mixture_status mixture_extrapolate(const mixture_model *first, const mixture_model *second, mixture_model *third,
                                   mixture_error *error) {
    mixture_error own = {MIXTURE_OK, ""};
    return mix_pass_extrapolate(first, second, third, NULL, error != NULL ? error : &own);
}
