/* grammar.h: what each function and table of the extension takes and gives, one line each. */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include "world.h"

typedef enum use { SCALAR, AGGREGATE, TABLE } use;

typedef struct callable {
    const char *name;
    use use;
    /* A letter for each argument: m a model, x the values of a row, one argument a column or packed, c a
    ** component, k how many at most, o a model of one column, z a value of it, q a probability, J columns, s
    ** statistics, N names, t a text with a number, n how many rows or points, l levels, p a probability; behind it
    ** may stand, or not: f options of a fit, v with families, a of a selection, r of a refit, b of a bootstrap, e
    ** of a test, d of a picture of rows, w of one without rows. */
    const char *arguments;
    /* A letter for each column of the result: c a component, u in [0, 1], + a finite number >= 0, D a density: >=
    ** 0, L its logarithm: not +Inf, f a finite number, i an integer >= 0, J JSON, M a model, S a picture, B a
    ** BLOB, T a text, V any value; before a '?': or NULL. */
    const char *result;
    const char *families; /* only models of these have it; NULL: of all */
} callable;

extern const callable grammar[];
extern const size_t grammar_size;

/* Fails unless the connection's functions and tables are those of the grammar. */
void grammar_is_complete(trial *t);

/* Arguments of a call, for a FROM clause with t and model; sound: such as the function takes. packed: the row is
** one argument. */
const char *grammar_arguments(trial *t, const callable *called, bool sound, bool packed);

/* Fails unless the answer is of the kind that the grammar says. may_be_null: it was asked for what may not be
** there. */
void grammar_check(trial *t, const callable *called, const answer *got, bool may_be_null);

/* A query of the call alone, over t where that makes a difference. */
const char *grammar_query(trial *t, const callable *called, const char *arguments);

#endif
