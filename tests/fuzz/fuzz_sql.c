/* fuzz_sql.c: every function and table with any arguments whatever, of one to four rows.
** Input: a byte for the function, one for the number of arguments, one for that of rows; then the arguments, each
** a byte for its kind and what the kind needs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fuzz_connection.h"

enum { MOST_ARGUMENTS = 8, MOST_ROWS = 4 };

/* In the order that the seeds count by: what is new goes to the end. */
static const struct {
    const char *name;
    bool table;
} callables[] = {{"gmm_fit", false},
                 {"mmm_fit", false},
                 {"gmm_select", false},
                 {"mmm_select", false},
                 {"mix_predict", false},
                 {"mix_probability", false},
                 {"mix_uncertainty", false},
                 {"mix_density", false},
                 {"mix_log_density", false},
                 {"mix_distance", false},
                 {"mix_impute", false},
                 {"mix_probabilities", false},
                 {"mix_row", false},
                 {"mix_loglik", false},
                 {"mix_statistics", false},
                 {"mix_merge", false},
                 {"mix_step", false},
                 {"mix_maximize", false},
                 {"mixture_debug", false},
                 {"mixture_version", false},
                 {"mix_components", true},
                 {"mix_parameters", true},
                 {"mix_responsibilities", true},
                 {"mix_bootstrap", false},
                 {"mix_test", false},
                 {"mix_intervals", true},
                 {"mix_explain", true},
                 {"mix_profile", true},
                 {"mix_combine", true},
                 {"mix_trace", true},
                 {"mix_sample", true},
                 {"mix_grid", true},
                 {"mix_ellipses", true},
                 {"mix_selection", true},
                 {"mix_contours", true},
                 {"mix_plot", false},
                 {"mix_plot_model", false},
                 {"pmm_fit", false},
                 {"pmm_select", false},
                 {"mix_number", false},
                 {"mix_refit", false},
                 {"mix_summary", false},
                 {"mix_progress", true},
                 {"mix_rename", false},
                 {"mix_name", false},
                 {"mix_fit", false},
                 {"mix_select", false},
                 {"mix_divergence", false},
                 {"mix_match", false},
                 {"mix_update", false},
                 {"mix_rand_index", false},
                 {"mix_tail", false},
                 {"mix_condition", false},
                 {"mix_marginal", false},
                 {"mix_cdf", false},
                 {"mix_quantile", false},
                 {"mix_extrapolate", false},
                 {"mix_sample_rows", false}};
enum { CALLABLES = sizeof callables / sizeof *callables };

/* Arguments that are what a function expects. */
static const char *const texts[] = {
    "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[4]],\"covariances\":[[[1]],[[2]]]}",
    "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[[0,0],[4,0]],\"covariances\":[[[1,0],[0,1]],[[2,1],[1,2]]]}",
    "{\"family\":\"multinomial\",\"weights\":[0.5,0.5],\"probabilities\":[[0.25,0.75],[0.5,0.5]],\"trials\":4}",
    "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[1e150]],\"covariances\":[[[1e-300]]],\"trace\":[-1,0]}",
    "{\"covariance\":\"tied\",\"n_init\":1,\"max_iter\":3}",
    "{\"weight\":1,\"label\":2,\"n_init\":1,\"max_iter\":3}",
    "{\"init\":{\"means\":[[1],[2]]},\"max_iter\":3}",
    "{\"criterion\":\"icl\",\"k\":[1,2],\"covariances\":[\"EII\",\"VII\"],\"n_init\":1,\"max_iter\":3}",
    "{\"what\":\"surface\",\"width\":240,\"height\":240,\"palette\":\"gray\"}",
    "{\"family\":\"poisson\",\"weights\":[0.5,0.5],\"rates\":[[1,2],[4,0]]}",
    "{\"replicates\":3,\"type\":\"weighted\",\"max_iter\":3}",
    "{\"log\":\"xy\",\"xlim\":[1,9],\"names\":[\"a\",\"b\"],\"theme\":\"dark\"}",
    "{\"what\":\"components\",\"log\":true,\"ylim\":[-1,1e300]}",
    "{\"what\":\"uncertainty\",\"levels\":[0.5,0.9],\"columns\":[1]}",
    "{\"what\":\"trace\",\"title\":\"<a\\tb>\"}",
    "[0.5,0.25]",
    ("{\"family\":\"mixed\",\"weights\":[0.5,0.5],\"parts\":[{\"family\":\"gaussian\",\"means\":[0,4],\"covariances\":[1,2]},"
     "{\"family\":\"categorical\",\"levels\":[0,\"a\"],\"probabilities\":[[0.5,0.5],[0.25,0.75]]}]}"),
    "{\"families\":{\"x1\":\"categorical\",\"x2\":\"poisson\"},\"n_init\":1,\"max_iter\":3}",
};
enum { TEXTS = sizeof texts / sizeof *texts };

