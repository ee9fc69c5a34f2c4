/* test_jsonb.c: JSONB as SQLite 3.45.1's jsonb() made it becomes the text that its json() gives; what is no
** JSONB is refused; memory may run out. */
#include "jsonb.h"

#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "memory.h"
#include "reader.h"

typedef struct jsonb_case {
    const char *hex, *text;
} jsonb_case;

/* hex(jsonb(…)), json(jsonb(…)); but that SQLite makes a tab of \v, which JSON5 says is U+000B. */
static const jsonb_case cases[] = {
    {"0C", "{}"},
    {"4C17611331", "{\"a\":1}"},
    {"CC121761CB0E1331452D322E3535316533010200", "{\"a\":[1,-2.5,1e3,true,false,null]}"},
    {"CC18176BC7147878787878787878787878787878787878787878", "{\"k\":\"xxxxxxxxxxxxxxxxxxxx\"}"},
    {"CC1038615C6EB8625C75303065395C225C5C", "{\"a\\n\":\"b\\u00e9\\\"\\\\\"}"},
    {"CC4117615969745C277317621335176344307831461764262E35176526352E1766662D2E323565311767995C7834315C765C3022"
     "1768542D30786666176949615C0A62",
     "{\"a\":\"it's\",\"b\":5,\"c\":31,\"d\":0.5,\"e\":5.0,\"f\":-0.25e1,\"g\":\"\\u0041\\u000b\\u0000\\\"\",\"h\":-255,"
     "\"i\":\"ab\"}"},
    {"CC1347646565707B6B5B4B3C17780C17650B177307", "{\"deep\":[[[[{\"x\":{}}]]]],\"e\":[],\"s\":\"\"}"},
    {"9C177567C3A9F09F9880", "{\"u\":\"\xc3\xa9\xf0\x9f\x98\x80\"}"},
    {"AC37726177585C22715C6E", "{\"raw\":\"\\\"q\\n\"}"},
    {"CC1637696E6685392E30652B393939177235302E31176E00", "{\"inf\":9.0e+999,\"r\":0.1,\"n\":null}"},
    /* By hand, as the format is described: raw text, sizes of 2, 4 and 8 bytes, ends of lines. */
    {"6C17613A220A5C", "{\"a\":\"\\\"\\n\\\\\"}"},
    {"DC00061761D3000131", "{\"a\":1}"},
    {"EC000000081761E30000000131", "{\"a\":1}"},
    {"FC000000000000000C1761F3000000000000000131", "{\"a\":1}"},
    {"CC131761C90F615C0D0A625CE280A8635C0D645C2F", "{\"a\":\"abcd\\/\"}"},
};

/* Bytes of hexadecimal digits; malloc(), of just that size. */
static unsigned char *from_hex(const char *hex, size_t *length) {
    *length = strlen(hex) / 2;
    unsigned char *bytes = malloc(*length > 0 ? *length : 1);
    for (size_t i = 0; i < *length; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return bytes;
}

static mixture_status open_hex(const char *hex, mix_jsonb_text *json, mixture_error *error) {
    size_t length;
    unsigned char *bytes = from_hex(hex, &length);
    assert_true(mix_jsonb_is_object(bytes, length));
    mixture_status status = mix_jsonb_open(bytes, length, NULL, json, error);
    free(bytes);
    return status;
}

static void it_is_the_text_that_sqlite_gives(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mix_jsonb_text json;
        assert_int_equal(open_hex(cases[i].hex, &json, NULL), MIXTURE_OK);
        assert_string_equal(json.text, cases[i].text);
        assert_int_equal(json.length, strlen(cases[i].text));
        mix_jsonb_close(&json);
    }
}

static void text_stays_as_it_is(void **state) {
    (void)state;
    static const char *const texts[] = {"", "{}", " {\"a\":1}", "\f\f", "[1]", "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mix_jsonb_text json;
        assert_int_equal(mix_jsonb_open(texts[i], strlen(texts[i]), NULL, &json, NULL), MIXTURE_OK);
        assert_ptr_equal(json.text, texts[i]);
        assert_int_equal(json.length, strlen(texts[i]));
        mix_jsonb_close(&json);
    }
}

