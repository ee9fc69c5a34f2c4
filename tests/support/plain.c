/* plain.c: mixtures as the formulas say. */
#include "plain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

double plain_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(*state >> 11) * 0x1p-53;
}

plain plain_model(size_t k, size_t d, unsigned seed) {
    plain model = {.k = k, .d = d};
    uint64_t random = seed;
    double total = 0;
    for (size_t c = 0; c < k; c++) {
        total += model.weights[c] = 1 + plain_random(&random);
        double factor[PLAIN_D][PLAIN_D] = {{0}};
        for (size_t i = 0; i < d; i++) {
            model.means[c][i] = 8 * plain_random(&random) - 4;
            for (size_t j = 0; j <= i; j++) {
                factor[i][j] = i == j ? 0.5 + plain_random(&random) : 2 * plain_random(&random) - 1;
            }
        }
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j < d; j++) {
                for (size_t p = 0; p < d; p++) {
                    model.covariances[c][i][j] += factor[i][p] * factor[j][p];
                }
            }
        }
    }
    for (size_t c = 0; c < k; c++) {
        model.weights[c] /= total;
    }
    return model;
}

static void put(char *text, double number, bool last, const char *end) {
    sprintf(text + strlen(text), "%.17g%s", number, last ? end : ",");
}

char *plain_json(const plain *model) {
    size_t k = model->k, d = model->d;
    char weights[200] = "", means[1000] = "", covariances[4000] = "";
    for (size_t c = 0; c < k; c++) {
        put(weights, model->weights[c], c + 1 == k, "");
        strcat(means, c ? ",[" : "[");
        strcat(covariances, c ? ",[" : "[");
        for (size_t i = 0; i < d; i++) {
            put(means, model->means[c][i], i + 1 == d, "]");
            strcat(covariances, i ? ",[" : "[");
            for (size_t j = 0; j < d; j++) {
                put(covariances, model->covariances[c][i][j], j + 1 == d, "]");
            }
        }
        strcat(covariances, "]");
    }
    return sql_format("{\"family\":\"gaussian\",\"weights\":[%s],\"means\":[%s],\"covariances\":[%s]}", weights,
                      means, covariances);
}

/* Up to `count` numbers after a key, brackets and commas passed over. */
static void read_numbers(const char *json, const char *key, double *numbers, size_t count) {
    const char *at = strstr(json, key);
    assert_non_null(at);
    at += strlen(key);
    for (size_t i = 0; i < count; i++) {
        at += strspn(at, "[],");
        char *end;
        numbers[i] = strtod(at, &end);
        assert_true(end > at);
        at = end;
    }
}

plain plain_read(const char *json) {
    double k, d, means[PLAIN_K * PLAIN_D], covariances[PLAIN_K * PLAIN_D * PLAIN_D];
    read_numbers(json, "\"k\":", &k, 1);
    read_numbers(json, "\"d\":", &d, 1);
    plain model = {.k = (size_t)k, .d = (size_t)d};
    assert_true(model.k <= PLAIN_K && model.d <= PLAIN_D);
    read_numbers(json, "\"weights\":", model.weights, model.k);
    read_numbers(json, "\"means\":", means, model.k * model.d);
    read_numbers(json, "\"covariances\":", covariances, model.k * model.d * model.d);
    for (size_t c = 0; c < model.k; c++) {
        for (size_t i = 0; i < model.d; i++) {
            model.means[c][i] = means[c * model.d + i];
            for (size_t j = 0; j < model.d; j++) {
                model.covariances[c][i][j] = covariances[(c * model.d + i) * model.d + j];
            }
        }
    }
    return model;
}

long double plain_solve(size_t n, long double *s, long double *y, long double *log_det) {
    size_t width = n + 1;
    long double squared = 0;
    *log_det = 0;
    for (size_t i = 0; i < n; i++) { /* no pivoting: S is positive definite */
        *log_det += logl(s[i * width + i]);
        for (size_t r = i + 1; r < n; r++) {
            long double factor = s[r * width + i] / s[i * width + i];
            for (size_t j = i; j <= n; j++) {
                s[r * width + j] -= factor * s[i * width + j];
            }
        }
    }
    for (size_t i = n; i-- > 0;) {
        y[i] = s[i * width + n];
        squared += y[i] * y[i] / s[i * width + i]; /* S = L D L', L z = v: v' S^-1 v = z' D^-1 z */
        for (size_t j = i + 1; j < n; j++) {
            y[i] -= s[i * width + j] * y[j];
        }
        y[i] /= s[i * width + i];
    }
    return squared;
}

/* With S = covariance of the observed columns: solve S y = x - m by elimination; also gives its determinant. */
static size_t observe(const plain *model, size_t c, const double *x, size_t *seen, long double *y,
                      long double *log_det, long double *squared_distance) {
    long double s[PLAIN_D * (PLAIN_D + 1)];
    size_t n = 0;
    for (size_t j = 0; j < model->d; j++) {
        if (!isnan(x[j])) {
            seen[n++] = j;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            s[i * (n + 1) + j] = (long double)model->covariances[c][seen[i]][seen[j]];
        }
        s[i * (n + 1) + n] = (long double)x[seen[i]] - (long double)model->means[c][seen[i]];
    }
    *squared_distance = plain_solve(n, s, y, log_det);
    return n;
}

long double plain_component(const plain *model, size_t component, const double *x, long double *squared_distance) {
    size_t seen[PLAIN_D];
    long double y[PLAIN_D], log_det, squared;
    size_t n = observe(model, component, x, seen, y, &log_det, &squared);
    if (squared_distance != NULL) {
        *squared_distance = squared;
    }
    return -0.5L * ((long double)n * logl(2 * acosl(-1)) + log_det + squared);
}

long double plain_log_density(const plain *model, const double *x, long double *resp) {
    long double joint[PLAIN_K], top = -HUGE_VALL, sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        joint[c] = logl((long double)model->weights[c]) + plain_component(model, c, x, NULL);
        top = fmaxl(top, joint[c]);
    }
    for (size_t c = 0; c < model->k; c++) {
        sum += expl(joint[c] - top);
    }
    for (size_t c = 0; resp != NULL && c < model->k; c++) {
        resp[c] = expl(joint[c] - top) / sum;
    }
    return top + logl(sum);
}

void plain_impute(const plain *model, const double *x, double *complete) {
    long double resp[PLAIN_K];
    (void)plain_log_density(model, x, resp);
    for (size_t i = 0; i < model->d; i++) {
        long double sum = 0;
        for (size_t c = 0; c < model->k; c++) {
            size_t seen[PLAIN_D];
            long double y[PLAIN_D], log_det, squared;
            size_t n = observe(model, c, x, seen, y, &log_det, &squared);
            long double expected = (long double)model->means[c][i];
            for (size_t j = 0; j < n; j++) {
                expected += (long double)model->covariances[c][i][seen[j]] * y[j];
            }
            sum += resp[c] * expected;
        }
        complete[i] = isnan(x[i]) ? (double)sum : x[i];
    }
}

char *plain_arguments(const double *x, size_t d) {
    char text[40 * PLAIN_D] = "";
    for (size_t j = 0; j < d; j++) {
        strcat(text, j ? ", " : "");
        if (isnan(x[j])) {
            strcat(text, "NULL");
        } else {
            sprintf(text + strlen(text), "%.17g", x[j]);
        }
    }
    return sql_format("%s", text);
}
