// SPDX-License-Identifier: Apache-2.0
#include "services/s3/recorded.hpp"

#include <array>

#include "services/s3/acl.hpp"

namespace tocsin::s3 {
namespace {

std::string owner_id(const Bucket& bucket) {
  return string_of(object_of(acl_document(bucket.scope.account, {}), "Owner"), "ID");
}

Object owner_of(const Bucket& bucket) {
  return {{"displayName", nullptr}, {"id", owner_id(bucket)}};
}

/// "READ_ACP" → "ReadAcp"
std::string mixed_case(std::string_view permission) {
  std::string out;
  bool first = true;
  for (const char c : permission) {
    if (c != '_') out += first || c < 'A' || c > 'Z' ? c : static_cast<char>(c - 'A' + 'a');
    first = c == '_';
  }
  return out;
}

Document grantee_of(const std::string& grantee) {
  if (grantee.starts_with("http"))
    return Document(boost::json::string(grantee.substr(grantee.rfind('/') + 1)));
  return Object{{"id", grantee}, {"displayName", nullptr}};
}

/// Config has the list as text.
std::string acl_text(const Bucket& bucket) {
  Array grants;
  for (const auto& grant : bucket.grants) {
    grants.push_back(Object{{"grantee", grantee_of(grant.grantee)},
                            {"permission", mixed_case(grant.permission)}});
  }
  return to_json(Object{{"grantSet", nullptr},
                        {"grantList", std::move(grants)},
                        {"owner", owner_of(bucket)},
                        {"isRequesterCharged", bucket.payer == "Requester"}});
}

Document text_or_null(std::string_view value) {
  if (value.empty()) return nullptr;
  return Document(boost::json::string(value));
}

Object block_of(const PublicAccessBlock& block) {
  return {{"blockPublicAcls", block.block_public_acls},
          {"ignorePublicAcls", block.ignore_public_acls},
          {"blockPublicPolicy", block.block_public_policy},
          {"restrictPublicBuckets", block.restrict_public_buckets}};
}

Object encryption_of(const Object& rule) {
  const auto& standard = object_of(rule, "ApplyServerSideEncryptionByDefault");
  return {
      {"rules",
       Array{Object{{"applyServerSideEncryptionByDefault",
                     Object{{"sseAlgorithm", text_or_null(text(standard, "SSEAlgorithm"))},
                            {"kmsMasterKeyID", text_or_null(text(standard, "KMSMasterKeyID"))}}},
                    {"bucketKeyEnabled", flag(rule, "BucketKeyEnabled")}}}}};
}

struct Destination {
  std::string_view list, arn, their_arn, type;
};
constexpr std::array<Destination, 3> kDestinations{
    {{"TopicConfigurations", "TopicArn", "topicARN", "TopicConfiguration"},
     {"QueueConfigurations", "QueueArn", "queueARN", "QueueConfiguration"},
     {"LambdaFunctionConfigurations", "LambdaFunctionArn", "functionARN", "LambdaConfiguration"}}};

Object notification_of(const Object& notification) {
  Object configurations;
  for (const auto& destination : kDestinations) {
    for (const auto& each : array_of(notification, destination.list)) {
      Object entry{{"events", array_of(each, "Events")}, {"filter", nullptr}};
      if (const auto* filter = find(each, "Filter")) entry["filter"] = *filter;
      entry["objectPrefixes"] = Array{};
      entry[destination.their_arn] = text(each, destination.arn);
      entry["type"] = destination.type;
      configurations[text(each, "Id", destination.type)] = std::move(entry);
    }
  }
  return {{"configurations", std::move(configurations)}};
}

void copy_number(Object& out, std::string_view name, const Object& from, std::string_view theirs) {
  if (const auto value = integer(from, theirs)) out[name] = *value;
}

Object lifecycle_rule(const Object& rule) {
  const auto& filter = object_of(rule, "Filter");
  const auto prefix = text(filter, "Prefix", text(rule, "Prefix"));
  Object out{
      {"id", text_or_null(text(rule, "ID"))}, {"prefix", prefix}, {"status", text(rule, "Status")}};
  copy_number(out, "expirationInDays", object_of(rule, "Expiration"), "Days");
  copy_number(out, "noncurrentVersionExpirationInDays",
              object_of(rule, "NoncurrentVersionExpiration"), "NoncurrentDays");
  Array transitions;
  for (const auto& each : array_of(rule, "Transitions")) {
    Object transition{{"storageClass", text(each, "StorageClass")}};
    copy_number(transition, "days", each.as_object(), "Days");
    transitions.push_back(std::move(transition));
  }
  out["transitions"] = std::move(transitions);
  return out;
}

Object lifecycle_of(const Array& rules) {
  Array out;
  for (const auto& rule : rules)
    out.push_back(lifecycle_rule(rule.as_object()));
  return {{"rules", std::move(out)}};
}

Object lock_of(const Object& retention) {
  Object out{{"objectLockEnabled", "Enabled"}, {"rule", nullptr}};
  if (retention.empty()) return out;
  Object standard{{"mode", text(retention, "Mode")}};
  copy_number(standard, "days", retention, "Days");
  copy_number(standard, "years", retention, "Years");
  out["rule"] = Object{{"defaultRetention", std::move(standard)}};
  return out;
}

Object tagging_of(const std::map<std::string, std::string>& tags) {
  Object out;
  for (const auto& [key, value] : tags)
    out[key] = value;
  return {{"tagSets", Array{Object{{"tags", std::move(out)}}}}};
}

/// What a bucket need not have.
void add_optional(Object& out, const Bucket& bucket) {
  if (bucket.public_access_block)
    out["PublicAccessBlockConfiguration"] = block_of(*bucket.public_access_block);
  if (!bucket.ownership.empty())
    out["OwnershipControls"] =
        Object{{"rules", Array{Object{{"objectOwnership", bucket.ownership}}}}};
  if (!bucket.lifecycle.empty())
    out["BucketLifecycleConfiguration"] = lifecycle_of(bucket.lifecycle);
  if (bucket.object_lock) out["ObjectLockConfiguration"] = lock_of(bucket.lock_default);
  if (!bucket.cors.empty()) out["CrossOriginConfiguration"] = Object{{"rules", bucket.cors}};
  if (!bucket.tags.empty()) out["BucketTaggingConfiguration"] = tagging_of(bucket.tags);
}

}  // namespace

Object recorded_bucket(const Bucket& bucket) {
  return {{"name", bucket.name},
          {"owner", owner_of(bucket)},
          {"creationDate", iso8601_ms(bucket.created)}};
}

Object recorded_beside(const Bucket& bucket) {
  Object out{{"AccessControlList", acl_text(bucket)},
             {"BucketAccelerateConfiguration", Object{{"status", nullptr}}}};
  out["BucketLoggingConfiguration"] = Object{
      {"destinationBucketName", text_or_null(text(bucket.logging, "TargetBucket"))},
      {"logFilePrefix", bucket.logging.empty()
                            ? Document(nullptr)
                            : Document(boost::json::string(text(bucket.logging, "TargetPrefix")))}};
  out["BucketNotificationConfiguration"] = notification_of(bucket.notification);
  out["BucketPolicy"] = Object{{"policyText", text_or_null(bucket.policy)}};
  out["BucketVersioningConfiguration"] =
      Object{{"status", bucket.versioning.empty() ? "Off" : bucket.versioning},
             {"isMfaDeleteEnabled", nullptr}};
  out["IsRequesterPaysEnabled"] = bucket.payer == "Requester";
  out["ServerSideEncryptionConfiguration"] = encryption_of(bucket.encryption);
  add_optional(out, bucket);
  return out;
}

}  // namespace tocsin::s3
