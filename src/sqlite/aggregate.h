/* aggregate.h: what every aggregate of the extension shares. An aggregate says in a table what is done with a row
** and what the result is; aggregate.c does the rest: the state of a group of rows, the number of arguments, the
** model of the first row, which all rows must repeat, errors with the function's name in front, interrupts, and
** that after an error, or for a query that was stopped, all is freed and nothing more is done.
**
**     member   needed  what it is
**     size     yes     bytes of the state, which begins with a mix_group and is all 0 at first
**     model    no      argument 1 is a model. If that is NULL nothing below is called but `clear`, and the result
**                      is NULL
**     slow     no      `value` may take long: it is not called at all when the host wants to stop already
**     start    no      the first row, before `row`: make what the state holds
**     same     no      each later row, before `row`: check that what must be as in the first row is
**     row      yes     a row comes in
**     inverse  no      the oldest row goes out: a faster way than the one below
**     value    yes     make the result of the rows that are in, at least one; made none, it is NULL
**     lasting  no      `value` leaves the state as it was: rows may come afterwards, and `value` again
**     clear    yes     free what the state holds, even when `start` failed half-way or was not called
**
** All are window functions, too, and need not know of it: the rows of a frame are kept (window_rows.h), and
** where some have left it, or `value` has used the state up, the next result is made anew, of a state that is
** all 0 again. So it is what the aggregate says of these rows alone. Before a first result tells that there is a
** window only MIX_MOST_UNTOLD rows are kept: a group of more, whose frame changes afterwards, is an error.
**
** Each gets the state, whose group says the rest. MIXTURE_INVALID comes with a text in *error, other statuses need
** nothing there. */
#ifndef MIX_AGGREGATE_H
#define MIX_AGGREGATE_H

#include "cancel.h"
#include "function.h"
#include "interrupt.h"
#include "running.h"
#include "window_rows.h"

struct mix_aggregate {
    size_t size;
    bool model, slow, lasting;
    mixture_status (*start)(void *state, mixture_error *error);
    mixture_status (*same)(void *state, mixture_error *error);
    mixture_status (*row)(void *state, mixture_error *error);
    mixture_status (*inverse)(void *state, mixture_error *error);
    mixture_status (*value)(void *state, sqlite3_context *context, mixture_error *error);
    void (*clear)(void *state);
};

enum { MIX_MOST_UNTOLD = 1 << 14 };

/* What outlives one result of a window, for the next one. Starts as {0}. */
typedef struct mix_window {
    bool told;     /* a result has been asked for while rows may still come and go */
    bool untold;   /* too many rows came before: they are not kept */
    bool stale;    /* the state is not that of the rows */
    bool answered; /* the rows are those of the last result, */
    char *answer;  /* which was this text of JSON (mix_aggregate_json), NULL: another or none */
    size_t length; /* of it */
    mix_window_rows rows;
    mixture_model *before; /* the fit of the rows as they were at the last result; NULL: none */
    size_t warnings;       /* of the last one that was fitted anew, */
    uint64_t moves;        /* and how many rows have come or gone since, */
    uint64_t last_moves;   /* and since the last result */
} mix_window;

/* A group of rows: those of GROUP BY, or of a window's frame. */
typedef struct mix_group {
    const mix_function *function;
    bool over;          /* there was an error, or the result has been made */
    bool started;       /* `start` has been called */
    uint64_t row, left; /* number of the latest row, from 1; how many have gone out */
    int argc;           /* all arguments of the row that comes in or goes out */
    sqlite3_value **argv;
    mix_interrupt interrupt;
    mix_cancel cancel;   /* to ask whether to stop; also in `start`, `row` and `inverse` */
    mix_running running; /* how far it is, for those who wait */
    mix_parsed *parsed;  /* where argument 1 is a model: the model, NULL for NULL */
    char *options;       /* bytes of the first row's options; NULL: none */
    size_t options_length;
    mix_window window;
} mix_group;

/* For `value`: a text as the result, as mix_function_json() does it; a window gives it again as long as its frame
** stays as it is. MIXTURE_OK or _NOMEM. */
mixture_status mix_aggregate_json(mix_group *group, sqlite3_context *context, mix_json_writer *writer);

/* For `row`, behind a model: the `count` values there into group->parsed->x. */
mixture_status mix_aggregate_read_row(const mix_group *group, int count, mixture_error *error);

/* For `start`: keep the bytes of the options, TEXT or a BLOB that is JSON (json_argument.h). NULL, or a value
** that is NULL: there are none. MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mix_aggregate_keep_options(mix_group *group, sqlite3_value *options);

/* For `same`: the options, in argument `place`, must be those kept. An error says what `found` is, if not NULL. */
mixture_status mix_aggregate_same_options(const mix_group *group, sqlite3_value *options, int place,
                                          sqlite3_value *found, mixture_error *error);

/* Register a function that is an aggregate. Returns SQLite's code. */
int mix_aggregate_register(sqlite3 *db, mix_connection *connection, const mix_function *function);

#endif
