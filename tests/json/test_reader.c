/* test_reader.c: which texts the reader takes, what it says of the others, to the byte, and what it reads. The
** oracle is SQLite: json_valid() for what is taken, json_tree() for what was read. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "counted.h"
#include "memory.h"
#include "reader.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A text with its length, which may hold a NUL. */
#define TEXT(literal) literal, sizeof(literal) - 1

/* ---- Support --------------------------------------------------------------------------------------- */

static size_t random_below(uint64_t *state, size_t n) {
    return (size_t)(random_bits(state) % n);
}

/* Parse a text that must be taken. */
static mix_json_document *parse(const char *text) {
    mix_json_document *document;
    mixture_error error;
    mixture_status status = mix_json_parse(text, strlen(text), &document, &error);
    if (status != MIXTURE_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(error.status, MIXTURE_OK);
    assert_string_equal(error.text, "");
    return document;
}

/* The value that a list of keys and indices leads to: "init.means.0"; "a.." is the member "" of a. */
static mix_json_value find(const mix_json_document *document, const char *steps) {
    mix_json_value value = mix_json_root(document);
    while (*steps != '\0') {
        char step[40];
        size_t length = strcspn(steps, ".");
        memcpy(step, steps, length);
        step[length] = '\0';
        steps += length + (steps[length] == '.');
        if (mix_json_type_of(value) == MIX_JSON_OBJECT) {
            assert_true(mix_json_member(value, step, &value));
            continue;
        }
        mix_json_value item;
        bool more = mix_json_first(value, &item);
        for (long i = strtol(step, NULL, 10); i > 0; i--) {
            assert_true(more);
            more = mix_json_next(value, &item);
        }
        assert_true(more);
        value = item;
    }
    return value;
}

/* ---- What is refused ------------------------------------------------------------------------------- */

#define DEEP_16 "[[[[[[[[[[[[[[[["
#define NOT_DEEP_16 "]]]]]]]]]]]]]]]]"

static const struct {
    const char *text;
    size_t length;
    const char *error;
} refused[] = {
    /* Values */
    {TEXT(""), "offset 0: unexpected end of text; expected a value"},
    {TEXT(" \n"), "offset 2: unexpected end of text; expected a value"},
    {TEXT("x"), "offset 0: unexpected 'x'; expected a value"},
    {TEXT("NaN"), "offset 0: unexpected 'N'; expected a value"},
    {TEXT("Infinity"), "offset 0: unexpected 'I'; expected a value"},
    {TEXT("-Infinity"), "offset 1: unexpected 'I'; expected a digit"},
    {TEXT("'a'"), "offset 0: unexpected '''; expected a value"},
    {TEXT("True"), "offset 0: unexpected 'T'; expected a value"},
    {TEXT("nul"), "offset 3: unexpected end of text; expected null"},
    {TEXT("nan"), "offset 1: unexpected 'a'; expected null"},
    {TEXT("[tru]"), "offset 4: unexpected ']'; expected true"},
    {TEXT("[falsy]"), "offset 5: unexpected 'y'; expected false"},
    {TEXT("nullx"), "offset 4: unexpected 'x'; expected end of text"},
    {TEXT("1 2"), "offset 2: unexpected '2'; expected end of text"},
    {TEXT("[1]]"), "offset 3: unexpected ']'; expected end of text"},
    {TEXT("{}{}"), "offset 2: unexpected '{'; expected end of text"},
    {TEXT("\0"), "offset 0: unexpected byte 0x00; expected a value"},
    {TEXT("1\0"), "offset 1: unexpected byte 0x00; expected end of text"},
    {TEXT("[1,\0 2]"), "offset 3: unexpected byte 0x00; expected a value"},
    {TEXT("\x1f"), "offset 0: unexpected byte 0x1f; expected a value"},
    {TEXT("\v1"), "offset 0: unexpected byte 0x0b; expected a value"},
    {TEXT("\f1"), "offset 0: unexpected byte 0x0c; expected a value"},
    {TEXT("\x7f"), "offset 0: unexpected byte 0x7f; expected a value"},
    {TEXT("\xc3\xa9"), "offset 0: unexpected byte 0xc3; expected a value"},
    {TEXT("\xc2\xa0 1"), "offset 0: unexpected byte 0xc2; expected a value"},
    {TEXT("\xef\xbb\xbf[]"), "offset 0: unexpected byte order mark; expected a value"},
    {TEXT("\xef\xbb"), "offset 0: unexpected byte 0xef; expected a value"},
    {TEXT("[\xef\xbb\xbf]"), "offset 1: unexpected byte 0xef; expected a value or ']'"},
    {TEXT("// a comment\n1"), "offset 0: unexpected '/'; expected a value"},
    {TEXT("1 /* a comment */"), "offset 2: unexpected '/'; expected end of text"},
    /* Arrays */
    {TEXT("["), "offset 1: unexpected end of text; expected a value or ']'"},
    {TEXT("]"), "offset 0: unexpected ']'; expected a value"},
    {TEXT("[}"), "offset 1: unexpected '}'; expected a value or ']'"},
    {TEXT("[,1]"), "offset 1: unexpected ','; expected a value or ']'"},
    {TEXT("[1"), "offset 2: unexpected end of text; expected ',' or ']'"},
    {TEXT("[1 2]"), "offset 3: unexpected '2'; expected ',' or ']'"},
    {TEXT("[1}"), "offset 2: unexpected '}'; expected ',' or ']'"},
    {TEXT("[1:2]"), "offset 2: unexpected ':'; expected ',' or ']'"},
    {TEXT("[1,]"), "offset 3: unexpected ']'; expected a value"},
    {TEXT("[1,,2]"), "offset 3: unexpected ','; expected a value"},
    {TEXT("[1, "), "offset 4: unexpected end of text; expected a value"},
    {TEXT("[[]"), "offset 3: unexpected end of text; expected ',' or ']'"},
    {TEXT("[[],{}"), "offset 6: unexpected end of text; expected ',' or ']'"},
    /* Objects */
    {TEXT("{"), "offset 1: unexpected end of text; expected a key or '}'"},
    {TEXT("{]"), "offset 1: unexpected ']'; expected a key or '}'"},
    {TEXT("{,}"), "offset 1: unexpected ','; expected a key or '}'"},
    {TEXT("{1:2}"), "offset 1: unexpected '1'; expected a key or '}'"},
    {TEXT("{k:2}"), "offset 1: unexpected 'k'; expected a key or '}'"},
    {TEXT("{\"k\"}"), "offset 4: unexpected '}'; expected ':'"},
    {TEXT("{\"k\" 1}"), "offset 5: unexpected '1'; expected ':'"},
    {TEXT("{\"k\":}"), "offset 5: unexpected '}'; expected a value"},
    {TEXT("{\"k\":1"), "offset 6: unexpected end of text; expected ',' or '}'"},
    {TEXT("{\"k\":1]"), "offset 6: unexpected ']'; expected ',' or '}'"},
    {TEXT("{\"k\":1,}"), "offset 7: unexpected '}'; expected a key"},
    {TEXT("{\"k\":1,2}"), "offset 7: unexpected '2'; expected a key"},
    {TEXT("{\"k\":1 \"l\":2}"), "offset 7: unexpected '\"'; expected ',' or '}'"},
    {TEXT("{\"k\":1,\"k\":2}"), "offset 7: key \"k\" occurs twice; expected different keys in an object"},
    {TEXT("{\"\":1,\"a\":2,\"\":3}"), "offset 12: key \"\" occurs twice; expected different keys in an object"},
    {TEXT("[{\"a\":{\"b\":0,\"b\":0}}]"),
     "offset 13: key \"b\" occurs twice; expected different keys in an object"},
    {TEXT("{\"c\":1,\"a\":1,\"b\":1,\"b\":1,\"a\":1,\"c\":1}"),
     "offset 19: key \"b\" occurs twice; expected different keys in an object"},
    {TEXT("{\"k\":1,\"k\":2,\"k\":3}"), "offset 7: key \"k\" occurs twice; expected different keys in an object"},
    {TEXT("{\"a\":1,\"\\u0061\":2}"),
     "offset 7: key \"\\u0061\" occurs twice; expected different keys in an object"},
    {TEXT("{\"\\ud834\\udd1e\":1,\"\xf0\x9d\x84\x9e\":2}"),
     "offset 18: key \"\xf0\x9d\x84\x9e\" occurs twice; expected different keys in an object"},
    {TEXT("{\"abcdefghijklmnopqrstuvwxyz0123456789\":1,\"abcdefghijklmnopqrstuvwxyz0123456789\":2}"),
     "offset 42: key \"abcdefghijklmnopqrstuvwxyz0123...\" occurs twice; expected different keys in an object"},
    /* Numbers */
    {TEXT("-"), "offset 1: unexpected end of text; expected a digit"},
    {TEXT("+1"), "offset 0: unexpected '+'; expected a value"},
    {TEXT(".5"), "offset 0: unexpected '.'; expected a value"},
    {TEXT("-.5"), "offset 1: unexpected '.'; expected a digit"},
    {TEXT("--1"), "offset 1: unexpected '-'; expected a digit"},
    {TEXT("01"), "offset 1: unexpected '1'; expected end of text"},
    {TEXT("[-01]"), "offset 3: unexpected '1'; expected ',' or ']'"},
    {TEXT("1."), "offset 2: unexpected end of text; expected a digit"},
    {TEXT("1.e5"), "offset 2: unexpected 'e'; expected a digit"},
    {TEXT("1e"), "offset 2: unexpected end of text; expected a digit"},
    {TEXT("1e+"), "offset 3: unexpected end of text; expected a digit"},
    {TEXT("1e+-1"), "offset 3: unexpected '-'; expected a digit"},
    {TEXT("1.5.2"), "offset 3: unexpected '.'; expected end of text"},
    {TEXT("1e5.2"), "offset 3: unexpected '.'; expected end of text"},
    {TEXT("0x10"), "offset 1: unexpected 'x'; expected end of text"},
    {TEXT("1_000"), "offset 1: unexpected '_'; expected end of text"},
    {TEXT("1,5"), "offset 1: unexpected ','; expected end of text"},
    {TEXT("[1e999]"), "offset 1: number out of range, 1e999; expected less than 1.8e308"},
    {TEXT("-1e309"), "offset 0: number out of range, -1e309; expected less than 1.8e308"},
    {TEXT(" 123456789012345678901234567890123456789e300"),
     "offset 1: number out of range, 123456789012345678901234567890...; expected less than 1.8e308"},
    /* Strings */
    {TEXT("\""), "offset 1: unexpected end of text; expected '\"'"},
    {TEXT("\"abc"), "offset 4: unexpected end of text; expected '\"'"},
    {TEXT("\"a\nb\""), "offset 2: unexpected byte 0x0a; expected an escape in place of a control character"},
    {TEXT("\"\0\""), "offset 1: unexpected byte 0x00; expected an escape in place of a control character"},
    {TEXT("{\"\t\":1}"), "offset 2: unexpected byte 0x09; expected an escape in place of a control character"},
    {TEXT("\"\\"), "offset 2: unexpected end of text; expected one of \"\\/bfnrtu after a backslash"},
    {TEXT("\"\\x41\""), "offset 2: unexpected 'x'; expected one of \"\\/bfnrtu after a backslash"},
    {TEXT("\"\\'\""), "offset 2: unexpected '''; expected one of \"\\/bfnrtu after a backslash"},
    {TEXT("\"\\\0\""), "offset 2: unexpected byte 0x00; expected one of \"\\/bfnrtu after a backslash"},
    {TEXT("\"\\\xc3\xa9\""), "offset 2: unexpected byte 0xc3; expected one of \"\\/bfnrtu after a backslash"},
    {TEXT("\"\\u12\""), "offset 5: unexpected '\"'; expected a hexadecimal digit"},
    {TEXT("\"\\u123g\""), "offset 6: unexpected 'g'; expected a hexadecimal digit"},
    {TEXT("\"\\u00"), "offset 5: unexpected end of text; expected a hexadecimal digit"},
    {TEXT("\"\\u+041\""), "offset 3: unexpected '+'; expected a hexadecimal digit"},
    {TEXT("\"\\uD800\""), "offset 1: unexpected \\uD800 alone; expected a surrogate pair"},
    {TEXT("\"a\\udbffb\""), "offset 2: unexpected \\udbff alone; expected a surrogate pair"},
    {TEXT("\"\\udc00\""), "offset 1: unexpected \\udc00 alone; expected a surrogate pair"},
    {TEXT("\"\\udc00\\ud800\""), "offset 1: unexpected \\udc00 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800\\ud800\""), "offset 1: unexpected \\ud800 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800\\u0041\""), "offset 1: unexpected \\ud800 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800\\n\""), "offset 1: unexpected \\ud800 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800"), "offset 1: unexpected \\ud800 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800\\"), "offset 1: unexpected \\ud800 alone; expected a surrogate pair"},
    {TEXT("\"\\ud800\\u"), "offset 9: unexpected end of text; expected a hexadecimal digit"},
    {TEXT("\"\x80\""), "offset 1: unexpected byte 0x80; expected well-formed UTF-8"},
    {TEXT("\"\xc0\xaf\""), "offset 1: unexpected byte 0xc0; expected well-formed UTF-8"},
    {TEXT("\"\xc1\xbf\""), "offset 1: unexpected byte 0xc1; expected well-formed UTF-8"},
    {TEXT("\"a\xc3\""), "offset 2: unexpected byte 0xc3; expected well-formed UTF-8"},
    {TEXT("\"a\xc3"), "offset 2: unexpected byte 0xc3; expected well-formed UTF-8"},
    {TEXT("\"\xe0\x9f\xbf\""), "offset 1: unexpected byte 0xe0; expected well-formed UTF-8"},
    {TEXT("\"\xe2\x82\""), "offset 1: unexpected byte 0xe2; expected well-formed UTF-8"},
    {TEXT("\"\xed\xa0\x80\""), "offset 1: unexpected byte 0xed; expected well-formed UTF-8"},
    {TEXT("\"\xf0\x8f\xbf\xbf\""), "offset 1: unexpected byte 0xf0; expected well-formed UTF-8"},
    {TEXT("\"\xf4\x90\x80\x80\""), "offset 1: unexpected byte 0xf4; expected well-formed UTF-8"},
    {TEXT("\"\xf5\x80\x80\x80\""), "offset 1: unexpected byte 0xf5; expected well-formed UTF-8"},
    {TEXT("\"\xff\""), "offset 1: unexpected byte 0xff; expected well-formed UTF-8"},
    /* Depth */
    {TEXT(DEEP_16 DEEP_16 "[" NOT_DEEP_16 NOT_DEEP_16 "]"),
     "offset 32: arrays and objects nested too deep; expected at most 32 levels"},
    {TEXT(DEEP_16 DEEP_16 "{}" NOT_DEEP_16 NOT_DEEP_16),
     "offset 32: arrays and objects nested too deep; expected at most 32 levels"},
};

