/* bench_thresholds.c: what fits find and what they cost, in numbers that do not depend on the clock.
**
** usage: bench_thresholds [-q] WORKLOAD...
**
** Prints a line a fit, "name loglik verdict": letters that stand for the model's warnings, see add_verdict(); -:
** none. Last a line a workload, "# workload maps work start worse better": EM maps; operations of these, roughly;
** operations of starts, roughly (k-means and the tree); of selections, the cells whose BIC is worse and better
** than mclust's by more than 0.5. -q: about a tenth of it. thresholds.sh builds this with other values of a
** threshold and compares. Needs the GNU linker's --wrap, with which it counts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "em.h"
#include "init.h"
#include "magnitudes.h"
#include "model.h"

/* ---- Counting ----------------------------------------------------------------------------------------------- */

typedef struct cost {
    double maps, work, start;
    size_t worse, better;
} cost;

static cost spent;

/* The linker puts these in the place of the functions whose names follow __wrap_, and those under __real_. */
bool __real_mix_expect_run(mix_expect *expect, const mixture_model *model, double *statistics);
bool __wrap_mix_expect_run(mix_expect *expect, const mixture_model *model, double *statistics);
bool __real_mix_kmeans_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                              size_t *labels, bool *changed);
bool __wrap_mix_kmeans_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                              size_t *labels, bool *changed);
mixture_status __real_mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree);
mixture_status __wrap_mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree);

bool __wrap_mix_expect_run(mix_expect *expect, const mixture_model *model, double *statistics) {
    const mix_shape shape = mix_shape_of(model);
    bool done = __real_mix_expect_run(expect, model, statistics);
    spent.maps++;
    spent.work += statistics[MIX_TOTAL_WEIGHT] * (double)model->k * model->family->work(&shape);
    return done;
}

bool __wrap_mix_kmeans_assign(const mix_points *points, size_t k, const double *centers, const size_t *known,
                              size_t *labels, bool *changed) {
    spent.start += 3 * (double)points->count * (double)k * (double)points->size;
    return __real_mix_kmeans_assign(points, k, centers, known, labels, changed);
}

/* hierarchy.h: about count^2 size^2; a pair costs a logarithm, too. */
mixture_status __wrap_mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree) {
    spent.start += (double)points->count * (double)points->count * (double)(points->size * points->size + 20);
    return __real_mix_hierarchy_new(points, tree);
}

/* ---- Fits --------------------------------------------------------------------------------------------------- */

static bool quick;

static void must(bool well, const char *what) {
    if (!well) {
        fprintf(stderr, "bench_thresholds: %s\n", what);
        exit(1);
    }
}

/* The reasons for which a model warns, a letter each. */
static void add_verdict(char *const *warnings, size_t count, char *verdict) {
    static const struct reason {
        char letter;
        const char *text;
    } reasons[] = {{'e', "is empty"}, {'h', "is held at"}, {'t', "coincide"},           {'r', "distinct row"},
                   {'s', "a saddle"}, {'f', "fell"},       {'n', "not converged after"}};
    for (size_t r = 0; r < sizeof reasons / sizeof *reasons; r++) {
        bool said = false;
        for (size_t i = 0; i < count; i++) {
            said = said || strstr(warnings[i], reasons[r].text) != NULL;
        }
        if (said) {
            verdict[strlen(verdict) + 1] = '\0';
            verdict[strlen(verdict)] = reasons[r].letter;
        }
    }
}

/* How a fit ended. */
typedef struct ending {
    double loglik;
    char verdict[16];
} ending;

static void report(const char *name, ending end) {
    printf("%s %.6f %s\n", name, end.loglik, end.verdict[0] != '\0' ? end.verdict : "-");
}

static ending end_of(mixture_data *data, const mixture_options *options) {
    mixture_model *model;
    mixture_error error;
    must(mixture_fit(&mixture_gaussian, data, options, &model, &error) == MIXTURE_OK, error.text);
    ending end = {.loglik = model->loglik};
    add_verdict(model->warnings, model->warning_count, end.verdict);
    mixture_model_free(model);
    return end;
}

static void fit(const char *name, mixture_data *data, const mixture_options *options) {
    report(name, end_of(data, options));
}

static mixture_options options_for(size_t k, int structure) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.structure = structure;
    options.threads = 1;
    return options;
}

static const char *code_of(int structure, size_t d) {
    return mixture_structure_code(&mixture_gaussian, structure, d);
}

/* ---- Data --------------------------------------------------------------------------------------------------- */

enum { MOST_COLUMNS = 64 };

