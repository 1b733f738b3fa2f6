# SPDX-License-Identifier: Apache-2.0
"""From exec to the line that says ready, on an empty folder; and the memory of a server that has nothing to do."""
import os
import time

from row import quantile, row
from servers import tocsin

REPETITIONS = 10


def resident_mib(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def run(chosen):
    millis = []
    for last in [False] * (REPETITIONS - 1) + [True]:
        begin = time.perf_counter()
        with tocsin(chosen) as server:
            millis.append((time.perf_counter() - begin) * 1000)
            if last:
                time.sleep(5)
                idle = resident_mib(server.process.pid)
            server.stop()
    return [row("ready on an empty folder, median", quantile(millis, 0.5), "ms", at_most=300), row("ready on an empty folder, slowest", max(millis), "ms"),
            row("resident memory, idle for 5 s", idle, "MiB", at_most=60)]
