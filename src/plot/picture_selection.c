/* picture_selection.c: the criterion of every candidate of a selection over k, a line for each structure. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "caption.h"
#include "family.h"
#include "picture.h"
#include "reach.h"
#include "structures.h"
#include "text.h"

#define MARK_RADIUS 4.0
/* Of candidates that were fitted to a sample. */
#define SAMPLED_RADIUS 3.0
#define SAMPLED_OPACITY 0.4

/* A structure that was tried, and the lowest criterion of its sound candidates. */
typedef struct line {
    int structure;
    double best;
} line;

static double criterion_of(const mixture_model *model, const mixture_candidate *candidate) {
    return mix_structures_value(candidate, model->criterion);
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
                found.best = fmin(found.best, candidate->sound ? criterion_of(model, candidate) : DBL_MAX);
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

/* The point of a candidate. */
static void find_point(const mixture_model *model, const mix_panel *panel, const mixture_candidate *candidate,
                       double *x, double *y) {
    *x = mix_scale_at(&panel->x, (double)candidate->k);
    *y = mix_scale_at(&panel->y, criterion_of(model, candidate));
}

/* A line through the sound candidates; the marks of the others stand alone, wherever those lie. */
static void draw_line(mix_drawing *drawing, const mix_panel *panel, const line *l, size_t i, size_t count) {
    const mixture_model *model = drawing->model;
    mix_svg *svg = &drawing->page.svg;
    char color[MIX_COLOR_BYTES];
    double x, y;
    mix_palette_color(drawing->options->palette, i, count, color);
    mix_svg_raw(svg, "<path fill=\"none\" stroke-width=\"1.4\" stroke=\"");
    mix_svg_raw(svg, color);
    mix_svg_raw(svg, "\"");
    mix_svg_raw(svg, mix_marks_dashes(i));
    mix_svg_raw(svg, " d=\"");
    bool first = true;
    for (const mixture_candidate *c = next_candidate(model, l->structure, 0); c != NULL;
         c = next_candidate(model, l->structure, c->k)) {
        if (c->sound) {
            find_point(model, panel, c, &x, &y);
            MIX_SVG(svg, first ? "M@ @" : "L@ @", x, y);
            first = false;
        }
    }
    mix_svg_raw(svg, "\"/>\n");
    int shape = mix_marks_shape(i);
    for (const mixture_candidate *c = next_candidate(model, l->structure, 0); c != NULL;
         c = next_candidate(model, l->structure, c->k)) {
        find_point(model, panel, c, &x, &y);
        if (c->sound) {
            double radius = c->rows > 0 ? SAMPLED_RADIUS : MARK_RADIUS;
            mix_marks_begin(svg, color, shape, radius, c->rows > 0 ? SAMPLED_OPACITY : 1);
            mix_marks_at(svg, shape, radius, x, y);
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

/* Whether the way from one point to another goes through an area. */
static bool is_crossed(const mix_area *area, double x0, double y0, double x1, double y1) {
    double from = 0, to = 1; /* the part of the way that is inside, so far: Liang and Barsky's clipping */
    const double step[2] = {x1 - x0, y1 - y0}, start[2] = {x0, y0};
    const double low[2] = {area->left, area->top}, high[2] = {area->right, area->bottom};
    for (int i = 0; i < 2; i++) {
        if (step[i] == 0 && (start[i] < low[i] || start[i] > high[i])) {
            return false;
        }
        if (step[i] != 0) {
            double a = (low[i] - start[i]) / step[i], b = (high[i] - start[i]) / step[i];
            from = fmax(from, fmin(a, b));
            to = fmin(to, fmax(a, b));
        }
    }
    return from <= to;
}

/* How many lines and marks lie in an area. */
static size_t count_crossings(const mixture_model *model, const mix_panel *panel, const line *lines, size_t count,
                              const mix_area *area) {
    size_t crossings = 0;
    for (size_t i = 0; i < count; i++) {
        bool begun = false;
        double x0 = 0, y0 = 0, x, y;
        for (const mixture_candidate *c = next_candidate(model, lines[i].structure, 0); c != NULL;
             c = next_candidate(model, lines[i].structure, c->k)) {
            find_point(model, panel, c, &x, &y);
            bool joined = begun && c->sound;
            crossings += is_crossed(area, joined ? x0 : x, joined ? y0 : y, x, y);
            if (c->sound) {
                begun = true;
                x0 = x;
                y0 = y;
            }
        }
    }
    return crossings;
}

/* A ring around the winner, and its name below, above or beside it: inside the panel, where the fewest lines and
** marks are; most often there are none below. */
static void mark_winner(mix_drawing *drawing, const mix_panel *panel, const mixture_candidate *winner,
                        const line *lines, size_t count) {
    enum { PLACES = 8 };
    static const double places[PLACES][2] = {{0, 1}, {0, 1.7}, {1, 0.6}, {-1, 0.6},
                                             {1, 0}, {-1, 0},  {0, -1},  {0, -1.7}};
    char name[60];
    double x, y;
    name_candidate(drawing->model, winner, name, sizeof name);
    find_point(drawing->model, panel, winner, &x, &y);
    MIX_SVG(&drawing->page.svg,
            "<circle class=\"m-line\" fill=\"none\" cx=\"@\" cy=\"@\" r=\"9\" stroke-width=\"1.6\"/>\n", x, y);
    double half = mix_text_width(name, strlen(name), MIX_FONT_NAME) / 2, tall = MIX_FONT_NAME;
    double best_x = x, best_y = y + 18;
    size_t fewest = SIZE_MAX;
    for (int i = 0; i < PLACES && fewest > 0; i++) {
        double at_x = x + places[i][0] * (half + 14), at_y = y + places[i][1] * (12 + tall / 2);
        at_x = fmin(fmax(at_x, panel->area.left + half + 4), panel->area.right - half - 4);
        mix_area area = {at_x - half - 2, at_y - tall / 2 - 1, at_x + half + 2, at_y + tall / 2 + 1};
        bool inside = area.top > panel->area.top && area.bottom < panel->area.bottom;
        bool apart = fabs(at_x - x) > half + 10 || fabs(at_y - y) > tall / 2 + 10; /* from the ring */
        size_t crossings = count_crossings(drawing->model, panel, lines, count, &area);
        if (inside && apart && crossings < fewest) {
            fewest = crossings;
            best_x = at_x;
            best_y = at_y;
        }
    }
    mix_svg *svg = &drawing->page.svg;
    mix_svg_raw(svg, "<g fill=\"none\" stroke-width=\"3\" stroke-linejoin=\"round\">");
    mix_page_text(&drawing->page, best_x, best_y + 0.36 * tall, tall, "middle", "m-halo", name);
    mix_svg_raw(svg, "</g>\n");
    mix_page_text(&drawing->page, best_x, best_y + 0.36 * tall, tall, "middle", "m-ink", name);
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
    mix_legend_draw(&drawing->page, structured ? structures->key : "", keys + !structured,
                    count + unsound - !structured);
}

/* The criteria that are shown: those of the sound candidates, for others may lie anywhere; of all where none is
** sound. A few structures that do not fit at all would press all others together: when the best three quarters lie
** far below the rest, the axis ends not far above them. The list is in order. */
static mix_range shown_range(const mixture_model *model) {
    mix_range range = MIX_RANGE_EMPTY;
    size_t sound = 0;
    while (sound < model->candidate_count && model->candidates[sound].sound) {
        sound++;
    }
    for (size_t i = 0; i < (sound > 0 ? sound : model->candidate_count); i++) {
        if (is_drawn(model, &model->candidates[i])) {
            mix_range_add(&range, criterion_of(model, &model->candidates[i]));
        }
    }
    if (sound >= 4) {
        double most = criterion_of(model, &model->candidates[sound * 3 / 4]) - range.low;
        range.high = range.high - range.low > 3 * most ? range.low + 1.6 * most : range.high;
    }
    return range;
}

/* What of the candidates is not to be seen, or not as others are. */
typedef struct unseen {
    size_t failed, beyond;
    bool unsound; /* some that are not sound are seen, */
    bool sampled; /* or some that were fitted to a sample */
} unseen;

static unseen count_unseen(const mixture_model *model, mix_range range) {
    unseen result = {0, 0, false, false};
    for (size_t i = 0; i < model->candidate_count; i++) {
        const mixture_candidate *candidate = &model->candidates[i];
        double value = criterion_of(model, candidate);
        bool drawn = is_drawn(model, candidate), inside = value >= range.low && value <= range.high;
        result.failed += !drawn;
        result.beyond += drawn && !inside;
        result.unsound = result.unsound || (drawn && inside && !candidate->sound);
        result.sampled = result.sampled || (drawn && inside && candidate->sound && candidate->rows > 0);
    }
    return result;
}

static void write_selection_caption(mix_drawing *drawing, const unseen *without) {
    char name[60];
    name_candidate(drawing->model, &drawing->model->candidates[0], name, sizeof name);
    mix_caption_say(drawing, "The lowest wins: %s.", name);
    if (without->unsound) {
        mix_caption_say(drawing, "Hollow marks: fits that are degenerate or stuck, which cannot win.");
    }
    if (without->sampled) {
        mix_caption_say(drawing, "Faint marks: fitted to a sample of the rows, what all would give.");
    }
    if (without->beyond > 0) {
        mix_caption_say(drawing, "%zu candidate%s beyond the axis %s left out.", without->beyond,
                        without->beyond == 1 ? "" : "s", without->beyond == 1 ? "is" : "are");
    }
    if (without->failed > 0) {
        mix_caption_say(drawing, "%zu candidate%s could not be fitted.", without->failed,
                        without->failed == 1 ? "" : "s");
    }
    mix_page_caption(&drawing->page, drawing->caption);
}

mixture_status mix_picture_selection(mix_drawing *drawing) {
    static const char *const names[] = {[MIXTURE_BIC] = "BIC",     [MIXTURE_ICL] = "ICL",   [MIXTURE_AIC] = "AIC",
                                        [MIXTURE_SABIC] = "SABIC", [MIXTURE_CAIC] = "CAIC", [MIXTURE_NEC] = "NEC"};
    const mixture_model *model = drawing->model;
    line lines[MIX_MOST_STRUCTURES];
    size_t count = find_lines(model, lines);
    mix_range k = MIX_RANGE_EMPTY, value = mix_range_pad(shown_range(model), 0.08);
    for (size_t i = 0; i < model->candidate_count; i++) {
        mix_range_add(&k, (double)model->candidates[i].k);
    }
    const double name =
        34 / (0.5 * drawing->page.height); /* of the panel's height, at least: room for the winner's */
    value.low -= name * (value.high - value.low);
    mix_axis x = {.range = mix_reach_axis(drawing, 0, k, 0.06), .name = "components, k", .whole = true};
    mix_axis y = {.range = mix_reach_axis(drawing, 1, value, 0), .name = names[model->criterion]};
    unseen without = count_unseen(model, y.range);
    write_selection_caption(drawing, &without);
    draw_selection_legend(drawing, lines, count, without.unsound);
    mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, &x, &y);
    mix_panel_open(&drawing->page, &panel.area);
    for (size_t i = count; i-- > 0;) { /* the best on top */
        draw_line(drawing, &panel, &lines[i], i, count);
    }
    if (is_drawn(model, &model->candidates[0])) {
        mark_winner(drawing, &panel, &model->candidates[0], lines, count);
    }
    mix_panel_close(&drawing->page);
    return MIXTURE_OK;
}