/* A file of numbers under a line of names. */
static mixture_data *read_rows(const char *path, size_t d) {
    mixture_data *data = mixture_data_new(d, 0);
    FILE *file = fopen(path, "r");
    must(data != NULL && file != NULL && fscanf(file, "%*[^\n]") == 0, path);
    for (;;) {
        double x[MOST_COLUMNS];
        size_t j = 0;
        while (j < d && fscanf(file, j > 0 ? ",%lf" : "%lf", &x[j]) == 1) {
            j++;
        }
        if (j < d) {
            break;
        }
        must(mixture_data_append(data, x, 1, 0) == MIXTURE_OK, "out of memory");
    }
    (void)fclose(file);
    return data;
}

/* How groups lie: deviation of their means, in deviations of a group; the ratio of each one's weight to that of
** the one before; and of the largest one's deviation to the least one's. */
typedef struct layout {
    const char *name;
    double apart, share, scales;
} layout;

static const layout layouts[] = {{"overlapping", 1.5, 1, 1}, {"clear", 5, 1, 1}, {"unequal", 3, 0.4, 5}};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* A Gaussian mixture whose groups lie so. */
static mixture_model *make_groups(const layout *how, size_t k, size_t d, int64_t seed) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, d);
    mix_random random;
    must(model != NULL, "out of memory");
    mix_random_seed(&random, seed, 100 * k + d);
    double sum = 0, away = how->apart / sqrt(fmax(1, (double)d / 3)); /* distances as in three columns */
    for (size_t c = 0; c < k; c++) {
        double *mean = model->arrays[0] + c * d, *covariance = model->arrays[1] + c * d * d;
        double axes[MOST_COLUMNS * MOST_COLUMNS];
        double scale = pow(how->scales, mix_random_uniform(&random));
        sum += model->weights[c] = pow(how->share, (double)c);
        for (size_t i = 0; i < d; i++) {
            mean[i] = away * mix_random_normal(&random);
            for (size_t j = 0; j < d; j++) {
                axes[i * d + j] = mix_random_normal(&random);
            }
        }
        for (size_t i = 0; i < d * d; i++) {
            covariance[i] = i % (d + 1) == 0 ? 0.2 : 0;
            for (size_t j = 0; j < d; j++) {
                covariance[i] += 0.8 * axes[i / d * d + j] * axes[i % d * d + j] / (double)d;
            }
            covariance[i] *= scale * scale;
        }
    }
    for (size_t c = 0; c < k; c++) {
        model->weights[c] /= sum;
    }
    must(mixture_model_prepare(model, NULL) == MIXTURE_OK, "no model");
    return model;
}

static mixture_data *draw_rows(const mixture_model *model, size_t rows, int64_t seed) {
    mixture_data *data = mixture_data_new(model->d, 0);
    mixture_sampler *sampler = mixture_sampler_new(model, seed, 0);
    double x[MOST_COLUMNS];
    must(data != NULL && sampler != NULL, "out of memory");
    for (size_t i = 0; i < rows; i++) {
        (void)mixture_sampler_draw(sampler, x);
        must(mixture_data_append(data, x, 1, 0) == MIXTURE_OK, "out of memory");
    }
    mixture_sampler_free(sampler);
    return data;
}

static mixture_data *draw_groups(const layout *how, size_t k, size_t d, size_t rows, int64_t seed) {
    mixture_model *model = make_groups(how, k, d, seed);
    mixture_data *data = draw_rows(model, rows, seed);
    mixture_model_free(model);
    return data;
}

/* ---- Workloads ---------------------------------------------------------------------------------------------- */

static const struct table {
    const char *name, *rows, *criteria; /* mclust's */
    size_t d;
} tables[] = {{"faithful", "tests/data/faithful.csv", "tests/data/faithful.bic.csv", 2},
              {"iris", "tests/data/iris.csv", "tests/data/iris.bic.csv", 4}};
enum { TABLES = sizeof tables / sizeof *tables };

/* As seeds.sh. */
static void run_seeds(void) {
    const size_t ks[] = {2, 3, 4, 6, 9};
    const int structures[] = {MIXTURE_EII, MIXTURE_DIAG, MIXTURE_TIED, MIXTURE_VEV, MIXTURE_FULL};
    for (size_t t = 0; t < TABLES; t++) {
        mixture_data *data = read_rows(tables[t].rows, tables[t].d);
        for (size_t i = 0; i < 25; i++) {
            mixture_options options = options_for(ks[i / 5], structures[i % 5]);
            for (options.seed = 0; options.seed < (quick ? 10 : 100); options.seed++) {
                char name[100];
                (void)snprintf(name, sizeof name, "seeds/%s/%zu/%s/%d", tables[t].name, options.k,
                               code_of(options.structure, tables[t].d), (int)options.seed);
                fit(name, data, &options);
            }
        }
        mixture_data_free(data);
    }
}

