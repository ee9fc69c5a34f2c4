/* world.c: random rows and models. */
#include "world.h"

#include <math.h>
#include <string.h>

/* ---- Models ---------------------------------------------------------------------------------------------- */

static void write_number(sqlite3_str *json, size_t index, double number) {
    sqlite3_str_appendf(json, "%s%!.17g", index > 0 ? "," : "", number);
}

/* Means and covariances: a factor with a diagonal from 0.2 to 2, in the columns' spreads. All numbers are drawn
** before any is written, for models that differ in the order of columns alone. */
static void gaussian_parameters(trial *t, sqlite3_str *json, const size_t *order) {
    static double means[MOST_COMPONENTS][MOST_COLUMNS], factor[MOST_COMPONENTS][MOST_COLUMNS][MOST_COLUMNS];
    double width = trial_chance(t, 0.1) ? 0.01 : 1;
    for (size_t c = 0; c < t->k; c++) {
        for (size_t i = 0; i < t->d; i++) {
            means[c][i] = t->center[i] + t->spread[i] * 1.5 * trial_normal(t);
            for (size_t j = 0; j < t->d; j++) {
                factor[c][i][j] = j > i ? 0 : width * (i == j ? trial_uniform(t, 0.2, 2) : 0.5 * trial_normal(t));
            }
        }
    }
    sqlite3_str_appendall(json, ",\"means\":[");
    for (size_t c = 0; c < t->k; c++) {
        sqlite3_str_appendall(json, c > 0 ? ",[" : "[");
        for (size_t i = 0; i < t->d; i++) {
            write_number(json, i, means[c][order[i]]);
        }
        sqlite3_str_appendall(json, "]");
    }
    sqlite3_str_appendall(json, "],\"covariances\":[");
    for (size_t c = 0; c < t->k; c++) {
        for (size_t i = 0; i < t->d; i++) {
            sqlite3_str_appendall(json, i > 0 ? ",[" : c > 0 ? ",[[" : "[[");
            for (size_t j = 0; j < t->d; j++) {
                double sum = 0;
                for (size_t l = 0; l < t->d; l++) {
                    sum += factor[c][order[i]][l] * factor[c][order[j]][l];
                }
                write_number(json, j, sum * t->spread[order[i]] * t->spread[order[j]]);
            }
            sqlite3_str_appendall(json, "]");
        }
        sqlite3_str_appendall(json, "]");
    }
    sqlite3_str_appendall(json, "]");
}

/* k arrays of d probabilities; in some of them a 0. */
static void write_chances(trial *t, sqlite3_str *json, const size_t *order) {
    for (size_t c = 0; c < t->k; c++) {
        double p[MOST_COLUMNS], sum = 0;
        size_t none = trial_chance(t, 0.1) ? trial_below(t, t->d) : t->d;
        for (size_t j = 0; j < t->d; j++) {
            p[j] = j == none && t->d > 1 ? 0 : exp(trial_normal(t));
            sum += p[j];
        }
        sqlite3_str_appendall(json, c > 0 ? ",[" : "[");
        for (size_t j = 0; j < t->d; j++) {
            write_number(json, j, p[order[j]] / sum);
        }
        sqlite3_str_appendall(json, "]");
    }
}

static void multinomial_parameters(trial *t, sqlite3_str *json, const size_t *order) {
    sqlite3_str_appendall(json, ",\"trials\":20,\"probabilities\":[");
    write_chances(t, json, order);
    sqlite3_str_appendall(json, "]");
}

/* By a letter: r real, a an angle, p positive, c positive and near the column's center. */
static double draw_number(trial *t, char kind, size_t j) {
    double z = trial_normal(t);
    return kind == 'r' ? z : kind == 'a' ? fmod(z, 3) : kind == 'c' ? exp(z) * t->center[j] : exp(z);
}

/* Vectors: ',"means":[[...],...],"sizes":[...]'. */
static void vector_parameters(trial *t, sqlite3_str *json, const size_t *order) {
    for (const char *at = t->family->arrays; *at != '\0';) {
        int length = (int)strcspn(at, ":");
        char kind = at[length + 1];
        sqlite3_str_appendf(json, ",\"%.*s\":[", length, at);
        for (size_t c = 0; c < t->k; c++) {
            double drawn[MOST_COLUMNS];
            for (size_t j = 0; j < t->d; j++) {
                drawn[j] = draw_number(t, kind, j);
            }
            sqlite3_str_appendall(json, c > 0 ? ",[" : "[");
            for (size_t j = 0; j < t->d; j++) {
                write_number(json, j, drawn[order[j]]);
            }
            sqlite3_str_appendall(json, "]");
        }
        sqlite3_str_appendall(json, "]");
        at += (size_t)length + 2;
        at += *at == ' ';
    }
}

