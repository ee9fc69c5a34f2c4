/* cancel.h: asking the caller whether to go on. Only ever on the thread that called the library. */
#ifndef MIX_CANCEL_H
#define MIX_CANCEL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mix_cancel {
    bool (*function)(void *host); /* NULL: never */
    void *host;
} mix_cancel;

static inline bool mix_cancelled(const mix_cancel *cancel) {
    return cancel->function != NULL && cancel->function(cancel->host);
}

#endif
