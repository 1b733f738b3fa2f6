# SPDX-License-Identifier: Apache-2.0
"""Executions of Standard workflows over the API, durable: transitions a second and core, and executions beside moto's."""
import json

import calls
from load import aws_json, load
from row import row
from servers import harness, make_caller, moto, tocsin

LENGTHS = (20, 100)  # states of an execution
TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}})


def passes(count):
    states = {f"S{i}": {"Type": "Pass", "Result": {"step": i}, "ResultPath": "$.last", **({"Next": f"S{i + 1}"} if i + 1 < count else {"End": True})} for i in range(count)}
    return json.dumps({"StartAt": "S0", "States": states})


def start_execution(server, count):
    role = server.client("iam").create_role(RoleName=f"flow-{count}", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    machine = server.client("stepfunctions").create_state_machine(name=f"passes-{count}", definition=passes(count), roleArn=role)["stateMachineArn"]
    return aws_json("states", "AWSStepFunctions.StartExecution", {"stateMachineArn": machine, "input": json.dumps({"alarm": "web-1"})})


def caller_of(server):
    key = make_caller(server)
    server.client("iam").put_user_policy(UserName="bench", PolicyName="states", PolicyDocument=harness.allow("states:*"))
    return key


def run(chosen):
    with tocsin(chosen) as ours, moto() as peer:
        key = caller_of(ours)
        passes_of = {count: load(chosen, ours, key, f"states-{count}", start_execution(ours, count)) for count in LENGTHS}
        five = load(chosen, ours, key, "states-five", start_execution(ours, 5))
        theirs = load(chosen, peer, caller_of(peer), "moto-states-five", start_execution(peer, 5)) if peer else None
    rows = []
    for count, report in passes_of.items():
        rows += [row(f"Standard, {count} Pass states: transitions", count / report["server_cpu_us"] * 1e6, "/s and core", at_least=30_000),
                 row(f"Standard, {count} Pass states", report["per_second"], "executions/s")]
    return rows + calls.rows_of("Standard, 5 Pass states", five, theirs, 200)
