# SPDX-License-Identifier: Apache-2.0
"""tocsin gameday: the first incident as a rehearsal, on both clocks, in all three forms; and what it says when the response falls short."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

BINARY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def gameday(*words):
    return subprocess.run([BINARY, "gameday", *words], capture_output=True, text=True, timeout=120)


def all_forms_agree():
    text = gameday("run", "stop-logging")
    assert text.returncode == 0 and text.stdout.endswith("passed\n"), (text.stdout, text.stderr)
    report = json.loads(gameday("run", "stop-logging", "--clock", "virtual", "--format", "json").stdout)
    assert report["passed"] and report["clock"] == "virtual", report
    assert [phase["phase"] for phase in report["phases"]] == ["detect", "notify", "restore"], report
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/junit.xml"
        assert gameday("run", "stop-logging", "--format", "junit", "--output", path).returncode == 0
        suite = xml.parse(path).getroot()
        assert suite.get("tests") == "3" and suite.get("failures") == "0", xml.tostring(suite)


def a_response_that_falls_short_fails():
    """Without the permission to start logging the trail stays stopped."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = folder + "/broken"
        shutil.copytree(ROOT + "/content/scenarios/stop-logging", scenario)
        with open(scenario + "/scenario.json") as file:
            changed = file.read().replace('"cloudtrail:StartLogging", "logs:*"', '"logs:*"')
        changed = json.loads(changed)
        changed["truth"] = [truth for truth in changed["truth"] if truth["phase"] == "detect"] + [
            {"phase": "restore", "node": {"Kind": "match", "Name": "trail-stopped"}, "call": "cloudtrail:GetTrailStatus",
             "with": {"Name": "audit"}, "is": {"IsLogging": True}}]
        with open(scenario + "/scenario.json", "w") as file:
            json.dump(changed, file)
        done = gameday("run", scenario)
        assert done.returncode == 1 and "IsLogging is false" in done.stdout, (done.stdout, done.stderr)


def bad_words_are_told():
    assert gameday("run").returncode == 2
    missing = gameday("run", "no-such-scenario")
    assert missing.returncode == 1 and "no-such-scenario" in missing.stderr, missing.stderr


all_forms_agree()
a_response_that_falls_short_fails()
bad_words_are_told()
print("gameday_test: passed")
