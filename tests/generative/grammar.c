/* grammar.c: the functions and tables, and calls of them. */
#include "grammar.h"

#include <math.h>
#include <string.h>

#include "svg_check.h"

/* clang-format off */
const callable grammar[] = {
    /* name                   use        takes    gives          of */
    {"gmm_fit",               AGGREGATE, "xkf",   "M?",          "gaussian"},
    {"mmm_fit",               AGGREGATE, "xkf",   "M?",          "multinomial"},
    {"pmm_fit",               AGGREGATE, "xkf",   "M?",          "poisson"},
    {"gmm_select",            AGGREGATE, "xka",   "M?",          "gaussian"},
    {"mmm_select",            AGGREGATE, "xka",   "M?",          "multinomial"},
    {"pmm_select",            AGGREGATE, "xka",   "M?",          "poisson"},
    {"mix_fit",               AGGREGATE, "xkv",   "M?",          NULL},
    {"mix_select",            AGGREGATE, "xkv",   "M?",          NULL},
    {"mix_refit",             AGGREGATE, "mxr",   "M?",          NULL},
    {"mix_update",            AGGREGATE, "mx",    "M?",          NULL},
    {"mix_bootstrap",         AGGREGATE, "mxb",   "M?",          NULL},
    {"mix_test",              AGGREGATE, "xke",   "J?",          NULL},
    {"mix_predict",           SCALAR,    "mx",    "c",           NULL},
    {"mix_probability",       SCALAR,    "mcx",   "u",           NULL},
    {"mix_probabilities",     SCALAR,    "mx",    "J",           NULL},
    {"mix_uncertainty",       SCALAR,    "mx",    "u",           NULL},
    {"mix_density",           SCALAR,    "mx",    "D",           NULL},
    {"mix_log_density",       SCALAR,    "mx",    "L",           NULL},
    {"mix_distance",          SCALAR,    "mcx",   "D",           "gaussian lognormal exponential gamma beta von_mises poisson negative_binomial"},
    {"mix_impute",            SCALAR,    "mx",    "J",           NULL},
    {"mix_divergence",        SCALAR,    "mm",    "u?",          "gaussian poisson"},
    {"mix_match",             SCALAR,    "mm",    "M?",          "gaussian poisson"},
    {"mix_rand_index",        AGGREGATE, "zz",    "f?",          NULL},
    {"mix_tail",              SCALAR,    "mx",    "u",           NULL},
    {"mix_condition",         SCALAR,    "mx",    "M?",          NULL},
    {"mix_marginal",          SCALAR,    "mJ",    "M?",          NULL},
    {"mix_cdf",               SCALAR,    "oz",    "u?",          "gaussian poisson"},
    {"mix_quantile",          SCALAR,    "oq",    "f?",          "gaussian poisson"},
    {"mix_row",               SCALAR,    "x",     "B",           NULL},
    {"mix_number",            SCALAR,    "t",     "f?",          NULL},
    {"mix_summary",           SCALAR,    "m",     "T",           NULL},
    {"mix_rename",            SCALAR,    "mN",    "M?",          NULL},
    {"mix_name",              SCALAR,    "mc",    "T?",          NULL},
    {"mix_loglik",            AGGREGATE, "mxi",   "L?",          NULL},
    {"mix_statistics",        AGGREGATE, "mxi",   "B?",          NULL},
    {"mix_merge",             AGGREGATE, "s",     "B?",          NULL},
    {"mix_maximize",          SCALAR,    "s",     "M?",          NULL},
    {"mix_sample_rows",       AGGREGATE, "nx",    "B?",          NULL},
    {"mix_extrapolate",       SCALAR,    "mmm",   "M?",          NULL},
    {"mix_step",              AGGREGATE, "mxi",   "M?",          NULL},
    {"mix_plot",              AGGREGATE, "mxd",   "S?",          NULL},
    {"mix_plot_model",        SCALAR,    "mw",    "S",           NULL},
    {"mixture_version",       SCALAR,    "",      "T",           NULL},
    {"mixture_debug",         SCALAR,    "",      "J",           NULL},
    {"mix_components",        TABLE,     "m",     "cuJ?J?J?JT?J", NULL},
    {"mix_parameters",        TABLE,     "m",     "cTi?i?fT?T?",   NULL},
    {"mix_responsibilities",  TABLE,     "mx",    "cuL",         NULL},
    {"mix_explain",           TABLE,     "mx",    "TV?cf?f?f?f?f?f?", NULL},
    {"mix_profile",           TABLE,     "m",     "cTV?f?f?f?f?f?", NULL},
    {"mix_combine",           TABLE,     "m",     "icc+",        NULL},
    {"mix_intervals",         TABLE,     "m",     "cTT?i?i?f+ffffV?", NULL},
    {"mix_trace",             TABLE,     "m",     "if",          NULL},
    {"mix_selection",         TABLE,     "m",     "iiT?f?i?f?f?f?i?iJi?f?f?u?", NULL},
    {"mix_sample",            TABLE,     "mn",    "icJf?f?f?f?f?f?f?f?", NULL},
    {"mix_grid",              TABLE,     "mn",    "ff?Dc",       "gaussian"},
    {"mix_ellipses",          TABLE,     "mp",    "ciff",        "gaussian"},
    {"mix_progress",          TABLE,     "",      "TTi?i?f?ff?",  NULL},
    {"mix_contours",          TABLE,     "ml",    "Diiffu",      "gaussian"},
};
/* clang-format on */
const size_t grammar_size = sizeof grammar / sizeof *grammar;

