/* check.c: helpers of the tests. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_close(double a, double b, double relative, double absolute, const char *what, const char *file,
                 int line) {
    if (!(fabs(a - b) <= absolute + relative * fabs(b)) && !(a == b)) {
        print_error("%s is %.17g; expected %.17g (off by %.3g)\n", what, a, b, a - b);
        _fail(file, line);
    }
}

char *check_file(const char *name) {
    char path[500];
    snprintf(path, sizeof path, "%s/%s", TEST_DATA_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s", path);
        return NULL;
    }
    size_t length = 0, capacity = 1 << 16;
    char *text = malloc(capacity);
    for (size_t got; (got = fread(text + length, 1, capacity - length - 1, file)) > 0;) {
        length += got;
        if (length + 1 == capacity) {
            text = realloc(text, capacity *= 2);
        }
    }
    text[length] = '\0';
    fclose(file);
    return text;
}

double *check_csv(const char *name, size_t d, size_t *rows) {
    char *text = check_file(name), *at = strchr(text, '\n') + 1;
    double *x = NULL;
    *rows = 0;
    while (*at != '\0') {
        x = realloc(x, (*rows + 1) * d * sizeof(double));
        for (size_t j = 0; j < d; j++) {
            x[*rows * d + j] = strtod(at, &at);
            at += *at != '\0'; /* the comma or the line's end */
        }
        ++*rows;
    }
    free(text);
    return x;
}

mixture_data *check_data(const double *x, size_t rows, size_t d) {
    mixture_data *data = mixture_data_new(d, 0);
    assert_non_null(data);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(mixture_data_append(data, x + i * d, 1, 0), MIXTURE_OK);
    }
    return data;
}

mixture_model *check_fit(const double *x, size_t rows, size_t d, const mixture_options *options) {
    mixture_data *data = check_data(x, rows, d);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_fit(&mixture_gaussian, data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

const double *const *check_arrays(const double *first, const double *second) {
    static const double *ring[32][2];
    static size_t next;
    const double **arrays = ring[next++ % 32];
    arrays[0] = first;
    arrays[1] = second;
    return (const double *const *)arrays;
}

void check_filter(int argc, char **argv) {
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
}
