/* page.c: layout. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "level.h"
#include "text.h"

#define MARGIN 12.0
#define CAPTION 10.5
#define LEVEL_WIDTH 80.0 /* of the names of levels on the left */

enum { NAME_BYTES = 240 }; /* of a name as it is drawn */

/* ---- Page ---------------------------------------------------------------------------------------------- */

/* Neutral colors are classes, so that they follow the reader's scheme; those of components are attributes and good
** for both. */
static const struct neutral {
    const char *name, *property, *light, *dark;
} neutrals[] = {
    {"bg", "fill", "#fff", "#181a1b"},      {"ink", "fill", "#222", "#eee"},
    {"dim", "fill", "#5f5f5f", "#b4b4b4"},  {"grid", "stroke", "#e7e7e7", "#333"},
    {"axis", "stroke", "#8a8a8a", "#888"},  {"line", "stroke", "#333", "#ddd"},
    {"halo", "stroke", "#fff", "#181a1b"},  {"bar", "fill", "#dcdcdc", "#444"},
    {"fill", "fill", "#0072b2", "#56b4e9"},
};

static void write_rules(mix_svg *svg, const char *within, bool dark) {
    for (size_t i = 0; i < sizeof neutrals / sizeof *neutrals; i++) {
        const struct neutral *n = &neutrals[i];
        const char *const parts[] = {within, ".m-", n->name, "{", n->property, ":", dark ? n->dark : n->light,
                                     "}"};
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            mix_svg_raw(svg, parts[p]);
        }
    }
}

/* Several pictures may stand on one page, where each one's rules hold for all: those of the same theme are the
** same, and a theme that was asked for goes before the reader's. */
static void write_style(mix_svg *svg, mix_theme theme) {
    mix_svg_raw(svg, "<style>");
    if (theme == MIX_THEME_AUTO) {
        write_rules(svg, "", false);
        mix_svg_raw(svg, "@media (prefers-color-scheme:dark){");
        write_rules(svg, "", true);
        mix_svg_raw(svg, "}");
    } else {
        write_rules(svg, theme == MIX_THEME_DARK ? ".m-dark " : ".m-light ", theme == MIX_THEME_DARK);
    }
    mix_svg_raw(svg, "</style>\n");
}

