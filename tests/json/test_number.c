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

/* Add 1 to the last digit of d.ddde±xx; 9.99 wraps to 0.00, which is no candidate anyhow. */
static void step_up(char *text) {
    for (char *at = strchr(text, 'e'); at-- > text;) {
        if (*at == '.' || *at == '-') {
            continue;
        }
        if (*at != '9') {
            ++*at;
            return;
        }
        *at = '0';
    }
}

/* No text of fewer digits reads back as x, and of those with as many ours is the nearest. With so many digits
** that is the text nearest to x or, where the doubles towards 0 lie closer, the one after it. Needs the C
** locale. */
static void check_shortest(double x) {
    char text[MIX_JSON_NUMBER_BYTES], digits[40], other[40], candidate[40];
    mix_json_format_double(x, text);
    size_t count = digits_of(text, digits);
    for (size_t precision = 1; precision <= count; precision++) {
        snprintf(candidate, sizeof candidate, "%.*e", (int)precision - 1, x);
        if (strtod(candidate, NULL) != x) {
            step_up(candidate);
        }
        if (strtod(candidate, NULL) != x) {
            continue;
        }
        digits_of(candidate, other);
        if (strcmp(digits, other) != 0) {
            fail_msg("%s instead of %s", text, candidate);
        }
        return;
    }
    fail_msg("%s is none of the candidates", text);
}

/* ---- Tables ---------------------------------------------------------------------------------------- */

