#!/bin/sh
# thresholds.sh [-q] [THRESHOLD...]: what the numbers that steer a fit are good for: each (all without THRESHOLD)
# at its value and at others, built from a copy of the sources with nothing else changed. A line a value and
# workload of bench_thresholds.c: EM maps, operations of these and operations of starts, first of the value in use
# and then as ratios to these; how many fits end lower and higher by more than 0.01 in log-likelihood; how many
# with another verdict (which these are is said last, by the letters of add_verdict(); such fits are neither lower
# nor higher); and of selections the cells with a worse and a better BIC than mclust's. -q: fewer fits, and two
# values each. No seconds: it can share the machine. 20 minutes of one core, with -q two.
set -eu
cd "$(dirname "$0")/.."
quick=
if [ "${1-}" = -q ]; then
    quick=-q
    shift
fi
wanted=" $* "
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R CMakeLists.txt cmake include src bench "$folder"
cp -R src "$folder/original"
cmake -S "$folder" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMIXTURE_BUILD_TESTS=OFF >/dev/null

# measure OUTPUT WORKLOAD...
measure() {
    output=$1
    shift
    cmake --build "$folder/build" --target bench_thresholds >"$folder/log" 2>&1 || {
        cat "$folder/log"
        return 1
    }
    # shellcheck disable=SC2086
    "$folder/build/bench/bench_thresholds" $quick "$@" >"$output"
}

# compare VALUE [OUTPUT]: the measurements with the value in use, and those with another one beside them.
compare() {
    awk -v value="$1" -v alone=$((2 - $#)) '
        FNR == NR && $1 == "#" { maps[$2] = $3; work[$2] = $4; start[$2] = $5 }
        FNR == NR && $1 != "#" { loglik[$1] = $2; verdict[$1] = $3; if (alone) changes[$3]++ }
        FNR == NR && !alone { next }
        $1 == "#" {
            printf "  %-10s %-12s %9s %9s %9s", value, $2, ratio($3, maps[$2]), ratio($4, work[$2]),
                ratio($5, start[$2])
            printf " %6d %6d %6d %6d", lower, equal, higher, other
            printf "%s", $2 == "select" ? sprintf(" %6d %6d", $6, $7) : ""
            for (change in changes) printf "  %s %d", change, changes[change]
            print ""
            lower = equal = higher = other = 0
            split("", changes)
            next
        }
        $3 != verdict[$1] { other++; changes[verdict[$1] ">" $3]++; next }
        $2 < loglik[$1] - 0.01 { lower++; next }
        $2 > loglik[$1] + 0.01 { higher++; next }
        { equal++ }
        function ratio(a, b) { return b <= 0 ? "-" : alone ? sprintf("%.3g", a) : sprintf("%.3f", a / b) }
        ' "$folder/base" ${2+"$2"}
}

# try FILE THRESHOLD "VALUE..." WORKLOAD...
try() {
    file=$1 threshold=$2 values=$3 defined="^#define $2 [^ ]+" listed="\b$2 = [0-9]+( << [0-9]+)?"
    shift 3
    case $wanted in
    "  " | *" $threshold "*) ;;
    *) return ;;
    esac
    present=$(grep -oE "$defined|$listed" "$folder/original/$file" | sed "s/.*$threshold \(= \)\?//; s/ //g")
    [ "$(echo "$present" | wc -w)" -eq 1 ] || {
        echo "$threshold is not in src/$file, or not once"
        return 1
    }
    printf '\n%s = %s (src/%s)\n' "$threshold" "$present" "$file"
    printf '  %-10s %-12s %9s %9s %9s %6s %6s %6s %6s %6s %6s\n' \
        value workload maps work start lower equal higher other worse better
    for workload in "$@"; do
        [ -e "$folder/base.$workload" ] || measure "$folder/base.$workload" "$workload"
        cat "$folder/base.$workload"
    done >"$folder/base"
    compare "$present"
    [ -z "$quick" ] || values=$(echo "$values" | cut -d' ' -f1,2)
    for value in $values; do
        sed -E "s/$defined/#define $threshold $value/; s/$listed/$threshold = $value/" \
            "$folder/original/$file" >"$folder/src/$file"
        measure "$folder/other" "$@"
        compare "$value" "$folder/other"
    done
    cp "$folder/original/$file" "$folder/src/$file"
}

# Values that are far out first: -q tries the first two. 0 and 1e300 turn off what can be turned off.
multistart=fit/multistart.c
try $multistart SHORT_MAPS "4 400 13 120" seeds drawn large select wide
try $multistart DRAWN "1 10 2 8" seeds drawn large select
try $multistart DRAWN_OF_MANY "0 4 2" select wide
try $multistart SHORT_REACH "10 1e300 30 300" select wide
try $multistart FLOOR_MAPS "1 0 2 10" select wide
try $multistart SHORT_TOL "0 1e-3 1e-6 1e-4" seeds drawn large select
try $multistart CHEAP_PASS "0 1e300 1e6 1e7" seeds drawn large select

try em/em.h MIX_GOAL_REACH "40 1e300 130 1200" seeds drawn large select
try em/em.c CLOSE "0 0.5 0.005 0.15" seeds drawn select
try em/em.c CLOSE_REACH "0.2 20" seeds drawn select
try em/em.h MIX_GOAL_MAPS "1 80 3 24" seeds drawn select
try em/em.c JUMP_RISE "0 1e300 2e-4 2e-2" seeds drawn select convergence
try em/em.c FALL "0 1e300 1e-8 1e-3" floors drawn convergence

try em/accelerate.c SLOW "0 0.95 0.25 0.8" seeds drawn select convergence
try em/accelerate.c PLAIN_MAPS "1 80 3 24" seeds drawn select convergence
try em/accelerate.c NEW_DIRECTION "0 0.3 1e-3 0.1" seeds drawn select convergence
try em/accelerate.c DIRECTIONS "2 20 3 5" seeds drawn select convergence
try em/accelerate.c FIRST_BOUND "0.01 0.1 0.5" drawn select convergence
try em/accelerate.c LEAST_BOUND "1e-2 1e-12 1e-4" drawn select convergence
try em/accelerate.c LONGEST_PAUSE "0 64" drawn select convergence
try em/accelerate.c BOUND_FACTOR "1.2 16 1.5 4" drawn select convergence

try em/soundness.c SADDLE_GAIN "0 1 1e-3 0.1" saddles single drawn select
try em/soundness.c SADDLE_GAIN_PER_ROW "0 1e-5 1e-8 1e-6" saddles single large
try em/soundness.c EMPTY_ROWS "0 1 1e-9 1e-3" floors drawn

try init/starts.c LLOYD_STEPS "0 100 3 30" seeds drawn large select
try init/init.c TREE_ROWS "100 1600 200 800" drawn large wide
try init/init.c TREE_ROWS_SELECT "200 4000 400 800" wide
try init/init.c TREE_ROWS_LEAST "50 400 100" wide
try init/init.c TREE_WORK "4194304 1073741824 16777216 268435456" wide
