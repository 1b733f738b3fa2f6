// SPDX-License-Identifier: Apache-2.0
#include "services/s3/configuration.hpp"

#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
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

Result<Object> encryption_rule(const Document& configuration) {
  const auto& rules = array_of(configuration, "Rules");
  if (rules.size() != 1) return malformed_xml();
  const auto& rule = rules[0];
  const auto& by_default = object_of(rule, "ApplyServerSideEncryptionByDefault");
  const auto algorithm = text(by_default, "SSEAlgorithm");
  if (algorithm == "aws:kms" || algorithm == "aws:kms:dsse") return not_implemented("SSEAlgorithm");
  if (algorithm != "AES256") return malformed_xml();
  if (by_default.contains("KMSMasterKeyID")) {
    return invalid_argument(
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
        "aws:kms:dsse",
        "ApplyServerSideEncryptionByDefault");
  }
  return Object{{"ApplyServerSideEncryptionByDefault", Object{{"SSEAlgorithm", "AES256"}}},
                {"BucketKeyEnabled", flag(rule, "BucketKeyEnabled")}};
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
    bucket.encryption = TRY(
        encryption_rule(Document(object_of(call.params(), "ServerSideEncryptionConfiguration"))));
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

Outcome put_public_access_block(Call& call) {
  return change(call, [&](Bucket& bucket) -> Result<void> {
    const auto& wanted = object_of(call.params(), "PublicAccessBlockConfiguration");
    bucket.public_access_block =
        PublicAccessBlock{flag(wanted, "BlockPublicAcls"), flag(wanted, "IgnorePublicAcls"),
                          flag(wanted, "BlockPublicPolicy"), flag(wanted, "RestrictPublicBuckets")};
    return {};
  });
}

Outcome get_public_access_block(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.public_access_block) {
    return absent(bucket, "NoSuchPublicAccessBlockConfiguration",
                  "The public access block configuration was not found");
  }
  const auto& block = *bucket.public_access_block;
  return Object{{"PublicAccessBlockConfiguration",
                 Object{{"BlockPublicAcls", block.block_public_acls},
                        {"IgnorePublicAcls", block.ignore_public_acls},
                        {"BlockPublicPolicy", block.block_public_policy},
                        {"RestrictPublicBuckets", block.restrict_public_buckets}}}};
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
