/* reader.c: the parser, which owns the array of nodes while it grows, and the handles that read it. A node of
** an array or object is followed by its children; a member of an object is two nodes, its key and its value.
** Nothing here calls itself: the open arrays and objects are on a stack of MIX_JSON_DEPTH. */
#include "reader.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "number.h"

typedef struct node {
    uint32_t offset; /* of the first byte in the text */
    uint32_t next;   /* the node after this one and all that it holds */
    uint32_t size;   /* bytes in the text, quotes included; of an array or object: elements or members */
    uint8_t type;
    bool is_key;
    bool escaped; /* a string that holds a backslash */
    bool integer; /* a number without fraction and exponent */
    double number;
} node;

struct mix_json_document {
    const char *text;
    node *nodes;
};

/* ---- Parser ---------------------------------------------------------------------------------------- */

typedef struct parser {
    const char *text;
    size_t length, at;
    node *nodes;
    size_t count, capacity;
    uint32_t open[MIX_JSON_DEPTH]; /* the arrays and objects around the place that is read */
    size_t depth;
    uint32_t *keys; /* scratch of check_keys() */
    size_t keys_capacity;
    mixture_error *error;
} parser;

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
static node *add_node(parser *p, mix_json_type type, size_t offset) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 64;
        node *nodes = p->nodes ? mix_memory_resize(p->nodes, capacity, sizeof *nodes)
                               : mix_memory_array(capacity, sizeof *nodes);
        if (nodes == NULL) {
            mix_error_status(p->error, MIXTURE_NOMEM);
            return NULL;
        }
        p->nodes = nodes;
        p->capacity = capacity;
    }
    node *added = &p->nodes[p->count++];
    *added = (node){.offset = (uint32_t)offset, .next = (uint32_t)p->count, .type = (uint8_t)type};
    return added;
}

/* ---- Parser: strings ------------------------------------------------------------------------------- */

static bool is_tail(const char *text, size_t i) {
    return ((unsigned char)text[i] & 0xc0) == 0x80;
}

size_t mix_json_utf8(const char *text, size_t length) {
    unsigned char lead = (unsigned char)text[0];
    if (lead < 0x80) {
        return 1;
    }
    size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length < bytes) {
        return 0;
    }
    for (size_t i = 1; i < bytes; i++) {
        if (!is_tail(text, i)) {
            return 0;
        }
    }
    /* The second byte is narrowed where a shorter form, a surrogate or more than U+10FFFF would come out. */
    unsigned char second = (unsigned char)text[1];
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second >= 0x90)) {
        return 0;
    }
    return bytes;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(int c) {
    static const char digits[] = "0123456789abcdef";
    const char *found = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The four digits after \u. */
static mixture_status read_unit(parser *p, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        int digit = hex_digit(peek(p));
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
    node *added = add_node(p, MIX_JSON_STRING, start);
    if (added == NULL) {
        return MIXTURE_NOMEM;
    }
    added->size = (uint32_t)(p->at - start);
    added->is_key = is_key;
    added->escaped = escaped;
    return MIXTURE_OK;
}

/* The four digits at text, known to be there. */
static int32_t unit_at(const char *text) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        unit = unit << 4 | hex_digit((unsigned char)text[i]);
    }
    return unit;
}

/* The character behind the backslash at *at, in a checked string. */
static int32_t next_escaped(const char **at) {
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    char escape = (*at)[1];
    *at += 2;
    if (escape != 'u') {
        const char *letter = strchr(letters, escape);
        return letter ? meanings[letter - letters] : escape;
    }
    int32_t unit = unit_at(*at);
    *at += 4;
    if (unit < 0xd800 || unit > 0xdfff) {
        return unit;
    }
    int32_t low = unit_at(*at + 2); /* after its \u */
    *at += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* The character at *at in a checked string, or -1 at its end. */
static int32_t next_character(const char **at, const char *end) {
    if (*at == end) {
        return -1;
    }
    if (**at == '\\') {
        return next_escaped(at);
    }
    const unsigned char *byte = (const unsigned char *)*at;
    size_t bytes = *byte < 0x80 ? 1 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    int32_t character = bytes == 1 ? *byte : *byte & (0xff >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        character = character << 6 | (byte[i] & 0x3f);
    }
    *at += bytes;
    return character;
}

/* ---- Parser: keys that occur twice ----------------------------------------------------------------- */

static int compare_strings(const char *text, const node *a, const node *b) {
    const char *a_at = text + a->offset + 1, *a_end = a_at + a->size - 2;
    const char *b_at = text + b->offset + 1, *b_end = b_at + b->size - 2;
    int32_t a_character, b_character;
    do {
        a_character = next_character(&a_at, a_end);
        b_character = next_character(&b_at, b_end);
    } while (a_character == b_character && a_character >= 0);
    return (a_character > b_character) - (a_character < b_character);
}

/* By key, and equal ones in the order of the text. */
static bool key_before(const parser *p, uint32_t a, uint32_t b) {
    int order = compare_strings(p->text, &p->nodes[a], &p->nodes[b]);
    return order < 0 || (order == 0 && a < b);
}

/* Let keys[i] sink to its place in the heap of count keys, the last in order on top. */
static void sink(const parser *p, uint32_t *keys, size_t i, size_t count) {
    uint32_t key = keys[i];
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        child += child + 1 < count && key_before(p, keys[child], keys[child + 1]);
        if (!key_before(p, key, keys[child])) {
            break;
        }
        keys[i] = keys[child];
    }
    keys[i] = key;
}

