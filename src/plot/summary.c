/* summary.c: numbers rounded for reading, cells padded to columns. */
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "caption.h"
#include "extent.h"
#include "family.h"
#include "level.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "number.h"
#include "svg.h"
#include "text.h"

enum {
    MOST_ROWS = 20,       /* components shown */
    MOST_CELLS = 8,       /* columns shown */
    CELL_BYTES = 100,     /* of one cell */
    MOST_NAME_BYTES = 60, /* of a name in it */
    FIT_DIGITS = 8,       /* of log-likelihood and criteria */
    DIGITS = 4            /* of parameters */
};

typedef struct summary {
    const mixture_model *model;
    mix_svg text; /* a growing buffer like another */
} summary;

/* x with so many significant digits, in the fewest characters, whatever the host's locale. */
static const char *round_number(double x, int digits, char text[MIX_JSON_NUMBER_BYTES]) {
    if (x != 0 && isfinite(x)) {
        double exponent = floor(log10(fabs(x))) - (digits - 1), unit = pow(10, fabs(exponent));
        double rounded = exponent < 0 ? round(x * unit) / unit : round(x / unit) * unit;
        x = isfinite(rounded) ? rounded : x;
    }
    (void)mix_json_format_double(x, text);
    return text;
}

static void say(summary *s, const char *text) {
    mix_svg_raw(&s->text, text);
}

/* "label number" */
static void say_number(summary *s, const char *label, double x, int digits) {
    char number[MIX_JSON_NUMBER_BYTES];
    say(s, label);
    say(s, round_number(x, digits, number));
}

/* ---- What was fitted ---------------------------------------------------------------------------------------- */

static void say_kind(summary *s) {
    const mixture_model *model = s->model;
    char number[32];
    snprintf(number, sizeof number, " of %zu component%s", model->k, model->k == 1 ? "" : "s");
    say(s, model->family->name);
    say(s, " mixture");
    say(s, number);
    if (model->family->structures != NULL) {
        const char *name = mixture_structure_name(model->family, model->structure);
        const char *code = mixture_structure_code(model->family, model->structure, model->d);
        say(s, ", ");
        say(s, model->family->structures->key);
        say(s, " ");
        say(s, name);
        if (strcmp(name, code) != 0) {
            say(s, " (");
            say(s, code);
            say(s, ")");
        }
    }
    snprintf(number, sizeof number, ", %zu column%s\n", model->d, model->d == 1 ? "" : "s");
    say(s, number);
}

static void say_fit(summary *s) {
    const mixture_model *model = s->model;
    char text[80];
    say_number(s, "n ", model->n, FIT_DIGITS);
    if (model->skipped > 0) {
        snprintf(text, sizeof text, " (%zu row%s skipped)", model->skipped, model->skipped == 1 ? "" : "s");
        say(s, text);
    }
    say_number(s, ", log-likelihood ", model->loglik, FIT_DIGITS);
    if (!model->stepped && model->parameters > 0) {
        say_number(s, ", BIC ", model->bic, FIT_DIGITS);
        snprintf(text, sizeof text, " with %zu parameters; %sconverged, %ld iteration%s", model->parameters,
                 model->converged ? "" : "not ", model->iterations, model->iterations == 1 ? "" : "s");
        say(s, text);
    }
    say(s, "\n");
}

/* Of a selection that compared its candidates on a sample. */
static void say_sample(summary *s) {
    const mixture_model *model = s->model;
    size_t finished = 0;
    char text[200];
    for (size_t i = 0; i < model->candidate_count; i++) {
        finished += model->candidates[i].fitted && model->candidates[i].rows == 0;
    }
    snprintf(text, sizeof text,
             "chosen among %zu candidates, compared on samples of %zu rows and more; fitted to all rows: %zu\n",
             model->candidate_count, model->sample, finished);
    say(s, text);
}

/* ---- The components ----------------------------------------------------------------------------------------- */

/* The likeliest level of a component and its share. */
static void write_level(const mixture_model *model, size_t c, size_t column, char cell[CELL_BYTES]) {
    const mix_level *levels = mix_family_levels(model->family, column);
    char share[MIX_LABEL_BYTES], name[MOST_NAME_BYTES + 1];
    double probability;
    size_t best = mix_mixed_likeliest(model, column, NULL, c, &probability);
    const mix_level own = levels != NULL ? levels[best] : mix_level_of((double)best);
    snprintf(cell, CELL_BYTES, "%s %s", mix_text_level(&own, name, sizeof name),
             mix_caption_percent(probability, share));
}

