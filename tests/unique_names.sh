#!/bin/sh
# unique_names.sh: the name of a source file is that of no other, and what has a name at file scope in src/ and
# include/ (a function, static or not, a type, an enumerator, a variable, a macro) is defined in one file only: so
# code can be quoted and searched by name, and put into one file.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."

failed=0
sources=$(find src include tests bench -name '*.[ch]')

twice=$(printf '%s\n' "$sources" | sed 's|.*/||' | sort | uniq -d)
for name in $twice; do
    printf '%s: %s\n' "$name" "$(printf '%s\n' "$sources" | grep "/$name\$" | tr '\n' ' ')"
    failed=1
done

# shellcheck disable=SC2046
awk -f scripts/file_scope_names.awk $(find src include -name '*.[ch]' | sort) | sort |
    awk '
        NF > 2 { print; failed = 1; next }
        $1 == name { files = files " " $2; next }
        { if (files ~ / .* /) { print name ":" files; failed = 1 } name = $1; files = " " $2 }
        END { if (files ~ / .* /) { print name ":" files; failed = 1 } exit failed }' || failed=1
exit $failed
