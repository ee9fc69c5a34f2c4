/* function_about.c: mixture_version and mixture_debug. */
#include <string.h>

#include "function.h"
#include "kernel.h"
#include "portable.h"
#include "threads.h"
#include "writer.h"

static void version(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    (void)argv;
    sqlite3_result_text(context, MIXTURE_VERSION, -1, SQLITE_STATIC);
}

static void member(mix_json_writer *writer, const char *key, const char *text) {
    mix_json_write_key(writer, key);
    mix_json_write_string(writer, text);
}

static void debug(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    (void)argv;
    mix_json_writer writer = {0};
    mix_json_begin_object(&writer);
    member(&writer, "version", MIXTURE_VERSION);
    member(&writer, "sqlite_compiled", SQLITE_VERSION);
    member(&writer, "sqlite_running", sqlite3_libversion());
    member(&writer, "kernel", mix_kernel_current()->name);
    mix_json_write_key(&writer, "kernels");
    mix_json_begin_array(&writer);
    for (const mix_kernel *const *kernel = mix_kernel_all(); *kernel != NULL; kernel++) {
        mix_json_write_string(&writer, (*kernel)->name);
    }
    mix_json_end_array(&writer);
    mix_json_write_key(&writer, "threads");
    mix_json_write_integer(&writer, (int64_t)mix_portable_processors());
    member(&writer, "compiler", __VERSION__);
    mix_json_end_object(&writer);
    mix_function_json(context, &writer);
}

const mix_function mix_about_functions[] = {
    {"mixture_version", "()", 0, 0, MIX_PURE, version, NULL, NULL},
    {"mixture_debug", "()", 0, 0, MIX_PURE_JSON, debug, NULL, NULL},
};
const int mix_about_function_count = sizeof mix_about_functions / sizeof *mix_about_functions;
