/* multistart.c: contenders are tried by short EM runs on a bounded sample; the best few go on a little, and the
** best of those - sound before degenerate, then by log-likelihood - to the end, on all rows. A short run does
** not always tell: two contenders go on in any case, that from hierarchical clustering and the fit of a nested
** structure. */
#include "multistart.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "model.h"

enum {
    FIRST_MAPS = 6,       /* EM maps of every contender of a selection, */
    SHORT_MAPS = 20,      /* and of those that go on; */
    SINGLE_MAPS = 40,     /* of every contender of a single fit */
    DRAWN = 4,            /* of which there may be so many, */
    LAST_DRAWN_SHARE = 1, /* and, in a selection, so many go on to the end */
    ANCHORS = 2,          /* besides those that go on in any case */
    FINALISTS = DRAWN + ANCHORS,
};
#define SHORT_TOL 1e-5

/* Operations of one EM pass up to which all finalists are continued, not only the best: a few milliseconds for a
** whole fit. */
#define CHEAP_PASS 3e6

/* A start that is tried; the best are the finalists. (A candidate is what a selection lists: a fitted k and
** structure.) */
typedef struct contender {
    mixture_model *model; /* NULL: none */
    size_t number;        /* as mix_starts_draw has it */
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
    memmove(finalists + place + 1, finalists + place, (FINALISTS - 1 - place) * sizeof *finalists);
    finalists[place] = *entry;
    finalists[place].model = model;
    return MIXTURE_OK;
}

/* A short run on the sample: on to `maps` maps, of which `done` are done. */
static mixture_status run_short(mix_contest *contest, mix_em *em, long done, long maps, contender *entry) {
    long most = contest->options->max_iter < maps ? contest->options->max_iter : maps;
    mixture_status status = mix_em_run(em, entry->model, most > done ? most - done : 0,
                                       fmax(SHORT_TOL, contest->options->tol), contest->error);
    entry->loglik = em->run.loglik;
    entry->soundness = mix_soundness_glance(entry->model);
    return status;
}

static long first_maps(const mix_contest *contest) {
    return contest->multistart->share ? FIRST_MAPS : SINGLE_MAPS;
}

/* Another structure's fit as a contender of this one. */
static mixture_status enter_nested(mix_contest *contest, mix_em *em, const mixture_model *nested, bool trial,
                                   mixture_model *model) {
    mix_model_copy(model, nested);
    model->structure = contest->options->structure;
    contest->multistart->family->constrain(model, &em->how, mix_expect_scratch(em->expect));
    mixture_status status = mixture_model_prepare(model, contest->error);
    contender entry = {.model = model, .loglik = (double)-INFINITY, .anchor = true};
    if (status == MIXTURE_OK && trial) {
        status = run_short(contest, em, 0, first_maps(contest), &entry);
    }
    return status == MIXTURE_OK ? enter(contest, &entry) : status;
}

/* Draw a contender and, if so wanted, try it. */
static mixture_status draw_start(mix_contest *contest, mix_em *em, size_t number, bool trial,
                                 mixture_model *model) {
    const mix_multistart *multistart = contest->multistart;
    contender entry = {.model = model,
                       .number = number,
                       .loglik = (double)-INFINITY,
                       .anchor = mix_init_from_tree(multistart->init, number)};
    mixture_status status =
        mix_starts_draw(multistart->starts, number, multistart->given, &em->how, model, contest->error);
    if (status == MIXTURE_OK && trial) {
        status = run_short(contest, em, 0, first_maps(contest), &entry);
    }
    return status == MIXTURE_OK ? enter(contest, &entry) : status;
}

/* Whether another structure of the kind has picked contenders for this one. */
static bool is_picked(const mix_contest *contest) {
    const mix_multistart *multistart = contest->multistart;
    bool own = contest->options->structure == 0; /* the default, the most free one */
    return multistart->share && !own &&
           multistart->pick_count[mix_family_kind(multistart->family, contest->options->structure)] > 0;
}

/* Draw the contenders: all, or those that were picked, none of which needs a trial. */
static mixture_status draw_contenders(mix_contest *contest, mix_em *em, const mixture_model *nested,
                                      mixture_model *model) {
    const mix_multistart *multistart = contest->multistart;
    const mixture_options *options = contest->options;
    int kind = mix_family_kind(multistart->family, options->structure);
    bool picked = is_picked(contest);
    /* Where everything that can be drawn follows from what was given, one contender is all there is. */
    bool fixed = multistart->given != NULL && options->start.arrays != NULL && options->start.arrays[0] != NULL;
    size_t count = fixed || options->k == 1 ? 1 : (size_t)options->n_init;
    bool trial = !picked && (count > 1 || nested != NULL);
    mixture_status status = nested != NULL ? enter_nested(contest, em, nested, trial, model) : MIXTURE_OK;
    for (size_t number = 0; status == MIXTURE_OK && number < count; number++) {
        bool wanted = !picked || mix_init_from_tree(multistart->init, number), repeats = false;
        if (wanted && trial && multistart->given == NULL) {
            status = mix_error_status(contest->error, mix_starts_repeats(multistart->starts, number, &repeats));
        }
        if (status == MIXTURE_OK && wanted && !repeats) {
            status = draw_start(contest, em, number, trial, model);
        }
    }
    for (size_t i = 0; status == MIXTURE_OK && picked && i < multistart->pick_count[kind]; i++) {
        status = draw_start(contest, em, multistart->picks[kind][i], trial, model);
    }
    return status;
}

