/* describe.c: values in words. */
#include "describe.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "number.h"
#include "reader.h"

const char *mix_describe_text(const char *text, size_t length, char excerpt[MIX_EXCERPT_BYTES]) {
    const size_t most = MIX_EXCERPT_BYTES - sizeof "...";
    size_t used = 0, size;
    while (used < length && (size = mix_json_utf8(text + used, length - used)) > 0 && used + size <= most) {
        memcpy(excerpt + used, text + used, size);
        if ((unsigned char)excerpt[used] < 0x20 || excerpt[used] == 0x7f) {
            excerpt[used] = '?';
        }
        used += size;
    }
    strcpy(excerpt + used, used < length ? "..." : "");
    return excerpt;
}

static void describe_real(double number, char said[MIX_SAID_BYTES]) {
    char text[MIX_JSON_NUMBER_BYTES];
    if (!isfinite(number)) {
        snprintf(said, MIX_SAID_BYTES, "REAL %s", number > 0 ? "Inf" : "-Inf");
        return;
    }
    (void)mix_json_format_double(number, text);
    /* A REAL looks like one. */
    snprintf(said, MIX_SAID_BYTES, "REAL %s%s", text, strpbrk(text, ".e") == NULL ? ".0" : "");
}

static void describe_content(sqlite3_value *value, char said[MIX_SAID_BYTES]) {
    char excerpt[MIX_EXCERPT_BYTES];
    const char *text = (const char *)sqlite3_value_text(value); /* NULL: out of memory, as SQLite says then */
    size_t length = text != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    snprintf(said, MIX_SAID_BYTES, "TEXT '%s'", mix_describe_text(text, length, excerpt));
}

const char *mix_describe_value(sqlite3_value *value, char said[MIX_SAID_BYTES]) {
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        snprintf(said, MIX_SAID_BYTES, "INTEGER %lld", (long long)sqlite3_value_int64(value));
        break;
    case SQLITE_FLOAT:
        describe_real(sqlite3_value_double(value), said);
        break;
    case SQLITE_TEXT:
        describe_content(value, said);
        break;
    case SQLITE_BLOB:
        snprintf(said, MIX_SAID_BYTES, "BLOB of %d bytes", sqlite3_value_bytes(value));
        break;
    default:
        strcpy(said, "NULL");
    }
    return said;
}

/* Whether a text says that there is no value. */
static bool says_nothing(const char *text) {
    static const char *const words[] = {"",    "na", "n/a", "#n/a", "nan", "null",   "none",
                                        "nil", "-",  "--",  "?",    ".",   "missing"};
    bool blank = text[strspn(text, " \t\r\n")] == '\0', found = blank;
    for (size_t i = 0; !found && i < sizeof words / sizeof *words; i++) {
        found = strcasecmp(text, words[i]) == 0;
    }
    return found;
}

const char *mix_describe_cure(sqlite3_value *value, const char *name, char cure[MIX_CURE_BYTES]) {
    char excerpt[MIX_EXCERPT_BYTES];
    const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
    cure[0] = '\0';
    if (text != NULL && says_nothing(text)) {
        snprintf(cure, MIX_CURE_BYTES, ": nullif(%s, '%s') makes NULL of it", name,
                 mix_describe_text(text, strlen(text), excerpt));
    } else if (text != NULL && strchr(text, ',') != NULL && text[strspn(text, "+-0123456789.,")] == '\0') {
        snprintf(cure, MIX_CURE_BYTES, ": replace(%s, ',', '') takes the commas out", name);
    }
    return cure;
}
