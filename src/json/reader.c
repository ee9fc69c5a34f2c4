/* reader.c: the parser, which owns the array of nodes while it grows. Nothing here calls itself: the open arrays
** and objects are on a stack of MIX_JSON_DEPTH. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "error.h"
#include "memory.h"
#include "number.h"
#include "sort.h"

/* Of a string, after which it is asked inside of it. */
enum { LONG_BYTES = 1 << 18 };

/* ---- Parser ---------------------------------------------------------------------------------------- */

typedef struct parser {
    const char *text;
    size_t length, at;
    mix_json_node *nodes;
    size_t count, capacity;
    uint32_t open[MIX_JSON_DEPTH]; /* the arrays and objects around the place that is read */
    size_t depth;
    uint32_t *keys; /* scratch of check_keys() */
    size_t keys_capacity;
    size_t asked;    /* up to here it was asked whether to go on */
    mix_turns turns; /* of the text and of the keys that are compared */
    mixture_error *error;
} parser;

/* A byte takes about this much of a turn. */
#define BYTE_WORK 20.0

static mixture_status keep_going(parser *p) {
    double work = BYTE_WORK * (double)(p->at - p->asked);
    p->asked = p->at;
    return mix_turns_over(&p->turns, work) ? mix_error_status(p->error, MIXTURE_CANCELLED) : MIXTURE_OK;
}

/* The byte that is next, or -1 at the end. */
static int peek(const parser *p) {
    return p->at < p->length ? (unsigned char)p->text[p->at] : -1;
}

static void skip_space(parser *p) {
    for (int c = peek(p); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = peek(p)) {
        p->at++;
    }
}

static mixture_status unexpected(const parser *p, const char *expected) {
    char what[16] = "end of text";
    int c = peek(p);
    if (c >= 0x20 && c < 0x7f) {
        snprintf(what, sizeof what, "'%c'", c);
    } else if (c >= 0) {
        snprintf(what, sizeof what, "byte 0x%02x", (unsigned)c);
    }
    return mix_error_invalid(p->error, "offset %zu: unexpected %s; expected %s", p->at, what, expected);
}

/* Append a node for what begins at offset; NULL when out of memory, which *p->error then says. */
static mix_json_node *add_node(parser *p, mix_json_type type, size_t offset) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 64;
        mix_json_node *nodes = p->nodes ? mix_memory_resize(p->nodes, capacity, sizeof *nodes)
                                        : mix_memory_array(capacity, sizeof *nodes);
        if (nodes == NULL) {
            mix_error_status(p->error, MIXTURE_NOMEM);
            return NULL;
        }
        p->nodes = nodes;
        p->capacity = capacity;
    }
    mix_json_node *added = &p->nodes[p->count++];
    *added = (mix_json_node){.offset = (uint32_t)offset, .next = (uint32_t)p->count, .type = (uint8_t)type};
    return added;
}

/* ---- Parser: strings ------------------------------------------------------------------------------- */

/* The four digits after \u. */
static mixture_status read_unit(parser *p, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        int digit = mix_json_hex_digit(peek(p));
        if (digit < 0) {
            return unexpected(p, "a hexadecimal digit");
        }
        *unit = *unit << 4 | (unsigned)digit;
    }
    return MIXTURE_OK;
}

