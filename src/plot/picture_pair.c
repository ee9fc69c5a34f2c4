/* picture_pair.c: two columns: classification, uncertainty, density, components. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "caption.h"
#include "extent.h"
#include "family.h"
#include "layers.h"
#include "picture.h"
#include "reach.h"
#include "whiskers.h"

static double point_radius(size_t count) {
    return count <= 500 ? 3 : count <= 2000 ? 2.4 : 1.8;
}

static void write_pair_caption(mix_drawing *drawing, bool ellipses, bool contours, uint32_t most) {
    const mix_plot_options *options = drawing->options;
    if (options->rows) {
        mix_caption_say_rows(drawing);
    }
    const char *of = drawing->model->k == 1 ? "the component" : "each component";
    if (options->what == MIX_PLOT_COMPONENTS) {
        mix_caption_say(drawing, "Ellipses: 50 and 95 %% of %s.", of);
        mix_whiskers_say(drawing, "Lines across the means");
    } else if (ellipses) {
        mix_caption_say(drawing, "%s: 95 %% of %s.", drawing->shown == 1 ? "Ellipse" : "Ellipses", of);
    }
    if (contours) {
        char levels[MIX_LEVELS_BYTES];
        mix_caption_levels(options, levels);
        mix_caption_say(drawing, "Contour line%s of the density: the %s.", options->levels.count == 1 ? "" : "s",
                        levels);
    }
    if (most > 1 && options->what != MIX_PLOT_UNCERTAINTY) {
        mix_caption_say(drawing, "Area of points: rows at one place, 1 to %u.", (unsigned)most);
    }
    if (options->what == MIX_PLOT_UNCERTAINTY) {
        mix_caption_say(drawing, "Size of points: uncertainty, 1 less the highest posterior probability.");
    }
    mix_page_caption(&drawing->page, drawing->caption);
}

/* The panel's layers, from below. */
static void draw_layers(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool ellipses) {
    mix_plot_what what = drawing->options->what;
    bool rows = drawing->options->rows;
    mix_panel_open(&drawing->page, &panel->area);
    if (!rows && what == MIX_PLOT_DENSITY) {
        mix_pair_draw_contours(drawing, panel, pair, true);
    }
    if (rows) {
        mix_pair_draw_points(drawing, panel, pair, point_radius(drawing->plot->points.chosen), what);
        mix_pair_draw_contours(drawing, panel, pair, false);
    }
    if (ellipses) {
        mix_pair_draw_ellipses(drawing, panel, pair, MIX_ELLIPSE, what == MIX_PLOT_COMPONENTS);
        if (what == MIX_PLOT_COMPONENTS) {
            mix_pair_draw_ellipses(drawing, panel, pair, 0.5, true);
        }
        mix_pair_draw_whiskers(drawing, panel, pair);
        mix_pair_draw_means(drawing, panel, pair, true);
    }
    mix_panel_close(&drawing->page);
}

/* The legend; with the sizes that stand for uncertainties, where they do and there is room beside the picture. */
static mixture_status draw_pair_legend(mix_drawing *drawing) {
    enum { SIZES = 3 };
    static const double uncertainties[SIZES] = {0.05, 0.25, 0.45};
    static const char *const labels[SIZES] = {"0.05", "0.25", "0.45"};
    double radius = point_radius(drawing->plot->points.chosen);
    mix_key keys[1 + SIZES] = {{.heading = true, .label = "uncertainty"}};
    for (int i = 0; i < SIZES; i++) {
        double scaled = mix_uncertainty_radius(radius, uncertainties[i]);
        keys[1 + i] = (mix_key){.color = "#808080", .radius = scaled};
        strcpy(keys[1 + i].label, labels[i]);
    }
    bool wanted = drawing->options->what == MIX_PLOT_UNCERTAINTY && drawing->page.width >= MIX_LEGEND_NARROW;
    return mix_caption_legend(drawing, MIX_KEY_MARKS, keys, wanted ? 1 + SIZES : 0);
}

/* What the panel needs of an axis, and its name. */
static mix_axis pair_axis(const mix_drawing *drawing, size_t i, mix_range range, char name[32]) {
    mix_axis axis = {.range = mix_reach_axis(drawing, i, range, 0.03),
                     .name = mix_caption_name(drawing, i, name),
                     .log = mix_drawing_is_log(drawing, i)};
    mix_caption_levels_on(drawing, i, &axis);
    return axis;
}

mixture_status mix_picture_pair(mix_drawing *drawing) {
    enum { LINES = 140 };
    const mix_plot_options *options = drawing->options;
    bool geometry = mix_extent_has(drawing->model, options->columns, 2),
         density = options->what == MIX_PLOT_DENSITY;
    bool ellipses = geometry && !density;
    bool contours = geometry && (options->what == MIX_PLOT_CLASSIFICATION || density);
    mix_pair pair = {0};
    mixture_status status = mix_pair_begin(&pair, drawing, 0, 1, contours ? LINES : 0);
    if (status == MIXTURE_OK) {
        write_pair_caption(drawing, ellipses, contours, pair.places.most);
        status = density ? MIXTURE_OK : draw_pair_legend(drawing);
    }
    if (status == MIXTURE_OK) {
        char names[2][32];
        mix_range ranges[2] = {drawing->plot->ranges[0], drawing->plot->ranges[1]};
        mix_pair_reach(&pair, drawing, ellipses, ranges);
        mix_axis x = pair_axis(drawing, 0, ranges[0], names[0]), y = pair_axis(drawing, 1, ranges[1], names[1]);
        mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, &x, &y);
        double width = panel.area.right - panel.area.left, height = panel.area.bottom - panel.area.top;
        mix_places_scale(&pair.places, point_radius(drawing->plot->points.chosen), width * height);
        draw_layers(drawing, &panel, &pair, ellipses);
    }
    mix_pair_end(&pair);
    return status;
}
