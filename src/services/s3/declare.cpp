// SPDX-License-Identifier: Apache-2.0
#include "services/s3/declare.hpp"

#include <algorithm>
#include <array>

#include "services/s3/errors.hpp"
#include "services/s3/state.hpp"
#include "services/s3/tags.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

Result<void> ask(Call& call, std::string operation, const std::string& bucket, Object params) {
  params["Bucket"] = bucket;
  TRY(call.call(call.as_caller("s3", std::move(operation), std::move(params))).result());
  return {};
}

/// Puts the setting that `properties` name, or deletes it.
Result<void> put_or_delete(Call& call, const std::string& bucket, std::string_view setting,
                           bool present, Object params, std::string deletion = {}) {
  if (present) return ask(call, "Put" + std::string(setting), bucket, std::move(params));
  return ask(call, deletion.empty() ? "Delete" + std::string(setting) : std::move(deletion), bucket,
             {});
}

Object encryption_params(const Object& properties) {
  Array rules;
  for (const auto& rule :
       array_of(object_of(properties, "BucketEncryption"), "ServerSideEncryptionConfiguration")) {
    Object entry{
        {"ApplyServerSideEncryptionByDefault", object_of(rule, "ServerSideEncryptionByDefault")}};
    entry["BucketKeyEnabled"] = flag(rule, "BucketKeyEnabled");
    rules.push_back(std::move(entry));
  }
  return {{"ServerSideEncryptionConfiguration", Object{{"Rules", std::move(rules)}}}};
}

Array notification_entries(const Object& given, std::string_view list, std::string_view their_arn,
                           std::string_view arn) {
  Array entries;
  for (const auto& each : array_of(given, list)) {
    Object entry{{arn, text(each, their_arn)}};
    entry["Events"] = Array{text(each, "Event")};
    const auto& rules = array_of(object_of(object_of(each, "Filter"), "S3Key"), "Rules");
    if (!rules.empty()) entry["Filter"] = Object{{"Key", Object{{"FilterRules", rules}}}};
    entries.push_back(std::move(entry));
  }
  return entries;
}

Object notification_params(const Object& properties) {
  const auto& given = object_of(properties, "NotificationConfiguration");
  Object out{{"TopicConfigurations",
              notification_entries(given, "TopicConfigurations", "Topic", "TopicArn")}};
  out["QueueConfigurations"] =
      notification_entries(given, "QueueConfigurations", "Queue", "QueueArn");
  out["LambdaFunctionConfigurations"] =
      notification_entries(given, "LambdaConfigurations", "Function", "LambdaFunctionArn");
  const bool bridged =
      given.contains("EventBridgeConfiguration") &&
      flag(object_of(given, "EventBridgeConfiguration"), "EventBridgeEnabled", true);
  if (bridged) out["EventBridgeConfiguration"] = Object{};
  return {{"NotificationConfiguration", std::move(out)}};
}

Result<void> apply_versioning(Call& call, const std::string& bucket, const Object& properties) {
  const auto status = text(object_of(properties, "VersioningConfiguration"), "Status");
  const auto row = kBuckets.get(call, core::Key{bucket});
  if (status.empty() && (!row || row->versioning.empty() || row->object_lock)) return {};
  return ask(
      call, "PutBucketVersioning", bucket,
      {{"VersioningConfiguration", Object{{"Status", status.empty() ? "Suspended" : status}}}});
}

Result<void> apply_tags(Call& call, const std::string& bucket, const Object& properties) {
  const auto& tags = array_of(properties, "Tags");
  Object params;
  params["Tagging"] = Object{{"TagSet", tags}};
  return put_or_delete(call, bucket, "BucketTagging", !tags.empty(), std::move(params));
}

Result<void> apply_public_access(Call& call, const std::string& bucket, const Object& properties) {
  // Where it is not declared a new bucket keeps what it was made with.
  if (!properties.contains("PublicAccessBlockConfiguration")) return {};
  return ask(call, "PutPublicAccessBlock", bucket,
             {{"PublicAccessBlockConfiguration",
               object_of(properties, "PublicAccessBlockConfiguration")}});
}

Result<void> apply_ownership(Call& call, const std::string& bucket, const Object& properties) {
  if (!properties.contains("OwnershipControls")) return {};
  Object controls{{"Rules", array_of(object_of(properties, "OwnershipControls"), "Rules")}};
  return ask(call, "PutBucketOwnershipControls", bucket,
             {{"OwnershipControls", std::move(controls)}});
}

