/* host.c: a program with SQLite inside that loads the extension: host MODULE SCRIPT.sql. Runs the script and
** prints each row, values with | between them; exits with 1 and the message when a statement fails. For systems
** without a shell of SQLite. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static int print_row(void *unused, int count, char **values, char **names) {
    (void)unused;
    (void)names;
    for (int i = 0; i < count; i++) {
        printf("%s%s", i > 0 ? "|" : "", values[i] != NULL ? values[i] : "");
    }
    printf("\n");
    return 0;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 1 << 20);
    size_t size = text != NULL ? fread(text, 1, (1 << 20) - 1, file) : 0;
    fclose(file);
    return size > 0 ? text : NULL;
}

int main(int count, char **arguments) {
    sqlite3 *db = NULL;
    char *error = NULL, *script = count == 3 ? read_file(arguments[2]) : NULL;
    if (script == NULL) {
        fprintf(stderr, "usage: host MODULE SCRIPT.sql\n");
        return 2;
    }
    int rc = sqlite3_open(":memory:", &db);
    if (rc == SQLITE_OK) {
        rc = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_load_extension(db, arguments[1], NULL, &error);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(db, script, print_row, NULL, &error);
    }
    if (rc != SQLITE_OK) {
        fprintf(stderr, "%s\n", error != NULL ? error : sqlite3_errmsg(db));
    }
    sqlite3_free(error);
    sqlite3_close(db);
    free(script);
    return rc == SQLITE_OK ? 0 : 1;
}
