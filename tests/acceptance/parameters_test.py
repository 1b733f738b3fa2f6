#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Parameter Store with boto3: versions, labels, paths, secrets under KMS that only the key's users read, and what lies on the disk."""
import glob

import harness
from harness import Server, check, error_code, make_user, say

harness.PORTS["parameters_test"] = 4856


def run(binary):
    with Server(binary) as server:
        ssm, kms = server.client("ssm"), server.client("kms")
        check(ssm.put_parameter(Name="/app/port", Value="80", Type="String")["Version"] == 1, "the first version")
        check(ssm.put_parameter(Name="/app/port", Value="81", Type="String", Overwrite=True)["Version"] == 2, "the second version")
        ssm.label_parameter_version(Name="/app/port", ParameterVersion=1, Labels=["live"])
        check(ssm.get_parameter(Name="/app/port:live")["Parameter"]["Value"] == "80", "the labelled version")
        check(error_code(ssm.put_parameter, Name="/app/port", Value="82", Type="String") == "ParameterAlreadyExists", "overwritten unasked")
        say("Versions and labels.")

        key = kms.create_key()["KeyMetadata"]["KeyId"]
        ssm.put_parameter(Name="/app/token", Value="plainly-secret-value", Type="SecureString", KeyId=key, Tags=[{"Key": "team", "Value": "blue"}])
        ssm.put_parameter(Name="/app/own", Value="another-secret-value", Type="SecureString")
        check(ssm.get_parameter(Name="/app/token", WithDecryption=True)["Parameter"]["Value"] == "plainly-secret-value", "the secret")
        check("secret" not in ssm.get_parameter(Name="/app/token")["Parameter"]["Value"], "ciphertext without decryption")
        reader = server.client("ssm", make_user(server, "reader", "ssm:GetParameter*"))
        check(error_code(reader.get_parameter, Name="/app/token", WithDecryption=True) == "AccessDeniedException", "read without the key")
        kms.disable_key(KeyId=key)
        check(error_code(ssm.get_parameter, Name="/app/token", WithDecryption=True) == "InvalidKeyId", "read under a disabled key")
        kms.enable_key(KeyId=key)
        say("Secrets under KMS.")

        found = ssm.get_parameters_by_path(Path="/app", Recursive=True)["Parameters"]
        check([entry["Name"] for entry in found] == ["/app/own", "/app/port", "/app/token"], f"by path: {found}")
        tagged = ssm.describe_parameters(ParameterFilters=[{"Key": "tag:team", "Values": ["blue"]}])["Parameters"]
        check([entry["Name"] for entry in tagged] == ["/app/token"], f"by tag: {tagged}")
        ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/app/port", Tags=[{"Key": "team", "Value": "red"}])
        check(ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/port")["TagList"] == [{"Key": "team", "Value": "red"}], "tags")
        ssm.delete_parameter(Name="/app/port")
        check(error_code(ssm.get_parameter, Name="/app/port") == "ParameterNotFound", "read after it was deleted")

        check(server.stop() == 0, "the server did not stop cleanly")
        for path in glob.glob(server.folder + "/**", recursive=True):
            if not glob.os.path.isdir(path):
                with open(path, "rb") as file:
                    check(b"secret-value" not in file.read(), f"{path} has a secret in plaintext")
        say("No secret lies on the disk.")


harness.main(run)