static void each_fault_is_named_with_its_offset(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        char *exact = malloc(refused[i].length + !refused[i].length); /* a sanitizer sees what is read beyond */
        mix_json_document *document = (mix_json_document *)exact;
        mixture_error error;
        assert_non_null(exact);
        memcpy(exact, refused[i].text, refused[i].length);
        assert_int_equal(mix_json_parse(exact, refused[i].length, &document, &error), MIXTURE_INVALID);
        assert_null(document);
        assert_int_equal(error.status, MIXTURE_INVALID);
        assert_string_equal(error.text, refused[i].error);
        assert_int_equal(mix_json_parse(exact, refused[i].length, &document, NULL), MIXTURE_INVALID);
        free(exact);
    }
}

static void texts_of_four_gib_are_refused_unread(void **state) {
    (void)state;
#if SIZE_MAX > UINT32_MAX
    mix_json_document *document;
    mixture_error error;
    assert_int_equal(mix_json_parse("1", (size_t)UINT32_MAX, &document, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "text of 4294967295 bytes; expected less than 4 GiB");
    assert_null(document);
#else
    skip();
#endif
}

/* ---- What is taken --------------------------------------------------------------------------------- */

static void valid_texts_are_taken(void **state) {
    (void)state;
    static const char *const taken[] = {
        "null",
        "true",
        "false",
        " \t\r\n1 \t\r\n",
        "0",
        "-0",
        "0.0",
        "1E5",
        "1e+05",
        "1e-400",
        "-1.5e-3",
        "[]",
        "[ ]",
        "{}",
        "{ \n}",
        "[1,2]",
        "[ 1 , 2 ]",
        "{ \"a\" : 1 , \"b\" : [ ] }",
        "\"\"",
        "\"\x7f\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\uabCD\"",
        "\"\\ud834\\uDD1E\"",
        "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
        "\"\xef\xbb\xbf\"",
        "{\"a\":{\"a\":{\"a\":[]}},\"A\":1,\"a \":2,\"\":3,\"\\u0000\":4,\"aa\":5}",
        DEEP_16 DEEP_16 "1" NOT_DEEP_16 NOT_DEEP_16,
        DEEP_16 "{\"a\":[],\"b\":[{}]}" NOT_DEEP_16,
    };
    for (size_t i = 0; i < COUNT(taken); i++) {
        mix_json_free(parse(taken[i]));
    }
    mix_json_free(NULL);
}

/* Whether bytes begin with the encoding of a code point: taken apart by arithmetic, put together again. */
static size_t utf8_by_arithmetic(const unsigned char *bytes) {
    static const struct {
        unsigned mark, mask;
        uint32_t first;
    } forms[] = {{0, 0x7f, 0}, {0xc0, 0x1f, 0x80}, {0xe0, 0x0f, 0x800}, {0xf0, 0x07, 0x10000}};
    for (size_t tails = 0; tails < 4; tails++) {
        uint32_t point = bytes[0] & forms[tails].mask;
        for (size_t i = 1; i <= tails; i++) {
            point = point << 6 | (bytes[i] & 0x3f);
        }
        bool same = point >= forms[tails].first && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) &&
                    bytes[0] == (forms[tails].mark | point >> 6 * tails);
        for (size_t i = 1; i <= tails; i++) {
            same = same && bytes[i] == (0x80 | (point >> 6 * (tails - i) & 0x3f));
        }
        if (same) {
            return tails + 1;
        }
    }
    return 0;
}