/* Statistics of a fitting shape, made once. */
static sqlite3_value *sample_statistics(sqlite3 *db) {
    static sqlite3_value *value;
    if (value == NULL) {
        sqlite3_stmt *statement;
        fuzz_check(sqlite3_prepare_v2(db, "SELECT mix_statistics(?1, column1) FROM (VALUES (0), (1), (5), (4.5))",
                                      -1, &statement, NULL) == SQLITE_OK);
        sqlite3_bind_text(statement, 1, texts[0], -1, SQLITE_STATIC);
        fuzz_check(sqlite3_step(statement) == SQLITE_ROW);
        value = sqlite3_value_dup(sqlite3_column_value(statement, 0));
        sqlite3_finalize(statement);
    }
    return value;
}

static void bind(sqlite3_stmt *statement, int place, fuzz_input *input) {
    unsigned kind = fuzz_byte(input), length;
    switch (kind % 16) {
    case 0:
        break; /* NULL */
    case 1:
        sqlite3_bind_int64(statement, place, (sqlite3_int64)fuzz_word(input));
        break;
    case 2:
    case 3:
    case 4:
        sqlite3_bind_int(statement, place, (int)fuzz_byte(input) % 16);
        break;
    case 5:
    case 6:
        sqlite3_bind_double(statement, place, fuzz_number(input));
        break;
    case 7:
        sqlite3_bind_double(statement, place, kind & 16 ? HUGE_VAL : -HUGE_VAL);
        break;
    case 8:
    case 9: /* the bytes that follow, as TEXT or BLOB */
        length = fuzz_byte(input);
        length = length < input->left ? length : (unsigned)input->left;
        if (kind % 16 == 8) {
            sqlite3_bind_text(statement, place, (const char *)input->bytes, (int)length, SQLITE_STATIC);
        } else {
            sqlite3_bind_blob(statement, place, input->bytes, (int)length, SQLITE_STATIC);
        }
        input->bytes += length;
        input->left -= length;
        break;
    case 10:
        sqlite3_bind_zeroblob(statement, place, (int)(kind / 16) * 8);
        break;
    case 11:
        sqlite3_bind_value(statement, place, sample_statistics(sqlite3_db_handle(statement)));
        break;
    default:
        sqlite3_bind_text(statement, place, texts[kind / 16 % TEXTS], -1, SQLITE_STATIC);
    }
}

/* SELECT f(column2, ...) or SELECT t.* FROM t(column2, ...), over rows of parameters; column1 is there so that a
** row is never empty. over: behind the call of a function, its window or nothing. */
static void write_query(char *sql, unsigned which, int count, int rows, const char *over) {
    char arguments[200] = "(", values[200] = "(0";
    for (int i = 0; i < count; i++) {
        sprintf(arguments + strlen(arguments), "%scolumn%d", i ? "," : "", i + 2);
        strcat(values, ",?");
    }
    if (callables[which].table) {
        strcpy(sql, "SELECT answer.*, answer._model FROM (VALUES ");
    } else {
        sprintf(sql, "SELECT %s%s)%s AS answer FROM (VALUES ", callables[which].name, arguments, over);
    }
    for (int row = 0; row < rows; row++) {
        sprintf(sql + strlen(sql), "%s%s)", row ? "," : "", values);
    }
    strcat(sql, ")");
    if (callables[which].table) {
        sprintf(sql + strlen(sql), ", %s%s) AS answer LIMIT 40", callables[which].name, arguments);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fuzz_input input = {bytes, length};
    sqlite3 *db = fuzz_connection();
    unsigned which = fuzz_byte(&input) % CALLABLES;
    int count = (int)(fuzz_byte(&input) % (MOST_ARGUMENTS + 1));
    unsigned frame = fuzz_byte(&input);
    int rows = 1 + (int)(frame % MOST_ROWS);
    char sql[1000];
    sqlite3_stmt *statement = NULL;
    if (frame >= 128) {
        write_query(sql, which, count, rows, " OVER (ROWS 1 PRECEDING)");
        (void)sqlite3_prepare_v2(db, sql, -1, &statement, NULL); /* of what is no aggregate there is none */
    }
    write_query(sql, which, count, rows, "");
    if (statement == NULL && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fuzz_check_message(sqlite3_errmsg(db)); /* a number of arguments that the function does not take */
        return 0;
    }
    for (int place = 1; place <= rows * count; place++) {
        bind(statement, place, &input);
    }
    (void)fuzz_run(statement);
    return 0;
}
