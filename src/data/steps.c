/* steps.c: sorts a sample of each column and looks at the gaps between equal values. */
#include "steps.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "data.h"
#include "memory.h"

/* Rows of which steps are measured, evenly taken, when there are more. */
enum { SAMPLE_ROWS = 8192 };

/* Weights that differ by more are no numbers of rows. */
#define MOST_REPEATS 1e9

/* A column with fewer equal values than this share has no steps. With more than this it has them everywhere. */
#define FEW_TIES 0.1
#define MANY_TIES 0.5
/* In between, so many equal values make a step of their own. */
enum { LEAST_REPEATS = 6 };

/* The shortest gap is that below which this share of the rows' gaps is: a slip of the pen is no step. */
#define SHORTEST 0.05
/* A gap is a multiple of the step to this share of it (decimals of sixtieths are rounded); multiples beyond the
** most are not told from any number, and half of the rows must not have them; so many rows may be elsewhere. */
#define ROUGHLY 0.1
#define MOST_MULTIPLE 5.0
#define STRAY 0.02

/* Heaps: so many steps apart at most, so many of them at least; this share of the rows is in them; and of theirs
** in such as stand out. */
enum { MOST_HEAPED = 60, LEAST_HEAPS = 4 };
#define HEAPED 0.25
#define MOSTLY 0.8

/* A number below which a variance of steps is not worth a floor: weights may sum to next to nothing. */
#define FEWEST_ROWS 8.0

/* A column's different values, rising, and how often each is there. */
typedef struct distinct_values {
    size_t count;
    double total, tied; /* rows; those of a value that is there twice or more */
    double *value, *repeats;
} distinct_values;

double mix_steps_height(double n) {
    return log(2 * fmax(n, FEWEST_ROWS)) / (2 * M_PI * M_PI);
}

/* ---- Different values -------------------------------------------------------------------------------------- */

static void sift_weighted(double *x, double *w, size_t root, size_t count) {
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        child += child + 1 < count && x[child + 1] > x[child];
        if (x[root] >= x[child]) {
            return;
        }
        double value = x[root], weight = w[root];
        x[root] = x[child];
        w[root] = w[child];
        x[child] = value;
        w[child] = weight;
        root = child;
    }
}

/* Sort values, and with each its weight. */
static void sort_weighted(double *x, double *w, size_t count) {
    for (size_t i = count / 2; i-- > 0;) {
        sift_weighted(x, w, i, count);
    }
    for (size_t i = count; i-- > 1;) {
        double value = x[0], weight = w[0];
        x[0] = x[i];
        w[0] = w[i];
        x[i] = value;
        w[i] = weight;
        sift_weighted(x, w, 0, i);
    }
}

static size_t sample_rows(const mixture_data *data) {
    return data->rows < SAMPLE_ROWS ? data->rows : SAMPLE_ROWS;
}

static bool is_weighted(const mixture_data *data) {
    return data->weights != NULL || (data->extras & MIXTURE_WEIGHTED) != 0;
}

/* The weight that one row has: the least of all, if all are multiples of it; then they are numbers of equal rows.
** Else 0: each counts as one row. */
static double unit_weight(const mixture_data *data) {
    size_t count = sample_rows(data);
    double least = HUGE_VAL;
    if (!is_weighted(data)) {
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        least = fmin(least, mix_data_weight(data, i * data->rows / count));
    }
    for (size_t i = 0; i < count; i++) {
        double times = mix_data_weight(data, i * data->rows / count) / least;
        if (fabs(times - round(times)) > 1e-9 * times || times > MOST_REPEATS) {
            return 0;
        }
    }
    return least;
}

/* The row of a column's value number `skip` from a row on. */
static size_t find_value(const mixture_data *data, size_t j, size_t row, size_t skip) {
    if (data->missing[j] == 0) {
        return row + skip;
    }
    for (; skip > 0 || isnan(mix_data_value(data, row, j)); row++) {
        skip -= isnan(mix_data_value(data, row, j)) ? 0 : 1;
    }
    return row;
}