static void known_doubles_are_written_as_expected(void **state) {
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "-0.0"},
        {1, "1"},
        {-2, "-2"},
        {2.5, "2.5"},
        {0.1, "0.1"},
        {-0.1, "-0.1"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {100, "100"},
        {123456789.125, "123456789.125"},
        {0.001, "0.001"},
        {0.0001, "0.0001"},
        {0.00012345, "0.00012345"},
        {0.00001, "1e-5"},
        {0.000012345, "1.2345e-5"},
        {999999999999999, "999999999999999"},
        {-999999999999999, "-999999999999999"},
        {999999999999999.875, "999999999999999.9"},
        {1e15, "1e15"},
        {1e15 + 1, "1.000000000000001e15"},
        {1.2345678901234568e17, "1.2345678901234568e17"},
        {9007199254740992, "9.007199254740992e15"},
        {1e21, "1e21"},
        {1e22, "1e22"},
        {1e23, "1e23"},
        {0x1.52d02c7e14af7p+76, "1.0000000000000001e23"},
        {1e300, "1e300"},
        {-1e-300, "-1e-300"},
        {DBL_MAX, "1.7976931348623157e308"},
        {-DBL_MAX, "-1.7976931348623157e308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {0x0.fffffffffffffp-1022, "2.225073858507201e-308"},
        {DBL_TRUE_MIN, "5e-324"},
        {2 * DBL_TRUE_MIN, "1e-323"},
        {3 * DBL_TRUE_MIN, "1.5e-323"},
        {DBL_EPSILON, "2.220446049250313e-16"},
        {0x1p-44, "5.684341886080802e-14"}, /* nearest of 16 digits is …801e-14, outside the narrow side */
        {(double)INFINITY, "null"},
        {-(double)INFINITY, "null"},
        {(double)NAN, "null"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[MIX_JSON_NUMBER_BYTES];
        assert_int_equal(mix_json_format_double(cases[i].x, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void known_texts_are_read_as_expected(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double x;
    } cases[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"-0.0", -0.0},
        {"0e999999999999999999999", 0.0},
        {"-0.000e-5", -0.0},
        {"1", 1},
        {"1E0", 1},
        {"1e+2", 100},
        {"100e-2", 1},
        {"1.50", 1.5},
        {"0.1", 0.1},
        {"12345678901234567890", 0x1.56a95319d63e1p+63},
        {"9007199254740991", 0x1.fffffffffffffp52},
        {"9007199254740992", 0x1p53},
        {"9007199254740993", 0x1p53}, /* a tie: to even */
        {"9007199254740993.0", 0x1p53},
        {"900719925474099300e-2", 0x1p53},
        {"9007199254740993.00000000000000000000001", 0x1.0000000000001p53},
        {"9007199254740995", 0x1.0000000000002p53}, /* a tie: to even */
        {"9007199254740994.99999999999999999999999", 0x1.0000000000001p53},
        {"18446744073709551615", 0x1p64},
        {"18446744073709551616", 0x1p64},
        {"18446744073709549568", 0x1.fffffffffffffp63},
        {"1e22", 1e22},
        {"1e23", 0x1.52d02c7e14af6p+76},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623158e308", DBL_MAX},
        {"1.797693134862315807e308", DBL_MAX},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"2.2250738585072012e-308", DBL_MIN},
        {"2.2250738585072014e-308", DBL_MIN},
        {"4.9406564584124654e-324", DBL_TRUE_MIN},
        {"5e-324", DBL_TRUE_MIN},
        {"2.4703282292062328e-324", DBL_TRUE_MIN}, /* just above the half */
        {"2.4703282292062327e-324", 0.0},          /* just below */
        {"-2.4703282292062327e-324", -0.0},
        {"1e-400", 0.0},
        {"-1e-400", -0.0},
        {"1e-999999999999999999999", 0.0},
        {"0.000000000000000000000000000000000000001e39", 1},
        {"1000000000000000000000000000000000000000e-39", 1},
        {"6.9294956446009195e15", 6929495644600919.5},
        {"3.7455744005952583e15", 3745574400595258.5}, /* …258.3 to the nearest half */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_same(parse(cases[i].text), cases[i].x, cases[i].text);
    }
}

static void what_rounds_to_infinity_is_out_of_range(void **state) {
    (void)state;
    static const char *const cases[] = {
        "1e309",
        "-1e309",
        "1e999",
        "1e999999999999999999999999",
        "1.7976931348623159e308",
        "1.797693134862315807938e308", /* DBL_MAX and half a step are 1.7976931348623158079372…e308 */
        "0.000000000000000000000000001e336",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double x;
        if (mix_json_parse_double(cases[i], strlen(cases[i]), &x)) {
            fail_msg("%s: %a", cases[i], x);
        }
    }
}

static void only_the_given_length_is_read(void **state) {
    (void)state;
    static const char text[] = "12345678901234567890123.5e1";
    for (size_t length = 1; length < sizeof text; length++) {
        char copy[sizeof text], *exact = malloc(length); /* so that a sanitizer sees what is read beyond */
        double x;
        if (text[length - 1] == '.' || text[length - 1] == 'e') {
            free(exact);
            continue;
        }
        assert_non_null(exact);
        memcpy(exact, text, length);
        memcpy(copy, text, length);
        copy[length] = '\0';
        assert_true(mix_json_parse_double(exact, length, &x));
        assert_same(x, strtod_l(copy, NULL, c_locale), copy);
        free(exact);
    }
}

/* ---- Against the library --------------------------------------------------------------------------- */

static void random_doubles_come_back_the_same(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (long i = 0; i < rounds; i++) {
        check_round_trip(random_finite(&seed));
    }
}

static void random_fractions_come_back_the_same(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (long i = 0; i < rounds / 4; i++) { /* what models hold: moderate numbers, long and short ones */
        double x = (double)(random_bits(&seed) >> 11) * 0x1p-53;
        check_round_trip(x);
        check_round_trip(floor(x * 1e6) / 1e4);
        check_round_trip((x - 0.5) * 1e12);
        check_round_trip(floor(x * 0x1p53));
    }
}

static void doubles_near_powers_come_back_the_same_and_shortest(void **state) {
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        uint64_t bits = bits_of(ldexp(1, exponent));
        for (uint64_t near = bits > 3 ? bits - 3 : 1; near <= bits + 3; near++) {
            check_round_trip(double_of(near));
            check_round_trip(-double_of(near));
            check_shortest(double_of(near));
        }
    }
    for (int exponent = -323; exponent <= 308; exponent++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", exponent);
        uint64_t bits = bits_of(strtod(text, NULL));
        for (uint64_t near = bits > 3 ? bits - 3 : 1; near <= bits + 3; near++) {
            check_round_trip(double_of(near));
            check_shortest(double_of(near));
        }
    }
}

static void random_doubles_are_written_shortest(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (long i = 0; i < rounds / 10; i++) {
        check_shortest(fabs(random_finite(&seed)));
        size_t shift = 12 + random_below(&seed, 50);
        check_shortest(double_of(random_bits(&seed) >> shift | 1)); /* denormal */
        check_shortest(1 + (double)random_below(&seed, 1000000) / 1000);
    }
}

static void seventeen_digits_are_read_as_the_library_reads_them(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (long i = 0; i < rounds / 4; i++) {
        char text[64];
        double x = random_finite(&seed);
        snprintf(text, sizeof text, "%.*e", (int)random_below(&seed, 20), x);
        check_parse_as_library(text);
    }
}

/* Digits, a point anywhere or nowhere and often an exponent, as the JSON grammar has them. */
static void random_number(uint64_t *seed, size_t digits, char *text) {
    size_t point = random_below(seed, digits * 2);
    char *at = text;
    if (random_below(seed, 2)) {
        *at++ = '-';
    }
    for (size_t i = 0; i < digits; i++) {
        size_t kind = random_below(seed, 8); /* runs of 0 and 9 are where carries and ties live */
        char digit = (char)(kind == 0 ? '0' : kind == 1 ? '9' : '0' + random_below(seed, 10));
        *at++ = i == 0 && digit == '0' ? '1' : digit;
        if (i == point && i + 1 < digits) {
            *at++ = '.';
        }
    }
    *at = '\0';
    if (random_below(seed, 4) != 0) {
        *at++ = random_below(seed, 2) ? 'e' : 'E';
        snprintf(at, 16, "%d", (int)random_below(seed, 680) - 350);
    }
}

static void random_numbers_are_read_as_the_library_reads_them(void **state) {
    (void)state;
    uint64_t seed = 5;
    char text[2100];
    for (long i = 0; i < rounds / 2; i++) {
        random_number(&seed, 1 + random_below(&seed, 25), text);
        check_parse_as_library(text);
    }
    for (long i = 0; i < rounds / 200; i++) {
        random_number(&seed, 1 + random_below(&seed, 2000), text);
        check_parse_as_library(text);
    }
}

static void exact_halves_go_to_even_and_anything_more_goes_up(void **state) {
    (void)state;
#if LDBL_MANT_DIG > DBL_MANT_DIG
    uint64_t seed = 6;
    for (long i = 0; i < rounds / 100; i++) {
        char text[1300];
        uint64_t bits = bits_of(fabs(random_finite(&seed)));
        double x = double_of(bits), next = double_of(bits + 1), even = bits % 2 == 0 ? x : next;
        if (!isfinite(next)) {
            continue;
        }
        long double middle = ((long double)x + (long double)next) / 2;
        size_t length = (size_t)snprintf(text, sizeof text, "%.*Le", 790, middle); /* all its digits */
        assert_same(parse(text), even, text);
        char *end = strchr(text, 'e');
        memmove(end + 400, end, strlen(end) + 1); /* 0 … 0 1 after 790 exact digits */
        memset(end, '0', 400);
        end[399] = '1';
        assert_true(length + 400 < sizeof text);
        assert_same(parse(text), next, text);
        char *last = end + 399; /* 0 … 0 1 becomes 9 … 9 after a digit less */
        for (*last = '0'; *last == '0' || *last == '.'; last--) {
            *last = *last == '.' ? '.' : '9';
        }
        --*last;
        assert_same(parse(text), x, text);
    }
#else
    skip(); /* no wider type to hold the half */
#endif
}

/* ---- Under a decimal comma ------------------------------------------------------------------------- */

static char private_locales[] = "/tmp/mixture-locale-XXXXXX";

/* Set a locale with a decimal comma: an installed one or, made for this test, a private one. */
static bool set_comma_locale(void) {
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "pt_BR.UTF-8"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (setlocale(LC_ALL, names[i]) != NULL && strcmp(localeconv()->decimal_point, ",") == 0) {
            return true;
        }
    }
    char command[160];
    if (mkdtemp(private_locales) == NULL) {
        return false;
    }
    snprintf(command, sizeof command, "localedef -i de_DE -f ISO-8859-1 %s/de_DE.ISO-8859-1 >/dev/null 2>&1",
             private_locales);
    bool made = system(command) == 0 && setenv("LOCPATH", private_locales, 1) == 0 &&
                setlocale(LC_ALL, "de_DE.ISO-8859-1") != NULL && strcmp(localeconv()->decimal_point, ",") == 0;
    snprintf(command, sizeof command, "rm -r %s", private_locales);
    return system(command) == 0 && made;
}

