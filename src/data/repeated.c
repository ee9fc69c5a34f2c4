/* repeated.c: columns that say the same: one is a linear function of another in all rows. Of most pairs the first
** rows tell that it is not. */
#include "repeated.h"

#include <math.h>

/* Where a column is least and most. */
static bool find_ends(const mixture_data *data, size_t column, size_t *low, size_t *high, mix_turns *turns) {
    bool any = false;
    for (size_t row = 0; row < data->rows && !mix_turns_over(turns, 10); row++) {
        double x = mix_data_value(data, row, column);
        if (isnan(x)) {
            continue;
        }
        *low = !any || x < mix_data_value(data, *low, column) ? row : *low;
        *high = !any || x > mix_data_value(data, *high, column) ? row : *high;
        any = true;
    }
    return any && mix_data_value(data, *low, column) < mix_data_value(data, *high, column);
}

/* Whether column j is the line through its values in two rows as a function of column i. */
static bool is_line(const mixture_data *data, size_t i, size_t j, size_t low, size_t high, mix_turns *turns) {
    double x = mix_data_value(data, low, i), y = mix_data_value(data, low, j);
    double range = mix_data_value(data, high, j) - y, slope = range / (mix_data_value(data, high, i) - x);
    if (!(fabs(range) > 0)) {
        return false;
    }
    for (size_t row = 0; row < data->rows && !mix_turns_over(turns, 10); row++) {
        double a = mix_data_value(data, row, i), b = mix_data_value(data, row, j);
        bool missing = isnan(a) && isnan(b);
        if (!missing && !(fabs(b - y - slope * (a - x)) <= 1e-9 * fabs(range))) {
            return false;
        }
    }
    return !turns->over;
}

bool mix_repeated_find(const mixture_data *data, const mix_cancel *cancel, mix_repeated *pair) {
    mix_turns turns = {.cancel = cancel};
    *pair = (mix_repeated){data->d, data->d};
    for (size_t i = 0; i + 1 < data->d; i++) {
        size_t low = 0, high = 0;
        bool varies = find_ends(data, i, &low, &high, &turns);
        for (size_t j = i + 1; varies && j < data->d && !turns.over; j++) {
            if (is_line(data, i, j, low, high, &turns)) {
                *pair = (mix_repeated){j, i};
                return true;
            }
        }
    }
    return !turns.over;
}