/* Mean and deviation where components have them, the likeliest level; else the component's parameters of the
** column. */
static void write_cell(const mixture_model *model, size_t c, size_t column, char cell[CELL_BYTES]) {
    char first[MIX_JSON_NUMBER_BYTES], second[MIX_JSON_NUMBER_BYTES];
    const mix_column_view at = mix_mixed_column(model, column);
    const mixture_family *family = at.model.family;
    size_t d = at.model.d, used = 0;
    cell[0] = '\0';
    if (model->family->parts != NULL && mix_family_level_count(model->family, column) > 0) {
        write_level(model, c, column, cell);
        return;
    }
    if (family->geometry != NULL) {
        snprintf(cell, CELL_BYTES, "%s ± %s",
                 round_number(mix_extent_mean(&at.model, c, at.column), DIGITS, first),
                 round_number(mix_extent_deviation(&at.model, c, at.column), DIGITS - 1, second));
        return;
    }
    for (size_t a = 0; a < family->array_count && used < CELL_BYTES; a++) {
        if (family->arrays[a].rank == MIX_VECTOR) {
            double x = at.model.arrays[a][c * d + at.column];
            used += (size_t)snprintf(cell + used, CELL_BYTES - used, "%s%s", used > 0 ? ", " : "",
                                     round_number(x, DIGITS, first));
        }
    }
}

/* Bytes of a name that fit, whole characters of UTF-8. */
static int cut_name(const char *name, size_t most) {
    size_t length = strnlen(name, most);
    while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80) {
        length--;
    }
    return (int)length;
}

/* Text of a place in the table: row 0 is the head, column 0 the component, column 1 its share. */
static void write_place(const mixture_model *model, size_t row, size_t column, char cell[CELL_BYTES]) {
    char share[MIX_LABEL_BYTES], buffer[32];
    if (row == 0) {
        const char *name = column == 0 ? "component"
                           : column == 1
                               ? "share"
                               : mix_caption_column(model, mix_family_place(model->family, column - 2), buffer);
        snprintf(cell, CELL_BYTES, "%.*s", cut_name(name, MOST_NAME_BYTES), name);
    } else if (column == 0 && model->names != NULL) {
        const char *name = model->names[row - 1];
        snprintf(cell, CELL_BYTES, "%zu %.*s", row, cut_name(name, MOST_NAME_BYTES), name);
    } else if (column == 0) {
        snprintf(cell, CELL_BYTES, "%zu", row);
    } else if (column == 1) {
        snprintf(cell, CELL_BYTES, "%s", mix_caption_percent(model->weights[row - 1], share));
    } else {
        write_cell(model, row - 1, mix_family_place(model->family, column - 2), cell);
    }
}

/* Characters of well-formed UTF-8. */
static size_t count_characters(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

static void say_table(summary *s) {
    const mixture_model *model = s->model;
    size_t rows = 1 + (model->k < MOST_ROWS ? model->k : MOST_ROWS);
    size_t columns = 2 + (model->d < MOST_CELLS ? model->d : MOST_CELLS), widths[2 + MOST_CELLS] = {0};
    char cell[CELL_BYTES];
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            write_place(model, row, column, cell);
            size_t width = count_characters(cell);
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            write_place(model, row, column, cell);
            say(s, cell);
            for (size_t i = count_characters(cell); column + 1 < columns && i < widths[column] + 2; i++) {
                say(s, " ");
            }
        }
        say(s, "\n");
    }
    if (model->noisy) {
        char share[MIX_LABEL_BYTES];
        say(s, "noise");
        for (size_t i = strlen("noise"); i < widths[0] + 2; i++) {
            say(s, " ");
        }
        say(s, mix_caption_percent(model->noise, share));
        say(s, "\n");
    }
    if (model->k > MOST_ROWS || model->d > MOST_CELLS) {
        snprintf(cell, sizeof cell, "(%zu of %zu components, %zu of %zu columns)\n", rows - 1, model->k,
                 columns - 2, model->d);
        say(s, cell);
    }
}

char *mix_summary_write(const mixture_model *model, size_t *length) {
    summary s = {.model = model};
    for (size_t i = 0; i < model->warning_count; i++) {
        say(&s, "warning: ");
        say(&s, model->warnings[i]);
        say(&s, "\n");
    }
    say_kind(&s);
    if (model->fitted) {
        say_fit(&s);
    } else if (model->n > 0) { /* all that an update leaves */
        say_number(&s, "n ", model->n, FIT_DIGITS);
        say(&s, "\n");
    }
    if (model->sample > 0) {
        say_sample(&s);
    }
    say_table(&s);
    return mix_svg_finish(&s.text, length);
}
