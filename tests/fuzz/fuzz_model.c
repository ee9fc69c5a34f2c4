/* fuzz_model.c: any bytes as a model, JSON or JSONB. Refused with a message; or a model that is valid JSON,
** keeps its bits through writing and reading, and scores rows. */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "family.h"
#include "fuzz.h"
#include "jsonb.h"
#include "model_json.h"

/* What SQLite says of the text. */
static bool is_json(const uint8_t *bytes, size_t length) {
    static sqlite3_stmt *statement;
    if (statement == NULL) {
        sqlite3 *db;
        fuzz_check(sqlite3_open(":memory:", &db) == SQLITE_OK);
        fuzz_check(sqlite3_prepare_v2(db, "SELECT json_valid(?1)", -1, &statement, NULL) == SQLITE_OK);
    }
    sqlite3_bind_text(statement, 1, (const char *)bytes, (int)length, SQLITE_STATIC);
    fuzz_check(sqlite3_step(statement) == SQLITE_ROW);
    bool valid = sqlite3_column_int(statement, 0) == 1;
    sqlite3_reset(statement);
    return valid;
}

/* Rows at the origin, with nothing observed, at a mean, with a value missing, and far away. */
static void score(const mixture_model *model) {
    double *x = calloc(model->d, sizeof(double));
    fuzz_check(x != NULL);
    const mix_shape shape = mix_shape_of(model);
    for (int kind = 0; kind < 5; kind++) {
        for (size_t j = 0; j < model->d; j++) {
            bool counts = model->family == &mixture_multinomial;
            bool mixed = model->family->parts != NULL;
            const double values[] = {0, NAN, counts || mixed ? 3 : model->arrays[0][j], j == 0 ? 1 : NAN,
                                     counts  ? 1e15
                                     : j % 2 ? -1e300
                                             : 1e300};
            /* What no argument can be no row of a mixed model has. */
            x[j] = mixed && mix_family_refusal(&shape, j, values[kind]) != NULL ? (double)NAN : values[kind];
        }
        (void)fuzz_check_row(model, x);
    }
    free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mix_jsonb_text json;
    mixture_status status = mix_jsonb_open(bytes, length, NULL, &json, &error);
    if (status == MIXTURE_OK) {
        status = mix_model_json_read(json.text, json.length, &model, &error);
    }
    fuzz_check_status(status, &error);
    fuzz_check((model != NULL) == (status == MIXTURE_OK));
    if (model != NULL) {
        fuzz_check(is_json((const uint8_t *)json.text, json.length));
        fuzz_check_model(model);
        score(model);
        mixture_model_free(model);
    }
    mix_jsonb_close(&json);
    return 0;
}
