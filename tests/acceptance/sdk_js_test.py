#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The AWS SDK v3 for JavaScript, on Debian's Node.js: js/calls.mjs."""
import os
import shutil
import subprocess
import sys

import harness
from harness import HERE, Server, check, function_code, make_role, say


def node():
    """Debian's, else another."""
    return "/usr/bin/node" if os.path.exists("/usr/bin/node") else shutil.which("node")


def run(binary):
    with Server(binary) as server:
        role = make_role(server.client("iam"), "printer", "logs:*")
        archive = server.parent.name + "/code.zip"
        with open(archive, "wb") as file:
            file.write(function_code("double"))
        key, secret = server.root_key()
        environment = {**os.environ, "ENDPOINT": server.url, "KEY": key, "SECRET": secret, "ROLE": role, "ZIP": archive}
        say(subprocess.run([node(), "--version"], capture_output=True, text=True).stdout.strip())
        done = subprocess.run([node(), "calls.mjs", *sys.argv[2:]], cwd=HERE + "/js", env=environment, timeout=120)
        check(done.returncode == 0, "calls.mjs failed")
        check(server.stop() == 0, "the server did not stop cleanly")


harness.main(run)
