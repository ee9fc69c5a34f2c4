/* fuzz_rows.c: a fit to any rows whatever. Refused with a message; or a model of finite parameters and
** log-likelihood under which every row can be scored.
** Input: ten bytes of settings (see settings()), then rows, value by value. */
#include <math.h>

#include "fuzz.h"

enum { MOST_ROWS = 48, MOST_COLUMNS = 4 };

typedef struct settings {
    const mixture_family *family;
    bool select;
    size_t d;
    unsigned extras;
    mixture_options options;
} settings;

static settings read_settings(fuzz_input *input) {
    settings s = {0};
    mixture_options_default(&s.options);
    unsigned which = fuzz_byte(input), flags = fuzz_byte(input);
    s.family = which & 1 ? &mixture_multinomial : &mixture_gaussian;
    s.select = which % 16 == 14;
    s.d = 1 + fuzz_byte(input) % MOST_COLUMNS;
    s.options.k = 1 + fuzz_byte(input) % 5;
    s.options.structure = (int)(fuzz_byte(input) % MIXTURE_COVARIANCES);
    s.options.max_iter = (long)(fuzz_byte(input) % 25);
    s.options.n_init = 1 + (int)(fuzz_byte(input) % 3);
    s.options.seed = (int64_t)fuzz_byte(input);
    s.options.min_variance = pow(10, -(double)(fuzz_byte(input) % 13));
    s.options.tol = pow(10, -(double)(fuzz_byte(input) % 16));
    s.extras = flags & (MIXTURE_WEIGHTED | MIXTURE_LABELLED);
    s.options.equal_weights = (flags & 4) != 0;
    s.options.accelerate = (flags & 8) != 0;
    s.options.init = flags & 16 ? MIXTURE_INIT_RANDOM : MIXTURE_INIT_KMEANSPP;
    s.options.threads = flags & 32 ? 2 : 1;
    return s;
}

static size_t read_rows(fuzz_input *input, const settings *s, mixture_data *data, double *x) {
    size_t rows = 0;
    for (; rows < MOST_ROWS && input->left > 0; rows++) {
        double weight = s->extras & MIXTURE_WEIGHTED ? fabs(fuzz_number(input)) : 1;
        int label = s->extras & MIXTURE_LABELLED ? (int)(fuzz_byte(input) % (s->options.k + 1)) : 0;
        for (size_t j = 0; j < s->d; j++) {
            double number = fuzz_number(input);
            bool counts = s->family == &mixture_multinomial;
            x[rows * s->d + j] = counts ? fmin(floor(fabs(number)), 0x1p53) : number;
        }
        fuzz_check(mixture_data_append(data, x + rows * s->d, weight, label) == MIXTURE_OK);
    }
    return rows;
}

static void check_fit(const mixture_model *model) {
    fuzz_check_model(model);
    fuzz_check(isfinite(model->loglik) && isfinite(model->aic) && isfinite(model->bic) && isfinite(model->icl));
    fuzz_check(model->n >= 0 && model->trace_count >= 1);
    for (size_t i = 0; i < model->trace_count; i++) {
        fuzz_check(isfinite(model->trace[i]));
    }
    for (size_t i = 0; i < model->warning_count; i++) {
        fuzz_check_message(model->warnings[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fuzz_input input = {bytes, length};
    settings s = read_settings(&input);
    double x[MOST_ROWS * MOST_COLUMNS];
    mixture_data *data = mixture_data_new(s.d, s.extras);
    fuzz_check(data != NULL);
    size_t rows = read_rows(&input, &s, data, x);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    const size_t ks[] = {1, s.options.k};
    const mixture_choices choices = {ks, 2 - (s.options.k == 1), &s.options.structure, 1, MIXTURE_BIC, 0};
    mixture_status status = MIXTURE_INVALID;
    if (mixture_data_rows(data) > 0) {
        status = s.select ? mixture_select(s.family, data, &s.options, &choices, &model, &error)
                          : mixture_fit(s.family, data, &s.options, &model, &error);
        fuzz_check_status(status, &error);
    }
    fuzz_check((model != NULL) == (status == MIXTURE_OK));
    if (model != NULL) {
        check_fit(model);
        for (size_t i = 0; i < rows; i++) {
            (void)fuzz_check_row(model, x + i * s.d);
        }
        mixture_model_free(model);
    }
    mixture_data_free(data);
    return 0;
}
