/* fuzz_options.c: any bytes as the options of a fit or a selection. Refused with a message, or every value in
** range; a small fit then runs with them.
** Input: a byte that says which function, one for k, one for the number of columns, the text. Of a mixed fit the
** columns are Gaussian, categorical (three levels, numbers) and Poisson in turn. */
#include "mixed.h"
#include "options.h"
#include "options_json.h"
#include "parts.h"

#include "fuzz.h"

enum { ROWS = 24, MOST_COLUMNS = 6 };

static void check_ranges(const mix_fit_options *read, const mix_options_target *target) {
    const mixture_options *options = &read->options;
    fuzz_check(read->arguments == target->arguments);
    fuzz_check(read->weight <= read->arguments && read->label <= read->arguments);
    fuzz_check(read->d == read->arguments - (read->weight != 0) - (read->label != 0) && read->d >= 1);
    fuzz_check(options->k >= 1 && options->max_iter >= 0 && options->tol >= 0);
    fuzz_check(options->n_init >= 1 || options->n_init == MIXTURE_N_INIT_AUTO);
    fuzz_check(options->threads >= 0 && options->min_variance > 0 && options->min_variance <= 1);
    for (size_t j = 0; options->resolution != NULL && j < read->d; j++) {
        fuzz_check(!(options->resolution[j] < 0 || options->resolution[j] > MIX_MAX_RESOLUTION));
    }
    if (target->select) {
        fuzz_check(read->choices.k_count >= 1 && options->start.weights == NULL);
        for (size_t i = 0; i < read->choices.k_count; i++) {
            fuzz_check(read->choices.k[i] >= 1 && read->choices.k[i] <= options->k);
        }
    }
}

enum { LEVELS_EACH = 3 };

/* Of the columns in the caller's order. */
static mixture_parts *make_mixed(size_t d) {
    static const size_t levels[MOST_COLUMNS] = {LEVELS_EACH, LEVELS_EACH, LEVELS_EACH,
                                                LEVELS_EACH, LEVELS_EACH, LEVELS_EACH};
    mix_part part[MOST_COLUMNS + 2] = {{.family = &mixture_gaussian}};
    size_t place[MOST_COLUMNS], next = 0, count = 1;
    for (size_t j = 0; j < d; j += 3) {
        place[j] = next++;
        part[0].d++;
    }
    if (d > 1) {
        part[count] = (mix_part){.family = mixture_family_find("categorical"), .levels = levels};
        for (size_t j = 1; j < d; j += 3) {
            place[j] = next++;
            part[count].d++;
        }
        count++;
    }
    for (size_t j = 2; j < d; j += 3) {
        place[j] = next++;
        part[count++] = (mix_part){.family = mixture_family_find("poisson"), .d = 1};
    }
    return mix_parts_mixed(part, count, place);
}

/* Counts of a fixed pattern, fine for all families; work is kept small. */
static void fit(const mixture_family *family, bool select, mix_fit_options *read) {
    mixture_options *options = &read->options;
    unsigned extras = (read->weight ? MIXTURE_WEIGHTED : 0) | (read->label ? MIXTURE_LABELLED : 0);
    mixture_data *data = mixture_data_new(read->d, extras);
    fuzz_check(data != NULL);
    for (unsigned i = 0; i < ROWS; i++) {
        double x[MOST_COLUMNS];
        for (unsigned j = 0; j < read->d; j++) {
            x[j] = (double)((i * 7 + j * 5) % 11 + (i % 2) * 20 + (i == j));
            bool level = family->parts != NULL && mix_family_level_count(family, j) > 0;
            x[j] = level ? (double)((i + j) % LEVELS_EACH) : x[j];
        }
        fuzz_check(mixture_data_append(data, x, i % 3, i == 1) == MIXTURE_OK);
    }
    data->parts = family->parts;
    options->max_iter = options->max_iter < 4 ? options->max_iter : 4;
    options->n_init = options->n_init < 2 ? options->n_init : 2;
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_status status = select ? mixture_select(family, data, options, &read->choices, &model, &error)
                                   : mixture_fit(family, data, options, &model, &error);
    fuzz_check_status(status, &error);
    if (model != NULL) {
        if (family->parts == NULL) { /* else the parts are another's */
            fuzz_check_model(model);
        }
        mixture_model_free(model);
    }
    mixture_data_free(data);
}

/* What init says is read again when the columns' families are known. */
static void fit_mixed(const fuzz_input *input, mix_options_target target, mix_fit_options *read) {
    mixture_error error = {MIXTURE_OK, ""};
    mixture_parts *parts = make_mixed(read->d);
    fuzz_check(parts != NULL);
    target.family = parts->mixed;
    mixture_status status =
        read->start_later ? mix_options_json_start((const char *)input->bytes, input->left, &target, read, &error)
                          : MIXTURE_OK;
    fuzz_check_status(status, &error);
    if (status == MIXTURE_OK) {
        fit(parts->mixed, false, read);
    }
    mix_parts_free(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fuzz_input input = {bytes, length};
    unsigned which = fuzz_byte(&input);
    bool mixed = which == 0x80;
    mix_options_target target = {.family = mixed       ? &mix_mixed
                                           : which & 1 ? &mixture_multinomial
                                                       : &mixture_gaussian,
                                 .select = (which & 2) != 0,
                                 .k = 1 + fuzz_byte(&input) % 9,
                                 .arguments = 1 + fuzz_byte(&input) % MOST_COLUMNS,
                                 .purpose = mixed ? MIX_FOR_FIT : (mix_options_purpose)(which / 4 % 3)};
    mix_fit_options read;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_status status = mix_options_json_read((const char *)input.bytes, input.left, &target, &read, &error);
    fuzz_check_status(status, &error);
    if (status == MIXTURE_OK) {
        check_ranges(&read, &target);
        if (mixed) {
            fit_mixed(&input, target, &read);
        } else if (!target.select ||
                   (read.options.k <= 3 && read.choices.k_count * read.choices.structure_count <= 4)) {
            fit(target.family, target.select, &read);
        }
    }
    mix_options_json_clear(&read);
    return 0;
}
