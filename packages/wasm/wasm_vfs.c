/* wasm_vfs.c: what SQLite asks of an operating system where there is none: time and random numbers. There are no
** files: databases are in memory (:memory:, and those that sqlite3_deserialize() opened). With SQLITE_OS_OTHER. */
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

static int open_none(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)vfs, (void)name, (void)flags, (void)out;
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}

static int delete_none(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs, (void)name, (void)sync;
    return SQLITE_IOERR_DELETE_NOENT;
}

static int access_none(sqlite3_vfs *vfs, const char *name, int flags, int *found) {
    (void)vfs, (void)name, (void)flags;
    *found = 0;
    return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *full) {
    (void)vfs;
    sqlite3_snprintf(size, full, "%s", name);
    return SQLITE_OK;
}

static int random_bytes(sqlite3_vfs *vfs, int size, char *bytes) {
    (void)vfs;
    return getentropy(bytes, (size_t)size) == 0 ? size : 0;
}

static int sleep_none(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

/* Milliseconds since the Julian day 0. */
static int time_now(sqlite3_vfs *vfs, sqlite3_int64 *now) {
    (void)vfs;
    struct timespec since_1970;
    clock_gettime(CLOCK_REALTIME, &since_1970);
    *now = 210866760000000 /* the day 2440587.5 */ + (sqlite3_int64)since_1970.tv_sec * 1000 +
           since_1970.tv_nsec / 1000000;
    return SQLITE_OK;
}

static int day_now(sqlite3_vfs *vfs, double *now) {
    sqlite3_int64 milliseconds = 0;
    time_now(vfs, &milliseconds);
    *now = (double)milliseconds / 86400000.0;
    return SQLITE_OK;
}

int sqlite3_os_init(void) {
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(sqlite3_file),
        .mxPathname = 512,
        .zName = "none",
        .xOpen = open_none,
        .xDelete = delete_none,
        .xAccess = access_none,
        .xFullPathname = full_name,
        .xRandomness = random_bytes,
        .xSleep = sleep_none,
        .xCurrentTime = day_now,
        .xCurrentTimeInt64 = time_now,
    };
    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void) {
    return SQLITE_OK;
}
