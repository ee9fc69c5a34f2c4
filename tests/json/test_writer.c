/* test_writer.c: what the writer puts out, to the byte; that the reader and SQLite take it; and that running
** out of memory at any point leaves nothing behind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "counted.h"
#include "memory.h"
#include "reader.h"
#include "writer.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Support --------------------------------------------------------------------------------------- */

/* Finish, compare and release. */
static void assert_written(mix_json_writer *writer, const char *expected) {
    size_t length = SIZE_MAX;
    char *text = mix_json_finish(writer, &length);
    assert_non_null(text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    mix_memory_free(text);
    mix_json_cleanup(writer);
}

/* ---- Structure ------------------------------------------------------------------------------------- */

static void write_model(mix_json_writer *writer) {
    mix_json_begin_object(writer);
    mix_json_write_key(writer, "family");
    mix_json_write_string(writer, "gaussian");
    mix_json_write_key(writer, "k");
    mix_json_write_integer(writer, 2);
    mix_json_write_key(writer, "means");
    mix_json_begin_array(writer);
    for (int i = 0; i < 2; i++) {
        mix_json_begin_array(writer);
        mix_json_write_double(writer, i + 0.5);
        mix_json_write_double(writer, -i);
        mix_json_end_array(writer);
    }
    mix_json_end_array(writer);
    mix_json_write_key(writer, "empty");
    mix_json_begin_object(writer);
    mix_json_end_object(writer);
    mix_json_write_key(writer, "none");
    mix_json_begin_array(writer);
    mix_json_end_array(writer);
    mix_json_write_key(writer, "init");
    mix_json_write_raw(writer, "{\"a\":[1, 2]}", 12);
    mix_json_write_key(writer, "converged");
    mix_json_write_boolean(writer, true);
    mix_json_write_key(writer, "other");
    mix_json_write_boolean(writer, false);
    mix_json_write_key(writer, "nothing");
    mix_json_write_null(writer);
    mix_json_end_object(writer);
}

static const char model[] =
    "{\"family\":\"gaussian\",\"k\":2,\"means\":[[0.5,0],[1.5,-1]],\"empty\":{},\"none\":[],"
    "\"init\":{\"a\":[1, 2]},\"converged\":true,\"other\":false,\"nothing\":null}";

static void commas_and_colons_stand_where_they_must(void **state) {
    (void)state;
    mix_json_writer writer = {0};
    write_model(&writer);
    assert_written(&writer, model);
}

static void any_value_can_be_the_root(void **state) {
    (void)state;
    mix_json_writer writer = {0};
    mix_json_write_integer(&writer, -7);
    assert_written(&writer, "-7");
    mix_json_write_string(&writer, "x"); /* the writer is as new */
    assert_written(&writer, "\"x\"");
    mix_json_begin_array(&writer);
    mix_json_end_array(&writer);
    assert_written(&writer, "[]");
}

static void the_end_hands_over_and_the_cleanup_drops(void **state) {
    (void)state;
    mix_json_writer writer = {0};
    mix_json_cleanup(&writer);
    assert_written(&writer, "");
    mix_json_write_null(&writer);
    char *text = mix_json_finish(&writer, NULL);
    mix_json_cleanup(&writer);
    assert_string_equal(text, "null");
    mix_memory_free(text);
    write_model(&writer);
    mix_json_cleanup(&writer);
    mix_json_cleanup(&writer);
}

/* ---- Values ---------------------------------------------------------------------------------------- */

static void numbers_are_exact(void **state) {
    (void)state;
    mix_json_writer writer = {0};
    mix_json_begin_array(&writer);
    mix_json_write_integer(&writer, 0);
    mix_json_write_integer(&writer, INT64_MAX);
    mix_json_write_integer(&writer, INT64_MIN);
    mix_json_write_double(&writer, 0.1);
    mix_json_write_double(&writer, -0.0);
    mix_json_write_double(&writer, 1e300);
    mix_json_write_double(&writer, -1.7976931348623157e308);
    mix_json_write_double(&writer, 2);
    mix_json_write_double(&writer, (double)NAN);
    mix_json_write_double(&writer, (double)INFINITY);
    mix_json_write_double(&writer, -(double)INFINITY);
    mix_json_end_array(&writer);
    assert_written(&writer, "[0,9223372036854775807,-9223372036854775808,0.1,-0.0,1e300,"
                            "-1.7976931348623157e308,2,null,null,null]");
}

static void strings_are_escaped_and_made_valid(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *text;
    } cases[] = {
        {"", 0, "\"\""},
        {"plain", 5, "\"plain\""},
        {"\"\\/", 3, "\"\\\"\\\\/\""},
        {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", 3, "\"\\u0001\\u001f\x7f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e", 9, "\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\""},
        {"\xef\xbf\xbf\xf4\x8f\xbf\xbf", 7, "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\""},
        {"a\x80z", 3, "\"a\xef\xbf\xbdz\""},
        {"\xc3", 1, "\"\xef\xbf\xbd\""},
        {"\xc3(", 2, "\"\xef\xbf\xbd(\""},
        {"\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xf4\x90\x80\x80\"", 5, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\\"\""},
        {"\xff\xfe", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mix_json_writer writer = {0};
        mix_json_write_bytes(&writer, cases[i].bytes, cases[i].length);
        assert_written(&writer, cases[i].text);
        if (strlen(cases[i].bytes) == cases[i].length) {
            mix_json_write_string(&writer, cases[i].bytes);
            assert_written(&writer, cases[i].text);
        }
    }
    mix_json_writer writer = {0};
    mix_json_begin_object(&writer);
    mix_json_write_key(&writer, "a\"\n\xff");
    mix_json_write_null(&writer);
    mix_json_end_object(&writer);
    assert_written(&writer, "{\"a\\\"\\n\xef\xbf\xbd\":null}");
}

/* ---- Against the readers --------------------------------------------------------------------------- */

/* Strings of random bytes, well-formed and not, of all lengths around the buffer's growth. */
static void the_reader_and_sqlite_take_whatever_is_written(void **state) {
    (void)state;
    uint64_t seed = 1;
    sqlite3 *db;
    sqlite3_stmt *valid;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT json_valid(?1)", -1, &valid, NULL), SQLITE_OK);
    for (size_t length = 0; length < 3000; length++) {
        char bytes[3000];
        bool ascii = length % 3 != 0;
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)(random_bits(&seed) & (ascii ? 0x7f : 0xff));
        }
        mix_json_writer writer = {0};
        mix_json_begin_array(&writer);
        mix_json_write_bytes(&writer, bytes, length);
        mix_json_write_integer(&writer, 1);
        mix_json_end_array(&writer);
        size_t written, read;
        char *text = mix_json_finish(&writer, &written);
        mix_json_document *document;
        mixture_error error;
        assert_int_equal(mix_json_parse(text, written, &document, &error), MIXTURE_OK);
        mix_json_value item;
        assert_true(mix_json_first(mix_json_root(document), &item));
        char *copy = mix_json_string(item, &read);
        if (ascii) {
            assert_int_equal(read, length);
            assert_memory_equal(copy, bytes, length);
        }
        assert_int_equal(sqlite3_bind_text(valid, 1, text, (int)written, SQLITE_STATIC), SQLITE_OK);
        assert_int_equal(sqlite3_step(valid), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(valid, 0), 1);
        sqlite3_reset(valid);
        mix_json_free(document);
        mix_memory_free(copy);
        mix_memory_free(text);
    }
    sqlite3_finalize(valid);
    sqlite3_close(db);
}

