#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""KMS with boto3: what it encrypts it decrypts, what it signs others verify, who may not is refused, and nothing secret lies in the data folder."""
import base64
import hashlib
import json
import os
import pathlib

import harness
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness import REGION, Server, allow, check, error_code, make_user, read_reply, refused, say, sign, until

PORT, VIRTUAL_PORT = 15100, 15102
SECRET = b"the combination is 12-34-56"
CONTEXT = {"tenant": "blue", "use": "backup"}


def raw_call(server, operation, **parameters):
    """An operation that Debian's boto3 does not know yet."""
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"TrentService.{operation}"}
    with server.connect() as connection:
        connection.sendall(sign(server.root_key(), "POST", "/", headers, json.dumps(parameters).encode(), "kms"))
        status, _, body = read_reply(connection)
    check(status == 200, f"{operation}: {status} {body}")
    return json.loads(body or b"{}")


def symmetric(kms):
    say("encrypt and decrypt, with an encryption context")
    key = kms.create_key(Description="orders", Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
    check(key["KeyState"] == "Enabled" and key["Arn"] == f"arn:aws:kms:{REGION}:123456789012:key/{key['KeyId']}", str(key))
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key["KeyId"])
    sealed = kms.encrypt(KeyId="alias/orders", Plaintext=SECRET, EncryptionContext=CONTEXT)
    check(sealed["KeyId"] == key["Arn"] and SECRET not in sealed["CiphertextBlob"], "encrypt")
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=CONTEXT)
    check(opened["Plaintext"] == SECRET and opened["KeyId"] == key["Arn"], "decrypt")
    for wrong in ({}, {**CONTEXT, "tenant": "red"}):
        check(error_code(kms.decrypt, CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=wrong) == "InvalidCiphertextException", f"decrypted under {wrong}")
    data = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", EncryptionContext=CONTEXT)
    body = AESGCM(data["Plaintext"]).encrypt(b"0" * 12, SECRET, None)
    again = kms.decrypt(CiphertextBlob=data["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"]
    check(AESGCM(again).decrypt(b"0" * 12, body, None) == SECRET, "the data key comes back")
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    moved = kms.re_encrypt(CiphertextBlob=sealed["CiphertextBlob"], SourceEncryptionContext=CONTEXT, DestinationKeyId=other)
    check(kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == SECRET, "re-encrypt")
    check(len(kms.generate_random(NumberOfBytes=64)["Plaintext"]) == 64, "random bytes")
    return key, sealed["CiphertextBlob"], data


def rotation(server, kms, key):
    say("rotation: old material still decrypts")
    before = kms.encrypt(KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    kms.enable_key_rotation(KeyId=key)
    check(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], "rotation is on")
    raw_call(server, "RotateKeyOnDemand", KeyId=key)
    rotations = raw_call(server, "ListKeyRotations", KeyId=key)["Rotations"]
    check([each["RotationType"] for each in rotations] == ["ON_DEMAND"], str(rotations))
    check(kms.decrypt(CiphertextBlob=before)["Plaintext"] == SECRET, "old material decrypts")
    kms.disable_key_rotation(KeyId=key)


def signatures(kms):
    say("RSA and ECC: others verify what KMS signs, and KMS what others sign")
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=rsa)["PublicKey"])
    message = b"release 1.2.3"
    signed = kms.sign(KeyId=rsa, Message=message, SigningAlgorithm="RSASSA_PSS_SHA_256")["Signature"]
    public.verify(signed, message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    digest = hashlib.sha512(message).digest()
    signed = kms.sign(KeyId=rsa, Message=digest, MessageType="DIGEST", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_512")["Signature"]
    public.verify(signed, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA512()))
    for spec, hash_of, algorithm in (("ECC_NIST_P256", hashes.SHA256(), "ECDSA_SHA_256"), ("ECC_NIST_P521", hashes.SHA512(), "ECDSA_SHA_512"),
                                     ("ECC_SECG_P256K1", hashes.SHA256(), "ECDSA_SHA_256")):
        key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
        signed = kms.sign(KeyId=key, Message=message, SigningAlgorithm=algorithm)["Signature"]
        public.verify(signed, message, ec.ECDSA(hash_of))
        check(kms.verify(KeyId=key, Message=message, Signature=signed, SigningAlgorithm=algorithm)["SignatureValid"], spec)
        check(error_code(kms.verify, KeyId=key, Message=b"release 6.6.6", Signature=signed, SigningAlgorithm=algorithm) == "KMSInvalidSignatureException", "a forgery")
    say("RSA encryption by the public key alone; HMAC")
    key = kms.create_key(KeySpec="RSA_3072", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    sealed = public.encrypt(SECRET, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    check(kms.decrypt(KeyId=key, CiphertextBlob=sealed, EncryptionAlgorithm="RSAES_OAEP_SHA_256")["Plaintext"] == SECRET, "OAEP of others")
    pair = kms.generate_data_key_pair(KeyId="alias/orders", KeyPairSpec="RSA_2048")
    private = serialization.load_der_private_key(pair["PrivateKeyPlaintext"], None)
    check(private.public_key().public_numbers() == serialization.load_der_public_key(pair["PublicKey"]).public_numbers(), "a data key pair")
    key = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    mac = kms.generate_mac(KeyId=key, Message=message, MacAlgorithm="HMAC_SHA_384")["Mac"]
    check(kms.verify_mac(KeyId=key, Message=message, MacAlgorithm="HMAC_SHA_384", Mac=mac)["MacValid"], "a MAC")
    check(error_code(kms.verify_mac, KeyId=key, Message=b"other", MacAlgorithm="HMAC_SHA_384", Mac=mac) == "KMSInvalidMacException", "a wrong MAC")
    return pair["PrivateKeyPlaintext"]


def imported(kms):
    say("imported material: AES-GCM outside with the same key")
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    check(key["KeyState"] == "PendingImport", str(key))
    given = kms.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")
    wrapping = serialization.load_der_public_key(given["PublicKey"])
    wrapped = wrapping.encrypt(os.urandom(32), padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    kms.import_key_material(KeyId=key["KeyId"], ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=SECRET)["CiphertextBlob"]
    check(kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == SECRET, "imported material")


def permissions(server, kms, key):
    say("policies and grants")
    nobody = server.client("kms", make_user(server, "nobody"))
    reader_arn = "arn:aws:iam::123456789012:user/reader"
    reader = server.client("kms", make_user(server, "reader"))
    user = server.client("kms", make_user(server, "user", "kms:Encrypt", "kms:DescribeKey"))
    check(user.encrypt(KeyId=key["Arn"], Plaintext=b"x")["KeyId"] == key["Arn"], "IAM allows")
    denied = refused(nobody.encrypt, KeyId=key["Arn"], Plaintext=b"x").response["Error"]
    check(denied["Code"] == "AccessDeniedException" and f"kms:Encrypt on resource: {key['Arn']}" in denied["Message"], str(denied))
    sealed = kms.encrypt(KeyId=key["Arn"], Plaintext=SECRET, EncryptionContext=CONTEXT)["CiphertextBlob"]
    check(error_code(reader.decrypt, CiphertextBlob=sealed, EncryptionContext=CONTEXT) == "AccessDeniedException", "no grant")
    grant = kms.create_grant(KeyId=key["Arn"], GranteePrincipal=reader_arn, Operations=["Decrypt"], Constraints={"EncryptionContextSubset": {"tenant": "blue"}})
    check(reader.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT, GrantTokens=[grant["GrantToken"]])["Plaintext"] == SECRET, "the grant allows")
    red = kms.encrypt(KeyId=key["Arn"], Plaintext=SECRET, EncryptionContext={"tenant": "red"})["CiphertextBlob"]
    check(error_code(reader.decrypt, CiphertextBlob=red, EncryptionContext={"tenant": "red"}) == "AccessDeniedException", "the constraint binds")
    check([each["GrantId"] for each in kms.list_grants(KeyId=key["Arn"])["Grants"]] == [grant["GrantId"]], "list")
    kms.revoke_grant(KeyId=key["Arn"], GrantId=grant["GrantId"])
    check(error_code(reader.decrypt, CiphertextBlob=sealed, EncryptionContext=CONTEXT) == "AccessDeniedException", "revoked")
    policy = json.loads(kms.get_key_policy(KeyId=key["Arn"], PolicyName="default")["Policy"])
    policy["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": "red"}}})
    kms.put_key_policy(KeyId=key["Arn"], PolicyName="default", Policy=json.dumps(policy))
    check(error_code(kms.encrypt, KeyId=key["Arn"], Plaintext=b"x", EncryptionContext={"tenant": "red"}) == "AccessDeniedException", "the key's policy denies the root too")
    locked = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": reader_arn}, "Action": "kms:*", "Resource": "*"}})
    check(error_code(kms.put_key_policy, KeyId=key["Arn"], PolicyName="default", Policy=locked) == "MalformedPolicyDocumentException", "lockout")


