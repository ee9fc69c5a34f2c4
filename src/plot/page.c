/* page.c: layout. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define MARGIN 12.0
#define CAPTION 10.5

enum { NAME_BYTES = 240 }; /* of a name as it is drawn */

/* ---- Page ---------------------------------------------------------------------------------------------- */

/* Neutral colors are classes, so that they follow the reader's scheme; those of components are attributes and good
** for both. The same in every picture: several may stand on one page. */
static const char style[] =
    "<style>.m-bg{fill:#fff}.m-ink{fill:#222}.m-dim{fill:#5f5f5f}.m-grid{stroke:#e7e7e7}.m-axis{stroke:#8a8a8a}"
    ".m-line{stroke:#333}.m-halo{stroke:#fff}.m-bar{fill:#dcdcdc}.m-fill{fill:#0072b2}"
    "@media (prefers-color-scheme:dark){.m-bg{fill:#181a1b}.m-ink{fill:#eee}.m-dim{fill:#b4b4b4}"
    ".m-grid{stroke:#333}.m-axis{stroke:#888}.m-line{stroke:#ddd}.m-halo{stroke:#181a1b}.m-bar{fill:#444}"
    ".m-fill{fill:#56b4e9}}</style>\n";

/* Lines of a text, at most `most`, the first at y; returns how many. */
static int draw_lines(mix_page *page, const char *text, double y, double size, double leading, int most,
                      const char *class, bool draw) {
    double width = page->options->width - 2 * MARGIN;
    int lines = 0;
    while (*text != '\0' && lines < most) {
        size_t next, length = mix_text_line(text, size, width, &next);
        if (draw) {
            char buffer[NAME_BYTES];
            bool last = lines + 1 == most && text[next] != '\0';
            if (last || length >= sizeof buffer) { /* the rest does not fit */
                mix_text_cut(text, size, width, buffer, sizeof buffer);
            } else {
                memcpy(buffer, text, length);
                buffer[length] = '\0';
            }
            mix_page_text(page, MARGIN, y + lines * leading, size, "start", class, buffer);
        }
        text += next;
        lines++;
    }
    return lines;
}

void mix_page_begin(mix_page *page, const mix_plot_options *options) {
    *page = (mix_page){.options = options,
                       .area = {MARGIN, MARGIN, options->width - MARGIN, options->height - MARGIN}};
    double width = options->width, height = options->height;
    MIX_SVG(&page->svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"@\" height=\"@\" viewBox=\"0 0 @ @\" "
            "font-family=\"sans-serif\" role=\"img\">\n",
            width, height, width, height);
    if (options->title != NULL) {
        mix_svg_raw(&page->svg, "<title>");
        mix_svg_text(&page->svg, options->title, strlen(options->title));
        mix_svg_raw(&page->svg, "</title>\n");
    }
    mix_svg_raw(&page->svg, style);
    MIX_SVG(&page->svg, "<rect class=\"m-bg\" width=\"@\" height=\"@\"/>\n", width, height);
    if (options->title != NULL) {
        double leading = 1.25 * MIX_FONT_TITLE;
        int lines = draw_lines(page, options->title, MARGIN + MIX_FONT_TITLE, MIX_FONT_TITLE, leading,
                               (int)(height / 120), "m-ink", true);
        page->area.top += lines * leading + 6;
    }
}

void mix_page_caption(mix_page *page, const char *text) {
    double leading = 1.35 * CAPTION;
    int most = (int)(page->options->height / 80);
    int lines = draw_lines(page, text, 0, CAPTION, leading, most, "m-dim", false);
    page->area.bottom -= lines * leading;
    (void)draw_lines(page, text, page->area.bottom + CAPTION, CAPTION, leading, most, "m-dim", true);
    page->area.bottom -= 6;
}

char *mix_page_end(mix_page *page, size_t *length) {
    mix_svg_raw(&page->svg, "</svg>\n");
    return mix_svg_finish(&page->svg, length);
}

void mix_page_text(mix_page *page, double x, double y, double size, const char *anchor, const char *class,
                   const char *text) {
    MIX_SVG(&page->svg, "<text x=\"@\" y=\"@\" font-size=\"@\" text-anchor=\"", x, y, size);
    mix_svg_raw(&page->svg, anchor);
    mix_svg_raw(&page->svg, "\" class=\"");
    mix_svg_raw(&page->svg, class);
    mix_svg_raw(&page->svg, "\">");
    mix_svg_text(&page->svg, text, strlen(text));
    mix_svg_raw(&page->svg, "</text>\n");
}

/* ---- Legend -------------------------------------------------------------------------------------------- */

#define KEY_HEIGHT 16.0
#define KEY_MARK 30.0 /* width of what stands before the label */

