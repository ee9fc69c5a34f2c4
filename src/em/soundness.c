/* soundness.c: degenerate fits and saddles.
**
** The likelihood of a mixture is unbounded where a component shrinks onto a few rows, and flat where components
** coincide; EM can end at either. A fit that does is told apart by what it looks like, not by its likelihood. */
#include "soundness.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "noise.h"
#include "patterns.h"

/* A weight below this share of one row: the component has no rows. For the wording of a warning;
** bench/thresholds.sh: the same with 1e-3, with 1e-9 4 of 128 are called something else. */
#define EMPTY_ROWS 1e-6

/* k components must gain this over one, for a mean row and for every row. No bound tells saddles from faint
** groups. bench/thresholds.sh: of 49 starts beside a saddle that go nowhere 36 are told (with 0: 31, with 1: 41);
** of 200 second components found for rows of one population 7 are refused (4, 45). Per row 1e-5: 5 more, and 1. */
#define SADDLE_GAIN 0.01
#define SADDLE_GAIN_PER_ROW 1e-7

/* As each of the two sees it. */
static bool both_coincide(const mixture_model *model, size_t a, size_t b) {
    return model->family->coincide(model, a, b) && model->family->coincide(model, b, a);
}

mix_soundness mix_soundness_glance(const mixture_model *model) {
    mix_soundness soundness = {false, false};
    mix_turns turns = {.cancel = model->cancel};
    double pairs = 10 * (double)model->d * (double)model->d; /* work; most are told apart by less */
    for (size_t c = 0; c < model->k && !mix_turns_over(&turns, pairs * (double)c); c++) {
        soundness.degenerate =
            soundness.degenerate || model->floored[c] == MIX_FLOOR_DEGENERATE || model->weights[c] == 0;
        for (size_t other = 0; other < c && !soundness.saddle; other++) {
            soundness.saddle = both_coincide(model, other, c);
        }
    }
    return soundness;
}

/* Log-likelihood of the one-component fit, by the same three verbs, into em->single. */
static mixture_status fit_single(mix_em *em, const mixture_model *like, const mix_cancel *cancel,
                                 mixture_error *error) {
    const mixture_family *family = like->family;
    const mix_shape shape = {
        .family = family, .k = 1, .d = like->d, .structure = like->structure, .parts = like->parts};
    mixture_model *one = mix_model_new(&shape);
    double *statistics = mix_memory_array(mix_statistics_size(&shape), sizeof(double));
    mix_expect *expect = mix_expect_new(em->data, &shape, 1, cancel);
    mixture_status status = MIXTURE_NOMEM;
    if (one != NULL && statistics != NULL && expect != NULL) {
        one->cancel = cancel;
        /* Under any parameters the responsibilities of a single component are 1: take the first one's. */
        one->weights[0] = 1;
        for (size_t a = 0; a < family->array_count; a++) {
            memcpy(one->arrays[a], like->arrays[a], mix_model_array_size(one, a) * sizeof(double));
        }
        status = mixture_model_prepare(one, error);
        for (int pass = 0; status == MIXTURE_OK && pass < 2; pass++) {
            status = mix_expect_run(expect, one, statistics) ? MIXTURE_OK : MIXTURE_CANCELLED;
            if (status == MIXTURE_OK && pass == 0) {
                status = mix_statistics_maximize(one, statistics, &em->how, mix_expect_scratch(expect), error);
            }
        }
    }
    if (status == MIXTURE_OK) {
        em->single = statistics[MIX_TOTAL_LOGLIK];
    }
    mix_expect_free(expect);
    mix_memory_free(statistics);
    mixture_model_free(one);
    return status == MIXTURE_INVALID ? status : mix_error_status(error, status);
}

/* Whether a column of a mixed model is one whose equal values matter: those of counts and levels do not. */
static bool has_steps(const mixture_model *model, size_t j) {
    const mix_shape shape = mix_shape_of(model);
    return model->family->parts == NULL || model->family->column(&shape, j)->stepped;
}

/* Whether equal values of a column make equal rows of a component: not if its steps keep it from collapsing. A
** column that has steps only here and there has them where a component is held at one. */
static bool is_free(const mixture_data *data, const mixture_model *model, size_t c, size_t j) {
    if ((data->frame.constant != NULL && data->frame.constant[j] != 0) || !has_steps(model, j)) {
        return false;
    }
    return data->steps == NULL || data->steps->step[j] == 0 ||
           (data->steps->knots[j].apart && model->floored[c] != MIX_FLOOR_STEP);
}