static void utf8_is_well_formed_when_it_encodes_a_code_point(void **state) {
    (void)state;
    static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0xbf, 0xc0, 0xff};
    for (unsigned i = 0; i < 0x10000 * COUNT(edges) * COUNT(edges); i++) {
        unsigned rest = i >> 16;
        unsigned char bytes[4] = {(unsigned char)(i >> 8), (unsigned char)i, edges[rest / COUNT(edges)],
                                  edges[rest % COUNT(edges)]};
        size_t expected = utf8_by_arithmetic(bytes);
        for (size_t length = 1; length <= 4; length++) {
            if (mix_json_utf8((const char *)bytes, length) != (expected <= length ? expected : 0)) {
                fail_msg("%02x %02x %02x %02x, length %zu", bytes[0], bytes[1], bytes[2], bytes[3], length);
            }
        }
    }
}

/* ---- Structure ------------------------------------------------------------------------------------- */

static void values_are_walked_in_the_order_of_the_text(void **state) {
    (void)state;
    mix_json_document *document = parse("{\"a\":[1,[2,3],{\"x\":4}],\"b\":{},\"c\":[],\"d\":true}");
    static const char *const keys[] = {"a", "b", "c", "d"};
    static const mix_json_type types[] = {MIX_JSON_ARRAY, MIX_JSON_OBJECT, MIX_JSON_ARRAY, MIX_JSON_BOOL};
    static const size_t counts[] = {3, 0, 0, 0}, offsets[] = {5, 27, 34, 41};
    mix_json_value root = mix_json_root(document), item, inner;
    size_t i = 0;
    assert_int_equal(mix_json_type_of(root), MIX_JSON_OBJECT);
    assert_int_equal(mix_json_count(root), 4);
    assert_int_equal(mix_json_offset(root), 0);
    for (bool more = mix_json_first(root, &item); more; more = mix_json_next(root, &item), i++) {
        assert_true(mix_json_string_equals(mix_json_key(item), keys[i]));
        assert_int_equal(mix_json_offset(mix_json_key(item)), offsets[i] - 4);
        assert_int_equal(mix_json_type_of(item), types[i]);
        assert_int_equal(mix_json_count(item), counts[i]);
        assert_int_equal(mix_json_offset(item), offsets[i]);
        assert_int_equal(mix_json_first(item, &inner), counts[i] > 0);
    }
    assert_int_equal(i, 4);
    double sum = 0;
    i = 0;
    mix_json_value array = find(document, "a");
    for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item)) {
        i++;
        sum += mix_json_type_of(item) == MIX_JSON_NUMBER ? mix_json_number(item) : 0;
    }
    assert_int_equal(i, 3);
    assert_true(sum == 1);
    assert_true(mix_json_number(find(document, "a.1.1")) == 3);
    assert_true(mix_json_number(find(document, "a.2.x")) == 4);
    assert_true(mix_json_boolean(find(document, "d")));
    assert_false(mix_json_member(root, "e", &item));
    assert_false(mix_json_member(root, "", &item));
    assert_false(mix_json_member(root, "x", &item)); /* deeper */
    assert_false(mix_json_member(array, "x", &item));
    assert_false(mix_json_member(find(document, "d"), "x", &item));
    assert_false(mix_json_first(find(document, "d"), &item));
    assert_int_equal(mix_json_count(find(document, "a.1.1")), 0);
    mix_json_free(document);
}

