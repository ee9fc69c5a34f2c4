/* plot_check.c: what the model must have, and which options go together. */
#include "plot_check.h"

#include "error.h"
#include "extent.h"
#include "family.h"

/* ---- The model -------------------------------------------------------------------------------------------- */

static mixture_status check_columns(const mixture_model *model, const mix_plot_options *options,
                                    mixture_error *error) {
    if (options->column_count == 2) {
        return MIXTURE_OK;
    }
    return options->columns_given
               ? mix_error_invalid(error, "columns names %zu column%s; expected 2 for a surface",
                                   options->column_count, options->column_count == 1 ? "" : "s")
               : mix_error_invalid(
                     error,
                     "argument 1 (model) has %zu column%s; expected 2, or two that the option columns "
                     "names",
                     model->d, model->d == 1 ? "" : "s");
}

/* Without a geometry there are rows, densities of one column, and parameters. */
static mixture_status check_family(const mixture_model *model, const mix_plot_options *options,
                                   mixture_error *error) {
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    bool density = options->what == MIX_PLOT_DENSITY, single = options->column_count == 1;
    if (mix_extent_has(model, options->columns, options->column_count)) {
        return MIXTURE_OK;
    }
    if (options->what == MIX_PLOT_PROFILE) {
        for (size_t a = 0; a < family->array_count; a++) {
            if (family->arrays[a].rank == MIX_VECTOR || family->arrays[a].rank == MIX_RAGGED) {
                return MIXTURE_OK;
            }
        }
    } else if (density && single && mix_family_has_marginal(&shape, options->columns[0])) {
        return options->rows ? MIXTURE_OK : mix_family_need(family, MIX_HAS_SAMPLING, error);
    } else if (options->rows && !density) {
        return MIXTURE_OK;
    }
    return mix_family_need(family, MIX_HAS_GEOMETRY, error);
}

static mixture_status check_model(const mixture_model *model, const mix_plot_options *options,
                                  mixture_error *error) {
    switch (options->what) {
    case MIX_PLOT_TRACE:
        return model->trace_count > 0
                   ? MIXTURE_OK
                   : mix_error_invalid(error, "argument 1 (model) has no trace; expected a model that was fitted");
    case MIX_PLOT_SELECTION:
        return model->candidate_count > 0
                   ? MIXTURE_OK
                   : mix_error_invalid(
                         error,
                         "argument 1 (model) has no candidates; expected a model of a selection, as of gmm_select()");
    default:
        break;
    }
    mixture_status status = check_family(model, options, error);
    return status == MIXTURE_OK && options->what == MIX_PLOT_SURFACE ? check_columns(model, options, error)
                                                                     : status;
}

/* ---- The axes --------------------------------------------------------------------------------------------- */

static const char *picture_kind(const mix_plot_options *options) {
    return options->what == MIX_PLOT_PROFILE     ? "a picture of parameters"
           : options->what == MIX_PLOT_SURFACE   ? "a surface"
           : options->what == MIX_PLOT_TRACE     ? "a trace"
           : options->what == MIX_PLOT_SELECTION ? "a selection"
                                                 : "a matrix of pairs";
}

static mixture_status check_axes(const mix_plot_options *options, mixture_error *error) {
    const mix_plot_axis *x = &options->axes[0], *y = &options->axes[1];
    bool matrix = mix_plot_is_matrix(options), any = x->log || y->log;
    bool limits = !matrix && options->what != MIX_PLOT_PROFILE;
    if ((x->limited || y->limited) && !limits) {
        return mix_error_invalid(error, "%s is given for %s; expected one or two columns",
                                 x->limited ? "xlim" : "ylim", picture_kind(options));
    }
    if (any && options->what >= MIX_PLOT_SURFACE) {
        return mix_error_invalid(error, "log is given for %s; expected a picture of rows, densities or components",
                                 picture_kind(options));
    }
    if (matrix && x->log != y->log) {
        return mix_error_invalid(error, "log is \"%s\" for a matrix of pairs; expected \"xy\", true or false",
                                 x->log ? "x" : "y");
    }
    for (int i = 0; i < 2; i++) {
        const mix_plot_axis *axis = &options->axes[i];
        if (axis->limited && axis->log && !(axis->low > 0)) {
            return mix_error_invalid(error, "%s begins at %g; expected a number above 0 on a logarithmic axis",
                                     i == 0 ? "xlim" : "ylim", axis->low);
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_plot_check(const mixture_model *model, const mix_plot_options *options, mixture_error *error) {
    mixture_status status = check_model(model, options, error);
    return status == MIXTURE_OK ? check_axes(options, error) : status;
}