def audit(server, key):
    say("CloudTrail has what was asked, and no secret")
    trail = server.client("cloudtrail")

    def record():
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}])["Events"]
        records = [json.loads(event["CloudTrailEvent"]) for event in found]
        return next((each for each in records if "errorCode" not in each and (each["requestParameters"] or {}).get("encryptionContext") == CONTEXT), None)

    found = until("a record of Decrypt", record)
    check(found["eventSource"] == "kms.amazonaws.com" and found["responseElements"] is None and found["readOnly"] is True, str(found))
    text = json.dumps(found)
    check(base64.b64encode(SECRET).decode() not in text and SECRET.decode() not in text, "a plaintext in CloudTrail")
    made = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}])["Events"]
    records = [json.loads(event["CloudTrailEvent"]) for event in made]
    check(any((each["responseElements"] or {}).get("keyMetadata", {}).get("keyId") == key["KeyId"] for each in records), "CreateKey's response elements")


def nothing_secret(folder, secrets):
    say("nothing secret lies in the data folder")
    for path in pathlib.Path(folder).rglob("*"):
        if not path.is_file() or path.name in ("master.key", "root-credentials", "signing.key"):
            continue
        content = path.read_bytes()
        for secret in secrets:
            for form in (secret, base64.b64encode(secret), secret.hex().encode()):
                check(form[:24] not in content, f"{path} holds a secret: {form[:24]}")