/* mclust's BIC beside the candidates'. */
static void compare_criteria(const char *path, const mixture_model *model) {
    FILE *file = fopen(path, "r");
    must(file != NULL && fscanf(file, "%*[^\n]") == 0, path);
    size_t k;
    char code[4];
    double bic;
    while (fscanf(file, "%zu,%3[^,],%lf", &k, code, &bic) == 3) {
        for (size_t i = 0; i < model->candidate_count; i++) {
            const mixture_candidate *candidate = &model->candidates[i];
            if (candidate->sound && candidate->k == k &&
                strcmp(code_of(candidate->structure, model->d), code) == 0) {
                spent.worse += candidate->bic > bic + 0.5;
                spent.better += candidate->bic < bic - 0.5;
            }
        }
    }
    (void)fclose(file);
}

/* A line a candidate. */
static void select_best(const char *name, mixture_data *data, mixture_options *options,
                        const mixture_choices *choices, const char *criteria) {
    mixture_model *model;
    mixture_error error;
    must(mixture_select(&mixture_gaussian, data, options, choices, &model, &error) == MIXTURE_OK, error.text);
    for (size_t i = 0; i < model->candidate_count; i++) {
        const mixture_candidate *candidate = &model->candidates[i];
        ending end = {.loglik = candidate->loglik};
        char place[100];
        (void)snprintf(place, sizeof place, "%s/%zu/%s", name, candidate->k,
                       code_of(candidate->structure, model->d));
        add_verdict(candidate->warnings, candidate->warning_count, end.verdict);
        report(place, end);
    }
    if (criteria != NULL) {
        compare_criteria(criteria, model);
    }
    mixture_model_free(model);
}

/* As select.sh. */
static void run_select(void) {
    const size_t ks[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const mixture_choices choices = {.k = ks, .k_count = 9, .criterion = MIXTURE_BIC};
    for (size_t t = 0; t < TABLES; t++) {
        mixture_options options = options_for(1, MIXTURE_FULL);
        for (options.seed = 0; options.seed < (quick ? 1 : 3); options.seed++) {
            char name[100];
            mixture_data *data = read_rows(tables[t].rows, tables[t].d);
            (void)snprintf(name, sizeof name, "select/%s/%d", tables[t].name, (int)options.seed);
            select_best(name, data, &options, &choices, tables[t].criteria);
            mixture_data_free(data);
        }
    }
}

/* Two Gaussians with unit covariances, at -h and h in the first column and at 0 and `other` in the others. */
static mixture_model *make_pair(size_t d, double h, double other) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, 2, d);
    must(model != NULL, "out of memory");
    for (size_t c = 0; c < 2; c++) {
        model->weights[c] = 0.5;
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = i == 0 ? (c == 0 ? -h : h) : c == 0 ? 0 : other;
            model->arrays[1][(c * d + i) * d + i] = 1;
        }
    }
    must(mixture_model_prepare(model, NULL) == MIXTURE_OK, "no model");
    return model;
}

/* As convergence.sh. */
static void run_convergence(void) {
    for (int64_t seed = 1; seed <= (quick ? 1 : 3); seed++) {
        for (size_t d = 1; d <= 4; d++) {
            mixture_model *truth = make_pair(d, 0.5, 0), *start = make_pair(d, 1, 0.5);
            mixture_data *data = draw_rows(truth, 2000, seed);
            for (int structure = 0; structure < MIXTURE_COVARIANCES; structure++) {
                char name[100];
                mixture_options options = options_for(2, structure);
                options.tol = 1e-12;
                options.max_iter = 1000000;
                options.start = (mixture_start){start->weights, (const double *const *)start->arrays};
                (void)snprintf(name, sizeof name, "convergence/%zu/%d/%d", d, (int)seed, structure);
                if (d > 1 || structure == MIXTURE_FULL || structure == MIXTURE_TIED) {
                    fit(name, data, &options);
                }
            }
            mixture_data_free(data);
            mixture_model_free(truth);
            mixture_model_free(start);
        }
    }
}

