#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""IAM and STS with clients that nobody here wrote: Debian's boto3 and AWS CLI. Who may do what, who knows it, and how it is taken back."""
import base64
import csv
import datetime
import hmac
import io
import json
import os
import subprocess
import time

from harness import REGION, Server, allow, check, error_code, main, make_user, refused, say

PORT = 15140
EVERYTHING = allow("*")


def trust(**condition):
    statement = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def message(call, **parameters):
    return refused(call, **parameters).response["Error"]["Message"]


def session(reply):
    it = reply["Credentials"]
    return it["AccessKeyId"], it["SecretAccessKey"], it["SessionToken"]


def totp(seed, step):
    digest = hmac.digest(base64.b32decode(seed + "=" * (-len(seed) % 8)), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def groups_and_policies(server, iam):
    say("groups, managed policies and their versions")
    ann = server.client("iam", make_user(server, "ann"))
    iam.create_group(GroupName="ops", Path="/it/")
    iam.attach_group_policy(GroupName="ops", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    check(error_code(ann.list_users) == "AccessDenied", "no policy, no access")
    iam.add_user_to_group(GroupName="ops", UserName="ann")
    check([user["UserName"] for user in ann.list_users()["Users"]] == ["ann"], "a group's policy")
    arn = iam.create_policy(PolicyName="contain", PolicyDocument=allow("s3:*"), Tags=[{"Key": "team", "Value": "ir"}])["Policy"]["Arn"]
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("sns:*"), SetAsDefault=True)["PolicyVersion"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version["VersionId"])["PolicyVersion"]["Document"]
    check(document == json.loads(allow("sns:*")), "the document, decoded by boto3")
    check([v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2", "v1"], "versions")
    check(error_code(iam.delete_policy_version, PolicyArn=arn, VersionId="v2") == "DeleteConflict", "the default version stays")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    check([u["UserName"] for u in iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]] == ["ann"], "ListEntitiesForPolicy")
    check(refused(iam.delete_policy, PolicyArn=arn).response["ResponseMetadata"]["HTTPStatusCode"] == 409, "an attached policy stays")
    found = [policy["PolicyName"] for page in iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 40}) for policy in page["Policies"]]
    check("contain" in found and "AdministratorAccess" in found and len(found) == len(set(found)) > 100, "ListPolicies in pages")
    check(error_code(iam.get_policy, PolicyArn="arn:aws:iam::aws:policy/NoSuchThing") == "NoSuchEntity", "an unknown name")


def keys(server, iam):
    say("access keys: last used, deactivated")
    key = make_user(server, "bob", "iam:List*")
    check(iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]["ServiceName"] == "N/A", "an unused key")
    bob = server.client("iam", key)
    bob.list_users()
    used = iam.get_access_key_last_used(AccessKeyId=key[0])
    check(used["UserName"] == "bob" and used["AccessKeyLastUsed"]["ServiceName"] == "iam", "the key's use by a read")
    iam.update_access_key(UserName="bob", AccessKeyId=key[0], Status="Inactive")
    check(error_code(bob.list_users) == "InvalidClientTokenId", "an inactive key")


def revoke(server, iam):
    say("AWSRevokeOlderSessions, as the console writes it")
    ann = server.client("sts", make_user(server, "carl", "sts:*"))
    iam.create_role(RoleName="responder", AssumeRolePolicyDocument=trust())
    role = iam.get_role(RoleName="responder")["Role"]
    check(role["AssumeRolePolicyDocument"] == json.loads(trust()), "the trust, decoded by boto3")
    iam.put_role_policy(RoleName="responder", PolicyName="may", PolicyDocument=EVERYTHING)
    assume = lambda **more: ann.assume_role(RoleArn=role["Arn"], RoleSessionName="night", **more)
    stolen = server.client("iam", session(assume()))
    stolen.list_users()
    time.sleep(1.1)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    iam.put_role_policy(RoleName="responder", PolicyName="AWSRevokeOlderSessions", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": {"DateLessThan": {"aws:TokenIssueTime": now}}}]}))
    check("explicit deny" in message(stolen.list_users), "the live session is denied")
    time.sleep(1.1)
    fresh = server.client("iam", session(assume()))
    fresh.list_users()
    check(fresh.get_role(RoleName="responder")["Role"]["RoleLastUsed"]["Region"] == REGION, "RoleLastUsed")


def sessions(server, iam):
    say("STS: external id, session policies, tags, chaining, federation")
    carl = server.client("sts", make_user(server, "dora", "sts:*"))
    iam.create_role(RoleName="partner", AssumeRolePolicyDocument=trust(StringEquals={"sts:ExternalId": "42"}), MaxSessionDuration=43200)
    iam.put_role_policy(RoleName="partner", PolicyName="may", PolicyDocument=EVERYTHING)
    arn = iam.get_role(RoleName="partner")["Role"]["Arn"]
    assume = lambda client=carl, **more: client.assume_role(**{"RoleArn": arn, "RoleSessionName": "s", "ExternalId": "42", **more})
    check(error_code(assume, RoleSessionName="ss", ExternalId="41") == "AccessDenied", "another external id")
    check(error_code(assume, RoleSessionName="a b") == "ValidationError", "a bad session name")
    reply = assume(RoleSessionName="ss", Policy=allow("iam:ListUsers"), Tags=[{"Key": "case", "Value": "7"}], TransitiveTagKeys=["case"], SourceIdentity="dora")
    check(reply["SourceIdentity"] == "dora" and reply["PackedPolicySize"] > 0, "what AssumeRole tells")
    limited = server.client("iam", session(reply))
    limited.list_users()
    check("no session policy allows" in message(limited.list_roles), "a session policy")
    chain = server.client("sts", session(assume(RoleSessionName="ss")))
    check("role chaining" in message(assume, client=chain, RoleSessionName="tt", DurationSeconds=7200), "the hour of chained sessions")
    guest = carl.get_federation_token(Name="guest", Policy=allow("sts:*"))
    check(guest["FederatedUser"]["Arn"].endswith(":federated-user/guest"), "GetFederationToken")
    check(server.client("sts", session(guest)).get_caller_identity()["UserId"] == "123456789012:guest", "who the guest is")


def mfa(server, iam):
    say("a virtual MFA device, its codes, and what they open")
    key = make_user(server, "eva")
    iam.put_user_policy(UserName="eva", PolicyName="mfa", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}))
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="eva")["VirtualMFADevice"]
    check(device["QRCodePNG"].startswith(b"\x89PNG\r\n") and len(device["QRCodePNG"]) > 200, "the QR code")
    seed, serial, step = device["Base32StringSeed"].decode(), device["SerialNumber"], int(time.time()) // 30
    enable = lambda one, two: iam.enable_mfa_device(UserName="eva", SerialNumber=serial, AuthenticationCode1=one, AuthenticationCode2=two)
    check(error_code(enable, "000000", "000000") == "InvalidAuthenticationCode", "wrong codes")
    enable(totp(seed, step - 1), totp(seed, step))
    check(error_code(server.client("iam", key).list_users) == "AccessDenied", "without MFA")
    token = server.client("sts", key).get_session_token(SerialNumber=serial, TokenCode=totp(seed, step + 1))
    server.client("iam", session(token)).list_users()
    check(iam.list_mfa_devices(UserName="eva")["MFADevices"][0]["SerialNumber"] == serial, "ListMFADevices")


