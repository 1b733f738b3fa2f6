#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logs Insights and exports with Debian's boto3 and AWS CLI: queries over real segments, their progress, records, refusals, policies; gzip files in a bucket."""
import gzip
import json
import os
import subprocess
import time

from harness import REGION, Server, allow, check, error_code, main, make_user, refused, say, until

PORT = 15220
GROUP = "/app/web"
SIZES = 20_000


def now():
    return int(time.time() * 1000)


def fill(logs):
    say(f"{SIZES:,} events of JSON, in two streams; some text")
    logs.create_log_group(logGroupName=GROUP)
    start = now() - 600_000
    for stream in ("one", "two"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        for first in range(0, SIZES // 2, 2000):
            logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[
                {"timestamp": start + i, "message": json.dumps({"level": "error" if i % 10 == 0 else "info", "ms": i % 100, "user": {"name": f"u{i % 7}", "ip": f"10.0.{i % 4}.1"}})}
                for i in range(first, first + 2000)])
    logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=[{"timestamp": now(), "message": "[WARN] disk \"sda\" is full"}])
    return start


def ask(logs, query, **more):
    """(rows as dicts, statistics) of a query that completes."""
    groups = {"logGroupName": GROUP} if not any(name.startswith("logGroup") for name in more) else {}
    query_id = logs.start_query(**groups, startTime=0, endTime=int(time.time()) + 60, queryString=query, **more)["queryId"]

    def ended():
        reply = logs.get_query_results(queryId=query_id)
        return reply["status"] not in ("Scheduled", "Running") and reply

    reply = until("the query's end", ended)
    check(reply["status"] == "Complete", str(reply)[:300])
    return [{field["field"]: field["value"] for field in row} for row in reply["results"]], reply["statistics"]


