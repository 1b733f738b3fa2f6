#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A room may include only rooms on lower floors, and services do not include each other (ARCHITECTURE.md)."""
import pathlib
import re
import sys

FLOORS = {"base": 1, "store": 2, "engines": 2, "core": 3, "services": 4, "sim": 5, "wire": 5, "workers": 5, "telemetry": 5}
# Engines stand beside each other; only a language that another is part of may be included.
PART_OF = {"engines/asl": {"engines/jsonata"}}
HEAVY = re.compile(r'#include <(boost/(beast|asio)|rocksdb|nats|curl)/')
HEAVY_ROOMS = {"wire", "workers", "store"}
INCLUDE = re.compile(r'#include "([a-z_]+)/([^"]+)"')


def room(parts):
    """The room of a path below src: engines and services have one a folder."""
    return "/".join(parts[:2]) if parts[0] in ("engines", "services") else parts[0]


def faults(path, relative):
    source = path.read_text()
    own, floor = room(relative.parts), FLOORS[relative.parts[0]]
    for top, rest in INCLUDE.findall(source):
        if top not in FLOORS:
            yield f'includes "{top}/{rest}", which is no room'
            continue
        other = room((top, *rest.split("/")))
        if other == own or other in PART_OF.get(own, ()):
            continue
        if FLOORS[top] > floor or (FLOORS[top] == floor and top != "store"):
            yield f"{own} (floor {floor}) may not include {other} (floor {FLOORS[top]})"
    if HEAVY.search(source) and own not in HEAVY_ROOMS:
        yield "a heavy header belongs to wire, workers or store alone"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent / "src"
    bad = 0
    for path in sorted([*root.rglob("*.hpp"), *root.rglob("*.cpp")]):
        for fault in faults(path, path.relative_to(root)):
            print(f"{path.relative_to(root.parent)}: {fault}")
            bad += 1
    sys.exit(1 if bad else 0)


main()
