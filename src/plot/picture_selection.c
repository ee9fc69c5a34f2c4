/* picture_selection.c: the criterion of every candidate of a selection over k, a line for each structure. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "caption.h"
#include "family.h"
#include "picture.h"
#include "text.h"

#define MARK_RADIUS 4.0

/* A structure that was tried, and its lowest criterion. */
typedef struct line {
    int structure;
    double best;
} line;

static double criterion_of(const mixture_model *model, const mixture_candidate *candidate) {
    return model->criterion == MIXTURE_BIC   ? candidate->bic
           : model->criterion == MIXTURE_ICL ? candidate->icl
                                             : candidate->aic;
}

static bool is_drawn(const mixture_model *model, const mixture_candidate *candidate) {
    return candidate->fitted && isfinite(criterion_of(model, candidate));
}

/* The structures, the best first. */
static size_t find_lines(const mixture_model *model, line lines[MIX_MOST_STRUCTURES]) {
    size_t count = 0;
    for (int s = 0; s < MIX_MOST_STRUCTURES; s++) {
        line found = {s, INFINITY};
        for (size_t i = 0; i < model->candidate_count; i++) {
            const mixture_candidate *candidate = &model->candidates[i];
            if (candidate->structure == found.structure && is_drawn(model, candidate)) {
                found.best = fmin(found.best, criterion_of(model, candidate));
            }
        }
        if (isfinite(found.best)) {
            size_t at = count++;
            for (; at > 0 && lines[at - 1].best > found.best; at--) {
                lines[at] = lines[at - 1];
            }
            lines[at] = found;
        }
    }
    return count;
}

/* The candidate of a structure with the least k above `k`, or NULL. */
static const mixture_candidate *next_candidate(const mixture_model *model, int structure, size_t k) {
    const mixture_candidate *next = NULL;
    for (size_t i = 0; i < model->candidate_count; i++) {
        const mixture_candidate *candidate = &model->candidates[i];
        if (candidate->structure == structure && candidate->k > k && is_drawn(model, candidate) &&
            (next == NULL || candidate->k < next->k)) {
            next = candidate;
        }
    }
    return next;
}

static void draw_line(mix_drawing *drawing, const mix_panel *panel, const line *l, size_t i, size_t count) {
    const mixture_model *model = drawing->model;
    mix_svg *svg = &drawing->page.svg;
    char color[MIX_COLOR_BYTES];
    mix_palette_color(drawing->options->palette, i, count, color);
    mix_svg_raw(svg, "<path fill=\"none\" stroke-width=\"1.4\" stroke=\"");
    mix_svg_raw(svg, color);
    mix_svg_raw(svg, "\"");
    mix_svg_raw(svg, mix_marks_dashes(i));
    mix_svg_raw(svg, " d=\"");
    const mixture_candidate *candidate = next_candidate(model, l->structure, 0);
    for (bool first = true; candidate != NULL; first = false) {
        MIX_SVG(svg, first ? "M@ @" : "L@ @", mix_scale_at(&panel->x, (double)candidate->k),
                mix_scale_at(&panel->y, criterion_of(model, candidate)));
        candidate = next_candidate(model, l->structure, candidate->k);
    }
    mix_svg_raw(svg, "\"/>\n");
    int shape = mix_marks_shape(i);
    for (candidate = next_candidate(model, l->structure, 0); candidate != NULL;
         candidate = next_candidate(model, l->structure, candidate->k)) {
        double x = mix_scale_at(&panel->x, (double)candidate->k);
        double y = mix_scale_at(&panel->y, criterion_of(model, candidate));
        if (candidate->sound) {
            mix_marks_begin(svg, color, shape, MARK_RADIUS, 1);
            mix_marks_at(svg, shape, MARK_RADIUS, x, y);
            mix_marks_end(svg);
        } else {
            MIX_SVG(svg, "<circle class=\"m-bg\" cx=\"@\" cy=\"@\" r=\"3\" stroke-width=\"1.3\" stroke=\"", x, y);
            mix_svg_raw(svg, color);
            mix_svg_raw(svg, "\"/>\n");
        }
    }
}

/* EEE, k = 3; or k = 3, in families that have no structures. */
static void name_candidate(const mixture_model *model, const mixture_candidate *candidate, char *name,
                           size_t size) {
    const char *code = mixture_structure_code(model->family, candidate->structure, model->d);
    snprintf(name, size, "%s%sk = %zu", code, *code != 0 ? ", " : "", candidate->k);
}

