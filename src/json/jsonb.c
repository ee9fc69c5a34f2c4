/* jsonb.c: elements of JSONB as JSON text. An element is a header, whose low four bits are its type and whose
** high four bits are its size or say how many bytes of size follow, and its payload: numbers and strings as
** text, an array or object as its elements. (https://sqlite.org/jsonb.html) */
#include "jsonb.h"

#include <stdio.h>
#include <string.h>

#include "document.h"
#include "error.h"
#include "memory.h"
#include "writer.h"

typedef enum jsonb_type {
    JSONB_NULL,
    JSONB_TRUE,
    JSONB_FALSE,
    JSONB_INT,
    JSONB_INT5, /* hexadecimal, or with a plus */
    JSONB_FLOAT,
    JSONB_FLOAT5,  /* ".5", "5." */
    JSONB_TEXT,    /* nothing in it needs an escape */
    JSONB_TEXTJ,   /* with escapes of JSON */
    JSONB_TEXT5,   /* with escapes of JSON5 */
    JSONB_TEXTRAW, /* escapes are yet to be made */
    JSONB_ARRAY,
    JSONB_OBJECT
} jsonb_type;

typedef struct jsonb_element {
    int type;
    const char *payload;
    size_t size;
} jsonb_element;

typedef struct jsonb_input {
    const unsigned char *bytes;
    mix_json_writer writer;
    mixture_error *error;
} jsonb_input;

/* The element at bytes[at], which must end at or before `end`. */
static bool find_element(const unsigned char *bytes, size_t at, size_t end, jsonb_element *element) {
    if (at >= end) {
        return false;
    }
    unsigned high = bytes[at] >> 4;
    size_t more = high < 12 ? 0 : (size_t)1 << (high - 12);
    uint64_t size = high < 12 ? high : 0;
    if (more > end - at - 1) {
        return false;
    }
    for (size_t i = 1; i <= more; i++) {
        size = size << 8 | bytes[at + i];
    }
    *element = (jsonb_element){bytes[at] & 15, (const char *)bytes + at + 1 + more, (size_t)size};
    return size <= end - at - 1 - more;
}

bool mix_jsonb_is_object(const void *bytes, size_t length) {
    jsonb_element element;
    return find_element(bytes, 0, length, &element) && element.type == JSONB_OBJECT &&
           element.payload + element.size == (const char *)bytes + length;
}

static void put(jsonb_input *input, const char *text) {
    mix_json_append(&input->writer, text, strlen(text));
}

static mixture_status malformed(const jsonb_input *input, const char *at) {
    return mix_error_invalid(input->error,
                             "byte %zu of the JSONB is in no element; expected it as jsonb() makes it",
                             (size_t)((const unsigned char *)at - input->bytes));
}

/* ---- Numbers ------------------------------------------------------------------------------------------------ */

/* 0x1F, perhaps with a sign. */
static bool put_hexadecimal(jsonb_input *input, const char *text, size_t size) {
    uint64_t number = 0;
    if (size < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') {
        return false;
    }
    for (size_t i = 2; i < size; i++) {
        int digit = mix_json_hex_digit((unsigned char)text[i]);
        if (digit < 0 || number >> 60 != 0) {
            return false;
        }
        number = number << 4 | (unsigned)digit;
    }
    char decimal[24];
    snprintf(decimal, sizeof decimal, "%llu", (unsigned long long)number);
    put(input, decimal);
    return true;
}

/* A number of JSON or JSON5: what JSON does not have is put in or left out. */
static bool put_number(jsonb_input *input, const jsonb_element *element) {
    const char *text = element->payload, *end = text + element->size;
    if (text < end && (*text == '+' || *text == '-')) {
        mix_json_append(&input->writer, "-", *text == '-');
        text++;
    }
    if (element->type == JSONB_INT5 && put_hexadecimal(input, text, (size_t)(end - text))) {
        return true;
    }
    bool digits = false;
    for (const char *at = text; at < end; at++) {
        bool digit = *at >= '0' && *at <= '9', point = *at == '.';
        if (!digit && strchr("+-.eE", *at) == NULL) { /* NUL is found, and refused by the reader */
            return false;
        }
        if (point && !digits) {
            put(input, "0");
        }
        mix_json_append(&input->writer, at, 1);
        if (point && !(at + 1 < end && at[1] >= '0' && at[1] <= '9')) {
            put(input, "0");
        }
        digits |= digit;
    }
    return text < end;
}

/* ---- Strings ------------------------------------------------------------------------------------------------ */

/* The bytes that a line's end takes behind a backslash, which makes nothing of it. */
static size_t line_end(const char *text, const char *end) {
    size_t left = (size_t)(end - text);
    bool separator = left >= 3 && memcmp(text, "\xe2\x80", 2) == 0 && (text[2] == '\xa8' || text[2] == '\xa9');
    return separator                                   ? 3
           : left >= 2 && memcmp(text, "\r\n", 2) == 0 ? 2
           : left >= 1 && strchr("\r\n", *text)        ? 1
                                                       : 0;
}

