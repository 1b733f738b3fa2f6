# SPDX-License-Identifier: Apache-2.0
"""The Python runtime of a function's sandbox: a client of the Lambda Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Texts of errors follow AWS's own
runtime interface client (awslambdaric).

Started inside the sandbox as `bootstrap.py CONTROL_FD PROCESSES DATA_BYTES` (enter.py).
Modules that cost time to import (logging, botocore) are patched when the function
imports them, never before.
"""
import json
import os
import socket
import sys
import time

API_VERSION = "/2018-06-01/runtime"
# A line that ends with this goes on in the next line: how events of several lines stay one event.
CONTINUED = "\x1e"
# What the dynamic loader and Python read only when a process starts.
READ_AT_START = ("LD_", "PYTHON", "MALLOC_", "GLIBC_", "AWS_LAMBDA_EXEC_WRAPPER")


# -- becoming a function's process -----------------------------------------------------------------


def become_function(arguments):
    if arguments == ["ready"]:
        return
    import enter

    environment = enter.enter(arguments)
    if any(name.startswith(READ_AT_START) for name in environment):
        enter.become([sys.executable, __file__, "ready"], environment)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


# -- the Runtime API -------------------------------------------------------------------------------


class RuntimeClient:
    """One kept connection. http.client would cost 15 ms of a cold start."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.address = (host, int(port))
        self.stream = None

    def call(self, method, path, body=b"", headers=()):
        lines = [f"{method} {API_VERSION}{path} HTTP/1.1", f"Host: {self.address[0]}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if method == "POST":
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        if self.stream is None:
            self.stream = socket.create_connection(self.address)
            self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.reader = self.stream.makefile("rb")
        self.stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return self.reply()

    def reply(self):
        status_line = self.reader.readline()
        if not status_line:
            os._exit(1)  # the server has let go of this sandbox
        headers = {}
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self.reader.read(int(headers.get("content-length", 0)))
        return int(status_line.split()[1]), headers, body

    def next(self):
        _, headers, body = self.call("GET", "/invocation/next")
        return headers, body

    def respond(self, request_id, body):
        self.call("POST", f"/invocation/{request_id}/response", body)

    def fail(self, request_id, error):
        self.call("POST", f"/invocation/{request_id}/error", as_bytes(error), error_header(error))

    def fail_init(self, error):
        self.call("POST", "/init/error", as_bytes(error), error_header(error))


def as_bytes(document):
    return json.dumps(document).encode()


def error_header(error):
    plain = error["errorType"].encode("ascii", "replace").decode().replace("\n", " ")
    return [("Lambda-Runtime-Function-Error-Type", plain)]


# -- what a handler sees ---------------------------------------------------------------------------


class ClientContext:
    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        self.client = Client(document["client"]) if document.get("client") else None


class Client:
    def __init__(self, document):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code",
                     "app_package_name"):
            setattr(self, name, document.get(name))


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class LambdaContext:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.identity = CognitoIdentity()
        self.client_context = None
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", 0))
        if client_context := headers.get("lambda-runtime-client-context"):
            self.client_context = ClientContext(json.loads(client_context))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class Fault(Exception):
    """An error that the runtime itself reports."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


