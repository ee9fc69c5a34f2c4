/* fuzz_statistics.c: any bytes as statistics; or, since chance finds no checksum, any model text and sums in an
** envelope that is right (src/sqlite/statistics_blob.h has the layout).
** Input: a byte; if it is even, the BLOB follows, else 8 bytes of the rows left out, the model, a NUL, the
** sums. A BLOB that begins as a sample of rows (row_sample.h) ends with its checksum. */
#include <string.h>

#include "fuzz_connection.h"
#include "little_endian.h"

enum { MOST_BYTES = 20000 };

static uint64_t fnv1a(const unsigned char *bytes, size_t length) {
    uint64_t hash = 14695981039346656037u; /* offset basis and prime of the 64-bit variant */
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

/* The envelope about a model and sums; returns its length. */
static size_t wrap(fuzz_input *input, unsigned char *blob) {
    uint64_t skipped = fuzz_word(input);
    const uint8_t *end = input->left > 0 ? memchr(input->bytes, '\0', input->left) : NULL;
    size_t model = end != NULL ? (size_t)(end - input->bytes) : input->left;
    size_t sums = end != NULL ? (input->left - model - 1) / 8 : 0;
    memcpy(blob, "MIXSTAT\1", 8);
    mix_little_endian_put(blob + 8, model);
    mix_little_endian_put(blob + 16, sums);
    mix_little_endian_put(blob + 24, skipped);
    memcpy(blob + 32, input->bytes, model);
    if (sums > 0) {
        memcpy(blob + 32 + model, end + 1, 8 * sums);
    }
    size_t length = 32 + model + 8 * sums;
    mix_little_endian_put(blob + length, fnv1a(blob, length));
    return length + 8;
}

static void run(const char *sql, const unsigned char *blob, size_t length) {
    sqlite3_stmt *statement;
    fuzz_check(sqlite3_prepare_v2(fuzz_connection(), sql, -1, &statement, NULL) == SQLITE_OK);
    sqlite3_bind_blob(statement, 1, blob, (int)length, SQLITE_STATIC);
    (void)fuzz_run(statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static unsigned char blob[MOST_BYTES + 100];
    fuzz_input input = {bytes, length < MOST_BYTES ? length : MOST_BYTES};
    size_t blob_length;
    if (fuzz_byte(&input) % 2 == 0) {
        blob_length = input.left;
        memcpy(blob, input.bytes, blob_length);
        if (blob_length >= 16 && memcmp(blob, "MIXROWS", 7) == 0) {
            mix_little_endian_put(blob + blob_length - 8, fnv1a(blob, blob_length - 8));
        }
    } else {
        blob_length = wrap(&input, blob);
    }
    run("SELECT mix_maximize(?1) AS answer", blob, blob_length);
    run("SELECT mix_maximize(mix_merge(s)) AS answer FROM (SELECT ?1 AS s UNION ALL SELECT ?1)", blob,
        blob_length);
    run("SELECT mix_fit(?1, 2, '{\"n_init\":1,\"max_iter\":3}') AS answer", blob, blob_length);
    run("SELECT gmm_fit(s, 1) AS answer FROM (SELECT mix_merge(?1) AS s)", blob, blob_length);
    return 0;
}
