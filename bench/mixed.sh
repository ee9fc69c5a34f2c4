#!/bin/sh
# mixed.sh [MODULE [ROWS [SEEDS]]]: mix_fit on a table of all kinds - a Gaussian, a lognormal, a Poisson and a
# categorical column, and hours - drawn from three groups, a tenth of its values missing (20,000 rows). For each
# seed the EM maps of the fit, the share of rows that it gives to their groups, and that of the parameters they
# were drawn from.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
rows=${2:-20000}
seeds=${3:-5}

model='{"family":"mixed","columns":["age","amount","visits","city","hour"],"weights":[0.5,0.3,0.2],"parts":[
{"family":"gaussian","columns":["age"],"means":[30,45,60],"covariances":[[[25]],[[49]],[[36]]]},
{"family":"lognormal","columns":["amount"],"means":[3,4,2],"deviations":[0.5,0.4,0.7]},
{"family":"poisson","columns":["visits"],"rates":[2,6,12]},
{"family":"categorical","columns":["city"],"levels":["Bergen","Oslo","Tromso"],
 "probabilities":[[0.6,0.3,0.1],[0.2,0.6,0.2],[0.1,0.2,0.7]]},
{"family":"von_mises","columns":["hour"],"period":24,"means":[9,14,22],"concentrations":[3,4,2]}]}'
options='{"columns":["age","amount","visits","city","hour"],"families":{"amount":"lognormal","visits":"poisson",
"hour":{"family":"von_mises","period":24}}}'

sqlite3 -init /dev/null -batch :memory: ".load $module" ".mode column" "
CREATE TABLE truth AS SELECT '$model' AS m;
CREATE TABLE drawn(seed, component, age, amount, visits, city, hour);
INSERT INTO drawn SELECT value, component, iif(random() % 10, x1, NULL), iif(random() % 10, x2, NULL),
       iif(random() % 10, x3, NULL), iif(random() % 10, x4, NULL), iif(random() % 10, x5, NULL)
  FROM truth, generate_series(1, $seeds), mix_sample(m, $rows, value);
CREATE TABLE fit(seed, m);
INSERT INTO fit SELECT seed, mix_fit(age, amount, visits, city, hour, 3, '$options') FROM drawn GROUP BY seed;
SELECT f.seed, f.m ->> 'iterations' AS iterations,
       printf('%.4f', avg(component = mix_predict(f.m, age, amount, visits, city, hour))) AS found,
       printf('%.4f', avg(component = mix_predict(truth.m, age, amount, visits, city, hour))) AS possible
  FROM fit f JOIN drawn d USING (seed), truth GROUP BY f.seed;"