/* The escape that begins with a backslash at text; where it goes on, NULL if it is cut. */
static const char *put_escape(jsonb_input *input, const char *text, const char *end) {
    if (++text == end) {
        return NULL;
    }
    size_t passed = *text != '\0' ? line_end(text, end) : 0;
    if (passed > 0) {
        return text + passed;
    }
    if (*text == '\'') {
        put(input, "'");
    } else if (*text == 'v') {
        put(input, "\\u000b");
    } else if (*text == '0') {
        put(input, "\\u0000");
    } else if (*text == 'x') {
        put(input, "\\u00");
    } else {
        put(input, "\\");
        mix_json_append(&input->writer, text, 1);
    }
    return text + 1;
}

static bool put_string(jsonb_input *input, const jsonb_element *element) {
    const char *at = element->payload, *end = at + element->size;
    if (element->type == JSONB_TEXTRAW) {
        mix_json_append_quoted(&input->writer, at, element->size);
        return true;
    }
    put(input, "\"");
    while (at != NULL && at < end) {
        const char *start = at;
        while (at < end && *at != '"' && *at != '\\') {
            at++;
        }
        mix_json_append(&input->writer, start, (size_t)(at - start));
        if (at < end && *at == '"') {
            if (element->type != JSONB_TEXT5) {
                return false;
            }
            put(input, "\\\"");
            at++;
        } else if (at < end) {
            at = element->type != JSONB_TEXT ? put_escape(input, at, end) : NULL;
        }
    }
    put(input, "\"");
    return at != NULL;
}

/* ---- Elements ----------------------------------------------------------------------------------------------- */

static mixture_status put_element(jsonb_input *input, const jsonb_element *element, int depth);

static mixture_status put_container(jsonb_input *input, const jsonb_element *element, int depth) {
    bool object = element->type == JSONB_OBJECT, key = object;
    size_t at = (size_t)((const unsigned char *)element->payload - input->bytes), end = at + element->size;
    put(input, object ? "{" : "[");
    for (bool first = true; at < end; first = false) {
        jsonb_element item;
        if (!find_element(input->bytes, at, end, &item) ||
            (key && !(item.type >= JSONB_TEXT && item.type <= JSONB_TEXTRAW))) {
            return malformed(input, (const char *)input->bytes + at);
        }
        put(input, first ? "" : object && !key ? ":" : ",");
        mixture_status status = put_element(input, &item, depth + 1);
        if (status != MIXTURE_OK) {
            return status;
        }
        at = (size_t)((const unsigned char *)item.payload - input->bytes) + item.size;
        key = object && !key;
    }
    if (object && !key) {
        return malformed(input, (const char *)input->bytes + end); /* a key without a value */
    }
    put(input, object ? "}" : "]");
    return MIXTURE_OK;
}

static mixture_status put_element(jsonb_input *input, const jsonb_element *element, int depth) {
    static const char *const words[] = {"null", "true", "false"};
    bool right = false;
    if (input->writer.turns.over) {
        return MIXTURE_CANCELLED;
    }
    if (element->type <= JSONB_FALSE) {
        put(input, words[element->type]);
        right = element->size == 0;
    } else if (element->type <= JSONB_FLOAT5) {
        right = put_number(input, element);
    } else if (element->type <= JSONB_TEXTRAW) {
        right = put_string(input, element);
    } else if (element->type <= JSONB_OBJECT && depth <= MIX_JSON_DEPTH) { /* one more, which the reader refuses */
        return put_container(input, element, depth);
    }
    return right ? MIXTURE_OK : malformed(input, element->payload);
}

mixture_status mix_jsonb_open(const void *bytes, size_t length, const mix_cancel *cancel, mix_jsonb_text *json,
                              mixture_error *error) {
    *json = (mix_jsonb_text){bytes, length, NULL};
    if (!mix_jsonb_is_object(bytes, length)) {
        return MIXTURE_OK;
    }
    jsonb_element root;
    jsonb_input input = {bytes, {.turns = {.cancel = cancel}}, error};
    (void)find_element(bytes, 0, length, &root);
    mixture_status status = put_element(&input, &root, 0);
    if (status == MIXTURE_OK) {
        json->text = json->made = mix_json_finish(&input.writer, &json->length);
        status = json->made != NULL ? MIXTURE_OK : input.writer.turns.over ? MIXTURE_CANCELLED : MIXTURE_NOMEM;
    }
    mix_json_cleanup(&input.writer);
    return status == MIXTURE_INVALID ? status : mix_error_status(error, status);
}

void mix_jsonb_close(mix_jsonb_text *json) {
    mix_memory_free(json->made);
    *json = (mix_jsonb_text){NULL, 0, NULL};
}
