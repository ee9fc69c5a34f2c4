/* em.h: the EM loop. */
#ifndef MIX_EM_H
#define MIX_EM_H

#include "accelerate.h"
#include "expect.h"
#include "watch.h"

/* How a run went. */
typedef struct mix_run {
    double loglik, entropy; /* of the model it left, in the data's frame */
    long iterations;
    bool converged;
    bool fell;     /* it stood still below the highest log-likelihood of the run, which is no convergence */
    double *trace; /* log-likelihood after iteration 0, 1, … */
    size_t trace_count, trace_capacity;
} mix_run;

/* A run that is not likely to rise above this ends early. */
typedef struct mix_goal {
    double loglik;   /* -INFINITY: none does */
    double reach;    /* when it lacks more than so many times the larger of its last two rises, */
    long least_maps; /* after so many maps */
    long floor_maps; /* or after so many in a row that have left a component at a degenerate floor; 0: never */
} mix_goal;

/* Where a run is. */
typedef struct mix_walk {
    long max_iter;
    double tol;
    double before, top;     /* log-likelihood before the last map; the highest of the run */
    double rise, last_rise; /* of the last two maps */
    double slope;           /* the one by the other */
    long floored;           /* maps in a row that have left a component at a degenerate floor */
    bool small;             /* the last rise is as small as one at convergence */
    bool jumped;            /* the model is where a jump has led */
} mix_walk;

/* Everything that EM over one table needs, made once and used for any number of runs. */
typedef struct mix_em {
    const mixture_data *data;
    mix_maximize how;
    mix_expect *expect;
    mix_accelerate *accelerate; /* NULL: plain EM */
    double *statistics;         /* of the model that the last run left */
    double single;              /* log-likelihood of one component; NAN until it is asked for (soundness.c) */
    mix_goal goal;              /* of the next runs; mix_em_init leaves none */
    mix_walk walk;              /* the present run's */
    mixture_watch *watch;       /* told of each map; NULL: nobody is */
    double shift;               /* what the log-likelihood that it is told lacks, */
    double unit;                /* and then the unit of the weights */
    mix_run run;                /* the last one; whoever takes its trace away leaves NULL and capacity 0 */
} mix_em;

/* How fits to the end give up. */
#define MIX_GOAL_REACH 400.0
enum { MIX_GOAL_MAPS = 8 };

/* MIXTURE_OK or MIXTURE_NOMEM; in both cases mix_em_clear frees. `data` is standardized; it and `cancel` outlive
** this. */
mixture_status mix_em_init(mix_em *em, const mixture_family *family, const mixture_data *data,
                           const mixture_options *options, const mix_cancel *cancel);
void mix_em_clear(mix_em *em);

/* Run EM on a prepared model of the options' k and structure, in place, in the data's frame: at most max_iter
** maps, until the log-likelihood per row rises by less than tol. */
mixture_status mix_em_run(mix_em *em, mixture_model *model, long max_iter, double tol, mixture_error *error);

#endif
