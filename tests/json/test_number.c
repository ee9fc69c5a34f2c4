/* test_number.c: doubles to text and back, against the C library under the C locale as an oracle, on tables of
** hard cases, and once more under a locale with a decimal comma. Takes a number of random doubles to try. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "number.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static long rounds = 1000000;
static locale_t c_locale;

/* ---- Support --------------------------------------------------------------------------------------- */

/* SplitMix64, so that a failure comes back. */
static uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t random_below(uint64_t *state, size_t n) {
    return (size_t)(random_bits(state) % n);
}

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double random_finite(uint64_t *state) {
    double x = 0;
    do {
        x = double_of(random_bits(state));
    } while (!isfinite(x));
    return x;
}

/* Bits are compared, so that -0 is not 0. */
static void assert_same(double x, double expected, const char *text) {
    if (bits_of(x) != bits_of(expected)) {
        fail_msg("%.60s: %a instead of %a", text, x, expected);
    }
}

static double parse(const char *text) {
    double x = -1;
    if (!mix_json_parse_double(text, strlen(text), &x)) {
        fail_msg("%.60s: out of range", text);
    }
    return x;
}

static void check_parse_as_library(const char *text) {
    double x = -1, expected = strtod_l(text, NULL, c_locale);
    bool finite = mix_json_parse_double(text, strlen(text), &x);
    if (finite != (bool)isfinite(expected)) {
        fail_msg("%.60s: range", text);
    }
    assert_same(x, expected, text);
}

static void check_round_trip(double x) {
    char text[MIX_JSON_NUMBER_BYTES];
    size_t length = mix_json_format_double(x, text);
    assert_int_equal(length, strlen(text));
    assert_true(length < sizeof text);
    assert_same(parse(text), x, text);
    assert_same(strtod_l(text, NULL, c_locale), x, text);
}

/* The digits of a number without sign, leading and trailing zeros, point and exponent; returns how many. */
static size_t digits_of(const char *text, char *digits) {
    size_t count = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9' && (count > 0 || *text != '0')) {
            digits[count++] = *text;
        }
    }
    while (count > 0 && digits[count - 1] == '0') {
        count--;
    }
    digits[count] = '\0';
    return count;
}

/* No text of fewer digits reads back as x, and none of as many that does is nearer. A candidate of a length
** is the nearest to x or, where the doubles below lie closer, the one above it. */
static void check_shortest(double x) {
    char text[MIX_JSON_NUMBER_BYTES], digits[40], other[40], candidate[40];
    mix_json_format_double(x, text);
    size_t count = digits_of(text, digits);
    for (int precision = 1; precision <= (int)count; precision++) {
        snprintf(candidate, sizeof candidate, "%.*e", precision - 1, x);
        bool hit = strtod(candidate, NULL) == x;
        if (hit && precision == (int)count) {
            digits_of(candidate, other);
            assert_string_equal(digits, other);
            return;
        }
        if (!hit) { /* away from 0, where the interval is wider */
            char *end = strchr(candidate, 'e');
            double above = strtod(candidate, NULL), step = pow(10, strtol(end + 1, NULL, 10) - precision + 1);
            (void)above;
            long double next = strtold(candidate, NULL) + (x < 0 ? -(long double)step : (long double)step);
            snprintf(candidate, sizeof candidate, "%.*Le", precision - 1, next);
            hit = strtod(candidate, NULL) == x;
        }
        if (hit && precision == (int)count) {
            digits_of(candidate, other);
            assert_string_equal(digits, other);
            return;
        }
        if (hit) {
            fail_msg("%s: %s is shorter", text, candidate);
        }
    }
}
