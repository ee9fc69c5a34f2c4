/* subject_planes.c: points that tables give for models of two columns, against the density there. */
#include <float.h>
#include <math.h>

#include "subjects.h"

static void check_grid(trial *t) {
    size_t nx = 1 + trial_below(t, 6), ny = 1 + trial_below(t, 6);
    answer grid =
        trial_rows(t,
                   "SELECT g.density, mix_density(m, g.x, g.y), g.component, mix_predict(m, g.x, g.y) FROM "
                   "model, mix_grid(m, %d, %d) g",
                   (int)nx, (int)ny);
    if (grid.rows != nx * ny) {
        trial_fail(t, "%d points of a grid of %d x %d", (int)grid.rows, (int)nx, (int)ny);
    }
    for (size_t i = 0; i < grid.rows; i++) {
        const cell *row = &grid.cells[4 * i];
        if (!cells_same(&row[0], &row[1]) || !cells_same(&row[2], &row[3])) {
            trial_fail(t, "density %!.17g of component %lld on the grid, %!.17g of %lld by the functions",
                       row[0].number, row[2].integer, row[1].number, row[3].integer);
        }
    }
}

/* The outline of probability p lies at the distance sqrt(-2 ln(1 - p)), as near as doubles come to its points: a
** component at its floor may be as narrow as the last bits of where it lies. */
static void check_outlines(trial *t) {
    double p = trial_uniform(t, 0.01, 0.999), wanted = sqrt(-2 * log1p(-p)), next = 1 + DBL_EPSILON;
    answer outline = trial_rows(
        t,
        "SELECT mix_distance(m, e.component, e.x, e.y), mix_distance(m, e.component, e.x * %!.17g, e.y), "
        "mix_distance(m, e.component, e.x, e.y * %!.17g) FROM model, mix_ellipses(m, %!.17g, %d) e",
        next, next, p, 3 + (int)trial_below(t, 20));
    for (size_t i = 0; i < outline.rows; i++) {
        const cell *row = &outline.cells[3 * i];
        double rounding = fabs(row[1].number - row[0].number) + fabs(row[2].number - row[0].number);
        trial_near(t, row[0].number, wanted, 1e-3 * wanted + 2 * rounding, "distance of an outline");
    }
}

static void check_contours(trial *t) {
    static const char *const levels[] = {"1", "3", "'[0.5]'", "'[0.1,0.95]'", NULL};
    answer lines = trial_rows(t,
                              "SELECT path, i, x, y, level, mix_density(m, c.x, c.y), probability FROM model, "
                              "mix_contours(m, %s, %d, %d) AS c",
                              trial_pick(t, levels), 2 + (int)trial_below(t, 40), 2 + (int)trial_below(t, 40));
    for (size_t i = 0; i < lines.rows; i++) {
        const cell *row = &lines.cells[7 * i];
        bool finite = isfinite(row[2].number) && isfinite(row[3].number);
        if (row[2].type != SQLITE_FLOAT || row[3].type != SQLITE_FLOAT || !finite) {
            trial_fail(t, "vertex %lld of path %lld is no point", row[1].integer, row[0].integer);
        }
        bool begins = i == 0 || row[0].integer != row[-7].integer;
        if (row[1].integer != (begins ? 1 : row[-6].integer + 1)) {
            trial_fail(t, "vertex %lld of path %lld is out of turn", row[1].integer, row[0].integer);
        }
    }
}

/* Rows that are drawn are possible, and those of the same seed the same. */
static void check_sample(trial *t) {
    const char *sql = trial_text(t,
                                 "SELECT i, s.component, x, x1, x2, mix_log_density(m, x1, x2) FROM model, "
                                 "mix_sample(m, 20, %d) s",
                                 (int)trial_below(t, 1000));
    answer once = trial_rows(t, "%s", sql), twice = trial_rows(t, "%s", sql);
    trial_same(t, &once, &twice, "two samples of one seed");
    for (size_t i = 0; i < once.rows; i++) {
        if (!isfinite(once.cells[6 * i + 5].number)) {
            trial_fail(t, "row %d of a sample is impossible", (int)i + 1);
        }
    }
}

void subject_planes(trial *t) {
    world_make_plane(t);
    switch (trial_below(t, 4)) {
    case 0:
        check_grid(t);
        break;
    case 1:
        check_outlines(t);
        break;
    case 2:
        check_contours(t);
        break;
    default:
        check_sample(t);
        break;
    }
}