const char *world_model(trial *t, const size_t *order) {
    sqlite3_str *json = sqlite3_str_new(NULL);
    sqlite3_str_appendf(json, "{\"family\":\"%s\",\"weights\":[", t->family->name);
    double weights[MOST_COMPONENTS], sum = 0;
    for (size_t c = 0; c < t->k; c++) {
        sum += weights[c] = trial_uniform(t, 0.02, 1);
    }
    for (size_t c = 0; c < t->k; c++) {
        write_number(json, c, weights[c] / sum);
    }
    sqlite3_str_appendall(json, "]");
    if (t->family->arrays != NULL) {
        vector_parameters(t, json, order);
    } else {
        t->family->parameters(t, json, order);
    }
    sqlite3_str_appendall(json, "}");
    char *made = sqlite3_str_finish(json);
    const char *copy = trial_text(t, "%s", made);
    sqlite3_free(made);
    return copy;
}

/* ---- Families -------------------------------------------------------------------------------------------- */

#define COMMON_OPTIONS                                                                                            \
    "\"seed\":5", "\"n_init\":1", "\"n_init\":3", "\"max_iter\":7", "\"max_iter\":0", "\"max_iter\":1",           \
        "\"tol\":0.001", "\"accelerate\":false", "\"equal_weights\":true", "\"init\":\"random\"",                 \
        "\"nulls\":\"skip\"", "\"few_rows\":\"fewer\"", "\"few_rows\":\"null\""

static const char *const gaussian_options[] = {COMMON_OPTIONS,
                                               "\"covariance\":\"EII\"",
                                               "\"covariance\":\"VII\"",
                                               "\"covariance\":\"EEI\"",
                                               "\"covariance\":\"VEI\"",
                                               "\"covariance\":\"EVI\"",
                                               "\"covariance\":\"VVI\"",
                                               "\"covariance\":\"EEE\"",
                                               "\"covariance\":\"VEE\"",
                                               "\"covariance\":\"EVE\"",
                                               "\"covariance\":\"VVE\"",
                                               "\"covariance\":\"EEV\"",
                                               "\"covariance\":\"VEV\"",
                                               "\"covariance\":\"EVV\"",
                                               "\"min_variance\":0.01",
                                               "\"resolution\":0",
                                               NULL};
static const char *const count_options[] = {COMMON_OPTIONS, NULL};

static const kin families[] = {
    {"gaussian", "gmm_fit", LINE, gaussian_options, NULL, gaussian_parameters},
    {"multinomial", "mmm_fit", COUNTS, count_options, NULL, multinomial_parameters},
    {"poisson", "pmm_fit", COUNTS, count_options, "rates:c", NULL},
    {"gaussian", "gmm_fit", LINE, gaussian_options, NULL, gaussian_parameters},
    {"lognormal", NULL, POSITIVE, count_options, "means:r deviations:p", NULL},
    {"exponential", NULL, POSITIVE, count_options, "rates:p", NULL},
    {"gamma", NULL, POSITIVE, count_options, "shapes:p rates:p", NULL},
    {"beta", NULL, UNIT, count_options, "alphas:p betas:p", NULL},
    {"von_mises", NULL, ANGLES, count_options, "means:a concentrations:p", NULL},
    {"negative_binomial", NULL, COUNTS, count_options, "means:c sizes:p", NULL},
};

const char *world_options(trial *t) {
    const char *options = "";
    for (size_t left = trial_below(t, 4), tries = 0; left > 0 && tries < 20; tries++) {
        const char *more = trial_pick(t, t->family->options);
        const char *key = trial_text(t, "%.*s", (int)(strchr(more, ':') - more), more);
        if (strstr(options, key) == NULL) {
            options = options[0] == '\0' ? more : trial_text(t, "%s,%s", options, more);
            left--;
        }
    }
    return options;
}

/* ---- Rows ------------------------------------------------------------------------------------------------ */

typedef enum shape { PLAIN, ROUNDED, TIED, CONSTANT, HEAVY, SHAPES } shape;

/* A value of column j of a row that belongs to one of two groups. */
static double draw_value(trial *t, shape what, size_t j, size_t group) {
    double z = trial_normal(t) + (group > 0 ? 4 : 0);
    z = t->family->range != LINE && what == CONSTANT ? 1 : z;
    switch (t->family->range) {
    case COUNTS:
        return floor(t->center[j] * exp(0.3 * z));
    case POSITIVE:
        return exp(0.5 * z);
    case UNIT:
        return 1 / (1 + exp(-0.5 * z));
    case ANGLES:
        return fmod(z, 3);
    default:
        break;
    }
    switch (what) {
    case ROUNDED:
        return t->center[j] + t->spread[j] * round(z * 4) / 4;
    case TIED:
        return t->center[j] + t->spread[j] * (double)(z > 1);
    case CONSTANT:
        return t->center[j];
    case HEAVY:
        return t->center[j] + t->spread[j] * z * fabs(z) * fabs(z);
    default:
        return t->center[j] + t->spread[j] * z;
    }
}

