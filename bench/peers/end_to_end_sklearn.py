"""end_to_end_sklearn.py DATABASE K: table t fitted by scikit-learn with its defaults; prints the mean log-likelihood."""
import sqlite3
import sys

import numpy as np
from sklearn.mixture import GaussianMixture

x = np.array(sqlite3.connect(sys.argv[1]).execute("SELECT * FROM t").fetchall())
print(GaussianMixture(int(sys.argv[2]), random_state=0).fit(x).score(x))
