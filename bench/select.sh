#!/bin/sh
# select.sh [MODULE]: every k = 1..9 with every covariance structure on Old Faithful and iris, by gmm_select and by
# R's mclust (Debian: r-cran-mclust) in turn; medians of five runs of the fits alone, seconds. Then how many
# candidates have a worse BIC than mclust's by more than 0.5, and how many a better one.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
if ! Rscript -e 'library(mclust)' >/dev/null 2>&1; then
    echo "R with mclust is needed: apt-get install r-cran-mclust"
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# ours FILE COLUMNS THREADS: seconds; the candidates go to $folder/ours.csv
ours() {
    {
        echo ".load $module"
        echo ".import --csv $1 raw"
        echo "CREATE TABLE t AS SELECT $2 FROM raw;"
        echo ".timer on"
        for run in 1 2 3 4 5; do
            echo "CREATE TABLE m$run AS SELECT gmm_select($3, 9, '{\"threads\":$4}') AS m FROM t;"
        done
        echo ".timer off"
        echo ".mode csv"
        echo ".once $folder/ours.csv"
        echo "SELECT k, covariance, bic FROM m1, mix_selection(m) WHERE sound;"
    } | sqlite3 -init /dev/null -batch :memory: |
        sed -n 's/^Run Time: real \([0-9.]*\).*/\1/p' | sort -n | sed -n 3p
}

# mclust FILE COLUMNS: the same in R
mclust() {
    Rscript - "$1" "$2" "$folder/mclust.csv" <<'END'
suppressMessages(library(mclust))
arguments <- commandArgs(TRUE)
x <- read.csv(arguments[1])[, 1:as.integer(arguments[2])]
result <- NULL
run <- function() system.time(result <<- mclustBIC(x, verbose = FALSE))[["elapsed"]]
cat(median(replicate(5, run())))
table <- data.frame(k = rep(1:9, ncol(result)), covariance = rep(colnames(result), each = 9),
                    bic = -as.vector(result))
write.table(table[!is.na(table$bic), ], arguments[3], sep = ",", row.names = FALSE, col.names = FALSE,
            quote = FALSE)
END
}

compare() {
    sqlite3 -init /dev/null -batch :memory: ".mode csv" \
        "CREATE TABLE o(k, c, bic REAL)" "CREATE TABLE m(k, c, bic REAL)" \
        ".import $folder/ours.csv o" ".import $folder/mclust.csv m" ".mode list" \
        "SELECT printf('%d candidates of both: %d worse than mclust by more than 0.5, %d better', count(*),
                       sum(o.bic > m.bic + 0.5), sum(o.bic < m.bic - 0.5)) FROM o JOIN m USING (k, c);"
}

report() {
    one=$(ours "$2" "$3" "$4" 1)
    all=$(ours "$2" "$3" "$4" 0)
    theirs=$(mclust "$2" "$5")
    awk -v name="$1" -v one="$one" -v all="$all" -v theirs="$theirs" 'BEGIN {
        printf "%-13s gmm_select %.3f s with one thread, %.3f s by default; mclust %.3f s: %.1f and %.1f times\n",
            name, one, all, theirs, theirs / one, theirs / all }'
    compare
}
report "Old Faithful" tests/data/faithful.csv \
    "CAST(eruptions AS REAL) AS a, CAST(waiting AS REAL) AS b" "a, b" 2
report iris tests/data/iris.csv \
    'CAST("Sepal.Length" AS REAL) AS a, CAST("Sepal.Width" AS REAL) AS b,
     CAST("Petal.Length" AS REAL) AS c, CAST("Petal.Width" AS REAL) AS d' "a, b, c, d" 4
