/* plot_levels.c: levels as they are given. */
#include "plot_levels.h"

#include <math.h>
#include <stdio.h>

mixture_status mix_levels_read_whole(mix_json_value value, long long least, long long most, double *number,
                                     mixture_error *error) {
    bool is_number = mix_json_type_of(value) == MIX_JSON_NUMBER;
    *number = is_number ? mix_json_number(value) : 0;
    if (is_number && *number >= (double)least && *number <= (double)most && *number == floor(*number)) {
        return MIXTURE_OK;
    }
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %lld to %lld", least, most);
    return mix_json_complain(value, expected, error);
}

mixture_status mix_levels_read_value(mix_json_value value, mix_levels *levels, mixture_error *error) {
    if (mix_json_type_of(value) == MIX_JSON_NUMBER) {
        double count;
        mixture_status status = mix_levels_read_whole(value, 1, MIX_PLOT_LEVELS, &count, error);
        *levels = status == MIXTURE_OK ? mix_levels_even((size_t)count) : *levels;
        return status;
    }
    size_t count = mix_json_count(value);
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || count == 0 || count > MIX_PLOT_LEVELS) {
        return mix_json_complain(value, "an integer from 1 to 20 or an array of 1 to 20 probabilities", error);
    }
    levels->count = 0;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        double level = mix_json_type_of(item) == MIX_JSON_NUMBER ? mix_json_number(item) : 0;
        if (!(level > 0 && level < 1)) {
            return mix_json_complain(item, "a number between 0 and 1", error);
        }
        size_t at = levels->count++;
        for (; at > 0 && levels->probabilities[at - 1] < level; at--) {
            levels->probabilities[at] = levels->probabilities[at - 1];
        }
        levels->probabilities[at] = level;
    }
    return MIXTURE_OK;
}

const mix_levels mix_levels_default = {4, {0.95, 0.75, 0.5, 0.25}};

mix_levels mix_levels_even(size_t count) {
    mix_levels levels = {.count = count};
    for (size_t i = 0; i < count; i++) {
        levels.probabilities[i] = (double)(count - i) / (double)(count + 1);
    }
    return levels;
}

mixture_status mix_levels_read(const char *text, size_t length, mix_levels *levels, mixture_error *error) {
    mix_json_document *document;
    mixture_status status = mix_json_parse(text, length, &document, error);
    if (status == MIXTURE_OK) {
        status = mix_levels_read_value(mix_json_root(document), levels, error);
        mix_json_free(document);
    }
    return status;
}