static bool is_known(const char *name) {
    for (size_t i = 0; i < grammar_size; i++) {
        if (strcmp(grammar[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

void grammar_is_complete(trial *t) {
    static const char *const lists[] = {"SELECT DISTINCT name FROM pragma_function_list ORDER BY name",
                                        "SELECT name FROM pragma_module_list ORDER BY name"};
    size_t ours = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        answer names = trial_rows(t, "%s", lists[i]);
        for (size_t row = 0; row < names.rows; row++) {
            const char *name = names.cells[row].text;
            bool prefixed = strncmp(name, "gmm_", 4) == 0 || strncmp(name, "mmm_", 4) == 0 ||
                            strncmp(name, "pmm_", 4) == 0 || strncmp(name, "mix", 3) == 0;
            ours += prefixed;
            if (prefixed && !is_known(name)) {
                trial_fail(t, "%s has no line in the table of tests/generative/grammar.c", name);
            }
        }
    }
    if (ours != grammar_size) {
        trial_fail(t, "%d functions and tables, and %d lines in tests/generative/grammar.c", (int)ours,
                   (int)grammar_size);
    }
}

/* ---- Arguments ---------------------------------------------------------------------------------------------- */

static const char *const selections[] = {
    "\"criterion\":\"icl\"", "\"k\":[1,2]", "\"max_iter\":3", "\"criterion\":\"sabic\"", "\"n_init\":1",
    "\"criterion\":\"nec\"", NULL};
static const char *const refits[] = {"\"max_iter\":3", "\"tol\":0.01", "\"accelerate\":false", NULL};
static const char *const bootstraps[] = {"\"replicates\":5", "\"replicates\":3,\"type\":\"weighted\"",
                                         "\"replicates\":4,\"type\":\"parametric\"", NULL};
static const char *const drawings[] = {"\"what\":\"uncertainty\"", "\"what\":\"density\"", "\"width\":300",
                                       "\"title\":\"<&>\"",        "\"points\":5",         "\"levels\":2",
                                       "\"palette\":\"viridis\"",  "\"columns\":[1]",      NULL};
static const char *const pictures[] = {"\"what\":\"surface\"", "\"what\":\"components\"", "\"height\":500",
                                       "\"palette\":\"gray\"", "\"levels\":[0.5]",        NULL};
static const char *const names[] = {"NULL", "'[\"a\",\"b\"]'", "'[\"only\"]'", "json_array('x', 'y', char(252))",
                                    NULL};
static const char *const arrays[] = {"'[1]'", "'[\"x1\"]'", "NULL", "json_array(1)", NULL};
static const char *const values[] = {"0", "t.x1", "1e300", "-1e300", "2.5", "NULL", NULL};
static const char *const shares[] = {"0.5", "1e-300", "0.999999", "0.1", "NULL", NULL};
static const char *const texts[] = {"'12.5'", "' 1e3 '", "''", "NULL", "7", "'-0'", NULL};
static const char *const levels[] = {"", ", 3", ", '[0.5,0.9]'", ", 2, 20", ", '[0.1]', 30, 9", NULL};
static const char *const sizes[] = {"1", "3", "4, 2", "2, 3", NULL};
static const char *const probabilities[] = {"", ", 0.5", ", 0.9, 5", ", 0.999999", NULL};

/* Things that hardly any argument may be. */
static const char *const strange[] = {"NULL",
                                      "-1",
                                      "0",
                                      "1e999",
                                      "-1e999",
                                      "'abc'",
                                      "''",
                                      "x'00'",
                                      "zeroblob(8)",
                                      "1.5",
                                      "9223372036854775807",
                                      "'['",
                                      "'{}'",
                                      "'[1,2]'",
                                      "zeroblob(24)",
                                      "'12'",
                                      "1e300",
                                      "'{\"k\":1}'",
                                      "char(0)",
                                      "t.id",
                                      NULL};

/* The model, with a letter or a part of it that is not as it was. */
static const char *altered_model(trial *t) {
    size_t length = strlen(t->model), at = trial_below(t, length), cut = 1 + trial_below(t, 6);
    cut = at + cut < length ? cut : length - at;
    static const char *const patches[] = {"", "0", "9", "-", ",", "]", "1e308", "\"", "null", "[", "1e-320", NULL};
    return trial_text(t, "%.*q%q%q", (int)at, t->model, trial_pick(t, patches), t->model + at + cut);
}

static const char *model_argument(trial *t, bool sound) {
    if (!sound) {
        return trial_text(t, "'%s'", altered_model(t));
    }
    return trial_chance(t, 0.2) ? "(SELECT m FROM model)" : "model.m";
}

/* ", '{...}'" of one to two members, or nothing. */
static const char *some_options(trial *t, const char *const *members) {
    const char *one = trial_pick(t, members), *two = trial_pick(t, members);
    bool differ = strncmp(one, two, strcspn(one, ":")) != 0;
    return trial_chance(t, 0.3)             ? ""
           : differ && trial_chance(t, 0.5) ? trial_text(t, ", '{%s,%s}'", one, two)
                                            : trial_text(t, ", '{%s}'", one);
}

/* Columns of the model's family, but for one that is left to be Gaussian. */
static const char *some_families(trial *t) {
    const char *list = "";
    size_t plain = trial_chance(t, 0.3) ? trial_below(t, t->d) : t->d;
    for (size_t j = 0; j < t->d; j++) {
        const char *family = j == plain ? "gaussian" : t->family->name;
        list = trial_text(t, "%s%s\"x%d\":\"%s\"", list, j > 0 ? "," : "", (int)j + 1, family);
    }
    return trial_text(t, ", '{\"families\":{%s},\"n_init\":1,\"max_iter\":%d}'", list, 1 + (int)trial_below(t, 8));
}

static const char *sound_argument(trial *t, char what, bool packed) {
    switch (what) {
    case 'm':
        return model_argument(t, true);
    case 'x':
        return packed ? t->packed : t->columns;
    case 'c':
        return trial_text(t, "%d", 1 + (int)trial_below(t, t->k));
    case 'k':
        return trial_text(t, "%d", 1 + (int)trial_below(t, 3));
    case 's':
        return "s";
    case 'N':
        return trial_pick(t, names);
    case 'J':
        return trial_pick(t, arrays);
    case 'o':
        return trial_text(t, "mix_marginal(%s, '[1]')", model_argument(t, true));
    case 'z':
        return trial_pick(t, values);
    case 'q':
        return trial_pick(t, shares);
    case 't':
        return trial_pick(t, texts);
    case 'n':
        return trial_pick(t, sizes);
    case 'f':
        return trial_text(t, ", '{%s}'", world_options(t));
    case 'a':
        return some_options(t, selections);
    case 'v':
        return some_families(t);
    case 'i':
        return packed || trial_chance(t, 0.7)
                   ? ""
                   : trial_text(t, ", 2, NULL, '{\"weight\":%d,\"label\":%d}'", (int)t->d + 1, (int)t->d + 2);
    case 'r':
        return some_options(t, refits);
    case 'b':
        return trial_text(t, ", '{%s,\"max_iter\":5}'", trial_pick(t, bootstraps));
    case 'e':
        return trial_text(t, ", '{\"replicates\":%d,\"n_init\":1,\"max_iter\":5}'", 1 + (int)trial_below(t, 3));
    case 'd':
        return some_options(t, drawings);
    case 'w':
        return some_options(t, pictures);
    case 'l':
        return trial_pick(t, levels);
    case 'p':
        return trial_pick(t, probabilities);
    default:
        trial_fail(t, "no argument %c", what);
    }
}

/* Those letters bring their comma, if they are there at all. */
static bool brings_comma(char what) {
    return strchr("favrbedwlpi", what) != NULL;
}

const char *grammar_arguments(trial *t, const callable *called, bool sound, bool packed) {
    const char *list = "";
    size_t count = strlen(called->arguments), bad = sound || count == 0 ? count : trial_below(t, count);
    for (size_t i = 0; i < count; i++) {
        char what = called->arguments[i];
        const char *argument = sound_argument(t, what, packed);
        const char *comma = i == 0 || brings_comma(what) ? "" : ", ";
        if (i == bad && what == 'm' && trial_chance(t, 0.7)) {
            argument = model_argument(t, false);
        } else if (i == bad && what == 'x' && !packed && t->d > 1 && trial_chance(t, 0.5)) {
            argument = trial_text(t, "%s, %s", trial_pick(t, strange), strchr(argument, ',') + 2);
        } else if (i == bad && trial_chance(t, 0.1)) { /* one too many */
            argument = trial_text(t, brings_comma(what) ? "%s, 1, 1" : "%s, 1", argument);
        } else if (i == bad) {
            argument = trial_pick(t, strange);
            comma = i > 0 ? ", " : "";
        }
        list = trial_text(t, "%s%s%s", list, comma, argument);
    }
    return list;
}

const char *grammar_query(trial *t, const callable *called, const char *arguments) {
    if (strchr(called->arguments, 's') != NULL) {
        return trial_text(
            t,
            "SELECT %s(%s) FROM (SELECT mix_statistics(m, %s) AS s, t.id FROM t, model GROUP BY t.id %% 3) AS t",
            called->name, arguments, t->packed);
    }
    const char *rows = strchr(called->arguments, 'x') != NULL ? "t" : "(SELECT 1 AS id) AS t";
    switch (called->use) {
    case TABLE:
        return trial_text(t, "SELECT r.* FROM %s, model, %s(%s) AS r LIMIT 500", rows, called->name, arguments);
    case AGGREGATE:
        return trial_text(t, "SELECT %s(%s) FROM t, model", called->name, arguments);
    default:
        return trial_text(t, "SELECT %s(%s) FROM %s, model ORDER BY t.id", called->name, arguments, rows);
    }
}

/* ---- Results ------------------------------------------------------------------------------------------------ */

static bool is_number(const cell *got) {
    return (got->type == SQLITE_FLOAT || got->type == SQLITE_INTEGER) && !isnan(got->number);
}

static bool is_json(trial *t, const cell *got) {
    return got->type == SQLITE_TEXT && strlen(got->text) == got->bytes &&
           trial_value(t, "SELECT json_valid(%Q)", got->text).integer == 1;
}

/* A model is JSON that every function reads, with weights that sum to 1, or to within 1e-6 of it where they came
** so. */
static bool is_model(trial *t, const cell *got) {
    if (!is_json(t, got)) {
        return false;
    }
    answer parts = trial_rows(t, "SELECT weight FROM mix_components(%Q)", got->text);
    double sum = 0;
    for (size_t i = 0; i < parts.rows; i++) {
        sum += parts.cells[i].number;
    }
    return parts.rows > 0 && fabs(sum - 1) < 1.1e-6;
}

static bool is_of_kind(trial *t, char kind, const cell *got) {
    switch (kind) {
    case 'c':
        return got->type == SQLITE_INTEGER && got->integer >= 1;
    case 'i':
        return got->type == SQLITE_INTEGER && got->integer >= 0;
    case 'u':
        return is_number(got) && got->number >= 0 && got->number <= 1;
    case '+':
        return is_number(got) && got->number >= 0 && isfinite(got->number);
    case 'f':
        return is_number(got) && isfinite(got->number);
    case 'D':
        return is_number(got) && got->number >= 0;
    case 'L':
        return is_number(got) && got->number < (double)INFINITY;
    case 'J':
        return is_json(t, got);
    case 'M':
        return is_model(t, got);
    case 'S':
        return got->type == SQLITE_TEXT && strlen(got->text) == got->bytes && svg_well_formed(got->text);
    case 'B':
        return got->type == SQLITE_BLOB && got->bytes > 0;
    case 'V':
        return got->type != SQLITE_NULL;
    case 'T':
        return got->type == SQLITE_TEXT && got->bytes > 0;
    default:
        return false;
    }
}

void grammar_check(trial *t, const callable *called, const answer *got, bool may_be_null) {
    for (size_t row = 0; row < got->rows; row++) {
        const char *kind = called->result;
        for (size_t column = 0; column < got->columns; column++) {
            const cell *found = &got->cells[row * got->columns + column];
            if (kind == NULL || *kind == '\0') {
                trial_fail(t, "%s gives %d columns, more than the grammar says", called->name, (int)got->columns);
            }
            bool optional = kind[1] == '?';
            bool right = found->type == SQLITE_NULL ? optional || may_be_null : is_of_kind(t, *kind, found);
            if (!right) {
                trial_fail(t, "%s gives %s in row %d, column %d, which is not of kind %c", called->name,
                           found->type == SQLITE_NULL ? "NULL"
                           : found->text != NULL      ? trial_text(t, "%.300s", found->text)
                                                      : trial_text(t, "%!.17g", found->number),
                           (int)row + 1, (int)column + 1, *kind);
            }
            kind += optional ? 2 : 1;
        }
        if (*kind != '\0') {
            trial_fail(t, "%s gives %d columns, fewer than the grammar says", called->name, (int)got->columns);
        }
    }
}
