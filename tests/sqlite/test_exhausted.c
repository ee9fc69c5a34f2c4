/* test_exhausted.c: what the system has run out of: memory for the C library, in threads that use the extension
** for the first time; threads; keys of what belongs to a thread. Each test is a child process, where SQLite's
** own memory is a block that was obtained before. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "sql.h"

/* Not under what keeps house with memory by itself: sanitizers, valgrind. */
static bool is_watched(void) {
    const char *preload = getenv("LD_PRELOAD");
    bool valgrind = preload != NULL && strstr(preload, "valgrind") != NULL;
    return valgrind || dlsym(RTLD_DEFAULT, "__sanitizer_print_stack_trace") != NULL;
}

/* ---- The C library's memory, counted ------------------------------------------------------------------------ */

static bool counting;
static size_t bytes_asked; /* of the C library, since counting began */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define COUNTS_BYTES true

/* These stand before those of the C library, which has them under other names, too. */
#define REPLACED __attribute__((visibility("default")))
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

REPLACED void *malloc(size_t bytes) {
    bytes_asked += counting ? bytes : 0;
    return __libc_malloc(bytes);
}

REPLACED void *calloc(size_t count, size_t bytes) {
    bytes_asked += counting ? count * bytes : 0;
    return __libc_calloc(count, bytes);
}

REPLACED void *realloc(void *block, size_t bytes) {
    bytes_asked += counting ? bytes : 0;
    return __libc_realloc(block, bytes);
}

REPLACED void free(void *block) {
    __libc_free(block);
}
#else
#define COUNTS_BYTES false
#endif

/* ---- A heap of SQLite's own -------------------------------------------------------------------------------- */

enum { HEAP_BYTES = 1 << 28, HEADER = 16 };

static mix_arena *heap;

static void *heap_malloc(int bytes) {
    char *piece = mix_arena_take(heap, (size_t)bytes + HEADER);
    if (piece == NULL) {
        return NULL;
    }
    memcpy(piece, &bytes, sizeof bytes);
    return piece + HEADER;
}

static void heap_free(void *block) {
    mix_arena_give(heap, (char *)block - HEADER);
}

static int heap_size(void *block) {
    int bytes = 0;
    if (block != NULL) {
        memcpy(&bytes, (char *)block - HEADER, sizeof bytes);
    }
    return bytes;
}

static void *heap_realloc(void *block, int bytes) {
    void *moved = heap_malloc(bytes);
    if (moved != NULL) {
        memcpy(moved, block, (size_t)(bytes < heap_size(block) ? bytes : heap_size(block)));
        heap_free(block);
    }
    return moved;
}

static int heap_round_up(int bytes) {
    return (bytes + 15) / 16 * 16;
}

static int heap_begin(void *unused) {
    (void)unused;
    return SQLITE_OK;
}

static void heap_end(void *unused) {
    (void)unused;
}

static void use_heap(void) {
    static const sqlite3_mem_methods methods = {heap_malloc,   heap_free,  heap_realloc, heap_size,
                                                heap_round_up, heap_begin, heap_end,     NULL};
    void *block = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    heap = block != MAP_FAILED ? mix_arena_begin(block, HEAP_BYTES) : NULL;
    if (heap == NULL || sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK) {
        _exit(2);
    }
}

/* ---- In a child process ------------------------------------------------------------------------------------ */

static void *sleep_a_little(void *unused) {
    (void)usleep(100000);
    return unused;
}