static mixture_status check_escape(parser *p) {
    size_t start = p->at++; /* the backslash */
    int c = peek(p);
    if (c <= 0 || strchr("\"\\/bfnrtu", c) == NULL) {
        return unexpected(p, "one of \"\\/bfnrtu after a backslash");
    }
    p->at++;
    if (c != 'u') {
        return MIXTURE_OK;
    }
    unsigned unit, low = 0;
    mixture_status status = read_unit(p, &unit);
    if (status != MIXTURE_OK || unit < 0xd800 || unit > 0xdfff) {
        return status;
    }
    if (unit < 0xdc00 && p->length - p->at >= 2 && memcmp(p->text + p->at, "\\u", 2) == 0) {
        p->at += 2;
        status = read_unit(p, &low);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (low < 0xdc00 || low > 0xdfff) {
        return mix_error_invalid(p->error, "offset %zu: unexpected %.6s alone; expected a surrogate pair", start,
                                 p->text + start);
    }
    return MIXTURE_OK;
}

static mixture_status read_string(parser *p, bool is_key) {
    size_t start = p->at++;
    bool escaped = false;
    for (int c = peek(p); c != '"'; c = peek(p)) {
        if (p->at - p->asked > LONG_BYTES && keep_going(p) != MIXTURE_OK) {
            return MIXTURE_CANCELLED;
        }
        if (c < 0x20) {
            return unexpected(p, c < 0 ? "'\"'" : "an escape in place of a control character");
        }
        if (c == '\\') {
            escaped = true;
            mixture_status status = check_escape(p);
            if (status != MIXTURE_OK) {
                return status;
            }
            continue;
        }
        size_t bytes = mix_json_utf8(p->text + p->at, p->length - p->at);
        if (bytes == 0) {
            return unexpected(p, "well-formed UTF-8");
        }
        p->at += bytes;
    }
    p->at++;
    mix_json_node *added = add_node(p, MIX_JSON_STRING, start);
    if (added == NULL) {
        return MIXTURE_NOMEM;
    }
    added->size = (uint32_t)(p->at - start);
    added->is_key = is_key;
    added->escaped = escaped;
    return MIXTURE_OK;
}

/* ---- Parser: keys that occur twice ----------------------------------------------------------------- */

static int compare_strings(const char *text, const mix_json_node *a, const mix_json_node *b) {
    const char *a_at = text + a->offset + 1, *a_end = a_at + a->size - 2;
    const char *b_at = text + b->offset + 1, *b_end = b_at + b->size - 2;
    int32_t a_character, b_character;
    do {
        a_character = mix_json_next_character(&a_at, a_end);
        b_character = mix_json_next_character(&b_at, b_end);
    } while (a_character == b_character && a_character >= 0);
    return (a_character > b_character) - (a_character < b_character);
}

/* By key, and equal ones in the order of the text. */
static bool key_before(void *context, uint32_t a, uint32_t b) {
    parser *p = context;
    if (mix_turns_over(&p->turns, MIX_JSON_STEP)) {
        return false; /* which ends the sorting soon */
    }
    int order = compare_strings(p->text, &p->nodes[a], &p->nodes[b]);
    return order < 0 || (order == 0 && a < b);
}

/* Of the keys of the object that has just been read, complain of the first that was there before. */
static mixture_status check_keys(parser *p, uint32_t object) {
    size_t count = p->nodes[object].size;
    if (count > p->keys_capacity) {
        mix_memory_free(p->keys);
        p->keys_capacity = count;
        p->keys = mix_memory_array(count, sizeof *p->keys);
        if (p->keys == NULL) {
            return mix_error_status(p->error, MIXTURE_NOMEM);
        }
    }
    uint32_t key = object + 1, first = UINT32_MAX;
    for (size_t i = 0; i < count; i++, key = p->nodes[key + 1].next) {
        p->keys[i] = key;
    }
    mix_sort_numbers(p->keys, count, key_before, p);
    if (p->turns.over) {
        return mix_error_status(p->error, MIXTURE_CANCELLED);
    }
    for (size_t i = 1; i < count; i++) {
        uint32_t again = p->keys[i];
        if (again < first && compare_strings(p->text, &p->nodes[p->keys[i - 1]], &p->nodes[again]) == 0) {
            first = again;
        }
    }
    if (first == UINT32_MAX) {
        return MIXTURE_OK;
    }
    char buffer[MIX_JSON_EXCERPT + 6];
    return mix_error_invalid(p->error, "offset %zu: key %s occurs twice; expected different keys in an object",
                             (size_t)p->nodes[first].offset, mix_json_excerpt(p->text, &p->nodes[first], buffer));
}

/* ---- Parser: values -------------------------------------------------------------------------------- */

static mixture_status skip_digits(parser *p) {
    int c = peek(p);
    if (c < '0' || c > '9') {
        return unexpected(p, "a digit");
    }
    while (c >= '0' && c <= '9') {
        p->at++;
        c = peek(p);
    }
    return MIXTURE_OK;
}

/* Pass over -? (0 | digits) (. digits)? ((e|E) (+|-)? digits)? and say whether it was only the first half. */
static mixture_status skip_number(parser *p, bool *integer) {
    *integer = true;
    p->at += peek(p) == '-';
    if (peek(p) == '0') {
        p->at++; /* a digit after a leading 0 is no part of the number */
    } else {
        mixture_status status = skip_digits(p);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (peek(p) == '.') {
        *integer = false;
        p->at++;
        mixture_status status = skip_digits(p);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        *integer = false;
        p->at++;
        p->at += peek(p) == '+' || peek(p) == '-';
        return skip_digits(p);
    }
    return MIXTURE_OK;
}

static mixture_status parse_number(parser *p) {
    size_t start = p->at;
    bool integer;
    mixture_status status = skip_number(p, &integer);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_json_node *added = add_node(p, MIX_JSON_NUMBER, start);
    if (added == NULL) {
        return MIXTURE_NOMEM;
    }
    added->size = (uint32_t)(p->at - start);
    added->integer = integer;
    if (!mix_json_parse_double(p->text + start, p->at - start, &added->number)) {
        char buffer[MIX_JSON_EXCERPT + 6];
        return mix_error_invalid(p->error, "offset %zu: number out of range, %s; expected less than 1.8e308",
                                 start, mix_json_excerpt(p->text, added, buffer));
    }
    return MIXTURE_OK;
}

static mixture_status parse_word(parser *p, const char *word, mix_json_type type) {
    size_t start = p->at;
    for (const char *letter = word; *letter != '\0'; letter++, p->at++) {
        if (peek(p) != *letter) {
            return unexpected(p, word);
        }
    }
    mix_json_node *added = add_node(p, type, start);
    if (added == NULL) {
        return MIXTURE_NOMEM;
    }
    added->size = (uint32_t)(p->at - start);
    return MIXTURE_OK;
}

static mixture_status open_container(parser *p, mix_json_type type) {
    if (p->depth == MIX_JSON_DEPTH) {
        return mix_error_invalid(p->error,
                                 "offset %zu: arrays and objects nested too deep; expected at most %d levels",
                                 p->at, MIX_JSON_DEPTH);
    }
    if (add_node(p, type, p->at) == NULL) {
        return MIXTURE_NOMEM;
    }
    p->open[p->depth++] = (uint32_t)(p->count - 1);
    p->at++;
    return MIXTURE_OK;
}

/* Read a value, of an array or object only the opening bracket. */
static mixture_status read_value(parser *p, const char *expected) {
    switch (peek(p)) {
    case '{':
        return open_container(p, MIX_JSON_OBJECT);
    case '[':
        return open_container(p, MIX_JSON_ARRAY);
    case '"':
        return read_string(p, false);
    case 't':
        return parse_word(p, "true", MIX_JSON_BOOL);
    case 'f':
        return parse_word(p, "false", MIX_JSON_BOOL);
    case 'n':
        return parse_word(p, "null", MIX_JSON_NULL);
    default: {
        int c = peek(p);
        return c == '-' || (c >= '0' && c <= '9') ? parse_number(p) : unexpected(p, expected);
    }
    }
}

/* Read a key and its colon. */
static mixture_status read_key(parser *p, const char *expected) {
    if (peek(p) != '"') {
        return unexpected(p, expected);
    }
    mixture_status status = read_string(p, true);
    if (status != MIXTURE_OK) {
        return status;
    }
    skip_space(p);
    if (peek(p) != ':') {
        return unexpected(p, "':'");
    }
    p->at++;
    skip_space(p);
    return MIXTURE_OK;
}

/* Read the next element or member of the innermost container, or the root. */
static mixture_status read_item(parser *p) {
    if (p->depth == 0) {
        return read_value(p, "a value");
    }
    mix_json_node *container = &p->nodes[p->open[p->depth - 1]];
    bool first = container->size++ == 0; /* before a new node moves it */
    if (container->type == MIX_JSON_ARRAY) {
        return read_value(p, first ? "a value or ']'" : "a value");
    }
    mixture_status status = read_key(p, first ? "a key or '}'" : "a key");
    return status == MIXTURE_OK ? read_value(p, "a value") : status;
}

/* Close the innermost container, whose bracket is next. */
static mixture_status close_container(parser *p) {
    uint32_t container = p->open[--p->depth];
    p->at++;
    p->nodes[container].next = (uint32_t)p->count;
    return p->nodes[container].type == MIX_JSON_OBJECT ? check_keys(p, container) : MIXTURE_OK;
}

/* After a value or an opening bracket: close what ends here and stop where the next item begins, or at the
** end of the text with *done set. */
static mixture_status read_between(parser *p, bool *done) {
    skip_space(p);
    while (p->depth > 0) {
        const mix_json_node *container = &p->nodes[p->open[p->depth - 1]];
        bool array = container->type == MIX_JSON_ARRAY;
        int c = peek(p);
        if (c == (array ? ']' : '}')) {
            mixture_status status = close_container(p);
            if (status != MIXTURE_OK) {
                return status;
            }
            skip_space(p);
            continue;
        }
        if (container->size > 0) { /* else it was only just opened */
            if (c != ',') {
                return unexpected(p, array ? "',' or ']'" : "',' or '}'");
            }
            p->at++;
            skip_space(p);
        }
        return MIXTURE_OK;
    }
    *done = true;
    return p->at == p->length ? MIXTURE_OK : unexpected(p, "end of text");
}

static mixture_status read_text(parser *p) {
    if (p->length >= UINT32_MAX) { /* offsets and nodes count in 32 bits */
        return mix_error_invalid(p->error, "text of %zu bytes; expected less than 4 GiB", p->length);
    }
    if (p->length >= 3 && memcmp(p->text, "\xef\xbb\xbf", 3) == 0) {
        return mix_error_invalid(p->error, "offset 0: unexpected byte order mark; expected a value");
    }
    skip_space(p);
    mixture_status status = MIXTURE_OK;
    for (bool done = false; !done && status == MIXTURE_OK;) {
        status = read_item(p);
        if (status == MIXTURE_OK) {
            status = read_between(p, &done);
        }
        if (status == MIXTURE_OK) {
            status = keep_going(p);
        }
    }
    return status;
}

/* A document and what says whether its reading goes on. */
typedef struct whole_document {
    mix_json_document document; /* first */
    mix_turns turns;
} whole_document;

mixture_status mix_json_parse_until(const char *text, size_t length, const mix_cancel *cancel,
                                    mix_json_document **document, mixture_error *error) {
    parser p = {.text = text, .length = length, .error = error, .turns = {.cancel = cancel}};
    *document = NULL;
    mixture_status status = read_text(&p);
    mix_memory_free(p.keys);
    if (status == MIXTURE_OK) {
        whole_document *whole = mix_memory_array(1, sizeof *whole);
        if (whole != NULL) {
            *whole = (whole_document){.document = {text, p.nodes, &whole->turns}, .turns = p.turns};
            *document = &whole->document;
            return mix_error_status(error, MIXTURE_OK);
        }
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    mix_memory_free(p.nodes);
    return status;
}

mixture_status mix_json_parse(const char *text, size_t length, mix_json_document **document,
                              mixture_error *error) {
    return mix_json_parse_until(text, length, NULL, document, error);
}

void mix_json_free(mix_json_document *document) {
    if (document != NULL) {
        mix_memory_free(document->nodes);
        mix_memory_free(document);
    }
}
