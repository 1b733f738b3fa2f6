# SPDX-License-Identifier: Apache-2.0
"""How a process of a function begins, whatever the runtime.

Started inside the sandbox with CONTROL_FD PROCESSES DATA_BYTES. It opens the two listening sockets of
the sandbox, hands them to the server over CONTROL_FD (the server answers there; the sandbox has no
other way out), and gets the environment in return: it never stands on a command line.

As a module for the Python runtime (bootstrap.py); as a program it then becomes what further words
say (Node.js and our bootstrap), or, without any, the `bootstrap` of a `provided` runtime:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
"""
import json
import os
import resource
import socket
import sys

RUNTIME_PORT = 9001
ENDPOINT_PORT = 4566
BOOTSTRAPS = ("/var/task/bootstrap", "/opt/bootstrap")


def listen(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def shake_hands(control_fd):
    """Hands the listeners over; returns the environment of the function."""
    control = socket.socket(fileno=control_fd)
    listeners = [listen(RUNTIME_PORT), listen(ENDPOINT_PORT)]
    socket.send_fds(control, [b"hello"], [listener.fileno() for listener in listeners])
    for listener in listeners:
        listener.close()
    environment = json.loads(control.recv(1 << 20))
    control.close()
    return environment


def limit(processes, data_bytes):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    if processes:
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    if data_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))


def enter(arguments):
    """Returns the environment of the function, within its limits."""
    control_fd, processes, data_bytes = (int(argument) for argument in arguments)
    environment = shake_hands(control_fd)
    limit(processes, data_bytes)
    return environment


def become(command, environment):
    """AWS_LAMBDA_EXEC_WRAPPER: a script of a layer that starts the runtime in its own way."""
    wrapper = environment.get("AWS_LAMBDA_EXEC_WRAPPER")
    if wrapper:
        command = [wrapper, *command]
    os.execve(command[0], command, environment)


def node_options(environment):
    memory = int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 128))
    return [f"--max-old-space-size={memory * 9 // 10}", f"--max-semi-space-size={max(1, memory // 20)}"]


def fail(message):
    """Tells the server why nothing can run."""
    body = json.dumps({"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message}).encode()
    with socket.create_connection(("127.0.0.1", RUNTIME_PORT)) as stream:
        stream.sendall(b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       b"Lambda-Runtime-Function-Error-Type: Runtime.InvalidEntrypoint\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
        stream.recv(4096)
    os._exit(1)


def become_provided(environment):
    for path in BOOTSTRAPS:
        if os.path.isfile(path):
            try:
                become([path], environment)
            except PermissionError:
                fail(f"fork/exec {path}: permission denied")
            except OSError as error:
                fail(f"fork/exec {path}: {error.strerror.lower()}")
    fail(f"Couldn't find valid bootstrap(s): [{' '.join(BOOTSTRAPS)}]")


def main():
    environment = enter(sys.argv[1:4])
    if len(sys.argv) == 4:
        become_provided(environment)
    program, *words = sys.argv[4:]
    try:
        become([program, *node_options(environment), *words], environment)
    except OSError:
        fail(f"{program} is not installed where this server runs")


if __name__ == "__main__":
    main()
