#!/bin/sh
# choices.sh [-q] [MODULE]: how good fits and selections are. Sets of six kinds are drawn with fixed seeds
# (overlapping, rounded, unequal sizes, a tiny group, skewed, uniform; 1 to 5 columns, 2 to 5 groups, 30 to 1000
# rows) and given to gmm_fit (each k = 2 to 5 and structure by itself), gmm_select (k = 1 to 5) and R's mclust
# (Debian: r-cran-mclust). By structure: how many log-likelihoods are lower than mclust's (by more than 0.05),
# equal or higher; of a selection's cells, how many are more than 1 below gmm_fit with defaults;
# then seconds of CPU.
# -q: few small sets, below half a minute; all of them take some minutes.
set -eu
cd "$(dirname "$0")/.."
count=8 most=1000
if [ "${1:-}" = -q ]; then
    count=2 most=200
    shift
fi
module=${1:-build/release/mixture}
if ! Rscript -e 'library(mclust)' >/dev/null 2>&1; then
    echo "R with mclust is needed: apt-get install r-cran-mclust"
    exit 1
fi
folder=${CHOICES:-$(mktemp -d)}
if [ -z "${CHOICES:-}" ]; then
    trap 'rm -rf "$folder"' EXIT
fi

# The sets and what mclust makes of them stay in the folder CHOICES, if it is given.
if [ ! -f "$folder/mclust.seconds" ]; then
    mkdir -p "$folder"
    Rscript bench/choices/sets.R "$folder" "$count" "$most"
    Rscript bench/choices/mclust.R "$folder"
fi

# ours SET COLUMNS: cells go to $folder/fit.csv and $folder/select.csv, seconds of CPU to standard output
ours() {
    names=$(head -n 1 "$1" | tr -d '"')
    values=$(echo "$names" | sed 's/x[0-9]*/CAST(& AS REAL) AS &/g')
    codes='["EII","VII","EEI","VEI","EVI","VVI","EEE","VEE","EVE","VVE","EEV","VEV","EVV","VVV"]'
    case $names in *,*) ;; *) codes='["E","V"]' ;; esac
    name=$(basename "$1" .csv)
    {
        echo ".load $module"
        echo ".import --csv $1 raw"
        echo "CREATE TABLE t AS SELECT $values FROM raw;"
        echo ".timer on"
        echo "CREATE TABLE s AS SELECT gmm_select($names, 5, '{\"threads\":1}') AS m FROM t;"
        echo "CREATE TABLE f AS SELECT k.value AS k, c.value AS covariance,
                (SELECT gmm_fit($names, k.value, json_object('covariance', c.value, 'threads', 1)) FROM t) AS m
                FROM json_each('[2,3,4,5]') k, json_each('$codes') c;"
        echo ".timer off"
        echo ".mode csv"
        echo ".once '| cat >> $folder/select.csv'"
        echo "SELECT '$name', k, covariance, loglik, sound, m ->> 'k', m ->> 'covariance' FROM s, mix_selection(m)
                WHERE loglik IS NOT NULL;"
        echo ".once '| cat >> $folder/fit.csv'"
        echo "SELECT '$name', k, covariance, m ->> 'loglik', m -> 'warnings' = '[]' FROM f;"
    } | sqlite3 -init /dev/null -batch :memory: |
        awk -v name="$name" '/^Run Time/ { cpu[++n] = $6 + $8 } END { print name "," cpu[1] "," cpu[2] }'
}
rm -f "$folder/sizes.csv" "$folder/fit.csv" "$folder/select.csv" "$folder/ours.seconds"
for set in "$folder"/*-*-*.csv; do
    ours "$set" >>"$folder/ours.seconds"
    echo "$(basename "$set" .csv),$(($(wc -l <"$set") - 1))" >>"$folder/sizes.csv"
done
sqlite3 -init /dev/null -batch :memory: ".mode csv" \
    "CREATE TABLE m(name, k INT, covariance, loglik REAL)" ".import $folder/mclust.csv m" \
    "CREATE TABLE f(name, k INT, covariance, loglik REAL, sound INT)" ".import $folder/fit.csv f" \
    "CREATE TABLE s(name, k INT, covariance, loglik REAL, sound INT, best_k INT, best)" \
    ".import $folder/select.csv s" \
    "CREATE TABLE mt(name, seconds REAL)" ".import $folder/mclust.seconds mt" \
    "CREATE TABLE ot(name, selected REAL, fitted REAL)" ".import $folder/ours.seconds ot" \
    "CREATE TABLE sizes(name, n INT)" ".import $folder/sizes.csv sizes" ".read bench/choices/report.sql"
