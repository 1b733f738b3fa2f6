#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks (all, or those named), prints one table and writes build/bench/NAME.json. See docs/performance.md."""
import argparse
import datetime
import json
import os
import pathlib
import sys

import calls
import config
import durable_states
import fanout
import functions
import ingest
import logs
import matching
import memory
import objects
import policies
import restart
import start
import states
import workflows

BENCHES = {"calls": calls.run_calls, "events": calls.run_events, "memory": memory.run, "start": start.run, "restart": restart.run,
           "matching": matching.run, "objects": objects.run, "ingest": ingest.run, "policies": policies.run, "states": states.run, "durable_states": durable_states.run, "workflows": workflows.run, "logs": logs.run, "functions": functions.run, "fanout": fanout.run, "config": config.run}
ROOT = pathlib.Path(__file__).resolve().parent.parent


def options():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of " + ", ".join(BENCHES))
    parser.add_argument("--seconds", type=float, default=6, help="of measuring under load, each case")
    parser.add_argument("--long", action="store_true", help="a million calls for memory, executions and items for durable_states, instead of 200,000 and 20,000")
    parser.add_argument("--perf", action="store_true", help="record the servers under load with perf, into build/bench/*.perf")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="where the programs are")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in BENCHES]
    if unknown:
        parser.error(f"unknown benchmark {unknown[0]}; there are {', '.join(BENCHES)}")
    chosen.names = chosen.names or list(BENCHES)
    chosen.out = ROOT / "build/bench"
    chosen.out.mkdir(parents=True, exist_ok=True)
    return chosen


def printed(row):
    figure = f"{row['value']:,.0f}" if abs(row["value"]) >= 100 else f"{row['value']:.4g}"
    target = "" if row["target"] is None else f"{row['bound']} {row['target']:g}"
    met = "" if row["met"] is None else "yes" if row["met"] else "NO"
    print(f"{row['what']:<58} {figure:>12} {row['unit']:<12} {target:>10} {met:>4}", flush=True)


def main():
    chosen = options()
    print(f"{'what':<58} {'measured':>12} {'unit':<12} {'target':>10}  met")
    for name in chosen.names:
        load_before = os.getloadavg()[0]
        rows = BENCHES[name](chosen)
        for row in rows:
            printed(row)
        result = {"bench": name, "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                  "load_average_before": load_before, "rows": rows}
        (chosen.out / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


sys.exit(main())