/* Groups of all layouts, 200 rows a group; as many components as groups, and one more. */
static void run_drawn(void) {
    for (int64_t seed = 1; seed <= (quick ? 1 : 3); seed++) {
        for (size_t i = 0; i < 12 * LAYOUTS; i++) {
            const layout *how = &layouts[i % LAYOUTS];
            size_t d = 1 + i / LAYOUTS % 3, k = 2 + i / LAYOUTS / 3;
            mixture_data *data = draw_groups(how, k, d, 200 * k, seed);
            for (size_t more = 0; more < 2; more++) {
                char name[100];
                mixture_options options = options_for(k + more, MIXTURE_FULL);
                (void)snprintf(name, sizeof name, "drawn/%s/%zu/%zu/%d/%zu", how->name, d, k, (int)seed, k + more);
                fit(name, data, &options);
            }
            mixture_data_free(data);
        }
    }
}

/* As many rows as a sample has, and more. */
static void run_large(void) {
    const size_t rows[] = {5000, 30000, 100000};
    for (size_t i = 0; i < (quick ? 6 : 18); i++) {
        const layout *how = &layouts[i % LAYOUTS];
        size_t d = 1 + i / LAYOUTS % 3, k = 3 + i % 4;
        for (size_t r = 0; r < (quick ? 2 : 3); r++) {
            char name[100];
            mixture_options options = options_for(k, MIXTURE_FULL);
            mixture_data *data = draw_groups(how, k, d, rows[r], (int64_t)i);
            (void)snprintf(name, sizeof name, "large/%s/%zu/%zu/%zu/%zu", how->name, d, k, rows[r], i);
            fit(name, data, &options);
            mixture_data_free(data);
        }
    }
}

/* More columns, or more rows than a tree has: single fits, and selections. */
static void run_wide(void) {
    const size_t ks[] = {2, 3, 4, 5}, columns[] = {4, 10, 30, 60};
    const int structures[] = {MIXTURE_SPHERICAL, MIXTURE_DIAG, MIXTURE_TIED, MIXTURE_FULL};
    const mixture_choices choices = {ks, 4, structures, 4, MIXTURE_BIC};
    for (size_t i = 0; i < (quick ? 2 : 4) * LAYOUTS; i++) {
        const layout *how = &layouts[i % LAYOUTS];
        size_t d = columns[i / LAYOUTS];
        mixture_data *data = draw_groups(how, 4, d, d == 4 ? 5000 : d == 10 ? 1500 : 1000, (int64_t)i);
        char name[100];
        for (size_t s = 0; s < 4; s++) {
            mixture_options options = options_for(4, structures[s]);
            (void)snprintf(name, sizeof name, "wide/%s/%zu/%s", how->name, d, code_of(options.structure, d));
            fit(name, data, &options);
        }
        mixture_options options = options_for(1, MIXTURE_FULL);
        (void)snprintf(name, sizeof name, "wide/%s/%zu/select", how->name, d);
        if (d <= 10) {
            select_best(name, data, &options, &choices, NULL);
        }
        mixture_data_free(data);
    }
}

/* Starts a little beside the fit of one component, at which EM stands still: where the rows are of one population
** and where they are of two. Those that end below the best of these by more than 1 have a letter more, b. */
static void start_near_saddle(size_t rows, double apart, int structure, double tol) {
    enum { STARTS = 5 };
    const double steps[STARTS] = {0.01, 0.03, 0.1, 0.3, 1};
    ending ends[STARTS];
    mixture_model *truth = make_pair(2, apart / 2, 0), *one;
    mixture_data *data = draw_rows(truth, rows, 1);
    mixture_options options = options_for(1, structure);
    must(mixture_fit(&mixture_gaussian, data, &options, &one, NULL) == MIXTURE_OK, "no single fit");
    options = options_for(2, structure);
    options.tol = tol;
    double best = -INFINITY;
    for (size_t s = 0; s < STARTS; s++) {
        mixture_model *start = make_pair(2, 0, 0);
        for (size_t c = 0; c < 2; c++) {
            memcpy(start->arrays[0] + 2 * c, one->arrays[0], 2 * sizeof(double));
            memcpy(start->arrays[1] + 4 * c, one->arrays[1], 4 * sizeof(double));
            start->arrays[0][2 * c] += (c == 0 ? -0.5 : 0.5) * steps[s] * sqrt(one->arrays[1][0]);
        }
        options.start = (mixture_start){start->weights, (const double *const *)start->arrays};
        ends[s] = end_of(data, &options);
        best = fmax(best, ends[s].loglik);
        mixture_model_free(start);
    }
    for (size_t s = 0; s < STARTS; s++) {
        char name[100];
        (void)snprintf(name, sizeof name, "saddles/%zu/%g/%d/%g/%g", rows, apart, structure, tol, steps[s]);
        ending end = {.loglik = ends[s].loglik};
        (void)snprintf(end.verdict, sizeof end.verdict, "%s%.8s", end.loglik < best - 1 ? "b" : "",
                       ends[s].verdict);
        report(name, end);
    }
    mixture_data_free(data);
    mixture_model_free(truth);
    mixture_model_free(one);
}

