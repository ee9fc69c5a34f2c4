/* world.h: what a trial is about: a table of random rows, t(id, x1, ..., xd, g), and a model for them, in
** model(m). */
#ifndef WORLD_H
#define WORLD_H

#include "trial.h"

/* What values of rows are. */
typedef enum range { LINE, COUNTS, POSITIVE, UNIT, ANGLES } range;

/* A family of models: one line of the table in world.c. */
struct kin {
    const char *name, *fit; /* fit: NULL, if no function fits it alone */
    range range;
    const char *const *options; /* of its fits: members of the object */
    const char
        *arrays; /* "means:r deviations:p", vectors of real, positive or circular numbers; NULL: as the next */
    void (*parameters)(trial *t, sqlite3_str *json, const size_t *order); /* of a model written by hand */
};

/* Make it. */
void world_make(trial *t);
/* One of two columns and a Gaussian model. */
void world_make_plane(trial *t);

/* A model written by hand, near the rows; column j of it is column order[j] of the table, and names only what
** models need. The same numbers come from the same state of t->random. */
const char *world_model(trial *t, const size_t *order);

/* Members of an object of options for fits, some of them, without braces; may be "". */
const char *world_options(trial *t);

/* Rows that are used: by "OR" those with a value observed, by "AND" with all. */
const char *world_observed(trial *t, const char *by);

/* The size of log-likelihoods for tolerances: of this one, a row, and the terms of large counts, of which they are
** what is left. */
double world_size(trial *t, double loglik);

/* "x2, x1" in this order, each by the format "%s". */
const char *world_columns(trial *t, const size_t *order, const char *format);

#endif