/* Of the rows that have a value in the column. */
static void list_values(const mixture_data *data, size_t j, double unit, distinct_values *c) {
    size_t observed = data->rows - data->missing[j], row = 0, place = 0;
    size_t count = observed < SAMPLE_ROWS ? observed : SAMPLE_ROWS;
    bool weighted = unit > 0 && is_weighted(data);
    for (size_t i = 0; i < count; i++) {
        size_t wanted = i * observed / count;
        row = find_value(data, j, row, wanted - place);
        place = wanted;
        c->value[i] = mix_data_value(data, row, j);
        c->repeats[i] = weighted ? round(mix_data_weight(data, row) / unit) : 1;
    }
    sort_weighted(c->value, c->repeats, count);
    c->count = 0;
    c->total = c->tied = 0;
    for (size_t i = 0; i < count; i++) {
        c->total += c->repeats[i];
        if (c->count > 0 && c->value[i] == c->value[c->count - 1]) {
            c->repeats[c->count - 1] += c->repeats[i];
        } else {
            c->value[c->count] = c->value[i];
            c->repeats[c->count++] = c->repeats[i];
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        c->tied += c->repeats[i] >= 2 ? c->repeats[i] : 0;
    }
}

/* ---- Spread ------------------------------------------------------------------------------------------------ */

/* The value below which a share of the rows is. */
static double value_quantile(const distinct_values *c, double share) {
    double sum = 0;
    for (size_t i = 0; i < c->count; i++) {
        sum += c->repeats[i];
        if (sum >= share * c->total) {
            return c->value[i];
        }
    }
    return c->value[c->count - 1];
}

/* The range of the inner half, as a normal deviation; of more, where half of the rows are equal. */
static double value_spread(const distinct_values *c) {
    static const struct {
        double outside, deviations;
    } ranges[] = {{0.25, 1.349}, {0.1, 2.563}, {0.05, 3.29}, {0.01, 4.652}, {0, 6}};
    double range = 0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && range == 0; i++) {
        range = (value_quantile(c, 1 - ranges[i].outside) - value_quantile(c, ranges[i].outside)) /
                ranges[i].deviations;
    }
    return range;
}

/* ---- Steps ------------------------------------------------------------------------------------------------- */

/* The rows that tell of a gap: those of the value at its ends that is there less often. */
static double gap_weight(const distinct_values *c, size_t i) {
    return fmin(c->repeats[i], c->repeats[i + 1]);
}

/* The gap below which are SHORTEST of all. gap, weight: work space. */
static double shortest_gap(const distinct_values *c, double *gap, double *weight) {
    double total = 0, sum = 0;
    size_t i = 0;
    for (; i + 1 < c->count; i++) {
        gap[i] = c->value[i + 1] - c->value[i];
        total += weight[i] = gap_weight(c, i);
    }
    sort_weighted(gap, weight, c->count - 1);
    for (i = 0; i + 2 < c->count && (sum += weight[i]) < SHORTEST * total; i++) {
    }
    return gap[i];
}

/* Whether value i stands out: it is there at least twice as often as its neighbors a step away on both sides. */
static bool stands_out(const distinct_values *c, size_t i, double step) {
    double beside = 0;
    if (i > 0 && c->value[i] - c->value[i - 1] < 1.5 * step) {
        beside = c->repeats[i - 1];
    }
    if (i + 1 < c->count && c->value[i + 1] - c->value[i] < 1.5 * step) {
        beside = fmax(beside, c->repeats[i + 1]);
    }
    return c->repeats[i] >= 2 * beside;
}

/* The rows of the values that are a multiple of so many steps from the commonest one, which does not count itself;
** 0 unless nearly all of them stand out. */
static double heaped_rows(const distinct_values *c, size_t commonest, double step, int multiple) {
    double all = 0, out = 0;
    size_t values = 0;
    for (size_t i = 0; i < c->count; i++) {
        double steps = round((c->value[i] - c->value[commonest]) / step);
        if (i != commonest && fmod(steps, multiple) == 0) {
            bool stands = stands_out(c, i, step);
            all += c->repeats[i];
            out += stands ? c->repeats[i] : 0;
            values += stands;
        }
    }
    return values >= LEAST_HEAPS && out >= MOSTLY * all ? all : 0;
}

