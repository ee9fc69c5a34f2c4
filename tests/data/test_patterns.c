/* test_patterns.c: rows with values missing are brought together by what they have, and none is lost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "patterns.h"
#include "random.h"

enum { D = 3 };

/* Rows whose first value says which row it is, or whose second one where that is missing. Patterns by `kind`: all
** complete; one incomplete row in ten; nearly none complete. */
static bool is_missing(int kind, size_t row, size_t column) {
    size_t pattern = row * 2654435761u / 977 % 10;
    bool gap = kind == 0 ? false : kind == 1 ? pattern == 3 : pattern != 3;
    return gap && column == (row / 7 + row) % D;
}

static double cell_of(size_t row, size_t column) {
    return (double)row + (double)column * 0.25;
}

static mixture_data *make_rows(int kind, size_t rows) {
    mixture_data *data = mixture_data_new(D, MIXTURE_WEIGHTED | MIXTURE_LABELLED);
    assert_non_null(data);
    for (size_t r = 0; r < rows; r++) {
        double x[D];
        for (size_t j = 0; j < D; j++) {
            x[j] = is_missing(kind, r, j) ? (double)NAN : cell_of(r, j);
        }
        assert_int_equal(mixture_data_append(data, x, (double)(r + 1), (int)(r % 5)), MIXTURE_OK);
    }
    return data;
}

static size_t number_of_row(const mixture_data *data, size_t place) {
    return (size_t)mix_data_weight(data, place) - 1;
}

/* Whether the pattern of one row is as that of another. */
static bool same_gaps(int kind, size_t a, size_t b) {
    bool same = true;
    for (size_t j = 0; j < D; j++) {
        same = same && is_missing(kind, a, j) == is_missing(kind, b, j);
    }
    return same;
}

static bool complete_row(int kind, size_t row) {
    return !is_missing(kind, row, 0) && !is_missing(kind, row, 1) && !is_missing(kind, row, 2);
}

static void check_order(int kind, const mixture_data *data, size_t rows) {
    unsigned char *seen = calloc(rows, 1);
    size_t changes = 0;
    assert_non_null(seen);
    for (size_t place = 0; place < rows; place++) {
        size_t row = number_of_row(data, place);
        assert_false(seen[row]++);
        assert_int_equal(mix_data_label(data, place), row % 5);
        for (size_t j = 0; j < D; j++) {
            double x = mix_data_value(data, place, j);
            assert_true(is_missing(kind, row, j) ? isnan(x) : x == cell_of(row, j));
        }
        size_t before = place > 0 ? number_of_row(data, place - 1) : 0;
        bool same = place > 0 && same_gaps(kind, row, before);
        changes += place > 0 && !same;
        assert_true(place == 0 || !same || before < row); /* in order within a pattern */
        assert_true(place == 0 || complete_row(kind, before) ||
                    !complete_row(kind, row)); /* complete ones first */
    }
    assert_true(changes <= D); /* each pattern is together: complete ones and one column missing */
    free(seen);
}

static void rows_of_a_pattern_come_together_in_their_order(void **state) {
    static const size_t sizes[] = {1, 2, 7, 255, 256, 257, 2000, 5000};
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            mixture_data *data = make_rows(kind, sizes[i]);
            assert_int_equal(mix_patterns_sort(data, NULL), MIXTURE_OK);
            check_order(kind, data, sizes[i]);
            mixture_data_free(data);
        }
    }
}

/* Every row once, with its weight and label, in runs that any split in blocks gives. */
static void check_runs(int kind, const mixture_data *data, size_t rows, size_t split) {
    double *room = calloc(mix_runs_room(data) + 1, sizeof *room);
    size_t place = 0, blocks = (rows + MIX_BLOCK_ROWS - 1) / MIX_BLOCK_ROWS;
    assert_non_null(room);
    for (size_t begin = 0; begin < blocks; begin += split) {
        mix_runs runs;
        mix_rows run;
        mix_runs_begin(&runs, data, begin, split, room);
        while (mix_runs_next(&runs, &run)) {
            assert_int_equal(runs.first, place);
            assert_true(run.count > 0 && run.padded == mix_data_padded(run.count));
            for (size_t r = 0; r < run.padded; r++, place += r <= run.count) {
                size_t row = r < run.count ? number_of_row(data, place) : 0;
                for (size_t i = 0; i < mix_rows_columns(&run, D); i++) {
                    size_t j = run.pattern != NULL ? run.pattern->columns[i] : i;
                    assert_true(run.x[i * run.stride + r] == (r < run.count ? cell_of(row, j) : 0));
                }
                assert_true(run.weight[r] == (r < run.count ? (double)(row + 1) : 0));
                assert_true(run.label[r] == (r < run.count ? (double)(row % 5) : 0));
                assert_true(r >= run.count || complete_row(kind, row) == (run.pattern == NULL));
            }
        }
    }
    assert_int_equal(place, rows);
    free(room);
}

