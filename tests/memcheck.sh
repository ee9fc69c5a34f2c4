#!/bin/sh
# memcheck.sh PROGRAM ARGUMENT...: run a program under valgrind. Any error, and any block lost, is printed and ends in
# status 199 (128 and more is what run_sql.sh takes for a crash).
exec valgrind --quiet --error-exitcode=199 --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --num-callers=30 "$@"
