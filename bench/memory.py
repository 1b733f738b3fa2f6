# SPDX-License-Identifier: Apache-2.0
"""Resident memory over many calls: flat, or growing with what has been?"""
from calls import publish
from load import load
from row import row
from servers import make_caller, tocsin

SAMPLE = 50_000


def run(chosen):
    calls = 1_000_000 if chosen.long else 200_000
    with tocsin(chosen) as server:
        topic = server.client("sns").create_topic(Name="plain")["TopicArn"]
        report = load(chosen, server, make_caller(server), "memory", publish(topic), calls=calls, sample=SAMPLE)
    mib = [kib / 1024 for kib in report["resident_kib"][:-1]]
    rows = [row("resident memory before", mib[0], "MiB")]
    rows += [row(f"resident memory after {(i + 1) * SAMPLE:,} calls", value, "MiB") for i, value in enumerate(mib[1:])]
    # Caches and memtables fill up to their bounds first; a leak goes on. Too few calls do not tell them apart.
    half = len(mib) // 2
    growth = max(mib[half:]) / max(mib[:half]) * 100 - 100
    return rows + [row("resident memory, growth of the peak in the second half", growth, "%", at_most=5 if chosen.long else None)]
