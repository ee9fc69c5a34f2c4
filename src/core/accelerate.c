/* accelerate.c: SQUAREM, scheme S3 of Varadhan & Roland, Scandinavian Journal of Statistics 35 (2008) 335.
**
** From three consecutive iterates t0, t1, t2: r = t1 - t0, v = (t2 - t1) - r, s = |r| / |v|, and the jump goes to
** t0 + 2 s r + s^2 v. Coordinates are log weights and what the family packs, in which every point is a valid
** model. The caller keeps a jump only if the log-likelihood rose; the bound on s grows while jumps at the bound
** succeed and shrinks when one fails. */
#include "accelerate.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "model.h"

/* A sequence is slow when a step gains at least this share of the step before. */
#define SLOW 0.75
enum { FIRST_STEPS = 8, FIRST_BOUND = 4, BOUND_FACTOR = 4 };

struct mix_accelerate {
    size_t size; /* coordinates */
    double *theta[3];
    int held;       /* how many of theta are consecutive iterates */
    long steps;     /* plain iterates seen */
    double rise;    /* of the last one */
    double bound;   /* on s */
    bool at_bound;  /* the last jump was limited by it */
    int pause;      /* plain steps to make before the next jump */
    int next_pause; /* after a further failure */
    mixture_model *saved;
    double *saved_statistics;
    size_t statistics_size;
};

mix_accelerate *mix_accelerate_new(const mixture_family *family, size_t k, size_t d, size_t statistics) {
    mix_accelerate *accelerate = mix_memory_zeros(1, sizeof *accelerate);
    if (accelerate == NULL) {
        return NULL;
    }
    accelerate->size = k * (1 + family->packed_size(d));
    accelerate->statistics_size = statistics;
    accelerate->saved = mixture_model_new(family, k, d);
    accelerate->saved_statistics = mix_memory_array(statistics, sizeof(double));
    bool full = accelerate->saved != NULL && accelerate->saved_statistics != NULL;
    for (int i = 0; i < 3; i++) {
        accelerate->theta[i] = mix_memory_array(accelerate->size, sizeof(double));
        full = full && accelerate->theta[i] != NULL;
    }
    if (!full) {
        mix_accelerate_free(accelerate);
        return NULL;
    }
    mix_accelerate_reset(accelerate);
    return accelerate;
}

void mix_accelerate_free(mix_accelerate *accelerate) {
    if (accelerate != NULL) {
        for (int i = 0; i < 3; i++) {
            mix_memory_free(accelerate->theta[i]);
        }
        mixture_model_free(accelerate->saved);
        mix_memory_free(accelerate->saved_statistics);
        mix_memory_free(accelerate);
    }
}

void mix_accelerate_reset(mix_accelerate *accelerate) {
    accelerate->held = 0;
    accelerate->steps = 0;
    accelerate->rise = INFINITY;
    accelerate->bound = FIRST_BOUND;
    accelerate->pause = 0;
    accelerate->next_pause = 2;
}

static bool pack(const mixture_model *model, double *theta, double *scratch) {
    for (size_t c = 0; c < model->k; c++) {
        if (model->floored[c] || !(model->weights[c] > 1e-300)) {
            return false; /* at the edge of the parameter space: leave it to EM */
        }
        *theta++ = model->log_weights[c];
        if (!model->family->pack(model, c, theta, scratch)) {
            return false;
        }
        theta += model->family->packed_size(model->d);
    }
    return true;
}

static void unpack(mixture_model *model, const double *theta, double *scratch) {
    size_t size = model->family->packed_size(model->d);
    double sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] = exp(theta[c * (1 + size)]);
        sum += model->weights[c];
        model->family->unpack(model, c, theta + c * (1 + size) + 1, scratch);
    }
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] /= sum;
    }
}

bool mix_accelerate_observe(mix_accelerate *accelerate, const mixture_model *model, double rise, double *scratch) {
    bool slow = rise > SLOW * accelerate->rise;
    accelerate->rise = rise;
    accelerate->steps++;
    if (accelerate->held == 0 && (!slow || accelerate->steps < FIRST_STEPS)) {
        return false;
    }
    if (accelerate->held == 3) {
        double *oldest = accelerate->theta[0];
        memmove(accelerate->theta, accelerate->theta + 1, 2 * sizeof *accelerate->theta);
        accelerate->theta[2] = oldest;
        accelerate->held = 2;
    }
    if (!pack(model, accelerate->theta[accelerate->held], scratch)) {
        accelerate->held = 0;
        return false;
    }
    accelerate->held++;
    if (accelerate->pause > 0) {
        accelerate->pause--;
        return false;
    }
    return accelerate->held == 3;
}

bool mix_accelerate_jump(mix_accelerate *accelerate, mixture_model *model, const double *statistics,
                         const mix_maximize *how, double *scratch) {
    const double *t0 = accelerate->theta[0], *t1 = accelerate->theta[1];
    double *t2 = accelerate->theta[2];
    double rr = 0, vv = 0;
    for (size_t i = 0; i < accelerate->size; i++) {
        double r = t1[i] - t0[i], v = (t2[i] - t1[i]) - r;
        rr += r * r;
        vv += v * v;
    }
    accelerate->held = 0; /* whatever comes, the next jump needs new iterates */
    double s = vv > 0 ? sqrt(rr / vv) : accelerate->bound;
    accelerate->at_bound = s >= accelerate->bound;
    s = accelerate->at_bound ? accelerate->bound : s;
    if (!(s > 1)) {
        return false; /* s = 1 is t2 itself */
    }
    mix_model_copy(accelerate->saved, model);
    memcpy(accelerate->saved_statistics, statistics, accelerate->statistics_size * sizeof(double));
    for (size_t i = 0; i < accelerate->size; i++) {
        double r = t1[i] - t0[i], v = (t2[i] - t1[i]) - r;
        t2[i] = t0[i] + 2 * s * r + s * s * v;
    }
    unpack(model, t2, scratch);
    if (how->equal_weights) {
        memcpy(model->weights, accelerate->saved->weights, model->k * sizeof(double));
    }
    /* The structure may not survive an extrapolation to the last digit; the floor may be passed. */
    if (model->family->constrain(model, how, scratch) || mixture_model_prepare(model, NULL) != MIXTURE_OK) {
        mix_model_copy(model, accelerate->saved);
        accelerate->bound = fmax(FIRST_BOUND, accelerate->bound / BOUND_FACTOR);
        return false;
    }
    return true;
}

void mix_accelerate_landed(mix_accelerate *accelerate, bool keep, mixture_model *model, double *statistics) {
    if (keep) {
        if (accelerate->at_bound) {
            accelerate->bound *= BOUND_FACTOR;
        }
        accelerate->next_pause = 2;
        accelerate->held = 0;
        return;
    }
    mix_model_copy(model, accelerate->saved);
    memcpy(statistics, accelerate->saved_statistics, accelerate->statistics_size * sizeof(double));
    accelerate->bound = fmax(FIRST_BOUND, accelerate->bound / BOUND_FACTOR);
    accelerate->pause = accelerate->next_pause;
    accelerate->next_pause = accelerate->next_pause < 64 ? 2 * accelerate->next_pause : 64;
}
