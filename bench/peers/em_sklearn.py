"""em_sklearn.py FOLDER WORK REPEATS: the work by scikit-learn's GaussianMixture. Prints seconds and the mean log-likelihood.

BLAS with one thread: processor time; more: wall time.
"""
import os
import sys
import time
import warnings

import numpy as np
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore")
folder, name, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(f"{folder}/{name}.shape") as file:
    n, d, k, covariance, iterations = file.read().split()
n, d, k, iterations = int(n), int(d), int(k), int(iterations)
x = np.fromfile(f"{folder}/{name}.rows").reshape(n, d)
start = np.fromfile(f"{folder}/{name}.start")
weights, means, covariances = start[:k], start[k : k + k * d].reshape(k, d), start[k + k * d :].reshape(k, d, d)
precisions = np.linalg.inv(covariances)
if covariance == "diag":
    precisions = np.diagonal(precisions, axis1=1, axis2=2)


class Started(GaussianMixture):
    """Starts from what is given; GaussianMixture would cluster first, and throw the result away."""

    def _initialize_parameters(self, X, random_state):
        self.weights_, self.means_ = self.weights_init, self.means_init
        self.precisions_cholesky_ = np.linalg.cholesky(precisions) if covariance == "full" else np.sqrt(precisions)


clock = time.process_time if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else time.perf_counter
best = np.inf
begun = time.perf_counter()
for repeat in range(repeats):
    model = Started(k, covariance_type=covariance, weights_init=weights, means_init=means, precisions_init=precisions,
                    max_iter=iterations, tol=0, reg_covar=0)
    begin = clock()
    model.fit(x)
    best = min(best, clock() - begin)
    if time.perf_counter() - begun > 10:
        break
assert model.n_iter_ == iterations
print(best, model.score(x))