static void a_decimal_comma_changes_nothing(void **state) {
    if (!set_comma_locale()) {
        print_message("no locale with a decimal comma can be set: skipped\n");
        setlocale(LC_ALL, "C");
        skip();
    }
    char text[16];
    snprintf(text, sizeof text, "%.1f", 1.5);
    assert_string_equal(text, "1,5"); /* the locale is in force */
    known_doubles_are_written_as_expected(state);
    known_texts_are_read_as_expected(state);
    what_rounds_to_infinity_is_out_of_range(state);
    long all = rounds; /* a comma that gets in does so for all numbers alike */
    rounds /= 20;
    random_doubles_come_back_the_same(state);
    random_numbers_are_read_as_the_library_reads_them(state);
    rounds = all;
    setlocale(LC_ALL, "C");
}

int main(int argc, char **argv) {
    rounds = argc > 1 ? strtol(argv[1], NULL, 10) : rounds;
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_doubles_are_written_as_expected),
        cmocka_unit_test(known_texts_are_read_as_expected),
        cmocka_unit_test(what_rounds_to_infinity_is_out_of_range),
        cmocka_unit_test(only_the_given_length_is_read),
        cmocka_unit_test(random_doubles_come_back_the_same),
        cmocka_unit_test(random_fractions_come_back_the_same),
        cmocka_unit_test(doubles_near_powers_come_back_the_same_and_shortest),
        cmocka_unit_test(random_doubles_are_written_shortest),
        cmocka_unit_test(seventeen_digits_are_read_as_the_library_reads_them),
        cmocka_unit_test(random_numbers_are_read_as_the_library_reads_them),
        cmocka_unit_test(exact_halves_go_to_even_and_anything_more_goes_up),
        cmocka_unit_test(a_decimal_comma_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
