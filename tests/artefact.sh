#!/bin/sh
# artefact.sh MODULE: what the built extension exports and needs.
set -eu
export LC_ALL=C

module=$1
failed=0

# check WHAT FOUND WANTED
check() {
    if [ "$2" != "$3" ]; then
        printf '%s: %s\n    found:  %s\n    wanted: %s\n' "$module" "$1" "${2:-none}" "${3:-none}"
        failed=1
    fi
}

# The lines of stdin on one line.
join() {
    tr '\n' ' ' | sed 's/ *$//'
}

exported=$(nm -D --defined-only "$module" | awk '{print $NF}' | join)
check 'exported symbols' "$exported" sqlite3_mixture_init

undefined=$(nm -D --undefined-only "$module" | awk '$NF ~ /^sqlite3_/ {print $NF}' | join)
check 'symbols of SQLite to be found at load time' "$undefined" ''

needed=$(readelf -d "$module" | awk '/\(NEEDED\)/ {gsub(/[][]/, "", $NF); print $NF}')
foreign=$(printf '%s\n' "$needed" | grep -Ev '^(lib(c|m|pthread)\.(so\.[0-9]+|musl-.*)|ld-.*)$' | join)
check 'libraries needed beside the C library' "$foreign" ''

relocations=$(readelf -d "$module" | grep -c TEXTREL || true)
check 'text relocations' "$relocations" 0

# Such storage is allocated when a thread first uses it, and the process is aborted when that fails.
storage=$(readelf -lW "$module" | awk '$1 == "TLS"' | join)
check 'storage of each thread' "$storage" ''

exit $failed
