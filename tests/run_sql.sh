#!/bin/sh
# run_sql.sh MODULE SCRIPT EXPECTED: run SCRIPT in the sqlite3 shell, in its own folder and on an empty
# database with MODULE loaded, and compare what it prints, errors included, with the file EXPECTED.
#
# Environment: SQLITE3, the shell's command (default: sqlite3); MIXTURE_PRELOAD, a library to load before
# everything.
set -eu
export LC_ALL=C

[ $# -eq 3 ] || { echo "usage: $0 MODULE SCRIPT EXPECTED" >&2; exit 2; }
absolute() {
    printf '%s/%s\n' "$(cd "$(dirname "$1")" && pwd)" "$(basename "$1")"
}
module=$(absolute "$1")
script=$(absolute "$2")
expected=$(absolute "$3")

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Output goes to stderr as errors do, so that both come in order.
cd "$(dirname "$script")"
if [ -n "${MIXTURE_PRELOAD:-}" ]; then
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
fi
status=0
LD_PRELOAD="${MIXTURE_PRELOAD:-}" ${SQLITE3:-sqlite3} -init /dev/null -batch :memory: \
    >"$output" 2>&1 <<END || status=$?
.bail on
.output stderr
.load "$module"
.read "$(basename "$script")"
END

if [ "$status" -ge 128 ]; then
    cat "$output"
    echo "sqlite3 ended with status $status"
    exit 1
fi
diff -u "$expected" "$output" || exit 1
