/* contour.c: marching squares (W. E. Lorensen and H. E. Cline's marching cubes, Computer Graphics 21 (1987) 163,
** in the plane). First every edge between neighboring nodes that crosses the level gets a vertex; then every cell
** joins the vertices of its edges, so that a vertex has at most two neighbors; last the chains are followed. */
#include "contour.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "extent.h"
#include "family.h"
#include "memory.h"

enum { NO_CROSSING = -1 };

typedef struct vertex {
    double x, y;
    int32_t neighbors[2];
} vertex;

typedef struct tracer {
    const mix_field *field;
    const mix_scorer *scorer;
    double log_level;
    int32_t *edges[2]; /* vertex of the edge from node j * nx + i to the right, or upward; NO_CROSSING */
    vertex *vertices;
    size_t count, room;
    mix_turns turns;
} tracer;

/* Log density at x, above the level. */
static double over_level(tracer *t, const double x[2]) {
    (void)mix_turns_over(&t->turns, mix_scorer_work(t->scorer));
    return mix_scorer_log_density(t->scorer, x) - t->log_level;
}

static bool above(const tracer *t, size_t node) {
    return t->field->log_density[node] >= t->log_level;
}

/* ---- Vertices ------------------------------------------------------------------------------------------ */

/* Where the log density along a segment is the level: the Illinois variant of regula falsi (M. Dowell and P.
** Jarratt, BIT 11 (1971) 168), which keeps the root between its ends. low and high: the values at 0 and 1 less the
** level, of different sign. */
static void find_root(tracer *t, const double from[2], const double to[2], double low, double high, double x[2]) {
    double a = 0, b = 1;
    int side = 0; /* the end that was moved last: twice the same, and the other one's value is halved */
    for (int i = 0; i < 60 && !t->turns.over; i++) {
        bool infinite = !isfinite(low) || !isfinite(high);
        double u = infinite ? (a + b) / 2 : (a * high - b * low) / (high - low);
        u = u > a && u < b ? u : (a + b) / 2;
        x[0] = from[0] * (1 - u) + to[0] * u;
        x[1] = from[1] * (1 - u) + to[1] * u;
        double value = over_level(t, x);
        if (fabs(value) < 1e-10 || !(u > a && u < b)) {
            break;
        }
        if ((value < 0) == (low < 0)) {
            a = u;
            low = value;
            high = side < 0 ? high / 2 : high;
            side = -1;
        } else {
            b = u;
            high = value;
            low = side > 0 ? low / 2 : low;
            side = 1;
        }
    }
}

static mixture_status add_vertex(tracer *t, size_t i, size_t j, bool upward) {
    const mix_field *field = t->field;
    size_t node = j * field->nx + i, other = upward ? node + field->nx : node + 1;
    if (above(t, node) == above(t, other)) {
        return MIXTURE_OK;
    }
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 256;
        vertex *grown = t->room > 0 ? mix_memory_resize(t->vertices, room, sizeof *grown)
                                    : mix_memory_array(room, sizeof *grown);
        if (grown == NULL || room > INT32_MAX) {
            t->vertices = grown != NULL ? grown : t->vertices;
            return MIXTURE_NOMEM;
        }
        t->vertices = grown;
        t->room = room;
    }
    const double from[2] = {field->x[i], field->y[j]};
    const double to[2] = {field->x[upward ? i : i + 1], field->y[upward ? j + 1 : j]};
    double x[2];
    find_root(t, from, to, field->log_density[node] - t->log_level, field->log_density[other] - t->log_level, x);
    t->edges[upward][node] = (int32_t)t->count;
    t->vertices[t->count++] = (vertex){x[0], x[1], {NO_CROSSING, NO_CROSSING}};
    return MIXTURE_OK;
}