/* Many people round: ages to five years, minutes to a quarter of an hour. Where many do, theirs is the step. */
static double heaped_step(const distinct_values *c, double step) {
    size_t commonest = 0;
    for (size_t i = 0; i < c->count; i++) {
        commonest = c->repeats[i] > c->repeats[commonest] ? i : commonest;
    }
    double most = HEAPED * (c->total - c->repeats[commonest]);
    int best = 1;
    double range = (c->value[c->count - 1] - c->value[0]) / step;
    for (int multiple = 2; multiple <= MOST_HEAPED && multiple * (LEAST_HEAPS - 1) <= range; multiple++) {
        double rows = heaped_rows(c, commonest, step, multiple);
        if (rows > most) {
            most = rows;
            best = multiple;
        }
    }
    return best * step;
}

/* The step of which all gaps are multiples; 0 if there is none. */
static double even_step(const distinct_values *c, double *gap, double *weight) {
    double shortest = shortest_gap(c, gap, weight), sum = 0, total = 0, near = 0, stray = 0, all = 0;
    for (size_t i = 0; i + 1 < c->count; i++) {
        double width = c->value[i + 1] - c->value[i];
        if (width >= shortest * (1 - ROUGHLY) && width < 1.5 * shortest) {
            sum += gap_weight(c, i) * width;
            total += gap_weight(c, i);
        }
    }
    double step = sum / total;
    for (size_t i = 0; i + 1 < c->count; i++) {
        double steps = (c->value[i + 1] - c->value[i]) / step;
        bool even = steps >= 1 - ROUGHLY && fabs(steps - round(steps)) <= ROUGHLY;
        all += gap_weight(c, i);
        near += steps <= MOST_MULTIPLE ? gap_weight(c, i) : 0;
        stray += steps <= MOST_MULTIPLE && !even ? gap_weight(c, i) : 0;
    }
    return near > all / 2 && stray <= STRAY * all ? heaped_step(c, step) : 0;
}

/* Half of the distance between the values `reach` places before and after, over the reach. */
static double cell_width(const distinct_values *c, size_t i, size_t reach) {
    size_t low = i > reach ? i - reach : 0, high = i + reach < c->count ? i + reach : c->count - 1;
    return (c->value[high] - c->value[low]) / (double)(high - low);
}

/* Widths where values are repeated. With `apart` only there, and no more than is usual in the column. */
static void local_steps(const distinct_values *c, bool apart, mix_knots *knots) {
    double least = apart ? LEAST_REPEATS : 2;
    double usual = cell_width(c, c->count / 2, 1 + c->count / 4);
    knots->apart = apart;
    for (size_t i = 0; i < c->count; i++) {
        if (c->repeats[i] >= least) {
            knots->at[knots->count] = c->value[i];
            knots->width[knots->count++] = apart ? fmin(cell_width(c, i, 2), usual) : cell_width(c, i, 1);
        }
    }
}

/* The width in which half of the repeated rows are recorded, or less. */
static double typical_width(const mix_knots *knots) {
    double sum = 0;
    for (size_t i = 0; i < knots->count; i++) {
        sum += log(knots->width[i]);
    }
    return knots->count > 0 ? exp(sum / (double)knots->count) : 0;
}

static void measure_steps(const distinct_values *c, double *work, mix_knots *knots, double *step) {
    double most = 0;
    for (size_t i = 0; i < c->count; i++) {
        most = fmax(most, c->repeats[i]);
    }
    bool few = c->tied < FEW_TIES * c->total;
    *step = 0;
    if (c->count < 2 || (few && most < LEAST_REPEATS)) {
        return;
    }
    *step = few ? 0 : even_step(c, work, work + c->count);
    if (*step == 0) {
        local_steps(c, c->tied < MANY_TIES * c->total, knots);
        *step = typical_width(knots);
    }
}

