#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The playbooks in content/playbooks, each with its mocks, run with no server: what each case calls, in order, and how it ends.

`playbooks_test.py BINARY --write` writes the expectations anew, for review."""
import json
import pathlib
import subprocess
import sys

from harness import check, say

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[2] / "content/playbooks"


def run(binary, folder, machine, case):
    ran = subprocess.run([binary, "states", "run", folder / "definition.asl.json", "--input", folder / "input.json", "--mock", folder / "mocks.json",
                          "--machine", machine, "--case", case, "--json"], capture_output=True, text=True)
    check(ran.stdout, f"{machine}, {case}: {ran.stderr}")
    return json.loads(ran.stdout)


def calls_of(report):
    """What was asked of whom; the token of a task is another each time."""
    for event in report["events"]:
        if details := event.get("taskScheduledEventDetails"):
            parameters = json.loads(details["parameters"])
            if "token" in parameters.get("Payload", {}):
                parameters["Payload"]["token"] = "…"
            yield f"{details['resourceType']}:{details['resource']} {json.dumps(parameters, ensure_ascii=False, sort_keys=True)}"


def outcome_of(report):
    return {**{name: report[name] for name in ("status", "error", "cause") if name in report}, "calls": list(calls_of(report))}


def main():
    binary, write = pathlib.Path(sys.argv[1]).resolve(), "--write" in sys.argv
    for folder in sorted(PLAYBOOKS.iterdir()):
        say(f"the playbook {folder.name}")
        mocks = json.loads((folder / "mocks.json").read_text())
        found = {case: outcome_of(run(binary, folder, machine, case))
                 for machine, cases in mocks["StateMachines"].items() for case in cases["TestCases"]}
        if write:
            (folder / "expected.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        expected = json.loads((folder / "expected.json").read_text())
        for case, outcome in found.items():
            check(outcome == expected.get(case), f"{folder.name}, {case}: {json.dumps(outcome, indent=1)}")
        check(found.keys() == expected.keys(), f"{folder.name}: other cases are expected")


main()
