# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: tocsin, and moto where one is installed."""
import contextlib
import glob
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests/acceptance"))
import boto3  # noqa: E402
import harness  # noqa: E402

TOCSIN_PORT, MOTO_PORT, SMTP_PORT = 4631, 4632, 4633


@contextlib.contextmanager
def tocsin(chosen, *words):
    """With strict authentication and durable commit, as `serve` has by default.

    Its data lie beside the build: /tmp may be memory, where a commit costs nothing."""
    with tempfile.TemporaryDirectory(dir=chosen.out, prefix="data-", ignore_cleanup_errors=True) as folder:
        with harness.Server(chosen.bin / "tocsin", *words, folder=folder, port=TOCSIN_PORT) as server:
            yield server


class Moto:
    def __init__(self, process):
        self.process, self.port = process, MOTO_PORT

    def client(self, service):
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", region_name=harness.REGION,
                            aws_access_key_id="testing", aws_secret_access_key="testing")


def moto_python():
    """The first Python that has moto's server; None where there is none."""
    for python in ["python3", "/usr/bin/python3", *glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python"))]:
        with contextlib.suppress(OSError):
            if subprocess.run([python, "-c", "import moto.server"], capture_output=True).returncode == 0:
                return python
    return None


def await_port(port, process, seconds=30):
    end = time.time() + seconds
    while time.time() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), 1).close()
        time.sleep(0.05)
    sys.exit(f"FAILED: nothing answers on port {port}")


@contextlib.contextmanager
def moto():
    """A moto server, or None with a line that says so."""
    python = moto_python()
    if python is None:
        print("no Python here has moto's server: its side of the comparison is skipped", file=sys.stderr)
        yield None
        return
    process = subprocess.Popen([python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(MOTO_PORT)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(MOTO_PORT, process)
        yield Moto(process)
    finally:
        process.kill()
        process.wait()


def make_caller(server):
    """The key of a user whose policy allows the calls: a root's key would spare the server the evaluation."""
    iam = server.client("iam")
    iam.create_user(UserName="bench")
    iam.put_user_policy(UserName="bench", PolicyName="bench", PolicyDocument=harness.allow("sns:*", "sts:*", "events:*"))
    key = iam.create_access_key(UserName="bench")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