/* Heapsort: no input makes it slow, and it allocates nothing. */
static void sort_keys(const parser *p, uint32_t *keys, size_t count) {
    for (size_t i = count / 2; i-- > 0;) {
        sink(p, keys, i, count);
    }
    while (count-- > 1) {
        uint32_t last = keys[0];
        keys[0] = keys[count];
        keys[count] = last;
        sink(p, keys, 0, count);
    }
}

/* The longest prefix of at most limit bytes that does not end inside a UTF-8 character. */
static size_t cut(const char *text, size_t length, size_t limit) {
    if (length <= limit) {
        return length;
    }
    while (limit > 0 && is_tail(text, limit)) {
        limit--;
    }
    return limit;
}

enum { EXCERPT = 30 }; /* bytes of a value shown in an error */

/* Describe a checked string or a number as it is in the text, cut when long. */
static const char *excerpt(const char *text, const node *n, char buffer[EXCERPT + 6]) {
    size_t quotes = n->type == MIX_JSON_STRING, length = n->size - 2 * quotes;
    size_t shown = cut(text + n->offset + quotes, length, EXCERPT);
    const char *quote = quotes ? "\"" : "", *dots = shown < length ? "..." : "";
    snprintf(buffer, EXCERPT + 6, "%s%.*s%s%s", quote, (int)shown, text + n->offset + quotes, dots, quote);
    return buffer;
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
    sort_keys(p, p->keys, count);
    for (size_t i = 1; i < count; i++) {
        uint32_t again = p->keys[i];
        if (again < first && compare_strings(p->text, &p->nodes[p->keys[i - 1]], &p->nodes[again]) == 0) {
            first = again;
        }
    }
    if (first == UINT32_MAX) {
        return MIXTURE_OK;
    }
    char buffer[EXCERPT + 6];
    return mix_error_invalid(p->error, "offset %zu: key %s occurs twice; expected different keys in an object",
                             (size_t)p->nodes[first].offset, excerpt(p->text, &p->nodes[first], buffer));
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

static mixture_status read_number(parser *p) {
    size_t start = p->at;
    bool integer;
    mixture_status status = skip_number(p, &integer);
    if (status != MIXTURE_OK) {
        return status;
    }
    node *added = add_node(p, MIX_JSON_NUMBER, start);
    if (added == NULL) {
        return MIXTURE_NOMEM;
    }
    added->size = (uint32_t)(p->at - start);
    added->integer = integer;
    if (!mix_json_parse_double(p->text + start, p->at - start, &added->number)) {
        char buffer[EXCERPT + 6];
        return mix_error_invalid(p->error, "offset %zu: number out of range, %s; expected less than 1.8e308",
                                 start, excerpt(p->text, added, buffer));
    }
    return MIXTURE_OK;
}

static mixture_status read_word(parser *p, const char *word, mix_json_type type) {
    size_t start = p->at;
    for (const char *letter = word; *letter != '\0'; letter++, p->at++) {
        if (peek(p) != *letter) {
            return unexpected(p, word);
        }
    }
    node *added = add_node(p, type, start);
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
        return read_word(p, "true", MIX_JSON_BOOL);
    case 'f':
        return read_word(p, "false", MIX_JSON_BOOL);
    case 'n':
        return read_word(p, "null", MIX_JSON_NULL);
    default: {
        int c = peek(p);
        return c == '-' || (c >= '0' && c <= '9') ? read_number(p) : unexpected(p, expected);
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
    node *container = &p->nodes[p->open[p->depth - 1]];
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
        const node *container = &p->nodes[p->open[p->depth - 1]];
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
    }
    return status;
}

mixture_status mix_json_parse(const char *text, size_t length, mix_json_document **document,
                              mixture_error *error) {
    parser p = {.text = text, .length = length, .error = error};
    *document = NULL;
    mixture_status status = read_text(&p);
    mix_memory_free(p.keys);
    if (status == MIXTURE_OK) {
        *document = mix_memory_array(1, sizeof **document);
        if (*document != NULL) {
            **document = (mix_json_document){text, p.nodes};
            return mix_error_status(error, MIXTURE_OK);
        }
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    mix_memory_free(p.nodes);
    return status;
}

void mix_json_free(mix_json_document *document) {
    if (document != NULL) {
        mix_memory_free(document->nodes);
        mix_memory_free(document);
    }
}

/* ---- Values ---------------------------------------------------------------------------------------- */

static const node *node_of(mix_json_value value) {
    return &value.document->nodes[value.node];
}

static const char *text_of(mix_json_value value) {
    return value.document->text + node_of(value)->offset;
}

mix_json_value mix_json_root(const mix_json_document *document) {
    return (mix_json_value){document, 0};
}

mix_json_type mix_json_type_of(mix_json_value value) {
    return (mix_json_type)node_of(value)->type;
}

size_t mix_json_offset(mix_json_value value) {
    return node_of(value)->offset;
}

size_t mix_json_count(mix_json_value value) {
    return mix_json_type_of(value) >= MIX_JSON_ARRAY ? node_of(value)->size : 0;
}

/* The item that begins at a node, a key or an element, unless the container ends there. */
static bool item_at(mix_json_value container, size_t at, mix_json_value *item) {
    if (at == node_of(container)->next) {
        return false;
    }
    *item = (mix_json_value){container.document, at + container.document->nodes[at].is_key};
    return true;
}

bool mix_json_first(mix_json_value container, mix_json_value *item) {
    return item_at(container, container.node + 1, item);
}

bool mix_json_next(mix_json_value container, mix_json_value *item) {
    return item_at(container, node_of(*item)->next, item);
}

mix_json_value mix_json_key(mix_json_value member) {
    mix_json_value key = {member.document, member.node - 1};
    assert(member.node > 0 && node_of(key)->is_key);
    return key;
}

bool mix_json_member(mix_json_value object, const char *key, mix_json_value *member) {
    mix_json_value item;
    if (mix_json_type_of(object) != MIX_JSON_OBJECT) {
        return false;
    }
    for (bool more = mix_json_first(object, &item); more; more = mix_json_next(object, &item)) {
        if (mix_json_string_equals(mix_json_key(item), key)) {
            *member = item;
            return true;
        }
    }
    return false;
}

double mix_json_number(mix_json_value value) {
    assert(mix_json_type_of(value) == MIX_JSON_NUMBER);
    return node_of(value)->number;
}

bool mix_json_integer(mix_json_value value, int64_t *integer) {
    const char *at = text_of(value), *end = at + node_of(value)->size;
    if (!node_of(value)->integer) {
        return false;
    }
    bool negative = *at == '-';
    uint64_t magnitude = 0, limit = (uint64_t)INT64_MAX + negative;
    for (at += negative; at < end; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (magnitude > (limit - digit) / 10) {
            return false;
        }
        magnitude = magnitude * 10 + digit;
    }
    *integer = !negative ? (int64_t)magnitude : magnitude > INT64_MAX ? INT64_MIN : -(int64_t)magnitude;
    return true;
}

bool mix_json_boolean(mix_json_value value) {
    assert(mix_json_type_of(value) == MIX_JSON_BOOL);
    return *text_of(value) == 't';
}

/* Write a character as UTF-8; returns the end. */
static char *put_character(char *at, int32_t character) {
    int tails = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const int marks[] = {0, 0xc0, 0xe0, 0xf0};
    *at++ = (char)(marks[tails] | character >> (6 * tails));
    while (tails-- > 0) {
        *at++ = (char)(0x80 | (character >> (6 * tails) & 0x3f));
    }
    return at;
}

char *mix_json_string(mix_json_value value, size_t *length) {
    const node *n = node_of(value);
    assert(n->type == MIX_JSON_STRING);
    size_t bytes = n->size - 2; /* within the quotes; no escape is shorter than its meaning */
    char *copy = mix_memory_array(bytes + 1, 1);
    if (copy == NULL) {
        return NULL;
    }
    const char *at = text_of(value) + 1, *end = at + bytes;
    if (n->escaped) {
        char *to = copy;
        for (int32_t c = next_character(&at, end); c >= 0; c = next_character(&at, end)) {
            to = put_character(to, c);
        }
        bytes = (size_t)(to - copy);
    } else {
        memcpy(copy, at, bytes);
    }
    copy[bytes] = '\0';
    if (length != NULL) {
        *length = bytes;
    }
    return copy;
}

bool mix_json_string_equals(mix_json_value value, const char *text) {
    const node *n = node_of(value);
    if (n->type != MIX_JSON_STRING) {
        return false;
    }
    const char *at = text_of(value) + 1, *end = at + n->size - 2;
    if (!n->escaped) {
        return strlen(text) == n->size - 2 && memcmp(text, at, n->size - 2) == 0;
    }
    for (int32_t c = next_character(&at, end); c >= 0; c = next_character(&at, end)) {
        char utf8[4];
        size_t bytes = (size_t)(put_character(utf8, c) - utf8);
        if (c == 0 || strncmp(text, utf8, bytes) != 0) {
            return false;
        }
        text += bytes;
    }
    return *text == '\0';
}

/* ---- Errors ---------------------------------------------------------------------------------------- */

/* A text that grows into a buffer; what does not fit is dropped, and noticed. */
typedef struct path {
    char *text;
    size_t size, length;
    bool full;
} path;

static void append(path *to, const char *text, size_t length) {
    size_t room = to->size - 1 - to->length;
    to->full |= length > room;
    memcpy(to->text + to->length, text, length < room ? length : room);
    to->length += length < room ? length : room;
}

static void append_key(path *to, const char *key, size_t length) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    bool quoted = length == 0 || (key[0] >= '0' && key[0] <= '9');
    for (size_t i = 0; i < length; i++) {
        quoted |= strchr(plain, key[i]) == NULL;
    }
    if (quoted) {
        append(to, "[\"", 2);
        append(to, key, length);
        append(to, "\"]", 2);
    } else {
        append(to, ".", to->length > 0);
        append(to, key, length);
    }
}

/* The path of a value, or that of the container of a key. */
static void write_path(mix_json_value value, char *buffer, size_t size) {
    path to = {.text = buffer, .size = size};
    const node *nodes = value.document->nodes;
    for (size_t at = 0; at != value.node;) {
        bool object = nodes[at].type == MIX_JSON_OBJECT;
        size_t index = 0, item = at + 1;
        while (nodes[item + object].next <= value.node) {
            item = nodes[item + object].next;
            index++;
        }
        if (object && item == value.node) {
            break;
        }
        if (object) {
            append_key(&to, value.document->text + nodes[item].offset + 1, nodes[item].size - 2);
        } else {
            char digits[24];
            append(&to, digits, (size_t)snprintf(digits, sizeof digits, "[%zu]", index));
        }
        at = item + object;
    }
    if (to.full && size >= 4) {
        to.length = cut(buffer, to.length, size - 4);
        memcpy(buffer + to.length, "...", 3);
        to.length += 3;
    }
    buffer[to.length] = '\0';
}

void mix_json_path(mix_json_value value, char *buffer, size_t size) {
    /* The value of a member is the node after its key, and has the path that the key is asked for. */
    value.node += node_of(value)->is_key;
    write_path(value, buffer, size);
}

mixture_status mix_json_complain(mix_json_value value, const char *expected, mixture_error *error) {
    char where[160], buffer[EXCERPT + 6];
    const node *n = node_of(value);
    write_path(value, where, sizeof where);
    if (n->is_key) {
        return mix_error_invalid(error, "unknown key %s%s%s at offset %zu; expected %s",
                                 excerpt(value.document->text, n, buffer), where[0] ? " in " : "", where,
                                 mix_json_offset(value), expected);
    }
    const char *what = n->type == MIX_JSON_ARRAY    ? "an array"
                       : n->type == MIX_JSON_OBJECT ? "an object"
                                                    : excerpt(value.document->text, n, buffer);
    return mix_error_invalid(error, "%s is %s at offset %zu; expected %s", where[0] ? where : "the text", what,
                             mix_json_offset(value), expected);
}
