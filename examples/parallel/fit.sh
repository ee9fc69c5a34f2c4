#!/bin/sh
# fit.sh K COLUMNS TABLE MODEL SHARD...: one model for the rows of many databases, with GNU parallel and sqlite3.
#
#     fit.sh 3 'x, y' points model.json day1.db day2.db far.example:/data/day3.db
#
# A shard is a path, or HOST:PATH, which ssh reaches. The start is a fit to a sample of all shards, then EM: one
# pass over all shards a line. A shard that does not answer is asked three times. The run is kept in MODEL.run, and
# the same command goes on there. Environment: MIXTURE, the extension; OPTIONS of the fit, JSON; TOL; JOBS at once.
set -eu

# In parallel: the SQL in the file $2 to the shell where the shard $3 is; on one line the answer, before and after
# it size and time of the file.
if [ "$1" = --shard ]; then
    host='' path=$3
    case "${3%%/*}" in
    *:*) host=${3%%:*} path=${3#*:} ;;
    esac
    quoted="'$(printf %s "$path" | sed "s/'/'\\\\''/g")'"
    script="was() { stat -c '%s %Y' -- $quoted; }
            was && sqlite3 -batch -bail -readonly -init /dev/null $quoted && was"
    # shellcheck disable=SC2029 # it is made here to run there
    answer=$({ if [ -n "$host" ]; then ssh "$host" "$script"; else sh -c "$script"; fi; } <"$2") || {
        echo "$3: no answer" >&2
        exit 1
    }
    echo "$answer" | tr '\n' ' '
    echo
    exit
fi

k=$1 columns=$2 table=$3 model=$4
shift 4
mixture=${MIXTURE:-mixture} tol=${TOL:-1e-10} options=${OPTIONS:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sql() { sqlite3 -batch -bail -init /dev/null -cmd ".load '$mixture'" "$@"; }

names=$(echo "$columns" | sed "s/ *, */','/g; s/\"//g")
# Of the options what a pass takes: which column is the weight, which one the known component.
rows=$(sql :memory: "SELECT json_patch(json_object('columns', json_array('$names')), json_object('weight', o -> '\$.weight',
    'label', o -> '\$.label')) FROM (SELECT '${options:-{\}}' AS o)")

# ask CALL SHARD...: CALL, under the model in $work/model, over the rows of each shard: into table part of the run.
ask() {
    {
        printf ".timeout 10000\n.load '%s'\n.mode list\nWITH model(m) AS MATERIALIZED (SELECT '" "$mixture"
        sed "s/'/''/g" "$work/model"
        printf "')\nSELECT count(*), hex(%s) FROM %s, model;\n" "$1" "$table"
    } >"$work/ask"
    shift
    parallel --keep-order --retries 3 --halt soon,fail=1 ${JOBS:+--jobs "$JOBS"} "$0" --shard "$work/ask" ::: "$@" \
        >"$work/answers"
    {
        echo 'BEGIN; CREATE TABLE IF NOT EXISTS part(i INTEGER PRIMARY KEY, was, after, rows, s);'
        echo 'DELETE FROM part;'
        awk '{ split($3, a, "|")
               printf "INSERT INTO part VALUES (%d, \"%s %s\", \"%s %s\", %d, x\"%s\");\n",
                   NR, $1, $2, $4, $5, a[1], a[2] }' "$work/answers" | tr '"' "'"
        echo 'COMMIT;'
    } | sql "$run"
}

# check SHARD...: all have rows, and are what they were at the start.
check() {
    bad=$(sql "$run" "SELECT i || CASE WHEN rows = 0 THEN ' has no rows' ELSE ' changed since the run began' END
        FROM part JOIN shard USING (i) WHERE rows = 0 OR part.was <> shard.was OR after <> part.was LIMIT 1")
    [ -z "$bad" ] || {
        echo "shard ${bad%% *} of $* ${bad#* }" >&2
        exit 1
    }
}

run=$model.run
if [ ! -e "$run" ]; then
    run=$model.new
    rm -f "$run"
    echo '{}' >"$work/model"
    ask "mix_sample_rows(20000, mix_row($columns), 0)" "$@"
    sql "$run" 'CREATE TABLE shard AS SELECT i, was FROM part'
    check "$@"
    sql "$run" "CREATE TABLE at AS SELECT 0 AS phase, 0 AS passes, 0 AS done, NULL AS loglik, NULL AS m1,
        mix_fit(s, $k, json_patch(json_object('columns', json_array('$names')), '${options:-{\}}')) AS m
          FROM (SELECT mix_merge(s) AS s FROM part)"
    mv "$run" "$model.run"
    run=$model.run
fi

write_model() {
    sql "$run" 'SELECT iif(phase = 2, m1, m) FROM at' >"$work/m"
    cp "$work/m" "$model.new" && mv "$model.new" "$model"
}

# Phases: 0, 1: a step of EM; 2: the step from where mix_extrapolate() led. If that finds a lower log-likelihood
# than before, EM goes on from m1, where the jump began. At rest a plain step raises it by less than TOL a row.
while [ "$(sql "$run" 'SELECT done FROM at')" = 0 ]; do
    sql "$run" 'SELECT m FROM at' >"$work/model"
    ask "mix_statistics(m, $columns, '$rows')" "$@"
    check "$@"
    sql "$run" "
        CREATE TEMP TABLE next AS
        SELECT q.*, phase = 2 AND l < loglik AS low, phase < 2 AND l - loglik < $tol * n AS rest
          FROM at, (SELECT s.m, s.m ->> 'loglik' AS l, s.m ->> 'n' AS n
                      FROM (SELECT mix_maximize(mix_merge(s)) AS m FROM (SELECT s FROM part ORDER BY i)) s) q;
        UPDATE at SET passes = passes + 1, loglik = iif(low, loglik, l), done = rest IS TRUE,
            m1 = CASE phase WHEN 0 THEN at.m WHEN 1 THEN next.m END,
            m = CASE WHEN rest THEN json_set(json_remove(at.m, '$.stepped', '$.trace', '$.seed'),
                    '$.n', next.m -> '$.n', '$.skipped', next.m -> '$.skipped', '$.loglik', next.m -> '$.loglik',
                    '$.parameters', next.m -> '$.parameters', '$.aic', next.m -> '$.aic',
                    '$.bic', next.m -> '$.bic', '$.icl', next.m -> '$.icl', '$.iterations', passes + 1, '$.converged', json('true'))
                     WHEN phase = 1 THEN mix_extrapolate(m1, at.m, next.m) WHEN low THEN m1 ELSE next.m END,
            phase = iif(rest, 0, (phase + 1) % 3)
          FROM next;
        SELECT 'pass ' || passes || printf(': log-likelihood %.6f', loglik) FROM at"
    write_model
done
write_model # again: whoever was killed behind the last pass may not have
sql "$run" 'SELECT mix_summary(m) FROM at'