double mix_steps_at(const mix_steps *steps, size_t column, double x) {
    const mix_knots *knots = &steps->knots[column];
    size_t low = 0, high = knots->count; /* at[low] <= x < at[high] */
    if (knots->count == 0) {
        return steps->step[column];
    }
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(x < knots->at[middle] ? &high : &low) = middle;
    }
    if (knots->apart) {
        size_t near = high < knots->count && knots->at[high] - x < fabs(x - knots->at[low]) ? high : low;
        return fabs(x - knots->at[near]) <= knots->width[near] / 2 ? knots->width[near] : 0;
    }
    if (x <= knots->at[low] || high == knots->count) {
        return knots->width[low];
    }
    double share = (x - knots->at[low]) / (knots->at[high] - knots->at[low]);
    return knots->width[low] + share * (knots->width[high] - knots->width[low]);
}

/* ---- All columns ------------------------------------------------------------------------------------------- */

void mix_steps_free(mix_steps *steps) {
    for (size_t j = 0; steps != NULL && steps->knots != NULL && j < steps->d; j++) {
        mix_memory_free(steps->knots[j].at);
    }
    if (steps != NULL) {
        mix_memory_free(steps->knots);
        mix_memory_free(steps->memory);
        mix_memory_free(steps);
    }
}

/* Keep a column's knots in memory of their own. */
static mixture_status keep_knots(const mix_knots *found, mix_knots *knots) {
    if (found->count == 0) {
        return MIXTURE_OK;
    }
    double *memory = mix_memory_array(2 * found->count, sizeof(double));
    if (memory == NULL) {
        return MIXTURE_NOMEM;
    }
    *knots = (mix_knots){found->count, memory, memory + found->count, found->apart};
    memcpy(knots->at, found->at, found->count * sizeof(double));
    memcpy(knots->width, found->width, found->count * sizeof(double));
    return MIXTURE_OK;
}

static mixture_status measure_columns(const mixture_data *data, const double *resolution, const mix_cancel *cancel,
                                      mix_steps *steps) {
    size_t count = sample_rows(data);
    double *work = mix_memory_array(6 * count, sizeof(double));
    if (work == NULL) {
        return MIXTURE_NOMEM;
    }
    double unit = unit_weight(data);
    distinct_values c = {.value = work, .repeats = work + count};
    mixture_status status = MIXTURE_OK;
    for (size_t j = 0; status == MIXTURE_OK && j < data->d; j++) {
        mix_knots found = {0, work + 4 * count, work + 5 * count, false};
        list_values(data, j, unit, &c);
        double width = value_spread(&c);
        steps->variance[j] = width > 0 ? fmin(width * width, data->frame.variance[j]) : data->frame.variance[j];
        if (resolution != NULL && !isnan(resolution[j])) {
            steps->step[j] = resolution[j] / data->frame.scale[j];
        } else {
            measure_steps(&c, work + 2 * count, &found, &steps->step[j]);
        }
        status = mix_cancelled(cancel) ? MIXTURE_CANCELLED : keep_knots(&found, &steps->knots[j]);
    }
    double n = unit > 0 ? data->total_weight / unit : (double)data->rows;
    steps->height = mix_steps_height(n);
    mix_memory_free(work);
    return status;
}

mixture_status mix_steps_measure(const mixture_data *data, const double *resolution, const mix_cancel *cancel,
                                 mix_steps **result) {
    mix_steps *steps = *result = mix_memory_zeros(1, sizeof *steps);
    if (steps == NULL) {
        return MIXTURE_NOMEM;
    }
    steps->d = data->d;
    steps->knots = mix_memory_zeros(data->d, sizeof *steps->knots);
    steps->memory = mix_memory_zeros(data->d, 2 * sizeof(double));
    mixture_status status = steps->knots != NULL && steps->memory != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        steps->variance = steps->memory;
        steps->step = steps->memory + data->d;
        status = measure_columns(data, resolution, cancel, steps);
    }
    if (status != MIXTURE_OK) {
        mix_steps_free(steps);
        *result = NULL;
    }
    return status;
}
