/* writer.c: appending to one buffer. The only state besides the text is whether a comma is due: an opening
** bracket and a key take it back, all that ends a value sets it. */
#include "writer.h"

#include <string.h>

#include "memory.h"
#include "number.h"
#include "reader.h"

enum { WRITER_CAPACITY = 256 };

/* A byte takes about this much of a turn. */
#define WRITTEN_BYTE_WORK 20.0

void mix_json_append(mix_json_writer *writer, const char *text, size_t length) {
    if (writer->failed || length == 0) {
        return;
    }
    if (length >= writer->capacity - writer->length) { /* one byte stays free for the NUL */
        size_t capacity = writer->capacity ? writer->capacity : WRITER_CAPACITY;
        while (capacity - writer->length <= length && capacity <= SIZE_MAX / 4) {
            capacity *= 2;
        }
        char *grown = NULL;
        if (capacity - writer->length > length) {
            grown = writer->text ? mix_memory_resize(writer->text, capacity, 1) : mix_memory_array(capacity, 1);
        }
        if (grown == NULL) {
            mix_json_cleanup(writer);
            writer->failed = true;
            return;
        }
        writer->text = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->text + writer->length, text, length);
    writer->length += length;
    if (mix_turns_over(&writer->turns, WRITTEN_BYTE_WORK * (double)length)) {
        mix_json_cleanup(writer);
        writer->failed = true;
    }
}

/* What comes before a key or a value. */
static void separate(mix_json_writer *writer) {
    if (writer->comma) {
        mix_json_append(writer, ",", 1);
    }
    writer->comma = true;
}

static void begin(mix_json_writer *writer, const char *bracket) {
    separate(writer);
    mix_json_append(writer, bracket, 1);
    writer->comma = false;
}

static void end(mix_json_writer *writer, const char *bracket) {
    mix_json_append(writer, bracket, 1);
    writer->comma = true;
}

void mix_json_begin_object(mix_json_writer *writer) {
    begin(writer, "{");
}

void mix_json_end_object(mix_json_writer *writer) {
    end(writer, "}");
}

void mix_json_begin_array(mix_json_writer *writer) {
    begin(writer, "[");
}

void mix_json_end_array(mix_json_writer *writer) {
    end(writer, "]");
}

/* The escape of a byte that cannot stand in a string; returns its length. */
static size_t escape(unsigned char byte, char *buffer) {
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
    const char *found = byte != 0 ? strchr(special, byte) : NULL;
    if (found != NULL) {
        buffer[0] = '\\';
        buffer[1] = letters[found - special];
        return 2;
    }
    memcpy(buffer, "\\u00", 4);
    buffer[4] = hex[byte >> 4];
    buffer[5] = hex[byte & 15];
    return 6;
}

void mix_json_append_quoted(mix_json_writer *writer, const char *text, size_t length) {
    mix_json_append(writer, "\"", 1);
    size_t start = 0, at = 0; /* text[start … at) needs no change */
    while (at < length) {
        unsigned char byte = (unsigned char)text[at];
        bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
        size_t bytes = escaped ? 0 : mix_json_utf8(text + at, length - at);
        if (bytes != 0) {
            at += bytes;
            continue;
        }
        mix_json_append(writer, text + start, at - start);
        if (escaped) {
            char buffer[6];
            mix_json_append(writer, buffer, escape(byte, buffer));
        } else {
            mix_json_append(writer, "\xef\xbf\xbd", 3); /* U+FFFD */
        }
        start = ++at;
    }
    mix_json_append(writer, text + start, at - start);
    mix_json_append(writer, "\"", 1);
}

void mix_json_write_key(mix_json_writer *writer, const char *key) {
    separate(writer);
    mix_json_append_quoted(writer, key, strlen(key));
    mix_json_append(writer, ":", 1);
    writer->comma = false;
}

void mix_json_write_bytes(mix_json_writer *writer, const char *text, size_t length) {
    separate(writer);
    mix_json_append_quoted(writer, text, length);
}

void mix_json_write_string(mix_json_writer *writer, const char *text) {
    mix_json_write_bytes(writer, text, strlen(text));
}

void mix_json_write_raw(mix_json_writer *writer, const char *json, size_t length) {
    separate(writer);
    mix_json_append(writer, json, length);
}

void mix_json_write_double(mix_json_writer *writer, double x) {
    char buffer[MIX_JSON_NUMBER_BYTES];
    size_t length = mix_json_format_double(x, buffer);
    mix_json_write_raw(writer, buffer, length);
}

void mix_json_write_integer(mix_json_writer *writer, int64_t n) {
    char buffer[20]; /* -9223372036854775808 */
    size_t at = sizeof buffer;
    uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do {
        buffer[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (n < 0) {
        buffer[--at] = '-';
    }
    mix_json_write_raw(writer, buffer + at, sizeof buffer - at);
}

void mix_json_write_boolean(mix_json_writer *writer, bool truth) {
    const char *word = truth ? "true" : "false";
    mix_json_write_raw(writer, word, strlen(word));
}

void mix_json_write_null(mix_json_writer *writer) {
    mix_json_write_raw(writer, "null", 4);
}

char *mix_json_finish(mix_json_writer *writer, size_t *length) {
    mix_json_append(writer, "", 1); /* makes sure of a buffer: even an empty text is one */
    char *text = writer->failed ? NULL : writer->text;
    if (text != NULL && length != NULL) {
        *length = writer->length - 1;
    }
    *writer = (mix_json_writer){.failed = writer->failed, .turns = writer->turns};
    return text;
}

void mix_json_cleanup(mix_json_writer *writer) {
    mix_memory_free(writer->text);
    *writer = (mix_json_writer){.failed = writer->failed, .turns = writer->turns};
}