static void run_saddles(void) {
    const size_t rows[] = {200, 2000, 100000};
    const double apart[] = {0, 1, 2, 3};
    const int structures[] = {MIXTURE_FULL, MIXTURE_TIED, MIXTURE_SPHERICAL};
    for (size_t i = 0; i < 3 * 4 * 3; i++) {
        if (i % 3 < (quick ? 2 : 3)) {
            start_near_saddle(rows[i % 3], apart[i / 3 % 4], structures[i / 12], 1e-8);
        }
    }
}

/* A second component for rows of one population, found the ordinary way. */
static void run_single(void) {
    for (int64_t seed = 0; seed < (quick ? 20 : 200); seed++) {
        size_t rows = (size_t)100 << seed % 6, d = 1 + (size_t)seed / 6 % 3;
        char name[100];
        mixture_data *data = draw_groups(&layouts[0], 1, d, rows, seed);
        mixture_options options = options_for(2, seed % 2 == 0 ? MIXTURE_FULL : MIXTURE_TIED);
        (void)snprintf(name, sizeof name, "single/%zu/%zu/%d", rows, d, (int)seed);
        fit(name, data, &options);
        mixture_data_free(data);
    }
}

/* One component begins so many deviations away; or both do, and as wide, so that at first their scatter about
** their means has no digits of that of the rows. */
static void start_far(double away, bool wide, int structure) {
    char name[100];
    mixture_model *start = make_pair(2, 1, 0);
    mixture_data *data = draw_groups(&layouts[0], 2, 2, 300, 1);
    mixture_options options = options_for(2, structure);
    start->arrays[0][0] += away;
    if (wide) {
        start->arrays[0][2] += 2 * away;
        for (size_t i = 0; i < 8; i++) {
            start->arrays[1][i] *= away * away;
        }
    }
    options.start = (mixture_start){start->weights, (const double *const *)start->arrays};
    (void)snprintf(name, sizeof name, "floors/%s/%g/%d", wide ? "wide" : "far", away, structure);
    fit(name, data, &options);
    mixture_data_free(data);
    mixture_model_free(start);
}

/* A third of the rows equal, where the floor stands in the way of tied structures. */
static void fit_repeated(size_t k, int structure, int64_t seed) {
    char name[100];
    mixture_model *truth = make_groups(&layouts[2], 2, 2, seed);
    mixture_data *data = draw_rows(truth, 200, seed);
    mixture_options options = options_for(k, structure);
    for (int i = 0; i < 100; i++) {
        must(mixture_data_append(data, truth->arrays[0], 1, 0) == MIXTURE_OK, "out of memory");
    }
    options.max_iter = 300;
    (void)snprintf(name, sizeof name, "floors/repeated/%zu/%d/%d", k, structure, (int)seed);
    fit(name, data, &options);
    mixture_data_free(data);
    mixture_model_free(truth);
}

/* Where components become empty, are held at the floor, or the log-likelihood falls. */
static void run_floors(void) {
    for (int structure = 0; structure < MIXTURE_COVARIANCES; structure++) {
        for (int power = 1; power <= 9; power++) {
            start_far(pow(10, power), false, structure);
            start_far(pow(10, 1.5 * power), true, structure);
        }
        for (int64_t seed = 1; seed <= (quick ? 2 : 8); seed++) {
            fit_repeated(2 + (size_t)seed % 2, structure, seed);
        }
    }
}

/* ---- All of it ---------------------------------------------------------------------------------------------- */

static const struct workload {
    const char *name;
    void (*run)(void);
} workloads[] = {{"seeds", run_seeds},   {"select", run_select},   {"convergence", run_convergence},
                 {"drawn", run_drawn},   {"large", run_large},     {"wide", run_wide},
                 {"single", run_single}, {"saddles", run_saddles}, {"floors", run_floors}};

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        bool known = strcmp(words[i], "-q") == 0;
        quick = quick || known;
        for (size_t w = 0; w < sizeof workloads / sizeof *workloads; w++) {
            if (strcmp(words[i], workloads[w].name) == 0) {
                known = true;
                spent = (cost){0};
                workloads[w].run();
                printf("# %s %.0f %.6g %.6g %zu %zu\n", words[i], spent.maps, spent.work, spent.start, spent.worse,
                       spent.better);
            }
        }
        must(known, "usage: bench_thresholds [-q] WORKLOAD...");
    }
    return 0;
}