/* ---- Memory ---------------------------------------------------------------------------------------- */

static void after_a_failed_allocation_nothing_happens_and_nothing_leaks(void **state) {
    (void)state;
    char *text = NULL;
    long limit = 0;
    while (text == NULL) {
        mix_json_writer writer = {0};
        blocks_left = limit++;
        mix_json_begin_array(&writer);
        for (int i = 0; i < 100; i++) {
            write_model(&writer);
        }
        mix_json_end_array(&writer);
        size_t length = 7;
        bool failed = writer.failed;
        text = mix_json_finish(&writer, &length);
        assert_int_equal(failed, text == NULL);
        if (text == NULL) {
            assert_int_equal(length, 7);
            assert_int_equal(live_blocks, 0);
            blocks_left = INT32_MAX;
            mix_json_write_null(&writer); /* a writer that failed stays so, however much memory there is */
            assert_null(mix_json_finish(&writer, NULL));
            mix_json_cleanup(&writer);
            assert_null(mix_json_finish(&writer, NULL));
        } else {
            assert_int_equal(length, strlen(text));
            assert_int_equal(length, 100 * (sizeof model - 1) + 99 + 2);
        }
    }
    assert_in_range(limit, 5, 20); /* the buffer doubles */
    mix_memory_free(text);
    mix_json_writer empty = {0};
    blocks_left = 0;
    assert_null(mix_json_finish(&empty, NULL)); /* the empty text takes a buffer, too */
}

typedef struct listener {
    long asked, stop;
} listener;

static bool answer(void *host) {
    listener *own = host;
    return own->asked++ >= own->stop;
}

static void a_long_text_asks_while_it_is_written_and_stops_when_told(void **state) {
    (void)state;
    long questions = 0;
    for (long stop = INT32_MAX; stop >= 0; stop = stop == INT32_MAX ? questions - 1 : stop - 1) {
        listener own = {0, stop};
        const mix_cancel cancel = {answer, &own};
        mix_json_writer writer = {.turns = {.cancel = &cancel}};
        mix_json_begin_array(&writer);
        for (int i = 0; i < 200000; i++) {
            mix_json_write_double(&writer, 1.0 / (i + 3));
        }
        mix_json_end_array(&writer);
        char *text = mix_json_finish(&writer, NULL);
        questions = stop == INT32_MAX ? own.asked : questions;
        assert_int_equal(text != NULL, stop == INT32_MAX);
        assert_true(writer.turns.over == (text == NULL));
        assert_true(text != NULL || own.asked == stop + 1);
        mix_memory_free(text);
    }
    assert_true(questions >= 4);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
#define TEST(function) cmocka_unit_test_setup_teardown(function, count_allocations, check_that_nothing_leaked)
    const struct CMUnitTest tests[] = {
        TEST(commas_and_colons_stand_where_they_must),
        TEST(any_value_can_be_the_root),
        TEST(the_end_hands_over_and_the_cleanup_drops),
        TEST(numbers_are_exact),
        TEST(strings_are_escaped_and_made_valid),
        TEST(the_reader_and_sqlite_take_whatever_is_written),
        TEST(after_a_failed_allocation_nothing_happens_and_nothing_leaks),
        TEST(a_long_text_asks_while_it_is_written_and_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
