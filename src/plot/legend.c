/* legend.c: keys in a grid. */
#include "legend.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define KEY_HEIGHT 16.0
#define KEY_MARK 30.0   /* width of what stands before the label */
#define VALUE_GAP 7.0   /* between label and value */
#define COLUMN_GAP 12.0 /* between columns */

/* Keys at places of rows and columns. */
typedef struct grid {
    double left, top; /* baseline of the first row */
    size_t rows, columns;
    double labels, values; /* the widest of each */
    bool numbered;         /* labels are numbers, which end at the same place */
} grid;

static double width_of(const char *text) {
    return mix_text_width(text, strlen(text), MIX_FONT_LABEL);
}

static double column_width(const grid *g) {
    return KEY_MARK + g->labels + (g->values > 0 ? VALUE_GAP + g->values : 0) + COLUMN_GAP;
}

/* headings: stand among the keys, where they have no mark before them. */
static grid measure_keys(const mix_key *keys, size_t count, bool headings) {
    grid g = {.numbered = true};
    for (size_t i = 0; i < count; i++) {
        double label = width_of(keys[i].label);
        g.labels = fmax(g.labels, !keys[i].heading ? label : headings ? label - KEY_MARK : 0);
        g.values = fmax(g.values, width_of(keys[i].value));
        g.numbered = g.numbered && (keys[i].heading || strspn(keys[i].label, "0123456789.") > 0);
    }
    return g;
}

static void draw_mark(mix_page *page, const mix_key *key, double x, double middle) {
    mix_svg *svg = &page->svg;
    if (key->dashes != NULL) {
        MIX_SVG(svg, "<path d=\"M@ @h@\" fill=\"none\" stroke-width=\"1.6\" stroke=\"", x, middle, KEY_MARK - 6);
        mix_svg_raw(svg, key->color);
        mix_svg_raw(svg, "\"");
        mix_svg_raw(svg, key->dashes);
        mix_svg_raw(svg, "/>");
    }
    if (key->swatch) {
        MIX_SVG(svg, "<rect x=\"@\" y=\"@\" width=\"12\" height=\"11\" fill=\"", x + KEY_MARK / 2 - 9,
                middle - 5.5);
        mix_svg_raw(svg, key->color);
        mix_svg_raw(svg, "\"/>");
    } else if (key->hollow) {
        MIX_SVG(svg, "<circle cx=\"@\" cy=\"@\" r=\"@\" class=\"m-bg\" stroke=\"", x + KEY_MARK / 2 - 3, middle,
                key->radius);
        mix_svg_raw(svg, key->color);
        mix_svg_raw(svg, "\" stroke-width=\"1.5\"/>");
    } else if (key->shape >= 0) {
        mix_marks_begin(svg, key->color, key->shape, key->radius, 1);
        mix_marks_at(svg, key->shape, key->radius, x + KEY_MARK / 2 - 3, middle);
        mix_marks_end(svg);
    }
}

static void draw_heading(mix_page *page, double x, double y, const char *text) {
    mix_page_text(page, x, y, MIX_FONT_LABEL, "start", "m-dim", text);
}

static void draw_key(mix_page *page, const grid *g, const mix_key *key, size_t row, size_t column) {
    double x = g->left + (double)column * column_width(g), y = g->top + (double)row * KEY_HEIGHT;
    if (key->heading) {
        draw_heading(page, x, y, key->label);
        return;
    }
    draw_mark(page, key, x, y - 0.35 * MIX_FONT_LABEL);
    mix_page_text(page, x + KEY_MARK + (g->numbered ? g->labels : 0), y, MIX_FONT_LABEL,
                  g->numbered ? "end" : "start", "m-ink", key->label);
    if (*key->value != '\0') {
        mix_page_text(page, x + KEY_MARK + g->labels + VALUE_GAP + g->values, y, MIX_FONT_LABEL, "end", "m-ink",
                      key->value);
    }
}