def reports(iam):
    say("the credential report, authorization details, summary, access report")
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode()))}
    check(rows["eva"]["mfa_active"] == "true" and rows["bob"]["access_key_1_active"] == "false", "the report's rows")
    check(rows["<root_account>"]["password_last_changed"] == "not_supported" and len(rows["bob"]) == 22, "the report's columns")
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3}))
    users = [user["UserName"] for page in pages for user in page["UserDetailList"]]
    check(len(pages) > 2 and users == sorted(users) and "eva" in users, "authorization details in pages")
    roles = [role for page in pages for role in page["RoleDetailList"]]
    check(roles[0]["RolePolicyList"][0]["PolicyDocument"] == json.loads(EVERYTHING), "a document in them")
    check(iam.get_account_summary()["SummaryMap"]["MFADevicesInUse"] == 1, "the summary")
    job = iam.generate_service_last_accessed_details(Arn="arn:aws:iam::123456789012:user/bob")["JobId"]
    services = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    check([s["ServiceNamespace"] for s in services] == ["iam"] and "LastAuthenticated" in services[0], "services last accessed")


def simulator(iam):
    say("the policy simulator")
    results = iam.simulate_principal_policy(PolicySourceArn="arn:aws:iam::123456789012:user/ann", ActionNames=["sns:Publish", "sqs:SendMessage"])["EvaluationResults"]
    check([result["EvalDecision"] for result in results] == ["allowed", "implicitDeny"], "decisions")
    check(results[0]["MatchedStatements"][0]["SourcePolicyId"] == "contain", "what matched")
    custom = iam.simulate_custom_policy(PolicyInputList=[allow("s3:Get*", resource="arn:aws:s3:::b/*")], ActionNames=["s3:GetObject"], ResourceArns=["arn:aws:s3:::b/o", "arn:aws:s3:::c/o"])
    check([result["EvalDecision"] for result in custom["EvaluationResults"]] == ["allowed", "implicitDeny"], "a custom policy")


def command_line(server):
    say("the AWS CLI")
    key, secret = server.root_key()
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": ""}
    aws = lambda *words: json.loads(subprocess.run(["aws", "--endpoint-url", server.url, *words, "--output", "json"], env=environment, capture_output=True, text=True, check=True).stdout or "{}")
    aws("iam", "create-instance-profile", "--instance-profile-name", "web")
    aws("iam", "add-role-to-instance-profile", "--instance-profile-name", "web", "--role-name", "responder")
    shown = aws("iam", "get-instance-profile", "--instance-profile-name", "web")["InstanceProfile"]
    check(shown["Roles"][0]["RoleName"] == "responder", "an instance profile")
    aws("iam", "update-account-password-policy", "--minimum-password-length", "14", "--require-symbols")
    check(aws("iam", "get-account-password-policy")["PasswordPolicy"]["MinimumPasswordLength"] == 14, "the password policy")
    role = aws("iam", "create-service-linked-role", "--aws-service-name", "guardduty.amazonaws.com")["Role"]
    check(role["RoleName"] == "AWSServiceRoleForAmazonGuardDuty", "a service-linked role")
    check(aws("sts", "get-access-key-info", "--access-key-id", key)["Account"] == "123456789012", "GetAccessKeyInfo")
    aws("iam", "create-account-alias", "--account-alias", "blue-team")
    check(aws("iam", "list-account-aliases")["AccountAliases"] == ["blue-team"], "the alias")


def secrets(server, iam):
    say("what CloudTrail knows: the calls, and no secrets")
    iam.create_login_profile(UserName="bob", Password="Very-Secret-Pass-1")
    events = server.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateLoginProfile"}])["Events"]
    check(len(events) == 1 and "Very-Secret" not in events[0]["CloudTrailEvent"], "the password stays out of the record")


def run(binary):
    with Server(binary, port=PORT) as server:
        iam = server.client("iam")
        groups_and_policies(server, iam)
        keys(server, iam)
        revoke(server, iam)
        sessions(server, iam)
        mfa(server, iam)
        reports(iam)
        simulator(iam)
        command_line(server)
        secrets(server, iam)


main(run)
