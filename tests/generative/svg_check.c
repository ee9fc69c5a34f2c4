/* svg_check.c: XML, as far as the pictures use it. */
#include "svg_check.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH = 32, ATTRIBUTES = 32, MOST_BYTES = 1000000 };

typedef struct word {
    const char *text;
    size_t length;
} word;

static word take_name(const char **at) {
    word name = {*at, 0};
    while (isalnum((unsigned char)**at) || strchr("-_:", **at) != NULL) {
        if (**at == '\0') {
            break;
        }
        ++*at;
        name.length++;
    }
    return name;
}

static bool same_word(word a, word b) {
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* Behind text up to `end`, in which each & begins an entity and no < stands. */
static bool skip_text(const char **at, char end) {
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"};
    while (**at != end && **at != '\0') {
        bool fine = **at != '<' && ((unsigned char)**at >= ' ' || strchr("\t\n\r", **at) != NULL);
        if (**at == '&') {
            fine = false;
            for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
                fine = fine || strncmp(*at, entities[i], strlen(entities[i])) == 0;
            }
        }
        if (!fine) {
            return false;
        }
        ++*at;
    }
    return **at == end;
}

/* From behind the element's name to behind its '>'. */
static bool skip_attributes(const char **at, bool *closed) {
    word seen[ATTRIBUTES];
    for (size_t count = 0;; count++) {
        *at += strspn(*at, " \n");
        *closed = **at == '/';
        *at += *closed;
        if (**at == '>') {
            ++*at;
            return true;
        }
        word name = take_name(at);
        if (*closed || name.length == 0 || count == ATTRIBUTES || strncmp(*at, "=\"", 2) != 0) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (same_word(seen[i], name)) {
                return false;
            }
        }
        seen[count] = name;
        *at += 2;
        if (!skip_text(at, '"')) {
            return false;
        }
        ++*at;
    }
}

static bool well_nested(const char *at) {
    word open[DEPTH];
    size_t depth = 0;
    do {
        if (*at != '<') {
            return false;
        }
        at++;
        bool end = *at == '/', closed = false;
        at += end;
        word name = take_name(&at);
        if (name.length == 0 || (depth == 0 && !same_word(name, (word){"svg", 3}))) {
            return false;
        }
        if (end) {
            if (*at != '>' || !same_word(open[--depth], name)) {
                return false;
            }
            at++;
        } else {
            if (depth == DEPTH || !skip_attributes(&at, &closed)) {
                return false;
            }
            open[depth] = name;
            depth += !closed;
        }
        if (depth > 0 && !skip_text(&at, '<')) {
            return false;
        }
    } while (depth > 0);
    return strcmp(at, "\n") == 0;
}

bool svg_well_formed(const char *svg) {
    static const char *const forbidden[] = {"<script", "href",  "@import", "\"nan", " nan",
                                            ",nan",    "inf\"", "inf ",    "inf,"};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (strstr(svg, forbidden[i]) != NULL) {
            return false;
        }
    }
    return strlen(svg) < MOST_BYTES && well_nested(svg);
}