/* Stacks for threads to come: those of threads that have ended are used again. */
static void leave_stacks(void) {
    enum { STACKS = 4 };
    pthread_t threads[STACKS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    for (int i = 0; i < STACKS; i++) {
        if (pthread_create(&threads[i], &attributes, sleep_a_little, NULL) != 0) {
            _exit(3);
        }
    }
    for (int i = 0; i < STACKS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* The C library has no byte left, and gets none. */
static void take_all_memory(void) {
    struct rlimit limit;
    (void)getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 0;
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        _exit(4);
    }
    for (size_t bytes = (size_t)1 << 30; bytes >= 8; bytes /= 2) {
        while (malloc(bytes) != NULL) {
        }
    }
}

/* Whether the answer of a statement is that text; prepared before. */
static bool answers(sqlite3_stmt *statement, const char *text) {
    bool same = sqlite3_step(statement) == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(statement, 0), text) == 0;
    sqlite3_reset(statement);
    return same;
}

static void *answer_in_a_thread(void *statement) {
    take_all_memory(); /* after the thread has begun, before it uses the extension */
    return answers(statement, "2") ? statement : NULL;
}

static int score_in_a_fresh_thread(void) {
    static const char sql[] =
        "SELECT mix_predict('{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[9]],"
        "\"covariances\":[[[1]],[[1]]]}', 8)";
    sqlite3 *db = sql_open();
    sqlite3_stmt *statement = NULL;
    pthread_t thread;
    void *result = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        pthread_create(&thread, NULL, answer_in_a_thread, statement) != 0) {
        return 5;
    }
    pthread_join(thread, &result);
    return result != NULL ? 0 : 6;
}

static const char points[] =
    "CREATE TABLE p AS WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 20000) "
    "SELECT n %% 7 + n %% 13 * 0.37 + (n %% 3) * 9 AS x, n %% 11 - n %% 17 * 0.21 AS y FROM i";

/* The fits of one k each are jobs on threads, and those of many rows are divided among threads. Scores have
** none. */
static int fit_in_worker_threads(void (*take)(void)) {
    static const char *const queries[] = {
        "SELECT gmm_select(x, y, 4, '{\"threads\":%d}') FROM p",
        "SELECT gmm_fit(x, y, 3, '{\"threads\":%d}') FROM p",
        "SELECT mix_refit(m, x, y, '{\"threads\":%d}') FROM p, model",
        "SELECT (sum(mix_predict(m, x, y)) || mix_loglik(m, x, y)) || substr(%d, 2) FROM p, model WHERE p.rowid < 1000"};
    enum { QUERIES = sizeof queries / sizeof *queries };
    sqlite3 *db = sql_open();
    sqlite3_stmt *statements[QUERIES];
    char *expected[QUERIES];
    sql_run(db, points);
    sql_run(db, "CREATE TABLE model AS SELECT gmm_fit(x, y, 2, '{\"max_iter\":1}') AS m FROM p");
    for (int i = 0; i < QUERIES; i++) {
        expected[i] = sql_text(db, queries[i], 1);
        if (sqlite3_prepare_v2(db, sql_build(queries[i], 4), -1, &statements[i], NULL) != SQLITE_OK) {
            return 5;
        }
    }
    leave_stacks();
    take();
    for (int i = 0; i < QUERIES; i++) {
        if (!answers(statements[i], expected[i])) {
            return 6;
        }
    }
    return 0;
}

static int fit_without_memory(void) {
    return fit_in_worker_threads(take_all_memory);
}

/* As `ulimit -u`. Root has no such limit. */
static void take_all_threads(void) {
    const struct rlimit none = {0, 0};
    pthread_t thread;
    if (setrlimit(RLIMIT_NPROC, &none) != 0 || (getuid() == 0 && setuid(65534) != 0)) {
        _exit(7);
    }
    if (pthread_create(&thread, NULL, sleep_a_little, NULL) == 0) {
        _exit(8);
    }
}

static int fit_without_threads(void) {
    return fit_in_worker_threads(take_all_threads);
}

static int ask_and_count(sqlite3 *db, const char *sql, size_t least, size_t most) {
    char *message;
    bytes_asked = 0;
    counting = true;
    int rc = sqlite3_exec(db, sql, NULL, NULL, &message);
    counting = false;
    if (rc == SQLITE_OK && bytes_asked >= least && bytes_asked <= most) {
        return 0;
    }
    fprintf(stderr, "%s: %zu bytes\n", message != NULL ? message : sql, bytes_asked);
    return 9;
}

