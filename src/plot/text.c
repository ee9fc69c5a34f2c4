/* text.c: estimated widths. */
#include "text.h"

#include <stdbool.h>
#include <string.h>

#include "level.h"
#include "number.h"
#include "reader.h"

/* Bytes of the character at text, 1 for a byte that is none. */
static size_t character(const char *text, size_t length) {
    size_t size = mix_json_utf8(text, length);
    return size > 0 ? size : 1;
}

/* In font sizes. Characters of three and four bytes are mostly ideographs and signs, as wide as high. */
static double character_width(const char *text, size_t size) {
    static const char narrow[] = " .,:;'!|()[]{}ijlftrI/-", wide[] = "mwMW@%";
    if (size == 1) {
        bool upper = (*text >= 'A' && *text <= 'Z') || *text == '&';
        return strchr(narrow, *text) != NULL ? 0.4 : strchr(wide, *text) != NULL ? 0.98 : upper ? 0.74 : 0.63;
    }
    return size == 2 ? 0.7 : strncmp(text, "\xe2", 1) == 0 ? 0.85 : 1.02;
}

double mix_text_width(const char *text, size_t length, double size) {
    double width = 0;
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = character(text + at, length - at);
        width += character_width(text + at, bytes);
    }
    return width * size;
}

/* Bytes of the longest beginning that fits. */
static size_t fitting(const char *text, size_t length, double size, double width) {
    double used = 0;
    size_t at = 0;
    while (at < length) {
        size_t bytes = character(text + at, length - at);
        used += size * character_width(text + at, bytes);
        if (used > width) {
            break;
        }
        at += bytes;
    }
    return at;
}

/* Back to the end of the last whole word, if that leaves a good part of it, and without the comma after it. */
static size_t at_word(const char *text, size_t kept) {
    size_t word = kept;
    while (word > 0 && text[word] != ' ') {
        word--;
    }
    word = 2 * word >= kept ? word : kept;
    while (word > 0 && strchr(" ,;:", text[word - 1]) != NULL) {
        word--;
    }
    return word;
}

void mix_text_cut(const char *text, double size, double width, char *buffer, size_t room) {
    static const char ellipsis[] = "\xe2\x80\xa6";
    size_t length = strlen(text), kept = fitting(text, length, size, width);
    if (kept < length || length >= room) {
        kept = fitting(text, length, size, width - 0.85 * size);
        while (kept > 0 && kept + sizeof ellipsis > room) { /* back to the beginning of a character */
            do {
                kept--;
            } while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80);
        }
        kept = at_word(text, kept);
        memcpy(buffer, text, kept);
        memcpy(buffer + kept, ellipsis, sizeof ellipsis);
    } else {
        memcpy(buffer, text, length + 1);
    }
}

size_t mix_text_line(const char *text, double size, double width, size_t *next) {
    size_t length = strlen(text), kept = fitting(text, length, size, width);
    if (kept < length && text[kept] != ' ') {
        size_t space = kept;
        while (space > 0 && text[space] != ' ') {
            space--;
        }
        kept = space > 0 ? space : kept > 0 ? kept : character(text, length);
    }
    *next = kept + strspn(text + kept, " ");
    return kept;
}

const char *mix_text_level(const mix_level *level, char *buffer, size_t room) {
    char number[MIX_JSON_NUMBER_BYTES] = "";
    const char *name = level->kind == MIX_LEVEL_TEXT   ? level->bytes
                       : level->kind == MIX_LEVEL_BLOB ? "BLOB"
                                                       : number;
    size_t length = level->kind == MIX_LEVEL_TEXT ? level->length : 4;
    if (level->kind <= MIX_LEVEL_REAL) {
        length = mix_json_format_double(level->kind == MIX_LEVEL_INTEGER ? (double)level->integer : level->real,
                                        number);
    }
    if (length >= room) {
        length = room - 1;
        while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80) {
            length--; /* whole characters */
        }
    }
    memcpy(buffer, name, length);
    buffer[length] = '\0';
    return buffer;
}