/* Lines of a text, at most `most`, the first at y; returns how many. */
static int draw_lines(mix_page *page, const char *text, double y, double size, double leading, int most,
                      const char *class, bool draw) {
    double width = page->width - 2 * MARGIN;
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
    static const char *const classes[] = {
        [MIX_THEME_AUTO] = "", [MIX_THEME_LIGHT] = " class=\"m-light\"", [MIX_THEME_DARK] = " class=\"m-dark\""};
    double width = options->width / options->growth, height = options->height / options->growth;
    *page = (mix_page){.options = options,
                       .width = width,
                       .height = height,
                       .area = {MARGIN, MARGIN, width - MARGIN, height - MARGIN}};
    MIX_SVG(&page->svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"@\" height=\"@\" viewBox=\"0 0 @ @\"",
            options->width, options->height, width, height);
    mix_svg_raw(&page->svg, classes[options->theme]);
    mix_svg_raw(&page->svg, " font-family=\"sans-serif\" role=\"img\">\n");
    if (options->title != NULL) {
        mix_svg_raw(&page->svg, "<title>");
        mix_svg_text(&page->svg, options->title, strlen(options->title));
        mix_svg_raw(&page->svg, "</title>\n");
    }
    write_style(&page->svg, options->theme);
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
    int most = (int)(0.35 * page->height / leading); /* a caption that is longer is cut */
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

/* ---- Panels -------------------------------------------------------------------------------------------- */

#define TICK 4.0        /* length */
#define TICK_GAP 7.0    /* from the frame to a label */
#define X_LABELS 18.0   /* height of the labels of the x axis */
#define NAME_SPACE 18.0 /* of a name of an axis */
#define LINE 13.0       /* from one line of labels to the next */

double mix_ticks_width(const mix_ticks *ticks) {
    double width = 0;
    for (int i = 0; i < ticks->count; i++) {
        width = fmax(width, mix_text_width(ticks->label[i], strlen(ticks->label[i]), MIX_FONT_LABEL));
    }
    return width;
}

/* The least distance between two ticks, as a share of the axis. */
static double least_gap(const mix_ticks *ticks) {
    double gap = 1;
    for (int i = 1; i < ticks->count; i++) {
        gap = fmin(gap, ticks->t[i] - ticks->t[i - 1]);
    }
    return gap;
}

/* Ticks at levels, by their names. */
static mix_ticks level_ticks(const mix_axis *axis, int most) {
    const mix_ticks at = mix_ticks_find(axis->range, most, true);
    mix_ticks ticks = {0};
    for (int i = 0; i < at.count; i++) {
        double level = round(mix_range_at(axis->range, at.t[i]));
        if (level >= 0 && level < (double)axis->level_count) {
            ticks.t[ticks.count] = at.t[i];
            (void)mix_text_level(&axis->levels[(size_t)level], ticks.label[ticks.count++], MIX_TICK_BYTES);
        }
    }
    return ticks;
}

/* The same, cut to a width. */
static mix_ticks level_ticks_within(const mix_axis *axis, int most, double share, double width) {
    mix_ticks ticks = level_ticks(axis, most);
    width = fmax(width, share * least_gap(&ticks) - 6);
    for (int i = 0; i < ticks.count; i++) {
        char label[MIX_TICK_BYTES];
        mix_text_cut(ticks.label[i], MIX_FONT_LABEL, width, label, sizeof label);
        strcpy(ticks.label[i], label);
    }
    return ticks;
}

mix_ticks mix_axis_ticks(const mix_axis *axis, int most) {
    return axis->levels != NULL ? level_ticks(axis, most)
           : axis->log          ? mix_ticks_log(axis->range, most)
                                : mix_ticks_find(axis->range, most, axis->whole);
}

/* At most so many, but two at least, if such round numbers can be found. */
static mix_ticks two_or_more(const mix_axis *axis, int most) {
    mix_ticks ticks = mix_axis_ticks(axis, most);
    while (ticks.count < 2 && most < MIX_TICKS) {
        ticks = mix_axis_ticks(axis, ++most);
    }
    return ticks;
}

mix_ticks mix_panel_ticks_x(const mix_area *area, const mix_axis *axis) {
    double length = area->right - area->left;
    int most = (int)fmin(fmax(length / 50, 3), MIX_TICKS);
    if (axis->levels != NULL) {
        return level_ticks_within(axis, (int)fmin(fmax(length / 24, 2), MIX_TICKS), length, 0);
    }
    mix_ticks ticks = two_or_more(axis, most);
    while (most > 2 && ticks.count > 2 && mix_ticks_width(&ticks) + 10 > length * least_gap(&ticks)) {
        ticks = two_or_more(axis, --most);
    }
    return ticks;
}

mix_ticks mix_panel_ticks_y(const mix_area *area, const mix_axis *axis) {
    double height = area->bottom - area->top;
    if (axis->levels != NULL) {
        return level_ticks_within(axis, (int)fmin(fmax(height / 15, 2), MIX_TICKS), 0, LEVEL_WIDTH);
    }
    return two_or_more(axis, (int)fmin(fmax(height / 42, 3), MIX_TICKS));
}

mix_panel mix_panel_make(mix_area area, const mix_axis *x, const mix_axis *y) {
    return (mix_panel){area, {x->range, area.left, area.right, x->log}, {y->range, area.bottom, area.top, y->log}};
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

/* Five zeros and more at the end as a power of ten: 1000000000 as 1e9. */
static void shorten_zeros(char text[MIX_TICK_BYTES]) {
    size_t length = strlen(text), zeros = 0;
    while (zeros < length && text[length - 1 - zeros] == '0') {
        zeros++;
    }
    if (zeros >= 5 && strchr(text, '.') == NULL && strchr(text, 'e') == NULL) {
        snprintf(text + length - zeros, 5, "e%zu", zeros < 99 ? zeros : 99);
    }
}

/* The name of an axis with what its labels count from, which is kept as long as there is any room. */
static void axis_name(const char *name, const mix_ticks *ticks, double length, char text[NAME_BYTES]) {
    char offset[MIX_TICK_BYTES];
    strcpy(offset, ticks->offset);
    double whole = mix_text_width(name, strlen(name), MIX_FONT_NAME) + 6;
    if (whole + mix_text_width(offset, strlen(offset), MIX_FONT_NAME) > length) {
        shorten_zeros(offset);
    }
    double taken = mix_text_width(offset, strlen(offset), MIX_FONT_NAME) + 6;
    mix_text_cut(name, MIX_FONT_NAME, length - (offset[0] != '\0' ? taken : 0), text,
                 NAME_BYTES - MIX_TICK_BYTES - 1);
    if (offset[0] != '\0') {
        strcat(strcat(text, " "), offset);
    }
}

void mix_panel_labels_x(mix_page *page, const mix_area *area, const mix_ticks *ticks, int lines,
                        const char *name) {
    double width = area->right - area->left;
    mix_svg_raw(&page->svg, "<path class=\"m-axis\" d=\"");
    for (int i = 0; i < ticks->count; i++) {
        MIX_SVG(&page->svg, "M@ @v@", area->left + ticks->t[i] * width, area->bottom, TICK);
    }
    mix_svg_raw(&page->svg, "\"/>\n");
    for (int i = 0; i < ticks->count; i++) {
        double y = area->bottom + TICK_GAP + 0.8 * MIX_FONT_LABEL + (i % lines) * LINE;
        mix_page_text(page, area->left + ticks->t[i] * width, y, MIX_FONT_LABEL, "middle", "m-ink",
                      ticks->label[i]);
    }
    if (name != NULL) {
        char text[NAME_BYTES];
        axis_name(name, ticks, width, text);
        mix_page_text(page, area->left + width / 2,
                      area->bottom + X_LABELS + (lines - 1) * LINE + MIX_FONT_NAME + 2, MIX_FONT_NAME, "middle",
                      "m-ink", text);
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
    mix_ticks y_ticks = mix_panel_ticks_y(&area, y);
    double width = mix_ticks_width(&y_ticks);
    area.left += TICK_GAP + width + (y->name != NULL ? NAME_SPACE + 2 : 0);
    mix_ticks x_ticks = mix_panel_ticks_x(&area, x);
    if (x_ticks.count > 0) { /* half of the last label may reach beyond the axis */
        double beyond = (1 - x_ticks.t[x_ticks.count - 1]) * (area.right - area.left);
        area.right -= fmax(mix_ticks_width(&x_ticks) / 2 - beyond, 0);
        x_ticks = mix_panel_ticks_x(&area, x);
    }
    mix_panel_grid(page, &area, &x_ticks, &y_ticks);
    mix_panel_labels_x(page, &area, &x_ticks, 1, x->name);
    mix_panel_labels_y(page, &area, &y_ticks, width, y->name);
    return mix_panel_make(area, x, y);
}

void mix_panel_open(mix_page *page, const mix_area *area) {
    double width = area->right - area->left, height = area->bottom - area->top;
    MIX_SVG(&page->svg, "<svg x=\"@\" y=\"@\" width=\"@\" height=\"@\" viewBox=\"@ @ @ @\">\n", area->left,
            area->top, width, height, area->left, area->top, width, height);
}

void mix_panel_close(mix_page *page) {
    mix_svg_raw(&page->svg, "</svg>\n");
}