/* On one thread; each further one has the C library allocate some bytes for it (SECURITY.md). */
static int count_bytes(void) {
    static const char *const queries[] = {
        "SELECT gmm_fit(x, y, 3, '{\"threads\":1}') FROM p",
        "SELECT gmm_select(x, y, 2, '{\"threads\":1}') FROM p",
        "SELECT mmm_fit(abs(round(x)), 1 + abs(round(y)), 2, '{\"threads\":1}') FROM p",
        "SELECT mix_loglik(m, x, y), mix_step(m, x, y), mix_maximize(mix_statistics(m, x, y)) FROM model, p",
        ("SELECT sum(mix_predict(m, x, y) + mix_density(m, x, y) + mix_distance(m, 1, x, NULL)), max(mix_impute(m, x, NULL)) "
         "FROM model, p"),
        "SELECT count(*) FROM model, mix_components(m)",
        "SELECT count(*) FROM model, mix_parameters(m)",
        "SELECT count(*) FROM model, mix_sample(m, 100)",
        "SELECT count(*) FROM model, mix_grid(m, 10, 10)",
        "SELECT count(*) FROM model, mix_ellipses(m)",
        "SELECT count(*) FROM model, mix_contours(m)",
        "SELECT mix_plot(m, x, y) FROM model, p",
        "SELECT mix_plot(m, x, y, '{\"log\":\"x\",\"names\":[\"a\",\"b\"]}') FROM model, p",
        "SELECT mix_plot_model('{\"family\":\"poisson\",\"weights\":[0.5,0.5],\"rates\":[[1,2],[4,3]]}')",
        "SELECT mix_plot_model(m, '{\"what\":\"surface\"}') FROM model",
        "SELECT mix_plot_model(m, '{\"what\":\"trace\"}') FROM model",
    };
    sqlite3 *db = sql_open();
    sql_run(db, points);
    sql_run(db, "CREATE TABLE model AS SELECT gmm_fit(x, y, 3, '{\"threads\":1}') AS m FROM p");
    int result = 0;
    for (size_t i = 0; i < sizeof queries / sizeof *queries && result == 0; i++) {
        result = ask_and_count(db, queries[i], 0, 0);
    }
    const char *with_threads = "SELECT gmm_fit(x, y, 3, '{\"threads\":4}') FROM p";
    return result != 0 ? result : ask_and_count(db, with_threads, 1, 3 * 512);
}

static void take_all_keys(void) {
    pthread_key_t key;
    while (pthread_key_create(&key, NULL) == 0) {
    }
}

static int fit_without_keys(void) {
    return fit_in_worker_threads(take_all_keys);
}

static void in_a_child(int (*run)(void)) {
    if (is_watched()) {
        skip();
    }
    fflush(stdout);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        use_heap();
        _exit(run());
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFSIGNALED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- Tests -------------------------------------------------------------------------------------------------- */

static void a_thread_that_never_used_the_extension_needs_no_memory_but_sqlites(void **state) {
    (void)state;
    in_a_child(score_in_a_fresh_thread);
}

static void worker_threads_need_no_memory_but_sqlites(void **state) {
    (void)state;
    in_a_child(fit_without_memory);
}

static void without_threads_a_fit_is_the_same(void **state) {
    (void)state;
    in_a_child(fit_without_threads);
}

static void without_keys_for_its_threads_a_fit_is_the_same(void **state) {
    (void)state;
    in_a_child(fit_without_keys);
}

static void no_function_asks_the_c_library_for_memory(void **state) {
    (void)state;
    if (!COUNTS_BYTES) {
        skip();
    }
    in_a_child(count_bytes);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_never_used_the_extension_needs_no_memory_but_sqlites),
        cmocka_unit_test(worker_threads_need_no_memory_but_sqlites),
        cmocka_unit_test(without_threads_a_fit_is_the_same),
        cmocka_unit_test(without_keys_for_its_threads_a_fit_is_the_same),
        cmocka_unit_test(no_function_asks_the_c_library_for_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