static void draw_column(trial *t, size_t j) {
    static const double centers[] = {0, 0, 1, -3, 1e3, 1e6, 1e9};
    bool wild = trial_chance(t, 0.05);
    t->spread[j] = pow(10, wild ? trial_uniform(t, -60, 60) : trial_uniform(t, -3, 3));
    t->center[j] = t->spread[j] * centers[trial_below(t, sizeof centers / sizeof *centers)];
    if (t->family->range == COUNTS) {
        t->center[j] = pow(10, trial_chance(t, 0.05) ? trial_uniform(t, 4, 14) : trial_uniform(t, 0, 2));
    }
}

static void insert_rows(trial *t) {
    shape shapes[MOST_COLUMNS];
    for (size_t j = 0; j < t->d; j++) {
        shapes[j] = trial_chance(t, 0.6) ? PLAIN : (shape)trial_below(t, SHAPES);
    }
    double missing = trial_chance(t, 0.7) ? 0 : 0.15, written = trial_chance(t, 0.9) ? 0 : 0.1;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    for (size_t i = 0; i < t->rows; i++) {
        size_t group = trial_below(t, 2);
        sqlite3_str_appendf(sql, "%s(%d", i > 0 ? ",\n" : "INSERT INTO t VALUES ", (int)i + 1);
        for (size_t j = 0; j < t->d; j++) {
            double value = draw_value(t, shapes[j], j, group);
            bool null = trial_chance(t, missing), text = trial_chance(t, written);
            sqlite3_str_appendf(sql, null ? ",NULL" : text ? ",'%!.17g'" : ",%!.17g", value);
        }
        sqlite3_str_appendf(sql, ",%d)", (int)trial_below(t, 3));
    }
    char *text = sqlite3_str_finish(sql);
    const char *copy = trial_text(t, "%s", text != NULL ? text : "");
    sqlite3_free(text);
    if (t->rows > 0) {
        trial_run(t, "%s", copy);
    }
}

const char *world_columns(trial *t, const size_t *order, const char *format) {
    const char *list = "";
    for (size_t j = 0; j < t->d; j++) {
        const char *name = trial_text(t, "x%d", (int)(order != NULL ? order[j] : j) + 1);
        list = trial_text(t, j > 0 ? "%s, %z" : "%s%z", list, sqlite3_mprintf(format, name));
    }
    return list;
}

const char *world_observed(trial *t, const char *by) {
    const char *list = "";
    for (size_t j = 0; j < t->d; j++) {
        list = trial_text(t, "%s %s x%d NOTNULL", list, j > 0 ? by : "", (int)j + 1);
    }
    return trial_text(t, "(%s)", list);
}

double world_size(trial *t, double loglik) {
    double size = fabs(loglik) + (double)t->rows;
    for (size_t j = 0; t->family->range == COUNTS && j < t->d; j++) {
        size += 1e-5 * trial_value(t, "SELECT total(x%d) FROM t", (int)j + 1).number;
    }
    return size;
}

/* Of t->family and t->d. */
static void make_world(trial *t) {
    t->k = 1 + trial_below(t, 3);
    t->rows = trial_chance(t, 0.05) ? 300 + trial_below(t, 300) : trial_below(t, 45);
    size_t order[MOST_COLUMNS];
    for (size_t j = 0; j < t->d; j++) {
        draw_column(t, j);
        order[j] = j;
    }
    t->columns = world_columns(t, NULL, "%s");
    t->packed = trial_text(t, "mix_row(%s)", t->columns);
    trial_run(t, "CREATE TABLE t(id INTEGER PRIMARY KEY, %s, g)", t->columns);
    trial_run(t, "CREATE TABLE model(m)");
    insert_rows(t);
    t->model = world_model(t, order);
    if (t->family->fit != NULL &&
        trial_chance(t, 0.4)) { /* a model that was fitted has more to it; where none can be, that by hand */
        answer fitted =
            trial_ask(t, trial_text(t, "SELECT %s(%s, %d) FROM t", t->family->fit, t->columns, (int)t->k));
        if (fitted.error == NULL && fitted.cells[0].type == SQLITE_TEXT) {
            t->model = fitted.cells[0].text;
        }
    }
    trial_run(t, "INSERT INTO model VALUES (%Q)", t->model);
}

void world_make(trial *t) {
    t->family = &families[trial_below(t, sizeof families / sizeof *families)];
    t->d = trial_chance(t, 0.05) ? 16 + trial_below(t, 5) : 1 + trial_below(t, 3);
    make_world(t);
}

void world_make_plane(trial *t) {
    t->family = &families[0];
    t->d = 2;
    make_world(t);
}
