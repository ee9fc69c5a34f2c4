/* subjects.h: what is asked of a world: each subject fails the trial when an answer is not as documented. */
#ifndef SUBJECTS_H
#define SUBJECTS_H

#include "grammar.h"

void subject_calls(trial *t);    /* any call, valid or nearly so: an answer of its kind, or one line of error */
void subject_places(trial *t);   /* the same call gives the same bits wherever it stands in a statement */
void subject_scores(trial *t);   /* what functions and tables say of a row agrees */
void subject_fits(trial *t);     /* a fit is what its numbers say, the same on any threads, in any units */
void subject_verbs(trial *t);    /* expect, merge, maximize */
void subject_planes(trial *t);   /* grids, contours and outlines */
void subject_journals(trial *t); /* savepoints, triggers, generated columns, readers beside writers */

#endif
