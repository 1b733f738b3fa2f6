# SPDX-License-Identifier: Apache-2.0
"""Runs bench_load (bench/load), the load generator, against a server."""
import contextlib
import json
import signal
import subprocess
import urllib.parse

from servers import harness

CLIENTS = 16
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def query(service, action, version, **members):
    body = urllib.parse.urlencode({"Action": action, "Version": version, **members})
    return {"service": service, "headers": FORM, "body": body}


def aws_json(service, target, document):
    return {"service": service, "headers": {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}, "body": json.dumps(document)}


@contextlib.contextmanager
def recorded(chosen, server, name):
    """With --perf: where the server's processor time goes, with the ways there."""
    if not (chosen.perf and isinstance(server, harness.Server)):
        yield
        return
    perf = subprocess.Popen(["perf", "record", "-q", "-F", "1999", "--call-graph", "dwarf,16384", "-p", str(server.process.pid),
                             "-o", chosen.out / f"{name}.perf"])
    yield
    perf.send_signal(signal.SIGINT)
    perf.wait()


def load(chosen, server, key, name, call, **plan):
    """The report of bench_load."""
    plan = {"port": server.port, "pid": server.process.pid, "clients": CLIENTS, "seconds": chosen.seconds, "region": "us-east-1",
            "key": key[0], "secret": key[1], **call, **plan}
    with recorded(chosen, server, name):
        ran = subprocess.run([chosen.bin / "bench_load"], input=json.dumps(plan), capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)
