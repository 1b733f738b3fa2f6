# SPDX-License-Identifier: Apache-2.0
"""Does what the event asks for, which is never good."""
import os
import socket
import time


def hang(event):
    while True:
        time.sleep(0.1)


def spin(event):
    while True:
        pass


def fork(event):
    """Forks until it may not any more; the children stay behind."""
    count = 0
    while True:
        try:
            if os.fork() == 0:
                time.sleep(600)
                os._exit(0)
            count += 1
        except OSError:
            return count


def eat(event):
    pieces = []
    while True:
        pieces.append(bytearray(os.urandom(1 << 20)))


def die(event):
    os.abort()


def flood(event):
    for _ in range(200_000):
        print("x" * 1000)


def answer_too_much(event):
    return "x" * (7 << 20)


def fill_tmp(event):
    with open("/tmp/fill", "wb") as file:
        while True:
            file.write(b"\0" * (1 << 20))


def look(event):
    """What it can see and reach that it should not: an empty list is right."""
    seen = [path for path in event["paths"] if os.path.exists(path)]
    for host, port in event["addresses"]:
        try:
            socket.create_connection((host, port), 1).close()
            seen.append(f"{host}:{port}")
        except OSError:
            pass
    try:
        open("/etc/tocsin-was-here", "w").close()
        seen.append("may write to /etc")
    except OSError:
        pass
    if os.getuid() == 0:
        seen.append("is root")
    return seen


def handler(event, context):
    return globals()[event["do"]](event)