/* Rows that a component needs. */
static size_t rows_needed(const mix_em *em, const mixture_model *model, size_t c) {
    const mix_shape shape = mix_shape_of(model);
    size_t free = 0;
    for (size_t j = 0; j < model->d; j++) {
        free += is_free(em->data, model, c, j);
    }
    return model->family->least_rows(&shape, free);
}

/* Whether two rows are the same in the columns that count, as far as can be told; all the same where none does. */
static bool same_row(const mixture_data *data, const mixture_model *model, size_t c, size_t a, size_t b) {
    bool same = true;
    for (size_t j = 0; j < data->d && same; j++) {
        double one = mix_data_value(data, a, j), other = mix_data_value(data, b, j);
        same = !is_free(data, model, c, j) || one == other || isnan(one) || isnan(other);
    }
    return same;
}

/* The component that row r of a block belongs to: its label or the likeliest; k: it is noise. */
static size_t find_owner(const mixture_model *model, const mix_rows *rows, const double *densities, size_t r) {
    if (rows->label != NULL && rows->label[r] > 0) {
        return (size_t)rows->label[r] - 1;
    }
    size_t best = 0;
    for (size_t c = 1; c < model->k; c++) {
        double density = densities[c * rows->stride + r] + model->log_weights[c];
        best = density > densities[best * rows->stride + r] + model->log_weights[best] ? c : best;
    }
    double noise = model->noisy ? densities[model->k * rows->stride + r] + model->log_weights[model->k] : 0;
    bool is_noise = model->noisy && noise > densities[best * rows->stride + r] + model->log_weights[best];
    return is_noise ? model->k : best;
}

/* Distinct rows that have been seen of each component. */
typedef struct row_count {
    mix_em *em;
    const mixture_model *model;
    size_t *counts, *seen, most; /* seen: `most` for each component */
    size_t open;                 /* components that have not enough yet */
} row_count;

/* Count the rows of a block, the first of which is row number `first`. */
static void count_some(row_count *count, const mix_rows *rows, size_t first, const double *densities) {
    for (size_t r = 0; r < rows->count && count->open > 0; r++) {
        size_t row = first + r, best = find_owner(count->model, rows, densities, r);
        if (best == count->model->k || (rows->weight != NULL && rows->weight[r] == 0)) {
            continue; /* noise, or not drawn */
        }
        size_t enough = rows_needed(count->em, count->model, best);
        size_t *own = count->seen + best * count->most;
        bool known = count->counts[best] == enough;
        for (size_t i = 0; i < count->counts[best] && !known; i++) {
            known = same_row(count->em->data, count->model, best, own[i], row);
        }
        if (!known) {
            own[count->counts[best]++] = row;
            count->open -= count->counts[best] == enough;
        }
    }
}