static void a_scalar_can_be_the_root(void **state) {
    (void)state;
    mix_json_document *document = parse("  false ");
    mix_json_value root = mix_json_root(document);
    assert_int_equal(mix_json_type_of(root), MIX_JSON_BOOL);
    assert_false(mix_json_boolean(root));
    assert_int_equal(mix_json_offset(root), 2);
    mix_json_free(document);
    document = parse("null");
    assert_int_equal(mix_json_type_of(mix_json_root(document)), MIX_JSON_NULL);
    mix_json_free(document);
}

/* ---- Contents -------------------------------------------------------------------------------------- */

static void integers_are_exact_or_none(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool fits;
        int64_t integer;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"7", true, 7},
        {"-12", true, -12},
        {"9007199254740993", true, 9007199254740993},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775807", true, -INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"9223372036854775810", false, 0},
        {"99999999999999999999999", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"1E0", false, 0},
        {"0.5", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
        {"[1]", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mix_json_document *document = parse(cases[i].text);
        int64_t integer = 0;
        assert_int_equal(mix_json_integer(mix_json_root(document), &integer), cases[i].fits);
        assert_true(integer == cases[i].integer);
        mix_json_free(document);
    }
}

static void numbers_are_the_nearest_doubles(void **state) {
    (void)state;
    mix_json_document *document = parse("[0.1, -2.5e-3, 1e-400, 1.7976931348623157e308, 9007199254740993]");
    assert_true(mix_json_number(find(document, "0")) == 0.1);
    assert_true(mix_json_number(find(document, "1")) == -0.0025);
    assert_true(mix_json_number(find(document, "2")) == 0);
    assert_true(mix_json_number(find(document, "3")) == DBL_MAX);
    assert_true(mix_json_number(find(document, "4")) == 9007199254740992.0);
    mix_json_free(document);
}

