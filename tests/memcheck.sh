#!/bin/sh
# memcheck.sh PROGRAM ARGUMENT...: run a program under valgrind. Fails for what valgrind reports, any error and any
# block lost, and for a crash. A test that fails otherwise is left to the other builds: valgrind computes long
# doubles with 64 bits, which changes last digits of numbers that SQLite reads and prints.
status=0
valgrind --quiet --error-exitcode=199 --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --num-callers=30 "$@" || status=$?
[ "$status" -lt 128 ] || exit "$status"
