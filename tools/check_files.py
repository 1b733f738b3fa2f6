#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every source file has its SPDX line and is no longer than 1,000 lines."""
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
names = subprocess.run(["git", "ls-files", "*.cpp", "*.hpp", "*.py", "*.sh", "*/CMakeLists.txt"], cwd=root, capture_output=True, text=True, check=True)
bad = 0
for name in names.stdout.split():
    path = root / name
    if not path.exists():
        continue
    lines = path.read_text().splitlines()
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:2]):
        print(f"{name}: no SPDX line")
        bad += 1
    if len(lines) > 1000:
        print(f"{name}: {len(lines)} lines")
        bad += 1
sys.exit(1 if bad else 0)
