/* fit_replicates.c: many fits, and what they say as JSON. */
#include "fit_replicates.h"

#include "members.h"
#include "model_json.h"

mixture_status mix_fit_bootstrap(const mix_fit_rows *rows, sqlite3_context *context, mixture_error *error) {
    const mix_fit_options *options = rows->options;
    mixture_model model = *rows->group->parsed->model; /* borrowed */
    mixture_status status =
        mixture_bootstrap_run(rows->group->parsed->model, rows->family, rows->data, &options->options,
                              options->resampling, options->replicates, &model.bootstrap, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t i = 0; i < model.bootstrap->warning_count; i++) {
        sqlite3_log(SQLITE_WARNING, "%s: %s", rows->group->function->name, model.bootstrap->warnings[i]);
    }
    mix_json_writer writer = {.turns = {.cancel = &rows->group->cancel}};
    mix_model_json_write(&model, &writer);
    mix_function_json(context, &writer);
    mixture_bootstrap_free(model.bootstrap);
    return MIXTURE_OK;
}
