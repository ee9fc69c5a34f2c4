/* picture_surface.c: the density over two columns as a surface in perspective, shaded by height. Cells are painted
** from the farthest to the nearest, each opaque, so that what is hidden is painted over. */
#include <math.h>
#include <string.h>

#include "caption.h"
#include "extent.h"
#include "layers.h"
#include "picture.h"
#include "reach.h"
#include "surface.h"
#include "text.h"

#define TALL 0.62      /* height of the box; its floor is 1 x 1 */
#define AZIMUTH 0.62   /* radians that the floor is turned by */
#define ELEVATION 0.52 /* radians that the eye is above the floor's middle */
#define DISTANCE 3.4   /* of the eye */

mix_view mix_surface_see(double x, double y, double height) {
    double east = x - 0.5, north = y - 0.5, up = height * TALL - TALL / 2;
    double right = east * cos(AZIMUTH) + north * sin(AZIMUTH);
    double away = north * cos(AZIMUTH) - east * sin(AZIMUTH);
    double depth = DISTANCE + away * cos(ELEVATION) - up * sin(ELEVATION);
    double above = up * cos(ELEVATION) + away * sin(ELEVATION);
    return (mix_view){DISTANCE * right / depth, DISTANCE * above / depth, depth};
}

/* From what the eye sees to the page. */
typedef struct frame {
    double left, top, scale; /* pixels of view (0, 0) and of one unit */
    mix_range ranges[2];
    double log_top; /* highest log density of the field */
} frame;

static void project(const frame *f, double x, double y, double height, double *px, double *py) {
    mix_view view = mix_surface_see(x, y, height);
    *px = f->left + view.x * f->scale;
    *py = f->top - view.y * f->scale;
}

/* A frame in which the box fills the area, with room for labels around it. */
static frame fit_frame(const mix_area *area) {
    mix_range across = MIX_RANGE_EMPTY, upward = MIX_RANGE_EMPTY;
    for (int corner = 0; corner < 8; corner++) {
        mix_view view = mix_surface_see(corner & 1, corner >> 1 & 1, corner >> 2);
        mix_range_add(&across, view.x);
        mix_range_add(&upward, view.y);
    }
    const double sides = 50, below = 36, density = 20;
    double width = fmax(area->right - area->left - 2 * sides, 40);
    double height = fmax(area->bottom - area->top - below - density, 40);
    double scale = fmin(width / (across.high - across.low), height / (upward.high - upward.low));
    frame f = {.scale = scale};
    f.left = (area->left + area->right) / 2 - scale * (across.low + across.high) / 2;
    f.top = area->top + density + (height - scale * (upward.high - upward.low)) / 2 + scale * upward.high;
    return f;
}

/* ---- The surface -------------------------------------------------------------------------------------------- */

static double height_at(const frame *f, const mix_field *field, size_t i, size_t j) {
    return exp(field->log_density[j * field->nx + i] - f->log_top);
}

/* 0..1 along a range, without overflow. */
static double share_of(mix_range range, double x) {
    return mix_scale_at(&(mix_scale){range, 0, 1, false}, x);
}

