#!/bin/sh
# peers.sh [-q] [SECTION...]: fits beside scikit-learn, R's mclust, Armadillo and VLFeat, all in one run: installs
# what of them is missing, makes the data with a fixed seed, checks that all reach the same log-likelihood and
# prints the tables.
# Sections: em threads kernels statements groups scoring memory growth. -q: a twentieth of the rows, to try it out.
set -eu
cd "$(dirname "$0")/.."
scripts/install-packages.sh bench
cmake --preset release >/dev/null
cmake --build --preset release --target mixture bench >/dev/null

peers=build/release/bench/peers
mkdir -p "$peers"
flags='-O3 -march=native -Wall'
# $flags is a list of words.
# shellcheck disable=SC2086
g++ $flags -fopenmp -o "$peers/em_armadillo" bench/peers/em_armadillo.cpp -larmadillo 2>"$peers/armadillo.log" ||
    echo "Armadillo is left out: see $peers/armadillo.log"
# shellcheck disable=SC2086
gcc $flags -o "$peers/em_vlfeat" bench/peers/em_vlfeat.c -lvl 2>"$peers/vlfeat.log" ||
    echo "VLFeat is left out: see $peers/vlfeat.log"

# Either would slow NumPy.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
exec python3 bench/peers/peers.py "$@"
