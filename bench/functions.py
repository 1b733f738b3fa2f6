# SPDX-License-Identifier: Apache-2.0
"""What an invocation costs beside the function itself: the client's time for an empty one, warm and cold, and the interpreter's own start."""
import base64
import subprocess
import time

import harness
from row import quantile, row
from servers import tocsin

WARM, COLD = 300, 12
PYTHON = "def handler(event, context): return event\n"
NODE = "exports.handler = async (event) => event;\n"


def timed_ms(action):
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def start_of(*words):
    return quantile([timed_ms(lambda: subprocess.run(words, check=True)) for _ in range(COLD)], 0.5)


def duration_ms(reply):
    """Of the REPORT line: from the event's delivery to the function's answer."""
    log = base64.b64decode(reply["LogResult"]).decode()
    return float(log.rsplit("\tDuration: ", 1)[1].split(" ms", 1)[0])


def make(server, role, name, runtime, file, source):
    server.client("lambda").create_function(FunctionName=name, Runtime=runtime, Handler="index.handler", Role=role, MemorySize=256, Timeout=20,
                                            Code={"ZipFile": harness.zipped(source, file)})


def cold_ms(server, name):
    """Each invocation in a new sandbox: the configuration has changed."""
    api, millis = server.client("lambda"), []
    for i in range(COLD):
        api.update_function_configuration(FunctionName=name, Description=str(i))
        millis.append(timed_ms(lambda: api.invoke(FunctionName=name)))
    return quantile(millis, 0.5)


def warm(server, name):
    """Medians of the whole call, and of what the function's process took of it."""
    api = server.client("lambda")
    invoke = lambda: api.invoke(FunctionName=name, LogType="Tail")
    invoke()
    calls, durations = [], []
    for _ in range(WARM):
        begin = time.perf_counter()
        reply = invoke()
        calls.append((time.perf_counter() - begin) * 1000)
        durations.append(duration_ms(reply))
    return quantile(calls, 0.5), quantile(durations, 0.5)


def plain_call_ms(server):
    """A write that does nothing but what every call costs, boto3 included."""
    api = server.client("lambda")
    return quantile([timed_ms(lambda: api.invoke(FunctionName="python", InvocationType="DryRun")) for _ in range(WARM)], 0.5)


def run(chosen):
    interpreters = {"python": start_of("/usr/bin/python3", "-c", "pass"), "node": start_of("/usr/bin/node", "-e", "0")}
    with tocsin(chosen) as server:
        role = harness.make_role(server.client("iam"), "bench")
        make(server, role, "python", "python3.11", "index.py", PYTHON)
        make(server, role, "node", "nodejs18.x", "index.js", NODE)
        plain = plain_call_ms(server)
        rows = [row("a dry run, median", plain, "ms")]
        for name, start in interpreters.items():
            call, duration = warm(server, name)
            rows += [row(f"{name}: warm call, median", call, "ms"), row(f"{name}: warm, in the function's process", duration, "ms"),
                     row(f"{name}: warm, beyond a dry run", call - plain, "ms", at_most=1), row(f"{name}: the interpreter's own start", start, "ms"),
                     row(f"{name}: cold, beyond that start", cold_ms(server, name) - start, "ms", at_most=120)]
    return rows