static mixture_status find_vertices(tracer *t) {
    size_t nx = t->field->nx, ny = t->field->ny;
    mixture_status status = MIXTURE_OK;
    for (size_t j = 0; j < ny && status == MIXTURE_OK; j++) {
        for (size_t i = 0; i < nx && status == MIXTURE_OK; i++) {
            t->edges[0][j * nx + i] = t->edges[1][j * nx + i] = NO_CROSSING;
            status = i + 1 < nx ? add_vertex(t, i, j, false) : MIXTURE_OK;
            if (status == MIXTURE_OK && j + 1 < ny) {
                status = add_vertex(t, i, j, true);
            }
        }
        if (status == MIXTURE_OK && t->turns.over) {
            status = MIXTURE_CANCELLED;
        }
    }
    return status;
}

/* ---- Chains -------------------------------------------------------------------------------------------- */

static void join(tracer *t, int32_t a, int32_t b) {
    t->vertices[a].neighbors[t->vertices[a].neighbors[0] != NO_CROSSING] = b;
    t->vertices[b].neighbors[t->vertices[b].neighbors[0] != NO_CROSSING] = a;
}

/* Join the vertices on the edges of the cell right of and above node (i, j): none, two, or four at a saddle, where
** the density in the middle says which corners hang together. */
static void join_cell(tracer *t, size_t i, size_t j) {
    const mix_field *field = t->field;
    size_t node = j * field->nx + i;
    int32_t bottom = t->edges[0][node], top = t->edges[0][node + field->nx];
    int32_t left = t->edges[1][node], right = t->edges[1][node + 1];
    int32_t found[4], count = 0;
    const int32_t around[4] = {bottom, right, top, left};
    for (int e = 0; e < 4; e++) {
        if (around[e] != NO_CROSSING) {
            found[count++] = around[e];
        }
    }
    if (count == 2) {
        join(t, found[0], found[1]);
    } else if (count == 4) {
        double middle[2] = {field->x[i] / 2 + field->x[i + 1] / 2, field->y[j] / 2 + field->y[j + 1] / 2};
        bool inside = over_level(t, middle) >= 0;
        if (inside == above(t, node)) { /* the corner at the node hangs together with the opposite one */
            join(t, bottom, right);
            join(t, top, left);
        } else {
            join(t, bottom, left);
            join(t, top, right);
        }
    }
}

/* The vertices of the chain that begins at `first`, which are taken out of the tracer. */
static void follow(tracer *t, int32_t first, mix_contour *contour) {
    int32_t at = first, before = NO_CROSSING;
    bool closed = false;
    contour->start[contour->path_count] = contour->count;
    for (;;) {
        vertex *v = &t->vertices[at];
        contour->x[contour->count] = v->x;
        contour->y[contour->count++] = v->y;
        int32_t next = v->neighbors[0] != before ? v->neighbors[0] : v->neighbors[1];
        v->x = NAN; /* done */
        if (next == NO_CROSSING || isnan(t->vertices[next].x)) {
            closed = next != NO_CROSSING;
            break;
        }
        before = at;
        at = next;
    }
    contour->closed[contour->path_count++] = closed;
    contour->start[contour->path_count] = contour->count;
}