static void strings_lose_their_escapes(void **state) {
    (void)state;
    static const struct {
        const char *text, *bytes;
        size_t length;
    } cases[] = {
        {"\"\"", TEXT("")},
        {"\"abc\"", TEXT("abc")},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", TEXT("\"\\/\b\f\n\r\t")},
        {"\"\\u0041\\u00e9\\u20AC\\uffff\"", TEXT("A\xc3\xa9\xe2\x82\xac\xef\xbf\xbf")},
        {"\"\\u007f\\u0080\\u07ff\\u0800\"", TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80")},
        {"\"\\ud7ff\\ue000\"", TEXT("\xed\x9f\xbf\xee\x80\x80")},
        {"\"\\ud834\\udd1e\\uD800\\uDC00\\udbff\\udfff\"",
         TEXT("\xf0\x9d\x84\x9e\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
        {"\"x\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\\n\"", TEXT("x\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\n")},
        {"\"a\\u0000b\"", TEXT("a\0b")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mix_json_document *document = parse(cases[i].text);
        mix_json_value root = mix_json_root(document);
        size_t length = SIZE_MAX;
        char *copy = mix_json_string(root, &length);
        assert_non_null(copy);
        assert_int_equal(length, cases[i].length);
        assert_memory_equal(copy, cases[i].bytes, length + 1);
        bool has_nul = strlen(cases[i].bytes) != cases[i].length;
        assert_int_equal(mix_json_string_equals(root, cases[i].bytes), !has_nul);
        assert_false(mix_json_string_equals(root, "ab"));
        assert_false(mix_json_string_equals(root, "\"/"));
        mix_memory_free(copy);
        copy = mix_json_string(root, NULL);
        assert_string_equal(copy, cases[i].bytes);
        mix_memory_free(copy);
        mix_json_free(document);
    }
}

static void strings_equal_only_themselves(void **state) {
    (void)state;
    mix_json_document *document = parse("{\"\\u006beys\":1,\"key\":2,\"keys2\":3,\"k\":4,\"\\\"\":5}");
    mix_json_value root = mix_json_root(document);
    assert_true(mix_json_number(find(document, "keys")) == 1);
    assert_true(mix_json_number(find(document, "key")) == 2);
    assert_true(mix_json_number(find(document, "keys2")) == 3);
    assert_true(mix_json_number(find(document, "k")) == 4);
    assert_true(mix_json_number(find(document, "\"")) == 5);
    assert_false(mix_json_string_equals(root, "keys"));
    assert_false(mix_json_string_equals(find(document, "k"), "4"));
    mix_json_free(document);
}

/* Keys in a scrambled order, some of them escaped; with the last one twice or not. */
static char *many_keys(size_t count, bool again) {
    char *text = malloc(count * 32 + 64), *at = text;
    assert_non_null(text);
    *at++ = '{';
    for (size_t i = 0; i < count; i++) {
        size_t number = i * 7919 % count;
        at += sprintf(at, number % 3 ? "\"key%zu\":0," : "\"\\u006bey%zu\":0,", number);
    }
    at += sprintf(at, "\"%s\":0}", again ? "key5" : "key");
    return text;
}

static void many_keys_are_told_apart_quickly(void **state) {
    (void)state;
    mixture_error error;
    mix_json_document *document;
    for (size_t count = 10; count <= 200000; count *= 10) {
        char *text = many_keys(count, false);
        document = parse(text);
        assert_int_equal(mix_json_count(mix_json_root(document)), count + 1);
        mix_json_free(document);
        free(text);
        text = many_keys(count, true);
        assert_int_equal(mix_json_parse(text, strlen(text), &document, &error), MIXTURE_INVALID);
        char expected[100];
        snprintf(expected, sizeof expected,
                 "offset %zu: key \"key5\" occurs twice; expected different keys in an object", strlen(text) - 9);
        assert_string_equal(error.text, expected);
        free(text);
    }
}

/* ---- Errors of those who read ---------------------------------------------------------------------- */

static const char sample[] =
    "{\"k\":2,\"means\":[[0,1],[2,\"a\"]],\"init\":{\"means\":[null],\"odd key\":{\"\":[true]},\"1st\":1,"
    "\"\\u00e9\":-12.50,\"\xc3\xa9t\xc3\xa9\":0},\"covariances\":[[[1,2],[3,4]]],"
    "\"long\":\"abcdefghijklmnopqrstuvwxyz0123456789\",\"utf8\":\"abcdefghijklmnopqrstuvwxyz012\xe2\x82\xac...\","
    "\"digits\":0.1234567890123456789012345678901234567890}";

static void paths_lead_to_their_values(void **state) {
    (void)state;
    static const struct {
        const char *steps, *path;
    } cases[] = {
        {"", ""},
        {"k", "k"},
        {"means", "means"},
        {"means.0", "means[0]"},
        {"means.0.0", "means[0][0]"},
        {"means.1.1", "means[1][1]"},
        {"init.means.0", "init.means[0]"},
        {"init.odd key", "init[\"odd key\"]"},
        {"init.odd key..0", "init[\"odd key\"][\"\"][0]"},
        {"init.1st", "init[\"1st\"]"},
        {"init.\xc3\xa9", "init[\"\\u00e9\"]"},
        {"init.\xc3\xa9t\xc3\xa9", "init[\"\xc3\xa9t\xc3\xa9\"]"},
        {"covariances.0.1.0", "covariances[0][1][0]"},
    };
    mix_json_document *document = parse(sample);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[100];
        mix_json_value value = find(document, cases[i].steps);
        mix_json_path(value, path, sizeof path);
        assert_string_equal(path, cases[i].path);
        if (i == 1 || i == 7) {
            mix_json_path(mix_json_key(value), path, sizeof path);
            assert_string_equal(path, cases[i].path);
        }
    }
    mix_json_free(document);
    document = parse("[[1,2],{\"a\":3}]");
    char path[20];
    mix_json_path(find(document, "0.1"), path, sizeof path);
    assert_string_equal(path, "[0][1]");
    mix_json_path(find(document, "1.a"), path, sizeof path);
    assert_string_equal(path, "[1].a");
    mix_json_free(document);
}

static void paths_are_cut_to_their_buffer(void **state) {
    (void)state;
    static const struct {
        size_t size;
        const char *path;
    } cases[] = {
        {1, ""},
        {2, "a"},
        {3, "a["},
        {4, "..."},
        {5, "a..."},
        {6, "a[..."},
        {7, "a[\"..."},
        {8, "a[\"..."}, /* not inside a character */
        {9, "a[\"\xc3\xa9..."},
        {12, "a[\"\xc3\xa9\xc3\xa9x..."},
        {14, "a[\"\xc3\xa9\xc3\xa9x\"]..."},
        {15, "a[\"\xc3\xa9\xc3\xa9x\"][12]"},
        {16, "a[\"\xc3\xa9\xc3\xa9x\"][12]"},
    };
    mix_json_document *document = parse("{\"a\":{\"\xc3\xa9\xc3\xa9x\":[0,1,2,3,4,5,6,7,8,9,10,11,12]}}");
    mix_json_value value = find(document, "a.\xc3\xa9\xc3\xa9x.12");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *exact = malloc(cases[i].size);
        assert_non_null(exact);
        mix_json_path(value, exact, cases[i].size);
        assert_string_equal(exact, cases[i].path);
        free(exact);
    }
    mix_json_free(document);
}