static void draw_cell(mix_drawing *drawing, const frame *f, const mix_field *field, size_t i, size_t j) {
    static const size_t corners[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    double mean = 0, px[4], py[4];
    for (int c = 0; c < 4; c++) {
        size_t ci = i + corners[c][0], cj = j + corners[c][1];
        double height = height_at(f, field, ci, cj);
        mean += height / 4;
        project(f, share_of(f->ranges[0], field->x[ci]), share_of(f->ranges[1], field->y[cj]), height, &px[c],
                &py[c]);
    }
    char fill[MIX_COLOR_BYTES];
    mix_palette_ramp(drawing->options->palette, 0.06 + 0.9 * mean, fill);
    mix_svg_raw(&drawing->page.svg, "<path fill=\"");
    mix_svg_raw(&drawing->page.svg, fill);
    MIX_SVG(&drawing->page.svg, "\" d=\"M@ @L@ @L@ @L@ @Z\"/>\n", px[0], py[0], px[1], py[1], px[2], py[2], px[3],
            py[3]);
}

/* From far to near: the eye is beyond the floor where x is high and y is low, so that no cell hides one that comes
** later. */
static void draw_surface(mix_drawing *drawing, const frame *f, const mix_field *field) {
    mix_svg_raw(&drawing->page.svg, "<g stroke=\"#000\" stroke-opacity=\"0.35\" stroke-width=\"0.4\" "
                                    "stroke-linejoin=\"round\">\n");
    for (size_t j = field->ny - 1; j-- > 0;) {
        for (size_t i = 0; i + 1 < field->nx; i++) {
            draw_cell(drawing, f, field, i, j);
        }
    }
    mix_svg_raw(&drawing->page.svg, "</g>\n");
}

/* ---- The box ------------------------------------------------------------------------------------------------ */

/* From one point (x, y, height) to another. */
static void draw_segment(mix_drawing *drawing, const frame *f, const double ends[6]) {
    double x0, y0, x1, y1;
    project(f, ends[0], ends[1], ends[2], &x0, &y0);
    project(f, ends[3], ends[4], ends[5], &x1, &y1);
    MIX_SVG(&drawing->page.svg, "M@ @L@ @", x0, y0, x1, y1);
}

#define SEGMENT(...) draw_segment(drawing, f, (const double[]){__VA_ARGS__})

/* Ticks as lines across the floor and up the two walls behind the surface. */
static void draw_box(mix_drawing *drawing, const frame *f, const mix_ticks ticks[3]) {
    mix_svg *svg = &drawing->page.svg;
    mix_svg_raw(svg, "<path class=\"m-grid\" fill=\"none\" d=\"");
    for (int i = 0; i < ticks[0].count; i++) {
        double t = ticks[0].t[i];
        SEGMENT(t, 0, 0, t, 1, 0);
        SEGMENT(t, 1, 0, t, 1, 1);
    }
    for (int i = 0; i < ticks[1].count; i++) {
        double t = ticks[1].t[i];
        SEGMENT(0, t, 0, 1, t, 0);
        SEGMENT(0, t, 0, 0, t, 1);
    }
    for (int i = 0; i < ticks[2].count; i++) {
        double t = ticks[2].t[i];
        SEGMENT(0, 0, t, 0, 1, t);
        SEGMENT(0, 1, t, 1, 1, t);
    }
    mix_svg_raw(svg, "\"/>\n<path class=\"m-axis\" fill=\"none\" d=\"");
    SEGMENT(0, 0, 0, 1, 0, 0);
    SEGMENT(1, 0, 0, 1, 1, 0);
    SEGMENT(0, 0, 0, 0, 0, 1);
    SEGMENT(0, 1, 0, 0, 1, 1);
    SEGMENT(1, 1, 0, 1, 1, 1);
    mix_svg_raw(svg, "\"/>\n");
}

/* The name of an axis of the floor, beside the middle of its edge and as long as there is room for. */
static void draw_name(mix_drawing *drawing, double x, double y, bool to_the_right, const char *name,
                      const mix_ticks *ticks) {
    char text[200];
    double room = to_the_right ? drawing->page.width - x - 8 : x - 8;
    double offset = mix_text_width(ticks->offset, strlen(ticks->offset), MIX_FONT_NAME) + 4;
    mix_text_cut(name, MIX_FONT_NAME, ticks->offset[0] != '\0' ? room - offset : room, text,
                 sizeof text - MIX_TICK_BYTES - 1);
    if (ticks->offset[0] != '\0') {
        strcat(strcat(text, " "), ticks->offset);
    }
    mix_page_text(&drawing->page, x, y, MIX_FONT_NAME, to_the_right ? "start" : "end", "m-ink", text);
}

static void draw_labels(mix_drawing *drawing, const frame *f, const mix_ticks ticks[3]) {
    mix_page *page = &drawing->page;
    char name[32];
    double x, y;
    for (int i = 0; i < ticks[0].count; i++) {
        project(f, ticks[0].t[i], 0, 0, &x, &y);
        mix_page_text(page, x - 5, y + 12, MIX_FONT_LABEL, "end", "m-ink", ticks[0].label[i]);
    }
    for (int i = 0; i < ticks[1].count; i++) {
        project(f, 1, ticks[1].t[i], 0, &x, &y);
        mix_page_text(page, x + 6, y + 11, MIX_FONT_LABEL, "start", "m-ink", ticks[1].label[i]);
    }
    for (int i = 1; i < ticks[2].count; i++) { /* the place of 0 belongs to the x axis */
        project(f, 0, 0, ticks[2].t[i], &x, &y);
        mix_page_text(page, x - 6, y + 4, MIX_FONT_LABEL, "end", "m-ink", ticks[2].label[i]);
    }
    project(f, 0.5, 0, 0, &x, &y);
    draw_name(drawing, x - mix_ticks_width(&ticks[0]) - 12, y + 28, false, mix_caption_name(drawing, 0, name),
              &ticks[0]);
    project(f, 1, 0.5, 0, &x, &y);
    draw_name(drawing, x + mix_ticks_width(&ticks[1]) + 14, y + 20, true, mix_caption_name(drawing, 1, name),
              &ticks[1]);
    project(f, 0, 0, 1, &x, &y);
    mix_page_text(page, x, y - 8, MIX_FONT_NAME, "middle", "m-ink", "density");
}

/* ---- The picture -------------------------------------------------------------------------------------------- */

mix_range mix_surface_range(const mixture_model *model, size_t j) {
    mix_range reach = MIX_RANGE_EMPTY, box;
    mix_extent_box(model, j, 3, &box.low, &box.high);
    mix_range_add(&reach, box.low);
    mix_range_add(&reach, box.high);
    return reach;
}

mixture_status mix_surface_field(mix_field *field, const mix_scorer *scorer, const mix_range ranges[2],
                                 double detail, const mix_cancel *cancel) {
    size_t lines = (size_t)fmax(56 * sqrt(detail), 8), most = (size_t)fmax(100 * sqrt(detail), 8);
    return mix_field_make(field, scorer, ranges, (const size_t[]){lines, lines}, (const size_t[]){most, most},
                          cancel);
}

static double highest(const mix_field *field) {
    double top = -INFINITY;
    for (size_t i = 0; i < field->nx * field->ny; i++) {
        top = fmax(top, field->log_density[i]);
    }
    return top;
}

/* Ticks for the box's edges; of the height none when densities are beyond a double. */
static void find_ticks(const frame *f, mix_ticks ticks[3]) {
    mix_area floor = {0, 0, f->scale * 0.75, f->scale * 0.7};
    const mix_axis x = {.range = f->ranges[0]}, y = {.range = f->ranges[1]};
    const mix_axis density = {.range = {0, exp(f->log_top)}};
    ticks[0] = mix_panel_ticks_x(&floor, &x);
    ticks[1] = mix_panel_ticks_y(&floor, &y);
    ticks[2] = isnormal(density.range.high) ? mix_panel_ticks_y(&floor, &density) : (mix_ticks){0};
}

mixture_status mix_picture_surface(mix_drawing *drawing) {
    mix_pair pair = {0};
    mix_field field = {0};
    mixture_status status = mix_pair_begin(&pair, drawing, 0, 1, 0);
    if (status == MIXTURE_OK) {
        const mix_range ranges[2] = {
            mix_reach_axis(drawing, 0, mix_surface_range(pair.model, 0), 0),
            mix_reach_axis(drawing, 1, mix_surface_range(pair.model, 1), 0),
        };
        status = mix_surface_field(&field, &pair.scorer, ranges, drawing->detail, drawing->cancel);
    }
    if (status == MIXTURE_OK) {
        mix_ticks ticks[3];
        frame f = fit_frame(&drawing->page.area);
        f.ranges[0] = (mix_range){field.x[0], field.x[field.nx - 1]};
        f.ranges[1] = (mix_range){field.y[0], field.y[field.ny - 1]};
        f.log_top = highest(&field);
        find_ticks(&f, ticks);
        draw_box(drawing, &f, ticks);
        draw_surface(drawing, &f, &field);
        draw_labels(drawing, &f, ticks);
    }
    mix_field_free(&field);
    mix_pair_end(&pair);
    return status;
}
