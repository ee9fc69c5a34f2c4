#!/bin/sh
# instructions.sh [MODULE [OTHER [GROUPS]]]: instructions of gmm_fit(x, y, 3) for each of 200 groups of 100 rows,
# clear ones and overlapping ones, SQLite's own among them, as callgrind counts them: the machine need not be left
# to it. OTHER: another build of the extension, as .load takes it, to stand beside; it fails when the two make
# other models. Needs valgrind and a C compiler.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
other=${2:-}
groups=${3:-200}
command -v valgrind >/dev/null || scripts/install-packages.sh memcheck
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Under valgrind all takes some 50 times as long. So that questions whether to stop, which come once a millisecond,
# are as many as without it, time goes 50 times as slowly.
cat >"$folder/clock.c" <<'C'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    long long slow = (time->tv_sec * 1000000000LL + time->tv_nsec) / 50;
    time->tv_sec = slow / 1000000000;
    time->tv_nsec = slow % 1000000000;
    return result;
}
C
cc -O1 -shared -fPIC "$folder/clock.c" -o "$folder/clock.so"

covariances='"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]],[[1,0],[0,1]]]}'
model='{"family":"gaussian","weights":[0.5,0.3,0.2],"means":'
sqlite3 -init /dev/null -batch "$folder/points.db" ".load $module" "
  CREATE TABLE clear AS SELECT i / 100 AS g, x1 AS x, x2 AS y
    FROM mix_sample('${model}[[0,0],[6,2],[1,7]],$covariances', $groups * 100, 1);
  CREATE TABLE overlapping AS SELECT i / 100 AS g, x1 AS x, x2 AS y
    FROM mix_sample('${model}[[0,0],[3,1],[1,4]],$covariances', $groups * 100, 1);"

# count MODULE TABLE GROUPS: instructions of a shell that fits these; the models go to $folder/models.
count() {
    LD_PRELOAD="$folder/clock.so" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        sqlite3 -init /dev/null -batch "$folder/points.db" ".load $1" \
        "SELECT g, gmm_fit(x, y, 3) FROM $2 WHERE g < $3 GROUP BY g" 2>"$folder/log" >"$folder/models"
    sed -n 's/.*Collected : //p' "$folder/log"
}

# each MODULE TABLE: thousands of instructions a group, without those of the shell's start.
each() {
    start=$(count "$1" "$2" 0)
    all=$(count "$1" "$2" "$groups")
    echo $(((all - start) / groups / 1000))
}

printf 'thousands of instructions a group of 100 rows, d = 2, k = 3, %d groups\n' "$groups"
failed=0
for kind in clear overlapping; do
    own=$(each "$module" "$kind")
    printf '%-12s %8d' "$kind" "$own"
    if [ -n "$other" ]; then
        mv "$folder/models" "$folder/own"
        theirs=$(each "$other" "$kind")
        same='the same models'
        cmp -s "$folder/own" "$folder/models" || same='OTHER MODELS' failed=1
        awk -v own="$own" -v theirs="$theirs" -v same="$same" \
            'BEGIN { printf "   beside %8d: %5.3f, %s", theirs, own / theirs, same }'
    fi
    echo
done
exit $failed
