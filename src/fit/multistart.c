/* multistart.c: contenders are tried by short EM runs on a bounded sample, and the best few - sound before
** degenerate, then by log-likelihood - go on to the end, on all rows. A short run does not always tell: those from
** hierarchical clustering and from quantiles and the fit of a nested structure go on in any case. */
#include "multistart.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "model.h"
#include "noise.h"

/* What other values would do: bench/thresholds.sh, docs/mathematics.md. */
enum {
    SHORT_MAPS = 40,   /* EM maps of every contender, */
    DRAWN = 4,         /* of which so many go on to the end; */
    DRAWN_OF_MANY = 2, /* or so many, when the fit is one of many */
    ANCHORS = 3,       /* besides those that go on in any case */
    FINALISTS = DRAWN + ANCHORS,
    BEHIND_MAPS = 4,  /* after which a contender of one of many may be given up, */
    RESUMED_MAPS = 3, /* and when it goes on */
    FLOOR_MAPS = 5,   /* at a degenerate floor, after which one that only counts when it is sound is given up */
};
/* When the fit is one of many a short run is given up when it lacks more than so many times its last rises to be
** as good as the best one. */
#define SHORT_REACH 80.0
#define SHORT_TOL 1e-5
#define SHORT_TOL_OF_MANY 5e-5

/* Operations of one EM pass up to which all finalists are continued, not only the best: a few milliseconds for a
** whole fit. bench/thresholds.sh: 0: 11 % fewer maps, 258 of 5,000 lower; 1e7: in large tables 12 % more
** operations, 3 of 54 higher. */
#define CHEAP_PASS 3e6

/* A start that is tried; the best are the finalists. (A candidate is what a selection lists: a fitted k and
** structure.) */
typedef struct contender {
    mixture_model *model; /* NULL: none */
    bool anchor;          /* goes on in any case */
    double loglik;
    mix_soundness soundness;
} contender;

typedef struct mix_contest {
    mix_multistart *multistart;
    const mixture_options *options;
    mix_shape shape;                /* of every model in it */
    mix_em em;                      /* over all rows */
    mix_em sample_em;               /* over the sample, unless that is all rows */
    double lead;                    /* log-likelihood of the best short run that is sound; -INFINITY: none yet */
    contender finalists[FINALISTS]; /* best first */
    mixture_error *error;
} mix_contest;

void mix_multistart_begin(mix_multistart *multistart, const mixture_family *family, const mixture_data *data,
                          const mix_cancel *cancel) {
    *multistart = (mix_multistart){.family = family, .data = data, .cancel = cancel};
    for (int i = 0; i < MIX_MOST_STRUCTURES; i++) {
        multistart->single[i] = (double)NAN;
    }
}

bool mix_multistart_everything_given(const mixture_family *family, const mixture_options *options) {
    bool all = options->start.weights != NULL || options->equal_weights;
    for (size_t a = 0; a < family->array_count; a++) {
        all = all && options->start.arrays != NULL && options->start.arrays[a] != NULL;
    }
    return all;
}

void mix_found_clear(mix_found *found) {
    mixture_model_free(found->model);
    mix_memory_free(found->run.trace);
    memset(found, 0, sizeof *found);
}

static mixture_status copy_model(mixture_model **to, const mixture_model *from) {
    const mix_shape shape = mix_shape_of(from);
    mixture_model *model = *to = mix_model_new(&shape);
    mixture_status status = model != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        mix_model_copy(model, from);
        model->trials = from->trials;
    }
    for (size_t i = 0; status == MIXTURE_OK && i < from->warning_count; i++) {
        status = mix_model_add_string(&model->warnings, &model->warning_count, from->warnings[i]);
    }
    return status;
}

