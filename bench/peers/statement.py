"""statement.py DATABASE MODULE REPEATS SQL...: wall seconds of each SQL statement in turn, REPEATS times: the medians."""
import sqlite3
import statistics
import sys
import time

connection = sqlite3.connect(sys.argv[1])
connection.enable_load_extension(True)
connection.load_extension(sys.argv[2])
seconds = [[] for _ in sys.argv[4:]]
for _ in range(int(sys.argv[3])):
    for times, sql in zip(seconds, sys.argv[4:]):
        begin = time.perf_counter()
        connection.execute(sql).fetchall()
        times.append(time.perf_counter() - begin)
print(*(statistics.median(times) for times in seconds))
