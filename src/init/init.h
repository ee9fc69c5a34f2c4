/* init.h: what the starts of all candidates over one table have in common; starts.h draws them. */
#ifndef MIX_INIT_H
#define MIX_INIT_H

#include "family.h"
#include "hierarchy.h"

typedef struct mix_init mix_init;

/* Draw a bounded sample of the standardized data, to try candidates of up to `most` components on; shared: by fits
** of several k and structures, so that the start may cost more. Of the options count seed, init, start and n_init;
** they and the data outlive it. MIXTURE_OK, _NOMEM or _CANCELLED; _INVALID where not even one component can be
** fitted to rows with values missing. */
mixture_status mix_init_new(const mixture_family *family, const mixture_data *data, const mixture_options *options,
                            size_t most, bool shared, const mix_cancel *cancel, mix_init **init);
void mix_init_free(mix_init *init); /* NULL is fine */

/* Make now what starts make when they first need it: before several threads draw, after which it is only read.
** MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_init_complete(mix_init *init, const mix_cancel *cancel);

const mixture_family *mix_init_family(const mix_init *init);
const mixture_options *mix_init_options(const mix_init *init);

/* The sample: the data themselves when they are small. Its weights; and the components that are known, 1..k or
** 0 (NULL: none is). */
const mixture_data *mix_init_sample(const mix_init *init);
const double *mix_init_weight(const mix_init *init);
const size_t *mix_init_known(const mix_init *init);
bool mix_init_all_known(const mix_init *init);

/* The sample with what is missing filled in; itself where nothing is. */
const mixture_data *mix_init_filled(const mix_init *init);

/* The sample as points. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_init_points(mix_init *init, mix_features variant, const mix_cancel *cancel, mix_points *points);

/* The geometry of candidate `number`, unless it is from the tree. */
mix_features mix_init_features(size_t number);

/* Whether a candidate comes from hierarchical clustering: number 0, of families with a tree, when nothing is
** known of the components and nothing else was asked for. */
bool mix_init_from_tree(const mix_init *init, size_t number);

/* Whether it has the same number of rows in each cluster: one, of data of one column, when nothing is known of the
** components and nothing else was asked for. */
bool mix_init_from_quantiles(const mix_init *init, size_t number);

/* How many candidates there are: those that were asked for, or as many as are cheap. */
size_t mix_init_count(const mix_init *init, const mix_shape *shape);

/* Cut the tree into k clusters: labels of the sample's rows; those that are not in it belong to none. */
#define MIX_NO_CLUSTER SIZE_MAX
mixture_status mix_init_cut(mix_init *init, size_t k, const mix_cancel *cancel, size_t *labels);

#endif
