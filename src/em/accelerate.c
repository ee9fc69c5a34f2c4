/* accelerate.c: a quasi-Newton method in the few directions in which EM has been moving.
**
** theta are the model's coordinates (log weights and what the family packs, in which every point is a valid
** model), g(theta) those after an EM map, and f = g(theta) - theta. In units of the information of the complete
** data, f is to first order the gradient of the log-likelihood and minus its Hessian is 1 - J, J the Jacobian
** of g: symmetric, its eigenvalues the shares of the information that are observed (Dempster, Laird & Rubin,
** JRSS B 39 (1977) 1, section 3). Where little is observed EM is slow.
**
** The last iterates show 1 - J along their differences: (1 - J) dtheta = -df. With Q an orthonormal basis of
** these and R = (1 - J) Q, A = Q'R is the Hessian there, and the next iterate is the EM step plus what Newton's
** step makes of it within Q,
**     theta + f + (Q - R) y,   A y = Q'f.
** This is Anderson mixing (Walker & Ni, SIAM Journal on Numerical Analysis 49 (2011) 1715), its equations
** projected on Q instead of solved by least squares, as in conjugate gradients on EM (Jamshidian & Jennrich,
** JASA 88 (1993) 221): so it climbs the log-likelihood instead of seeking any point where f = 0. For the same
** reason A is made symmetric and its eigenvalues positive: a saddle is left, not found. It costs no map of its
** own. */
#include "accelerate.h"

#include <math.h>
#include <string.h>

#include "coordinates.h"
#include "linalg.h"
#include "memory.h"
#include "model.h"
#include "statistics.h"
#include "two.h"

/* Beside each what bench/thresholds.sh sees at other values: EM maps more or fewer, in all and where EM is slow
** (bench/convergence.sh). Whatever changes the way sends some 90 of 5,000 fits to lower places and as many to
** higher ones; that is left out. */

/* A sequence is slow when a map raises the log-likelihood by at least this share of the rise before. 0: as many
** maps; 0.95: 14 % more. */
#define SLOW 0.5
/* A difference adds a direction when this share of its square is outside those of newer ones. 0: 3 % more maps,
** where EM is slow 32 %; 0.3: as many, 11 % more. */
#define NEW_DIRECTION 0.01
/* Eigenvalues of A are taken for at least the bound; it falls as jumps succeed and rises when one fails. First 0.5
** or 0.01: within 3 % of the maps (0.1: but for one fit). Least 1e-12: 1 % more where EM is slow; 1e-2: 17 %.
** Factor 4: as many, where EM is slow 7 % more; 1.2: 8 % and 1 %. */
#define FIRST_BOUND 1.0
#define LEAST_BOUND 1e-6
#define BOUND_FACTOR 2.0
enum {
    /* Plain ones, before a sequence is called slow. 1: 2 % fewer; 24: 16 % more, and 236 fits lower, 57 higher. */
    PLAIN_MAPS = 8,
    /* 2: 2 % fewer, where EM is slow 2.9 times as many; 5, 20: within 2 %. */
    DIRECTIONS = 10,
    DIRECTIONS_BYTES = 1 << 26, /* which large models have for fewer directions, at least two */
    LONGEST_PAUSE = 8           /* 0: where EM is slow 3 % fewer maps; 64: 6 % more */
};

/* One point: coordinates and what a map adds to them. */
typedef struct point {
    double *theta, *f;
} point;

struct mix_accelerate {
    size_t size;       /* coordinates */
    size_t directions; /* at most */
    point current, last;
    double *theta[DIRECTIONS], *f[DIRECTIONS]; /* differences between points, a ring */
    size_t held, next;                         /* differences there; place of the next one */
    double *q[DIRECTIONS], *r[DIRECTIONS];     /* columns of Q and R, in units of the information */
    double *unit;                              /* root of the information of each coordinate */
    double *target;
    mixture_model *saved; /* g(theta), while a jump is tried */
    long maps;
    double rise;
    bool slow;              /* from now on points are noted */
    bool known, last_known; /* whether current and last are */
    bool jumped;            /* the model is where a jump led */
    double bound;
    int pause, next_pause; /* maps to let pass now, and after the next failure */
    double *memory;        /* of all arrays */
};

