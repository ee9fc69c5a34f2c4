#!/bin/sh
# cluster.sh [MODULE [LIBRARY [ROWS]]]: one model for 4 databases of ROWS (250,000) each, d = 4, k = 4, in the
# three ways of docs/cluster.md, beside gmm_fit and scikit-learn on all rows in one place: passes, seconds from
# start to end and of a pass, the log-likelihood of all rows, and how far parameters are from those of the first
# way. What is not installed is left out.
set -eu
cd "$(dirname "$0")/.."
top=$PWD module=$(realpath -m "${1:-build/release/mixture}") library=$(realpath "${2:-build/release/libmixture.a}")
rows=${3:-250000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export PYTHONDONTWRITEBYTECODE=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

sqlite3 -init /dev/null -batch all.db ".load $module" "
  CREATE TABLE p AS SELECT x1 AS a, x2 AS b, x3 AS c, x4 AS d FROM mix_sample('{\"family\":\"gaussian\",
    \"weights\":[0.4,0.3,0.2,0.1],\"means\":[[0,0,0,0],[2,1,0,1],[0,2.5,2,0],[3,3,3,3]],\"covariances\":[
    [[1,0.3,0,0],[0.3,1,0,0],[0,0,1,0],[0,0,0,1]],[[1,0,0,0.5],[0,1,0,0],[0,0,1,0],[0.5,0,0,1]],
    [[2,0,0,0],[0,0.5,0,0],[0,0,1,0.2],[0,0,0.2,1]],[[1,0,0,0],[0,1,0,0],[0,0,2,0],[0,0,0,2]]]}', 4 * $rows, 1)"
for i in 0 1 2 3; do
    sqlite3 "shard$i.db" "ATTACH 'all.db' AS a; CREATE TABLE p AS SELECT * FROM a.p WHERE rowid % 4 = $i"
done
shards='shard0.db shard1.db shard2.db shard3.db'

# report WAY: of WAY.out, lines with the time in front, and WAY.json.
report() {
    awk -v way="$1" '
        / begin$/ { begin = $1 }
        / pass / { passes++; first = first ? first : $1; last = $1 }
        / end$/ { end = $1 }
        END {
            printf "%-12s %7.1f s in all", way, end - begin
            if (passes > 1) {
                printf ", %7.1f s to the end of the first of %3d passes, then %7.3f s a pass",
                    first - begin, passes, (last - first) / (passes - 1)
            }
        }' "$1.out"
    judge "$1"
}

# judge WAY: the log-likelihood of all rows, and the largest difference from the first way, in WAY.json.
judge() {
    [ -e first.json ] || cp "$1.json" first.json
    sqlite3 -init /dev/null -batch all.db ".load $module" "
        SELECT printf('   loglik %.6f   differs by %.1e', (SELECT mix_loglik(o.m, a, b, c, d) FROM p),
                   (SELECT max(abs(x.value - y.value)) FROM mix_parameters(o.m) x JOIN mix_parameters(f.m) y
                     USING (component, parameter, i, j)))
          FROM (SELECT CAST(readfile('$1.json') AS TEXT) AS m) o,
               (SELECT CAST(readfile('first.json') AS TEXT) AS m) f"
}

# timed WAY COMMAND...: its lines with the time in front.
timed() {
    way=$1
    shift
    {
        echo begin
        "$@"
        echo end
    } 2>"$way.err" | while IFS= read -r line; do echo "$(date +%s.%N) $line"; done >"$way.out"
    report "$way"
}

printf '4 databases of %d rows, d = 4, k = 4, %d processors\n' "$rows" "$(nproc)"
if /usr/bin/python3 -c 'import distributed' 2>/dev/null; then
    # shellcheck disable=SC2086 # a list of words
    timed dask /usr/bin/python3 "$top/examples/dask/fit.py" --query 'SELECT a, b, c, d FROM p' -k 4 \
        --model dask.json --extension "$module" --workers 4 $shards
    # shellcheck disable=SC2086
    timed dask-keep /usr/bin/python3 "$top/examples/dask/fit.py" --query 'SELECT a, b, c, d FROM p' -k 4 \
        --model dask-keep.json --extension "$module" --workers 4 --keep $shards
fi
if command -v parallel >/dev/null; then
    # shellcheck disable=SC2086
    MIXTURE=$module JOBS=4 timed parallel "$top/examples/parallel/fit.sh" 4 'a, b, c, d' p parallel.json $shards
fi
if command -v mpicc >/dev/null; then
    mpicc -std=c11 -O2 -I"$top/include" "$top/examples/mpi/fit.c" "$library" -lsqlite3 -lm -lpthread -o mpi
    # shellcheck disable=SC2086
    timed mpi mpirun --oversubscribe --mca btl self,vader -n 4 ./mpi 4 'SELECT a, b, c, d FROM p' mpi.json $shards
fi

# In one place.
{
    echo "$(date +%s.%N) begin"
    sqlite3 -init /dev/null -batch all.db ".load $module" "SELECT gmm_fit(a, b, c, d, 4) FROM p" >gmm_fit.json
    echo "$(date +%s.%N) end"
} >gmm_fit.out
report gmm_fit
if /usr/bin/python3 -c 'import sklearn' 2>/dev/null; then
    /usr/bin/python3 - <<'END'
import sqlite3, time
import numpy, sklearn.mixture
begin = time.time()
x = numpy.array(sqlite3.connect("all.db").execute("SELECT a, b, c, d FROM p").fetchall())
read = time.time()
fit = sklearn.mixture.GaussianMixture(4, tol=1e-8, max_iter=1000, random_state=0).fit(x)
end = time.time()
print(f"scikit-learn {end - begin:7.1f} s in all, {read - begin:7.1f} s to read, {fit.n_iter_} iterations of "
      f"{(end - read) / fit.n_iter_:7.3f} s   loglik {fit.score(x) * len(x):.6f}")
END
fi