static void complaints_name_path_value_and_offset(void **state) {
    (void)state;
    static const struct {
        const char *steps;
        bool key;
        const char *error;
    } cases[] = {
        {"", false, "the text is an object at offset 0; expected a number"},
        {"k", false, "k is 2 at offset 5; expected a number"},
        {"means", false, "means is an array of 2 at offset 15; expected a number"},
        {"means.1.1", false, "means[1][1] is \"a\" at offset 25; expected a number"},
        {"init.means.0", false, "init.means[0] is null at offset 48; expected a number"},
        {"init.odd key", false, "init[\"odd key\"] is an object at offset 64; expected a number"},
        {"init.odd key..0", false, "init[\"odd key\"][\"\"][0] is true at offset 69; expected a number"},
        {"init.\xc3\xa9", false, "init[\"\\u00e9\"] is -12.50 at offset 93; expected a number"},
        {"long", false, "long is \"abcdefghijklmnopqrstuvwxyz0123...\" at offset 148; expected a number"},
        {"utf8", false, "utf8 is \"abcdefghijklmnopqrstuvwxyz012...\" at offset 194; expected a number"},
        {"digits", false, "digits is 0.1234567890123456789012345678... at offset 241; expected a number"},
        {"k", true, "unknown key \"k\" at offset 1; expected a number"},
        {"init.odd key", true, "unknown key \"odd key\" in init at offset 54; expected a number"},
        {"init.odd key..", true, "unknown key \"\" in init[\"odd key\"] at offset 65; expected a number"},
    };
    mix_json_document *document = parse(sample);
    for (size_t i = 0; i < COUNT(cases); i++) {
        mix_json_value value = find(document, cases[i].steps);
        mixture_error error;
        value = cases[i].key ? mix_json_key(value) : value;
        assert_int_equal(mix_json_complain(value, "a number", &error), MIXTURE_INVALID);
        assert_int_equal(error.status, MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].error);
        assert_int_equal(mix_json_complain(value, "a number", NULL), MIXTURE_INVALID);
    }
    mix_json_free(document);
}

/* ---- Out of memory --------------------------------------------------------------------------------- */

static void any_allocation_may_fail_without_a_leak(void **state) {
    (void)state;
    char *text = many_keys(300, false);
    mix_json_document *document = NULL;
    long limit = 0;
    while (document == NULL) {
        mixture_error error;
        blocks_left = limit++;
        mixture_status status = mix_json_parse(text, strlen(text), &document, &error);
        assert_int_equal(status, document ? MIXTURE_OK : MIXTURE_NOMEM);
        assert_int_equal(error.status, status);
        assert_string_equal(error.text, "");
        if (document == NULL) {
            assert_int_equal(live_blocks, 0);
        }
    }
    assert_int_equal(limit - 1, 7); /* nodes for 64, 128, … 1024; keys; document */
    blocks_left = 0;
    assert_null(mix_json_string(mix_json_key(find(document, "key")), NULL));
    mix_json_free(document);
    free(text);
}

static void the_nodes_may_fail_to_grow_at_any_kind_of_value(void **state) {
    (void)state;
    static const char *const values[] = {"0", "\"\"", "true", "[]", "{}"};
    for (size_t i = 0; i < COUNT(values); i++) {
        char text[200] = "[", *at = text + 1;
        for (int j = 0; j < 63; j++) { /* with the array 64 nodes: the next one needs more room */
            at = stpcpy(at, "0,");
        }
        stpcpy(stpcpy(at, values[i]), "]");
        mix_json_document *document;
        mixture_error error;
        blocks_left = 1;
        assert_int_equal(mix_json_parse(text, strlen(text), &document, &error), MIXTURE_NOMEM);
        assert_null(document);
        assert_int_equal(error.status, MIXTURE_NOMEM);
        assert_int_equal(live_blocks, 0);
        blocks_left = INT32_MAX;
        mix_json_free(parse(text));
    }
}

/* ---- Against SQLite -------------------------------------------------------------------------------- */

typedef struct oracle {
    sqlite3 *db;
    sqlite3_stmt *valid, *tree;
    long taken, refused, laxer;
} oracle;