static void runs_have_every_row_once_and_only_what_is_observed(void **state) {
    static const size_t sizes[] = {1, 9, 255, 256, 257, 2000, 2048};
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            mixture_data *data = make_rows(kind, sizes[i]);
            assert_int_equal(mix_patterns_sort(data, NULL), MIXTURE_OK);
            for (size_t split = 1; split <= 9; split += 4) {
                check_runs(kind, data, sizes[i], split);
            }
            mixture_data_free(data);
        }
    }
}

/* Complete rows are not even copied: what is made of them has the bits that it always had. */
static void complete_blocks_are_seen_where_they_lie(void **state) {
    mixture_data *data = make_rows(1, 3000);
    double *room = calloc(mix_runs_room(data) + 1, sizeof *room);
    mix_runs runs;
    mix_rows run;
    (void)state;
    assert_int_equal(mix_patterns_sort(data, NULL), MIXTURE_OK);
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room);
    for (size_t b = 0; b < (data->rows - data->incomplete) / MIX_BLOCK_ROWS; b++) {
        assert_true(mix_runs_next(&runs, &run));
        assert_ptr_equal(run.x, mix_data_block(data, b).x);
    }
    free(room);
    mixture_data_free(data);
}

static bool after_some(void *host) {
    int *left = host;
    return (*left)-- <= 0;
}

/* Whoever is stopped may go on: no row is lost on the way. */
static void a_sort_that_was_stopped_can_be_made_again(void **state) {
    enum { ROWS = 20000 };
    (void)state;
    for (int asked = 0; asked < 12; asked++) {
        int left = asked;
        const mix_cancel cancel = {after_some, &left};
        mixture_data *data = make_rows(2, ROWS);
        mixture_status status = mix_patterns_sort(data, &cancel);
        assert_true(status == MIXTURE_CANCELLED || (status == MIXTURE_OK && asked > 6));
        assert_int_equal(mix_patterns_sort(data, NULL), MIXTURE_OK);
        unsigned char *seen = calloc(ROWS, 1);
        assert_non_null(seen);
        for (size_t place = 0; place < ROWS; place++) {
            assert_false(seen[number_of_row(data, place)]++);
        }
        free(seen);
        mixture_data_free(data);
    }
}

/* Centers, scales and weights are of what was observed. */
static void the_frame_is_that_of_the_values_observed(void **state) {
    const double x[] = {1, NAN, 3, 10, NAN, 30, 5, NAN, 7, 20};
    mixture_data *data = mixture_data_new(2, MIXTURE_WEIGHTED);
    size_t column;
    mixture_error error = {MIXTURE_OK, ""};
    (void)state;
    for (size_t r = 0; r < 5; r++) {
        assert_int_equal(mixture_data_append(data, x + 2 * r, (double)(1 + r % 2), 0), MIXTURE_OK);
    }
    assert_int_equal(mix_data_standardize(data, true, NULL, &column, &error), MIXTURE_OK);
    /* Weights 1, 2, 1, 2, 1: in units of 2. */
    assert_close(data->total_weight * data->weight_unit, 7, 1e-15, 0);
    assert_close(data->lacking[0] * data->weight_unit, 1, 1e-15, 0);
    assert_close(data->lacking[1] * data->weight_unit, 3, 1e-15, 0);
    assert_close(data->frame.center[0], (1 + 2 * 3 + 2 * 5 + 7) / 6.0, 1e-15, 0);
    assert_close(data->frame.center[1], (2 * 10 + 30 + 20) / 4.0, 1e-15, 0);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_pattern_come_together_in_their_order),
        cmocka_unit_test(runs_have_every_row_once_and_only_what_is_observed),
        cmocka_unit_test(complete_blocks_are_seen_where_they_lie),
        cmocka_unit_test(a_sort_that_was_stopped_can_be_made_again),
        cmocka_unit_test(the_frame_is_that_of_the_values_observed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