/* Note the best drawn finalists for the structures of the same kind that follow. */
static void note_picks(mix_contest *contest) {
    mix_multistart *multistart = contest->multistart;
    int kind = mix_family_kind(multistart->family, contest->options->structure);
    for (size_t i = 0; i < FINALISTS && contest->finalists[i].model != NULL; i++) {
        if (!contest->finalists[i].anchor && multistart->pick_count[kind] < MIX_MULTISTART_PICKS) {
            multistart->picks[kind][multistart->pick_count[kind]++] = contest->finalists[i].number;
        }
    }
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

/* If there are more drawn ones than can go on, they run for some more maps. Then all are ranked, anchors or
** not. */
static mixture_status thin_out(mix_contest *contest, mix_em *em) {
    contender *finalists = contest->finalists;
    size_t count = 0, last = contest->multistart->share ? LAST_DRAWN_SHARE : DRAWN;
    while (count < FINALISTS && finalists[count].model != NULL) {
        last += finalists[count++].anchor;
    }
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; status == MIXTURE_OK && contest->multistart->share && count > last && i < count; i++) {
        status =
            finalists[i].anchor ? status : run_short(contest, em, first_maps(contest), SHORT_MAPS, &finalists[i]);
    }
    rank(finalists, count, goes_before);
    note_picks(contest);
    for (; count > last; count--) {
        mixture_model_free(finalists[count - 1].model);
        finalists[count - 1].model = NULL;
    }
    rank(finalists, count, better);
    return status;
}

static mixture_status choose_contenders(mix_contest *contest, const mixture_model *nested) {
    const mix_multistart *multistart = contest->multistart;
    const mixture_data *sample = mix_init_sample(multistart->init);
    mixture_model *model = mix_model_new(&contest->shape);
    mixture_status status = model != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_em *em = &contest->em;
    if (status == MIXTURE_OK && sample != multistart->data) {
        em = &contest->sample_em;
        status = mix_em_init(em, multistart->family, sample, contest->options, multistart->cancel);
    }
    if (status == MIXTURE_OK) {
        status = draw_contenders(contest, em, nested, model);
        if (status == MIXTURE_OK && !is_picked(contest)) {
            status = thin_out(contest, em);
        }
    } else {
        mix_error_status(contest->error, status);
    }
    mix_em_clear(&contest->sample_em);
    mixture_model_free(model);
    return status;
}

/* Everything was given: one finalist, which the structure and the floor may still move. */
static mixture_status enter_given(mix_contest *contest) {
    const mix_multistart *multistart = contest->multistart;
    mixture_model *model = mix_model_new(&contest->shape);
    contest->finalists[0].model = model;
    if (model == NULL) {
        return mix_error_status(contest->error, MIXTURE_NOMEM);
    }
    mix_model_copy(model, multistart->given);
    model->structure = contest->options->structure;
    multistart->family->constrain(model, &contest->em.how, mix_expect_scratch(contest->em.expect));
    return mixture_model_prepare(model, contest->error);
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

/* Continue the finalists; the best one's place and how its run went. The others are continued only if that costs
** little or as long as nothing sound has been found. */
static mixture_status continue_finalists(mix_contest *contest, size_t *best, mix_run *run) {
    contender top = {.soundness = {true, true}};
    bool cheap = mix_expect_work(contest->multistart->data, &contest->shape) <= CHEAP_PASS;
    for (size_t i = 0; i < FINALISTS && contest->finalists[i].model != NULL; i++) {
        bool sound = top.model != NULL && !top.soundness.degenerate && !top.soundness.saddle;
        if (sound && !cheap) {
            break;
        }
        contender *entry = &contest->finalists[i];
        contest->em.goal = sound ? top.loglik : (double)-INFINITY;
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
    } else if (status == MIXTURE_OK && !found->run.converged && contest->options->max_iter > 0) {
        status = mix_model_warn(model, "not converged after %ld iterations (max_iter)", found->run.iterations);
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

static mixture_status hold_contest(mix_contest *contest, const mixture_model *nested, mix_found *found) {
    mix_multistart *multistart = contest->multistart;
    const mixture_options *options = contest->options;
    size_t best = 0;
    mixture_status status =
        mix_em_init(&contest->em, multistart->family, multistart->data, options, multistart->cancel);
    if (status != MIXTURE_OK) {
        return mix_error_status(contest->error, status);
    }
    contest->em.single = multistart->single[options->structure];
    status = mix_multistart_everything_given(multistart->family, options) ? enter_given(contest)
                                                                          : choose_contenders(contest, nested);
    if (status == MIXTURE_OK) {
        status = continue_finalists(contest, &best, &found->run);
    }
    if (status == MIXTURE_OK) {
        status = take_winner(contest, best, found);
    }
    multistart->single[options->structure] = contest->em.single;
    return status;
}

mixture_status mix_multistart_run(mix_multistart *multistart, const mixture_options *options,
                                  const mixture_model *nested, mix_found *found, mixture_error *error) {
    mix_contest contest = {
        .multistart = multistart,
        .options = options,
        .shape = {multistart->family, options->k, multistart->data->d, options->structure, NULL},
        .error = error,
    };
    memset(found, 0, sizeof *found);
    mixture_status status = hold_contest(&contest, nested, found);
    for (size_t i = 0; i < FINALISTS; i++) {
        mixture_model_free(contest.finalists[i].model);
    }
    mix_em_clear(&contest.em);
    if (status != MIXTURE_OK) {
        mix_found_clear(found);
    }
    return status;
}