mixture_status mix_found_copy(mix_found *to, const mix_found *from) {
    *to = *from;
    to->model = NULL;
    to->run.trace = NULL;
    mixture_status status = from->model != NULL ? copy_model(&to->model, from->model) : MIXTURE_OK;
    if (status == MIXTURE_OK && from->run.trace != NULL) {
        to->run.trace_capacity = from->run.trace_count;
        to->run.trace = mix_memory_array(from->run.trace_count, sizeof(double));
        status = to->run.trace != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    if (status != MIXTURE_OK) {
        mix_found_clear(to);
    } else if (from->run.trace != NULL) {
        memcpy(to->run.trace, from->run.trace, from->run.trace_count * sizeof(double));
    }
    return status;
}

/* ---- Contenders -------------------------------------------------------------------------------------- */

/* Better: sound before degenerate, no saddle before saddle, then by log-likelihood. */
static bool better(const contender *a, const contender *b) {
    if (b->model == NULL) {
        return true;
    }
    if (a->soundness.degenerate != b->soundness.degenerate) {
        return b->soundness.degenerate;
    }
    if (a->soundness.saddle != b->soundness.saddle) {
        return b->soundness.saddle;
    }
    return a->loglik > b->loglik;
}

/* Order of the finalists before the last round. */
static bool goes_before(const contender *a, const contender *b) {
    return b->model != NULL && a->anchor != b->anchor ? a->anchor : better(a, b);
}

/* Put a contender among the finalists if it is good enough; its model is copied. */
static mixture_status enter(mix_contest *contest, const contender *entry) {
    contender *finalists = contest->finalists;
    size_t place = FINALISTS;
    while (place > 0 && goes_before(entry, &finalists[place - 1])) {
        place--;
    }
    if (place == FINALISTS) {
        return MIXTURE_OK;
    }
    mixture_model *model = finalists[FINALISTS - 1].model;
    if (model == NULL) {
        model = mix_model_new(&contest->shape);
        if (model == NULL) {
            return mix_error_status(contest->error, MIXTURE_NOMEM);
        }
    }
    mix_model_copy(model, entry->model);
    model->cancel = contest->multistart->cancel;
    memmove(finalists + place + 1, finalists + place, (FINALISTS - 1 - place) * sizeof *finalists);
    finalists[place] = *entry;
    finalists[place].model = model;
    return MIXTURE_OK;
}

/* A short run on the sample. */
static mixture_status run_short(mix_contest *contest, mix_em *em, contender *entry) {
    long most = contest->options->max_iter < SHORT_MAPS ? contest->options->max_iter : SHORT_MAPS;
    double goal = contest->multistart->many ? contest->lead : (double)-INFINITY;
    double tol = contest->multistart->many ? SHORT_TOL_OF_MANY : SHORT_TOL;
    em->goal = (mix_goal){goal, SHORT_REACH, BEHIND_MAPS, contest->multistart->sound_only ? FLOOR_MAPS : 0};
    mixture_status status = mix_em_run(em, entry->model, most, fmax(tol, contest->options->tol), contest->error);
    entry->loglik = em->run.loglik;
    entry->soundness = mix_soundness_glance(entry->model);
    if (!entry->soundness.degenerate && !entry->soundness.saddle) {
        contest->lead = fmax(contest->lead, entry->loglik);
    }
    return status;
}

/* Another structure's fit, or what the caller gave, as a model of this one: the structure and the floor may move
** it. */
static mixture_status take_over(mix_contest *contest, mix_em *em, const mixture_model *from,
                                mixture_model *model) {
    mix_model_copy(model, from);
    model->structure = contest->options->structure;
    contest->multistart->family->constrain(model, &em->how, mix_expect_scratch(em->expect));
    return mixture_model_prepare(model, contest->error);
}

/* Another structure's fit as a contender of this one. */
static mixture_status enter_nested(mix_contest *contest, mix_em *em, const mixture_model *nested,
                                   mixture_model *model) {
    contender entry = {.model = model, .loglik = (double)-INFINITY, .anchor = true};
    mixture_status status = take_over(contest, em, nested, model);
    if (status == MIXTURE_OK) {
        status = run_short(contest, em, &entry);
    }
    return status == MIXTURE_OK ? enter(contest, &entry) : status;
}

/* Rows that belong to no component, as many as was given; only the rest is drawn. */
static void begin_noise(const mix_contest *contest, mixture_model *model) {
    const mixture_data *data = contest->multistart->data;
    const mixture_model *given = contest->multistart->given;
    if (contest->options->noise) {
        mix_noise_begin(model, data->noise_box, data->noise_log_density,
                        given != NULL ? given->noise : MIX_FIRST_NOISE);
    }
}

/* Draw a contender and, if so wanted, try it. */
static mixture_status draw_start(mix_contest *contest, mix_em *em, size_t number, bool trial,
                                 mixture_model *model) {
    const mix_multistart *multistart = contest->multistart;
    contender entry = {.model = model,
                       .loglik = (double)-INFINITY,
                       .anchor = mix_init_from_tree(multistart->init, number) ||
                                 mix_init_from_quantiles(multistart->init, number)};
    begin_noise(contest, model);
    mixture_status status =
        mix_starts_draw(multistart->starts, number, multistart->given, &em->how, model, contest->error);
    if (status == MIXTURE_OK && trial) {
        status = run_short(contest, em, &entry);
    }
    return status == MIXTURE_OK ? enter(contest, &entry) : status;
}

static mixture_status draw_contenders(mix_contest *contest, mix_em *em, const mixture_model *nested,
                                      mixture_model *model) {
    const mix_multistart *multistart = contest->multistart;
    const mixture_options *options = contest->options;
    /* Where everything that can be drawn follows from what was given, one contender is all there is. */
    bool fixed = multistart->given != NULL && mix_starts_located(multistart->family, &options->start);
    size_t count = fixed || options->k == 1 ? 1 : mix_init_count(multistart->init, &contest->shape);
    bool trial = count > 1 || nested != NULL;
    mix_watch_phase(multistart->watch, "starts", count);
    mix_watch_plan(multistart->watch, count);
    mixture_status status = nested != NULL ? enter_nested(contest, em, nested, model) : MIXTURE_OK;
    for (size_t number = 0; status == MIXTURE_OK && number < count; number++) {
        bool repeats = false;
        if (trial && multistart->given == NULL) {
            status = mix_error_status(contest->error, mix_starts_repeats(multistart->starts, number, &repeats));
        }
        if (status == MIXTURE_OK && !repeats) {
            status = draw_start(contest, em, number, trial, model);
        }
        mix_watch_add(multistart->watch, 1, 1);
    }
    return status;
}

/* Order the first `count` finalists. */
static void rank(contender *finalists, size_t count, bool (*before)(const contender *, const contender *)) {
    for (size_t i = 1; i < count; i++) {
        contender entry = finalists[i];
        size_t place = i;
        for (; place > 0 && entry.model != NULL && before(&entry, &finalists[place - 1]); place--) {
            finalists[place] = finalists[place - 1];
        }
        finalists[place] = entry;
    }
}

/* Only so many drawn ones go on. Then all are ranked, anchors or not. */
static void thin_out(mix_contest *contest) {
    contender *finalists = contest->finalists;
    size_t count = 0, last = contest->multistart->many ? DRAWN_OF_MANY : DRAWN;
    while (count < FINALISTS && finalists[count].model != NULL) {
        last += finalists[count++].anchor;
    }
    for (; count > last; count--) {
        mixture_model_free(finalists[count - 1].model);
        finalists[count - 1].model = NULL;
    }
    rank(finalists, count, better);
}

static mixture_status choose_contenders(mix_contest *contest, const mixture_model *nested) {
    const mix_multistart *multistart = contest->multistart;
    const mixture_data *sample = mix_init_sample(multistart->init);
    mixture_model *model = mix_model_new(&contest->shape);
    mixture_status status = model != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_em *em = &contest->em;
    if (model != NULL) {
        model->cancel = multistart->cancel;
    }
    if (status == MIXTURE_OK && sample != multistart->data) {
        em = &contest->sample_em;
        status = mix_em_init(em, multistart->family, sample, contest->options, multistart->cancel);
    }
    if (status == MIXTURE_OK) {
        status = draw_contenders(contest, em, nested, model);
        thin_out(contest);
    } else {
        mix_error_status(contest->error, status);
    }
    mix_em_clear(&contest->sample_em);
    mixture_model_free(model);
    return status;
}

/* One finalist, which is all there is. */
static mixture_status enter_only(mix_contest *contest, const mixture_model *from) {
    mixture_model *model = contest->finalists[0].model = mix_model_new(&contest->shape);
    if (model == NULL) {
        return mix_error_status(contest->error, MIXTURE_NOMEM);
    }
    model->cancel = contest->multistart->cancel;
    return take_over(contest, &contest->em, from, model);
}

/* ---- To the end -------------------------------------------------------------------------------------- */

/* Run one finalist to the end on all rows and judge it. */
static mixture_status finish_finalist(mix_contest *contest, contender *entry) {
    const mixture_options *options = contest->options;
    mixture_status status =
        mix_em_run(&contest->em, entry->model, options->max_iter, options->tol, contest->error);
    if (status == MIXTURE_OK) {
        entry->loglik = contest->em.run.loglik;
        status = mix_soundness_judge(&contest->em, entry->model, contest->multistart->cancel, &entry->soundness,
                                     contest->error);
        if (options->max_iter == 0) {
            entry->soundness.saddle = false; /* a start has converged to nothing yet */
        }
    }
    return status;
}

/* When a finalist is given up. Of a single fit those that go on in any case are not, unless they come near to what
** there is already. */
static void set_goal(mix_contest *contest, const contender *entry, double goal) {
    bool many = contest->multistart->many;
    contest->em.goal = (mix_goal){goal, MIX_GOAL_REACH, many ? RESUMED_MAPS : MIX_GOAL_MAPS,
                                  contest->multistart->sound_only ? FLOOR_MAPS : 0};
    if (entry->anchor && !many) {
        contest->em.goal.reach = (double)INFINITY;
    }
}

/* Continue the finalists; the best one's place and how its run went. The others are continued only if that costs
** little or as long as nothing sound has been found. */
static mixture_status continue_finalists(mix_contest *contest, size_t *best, mix_run *run) {
    contender top = {.soundness = {true, true}};
    bool cheap = mix_expect_work(contest->multistart->data, &contest->shape) <= CHEAP_PASS;
    contest->em.watch = contest->multistart->watch; /* short runs were not told of */
    for (size_t i = 0; i < FINALISTS && contest->finalists[i].model != NULL; i++) {
        bool sound = top.model != NULL && !top.soundness.degenerate && !top.soundness.saddle;
        if (sound && !cheap) {
            break;
        }
        contender *entry = &contest->finalists[i];
        set_goal(contest, entry, sound ? top.loglik : (double)-INFINITY);
        mix_watch_phase(contest->em.watch, "fit", 0);
        mix_watch_plan(contest->em.watch, 0);
        mixture_status status = finish_finalist(contest, entry);
        if (status != MIXTURE_OK) {
            return status;
        }
        /* Ending where an earlier one did, but for rounding, is not better. */
        contender rival = top;
        rival.loglik += 1e-9 * fabs(top.loglik);
        if (better(entry, top.model != NULL ? &rival : &top)) {
            top = *entry;
            *best = i;
            mix_memory_free(run->trace);
            *run = contest->em.run;
            contest->em.run = (mix_run){0};
        }
    }
    return MIXTURE_OK;
}

static mixture_status warn_of_run(mix_contest *contest, mix_found *found) {
    mixture_model *model = found->model;
    mixture_status status = mix_soundness_warn(&contest->em, model, contest->multistart->cancel);
    if (status == MIXTURE_OK && found->soundness.saddle && found->run.converged) {
        status = mix_model_warn(model, "the fit is at a saddle: fewer components reach the same log-likelihood");
    }
    if (status == MIXTURE_OK && found->run.fell) {
        status =
            mix_model_warn(model, "the log-likelihood fell and stayed below its highest: %s stands in the way",
                           mix_family_floor(model->family));
    } else if (status == MIXTURE_OK && !found->run.converged && contest->options->max_iter > 0 &&
               !(contest->multistart->sound_only && found->soundness.degenerate)) {
        status = mix_model_warn(model, "not converged after %ld iteration%s (max_iter)", found->run.iterations,
                                found->run.iterations == 1 ? "" : "s");
    }
    return mix_error_status(contest->error, status);
}

/* Mean sum of a row of counts; the statistics at hand may be those of another finalist, but not what they add up
** to. */
static double mean_row_total(const mix_contest *contest) {
    const mixture_family *family = contest->multistart->family;
    return family->mean_total != NULL ? family->mean_total(&contest->shape, contest->em.statistics + MIX_TOTALS)
                                      : 0;
}

/* The winner leaves the contest: in its final order, with its warnings. */
static mixture_status take_winner(mix_contest *contest, size_t best, mix_found *found) {
    bool labelled = (contest->multistart->data->extras & MIXTURE_LABELLED) != 0;
    found->model = contest->finalists[best].model;
    found->model->cancel = NULL; /* it may outlive whom it would ask */
    found->soundness = contest->finalists[best].soundness;
    contest->finalists[best].model = NULL;
    mixture_status status = MIXTURE_OK;
    if (contest->multistart->given == NULL && !labelled) {
        status = mix_error_status(contest->error, mix_model_sort(found->model));
    }
    if (status == MIXTURE_OK) {
        status = warn_of_run(contest, found);
    }
    found->model->trials = mean_row_total(contest);
    return status;
}

/* nested: see mix_multistart_run; only: a fit that is all there is to start from. */
static mixture_status hold_contest(mix_contest *contest, const mixture_model *nested, const mixture_model *only,
                                   mix_found *found) {
    mix_multistart *multistart = contest->multistart;
    const mixture_options *options = contest->options;
    size_t best = 0;
    mixture_status status =
        mix_em_init(&contest->em, multistart->family, multistart->data, options, multistart->cancel);
    if (status != MIXTURE_OK) {
        return mix_error_status(contest->error, status);
    }
    contest->em.single = multistart->single[options->structure];
    contest->em.shift = multistart->shift;
    contest->em.unit = multistart->data->weight_unit;
    status = only != NULL ? enter_only(contest, only) : choose_contenders(contest, nested);
    if (status == MIXTURE_OK) {
        status = continue_finalists(contest, &best, &found->run);
    }
    if (status == MIXTURE_OK) {
        status = take_winner(contest, best, found);
    }
    multistart->single[options->structure] = contest->em.single;
    return status;
}

static mixture_status run_contest(mix_multistart *multistart, const mixture_options *options,
                                  const mixture_model *nested, const mixture_model *only, mix_found *found,
                                  mixture_error *error) {
    mix_contest contest = {
        .multistart = multistart,
        .options = options,
        .shape = mix_shape_for(multistart->family, multistart->data, options->k, options->structure),
        .lead = (double)-INFINITY,
        .error = error,
    };
    memset(found, 0, sizeof *found);
    mixture_status status = hold_contest(&contest, nested, only, found);
    for (size_t i = 0; i < FINALISTS; i++) {
        mixture_model_free(contest.finalists[i].model);
    }
    mix_em_clear(&contest.em);
    if (status != MIXTURE_OK) {
        mix_found_clear(found);
    }
    return status;
}

mixture_status mix_multistart_run(mix_multistart *multistart, const mixture_options *options,
                                  const mixture_model *nested, mix_found *found, mixture_error *error) {
    bool all = mix_multistart_everything_given(multistart->family, options);
    return run_contest(multistart, options, nested, all ? multistart->given : NULL, found, error);
}

mixture_status mix_multistart_continue(mix_multistart *multistart, const mixture_options *options,
                                       const mixture_model *from, mix_found *found, mixture_error *error) {
    return run_contest(multistart, options, NULL, from, found, error);
}