/* For each component the number of distinct rows that belong to it, counted as far as needed. */
static mixture_status count_rows(mix_em *em, const mixture_model *model, const mix_cancel *cancel,
                                 size_t *counts) {
    const mix_shape shape = mix_shape_of(model);
    size_t k = model->k, most = model->family->least_rows(&shape, model->d);
    double *densities = mix_expect_scratch(em->expect), *scratch = densities + k * MIX_BLOCK_ROWS;
    size_t *seen = mix_memory_array(k, most * sizeof(size_t));
    double *room = mix_memory_zeros(mix_runs_room(em->data) + 1, sizeof(double));
    mix_gaps *gaps = em->data->incomplete > 0 ? mix_gaps_new(&shape) : NULL;
    bool made = seen != NULL && room != NULL && (gaps != NULL || em->data->incomplete == 0);
    mixture_status status = made ? MIXTURE_OK : MIXTURE_NOMEM;
    row_count count = {em, model, counts, seen, most, k};
    memset(counts, 0, k * sizeof *counts);
    mix_turns turns = {.cancel = cancel};
    mix_runs runs = {.data = NULL};
    mix_rows rows;
    if (made) {
        mix_runs_begin(&runs, em->data, 0, SIZE_MAX, room);
    }
    if (gaps != NULL) {
        mix_gaps_begin(gaps, model, NULL);
    }
    while (status == MIXTURE_OK && count.open > 0 && mix_runs_next(&runs, &rows)) {
        bool on = rows.pattern != NULL ? mix_gaps_log_density(gaps, &rows, densities, scratch, &turns)
                                       : mix_family_log_density(model, &rows, densities, scratch, &turns);
        if (on && model->noisy) {
            mix_noise_log_density(model, &rows, densities + k * rows.stride);
        }
        if (on) {
            count_some(&count, &rows, runs.first, densities);
        }
        status = !on || mix_cancelled(cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
    }
    mix_gaps_free(gaps);
    mix_memory_free(room);
    mix_memory_free(seen);
    return status;
}

mixture_status mix_soundness_judge(mix_em *em, const mixture_model *model, const mix_cancel *cancel,
                                   mix_soundness *soundness, mixture_error *error) {
    *soundness = mix_soundness_glance(model);
    bool labelled = (em->data->extras & MIXTURE_LABELLED) != 0;
    if (labelled) {
        soundness->saddle = false; /* the labels say what the components are */
    }
    mixture_status status = MIXTURE_OK;
    if (model->k > 1 && !labelled && !soundness->saddle) {
        status = isnan(em->single) ? fit_single(em, model, cancel, error) : MIXTURE_OK;
        double least = (SADDLE_GAIN / (double)em->data->rows + SADDLE_GAIN_PER_ROW) * em->data->total_weight;
        soundness->saddle = status == MIXTURE_OK && em->run.loglik - em->single < least;
    }
    if (status == MIXTURE_OK && !soundness->degenerate) {
        size_t *counts = mix_memory_array(model->k, sizeof(size_t));
        status = counts != NULL ? count_rows(em, model, cancel, counts) : MIXTURE_NOMEM;
        for (size_t c = 0; status == MIXTURE_OK && c < model->k; c++) {
            soundness->degenerate = soundness->degenerate || counts[c] < rows_needed(em, model, c);
        }
        mix_memory_free(counts);
        if (status != MIXTURE_OK) {
            return mix_error_status(error, status);
        }
    }
    return status;
}

/* The first component before c that coincides with it; c if there is none. */
static size_t find_twin(const mixture_model *model, size_t c) {
    size_t other = 0;
    while (other < c && !both_coincide(model, other, c)) {
        other++;
    }
    return other;
}

static mixture_status warn_component(mix_em *em, mixture_model *model, size_t c, size_t rows) {
    size_t twin = find_twin(model, c);
    if (model->weights[c] * em->data->total_weight < EMPTY_ROWS) {
        return mix_model_warn(model, "component %zu is empty", c + 1);
    }
    if (model->floored[c] > MIX_FLOOR_STEP) {
        return mix_model_warn(model, "component %zu is held at %s", c + 1, mix_family_floor(model->family));
    }
    if (twin < c) {
        return mix_model_warn(model, "components %zu and %zu coincide", twin + 1, c + 1);
    }
    size_t enough = rows_needed(em, model, c);
    if (rows < enough) {
        return mix_model_warn(model, "component %zu has %zu distinct row%s; %zu are needed", c + 1, rows,
                              rows == 1 ? "" : "s", enough);
    }
    return MIXTURE_OK;
}

/* The first column in which a component is as good as one of another family. */
static mixture_status warn_limit(mixture_model *model, size_t c) {
    for (size_t j = 0; j < model->d; j++) {
        const mix_column_view at = mix_mixed_column(model, j);
        const mix_limit *limit = at.model.family->limit;
        if (limit != NULL && limit->reached(&at.model, c, at.column)) {
            return mix_model_warn(model, "component %zu, column %zu: %s at the bound of %g, as good as %s", c + 1,
                                  mix_family_caller(model->family, j) + 1, limit->parameter, limit->bound,
                                  limit->other);
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_soundness_warn(mix_em *em, mixture_model *model, const mix_cancel *cancel) {
    size_t *counts = mix_memory_array(model->k, sizeof(size_t));
    mixture_status status = counts != NULL ? count_rows(em, model, cancel, counts) : MIXTURE_NOMEM;
    mix_turns turns = {.cancel = cancel};
    double pairs = 10 * (double)model->d * (double)model->d;
    for (size_t c = 0; status == MIXTURE_OK && c < model->k; c++) {
        bool over = mix_turns_over(&turns, pairs * (double)c);
        status = over ? MIXTURE_CANCELLED : warn_component(em, model, c, counts[c]);
        status = status == MIXTURE_OK ? warn_limit(model, c) : status;
    }
    mix_memory_free(counts);
    return status;
}
