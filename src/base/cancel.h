/* cancel.h: asking the caller whether to go on. Only ever on the thread that called the library. Once the
** answer was no, it stays so: who is told ends early, whatever it leaves behind, and who called it asks again. */
#ifndef MIX_CANCEL_H
#define MIX_CANCEL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mix_cancel {
    bool (*function)(void *host); /* NULL: never */
    void *host;
} mix_cancel;

/* NULL: nobody can be asked, as if never. */
static inline bool mix_cancelled(const mix_cancel *cancel) {
    return cancel != NULL && cancel->function != NULL && cancel->function(cancel->host);
}

/* Of a host that may not say it twice: what it has said is remembered. */
typedef struct mix_cancel_once {
    mix_cancel host;
    bool said;
} mix_cancel_once;

static inline bool mix_cancel_said(void *once) {
    mix_cancel_once *own = (mix_cancel_once *)once;
    own->said = own->said || mix_cancelled(&own->host);
    return own->said;
}

/* Asking by work done, where a turn of a loop may be short or long: about once in so many floating point
** operations, some 10 ms, or bytes of a text. */
#define MIX_TURN 1e7

typedef struct mix_turns {
    const mix_cancel *cancel;
    double work; /* since it was asked */
    bool over;   /* the answer was to stop */
} mix_turns;

/* Whether to stop, after so much more work. */
static inline bool mix_turns_over(mix_turns *turns, double work) {
    turns->work += work;
    if (turns->work >= MIX_TURN) {
        turns->work = 0;
        turns->over = turns->over || mix_cancelled(turns->cancel);
    }
    return turns->over;
}

#endif