static void draw_key(mix_page *page, const mix_key *key, double x, double y) {
    mix_svg *svg = &page->svg;
    double middle = y - 0.35 * MIX_FONT_LABEL;
    if (key->dashes != NULL) {
        MIX_SVG(svg, "<path d=\"M@ @h@\" fill=\"none\" stroke-width=\"1.6\" stroke=\"", x, middle, KEY_MARK - 6);
        mix_svg_raw(svg, key->color);
        mix_svg_raw(svg, "\"");
        mix_svg_raw(svg, key->dashes);
        mix_svg_raw(svg, "/>");
    }
    if (key->shape >= 0) {
        mix_marks_begin(svg, key->color, key->shape, key->radius, 1);
        mix_marks_at(svg, key->shape, key->radius, x + KEY_MARK / 2 - 3, middle);
        mix_marks_end(svg);
    } else if (key->hollow) {
        MIX_SVG(svg, "<circle cx=\"@\" cy=\"@\" r=\"@\" class=\"m-bg\" stroke=\"", x + KEY_MARK / 2 - 3, middle,
                key->radius);
        mix_svg_raw(svg, key->color);
        mix_svg_raw(svg, "\" stroke-width=\"1.5\"/>");
    }
    mix_page_text(page, x + KEY_MARK, y, MIX_FONT_LABEL, "start", "m-ink", key->label);
}

void mix_page_legend(mix_page *page, const char *title, const mix_key *keys, size_t count) {
    double widest = 0, height = page->area.bottom - page->area.top - KEY_HEIGHT;
    for (size_t i = 0; i < count; i++) {
        widest = fmax(widest, mix_text_width(keys[i].label, strlen(keys[i].label), MIX_FONT_LABEL));
    }
    /* At most two fifths of the page; the last place says how many there was no room for. */
    double column = KEY_MARK + widest + 6;
    size_t rows = (size_t)fmax(1, floor(height / KEY_HEIGHT));
    size_t columns = (size_t)fmax(1, floor(0.4 * page->options->width / column));
    size_t shown = count <= rows * columns ? count : rows * columns - 1;
    size_t used = shown < count ? columns : (shown + rows - 1) / rows;
    double title_width = mix_text_width(title, strlen(title), MIX_FONT_LABEL);
    double left = page->area.right - fmax((double)used * column, title_width), top = page->area.top + 9;
    mix_page_text(page, left, top, MIX_FONT_LABEL, "start", "m-dim", title);
    for (size_t i = 0; i < shown; i++) {
        draw_key(page, &keys[i], left + (double)(i / rows) * column,
                 top + (double)(i % rows + 1) * KEY_HEIGHT + 2);
    }
    if (shown < count) {
        char more[40];
        snprintf(more, sizeof more, "and %zu more", count - shown);
        mix_page_text(page, left + (double)(shown / rows) * column,
                      top + (double)(shown % rows + 1) * KEY_HEIGHT + 2, MIX_FONT_LABEL, "start", "m-dim", more);
    }
    page->area.right = left - 14;
}

/* ---- Panels -------------------------------------------------------------------------------------------- */

#define TICK 4.0        /* length */
#define TICK_GAP 7.0    /* from the frame to a label */
#define X_LABELS 18.0   /* height of the labels of the x axis */
#define NAME_SPACE 18.0 /* of a name of an axis */

double mix_ticks_width(const mix_ticks *ticks) {
    double width = 0;
    for (int i = 0; i < ticks->count; i++) {
        width = fmax(width, mix_text_width(ticks->label[i], strlen(ticks->label[i]), MIX_FONT_LABEL));
    }
    return width;
}

mix_ticks mix_panel_ticks_x(const mix_area *area, mix_range range, bool whole) {
    double length = area->right - area->left;
    int most = (int)fmin(fmax(length / 50, 3), MIX_TICKS);
    mix_ticks ticks = mix_ticks_find(range, most, whole);
    while (most > 2 && ticks.count > 1 &&
           mix_ticks_width(&ticks) + 10 > length * (ticks.t[ticks.count - 1] - ticks.t[0]) / (ticks.count - 1)) {
        ticks = mix_ticks_find(range, --most, whole);
    }
    return ticks;
}

mix_ticks mix_panel_ticks_y(const mix_area *area, mix_range range, bool whole) {
    return mix_ticks_find(range, (int)fmin(fmax((area->bottom - area->top) / 42, 3), MIX_TICKS), whole);
}

mix_panel mix_panel_make(mix_area area, mix_range x, mix_range y) {
    return (mix_panel){area, {x, area.left, area.right}, {y, area.bottom, area.top}};
}

void mix_panel_grid(mix_page *page, const mix_area *area, const mix_ticks *x, const mix_ticks *y) {
    double width = area->right - area->left, height = area->bottom - area->top;
    if (x->count + y->count > 0) {
        mix_svg_raw(&page->svg, "<path class=\"m-grid\" fill=\"none\" d=\"");
        for (int i = 0; i < x->count; i++) {
            MIX_SVG(&page->svg, "M@ @v@", area->left + x->t[i] * width, area->top, height);
        }
        for (int i = 0; i < y->count; i++) {
            MIX_SVG(&page->svg, "M@ @h@", area->left, area->bottom - y->t[i] * height, width);
        }
        mix_svg_raw(&page->svg, "\"/>\n");
    }
    MIX_SVG(&page->svg, "<rect class=\"m-axis\" fill=\"none\" x=\"@\" y=\"@\" width=\"@\" height=\"@\"/>\n",
            area->left, area->top, width, height);
}

