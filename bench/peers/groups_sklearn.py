"""groups_sklearn.py DATABASE COUNT: the first groups of table t(g, x1, x2), each fitted by scikit-learn with two
components; prints the seconds of the fits."""
import sqlite3
import sys
import time
import warnings

import numpy as np
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore")
count = int(sys.argv[2])
table = np.array(sqlite3.connect(sys.argv[1]).execute("SELECT g, x1, x2 FROM t WHERE g < ?", (count,)).fetchall())
rows = [table[table[:, 0] == g, 1:] for g in range(count)]
begin = time.perf_counter()
for x in rows:
    GaussianMixture(2, random_state=0).fit(x)
print(time.perf_counter() - begin)