/* Says for how many keys there is no place. */
static mix_key more_keys(size_t count) {
    mix_key more = {.heading = true};
    snprintf(more.label, sizeof more.label, "and %zu more", count);
    return more;
}

/* At the right, down the columns, in at most two fifths of the page. */
static void draw_beside(mix_page *page, grid *g, const char *title, const mix_key *keys, size_t count) {
    double height = page->area.bottom - page->area.top - KEY_HEIGHT;
    g->rows = (size_t)fmax(1, floor(height / KEY_HEIGHT));
    g->columns = (size_t)fmax(1, floor(0.4 * page->width / column_width(g)));
    size_t places = g->rows * g->columns, shown = count <= places ? count : places - 1;
    size_t used = count <= places ? (count + g->rows - 1) / g->rows : g->columns;
    double width = fmax((double)used * column_width(g) - COLUMN_GAP, width_of(title));
    g->left = page->area.right - width;
    g->top = page->area.top + 9;
    if (*title != '\0') {
        draw_heading(page, g->left, g->top, title);
        g->top += KEY_HEIGHT + 2;
    }
    for (size_t i = 0; i < shown; i++) {
        draw_key(page, g, &keys[i], i % g->rows, i / g->rows);
    }
    if (shown < count) {
        const mix_key more = more_keys(count - shown);
        draw_key(page, g, &more, shown % g->rows, shown / g->rows);
    }
    page->area.right = g->left - 14;
}

/* Place of key i along rows: the title and headings stand before them, and a heading begins a row of its own. */
static void place_along(const grid *g, const mix_key *keys, size_t i, size_t *row, size_t *column) {
    *row = *column = 0;
    for (size_t before = 0; before <= i; before++) {
        if (*column == g->columns || (keys[before].heading && *column > 0)) {
            *column = 0;
            ++*row;
        }
        *column += before < i && !keys[before].heading;
    }
}

/* Along the bottom, in at most a quarter of the page. */
static void draw_below(mix_page *page, grid *g, const char *title, const mix_key *keys, size_t count) {
    double before = width_of(title);
    for (size_t i = 0; i < count; i++) {
        before = fmax(before, keys[i].heading ? width_of(keys[i].label) : 0);
    }
    g->left = page->area.left + (before > 0 ? before + 6 : 0);
    size_t most = (size_t)fmax(1, floor(0.25 * page->height / KEY_HEIGHT)), row, column, shown = 0;
    g->columns = (size_t)fmax(1, floor((page->area.right - g->left + COLUMN_GAP) / column_width(g)));
    place_along(g, keys, count - 1, &row, &column);
    g->rows = row + 1 < most ? row + 1 : most;
    bool all = row + 1 <= most;
    g->top = page->area.bottom - (double)(g->rows - 1) * KEY_HEIGHT - 4;
    draw_heading(page, page->area.left, g->top, title);
    for (; shown < count; shown++) {
        place_along(g, keys, shown, &row, &column);
        if (!all && row + 1 == g->rows && column + 1 == g->columns) {
            break;
        }
        if (keys[shown].heading) {
            draw_heading(page, page->area.left, g->top + (double)row * KEY_HEIGHT, keys[shown].label);
        } else {
            draw_key(page, g, &keys[shown], row, column);
        }
    }
    if (shown < count) {
        const mix_key more = more_keys(count - shown);
        draw_key(page, g, &more, row, column);
    }
    page->area.bottom -= (double)g->rows * KEY_HEIGHT + 4;
}

void mix_legend_draw(mix_page *page, const char *title, const mix_key *keys, size_t count) {
    bool narrow = page->width < MIX_LEGEND_NARROW;
    grid g = measure_keys(keys, count, !narrow);
    if (count > 0 && narrow) {
        draw_below(page, &g, title, keys, count);
    } else if (count > 0) {
        draw_beside(page, &g, title, keys, count);
    }
}
