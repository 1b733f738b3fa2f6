# SPDX-License-Identifier: Apache-2.0
"""The States Language and JSONata engines alone, beside npm's aws-local-stepfunctions and jsonata on Node.js (bench/states.json)."""
import json
import pathlib
import shutil
import subprocess

from row import row

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "states.json"


def peers(chosen):
    """What node reports; None where there is no npm."""
    if not shutil.which("npm"):
        print("no npm here: the peers' side of the comparison is skipped")
        return None
    folder = chosen.out / "peers"
    shutil.copytree(HERE / "peers", folder, dirs_exist_ok=True)
    if not (folder / "node_modules/jsonata").exists():
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return json.loads(subprocess.check_output(["node", folder / "states.mjs", CASES]))


def run(chosen):
    ours = json.loads(subprocess.check_output([chosen.bin / "bench_states", CASES]))
    theirs = peers(chosen)
    cases, rows = json.loads(CASES.read_text()), []
    for kind, unit in (("executions", "executions/s"), ("expressions", "evaluations/s")):
        for case in cases[kind]:
            name, what = case["name"], ("States Language, " if kind == "executions" else "JSONata, ") + case["name"]
            rows.append(row(what, ours[kind][name], unit))
            if theirs:
                rows += [row(what + ": Node.js", theirs[kind][name], unit),
                         row(what + ": times Node.js", ours[kind][name] / theirs[kind][name], "times", at_least=case.get("target", 3))]
    return rows
