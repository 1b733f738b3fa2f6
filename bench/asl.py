# SPDX-License-Identifier: Apache-2.0
"""Executions of the States Language engine, without storage (bench/asl.cpp)."""
import json
import subprocess

from row import row


def run(chosen):
    report = json.loads(subprocess.check_output([chosen.bin / "bench_asl"]))
    return [row(f"States Language, {name.replace('_', ' ')}", value, "executions/s") for name, value in report.items()]