def deletion(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    check(error_code(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=6) == "ValidationException", "a window of 6 days")
    reply = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    check(reply["KeyState"] == "PendingDeletion", str(reply))
    check(error_code(kms.decrypt, CiphertextBlob=sealed) == "KMSInvalidStateException", "pending deletion")
    kms.cancel_key_deletion(KeyId=key)
    check(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled", "cancelled")
    kms.enable_key(KeyId=key)
    check(kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == SECRET, "kept")


def window_passes(binary):
    say("on a virtual clock the window passes, and the key with it")
    with Server(binary, "--clock", "virtual", port=VIRTUAL_PORT) as server:
        kms = server.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        sealed = kms.encrypt(KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

        def gone():
            try:
                kms.describe_key(KeyId=key)
            except kms.exceptions.NotFoundException:
                return True

        until("the deletion", gone)
        check(error_code(kms.decrypt, CiphertextBlob=sealed) == "AccessDeniedException", "the ciphertext outlived its key")


def run(binary):
    with Server(binary, port=PORT) as server:
        kms = server.client("kms")
        key, sealed, data = symmetric(kms)
        rotation(server, kms, key["KeyId"])
        private = signatures(kms)
        imported(kms)
        permissions(server, kms, key)
        deletion(kms)
        audit(server, key)
        say("keys outlive a kill and a stop")
        for end in (server.kill, server.stop):
            end()
            server.start()
            kms = server.client("kms")
            check(kms.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)["Plaintext"] == SECRET, "after a restart")
        server.stop()
        nothing_secret(server.folder, [SECRET, data["Plaintext"], private])
    window_passes(binary)


if __name__ == "__main__":
    harness.main(run)
