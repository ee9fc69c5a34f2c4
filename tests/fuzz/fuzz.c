/* fuzz.c: checks and inputs of the fuzz targets. */
#include "fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model.h"
#include "model_json.h"

void fuzz_check_that(bool condition, const char *what, const char *file, int line) {
    if (!condition) {
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
        abort();
    }
}

/* Bytes of the well-formed UTF-8 sequence (RFC 3629) at the front of a NUL-terminated text; 0: there is none. */
static size_t utf8_bytes(const unsigned char *text) {
    static const struct {
        unsigned char first, last, least, most; /* ranges of byte 1 and of byte 2 */
        size_t bytes;
    } rows[] = {{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text[0] >= rows[i].first && text[0] <= rows[i].last) {
            bool good = rows[i].bytes == 1 || (text[1] >= rows[i].least && text[1] <= rows[i].most);
            for (size_t j = 2; good && j < rows[i].bytes; j++) {
                good = text[j] >= 0x80 && text[j] <= 0xbf;
            }
            return good ? rows[i].bytes : 0;
        }
    }
    return 0;
}

void fuzz_check_message(const char *text) {
    fuzz_check(text[0] != '\0');
    fuzz_check(strchr(text, '\n') == NULL);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at += utf8_bytes(at)) {
        fuzz_check(utf8_bytes(at) > 0);
    }
}

void fuzz_check_status(mixture_status status, const mixture_error *error) {
    fuzz_check(status == MIXTURE_OK || status == MIXTURE_INVALID);
    if (status == MIXTURE_INVALID) {
        fuzz_check_message(error->text);
    }
}

static char *write_model(const mixture_model *model, size_t *length) {
    mix_json_writer writer = {0};
    mix_model_json_write(model, &writer);
    char *text = mix_json_finish(&writer, length);
    fuzz_check(text != NULL);
    return text;
}

static size_t array_size(const mixture_model *model, size_t array) {
    return model->k * mix_model_array_size(model, array);
}

static void check_same(const double *a, const double *b, size_t count) {
    fuzz_check(memcmp(a, b, count * sizeof(double)) == 0);
}

static void check_round_trip(const mixture_model *model) {
    mixture_model *again;
    mixture_error error = {MIXTURE_OK, ""};
    size_t length, length_again;
    char *text = write_model(model, &length);
    mixture_status status = mix_model_json_read(text, length, &again, &error);
    if (status != MIXTURE_OK) {
        fprintf(stderr, "%s\n%s\n", error.text, text);
    }
    fuzz_check(status == MIXTURE_OK);
    fuzz_check(strcmp(again->family->name, model->family->name) == 0 && again->k == model->k &&
               again->d == model->d);
    check_same(again->weights, model->weights, model->k);
    /* Columns with levels may be parts of their own by now. */
    for (size_t i = 0; i < model->family->array_count && model->family->parts == NULL; i++) {
        check_same(again->arrays[i], model->arrays[i], array_size(model, i));
    }
    char *text_again = write_model(again, &length_again);
    fuzz_check(length_again == length && memcmp(text, text_again, length) == 0);
    mix_memory_free(text_again);
    mix_memory_free(text);
    mixture_model_free(again);
}

void fuzz_check_model(const mixture_model *model) {
    double sum = model->noisy ? model->noise : 0;
    fuzz_check(sum >= 0 && isfinite(model->noise_log_density));
    for (size_t c = 0; c < model->k; c++) {
        fuzz_check(model->weights[c] >= 0);
        sum += model->weights[c];
    }
    fuzz_check(fabs(sum - 1) <= 1e-6);
    for (size_t i = 0; i < model->family->array_count; i++) {
        for (size_t j = 0; j < array_size(model, i); j++) {
            fuzz_check(isfinite(model->arrays[i][j]));
        }
    }
    check_round_trip(model);
}

double fuzz_check_row(const mixture_model *model, const double *x) {
    mixture_scratch *scratch = mixture_scratch_new(model);
    double *resp = calloc(model->k, sizeof(double)), *densities = calloc(model->k, sizeof(double)), sum = 0;
    double *complete = calloc(model->d, sizeof(double));
    fuzz_check(scratch != NULL && resp != NULL && densities != NULL && complete != NULL);
    double log_density = mixture_responsibilities(model, x, resp, scratch);
    mixture_component_log_densities(model, x, densities, scratch);
    for (size_t c = 0; c < model->k; c++) {
        fuzz_check(resp[c] >= 0 && resp[c] <= 1);
        fuzz_check(!isnan(densities[c]));
        double distance = mixture_distance(model, c, x, scratch);
        fuzz_check(model->family->distance != NULL ? distance >= 0 : isnan(distance));
        sum += resp[c];
    }
    fuzz_check(model->noisy ? sum <= 1 + 1e-9 : fabs(sum - 1) <= 1e-9);
    fuzz_check(!isnan(log_density));
    memcpy(complete, x, model->d * sizeof(double));
    mixture_impute(model, complete, scratch);
    for (size_t j = 0; j < model->d; j++) {
        fuzz_check(!isnan(complete[j]) && (isnan(x[j]) || complete[j] == x[j]));
    }
    free(complete);
    free(densities);
    free(resp);
    mixture_scratch_free(scratch);
    return log_density;
}

unsigned fuzz_byte(fuzz_input *input) {
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->bytes++;
}

uint64_t fuzz_word(fuzz_input *input) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) {
        word |= (uint64_t)fuzz_byte(input) << (8 * i);
    }
    return word;
}

double fuzz_number(fuzz_input *input) {
    unsigned kind = fuzz_byte(input);
    if (kind < 192) {
        return (double)kind - 64;
    }
    if (kind < 224) {
        return ((double)fuzz_byte(input) * 256 + (double)fuzz_byte(input)) / 4096 + ((double)kind - 208);
    }
    if (kind < 240) {
        return pow(10, (double)fuzz_byte(input) * 2 - 256) * ((double)kind - 232);
    }
    uint64_t word = fuzz_word(input);
    double number;
    memcpy(&number, &word, sizeof number);
    return isfinite(number) ? number : 0;
}
