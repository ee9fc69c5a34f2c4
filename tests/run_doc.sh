#!/bin/sh
# run_doc.sh MODULE FILE.md: run the examples of a document and compare their output.
#
# All ```sql blocks of the file run in order, in one session of the sqlite3 shell, on an empty database with
# MODULE loaded, in the repository's root. A ```text block is the output of the ```sql block before it when
# nothing is between them but blank lines and at most one line that ends with a colon. A block without such
# output must run without errors. Errors are compared like other output, less their "near line N", and a
# line ".load …mixture" is passed over. Spaces at the end of a line do not count.
#
# Environment: SQLITE3, the shell's command (default: sqlite3); MIXTURE_PRELOAD, a library to load before
# everything.
set -eu
export LC_ALL=C

[ $# -eq 2 ] || { echo "usage: $0 MODULE FILE.md" >&2; exit 2; }
absolute() {
    printf '%s/%s\n' "$(cd "$(dirname "$1")" && pwd)" "$(basename "$1")"
}
module=$(absolute "$1")
file=$(absolute "$2")
name=$(basename "$file")
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 1. Take the document apart: $work/input for the shell, $work/wanted.N for block N where it has an output,
# and $work/blocks with a line "N line-of-the-sql line-of-the-text" for each, the latter 0 without output.
awk -v work="$work" -v name="$name" '
    function list() { if (n) print n, sql_line, text_line >(work "/blocks") }
    state == "" && /^```sql[ \t\r]*$/ {
        list()
        state = "sql"; n++; sql_line = NR; text_line = 0; pending = 1; prose = 0
        next
    }
    state == "" && /^```text[ \t\r]*$/ && pending {
        state = "text"; text_line = NR; pending = 0
        printf "" >(work "/wanted." n)
        next
    }
    state == "" && /^```/ { state = "other"; pending = 0; next }
    state != "" && /^```[ \t\r]*$/ {
        if (state == "sql") print ".print @@end of block " n "@@" >(work "/input")
        state = ""
        next
    }
    { sub(/[ \t\r]+$/, "") }
    state == "sql" && !/^\.load .*mixture/ { print >(work "/input") }
    state == "text" { print >(work "/wanted." n) }
    state == "" && pending && $0 != "" {
        if (/:$/ && !prose) prose = 1; else pending = 0
    }
    END {
        if (state != "") { print name ": a fenced block is not closed"; exit 1 }
        list()
    }' "$file"

if ! grep -qv ' 0$' "$work/blocks" 2>/dev/null; then
    echo "$name: no sql block is followed by a text block with its output"
    exit 1
fi

# 2. Run it. Output goes to stderr as errors do, so that both come in order.
if [ -n "${MIXTURE_PRELOAD:-}" ]; then
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
fi
{
    printf '.output stderr\n.load "%s"\n.print @@end of block 0@@\n' "$module"
    cat "$work/input"
} >"$work/session"
status=0
LD_PRELOAD="${MIXTURE_PRELOAD:-}" ${SQLITE3:-sqlite3} -init /dev/null -batch :memory: \
    <"$work/session" >"$work/output" 2>&1 || status=$?

# 3. Cut the output into $work/got.N, block 0 being the loading of the extension.
sed -e 's/^\([A-Z][a-z]* error\) near line [0-9]*:/\1:/' -e 's/[[:space:]]*$//' "$work/output" |
    awk -v work="$work" '
    BEGIN { file = work "/got.0"; printf "" >file }
    /^@@end of block [0-9]+@@$/ {
        close(file)
        block = $4; sub(/@@$/, "", block)
        print "" >(work "/ended." block)
        file = work "/got." (block + 1)
        printf "" >file
        next
    }
    { print >file }'

if [ -s "$work/got.0" ]; then
    cat "$work/got.0"
    exit 1
fi

# 4. Compare.
failed=0
while read -r n sql_line text_line; do
    if [ ! -e "$work/ended.$n" ]; then
        echo "$name:$sql_line: this block did not come to its end: a ';' missing, or a crash (status $status)"
        cat "$work/got.$n" 2>/dev/null || true
        failed=1
        break
    elif [ "$text_line" -ne 0 ]; then
        if ! diff -u "$work/wanted.$n" "$work/got.$n" >"$work/diff"; then
            echo "$name:$text_line: the output of the block in line $sql_line differs (- document, + sqlite3)"
            sed 1,2d "$work/diff"
            failed=1
        fi
    elif grep -Eq '^(Parse error|Runtime error|Error):' "$work/got.$n"; then
        echo "$name:$sql_line: this block failed"
        cat "$work/got.$n"
        failed=1
    fi
done <"$work/blocks"
if [ "$status" -ge 128 ]; then
    echo "$name: sqlite3 ended with status $status"
    failed=1
fi
exit $failed