/* Why SQLite takes what RFC 8259 allows a reader to refuse, or what it leaves unchecked. */
static bool sqlite_is_laxer(const char *error) {
    static const char *const reasons[] = {"occurs twice", "well-formed UTF-8", "alone; expected a surrogate pair",
                                          "nested too deep", "number out of range"};
    for (size_t i = 0; i < COUNT(reasons); i++) {
        if (strstr(error, reasons[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* One row of json_tree(): key, type, atom. */
static void check_row(sqlite3_stmt *row, mix_json_value value, bool is_member) {
    static const char *const names[] = {"null", "", "", "text", "array", "object"};
    const char *type = (const char *)sqlite3_column_text(row, 1);
    mix_json_type ours = mix_json_type_of(value);
    size_t length;
    int64_t integer;
    if (is_member) {
        char *key = mix_json_string(mix_json_key(value), &length);
        if (strlen(key) == length) { /* SQLite ends a string at a NUL */
            assert_string_equal((const char *)sqlite3_column_text(row, 0), key);
        }
        mix_memory_free(key);
    }
    if (ours == MIX_JSON_BOOL) {
        assert_string_equal(type, mix_json_boolean(value) ? "true" : "false");
    } else if (ours == MIX_JSON_NUMBER) {
        bool fits = mix_json_integer(value, &integer);
        double x = mix_json_number(value), other = sqlite3_column_double(row, 2);
        if (fits) {
            assert_string_equal(type, "integer");
            assert_true(sqlite3_column_int64(row, 2) == integer);
        }
        /* SQLite before 3.43 is not exact to the last bit */
        assert_true(fabs(x - other) <= 1e-14 * fabs(x) + DBL_MIN);
    } else {
        assert_string_equal(type, names[ours]);
    }
    if (ours == MIX_JSON_STRING) {
        char *text = mix_json_string(value, &length);
        if (strlen(text) == length) {
            assert_string_equal((const char *)sqlite3_column_text(row, 2), text);
        }
        mix_memory_free(text);
    }
}

/* Walk both trees, which come in the order of the text; the depth is bounded by MIX_JSON_DEPTH. */
static void check_tree(sqlite3_stmt *rows, mix_json_value value, bool is_member) {
    assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
    check_row(rows, value, is_member);
    mix_json_value item;
    size_t count = 0;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item), count++) {
        check_tree(rows, item, mix_json_type_of(value) == MIX_JSON_OBJECT);
    }
    assert_int_equal(count, mix_json_count(value));
}

static void check_against_sqlite(oracle *judge, const char *text, size_t length) {
    mix_json_document *document;
    mixture_error error;
    bool taken = mix_json_parse(text, length, &document, &error) == MIXTURE_OK;
    sqlite3_bind_text(judge->valid, 1, text, (int)length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(judge->valid), SQLITE_ROW);
    bool valid = sqlite3_column_int(judge->valid, 0);
    sqlite3_reset(judge->valid);
    if (valid != taken && !(valid && sqlite_is_laxer(error.text))) {
        fail_msg("%.*s: SQLite says %d, the reader %s", (int)length, text, valid, taken ? "takes it" : error.text);
    }
    judge->taken += taken;
    judge->refused += !valid;
    judge->laxer += valid && !taken;
    if (taken) {
        sqlite3_bind_text(judge->tree, 1, text, (int)length, SQLITE_STATIC);
        check_tree(judge->tree, mix_json_root(document), false);
        assert_int_equal(sqlite3_step(judge->tree), SQLITE_DONE);
        sqlite3_reset(judge->tree);
    }
    mix_json_free(document);
}

typedef struct generator {
    uint64_t seed;
    char text[4096];
    size_t length;
} generator;

static void put(generator *g, const char *text) {
    size_t length = strlen(text);
    if (g->length + length < sizeof g->text) {
        memcpy(g->text + g->length, text, length);
        g->length += length;
    }
}

static void put_one_of(generator *g, const char *const *choices, size_t count) {
    put(g, choices[random_below(&g->seed, count)]);
}

static void put_space(generator *g) {
    static const char *const spaces[] = {"", "", "", "", "", " ", "\n", "\t\r "};
    put_one_of(g, spaces, COUNT(spaces));
}

static void put_string(generator *g) {
    static const char *const pieces[] = {"a",
                                         "b",
                                         "key",
                                         " ",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\u0041",
                                         "\xc3\xa9",
                                         "\\u20ac",
                                         "\\ud834\\udd1e",
                                         "/",
                                         "\\/",
                                         "1",
                                         "\xf0\x9d\x84\x9e",
                                         "{",
                                         "]",
                                         ","};
    put(g, "\"");
    for (size_t n = random_below(&g->seed, 5); n > 0; n--) {
        put_one_of(g, pieces, COUNT(pieces));
    }
    put(g, "\"");
}

static void put_scalar(generator *g) {
    static const char *const words[] = {"null", "true", "false", "0", "-0", "1e5", "1E-3", "12.50", "-7"};
    char number[40];
    size_t kind = random_below(&g->seed, 4);
    uint64_t bits = random_bits(&g->seed);
    if (kind == 0) {
        put_string(g);
    } else if (kind == 1) {
        double x = (double)bits * pow(10, (double)random_below(&g->seed, 60) - 40);
        snprintf(number, sizeof number, "%.*g", (int)random_below(&g->seed, 19) + 1, x);
        put(g, number);
    } else if (kind == 2) {
        snprintf(number, sizeof number, "%lld", (long long)((int64_t)bits >> random_below(&g->seed, 64)));
        put(g, number);
    } else {
        put_one_of(g, words, COUNT(words));
    }
}

static void put_value(generator *g, int depth) {
    size_t kind = random_below(&g->seed, 4);
    put_space(g);
    if (depth == 0 || kind < 2) {
        put_scalar(g);
    } else {
        put(g, kind == 2 ? "[" : "{");
        size_t count = random_below(&g->seed, 5);
        for (size_t i = 0; i < count; i++) {
            put(g, i > 0 ? "," : "");
            put_space(g);
            if (kind == 3) {
                put_string(g);
                put_space(g);
                put(g, ":");
            }
            put_value(g, depth - 1);
        }
        put_space(g);
        put(g, kind == 2 ? "]" : "}");
    }
    put_space(g);
}

/* Replace, insert, delete or double a few bytes, most of them such as mean something in JSON. */
static void mutate(generator *g) {
    static const char alphabet[] =
        "{}[]:,\"\\/0123456789+-.eEtrufalsn \n\tabcdDx'\x01\x1f\x7f\x80\xbf\xc3\xe2\xed\xff";
    for (size_t n = 1 + random_below(&g->seed, 3); n > 0 && g->length > 0 && g->length < sizeof g->text - 1; n--) {
        size_t at = random_below(&g->seed, g->length);
        char byte = alphabet[random_below(&g->seed, sizeof alphabet - 1)];
        switch (random_below(&g->seed, 4)) {
        case 0:
            g->text[at] = byte;
            break;
        case 1:
            memmove(g->text + at, g->text + at + 1, --g->length - at);
            break;
        case 2:
            memmove(g->text + at + 1, g->text + at, g->length++ - at);
            g->text[at] = byte;
            break;
        default:
            memmove(g->text + at + 1, g->text + at, g->length++ - at);
            break;
        }
    }
}

static void sqlite_agrees_on_validity_and_contents(void **state) {
    (void)state;
    oracle judge = {0};
    generator g = {.seed = 1};
    assert_int_equal(sqlite3_open(":memory:", &judge.db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(judge.db, "SELECT json_valid(?1)", -1, &judge.valid, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(judge.db, "SELECT key, type, atom FROM json_tree(?1)", -1, &judge.tree, NULL),
        SQLITE_OK);
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (memchr(refused[i].text, '\0', refused[i].length) == NULL) { /* where SQLite's text ends */
            check_against_sqlite(&judge, refused[i].text, refused[i].length);
        }
    }
    for (int i = 0; i < 60000; i++) {
        g.length = 0;
        put_value(&g, i % 7);
        check_against_sqlite(&judge, g.text, g.length);
        for (int j = 0; j < 3; j++) {
            mutate(&g);
            check_against_sqlite(&judge, g.text, g.length);
        }
    }
    print_message("taken by both: %ld, refused by both: %ld, refused by the reader alone: %ld\n", judge.taken,
                  judge.refused, judge.laxer);
    assert_true(judge.taken > 60000 && judge.refused > 60000); /* both sides are tried */
    sqlite3_finalize(judge.valid);
    sqlite3_finalize(judge.tree);
    sqlite3_close(judge.db);
}

/* Also shows a sanitizer that nothing is read beyond the length. */
static void no_prefix_of_an_object_is_valid(void **state) {
    (void)state;
    for (size_t length = 0; length < sizeof sample - 1; length++) {
        char *exact = malloc(length + !length);
        mix_json_document *document;
        mixture_error error;
        assert_non_null(exact);
        memcpy(exact, sample, length);
        assert_int_equal(mix_json_parse(exact, length, &document, &error), MIXTURE_INVALID);
        assert_non_null(strstr(error.text, "unexpected ")); /* at the end, or at the bytes of a cut character */
        free(exact);
    }
}

/* ---- Being stopped --------------------------------------------------------------------------------------- */

typedef struct listener {
    long asked, stop;
} listener;

static bool answer(void *host) {
    listener *own = host;
    return own->asked++ >= own->stop;
}

enum { LONG_TEXT = 1200000 };

/* A text of about so many bytes of a kind: numbers; one string; an object of many keys, which are sorted. */
static char *long_text(int kind) {
    char *text = malloc(LONG_TEXT + 100), *at = text, *end = text + LONG_TEXT;
    *at++ = kind == 0 ? '[' : kind == 1 ? '"' : '{';
    for (long i = 0; at < end; i++) {
        at += kind == 0   ? sprintf(at, "%ld,", i)
              : kind == 1 ? sprintf(at, "xyz")
                          : sprintf(at, "\"k%ld\":0,", i * 7919 % 1000003);
    }
    strcpy(at - (kind != 1), kind == 0 ? "]" : kind == 1 ? "\"" : "}");
    return text;
}

static void a_long_text_asks_while_it_is_read_and_stops_when_told(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        char *text = long_text(kind);
        listener own = {0, INT32_MAX};
        const mix_cancel cancel = {answer, &own};
        mix_json_document *document;
        mixture_error error;
        assert_int_equal(mix_json_parse_until(text, strlen(text), &cancel, &document, &error), MIXTURE_OK);
        assert_true(own.asked >= 2 && !mix_json_stopped(document));
        mix_json_free(document);
        for (long questions = own.asked, stop = 0; stop < questions; stop++) {
            own = (listener){0, stop};
            assert_int_equal(mix_json_parse_until(text, strlen(text), &cancel, &document, &error),
                             MIXTURE_CANCELLED);
            assert_int_equal(error.status, MIXTURE_CANCELLED);
            assert_null(document);
            assert_int_equal(own.asked, stop + 1);
        }
        free(text);
    }
}

static void a_long_walk_asks_and_ends_when_told(void **state) {
    (void)state;
    char *text = long_text(0);
    listener own = {0, INT32_MAX};
    const mix_cancel cancel = {answer, &own};
    mix_json_document *document;
    mix_json_value item;
    assert_int_equal(mix_json_parse_until(text, strlen(text), &cancel, &document, NULL), MIXTURE_OK);
    size_t count = mix_json_count(mix_json_root(document)), walked = 0;
    own = (listener){0, 0};
    for (int walk = 0; walk < 10; walk++) {
        for (bool more = mix_json_first(mix_json_root(document), &item); more;
             more = mix_json_next(mix_json_root(document), &item)) {
            walked++;
        }
    }
    assert_true(walked < 10 * count && mix_json_stopped(document));
    assert_int_equal(own.asked, 1);
    mix_json_free(document);
    free(text);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
#define TEST(function) cmocka_unit_test_setup_teardown(function, count_allocations, check_that_nothing_leaked)
    const struct CMUnitTest tests[] = {
        TEST(each_fault_is_named_with_its_offset),
        TEST(texts_of_four_gib_are_refused_unread),
        TEST(no_prefix_of_an_object_is_valid),
        TEST(valid_texts_are_taken),
        TEST(utf8_is_well_formed_when_it_encodes_a_code_point),
        TEST(values_are_walked_in_the_order_of_the_text),
        TEST(a_scalar_can_be_the_root),
        TEST(integers_are_exact_or_none),
        TEST(numbers_are_the_nearest_doubles),
        TEST(strings_lose_their_escapes),
        TEST(strings_equal_only_themselves),
        TEST(many_keys_are_told_apart_quickly),
        TEST(paths_lead_to_their_values),
        TEST(paths_are_cut_to_their_buffer),
        TEST(complaints_name_path_value_and_offset),
        TEST(any_allocation_may_fail_without_a_leak),
        TEST(the_nodes_may_fail_to_grow_at_any_kind_of_value),
        TEST(sqlite_agrees_on_validity_and_contents),
        TEST(a_long_text_asks_while_it_is_read_and_stops_when_told),
        TEST(a_long_walk_asks_and_ends_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
