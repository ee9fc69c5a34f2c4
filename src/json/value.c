/* value.c: handles to the nodes of a document: structure, contents, errors about them. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "error.h"
#include "memory.h"

/* ---- Values ---------------------------------------------------------------------------------------- */

static const mix_json_node *node_of(mix_json_value value) {
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

const mix_cancel *mix_json_cancel(const mix_json_document *document) {
    return document->turns->cancel;
}

bool mix_json_stopped(const mix_json_document *document) {
    return document->turns->over;
}

/* The item that begins at a node, a key or an element, unless the container ends there, or reading altogether. */
static bool item_at(mix_json_value container, size_t at, mix_json_value *item) {
    if (at == node_of(container)->next || mix_turns_over(container.document->turns, MIX_JSON_STEP)) {
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
    const mix_json_node *n = node_of(value);
    assert(n->type == MIX_JSON_STRING);
    size_t bytes = n->size - 2; /* within the quotes; no escape is shorter than its meaning */
    char *copy = mix_memory_array(bytes + 1, 1);
    if (copy == NULL) {
        return NULL;
    }
    const char *at = text_of(value) + 1, *end = at + bytes;
    if (n->escaped) {
        char *to = copy;
        for (int32_t c = mix_json_next_character(&at, end); c >= 0; c = mix_json_next_character(&at, end)) {
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
    const mix_json_node *n = node_of(value);
    if (n->type != MIX_JSON_STRING) {
        return false;
    }
    const char *at = text_of(value) + 1, *end = at + n->size - 2;
    if (!n->escaped) {
        return strlen(text) == n->size - 2 && memcmp(text, at, n->size - 2) == 0;
    }
    for (int32_t c = mix_json_next_character(&at, end); c >= 0; c = mix_json_next_character(&at, end)) {
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

static void append_character(path *to, const char *text, size_t length) {
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
        append_character(to, "[\"", 2);
        append_character(to, key, length);
        append_character(to, "\"]", 2);
    } else {
        append_character(to, ".", to->length > 0);
        append_character(to, key, length);
    }
}

/* The path of a value, or that of the container of a key. */
static void write_path(mix_json_value value, char *buffer, size_t size) {
    path to = {.text = buffer, .size = size};
    const mix_json_node *nodes = value.document->nodes;
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
            append_character(&to, digits, (size_t)snprintf(digits, sizeof digits, "[%zu]", index));
        }
        at = item + object;
    }
    if (to.full && size >= 4) {
        to.length = mix_json_cut(buffer, to.length, size - 4);
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
    char where[160], buffer[MIX_JSON_EXCERPT + 6];
    const mix_json_node *n = node_of(value);
    write_path(value, where, sizeof where);
    if (n->is_key) {
        return mix_error_invalid(error, "unknown key %s%s%s at offset %zu; expected %s",
                                 mix_json_excerpt(value.document->text, n, buffer), where[0] ? " in " : "", where,
                                 mix_json_offset(value), expected);
    }
    char array[32];
    snprintf(array, sizeof array, "an array of %u", (unsigned)n->size);
    const char *what = n->type == MIX_JSON_ARRAY    ? array
                       : n->type == MIX_JSON_OBJECT ? "an object"
                                                    : mix_json_excerpt(value.document->text, n, buffer);
    return mix_error_invalid(error, "%s is %s at offset %zu; expected %s", where[0] ? where : "the text", what,
                             mix_json_offset(value), expected);
}
