/* fit_replicates.c: many fits, and what they say as JSON. */
#include "fit_replicates.h"

#include "arrays.h"
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

mixture_status mix_fit_test(const mix_fit_rows *rows, sqlite3_context *context, mixture_error *error) {
    const mix_fit_options *options = rows->options;
    mixture_test test;
    mixture_status status =
        mixture_test_run(rows->family, rows->data, &options->options, options->replicates, &test, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_json_writer writer = {.turns = {.cancel = &rows->group->cancel}};
    mix_json_begin_object(&writer);
    mix_members_write_integer(&writer, "k", (int64_t)test.k);
    mix_members_write_double(&writer, "n", test.n);
    mix_members_write_integer(&writer, "skipped", (int64_t)rows->skipped);
    mix_json_write_key(&writer, "loglik");
    mix_json_write_array(&writer, test.loglik, 2, 1, 0);
    mix_members_write_double(&writer, "ratio", test.ratio);
    mix_members_write_double(&writer, "p", test.p);
    mix_members_write_integer(&writer, "replicates", (int64_t)test.replicates);
    mix_members_write_integer(&writer, "unsound", (int64_t)test.unsound);
    mix_members_write_integer(&writer, "seed", test.seed);
    mix_members_write_strings(&writer, "warnings", test.warnings, test.warning_count);
    mix_json_end_object(&writer);
    mix_function_json(context, &writer);
    mixture_test_clear(&test);
    return MIXTURE_OK;
}
