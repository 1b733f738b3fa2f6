# SPDX-License-Identifier: Apache-2.0
"""From StopLogging to IsLogging true: the first incident, as tests/acceptance has it, with its functions cold and warm."""
import sys
import time

from row import quantile, row
from servers import SMTP_PORT, harness, tocsin
import incident

REPETITIONS = 20


def make_cold(functions):
    """A changed configuration retires the sandboxes that are warm, as it does on AWS."""
    for name in ("gather", "restart"):
        functions.update_function_configuration(FunctionName=name, Timeout=29)


def restarted_ms(trails, intruder):
    begin = time.perf_counter()
    intruder.stop_logging(Name="audit")
    while not trails.get_trail_status(Name="audit")["IsLogging"]:
        if time.perf_counter() - begin > 20:
            sys.exit("FAILED: the trail does not run again")
        time.sleep(0.002)
    return (time.perf_counter() - begin) * 1000


def measure(server, mailbox):
    intruder = server.client("cloudtrail", incident.set_up(incident.boto(server), mailbox))
    trails, functions = server.client("cloudtrail"), server.client("lambda")
    millis = {"cold": [], "warm": []}
    for _ in range(REPETITIONS):
        make_cold(functions)
        for measured in millis.values():
            before = len(mailbox.mails)
            measured.append(restarted_ms(trails, intruder))
            # The other function ends with its mail; until then it would disturb the next repetition.
            harness.until("the mail", lambda: len(mailbox.mails) > before)
    return millis


def run(chosen):
    with harness.Mailbox(SMTP_PORT) as mailbox, tocsin(chosen, "--smtp", mailbox.url) as server:
        millis = measure(server, mailbox)
    rows = []
    for kind, target in (("warm", 500), ("cold", 2000)):
        rows += [row(f"StopLogging to IsLogging, {kind}: median", quantile(millis[kind], 0.5), "ms", at_most=target),
                 row(f"StopLogging to IsLogging, {kind}: p99 of {REPETITIONS}", quantile(millis[kind], 0.99), "ms", at_most=target)]
    return rows