def queries(logs, start):
    say("queries: fields, filter, parse, stats, sort, dedup")
    rows, statistics = ask(logs, "stats count(*) as n")
    check(rows == [{"n": str(SIZES + 1)}] and statistics["recordsScanned"] == SIZES + 1 == statistics["recordsMatched"], f"{rows} {statistics}")
    check(statistics["bytesScanned"] > SIZES * 50, str(statistics))
    rows, statistics = ask(logs, "filter level = 'error' | stats count(*) as n, avg(ms) as mean, pct(ms, 99) as p by user.name | sort user.name")
    check([row["user.name"] for row in rows] == [f"u{i}" for i in range(7)] and sum(int(row["n"]) for row in rows) == SIZES // 10, str(rows))
    check(statistics["recordsMatched"] == SIZES // 10 and rows[0]["p"] == "90", f"{statistics} {rows}")
    rows, _ = ask(logs, 'filter @message like /"sda"/ | parse @message "[*] disk \\"*\\"" as level, disk | display level, disk')
    check(len(rows) == 1 and rows[0]["level"] == "WARN" and rows[0]["disk"] == "sda", str(rows))
    rows, _ = ask(logs, "filter isIpv4InSubnet(user.ip, '10.0.3.0/24') and ms < 4 | fields @timestamp, ms, @logStream | sort @timestamp asc | limit 3")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime((start + 3) // 1000)) + f".{(start + 3) % 1000:03}"
    check(rows[0]["@timestamp"] == stamp and rows[0]["ms"] == "3" and {row["@logStream"] for row in rows[:2]} == {"one", "two"}, str(rows))
    rows, _ = ask(logs, "fields level | sort @timestamp desc | dedup level")
    check([row.get("level") for row in rows] == [None, "info", "error"], str(rows))
    rows, _ = ask(logs, "stats count(*) by bin(1h) as hour | stats sum(`count(*)`) as n")
    check(rows == [{"n": str(SIZES + 1)}], str(rows))
    rows, _ = ask(logs, "fields @message")
    check(len(rows) == 10_000, f"{len(rows)} rows by default")
    rows, _ = ask(logs, "fields @message", limit=5)
    check(len(rows) == 5 and rows[0]["@message"].startswith("[WARN]"), str(rows)[:200])


def records(logs):
    say("a row's pointer, the fields of the group")
    rows, _ = ask(logs, "filter user.name = 'u3' | limit 1")
    record = logs.get_log_record(logRecordPointer=rows[0]["@ptr"])["logRecord"]
    check(record["user.name"] == "u3" and record["@log"] == f"123456789012:{GROUP}" and record["@message"] == rows[0]["@message"], str(record))
    fields = {field["name"]: field["percent"] for field in logs.get_log_group_fields(logGroupName=GROUP)["logGroupFields"]}
    check(fields["@message"] == 100 and fields["user.ip"] >= 99, str(fields))


def refusals(logs):
    say("refusals, with their place in the query")
    window = {"startTime": 0, "endTime": int(time.time())}
    error = refused(logs.start_query, logGroupName=GROUP, queryString="fields @message | count()", **window)
    check(error.response["Error"]["Code"] == "MalformedQueryException" and "unexpected symbol found count at line 1 and position 18" in str(error), str(error))
    check(error.response.get("queryCompileError", {}).get("location", {}).get("startCharOffset", 18) == 18, str(error.response))
    check(error_code(logs.start_query, logGroupName="none", queryString="limit 1", **window) == "ResourceNotFoundException", "no group")
    check("pattern" in str(refused(logs.start_query, logGroupName=GROUP, queryString="pattern @message", **window)), "pattern")
    check(error_code(logs.get_query_results, queryId="x") == "ResourceNotFoundException", "no query")


def life(logs, server):
    say("StopQuery, DescribeQueries, definitions, and all of it after a restart")
    described = logs.describe_queries(logGroupName=GROUP, status="Complete")["queries"]
    check(len(described) == 9 and described[0]["queryString"].startswith("filter user.name"), f"{len(described)} {described[:1]}")
    check(error_code(logs.stop_query, queryId=described[0]["queryId"]) == "InvalidParameterException", "stopping what has ended")
    made = logs.put_query_definition(name="errors/all", queryString="filter level = 'error'", logGroupNames=[GROUP])["queryDefinitionId"]
    check(logs.describe_query_definitions(queryDefinitionNamePrefix="errors")["queryDefinitions"][0]["queryDefinitionId"] == made, "a definition")
    server.kill()
    server.start()
    logs = server.client("logs")
    check(logs.get_query_results(queryId=described[0]["queryId"])["status"] == "Complete", "a query after kill -9")
    check(ask(logs, "stats count(*) as n")[0] == [{"n": str(SIZES + 1)}], "events after kill -9")
    check(logs.delete_query_definition(queryDefinitionId=made)["success"], "DeleteQueryDefinition")


def permissions(server):
    say("policies decide per group")
    key = make_user(server, "reader", "logs:GetQueryResults")
    server.client("iam").put_user_policy(UserName="reader", PolicyName="start", PolicyDocument=allow("logs:StartQuery", resource=f"arn:aws:logs:{REGION}:123456789012:log-group:{GROUP}:*"))
    logs = server.client("logs", key)
    check(len(ask(logs, "limit 1")[0]) == 1, "what is allowed")
    server.client("logs").create_log_group(logGroupName="/secret")
    error = refused(logs.start_query, logGroupNames=[GROUP, "/secret"], startTime=0, endTime=int(time.time()), queryString="limit 1")
    check(error.response["Error"]["Code"] == "AccessDeniedException" and "/secret" in str(error), str(error))


def with_cli(server):
    say("the AWS CLI: start-query, get-query-results")
    key, secret = server.root_key()
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": ""}
    aws = lambda *words: json.loads(subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, "logs", *words], env=environment, capture_output=True, text=True, check=True, timeout=60).stdout)
    query = aws("start-query", "--log-group-name", GROUP, "--start-time", "0", "--end-time", str(int(time.time())), "--query-string", "filter level = 'error' | stats count(*) as errors")["queryId"]
    reply = until("the query's end", lambda: (found := aws("get-query-results", "--query-id", query))["status"] == "Complete" and found)
    check(reply["results"] == [[{"field": "errors", "value": str(SIZES // 10)}]], str(reply))


def exports(server, start):
    say("an export: refused without a bucket policy, then gzip files that hold the events")
    logs, s3 = server.client("logs"), server.client("s3")
    s3.create_bucket(Bucket="evidence")
    window = {"logGroupName": GROUP, "fromTime": start, "to": start + SIZES, "destination": "evidence"}
    check("GetBucketAcl call on the given bucket failed" in str(refused(logs.create_export_task, **window)), "no policy")
    principal = {"Service": f"logs.{REGION}.amazonaws.com"}
    s3.put_bucket_policy(Bucket="evidence", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::evidence", "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}}},
        {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::evidence/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "ArnLike": {"aws:SourceArn": [f"arn:aws:logs:{REGION}:123456789012:log-group:*"]}}}]}))
    task = logs.create_export_task(**window)["taskId"]
    described = lambda: logs.describe_export_tasks(taskId=task)["exportTasks"][0]
    until("the export", lambda: described()["status"]["code"] == "COMPLETED")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="evidence")["Contents"]]
    check(keys == [*sorted(["exportedlogs/aws-logs-write-test", f"exportedlogs/{task}/one/000000.gz", f"exportedlogs/{task}/two/000000.gz"])], str(keys))
    lines = gzip.decompress(s3.get_object(Bucket="evidence", Key=f"exportedlogs/{task}/two/000000.gz")["Body"].read()).decode().splitlines()
    check(len(lines) == SIZES // 2 and json.loads(lines[0].split(" ", 1)[1])["level"] == "error" and lines[0][10] == "T", lines[0])


def run(binary):
    with Server(binary, port=PORT) as server:
        logs = server.client("logs")
        start = fill(logs)
        queries(logs, start)
        refusals(logs)
        records(logs)
        life(logs, server)
        permissions(server)
        with_cli(server)
        exports(server, start)


main(run)
