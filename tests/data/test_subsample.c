/* test_subsample.c: the sample that candidates are tried on. */
#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "subsample.h"

/* Many rows alike and a few of which each is the only one. */
enum { ROWS = 20000, RARE = 12 };

static const mix_cancel never = {NULL, NULL};

static mixture_data *make_rows(unsigned extras) {
    mixture_data *data = mixture_data_new(1, extras);
    assert_non_null(data);
    for (int i = 0; i < ROWS; i++) {
        bool rare = i % (ROWS / RARE) == 7 && i / (ROWS / RARE) < RARE;
        const double x = rare ? 1 + i / (ROWS / RARE) : 0;
        assert_int_equal(mixture_data_append(data, &x, 1 + i % 2, 0), MIXTURE_OK);
    }
    size_t column;
    mixture_error error;
    assert_int_equal(mix_data_standardize(data, true, &never, &column, &error), MIXTURE_OK);
    return data;
}

/* Distinct rows by comparing each with those found before. */
static size_t count_distinct(const mixture_data *data) {
    size_t found[RARE + 1], count = 0;
    for (size_t row = 0; row < data->rows; row++) {
        size_t i = 0;
        while (i < count && !mix_data_same_row(data, found[i], row)) {
            i++;
        }
        if (i == count) {
            found[count++] = row;
        }
    }
    return count;
}

static void rows_too_rare_for_the_sample_are_added_as_far_as_k_needs_them(void **state) {
    (void)state;
    mixture_data *data = make_rows(MIXTURE_WEIGHTED);
    size_t least = RARE + 1;
    for (int64_t seed = 0; seed < 20; seed++) {
        mixture_data *one, *all;
        assert_int_equal(mix_subsample_draw(data, 1, seed, &never, &one), MIXTURE_OK);
        assert_int_equal(mix_subsample_draw(data, RARE + 1, seed, &never, &all), MIXTURE_OK);
        assert_true(one->rows < ROWS / 2 && all->rows < ROWS / 2);
        least = count_distinct(one) < least ? count_distinct(one) : least;
        assert_int_equal(count_distinct(all), RARE + 1);
        double weight = 0;
        for (size_t row = 0; row < all->rows; row++) {
            weight += mix_data_weight(all, row);
        }
        assert_close(all->total_weight, weight, 1e-12, 0);
        mix_subsample_free(one);
        mix_subsample_free(all);
    }
    assert_true(least < RARE); /* or there was nothing to add */
    mixture_data_free(data);
}

static bool count_down(void *left) {
    return --*(long *)left < 0;
}

static void it_can_be_cancelled_and_memory_may_run_out_at_any_moment(void **state) {
    (void)state;
    mixture_data *data = make_rows(0), *sample;
    mixture_status status = MIXTURE_CANCELLED;
    long polls = 0;
    for (; status == MIXTURE_CANCELLED; polls++) {
        long left = polls;
        const mix_cancel cancel = {count_down, &left};
        status = mix_subsample_draw(data, RARE + 1, 0, &cancel, &sample);
        mix_subsample_free(sample);
    }
    assert_int_equal(status, MIXTURE_OK);
    assert_true(polls > 10);
    status = MIXTURE_NOMEM;
    for (long blocks = 0; status == MIXTURE_NOMEM; blocks++) {
        blocks_left = blocks;
        status = mix_subsample_draw(data, RARE + 1, 0, &never, &sample);
        mix_subsample_free(sample);
    }
    assert_int_equal(status, MIXTURE_OK);
    mixture_data_free(data);
}

static void few_rows_need_no_sample(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(1, 0), *sample;
    for (int i = 0; i < 100; i++) {
        const double x = i;
        assert_int_equal(mixture_data_append(data, &x, 1, 0), MIXTURE_OK);
    }
    assert_int_equal(mix_subsample_draw(data, 2, 0, &never, &sample), MIXTURE_OK);
    assert_null(sample);
    mix_subsample_free(sample);
    mixture_data_free(data);
}

#define COUNTED(test) cmocka_unit_test_setup_teardown(test, count_allocations, check_that_nothing_leaked)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        COUNTED(rows_too_rare_for_the_sample_are_added_as_far_as_k_needs_them),
        COUNTED(it_can_be_cancelled_and_memory_may_run_out_at_any_moment),
        COUNTED(few_rows_need_no_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
