/* field.h: the density of a model over a line or the plane: levels that enclose a probability, grids. */
#ifndef MIX_FIELD_H
#define MIX_FIELD_H

#include "cancel.h"
#include "mixture.h"
#include "scale.h"

/* A model with room to score a row. Starts as {0}. */
typedef struct mix_scorer {
    const mixture_model *model;
    mixture_scratch *scratch;
    double *resp; /* k: responsibilities of the last row */
} mix_scorer;

mixture_status mix_scorer_begin(mix_scorer *scorer, const mixture_model *model);
void mix_scorer_end(mix_scorer *scorer);
/* Log density of a row; scorer->resp is filled. */
double mix_scorer_log_density(const mix_scorer *scorer, const double *x);
/* What that takes of a turn (cancel.h), whether kernels do it or the slow way; 1/64 at least. */
double mix_scorer_work(const mix_scorer *scorer);

/* Log densities whose regions of higher density hold these probabilities (falling): highest density regions, the
** smallest that do. By R. J. Hyndman, "Computing and graphing highest density regions", The American Statistician
** 50 (1996) 120: the density of a row drawn from the model exceeds the level with just that probability, so that
** levels are quantiles of the densities of a sample. `draws` of them, always the same, put the probability right
** to about 0.5 / sqrt(draws). */
mixture_status mix_field_levels(const mix_scorer *scorer, const double *probabilities, size_t count, size_t draws,
                                const mix_cancel *cancel, double *log_levels);

/* So many deviations from its mean, along its ellipses, a component's weighted density falls to the k-th part
** of a level; -1: it is nowhere as dense. Where the mixture reaches a level some component reaches its k-th
** part, so that every such point lies in the ellipse of that radius of one component at least. */
double mix_field_radius(const mixture_model *model, double log_level, size_t c);

/* Add to a range what column j needs to hold every point of at least that log density. */
void mix_field_reach(const mixture_model *model, double log_level, size_t j, mix_range *range);

/* Places along column j from one end of a range to the other, rising and distinct: `uniform` at equal distances,
** and more where components are narrow, so that neighbors are half of a component's conditional deviation apart as
** far as about `most` places allow. The array is the caller's to free. */
mixture_status mix_field_lines(const mixture_model *model, size_t j, mix_range range, size_t uniform, size_t most,
                               double **lines, size_t *count);

/* Log densities of a model of two columns at the crossings of lines. Starts as {0}. */
typedef struct mix_field {
    size_t nx, ny;
    double *x, *y;       /* nx and ny, rising */
    double *log_density; /* at (x[i], y[j]): [j * nx + i] */
} mix_field;

/* A field over two ranges by mix_field_lines(); with uniform == most just that many lines each way. */
mixture_status mix_field_make(mix_field *field, const mix_scorer *scorer, const mix_range ranges[2],
                              const size_t uniform[2], const size_t most[2], const mix_cancel *cancel);
void mix_field_free(mix_field *field);

#endif
