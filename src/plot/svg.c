/* svg.c: appending to one buffer. */
#include "svg.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "memory.h"
#include "reader.h"

enum { SVG_CAPACITY = 16384 };

static void svg_append(mix_svg *svg, const char *text, size_t length) {
    if (svg->failed) {
        return;
    }
    if (length >= svg->capacity - svg->length) { /* one byte stays free for the NUL */
        size_t capacity = svg->capacity > 0 ? svg->capacity : SVG_CAPACITY;
        while (capacity - svg->length <= length && capacity <= SIZE_MAX / 4) {
            capacity *= 2;
        }
        char *grown =
            svg->text != NULL ? mix_memory_resize(svg->text, capacity, 1) : mix_memory_array(capacity, 1);
        if (grown == NULL) {
            mix_memory_free(svg->text);
            *svg = (mix_svg){.failed = true};
            return;
        }
        svg->text = grown;
        svg->capacity = capacity;
    }
    memcpy(svg->text + svg->length, text, length);
    svg->length += length;
}

void mix_svg_raw(mix_svg *svg, const char *markup) {
    svg_append(svg, markup, strlen(markup));
}

/* Hundredths of a pixel, without trailing zeros. */
static void append_number(mix_svg *svg, double number) {
    enum { ROOM = 16 };
    char buffer[ROOM];
    size_t at = ROOM;
    double bounded = isnan(number) ? 0 : fmin(fmax(number, -1e6), 1e6);
    long hundredths = lround(bounded * 100);
    unsigned long rest = (unsigned long)(hundredths < 0 ? -hundredths : hundredths);
    int decimals = rest % 100 == 0 ? 0 : rest % 10 == 0 ? 1 : 2;
    rest /= decimals == 0 ? 100 : decimals == 1 ? 10 : 1;
    for (int digits = 0; rest > 0 || digits <= decimals; digits++, rest /= 10) {
        if (digits == decimals && decimals > 0) {
            buffer[--at] = '.';
        }
        buffer[--at] = (char)('0' + rest % 10);
    }
    if (hundredths < 0) {
        buffer[--at] = '-';
    }
    svg_append(svg, buffer + at, ROOM - at);
}

void mix_svg_numbers(mix_svg *svg, const char *markup, const double *numbers) {
    for (;;) {
        size_t plain = strcspn(markup, "@");
        svg_append(svg, markup, plain);
        markup += plain;
        if (*markup == '\0') {
            return;
        }
        append_number(svg, *numbers++);
        markup++;
    }
}

/* What stands for a character of `size` bytes; NULL: it may stay. */
static const char *replacement(const char *text, size_t size) {
    unsigned char byte = (unsigned char)*text;
    switch (byte) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        break;
    }
    /* Not allowed: control characters, U+FFFE and U+FFFF (EF BF BE, EF BF BF). */
    bool noncharacter = size == 3 && memcmp(text, "\xef\xbf", 2) == 0 && (unsigned char)text[2] >= 0xbe;
    return size == 0 || byte < 0x20 || noncharacter ? "\xef\xbf\xbd" : NULL;
}

void mix_svg_text(mix_svg *svg, const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        size_t size = mix_json_utf8(text + at, length - at);
        const char *instead = replacement(text + at, size);
        if (instead != NULL) {
            mix_svg_raw(svg, instead);
        } else {
            svg_append(svg, text + at, size);
        }
        at += size > 0 ? size : 1;
    }
}

char *mix_svg_finish(mix_svg *svg, size_t *length) {
    svg_append(svg, "", 0); /* makes sure of a buffer */
    char *text = svg->text;
    *length = svg->length;
    if (text != NULL) {
        text[svg->length] = '\0';
    }
    *svg = (mix_svg){0};
    return text;
}
