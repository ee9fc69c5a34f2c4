#!/bin/sh
# run.sh PROGRAM [ARGUMENT...]: run it; 77, which ctest takes for skipped, if it is not on this machine.
set -eu
command -v "$1" >/dev/null || {
    echo "$1 is not installed"
    exit 77
}
if [ "$1" = node ] && command -v npm >/dev/null; then
    NODE_PATH=$(npm root --global)
    export NODE_PATH
fi
exec "$@"