static void what_is_malformed_is_told_where(void **state) {
    (void)state;
    static const jsonb_case wrong[] = {
        {"2C1761", "3"},         /* a key alone */
        {"3C131100", "1"},       /* a key that is a number */
        {"4C17612331", "3"},     /* an element longer than its object */
        {"3C1761D3", "3"},       /* a size cut off */
        {"3C1761FF", "3"},       /* no type */
        {"3C17610D", "4"},       /* a type that is not used yet */
        {"4C17611031", "4"},     /* a null with a payload */
        {"3C176103", "4"},       /* a number without digits */
        {"6C1761332C2C31", "4"}, /* no digits */
        {"5C1761243078", "4"},   /* hexadecimal that is none */
        {"4C17611722", "4"},     /* a quote */
        {"4C1761185C", "4"},     /* an escape cut off */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mix_jsonb_text json;
        mixture_error error;
        char expected[100] = "byte ";
        assert_int_equal(open_hex(wrong[i].hex, &json, &error), MIXTURE_INVALID);
        strcat(strcat(expected, wrong[i].text), " of the JSONB is in no element; expected it as jsonb() makes it");
        assert_string_equal(error.text, expected);
    }
}

/* Whatever it is, it is read within its bounds, and what comes out is for the strict reader. */
static void any_bytes_are_refused_or_become_a_text(void **state) {
    (void)state;
    uint64_t random = 11;
    int texts = 0;
    for (int i = 0; i < 20000; i++) {
        size_t length;
        unsigned char *bytes = from_hex(cases[2 + i % 10].hex, &length);
        for (int change = 0; change <= i % 3; change++) {
            bytes[1 + random_bits(&random) % (length - 1)] = (unsigned char)random_bits(&random);
        }
        mix_jsonb_text json;
        mixture_error error;
        mixture_status status = mix_jsonb_open(bytes, length, NULL, &json, &error);
        assert_true(status == MIXTURE_OK || status == MIXTURE_INVALID);
        if (status == MIXTURE_OK) {
            mix_json_document *document;
            texts += mix_json_parse(json.text, json.length, &document, NULL) == MIXTURE_OK;
            mix_json_free(document);
            mix_jsonb_close(&json);
        }
        free(bytes);
    }
    assert_true(texts > 1000);
}

/* As deep as a text may be, and not deeper. */
static void nesting_ends_where_that_of_texts_does(void **state) {
    (void)state;
    for (int levels = MIX_JSON_DEPTH - 1; levels <= 2 * MIX_JSON_DEPTH; levels += MIX_JSON_DEPTH + 1) {
        unsigned char bytes[600], *at = bytes;
        for (int level = 0; level < levels; level++) { /* {"a":{"a":… of sizes of 2 bytes */
            size_t inside = 5 * (size_t)(levels - level) - 2;
            const unsigned char header[] = {0xDC, (unsigned char)(inside >> 8), (unsigned char)inside, 0x17, 'a'};
            memcpy(at, header, sizeof header);
            at += sizeof header;
        }
        *at++ = 0x00; /* null: the innermost value */
        mix_jsonb_text json;
        mix_json_document *document = NULL;
        bool right = mix_jsonb_open(bytes, (size_t)(at - bytes), NULL, &json, NULL) == MIXTURE_OK &&
                     mix_json_parse(json.text, json.length, &document, NULL) == MIXTURE_OK;
        assert_int_equal(right, levels <= MIX_JSON_DEPTH);
        mix_json_free(document);
        if (right) {
            mix_jsonb_close(&json);
        }
    }
}

static void memory_may_run_out(void **state) {
    (void)state;
    mix_jsonb_text json;
    mixture_status status = MIXTURE_NOMEM;
    for (long blocks = 0; status == MIXTURE_NOMEM; blocks++) {
        blocks_left = blocks;
        status = open_hex(cases[3].hex, &json, NULL);
        assert_true(blocks > 0 || status == MIXTURE_NOMEM);
    }
    assert_int_equal(status, MIXTURE_OK);
    mix_jsonb_close(&json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_text_that_sqlite_gives),
        cmocka_unit_test(text_stays_as_it_is),
        cmocka_unit_test(what_is_malformed_is_told_where),
        cmocka_unit_test(any_bytes_are_refused_or_become_a_text),
        cmocka_unit_test(nesting_ends_where_that_of_texts_does),
        cmocka_unit_test_setup_teardown(memory_may_run_out, count_allocations, check_that_nothing_leaked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