def find_handler(handler):
    """The function that `handler` names; in its place, one that raises the fault."""

    def faulty(error_type, message, trace=()):
        def fail(event, context):
            raise Fault(error_type, message, trace)

        return fail

    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        return faulty("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}")
    if module_name.split(".")[0] in sys.builtin_module_names:
        return faulty("Runtime.BuiltInModuleConflict",
                      f"Cannot use built-in module {module_name} as a handler module")
    try:
        import importlib

        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        return faulty("Runtime.ImportModuleError",
                      f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        return faulty("Runtime.UserCodeSyntaxError",
                      f"Syntax error in module '{module_name}': {error}", trace)
    if not hasattr(module, function_name):
        return faulty("Runtime.HandlerNotFound",
                      f"Handler '{function_name}' missing on module '{module_name}'")
    return getattr(module, function_name)


def stack_trace(error):
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = (__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
    while frames and (frames[0].filename in own or "/importlib/" in frames[0].filename):
        frames.pop(0)
    return traceback.format_list(frames)


def describe_error(error, request_id):
    fault = isinstance(error, Fault)
    return {
        "errorMessage": str(error),
        "errorType": error.error_type if fault else type(error).__name__,
        "requestId": request_id,
        "stackTrace": error.trace if fault else stack_trace(error),
    }


def log_event(message):
    """One event of the log, however many lines it has."""
    sys.stdout.write(message.rstrip("\n").replace("\n", CONTINUED + "\n") + "\n")
    sys.stdout.flush()


def log_failure(error):
    text = f"[ERROR] {error['errorType']}: {error['errorMessage']}"
    if error["stackTrace"]:
        text += "\nTraceback (most recent call last):\n" + "".join(error["stackTrace"])
    log_event(text)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass


# -- patches, made when the function imports the module --------------------------------------------


def patch_logging(logging):
    """Records carry the level, the time and the request, as with AWS's runtime."""

    class Handler(logging.Handler):
        def emit(self, record):
            try:
                log_event(self.format(record))
            except Exception:
                self.handleError(record)

    class RequestId(logging.Filter):
        def filter(self, record):
            record.aws_request_id = current_request_id
            return True

    handler = Handler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestId())
    logging.root.addHandler(handler)


def patch_botocore(session_module):
    """Clients go to AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_SERVICE) unless told otherwise: botocore
    knows these names only from 1.31 on. S3 is addressed by path."""
    create_client = session_module.Session.create_client

    def create_client_here(self, service_name, *args, **kwargs):
        # create_client(service_name, region, api_version, use_ssl, verify, endpoint_url, …)
        if len(args) < 5 and not kwargs.get("endpoint_url"):
            variable = "AWS_ENDPOINT_URL_" + str(service_name).upper().replace("-", "_")
            endpoint = os.environ.get(variable) or os.environ.get("AWS_ENDPOINT_URL")
            if endpoint:
                kwargs["endpoint_url"] = endpoint
        if service_name == "s3" and len(args) < 9:
            from botocore.config import Config

            given = kwargs.get("config")
            if not (given and (given.s3 or {}).get("addressing_style")):
                s3 = dict((given.s3 if given else None) or {}, addressing_style="path")
                config = Config(s3=s3)
                kwargs["config"] = given.merge(config) if given else config
        return create_client(self, service_name, *args, **kwargs)

    session_module.Session.create_client = create_client_here


class PatchOnImport:
    """A finder that finds nothing itself: it runs a patch once the real finders have loaded."""

    patches = {"logging": patch_logging, "botocore.session": patch_botocore}

    def find_spec(self, name, path=None, target=None):
        patch = self.patches.pop(name, None)
        if patch is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                execute = spec.loader.exec_module

                def exec_and_patch(module):
                    execute(module)
                    patch(module)

                spec.loader.exec_module = exec_and_patch
                return spec
        return None


# -- the loop --------------------------------------------------------------------------------------

current_request_id = None


def run(handler, event_text, context):
    try:
        event = json.loads(event_text)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None
    result = handler(event, context)
    try:
        return json.dumps(result).encode()
    except (TypeError, ValueError) as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def serve_one(client, handler, own_pid):
    global current_request_id
    headers, event = client.next()
    context = LambdaContext(headers)
    current_request_id = context.aws_request_id
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
    reply = failure = None
    try:
        reply = run(handler, event, context)
    except Exception as error:
        failure = describe_error(error, current_request_id)
    if os.getpid() != own_pid:
        os._exit(0)  # a child that the handler forked must not answer or poll in its parent's place
    if failure:
        log_failure(failure)
        client.fail(current_request_id, failure)
    else:
        flush()
        client.respond(current_request_id, reply)


def layer_folders():
    """https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html"""
    names = {os.environ["AWS_EXECUTION_ENV"].removeprefix("AWS_Lambda_"), f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    return ["/opt/python", *(f"/opt/python/lib/{name}/site-packages" for name in sorted(names))]


def main():
    become_function(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.path[1:1] = [folder for folder in layer_folders() if os.path.isdir(folder)]
    sys.argv = [""]
    sys.meta_path.insert(0, PatchOnImport())
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:
        failure = describe_error(error, "")
        log_failure(failure)
        client.fail_init(failure)
        os._exit(1)
    flush()
    own_pid = os.getpid()
    while True:
        serve_one(client, handler, own_pid)


if __name__ == "__main__":
    main()
