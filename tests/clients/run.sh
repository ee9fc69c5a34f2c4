#!/bin/sh
# run.sh PROGRAM [ARGUMENT...]: run it; 77, which ctest takes for skipped, if it is not on this machine. Node finds
# what scripts/install-packages.sh put into build/clients.
set -eu
command -v "$1" >/dev/null || {
    echo "$1 is not installed"
    exit 77
}
NODE_PATH=$(dirname "$0")/../../build/clients/node_modules${NODE_PATH:+:$NODE_PATH}
export NODE_PATH
exec "$@"
