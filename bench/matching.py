# SPDX-License-Identifier: Apache-2.0
"""Pattern matching on the city-lots corpus (bench/matching.cpp), as a fraction of simdjson reading one field of each event."""
import json
import pathlib
import subprocess
import sys

from row import row

DATA = pathlib.Path(__file__).resolve().parents[2] / "shared/data/citylots"
TARGETS = {"exact": 0.40, "prefix": 0.35, "suffix": 0.25, "wildcard": 0.30, "equals_ignore_case": 0.30, "numeric": 0.20, "anything_but": 0.25,
           "complex_arrays": 0.06, "combo": 0.03, "mixed_1000": 0.03, "mixed_10000": 0.02}
# rules.json repeats another class's counts for this one; gen_citylots.py makes 131 + 211 + 1,758 + 825 + 116,386.
EXPECTED = {"equals_ignore_case": 119_311}


def corpus(chosen):
    folder = chosen.out / "citylots"
    folder.mkdir(exist_ok=True)
    file = folder / "citylots2.json.gz"
    if not file.exists():
        print("making the corpus", file=sys.stderr)
        subprocess.run([sys.executable, DATA / "gen_citylots.py", folder], check=True, stdout=sys.stderr)
    return file


def rows_of(name, found):
    title = f"match {name.replace('_', ' ')} ({found['rules']:,} rules)"
    rows = [row(title, found["fraction"], "of simdjson", at_least=TARGETS.get(name)), row(f"{title}: reading to the end", found["whole_fraction"], "of simdjson"),
            row(f"{title}: events", found["per_second"], "events/s")]
    expected = EXPECTED.get(name, found["expected"])
    off = max(abs(found[key] - expected) for key in ("matches", "whole_matches")) if expected >= 0 else 0
    return rows + ([row(f"{title}: matches too many or too few", off, "matches", at_most=0)] if off else [])


def run(chosen):
    if not DATA.exists():
        print(f"{DATA} is not here: matching is skipped", file=sys.stderr)
        return []
    report = json.loads(subprocess.check_output([chosen.bin / "bench_matching", corpus(chosen), DATA]))
    adding = report.pop("add_rule")
    rows = [row("simdjson reads one field", report["exact"]["base_per_second"], "events/s")]
    for name, found in report.items():
        rows += rows_of(name, found)
    return rows + [row("add a rule at 10,000, median", adding["median_us"], "us", at_most=50), row("add a rule at 10,000, p99", adding["p99_us"], "us")]