/* The name of an axis with what its labels count from. */
static void axis_name(const char *name, const mix_ticks *ticks, double length, char text[NAME_BYTES]) {
    double offset = mix_text_width(ticks->offset, strlen(ticks->offset), MIX_FONT_NAME) + 6;
    mix_text_cut(name, MIX_FONT_NAME, length - (ticks->offset[0] != '\0' ? offset : 0), text,
                 NAME_BYTES - MIX_TICK_BYTES - 1);
    if (ticks->offset[0] != '\0') {
        strcat(strcat(text, " "), ticks->offset);
    }
}

void mix_panel_labels_x(mix_page *page, const mix_area *area, const mix_ticks *ticks, const char *name) {
    double width = area->right - area->left;
    mix_svg_raw(&page->svg, "<path class=\"m-axis\" d=\"");
    for (int i = 0; i < ticks->count; i++) {
        MIX_SVG(&page->svg, "M@ @v@", area->left + ticks->t[i] * width, area->bottom, TICK);
    }
    mix_svg_raw(&page->svg, "\"/>\n");
    for (int i = 0; i < ticks->count; i++) {
        mix_page_text(page, area->left + ticks->t[i] * width, area->bottom + TICK_GAP + 0.8 * MIX_FONT_LABEL,
                      MIX_FONT_LABEL, "middle", "m-ink", ticks->label[i]);
    }
    if (name != NULL) {
        char text[NAME_BYTES];
        axis_name(name, ticks, width, text);
        mix_page_text(page, area->left + width / 2, area->bottom + X_LABELS + MIX_FONT_NAME + 2, MIX_FONT_NAME,
                      "middle", "m-ink", text);
    }
}

void mix_panel_labels_y(mix_page *page, const mix_area *area, const mix_ticks *ticks, double width,
                        const char *name) {
    double height = area->bottom - area->top;
    mix_svg_raw(&page->svg, "<path class=\"m-axis\" d=\"");
    for (int i = 0; i < ticks->count; i++) {
        MIX_SVG(&page->svg, "M@ @h@", area->left, area->bottom - ticks->t[i] * height, -TICK);
    }
    mix_svg_raw(&page->svg, "\"/>\n");
    for (int i = 0; i < ticks->count; i++) {
        mix_page_text(page, area->left - TICK_GAP, area->bottom - ticks->t[i] * height + 0.36 * MIX_FONT_LABEL,
                      MIX_FONT_LABEL, "end", "m-ink", ticks->label[i]);
    }
    if (name != NULL) {
        char text[NAME_BYTES];
        axis_name(name, ticks, height, text);
        MIX_SVG(&page->svg, "<g transform=\"translate(@ @) rotate(-90)\">", area->left - TICK_GAP - width - 8,
                area->top + height / 2);
        mix_page_text(page, 0, 0, MIX_FONT_NAME, "middle", "m-ink", text);
        mix_svg_raw(&page->svg, "</g>\n");
    }
}

mix_panel mix_page_panel(mix_page *page, mix_area outer, const mix_axis *x, const mix_axis *y) {
    mix_area area = outer;
    area.top += 6; /* half a label at the upper end of the y axis */
    area.bottom -= X_LABELS + (x->name != NULL ? NAME_SPACE : 0);
    mix_ticks y_ticks = mix_panel_ticks_y(&area, y->range, y->whole);
    double width = mix_ticks_width(&y_ticks);
    area.left += TICK_GAP + width + (y->name != NULL ? NAME_SPACE + 2 : 0);
    mix_ticks x_ticks = mix_panel_ticks_x(&area, x->range, x->whole);
    if (x_ticks.count > 0) { /* half of the last label may reach beyond the axis */
        double beyond = (1 - x_ticks.t[x_ticks.count - 1]) * (area.right - area.left);
        area.right -= fmax(mix_ticks_width(&x_ticks) / 2 - beyond, 0);
        x_ticks = mix_panel_ticks_x(&area, x->range, x->whole);
    }
    mix_panel_grid(page, &area, &x_ticks, &y_ticks);
    mix_panel_labels_x(page, &area, &x_ticks, x->name);
    mix_panel_labels_y(page, &area, &y_ticks, width, y->name);
    return mix_panel_make(area, x->range, y->range);
}

void mix_panel_open(mix_page *page, const mix_area *area) {
    double width = area->right - area->left, height = area->bottom - area->top;
    MIX_SVG(&page->svg, "<svg x=\"@\" y=\"@\" width=\"@\" height=\"@\" viewBox=\"@ @ @ @\">\n", area->left,
            area->top, width, height, area->left, area->top, width, height);
}

void mix_panel_close(mix_page *page) {
    mix_svg_raw(&page->svg, "</svg>\n");
}
