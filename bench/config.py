# SPDX-License-Identifier: Apache-2.0
"""AWS Config in process: what recording and judging a change takes, and reads of the past (bench/config.cpp)."""
import json
import subprocess

from row import row

RESOURCES, LONG, CHANGES = 10_000, 100_000, 10


def run(chosen):
    resources = LONG if chosen.long else RESOURCES
    found = json.loads(subprocess.check_output([chosen.bin / "bench_config", str(resources), str(CHANGES)]))
    of = f"of {resources:,} resources with {CHANGES} changes each"
    return [row(f"a change {of}: recorded", 1e6 / found["recorded_us"], "/s and core"),
            row(f"a change {of}: recorded and judged by 10 of 200 rules", 1e6 / found["recorded_and_judged_us"], "/s and core"),
            row(f"one resource {of}, at a moment", found["early"]["one_resource_ms"], "ms", at_most=1),
            row(f"the account {of}, now", found["now"]["account_ms"], "ms", at_most=1000),
            row(f"the account {of}, in the past", found["early"]["account_ms"], "ms", at_most=1000)]
