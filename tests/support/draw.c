/* draw.c: from a sample to a picture. */
#include "draw.h"

#include <string.h>

#include "memory.h"
#include "plain.h"
#include "plot.h"

const mix_cancel draw_never = {NULL, NULL};

mixture_model *draw_model(size_t k, size_t d, unsigned seed) {
    plain model = plain_model(k, d, seed);
    mixture_model *made = mixture_model_new(&mixture_gaussian, k, d);
    for (size_t c = 0; made != NULL && c < k; c++) {
        made->weights[c] = model.weights[c];
        for (size_t i = 0; i < d; i++) {
            made->arrays[0][c * d + i] = model.means[c][i];
            for (size_t j = 0; j < d; j++) {
                made->arrays[1][(c * d + i) * d + j] = model.covariances[c][i][j];
            }
        }
    }
    assert_non_null(made);
    assert_int_equal(mixture_model_prepare(made, NULL), MIXTURE_OK);
    return made;
}

mixture_status draw_sample(const mixture_model *model, size_t rows, const char *json, char **svg) {
    mix_plot_options options;
    size_t length = 0;
    *svg = NULL;
    mixture_status status = mix_plot_options_read(json, strlen(json), model, rows > 0, &options, NULL);
    mix_plot *plot = status == MIXTURE_OK ? mix_plot_new(model, &options) : NULL;
    mixture_sampler *sampler = mixture_sampler_new(model, 1, 0);
    double x[PLAIN_D];
    if (status == MIXTURE_OK && (plot == NULL || sampler == NULL)) {
        status = MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < rows && status == MIXTURE_OK; i++) {
        (void)mixture_sampler_draw(sampler, x);
        status = mix_plot_add(plot, x);
    }
    if (status == MIXTURE_OK) {
        status = mix_plot_draw(plot, &draw_never, svg, &length, NULL);
    }
    if (status == MIXTURE_OK) {
        assert_int_equal(strlen(*svg), length);
    } else {
        assert_null(*svg);
    }
    mixture_sampler_free(sampler);
    mix_plot_free(plot);
    mix_plot_options_clear(&options);
    return status;
}

char *draw_picture(const mixture_model *model, size_t rows, const char *json) {
    char *svg;
    assert_int_equal(draw_sample(model, rows, json, &svg), MIXTURE_OK);
    return svg;
}
