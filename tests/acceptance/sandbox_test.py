#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that misbehave, and code that is none: each gets the error that AWS gives, and the server goes on."""
import io
import json
import os
import threading
import time
import zipfile

from botocore.exceptions import BotoCoreError

import harness
from harness import Mailbox, Server, check, error_code, function_code, make_role, my_port, refused, say, until


def make_function(server, role, timeout=3):
    server.client("lambda").create_function(FunctionName="bad", Runtime="python3.11", Handler="index.handler", Role=role, Timeout=timeout, MemorySize=128,
                                            Code={"ZipFile": function_code("misbehave")})


def invoke(server, what, **event):
    """(the answer, the kind of error or None)"""
    done = server.client("lambda").invoke(FunctionName="bad", Payload=json.dumps({"do": what, **event}))
    return json.loads(done["Payload"].read()), done.get("FunctionError")


class Pulse(threading.Thread):
    """Asks the server something again and again; the longest answer is its `worst`."""
    def __init__(self, server):
        super().__init__(daemon=True)
        self.client, self.worst, self.stopped = server.client("sts"), 0, threading.Event()
        self.start()

    def run(self):
        while not self.stopped.wait(0.05):
            began = time.time()
            try:
                self.client.get_caller_identity()
            except BotoCoreError:
                return
            self.worst = max(self.worst, time.time() - began)

    def stop(self):
        self.stopped.set()
        self.join()
        return self.worst


def processes_of_sandboxes(server):
    """Processes in the sandboxes of this server: their root is not ours, and their bwrap names its folder."""
    mine = [pid for pid in os.listdir("/proc") if pid.isdigit()]
    found = []
    for pid in mine:
        try:
            if server.folder.encode() in open(f"/proc/{pid}/cmdline", "rb").read() and int(pid) != server.process.pid:
                found.append(pid)
        except OSError:
            pass
    return found


def misbehaving(server):
    cases = [
        ("hang", {}, "Sandbox.Timedout", "Task timed out after 3.00 seconds"),
        ("spin", {}, "Sandbox.Timedout", "Task timed out after 3.00 seconds"),
        ("eat", {}, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"),
        ("die", {}, "Runtime.ExitError", "Runtime exited with error: signal: aborted"),
        ("answer_too_much", {}, "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size"),
        ("none", {}, "KeyError", "none"),
    ]
    for what, event, kind, message in cases:
        answer, error = invoke(server, what, **event)
        check(error == "Unhandled" and answer.get("errorType") == kind and message in answer.get("errorMessage", ""), f"{what}: {error} {answer}")
        say(f"  {what}: {answer['errorMessage'][-80:]}")


def forks_and_floods(server):
    answer, error = invoke(server, "fill_tmp")  # /tmp counts as the function's memory, which here ends first
    check(error == "Unhandled" and answer["errorType"] in ("OSError", "Runtime.ExitError", "Runtime.OutOfMemory"), f"fill_tmp: {answer}")
    count, error = invoke(server, "fork")
    # The limit of processes, of memory or of time: which one ends it depends on the machine.
    check(count < 2000 if error is None else count["errorType"] in ("Sandbox.Timedout", "Runtime.ExitError", "Runtime.OutOfMemory"), f"fork: {count}")
    say(f"  fork: {count}")
    answer, error = invoke(server, "flood")
    check(error in (None, "Unhandled"), f"flood: {answer}")


def sees_nothing(server, binary):
    say("a function sees nothing of the server, and reaches nothing but its API")
    outside = [(server.folder, "master.key"), (server.folder, "root-credentials")]
    paths = [server.folder, *(f"{folder}/{name}" for folder, name in outside), os.path.abspath(binary), "/root", "/home", "/etc/shadow", "/var/log", server.log_path]
    with Mailbox(my_port() + 1) as mailbox:
        seen, error = invoke(server, "look", paths=paths, addresses=[["127.0.0.1", mailbox.port], ["169.254.169.254", 80], ["8.8.8.8", 53]])
    check(error is None and seen == [], f"the function sees {seen}")


def zip_of(**names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return out.getvalue()


def bomb():
    """A small file that unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("index.py", "w", force_zip64=True) as file:
            for _ in range(300):
                file.write(b"\0" * (1 << 20))
    return out.getvalue()


def link_to(target):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
        archive.writestr("link/passwd", "x")
    return out.getvalue()


def bad_zips(server, role):
    say("code that is no good: each is refused, and no function is made")
    functions = server.client("lambda")
    good = function_code("double")
    escape = server.parent.name + "/escaped"
    cases = [
        ("bytes that are no zip", b"not a zip at all", "InvalidParameterValueException", "Could not unzip"),
        ("an empty zip", zip_of(), "InvalidParameterValueException", ""),
        ("a zip cut short", good[:-30], "InvalidParameterValueException", "Could not unzip"),
        ("a path that climbs", zip_of(**{"../" * 12 + escape: "x"}), "InvalidParameterValueException", ""),
        ("an absolute path", zip_of(**{escape: "x"}), "InvalidParameterValueException", ""),
        ("a link out", link_to("/etc"), "InvalidParameterValueException", ""),
        ("a bomb", bomb(), "InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"),
    ]
    for what, code, kind, message in cases:
        error = refused(functions.create_function, FunctionName="no", Runtime="python3.11", Handler="index.handler", Role=role, Code={"ZipFile": code}).response["Error"]
        check(error["Code"] == kind and message in error["Message"], f"{what}: {error}")
    check(not os.path.exists(escape), "a file was written outside")
    check(error_code(functions.get_function, FunctionName="no") == "ResourceNotFoundException", "a function was made of bad code")


def bad_functions(server, role):
    functions = server.client("lambda")
    make = lambda **more: dict(FunctionName="no", Runtime="python3.11", Handler="index.handler", Role=role, Code={"ZipFile": function_code("double")}) | more
    check(error_code(functions.create_function, **make(Role="arn:aws:iam::123456789012:role/none")) == "InvalidParameterValueException", "a role that is not there")
    check(error_code(functions.create_function, **make(Runtime="python2.7")) == "InvalidParameterValueException", "an old runtime")
    check(error_code(functions.invoke, FunctionName="bad", Payload=b"{no json") == "InvalidRequestContentException", "an event that is no JSON")
    functions.create_function(**make(FunctionName="nohandler", Handler="index.none"))
    done = functions.invoke(FunctionName="nohandler")
    check("Runtime.HandlerNotFound" in done["Payload"].read().decode(), "a handler that is not there")


def run(binary):
    with Server(binary) as server:
        role = make_role(server.client("iam"), "careless", "logs:*")
        say("functions that never end, fork, eat memory, die, fill the disk, print without end")
        make_function(server, role)
        pulse = Pulse(server)
        misbehaving(server)
        forks_and_floods(server)
        worst = pulse.stop()
        say(f"  meanwhile the slowest of the other calls took {worst * 1000:.0f} ms")
        check(worst < 3, "the server was held up")
        sees_nothing(server, binary)
        bad_zips(server, role)
        bad_functions(server, role)
        check(server.stop() == 0, "the server did not stop cleanly")
        until("the end of all sandboxes", lambda: not processes_of_sandboxes(server))


harness.main(run)
