/* characters.c: UTF-8, escapes, and parts of a text for errors. */
#include <stdio.h>
#include <string.h>

#include "document.h"

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

int mix_json_hex_digit(int c) {
    static const char digits[] = "0123456789abcdef";
    const char *found = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The four digits at text, known to be there. */
static int32_t unit_at(const char *text) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        unit = unit << 4 | mix_json_hex_digit((unsigned char)text[i]);
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

int32_t mix_json_next_character(const char **at, const char *end) {
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

size_t mix_json_cut(const char *text, size_t length, size_t limit) {
    if (length <= limit) {
        return length;
    }
    while (limit > 0 && is_tail(text, limit)) {
        limit--;
    }
    return limit;
}

const char *mix_json_excerpt(const char *text, const mix_json_node *n, char buffer[MIX_JSON_EXCERPT + 6]) {
    size_t quotes = n->type == MIX_JSON_STRING, length = n->size - 2 * quotes;
    size_t shown = mix_json_cut(text + n->offset + quotes, length, MIX_JSON_EXCERPT);
    const char *quote = quotes ? "\"" : "", *dots = shown < length ? "..." : "";
    snprintf(buffer, MIX_JSON_EXCERPT + 6, "%s%.*s%s%s", quote, (int)shown, text + n->offset + quotes, dots,
             quote);
    return buffer;
}
