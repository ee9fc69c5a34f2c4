/* fuzz.h: what the fuzz targets share. A target is one function that takes any bytes whatever; libFuzzer calls it
** with bytes that it makes up, and replay.c with those kept in seeds/. A broken promise ends the process. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mixture.h"

/* The target; the name is libFuzzer's. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Stop unless the condition holds. */
#define fuzz_check(condition) fuzz_check_that((condition), #condition, __FILE__, __LINE__)
void fuzz_check_that(bool condition, const char *what, const char *file, int line);

/* A text for a user: one line, not empty, well-formed UTF-8. */
void fuzz_check_message(const char *text);
/* A call's status and error: fine, or refused with a message. */
void fuzz_check_status(mixture_status status, const mixture_error *error);
/* A prepared model: finite parameters, weights that sum to 1; written as JSON and read again it has the same
** bits. */
void fuzz_check_model(const mixture_model *model);
/* A row, NaN where not observed: responsibilities in [0, 1] that sum to 1; no answer is NaN. Returns the log
** density of the mixture. */
double fuzz_check_row(const mixture_model *model, const double *x);

/* The bytes of an input, taken from its front; 0 when there are none left. */
typedef struct fuzz_input {
    const uint8_t *bytes;
    size_t left;
} fuzz_input;
unsigned fuzz_byte(fuzz_input *input);
uint64_t fuzz_word(fuzz_input *input); /* 8 bytes, little-endian */
/* A number, mostly a small integer (one byte), also a fraction, a power of ten or any finite double. */
double fuzz_number(fuzz_input *input);

#endif