mix_accelerate *mix_accelerate_new(const mix_shape *shape, bool noisy) {
    mix_accelerate *accelerate = mix_memory_zeros(1, sizeof *accelerate);
    if (accelerate == NULL) {
        return NULL;
    }
    size_t size = accelerate->size = mix_coordinates_count(shape, noisy);
    accelerate->saved = mix_model_new(shape);
    size_t most = DIRECTIONS_BYTES / sizeof(double) / (4 * size);
    accelerate->directions = most < 2 ? 2 : most > DIRECTIONS ? DIRECTIONS : most;
    double *next = accelerate->memory = mix_memory_array(6 + 4 * accelerate->directions, size * sizeof(double));
    if (accelerate->saved == NULL || accelerate->memory == NULL) {
        mix_accelerate_free(accelerate);
        return NULL;
    }
    double **single[] = {&accelerate->current.theta, &accelerate->current.f, &accelerate->last.theta,
                         &accelerate->last.f,        &accelerate->unit,      &accelerate->target};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++, next += size) {
        *single[i] = next;
    }
    for (size_t i = 0; i < accelerate->directions; i++, next += 4 * size) {
        accelerate->theta[i] = next;
        accelerate->f[i] = next + size;
        accelerate->q[i] = next + 2 * size;
        accelerate->r[i] = next + 3 * size;
    }
    mix_accelerate_reset(accelerate);
    return accelerate;
}

void mix_accelerate_free(mix_accelerate *accelerate) {
    if (accelerate != NULL) {
        mixture_model_free(accelerate->saved);
        mix_memory_free(accelerate->memory);
        mix_memory_free(accelerate);
    }
}

/* What was learned about the map is of no use any more. */
static void forget(mix_accelerate *accelerate) {
    accelerate->held = accelerate->next = 0;
    accelerate->known = accelerate->last_known = false;
}

void mix_accelerate_reset(mix_accelerate *accelerate) {
    if (accelerate == NULL) {
        return;
    }
    forget(accelerate);
    accelerate->maps = 0;
    accelerate->rise = INFINITY;
    accelerate->slow = accelerate->jumped = false;
    accelerate->bound = FIRST_BOUND;
    accelerate->pause = accelerate->next_pause = 0;
}

/* Roots of the information of each coordinate at the current point. */
static void measure(mix_accelerate *accelerate, const mixture_model *model, const double *statistics) {
    const mix_coordinates *coordinates = model->family->coordinates;
    const mix_shape shape = mix_shape_of(model);
    size_t size = 1 + coordinates->size(&shape);
    const double *own = statistics + MIX_TOTALS;
    double most = 0, rows = 0; /* of the components */
    for (size_t c = 0; c < model->k; c++, own += model->family->statistics_size(&shape)) {
        double *unit = accelerate->unit + c * size;
        unit[0] = own[0];
        rows += own[0];
        coordinates->information(&shape, accelerate->current.theta + c * size + 1, own, unit + 1);
    }
    if (model->noisy) {
        accelerate->unit[accelerate->size - 1] = fmax(statistics[MIX_TOTAL_WEIGHT] - rows, 0);
    }
    for (size_t i = 0; i < accelerate->size; i++) {
        most = fmax(most, accelerate->unit[i]);
    }
    for (size_t i = 0; i < accelerate->size; i++) {
        accelerate->unit[i] = sqrt(fmax(accelerate->unit[i], 1e-30 * most)); /* > 0: to be divided by */
    }
}

/* ---- The quadratic model of the log-likelihood -------------------------------------------------------------- */