static mixture_status collect(tracer *t, mix_contour *contour) {
    contour->x = mix_memory_array(t->count, sizeof(double));
    contour->y = mix_memory_array(t->count, sizeof(double));
    contour->start = mix_memory_zeros(t->count + 1, sizeof *contour->start);
    contour->closed = mix_memory_array(t->count, sizeof *contour->closed);
    if (contour->x == NULL || contour->y == NULL || contour->start == NULL || contour->closed == NULL) {
        return MIXTURE_NOMEM;
    }
    for (int ends = 1; ends >= 0; ends--) { /* chains with ends, at the border, from one end; then rings */
        for (size_t v = 0; v < t->count; v++) {
            bool end = t->vertices[v].neighbors[1] == NO_CROSSING;
            if (!isnan(t->vertices[v].x) && end == (ends == 1)) {
                follow(t, (int32_t)v, contour);
            }
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_contour_trace(const mix_field *field, const mix_scorer *scorer, double log_level,
                                 const mix_cancel *cancel, mix_contour *contour) {
    size_t nodes = field->nx * field->ny;
    tracer t = {.field = field, .scorer = scorer, .log_level = log_level, .turns = {.cancel = cancel}};
    t.edges[0] = mix_memory_array(nodes, sizeof **t.edges);
    t.edges[1] = mix_memory_array(nodes, sizeof **t.edges);
    mixture_status status = t.edges[0] != NULL && t.edges[1] != NULL ? find_vertices(&t) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        for (size_t j = 0; j + 1 < field->ny; j++) {
            for (size_t i = 0; i + 1 < field->nx && !t.turns.over; i++) {
                join_cell(&t, i, j);
            }
        }
        status = t.turns.over ? MIXTURE_CANCELLED : collect(&t, contour);
    }
    mix_memory_free(t.edges[0]);
    mix_memory_free(t.edges[1]);
    mix_memory_free(t.vertices);
    return status;
}

/* ---- Ridges ---------------------------------------------------------------------------------------------- */

enum { RAYS = 128, RAY_STEPS = 8, LEAST_VERTICES = 3 };

/* Distance of the lines around x. */
static double spacing_at(const double *lines, size_t count, double x) {
    size_t i = 1;
    while (i + 1 < count && lines[i] < x) {
        i++;
    }
    return lines[i] - lines[i - 1];
}

/* Whether the component may lie between the lines of the field, because it is narrower than they are apart. */
static bool falls_through(const mix_field *field, const mixture_model *model, size_t c) {
    const mix_geometry *geometry = model->family->geometry;
    return spacing_at(field->x, field->nx, mix_extent_mean(model, c, 0)) >
               geometry->conditional_deviation(model, c, 0) &&
           spacing_at(field->y, field->ny, mix_extent_mean(model, c, 1)) >
               geometry->conditional_deviation(model, c, 1);
}

/* Room for the paths of one component. */
static mixture_status extend(mix_contour *contour) {
    size_t count = contour->count + RAYS, path_count = contour->path_count + RAYS / LEAST_VERTICES;
    double *x = mix_memory_resize(contour->x, count, sizeof *x);
    contour->x = x != NULL ? x : contour->x;
    double *y = mix_memory_resize(contour->y, count, sizeof *y);
    contour->y = y != NULL ? y : contour->y;
    size_t *start = mix_memory_resize(contour->start, path_count + 1, sizeof *start);
    contour->start = start != NULL ? start : contour->start;
    bool *closed = mix_memory_resize(contour->closed, path_count, sizeof *closed);
    contour->closed = closed != NULL ? closed : contour->closed;
    return x != NULL && y != NULL && start != NULL && closed != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

/* Where ray i from the component's mean leaves the region above the level first. False when that is nowhere within
** `radius`: where the ray leaves the region of another component. */
static bool cross_ray(tracer *t, size_t c, size_t i, double radius, double inside, double x[2]) {
    const mixture_model *model = t->scorer->model;
    double from[2] = {mix_extent_mean(model, c, 0), mix_extent_mean(model, c, 1)}, to[2];
    for (int s = 1; s <= RAY_STEPS; s++) {
        mix_extent_outline_at(model, c, radius * s / RAY_STEPS, i, RAYS, &to[0], &to[1]);
        double value = over_level(t, to);
        if (value < 0) {
            find_root(t, from, to, inside, value, x);
            return true;
        }
        memcpy(from, to, sizeof to);
        inside = value;
    }
    return false;
}

/* What was added since `first` is a path; or too little for one, and dropped. */
static void end_path(mix_contour *contour, size_t first) {
    if (contour->count - first < LEAST_VERTICES) {
        contour->count = first;
        return;
    }
    contour->closed[contour->path_count++] = true;
    contour->start[contour->path_count] = contour->count;
}

/* Around a component that falls through the field the level is looked for from its mean outward, in directions
** in which its own ellipses are circles, as far as the component makes a difference. Neighboring rays that find
** it are a path, which a line across the ridge closes, shorter than what the field can show: nothing is drawn
** along rays that end in the region of a wider component. */
static mixture_status trace_ridge(tracer *t, size_t c, mix_contour *contour) {
    const mix_scorer *scorer = t->scorer;
    const double mean[2] = {mix_extent_mean(scorer->model, c, 0), mix_extent_mean(scorer->model, c, 1)};
    double inside = over_level(t, mean);
    double radius = mix_field_radius(scorer->model, t->log_level, c) * (1 + 1e-6);
    if (!(inside > 0 && radius > 0)) {
        return MIXTURE_OK;
    }
    double crossings[RAYS][2];
    bool found[RAYS];
    size_t begin = 0; /* behind a ray that found nothing, so that no path is cut in two */
    for (size_t i = 0; i < RAYS && !t->turns.over; i++) {
        found[i] = cross_ray(t, c, i, radius, inside, crossings[i]);
        begin = found[i] ? begin : i;
    }
    if (t->turns.over || extend(contour) != MIXTURE_OK) {
        return t->turns.over ? MIXTURE_CANCELLED : MIXTURE_NOMEM;
    }
    size_t first = contour->count;
    for (size_t i = 0; i < RAYS; i++) {
        const double *x = crossings[(begin + i) % RAYS];
        if (found[(begin + i) % RAYS]) {
            contour->x[contour->count] = x[0];
            contour->y[contour->count++] = x[1];
        } else {
            end_path(contour, first);
            first = contour->count;
        }
    }
    end_path(contour, first);
    return MIXTURE_OK;
}

static mixture_status trace_ridges(const mix_field *field, const mix_scorer *scorer, double log_level,
                                   const mix_cancel *cancel, mix_contour *contour) {
    tracer t = {.scorer = scorer, .log_level = log_level, .turns = {.cancel = cancel}};
    mixture_status status = MIXTURE_OK;
    for (size_t c = 0; c < scorer->model->k && status == MIXTURE_OK; c++) {
        if (falls_through(field, scorer->model, c)) {
            status = trace_ridge(&t, c, contour);
        }
    }
    return status;
}

mixture_status mix_contour_trace_all(const mix_scorer *scorer, const double *probabilities, size_t count,
                                     const size_t uniform[2], const size_t most[2], const mix_cancel *cancel,
                                     double *log_levels, mix_contour *contours) {
    enum { DRAWS = 20000 }; /* a probability of 0.95 to about 0.0015 */
    mix_range ranges[2] = {MIX_RANGE_EMPTY, MIX_RANGE_EMPTY};
    mix_field field = {0};
    mixture_status status = mix_field_levels(scorer, probabilities, count, DRAWS, cancel, log_levels);
    if (status == MIXTURE_OK) {
        for (size_t j = 0; j < 2; j++) {
            mix_field_reach(scorer->model, log_levels[0], j, &ranges[j]);
            ranges[j] = mix_range_pad(ranges[j], 0.01);
        }
        status = mix_field_make(&field, scorer, ranges, uniform, most, cancel);
    }
    for (size_t i = 0; i < count && status == MIXTURE_OK; i++) {
        status = mix_contour_trace(&field, scorer, log_levels[i], cancel, &contours[i]);
        if (status == MIXTURE_OK) {
            status = trace_ridges(&field, scorer, log_levels[i], cancel, &contours[i]);
        }
    }
    mix_field_free(&field);
    return status;
}

void mix_contour_free(mix_contour *contour) {
    mix_memory_free(contour->x);
    mix_memory_free(contour->y);
    mix_memory_free(contour->start);
    mix_memory_free(contour->closed);
    *contour = (mix_contour){0};
}
