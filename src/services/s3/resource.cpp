// SPDX-License-Identifier: Apache-2.0
#include "services/s3/resource.hpp"

#include <array>
#include <fmt/format.h>

#include "services/s3/acl.hpp"
#include "services/s3/declare.hpp"
#include "services/s3/policy.hpp"
#include "services/s3/recorded.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {
namespace {

Object block_of(const PublicAccessBlock& block) {
  return {{"BlockPublicAcls", block.block_public_acls},
          {"BlockPublicPolicy", block.block_public_policy},
          {"IgnorePublicAcls", block.ignore_public_acls},
          {"RestrictPublicBuckets", block.restrict_public_buckets}};
}

Object encryption_of(const Object& rule) {
  Object entry{
      {"ServerSideEncryptionByDefault", object_of(rule, "ApplyServerSideEncryptionByDefault")}};
  entry["BucketKeyEnabled"] = flag(rule, "BucketKeyEnabled");
  return {{"ServerSideEncryptionConfiguration", Array{std::move(entry)}}};
}

Object lock_of(const Bucket& bucket) {
  Object out{{"ObjectLockEnabled", "Enabled"}};
  if (!bucket.lock_default.empty()) out["Rule"] = Object{{"DefaultRetention", bucket.lock_default}};
  return out;
}

/// CloudFormation's names of the lists and of the destination in them.
struct Renaming {
  std::string_view list, arn, their_list, their_arn;
};
constexpr std::array<Renaming, 3> kRenamings{
    {{"TopicConfigurations", "TopicArn", "TopicConfigurations", "Topic"},
     {"QueueConfigurations", "QueueArn", "QueueConfigurations", "Queue"},
     {"LambdaFunctionConfigurations", "LambdaFunctionArn", "LambdaConfigurations", "Function"}}};

Object notification_of(const Object& notification) {
  Object out;
  if (notification.contains("EventBridgeConfiguration"))
    out["EventBridgeConfiguration"] = Object{{"EventBridgeEnabled", true}};
  for (const auto& names : kRenamings) {
    Array entries;
    for (const auto& each : array_of(notification, names.list)) {
      for (const auto& event : array_of(each, "Events")) {
        Object entry{{"Event", event}, {names.their_arn, text(each, names.arn)}};
        const auto& rules = array_of(object_of(object_of(each, "Filter"), "Key"), "FilterRules");
        if (!rules.empty()) entry["Filter"] = Object{{"S3Key", Object{{"Rules", rules}}}};
        entries.push_back(std::move(entry));
      }
    }
    if (!entries.empty()) out[names.their_list] = std::move(entries);
  }
  return out;
}

/// CloudFormation's properties and read-only attributes; and, as Config has them beside, the
/// policy, its status and the ACL.
Object configuration_of(const Bucket& bucket) {
  Object out{{"BucketName", bucket.name},
             {"Arn", bucket.arn()},
             {"DomainName", bucket.name + ".s3.amazonaws.com"},
             {"RegionalDomainName",
              fmt::format("{}.s3.{}.amazonaws.com", bucket.name, bucket.scope.region)},
             {"CreationDate", iso8601_ms(bucket.created)}};
  if (bucket.public_access_block)
    out["PublicAccessBlockConfiguration"] = block_of(*bucket.public_access_block);
  out["BucketEncryption"] = encryption_of(bucket.encryption);
  if (!bucket.versioning.empty())
    out["VersioningConfiguration"] = Object{{"Status", bucket.versioning}};
  if (bucket.object_lock) {
    out["ObjectLockEnabled"] = true;
    out["ObjectLockConfiguration"] = lock_of(bucket);
  }
  if (!bucket.ownership.empty())
    out["OwnershipControls"] =
        Object{{"Rules", Array{Object{{"ObjectOwnership", bucket.ownership}}}}};
  if (auto notification = notification_of(bucket.notification); !notification.empty())
    out["NotificationConfiguration"] = std::move(notification);
  if (!bucket.logging.empty())
    out["LoggingConfiguration"] =
        Object{{"DestinationBucketName", text(bucket.logging, "TargetBucket")},
               {"LogFilePrefix", text(bucket.logging, "TargetPrefix")}};
  Object policy{{"policyText", nullptr}};
  if (!bucket.policy.empty()) policy["policyText"] = bucket.policy;
  out["BucketPolicy"] = std::move(policy);
  out["PolicyStatus"] = Object{{"IsPublic", is_public_policy(bucket.policy)}};
  auto acl = acl_document(bucket.scope.account, bucket.grants);
  acl["IsPublic"] = is_public_acl(bucket.grants);
  out["AccessControlList"] = std::move(acl);
  return out;
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto bucket = decoded<Bucket>(row);
  return {.id = bucket.name,
          .name = bucket.name,
          .arn = bucket.arn(),
          .scope = bucket.scope,
          .configuration = configuration_of(bucket),
          .tags = bucket.tags,
          .recorded = recorded_bucket(bucket),
          .supplementary = recorded_beside(bucket),
          .created = bucket.created,
          .availability_zone = "Regional"};
}

}  // namespace

core::ResourceType bucket_type() {
  return {.type = "AWS::S3::Bucket",
          .table = kBuckets.name(),
          .describe = describe,
          .create = declare_bucket,
          .update = redeclare_bucket,
          .remove = undeclare_bucket};
}

}  // namespace tocsin::s3
