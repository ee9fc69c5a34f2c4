/* caption.c: captions, labels, legends. */
#include "caption.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "model.h"
#include "number.h"
#include "text.h"

#define KEY_NAME 110.0 /* pixels of a component's name in the legend */

void mix_caption_say(mix_drawing *drawing, const char *format, ...) {
    size_t used = strlen(drawing->caption);
    va_list arguments;
    va_start(arguments, format);
    if (used > 0 && used + 1 < sizeof drawing->caption) {
        drawing->caption[used++] = ' ';
    }
    (void)vsnprintf(drawing->caption + used, sizeof drawing->caption - used, format, arguments);
    va_end(arguments);
}

void mix_caption_say_rows(mix_drawing *drawing) {
    const mix_plot *plot = drawing->plot;
    size_t drawn = plot->points.chosen;
    if (drawn == plot->rows) {
        mix_caption_say(drawing, "%zu row%s.", drawn, drawn == 1 ? "" : "s");
    } else if (drawn > 0) {
        mix_caption_say(drawing, "A random sample of %zu of %llu rows.", drawn, (unsigned long long)plot->rows);
    } else {
        mix_caption_say(drawing, "%llu row%s, not drawn.", (unsigned long long)plot->rows,
                        plot->rows == 1 ? "" : "s");
    }
    if (plot->left_out > 0) {
        mix_caption_say(drawing, "%llu more without a value %s left out.", (unsigned long long)plot->left_out,
                        plot->left_out == 1 ? "is" : "are");
    }
    if (plot->beyond > 0) {
        mix_caption_say(drawing, "%llu beyond the axes %s left out.", (unsigned long long)plot->beyond,
                        plot->beyond == 1 ? "is" : "are");
    }
}

/* A probability as a percentage with at most four decimals. */
static void format_percent(double probability, char text[MIX_JSON_NUMBER_BYTES]) {
    const double scale = 1e4;
    (void)mix_json_format_double(round(100 * probability * scale) / scale, text);
}

void mix_caption_levels(const mix_plot_options *options, char text[MIX_LEVELS_BYTES]) {
    size_t count = options->levels.count;
    strcpy(text, count == 1 ? "smallest region that holds " : "smallest regions that hold ");
    for (size_t i = count; i-- > 0;) { /* rising */
        char number[MIX_JSON_NUMBER_BYTES];
        size_t used = strlen(text);
        format_percent(options->levels.probabilities[i], number);
        (void)snprintf(text + used, MIX_LEVELS_BYTES - used, "%s%s", number,
                       i > 1    ? ", "
                       : i == 1 ? " and "
                                : " % of the mixture");
    }
}

const char *mix_caption_percent(double share, char text[MIX_LABEL_BYTES]) {
    long tenths = lround(share * 1000);
    if (tenths > 0 || share == 0) {
        snprintf(text, MIX_LABEL_BYTES, "%ld.%ld %%", tenths / 10, tenths % 10);
    } else {
        snprintf(text, MIX_LABEL_BYTES, "< 0.1 %%");
    }
    return text;
}

const char *mix_caption_column(const mixture_model *model, size_t j, char buffer[32]) {
    return mix_model_column_name(model, j, buffer);
}

const char *mix_caption_name(const mix_drawing *drawing, size_t i, char buffer[32]) {
    const mix_plot_options *options = drawing->options;
    return options->names != NULL ? options->names[i]
                                  : mix_caption_column(drawing->model, options->columns[i], buffer);
}

void mix_caption_levels_on(const mix_drawing *drawing, size_t i, mix_axis *axis) {
    const mixture_family *family = drawing->model->family;
    size_t column = drawing->options->columns[i];
    if (family->parts != NULL && !axis->log) {
        axis->levels = mix_family_levels(family, column);
        axis->level_count = mix_family_level_count(family, column);
        axis->whole = axis->level_count > 0;
    }
}

mixture_status mix_caption_legend(mix_drawing *drawing, mix_key_style style, const mix_key *more,
                                  size_t more_count) {
    size_t shown = drawing->shown;
    mix_key *keys = mix_memory_zeros(shown + more_count, sizeof *keys);
    if (keys == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t c = 0; c < shown; c++) {
        keys[c] = (mix_key){.shape = style == MIX_KEY_MARKS ? mix_marks_shape(c) : -1,
                            .radius = 4,
                            .swatch = style == MIX_KEY_SWATCHES,
                            .dashes = style == MIX_KEY_LINES ? mix_marks_dashes(c) : NULL};
        mix_drawing_color(drawing, c, keys[c].color);
        (void)mix_caption_percent(drawing->model->weights[c], keys[c].value);
        if (drawing->model->names != NULL) {
            mix_text_cut(drawing->model->names[c], MIX_FONT_LABEL, KEY_NAME, keys[c].label, sizeof keys[c].label);
        } else {
            snprintf(keys[c].label, sizeof keys[c].label, "%zu", c + 1);
        }
    }
    for (size_t i = 0; i < more_count; i++) {
        keys[shown + i] = more[i];
    }
    mix_legend_draw(&drawing->page, "component", keys, shown + more_count);
    mix_memory_free(keys);
    return MIXTURE_OK;
}
