/* document.h: what the reader's files share: the nodes of a document, and the characters of checked strings. */
#ifndef MIX_JSON_DOCUMENT_H
#define MIX_JSON_DOCUMENT_H

#include "cancel.h"
#include "reader.h"

/* A node of an array or object is followed by its children; a member of an object is two nodes, its key and its
** value. */
typedef struct mix_json_node {
    uint32_t offset; /* of the first byte in the text */
    uint32_t next;   /* the node after this one and all that it holds */
    uint32_t size;   /* bytes in the text, quotes included; of an array or object: elements or members */
    uint8_t type;
    bool is_key;
    bool escaped; /* a string that holds a backslash */
    bool integer; /* a number without fraction and exponent */
    double number;
} mix_json_node;

/* A comparison of keys or a step of a walk takes about this much of a turn. */
#define MIX_JSON_STEP 20.0

struct mix_json_document {
    const char *text;
    mix_json_node *nodes;
    mix_turns *turns; /* whether its reading goes on: in the same block, but not constant where handles are */
};

enum { MIX_JSON_EXCERPT = 30 }; /* bytes of a value shown in an error */

/* The value of a hexadecimal digit, or -1. */
int mix_json_hex_digit(int c);

/* The character at *at in a checked string, or -1 at its end. */
int32_t mix_json_next_character(const char **at, const char *end);

/* The longest prefix of at most limit bytes that does not end inside a UTF-8 character. */
size_t mix_json_cut(const char *text, size_t length, size_t limit);

/* Describe a checked string or a number as it is in the text, cut when long. Returns the buffer. */
const char *mix_json_excerpt(const char *text, const mix_json_node *n, char buffer[MIX_JSON_EXCERPT + 6]);

#endif
