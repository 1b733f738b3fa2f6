// SPDX-License-Identifier: Apache-2.0
#include "services/s3/configuration.hpp"

#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/encryption.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

/// Changes the bucket that the call names.
Outcome change(Call& call, const std::function<Result<void>(Bucket&)>& edit) {
  auto bucket = TRY(bucket_of(call));
  TRY(edit(bucket));
  put_bucket(call, bucket);
  return Object{};
}

Failure absent(const Bucket& bucket, std::string code, std::string message) {
  Error error{std::move(code), std::move(message), 404};
  error.members = {{"BucketName", bucket.name}};
  return fail(std::move(error));
}

}  // namespace

Object default_encryption() {
  return {{"ApplyServerSideEncryptionByDefault", Object{{"SSEAlgorithm", "AES256"}}},
          {"BucketKeyEnabled", false}};
}

Result<void> check_ownership(std::string_view ownership) {
  for (const std::string_view known :
       {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}) {
    if (ownership == known) return {};
  }
  return invalid_argument("Invalid x-amz-object-ownership header: " + std::string(ownership),
                          "x-amz-object-ownership", ownership);
}

Outcome put_bucket_versioning(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    const auto& wanted = object_of(call.params(), "VersioningConfiguration");
    const auto status = text(wanted, "Status");
    if (status.empty() && !find(wanted, "MFADelete")) {
      return fail("IllegalVersioningConfigurationException",
                  "The Versioning element must be specified");
    }
    if (status != "Enabled" && status != "Suspended") return malformed_xml();
    if (text(wanted, "MFADelete") == "Enabled") return not_implemented("x-amz-mfa");
    if (bucket.object_lock && status != "Enabled") {
      return fail("InvalidBucketState",
                  "An Object Lock configuration is present on this bucket, so the versioning state "
                  "cannot be changed.",
                  409);
    }
    bucket.versioning = status;
    return {};
  });
}

Outcome get_bucket_versioning(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  Object reply;
  if (!bucket.versioning.empty()) reply["Status"] = bucket.versioning;
  return reply;
}

Outcome put_bucket_encryption(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    bucket.encryption = TRY(encryption_rule(call));
    return {};
  });
}

Outcome get_bucket_encryption(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  return Object{{"ServerSideEncryptionConfiguration", Object{{"Rules", Array{bucket.encryption}}}}};
}

Outcome delete_bucket_encryption(Call& call) {
  return change(call, [](Bucket& bucket) -> Result<void> {
    bucket.encryption = default_encryption();
    return {};
  });
}

PublicAccessBlock block_from(const Object& given) {
  return {flag(given, "BlockPublicAcls"), flag(given, "IgnorePublicAcls"),
          flag(given, "BlockPublicPolicy"), flag(given, "RestrictPublicBuckets")};
}

Object block_document(const PublicAccessBlock& block) {
  return {{"BlockPublicAcls", block.block_public_acls},
          {"IgnorePublicAcls", block.ignore_public_acls},
          {"BlockPublicPolicy", block.block_public_policy},
          {"RestrictPublicBuckets", block.restrict_public_buckets}};
}

Outcome put_bucket_request_payment(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    const auto payer = text(object_of(call.params(), "RequestPaymentConfiguration"), "Payer");
    if (payer != "Requester" && payer != "BucketOwner") return malformed_xml();
    bucket.payer = payer;
    return {};
  });
}

Outcome get_bucket_request_payment(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  return Object{{"Payer", bucket.payer.empty() ? "BucketOwner" : bucket.payer}};
}

Outcome put_public_access_block(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    bucket.public_access_block =
        block_from(object_of(call.params(), "PublicAccessBlockConfiguration"));
    return {};
  });
}

Outcome get_public_access_block(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.public_access_block) {
    return absent(bucket, "NoSuchPublicAccessBlockConfiguration",
                  "The public access block configuration was not found");
  }
  Object reply;
  reply["PublicAccessBlockConfiguration"] = block_document(*bucket.public_access_block);
  return reply;
}

Outcome delete_public_access_block(Call& call) {
  return change(call, [](Bucket& bucket) -> Result<void> {
    bucket.public_access_block.reset();
    return {};
  });
}

Outcome put_bucket_ownership_controls(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    const auto& rules = array_of(object_of(call.params(), "OwnershipControls"), "Rules");
    if (rules.size() != 1) return malformed_xml();
    const auto ownership = string_of(rules[0], "ObjectOwnership");
    if (!check_ownership(ownership)) return malformed_xml();
    if (ownership == "BucketOwnerEnforced" && bucket.grants != private_acl(bucket.scope.account)) {
      return fail("InvalidBucketAclWithObjectOwnership",
                  "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
    }
    bucket.ownership = ownership;
    return {};
  });
}

Outcome get_bucket_ownership_controls(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (bucket.ownership.empty()) {
    return absent(bucket, "OwnershipControlsNotFoundError",
                  "The bucket ownership controls were not found");
  }
  return Object{{"OwnershipControls",
                 Object{{"Rules", Array{Object{{"ObjectOwnership", bucket.ownership}}}}}}};
}

Outcome delete_bucket_ownership_controls(Call& call) {
  return change(call, [](Bucket& bucket) -> Result<void> {
    bucket.ownership.clear();
    return {};
  });
}

}  // namespace tocsin::s3