/* A ring around the winner, and its name where there is room for it: above or below, inside the panel. */
static void mark_winner(mix_drawing *drawing, const mix_panel *panel, const mixture_candidate *winner) {
    char name[60];
    name_candidate(drawing->model, winner, name, sizeof name);
    double x = mix_scale_at(&panel->x, (double)winner->k);
    double y = mix_scale_at(&panel->y, criterion_of(drawing->model, winner));
    MIX_SVG(&drawing->page.svg,
            "<circle class=\"m-line\" fill=\"none\" cx=\"@\" cy=\"@\" r=\"9\" stroke-width=\"1.6\"/>\n", x, y);
    double half = mix_text_width(name, strlen(name), MIX_FONT_NAME) / 2;
    double middle = fmin(fmax(x, panel->area.left + half + 4), panel->area.right - half - 4);
    double below = y + 12 + MIX_FONT_NAME; /* the lowest is the best: below it there is nothing */
    mix_page_text(&drawing->page, middle, below < panel->area.bottom - 4 ? below : y - 14, MIX_FONT_NAME, "middle",
                  "m-ink", name);
}

static void draw_selection_legend(mix_drawing *drawing, const line *lines, size_t count, bool unsound) {
    mix_key keys[MIX_MOST_STRUCTURES + 1] = {{.shape = 0}};
    for (size_t i = 0; i < count; i++) {
        keys[i] = (mix_key){.shape = mix_marks_shape(i), .radius = MARK_RADIUS, .dashes = mix_marks_dashes(i)};
        mix_palette_color(drawing->options->palette, i, count, keys[i].color);
        snprintf(keys[i].label, sizeof keys[i].label, "%s",
                 mixture_structure_code(drawing->model->family, lines[i].structure, drawing->model->d));
    }
    if (unsound) {
        keys[count] = (mix_key){.color = "#808080", .shape = -1, .hollow = true, .radius = 3, .label = "unsound"};
    }
    const mix_structures_table *structures = drawing->model->family->structures;
    bool structured = structures != NULL; /* else there is one line, with nothing to say */
    mix_page_legend(&drawing->page, structured ? structures->key : "", keys + !structured,
                    count + unsound - !structured);
}

/* The highest criterion that is shown. A few structures that do not fit at all would press all others together:
** when the best three quarters of the sound candidates lie far below the rest, the panel ends not far above
** them. The list is in order. */
static double highest_shown(const mixture_model *model) {
    size_t sound = 0;
    while (sound < model->candidate_count && model->candidates[sound].sound) {
        sound++;
    }
    if (sound < 4) {
        return INFINITY;
    }
    double best = criterion_of(model, &model->candidates[0]),
           worst = criterion_of(model, &model->candidates[sound - 1]);
    double most = criterion_of(model, &model->candidates[sound * 3 / 4]) - best;
    return worst - best > 3 * most ? best + 1.6 * most : (double)INFINITY;
}

mixture_status mix_picture_selection(mix_drawing *drawing) {
    static const char *const names[] = {[MIXTURE_BIC] = "BIC", [MIXTURE_ICL] = "ICL", [MIXTURE_AIC] = "AIC"};
    const mixture_model *model = drawing->model;
    line lines[MIX_MOST_STRUCTURES];
    size_t count = find_lines(model, lines), failed = 0;
    bool unsound = false;
    double highest = highest_shown(model);
    mix_range k = MIX_RANGE_EMPTY, value = MIX_RANGE_EMPTY;
    for (size_t i = 0; i < model->candidate_count; i++) {
        const mixture_candidate *candidate = &model->candidates[i];
        mix_range_add(&k, (double)candidate->k);
        if (is_drawn(model, candidate)) {
            mix_range_add(&value, fmin(criterion_of(model, candidate), highest));
            unsound = unsound || !candidate->sound;
        } else {
            failed++;
        }
    }
    char name[60];
    name_candidate(model, &model->candidates[0], name, sizeof name);
    mix_caption_say(drawing, "The lowest wins: %s.", name);
    if (isfinite(highest)) {
        mix_caption_say(drawing, "Candidates far above the others are left out.");
    }
    if (unsound) {
        mix_caption_say(drawing, "Hollow marks: fits that are degenerate or stuck, which cannot win.");
    }
    if (failed > 0) {
        mix_caption_say(drawing, "%zu candidate%s could not be fitted.", failed, failed == 1 ? "" : "s");
    }
    mix_page_caption(&drawing->page, drawing->caption);
    draw_selection_legend(drawing, lines, count, unsound);
    mix_axis x = {mix_range_pad(k, 0.06), "components, k", true};
    mix_axis y = {mix_range_pad(value, 0.1), names[model->criterion], false};
    mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, &x, &y);
    mix_panel_open(&drawing->page, &panel.area);
    for (size_t i = count; i-- > 0;) { /* the best on top */
        draw_line(drawing, &panel, &lines[i], i, count);
    }
    if (is_drawn(model, &model->candidates[0])) {
        mark_winner(drawing, &panel, &model->candidates[0]);
    }
    mix_panel_close(&drawing->page);
    return MIXTURE_OK;
}
