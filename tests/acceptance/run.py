#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the acceptance tests of this folder: run.py BINARY [NAME...]. Two at a time; a line a test, and the whole output of one that failed."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = ["crash_test", "bad_world_test", "cli_test", "first_incident"]  # begin first
TIMEOUT = 600


def scripts(names):
    found = [HERE / "first_incident.py", *sorted(HERE.glob("*_test.py"))]
    order = lambda script: LONGEST.index(script.stem) if script.stem in LONGEST else len(LONGEST)
    return sorted((script for script in found if not names or script.stem in names), key=order)


def run(script, binary, logs):
    started = time.time()
    log = logs / (script.stem + ".log")
    with open(log, "w") as out:
        try:
            status = subprocess.run(["/usr/bin/python3", "-B", str(script), binary], stdout=out, stderr=subprocess.STDOUT, timeout=TIMEOUT).returncode
        except subprocess.TimeoutExpired:
            status = f"no end within {TIMEOUT} s"
    passed = status == 0
    print(f"{'passed' if passed else 'FAILED'}  {script.stem:20} {time.time() - started:6.1f} s", flush=True)
    if not passed:
        print(log.read_text(errors="replace"), f"status: {status}", sep="", flush=True)
    return passed


def main():
    binary, *names = sys.argv[1:]
    binary = os.path.abspath(binary)
    logs = pathlib.Path(binary).parent.parent / "acceptance"
    logs.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda script: run(script, binary, logs), scripts(names)))
    print(f"acceptance: {sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    sys.exit(0 if outcomes and all(outcomes) else 1)


main()
