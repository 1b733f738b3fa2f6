# SPDX-License-Identifier: Apache-2.0
"""Decisions of the policy engine (bench/policies.cpp)."""
import json
import subprocess

from row import row


def run(chosen):
    report = json.loads(subprocess.check_output([chosen.bin / "bench_policies"]))
    return [row(f"policy decisions, 10 policies: {name.replace('_', ' ')}", value, "decisions/s") for name, value in report.items()]
