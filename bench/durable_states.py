# SPDX-License-Identifier: Apache-2.0
"""Step Functions in process: what a waiting execution takes, and a distributed Map over many objects (bench/durable_states.cpp)."""
import json
import subprocess
import tempfile

from row import row

WAITING, ITEMS = 20_000, 20_000
LONG = 1_000_000


def report(chosen, what, count):
    """The data lie beside the build: /tmp may be memory."""
    with tempfile.TemporaryDirectory(dir=chosen.out, prefix="data-") as folder:
        return json.loads(subprocess.check_output([chosen.bin / "bench_durable_states", what, str(count), folder]))


def run(chosen):
    waiting, items = (LONG, LONG) if chosen.long else (WAITING, ITEMS)
    held, mapped = report(chosen, "waiting", waiting), report(chosen, "map", items)
    return [row(f"{waiting:,} executions waiting: resident memory of one", held["bytes_in_memory"], "bytes", at_most=2048),
            row(f"{waiting:,} executions waiting: state on disk of one", held["bytes_of_state"], "bytes"),
            row(f"{waiting:,} executions waiting: started", waiting / held["seconds"], "/s and core"),
            row(f"{waiting:,} executions waiting: opened again", held["reopened_seconds"], "s"),
            row(f"distributed Map over {items:,} objects: items", items / mapped["seconds"], "/s and core"),
            row(f"distributed Map over {items:,} objects: resident memory gained", mapped["resident_mib"] - mapped["resident_before_mib"], "MiB"),
            row(f"distributed Map over {items:,} objects: resident memory, peak", mapped["peak_mib"], "MiB")]