Result<void> apply_lock(Call& call, const std::string& bucket, const Object& properties) {
  if (!properties.contains("ObjectLockConfiguration")) return {};
  return ask(call, "PutObjectLockConfiguration", bucket,
             {{"ObjectLockConfiguration", object_of(properties, "ObjectLockConfiguration")}});
}

Result<void> apply_logging(Call& call, const std::string& bucket, const Object& properties) {
  Object status;
  if (const auto& wanted = object_of(properties, "LoggingConfiguration"); !wanted.empty()) {
    status["LoggingEnabled"] =
        Object{{"TargetBucket", text(wanted, "DestinationBucketName", bucket)},
               {"TargetPrefix", text(wanted, "LogFilePrefix")}};
  }
  return ask(call, "PutBucketLogging", bucket, {{"BucketLoggingStatus", std::move(status)}});
}

Result<void> apply(Call& call, const std::string& bucket, const Object& properties) {
  TRY(apply_ownership(call, bucket, properties));
  TRY(apply_public_access(call, bucket, properties));
  TRY(apply_versioning(call, bucket, properties));
  TRY(apply_lock(call, bucket, properties));
  TRY(apply_logging(call, bucket, properties));
  TRY(put_or_delete(call, bucket, "BucketEncryption", properties.contains("BucketEncryption"),
                    encryption_params(properties)));
  TRY(ask(call, "PutBucketNotificationConfiguration", bucket, notification_params(properties)));
  return apply_tags(call, bucket, properties);
}

Result<void> check_known(const Object& properties) {
  static constexpr std::array<std::string_view, 12> known{"BucketName",
                                                          "AccessControl",
                                                          "BucketEncryption",
                                                          "LoggingConfiguration",
                                                          "NotificationConfiguration",
                                                          "OwnershipControls",
                                                          "PublicAccessBlockConfiguration",
                                                          "Tags",
                                                          "ObjectLockEnabled",
                                                          "ObjectLockConfiguration",
                                                          "VersioningConfiguration",
                                                          "Arn"};
  for (const auto& property : properties) {
    if (std::ranges::find(known, std::string_view(property.key())) == known.end()) {
      return fail("InvalidRequest", "Tocsin does not serve the property " +
                                        std::string(property.key()) + " of AWS::S3::Bucket");
    }
  }
  return {};
}

/// "PublicRead" → "public-read"
std::string canned_name(std::string_view property) {
  std::string out;
  for (const char c : property) {
    if (std::isupper(static_cast<unsigned char>(c)) && !out.empty()) out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

Outcome named(const std::string& bucket) {
  return Object{{"Id", bucket}};
}

}  // namespace

Outcome declare_bucket(Call& call, const Object& properties) {
  TRY(check_known(properties));
  const auto name = properties.contains("BucketName") ? string_of(properties, "BucketName")
                                                      : "tocsin-" + call.new_id(kAlphabet, 24);
  if (kBuckets.contains(call, core::Key{name}))
    return fail("BucketAlreadyExists", name + " already exists", 409);
  Object params;
  if (call.region() != "us-east-1")
    params["CreateBucketConfiguration"] = Object{{"LocationConstraint", call.region()}};
  if (flag(properties, "ObjectLockEnabled")) params["ObjectLockEnabledForBucket"] = true;
  TRY(ask(call, "CreateBucket", name, std::move(params)));
  TRY(apply(call, name, properties));
  if (const auto acl = text(properties, "AccessControl"); !acl.empty() && acl != "Private") {
    TRY(ask(call, "PutBucketAcl", name, {{"ACL", canned_name(acl)}}));
  }
  return named(name);
}

Outcome redeclare_bucket(Call& call, const std::string& id, const Object& properties) {
  TRY(check_known(properties));
  if (const auto name = string_of(properties, "BucketName", id); name != id)
    return invalid_request("A bucket cannot be renamed");
  TRY(apply(call, id, properties));
  return named(id);
}

Outcome undeclare_bucket(Call& call, const std::string& id) {
  TRY(ask(call, "DeleteBucket", id, {}));
  return Object{};
}

}  // namespace tocsin::s3