static double dot(size_t size, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

static void add_multiple(size_t size, double *to, double factor, const double *what) {
    size_t i = 0;
    for (; i + 2 <= size; i += 2) {
        mix_two_store(to + i, mix_two_load(to + i) + factor * mix_two_load(what + i));
    }
    if (i < size) {
        to[i] += factor * what[i];
    }
}

/* to[i] = factor unit[i] what[i]. */
static void set_product(size_t size, double *to, double factor, const double *unit, const double *what) {
    size_t i = 0;
    for (; i + 2 <= size; i += 2) {
        mix_two_store(to + i, factor * mix_two_load(unit + i) * mix_two_load(what + i));
    }
    if (i < size) {
        to[i] = factor * unit[i] * what[i];
    }
}

static void divide(size_t size, double *x, double by) {
    size_t i = 0;
    for (; i + 2 <= size; i += 2) {
        mix_two_store(x + i, mix_two_load(x + i) / by);
    }
    if (i < size) {
        x[i] /= by;
    }
}

/* Q and R from the differences, newest first; how many columns. */
static size_t find_directions(mix_accelerate *accelerate) {
    size_t size = accelerate->size, count = 0;
    for (size_t age = 1; age <= accelerate->held; age++) {
        size_t from = (accelerate->next + accelerate->directions - age) % accelerate->directions;
        double *q = accelerate->q[count], *r = accelerate->r[count];
        set_product(size, q, 1, accelerate->unit, accelerate->theta[from]);
        set_product(size, r, -1, accelerate->unit, accelerate->f[from]);
        double whole = dot(size, q, q);
        for (size_t p = 0; p < count; p++) {
            double share = dot(size, accelerate->q[p], q);
            add_multiple(size, q, -share, accelerate->q[p]);
            add_multiple(size, r, -share, accelerate->r[p]);
        }
        double rest = dot(size, q, q);
        if (rest > NEW_DIRECTION * whole) {
            double length = sqrt(rest);
            divide(size, q, length);
            divide(size, r, length);
            count++;
        }
    }
    return count;
}

/* (a'b + c'd) / 2. */
static double mean_dot(size_t size, const double *a, const double *b, const double *c, const double *d) {
    double first = 0, second = 0;
    for (size_t i = 0; i < size; i++) {
        first += a[i] * b[i];
        second += c[i] * d[i];
    }
    return (first + second) / 2;
}

/* y of A y = right, if no eigenvalue of A is below the bound: then that is all there is to do. */
static bool solve_definite(size_t count, const double *a, double bound, const double *right, double *y) {
    double shifted[DIRECTIONS * DIRECTIONS] = {0}, factor[DIRECTIONS * (DIRECTIONS + 1) / 2];
    for (size_t i = 0; i < count * count; i++) {
        shifted[i] = i % (count + 1) == 0 ? a[i] - bound : a[i];
    }
    if (!mix_linalg_cholesky(count, shifted, 0, factor) || !mix_linalg_cholesky(count, a, 0, factor)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        y[i] = right[i];
        for (size_t j = 0; j < i; j++) {
            y[i] -= factor[mix_linalg_at(i, j)] * y[j];
        }
        y[i] /= factor[mix_linalg_at(i, i)];
    }
    for (size_t i = count; i-- > 0;) {
        for (size_t j = i + 1; j < count; j++) {
            y[i] -= factor[mix_linalg_at(j, i)] * y[j];
        }
        y[i] /= factor[mix_linalg_at(i, i)];
    }
    return true;
}

/* y of A y = Q'f, its eigenvalues made positive and not too small. `f` in units of the information. */
static void solve_newton(const mix_accelerate *accelerate, size_t count, const double *f, double *y) {
    double a[DIRECTIONS * DIRECTIONS], values[DIRECTIONS], vectors[DIRECTIONS * DIRECTIONS], right[DIRECTIONS];
    for (size_t i = 0; i < count; i++) {
        right[i] = dot(accelerate->size, accelerate->q[i], f);
        for (size_t j = 0; j <= i; j++) {
            a[i * count + j] = a[j * count + i] =
                mean_dot(accelerate->size, accelerate->q[i], accelerate->r[j], accelerate->q[j], accelerate->r[i]);
        }
        y[i] = 0;
    }
    if (solve_definite(count, a, accelerate->bound, right, y)) {
        return;
    }
    mix_linalg_eigen(count, a, values, vectors);
    for (size_t p = 0; p < count; p++) {
        double along = 0;
        for (size_t i = 0; i < count; i++) {
            along += vectors[i * count + p] * right[i];
        }
        along /= fmax(fabs(values[p]), accelerate->bound);
        for (size_t i = 0; i < count; i++) {
            y[i] += vectors[i * count + p] * along;
        }
    }
}

/* Where to go, into target; false when nothing is known but the EM step. */
static bool aim(mix_accelerate *accelerate) {
    size_t size = accelerate->size, count = find_directions(accelerate);
    double y[DIRECTIONS], *target = accelerate->target;
    if (count == 0) {
        return false;
    }
    set_product(size, target, 1, accelerate->unit, accelerate->current.f);
    solve_newton(accelerate, count, target, y);
    for (size_t p = 0; p < count; p++) {
        add_multiple(size, target, y[p], accelerate->q[p]);
        add_multiple(size, target, -y[p], accelerate->r[p]);
    }
    for (size_t i = 0; i < size; i++) {
        target[i] = accelerate->current.theta[i] + target[i] / accelerate->unit[i];
    }
    return true;
}

/* ---- Along the sequence ------------------------------------------------------------------------------------ */

void mix_accelerate_depart(mix_accelerate *accelerate, const mixture_model *model, double rise, double *scratch) {
    if (accelerate == NULL) {
        return;
    }
    if (accelerate->jumped) {
        accelerate->bound = fmax(accelerate->bound / BOUND_FACTOR, LEAST_BOUND);
        accelerate->next_pause = 0;
    }
    accelerate->jumped = false;
    accelerate->slow = accelerate->slow || (accelerate->maps >= PLAIN_MAPS && rise > SLOW * accelerate->rise);
    accelerate->rise = rise;
    accelerate->maps++;
    point last = accelerate->last;
    accelerate->last = accelerate->current;
    accelerate->current = last;
    accelerate->last_known = accelerate->known;
    accelerate->known = accelerate->slow && mix_coordinates_pack(model, accelerate->current.theta, scratch);
}

void mix_accelerate_arrive(mix_accelerate *accelerate, const mixture_model *model, double *scratch) {
    if (accelerate == NULL) {
        return;
    }
    double *theta = accelerate->current.theta, *f = accelerate->current.f;
    if (!accelerate->known || !mix_coordinates_pack(model, f, scratch)) {
        forget(accelerate);
        return;
    }
    add_multiple(accelerate->size, f, -1, theta);
    if (accelerate->last_known) {
        size_t bytes = accelerate->size * sizeof(double), place = accelerate->next;
        memcpy(accelerate->theta[place], theta, bytes);
        memcpy(accelerate->f[place], f, bytes);
        add_multiple(accelerate->size, accelerate->theta[place], -1, accelerate->last.theta);
        add_multiple(accelerate->size, accelerate->f[place], -1, accelerate->last.f);
        accelerate->next = (place + 1) % accelerate->directions;
        accelerate->held += accelerate->held < accelerate->directions;
    }
}

bool mix_accelerate_jump(mix_accelerate *accelerate, mixture_model *model, const double *statistics,
                         const mix_maximize *how, double *scratch) {
    if (accelerate == NULL || !accelerate->known) {
        return false;
    }
    if (accelerate->pause > 0) {
        accelerate->pause--;
        return false;
    }
    measure(accelerate, model, statistics);
    if (!aim(accelerate)) {
        return false;
    }
    mix_model_copy(accelerate->saved, model);
    mix_coordinates_unpack(model, accelerate->target, how->equal_weights, scratch);
    /* A structure does not survive unless it is restored; the floor may be passed. */
    if (model->family->constrain(model, how, scratch) || mixture_model_prepare(model, NULL) != MIXTURE_OK) {
        mix_accelerate_undo(accelerate, model);
        return false;
    }
    accelerate->jumped = true;
    return true;
}

/* Begin again, more careful, and the later the more often in a row this happens. */
void mix_accelerate_undo(mix_accelerate *accelerate, mixture_model *model) {
    mix_model_copy(model, accelerate->saved);
    accelerate->held = accelerate->next = 0;
    accelerate->bound = fmin(accelerate->bound * BOUND_FACTOR, 1);
    accelerate->jumped = false;
    accelerate->pause = accelerate->next_pause;
    accelerate->next_pause = 2 * accelerate->next_pause + 1;
    accelerate->next_pause = accelerate->next_pause < LONGEST_PAUSE ? accelerate->next_pause : LONGEST_PAUSE;
}
