/* jsonb.h: SQLite's binary JSON (since 3.45), turned into text for the reader, which checks what it says. A JSONB
** object cannot be taken for a text: its first byte, xC, begins none. */
#ifndef MIX_JSONB_H
#define MIX_JSONB_H

#include "cancel.h"
#include "mixture.h"

/* Whether the bytes are as long as the JSONB object that they begin says. */
bool mix_jsonb_is_object(const void *bytes, size_t length);

/* JSON as text. */
typedef struct mix_jsonb_text {
    const char *text;
    size_t length;
    char *made; /* what is to be freed; NULL: text is the caller's own */
} mix_jsonb_text;

/* The text of a JSONB object; of other bytes, themselves. MIXTURE_OK: mix_jsonb_close() it; else _INVALID with
** a text, _NOMEM or _CANCELLED. */
mixture_status mix_jsonb_open(const void *bytes, size_t length, const mix_cancel *cancel, mix_jsonb_text *json,
                              mixture_error *error);
void mix_jsonb_close(mix_jsonb_text *json);

#endif
