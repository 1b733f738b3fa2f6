// SPDX-License-Identifier: Apache-2.0
// AWS KMS: symmetric, RSA, elliptic-curve and HMAC keys, aliases, grants, key policies, rotation,
// imported material, deletion windows. Custom key stores and multi-Region keys are not served.
// https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
//
// Where key material comes from. Symmetric, HMAC and elliptic-curve material is drawn with
// Context::new_bytes, which only the master key file can predict; RSA pairs, which take long, are
// the job "key.generate" (workers/keys), whose private half is sealed before it enters the log.
// Material lies in the state sealed under the master key. Data keys, nonces, salts and random bytes
// are derived from the master key and the request's id: nothing that Decrypt gives back is ever
// written.
//
// A ciphertext names its key and the material of its day, so Decrypt needs no KeyId and old
// material still decrypts after a rotation; the encryption context is authenticated with it.
//
// How other services encrypt (S3 SSE-KMS, SNS, SQS, Logs, Lambda, CloudTrail): by nested calls. On
// behalf of the caller, with their own name in the credential, from which kms:ViaService follows:
//
//   auto spec = call.as_caller("kms", "GenerateDataKey",
//                              Object{{"KeyId", "alias/aws/s3"},  // made at its first use
//                                     {"KeySpec", "AES_256"},
//                                     {"EncryptionContext", Object{{"aws:s3:arn", arn}}}});
//   spec.credential.service = "s3.amazonaws.com";
//   const auto reply = TRY(call.call(spec).result());
//
// or as the service itself (Credential::Kind::Service with source_arn), which a customer's key
// must allow by its policy or a grant. What is kept is the reply's CiphertextBlob, never its
// Plaintext; kms:Decrypt with the same context gives that back. CreateKey and the data key pairs
// of RSA stay pending for a moment; everything else answers at once.
#pragma once

#include "core/registry.hpp"

namespace tocsin::kms {

void register_kms(core::Registry& registry);

}  // namespace tocsin::kms
