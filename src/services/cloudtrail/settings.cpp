// SPDX-License-Identifier: Apache-2.0
// What CreateTrail and UpdateTrail set, and AWS's checks of it: first the form of each parameter,
// then whether CloudTrail reaches the destinations.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr std::size_t kLongestPrefix = 200;
constexpr std::size_t kLongestTopic = 256;

bool one_of(char c, std::string_view more) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || more.contains(c);
}

Result<void> check_bucket(std::string_view name) {
  const auto invalid = [](std::string message) {
    return fail("InvalidS3BucketNameException", std::move(message));
  };
  if (name.empty()) return invalid("Bucket name cannot be blank!");
  if (name.size() < 3 || name.size() > 63)
    return invalid("Bucket name length must be between 3 and 63 characters.");
  const bool plain = std::ranges::all_of(name, [](char c) {
    return one_of(c, ".-") && std::isupper(static_cast<unsigned char>(c)) == 0;
  });
  if (!plain || !one_of(name.front(), "") || !one_of(name.back(), "") || name.contains("..") ||
      name.contains(".-") || name.contains("-.")) {
    return invalid(fmt::format("Bucket name {} is not valid.", name));
  }
  return {};
}

Result<void> check_prefix(std::string_view prefix) {
  if (prefix.size() > kLongestPrefix) {
    return fail("InvalidS3PrefixException",
                fmt::format("S3 prefix is longer than maximum length: {}", kLongestPrefix));
  }
  if (prefix.starts_with('/') ||
      !std::ranges::all_of(prefix, [](char c) { return one_of(c, "/!-_.*'()@:+=,&$;? "); })) {
    return fail("InvalidS3PrefixException", fmt::format("S3 prefix {} is not valid.", prefix));
  }
  return {};
}

Result<std::string> topic_arn(const Trail& trail, const std::string& topic) {
  if (topic.empty()) return topic;
  const auto parsed = Arn::parse(topic);
  const auto name = parsed ? parsed->resource : topic;
  const bool good = !name.empty() && name.size() <= kLongestTopic &&
                    std::ranges::all_of(name, [](char c) { return one_of(c, "-_."); });
  if (!good || (parsed && (parsed->service != "sns" || parsed->region.empty()))) {
    return fail("InvalidSnsTopicNameException",
                fmt::format("SNS Topic name {} is not valid.", topic));
  }
  return parsed ? topic : arn("sns", trail.scope, topic);
}

/// AWS reports a key by its ARN, and an alias by the alias's.
Result<std::string> key_arn(const Trail& trail, const std::string& key) {
  if (key.empty()) return key;
  const auto parsed = Arn::parse(key);
  const auto resource = parsed ? parsed->resource : key.starts_with("alias/") ? key : "key/" + key;
  const auto name = std::string_view(resource).substr(resource.find('/') + 1);
  const bool kind = resource.starts_with("key/") || resource.starts_with("alias/");
  if (!kind || name.empty() || (parsed && parsed->service != "kms") ||
      !std::ranges::all_of(name, [](char c) { return one_of(c, "/_-"); })) {
    return fail("InvalidKmsKeyIdException", fmt::format("KMS key {} is not valid.", key));
  }
  return parsed ? key : arn("kms", trail.scope, resource);
}

Result<void> check_logs(const Trail& trail) {
  if (trail.logs_group.empty() && trail.logs_role.empty()) return {};
  if (trail.logs_role.empty()) {
    return fail("InvalidCloudWatchLogsRoleArnException",
                "You must specify a role ARN as well as a log group ARN.");
  }
  if (trail.logs_group.empty()) {
    return fail("InvalidCloudWatchLogsLogGroupArnException",
                "You must specify a log group ARN as well as a role ARN.");
  }
  const auto group = Arn::parse(trail.logs_group), role = Arn::parse(trail.logs_role);
  if (!group || group->service != "logs" || !group->resource.starts_with("log-group:") ||
      !group->resource.ends_with(":*") || group->region != trail.scope.region) {
    return fail("InvalidCloudWatchLogsLogGroupArnException",
                "CloudTrail cannot validate the specified log group ARN.");
  }
  if (!role || role->service != "iam" || !role->resource.starts_with("role/")) {
    return fail("InvalidCloudWatchLogsRoleArnException",
                "CloudTrail cannot validate the specified role ARN.");
  }
  return {};
}

Result<void> set_logs(core::Call& call, Trail& trail) {
  const auto role = trail.logs_role;
  trail.logs_group = string_of(call.params(), "CloudWatchLogsLogGroupArn", trail.logs_group);
  trail.logs_role = string_of(call.params(), "CloudWatchLogsRoleArn", role);
  TRY(check_logs(trail));
  if (trail.logs_role.empty() || trail.logs_role == role) return {};
  return call.authorize({.action = "iam:PassRole",
                         .resource = trail.logs_role,
                         .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}});
}

Result<Document> attempt(core::Call& call, const core::CallSpec& spec) {
  return call.call(spec).result();
}

/// A service that this machine does not serve says nothing about the destination.
bool refused(const Result<Document>& outcome) {
  return !outcome && outcome.error().code != "NotImplemented";
}

/// Asks for a put that is permitted, or not, and that changes nothing: it is to replace an object
/// that is not there.
Result<void> check_bucket_reach(core::Call& call, const Trail& trail, std::string_view folder) {
  const auto arn = trail.arn();
  auto tried =
      attempt(call, as_cloudtrail(arn, "s3", "GetBucketAcl", Object{{"Bucket", trail.bucket}}));
  if (!refused(tried)) {
    const auto key =
        fmt::format("{}{}AWSLogs/{}/{}/", trail.prefix, trail.prefix.empty() ? "" : "/",
                    trail.scope.account.str(), folder);
    tried = attempt(call, as_cloudtrail(arn, "s3", "PutObject",
                                        Object{{"Bucket", trail.bucket},
                                               {"Key", key},
                                               {"IfMatch", "nothing"},
                                               {"ACL", "bucket-owner-full-control"}}));
  }
  if (!refused(tried) || tried.error().code == "NoSuchKey") return {};
  if (tried.error().code == "NoSuchBucket") {
    return fail("S3BucketDoesNotExistException",
                fmt::format("S3 bucket {} does not exist!", trail.bucket));
  }
  return fail("InsufficientS3BucketPolicyException",
              "Incorrect S3 bucket policy is detected for bucket: " + trail.bucket);
}

Result<void> check_topic(core::Call& call, const Trail& trail) {
  if (trail.sns_topic.empty()) return {};
  const auto tried =
      attempt(call, as_cloudtrail(trail.arn(), "sns", "Publish",
                                  Object{{"TopicArn", trail.sns_topic},
                                         {"Message", "CloudTrail validation message."}}));
  if (!refused(tried)) return {};
  return fail("InsufficientSnsTopicPolicyException",
              "SNS Topic does not exist or the topic policy is incorrect!");
}

Result<void> check_log_group(core::Call& call, const Trail& trail) {
  if (trail.logs_group.empty()) return {};
  const auto spec = as_logs_role(trail, "CreateLogStream",
                                 Object{{"logStreamName", log_stream(trail, trail.scope.region)}});
  if (!call.identify(spec.credential)) {
    return fail("InvalidCloudWatchLogsRoleArnException",
                "Access denied. Check the trust relationships for your role.");
  }
  const auto tried = attempt(call, spec);
  if (!refused(tried) || tried.error().code == "ResourceAlreadyExistsException") return {};
  if (tried.error().code == "ResourceNotFoundException") {
    return fail("InvalidCloudWatchLogsLogGroupArnException",
                "CloudTrail cannot validate the specified log group ARN.");
  }
  return fail("InvalidCloudWatchLogsRoleArnException",
              "Access denied. Check the permissions for your role.");
}

/// What the delivery of a log file will ask, as a rehearsal.
Result<Document> rehearse_key(core::Call& call, const Trail& trail) {
  const auto arn = trail.arn();
  const auto described =
      attempt(call, as_cloudtrail(arn, "kms", "DescribeKey", Object{{"KeyId", trail.kms_key}}));
  if (!described) return described;
  if (!flag(object_of(*described, "KeyMetadata"), "Enabled", true))
    return fail("DisabledException", "");
  return attempt(call,
                 as_cloudtrail(arn, "kms", "GenerateDataKey",
                               Object{{"KeyId", trail.kms_key},
                                      {"KeySpec", "AES_256"},
                                      {"EncryptionContext", Object{{"aws:cloudtrail:arn", arn}}},
                                      {"DryRun", true}}));
}

Result<void> check_key(core::Call& call, const Trail& trail) {
  if (trail.kms_key.empty()) return {};
  const auto tried = rehearse_key(call, trail);
  if (!refused(tried) || tried.error().code == "DryRunOperationException") return {};
  if (tried.error().code == "DisabledException")
    return fail("KmsKeyDisabledException", fmt::format("KMS key {} is disabled.", trail.kms_key));
  if (tried.error().code == "NotFoundException") {
    return fail("KmsKeyNotFoundException",
                fmt::format("KMS key {} could not be found.", trail.kms_key));
  }
  return fail("InsufficientEncryptionPolicyException",
              fmt::format("Insufficient permissions to access S3 bucket {} or KMS key {}.",
                          trail.bucket, trail.kms_key));
}

}  // namespace

Result<void> apply_settings(core::Call& call, Trail& trail) {
  const auto& params = call.params();
  if (flag(params, "IsOrganizationTrail")) {
    return fail("OrganizationsNotInUseException",
                "Your account is not a member of an organization.");
  }
  trail.bucket = string_of(params, "S3BucketName", trail.bucket);
  trail.prefix = string_of(params, "S3KeyPrefix", trail.prefix);
  TRY(check_bucket(trail.bucket));
  TRY(check_prefix(trail.prefix));
  trail.global_events = flag(params, "IncludeGlobalServiceEvents", trail.global_events);
  trail.multi_region = flag(params, "IsMultiRegionTrail", trail.multi_region);
  trail.log_validation = flag(params, "EnableLogFileValidation", trail.log_validation);
  if (trail.multi_region && !trail.global_events) {
    return fail("InvalidParameterCombinationException",
                "Multi-Region trail must include global service events.");
  }
  if (find(params, "SnsTopicName"))
    trail.sns_topic = TRY(topic_arn(trail, string_of(params, "SnsTopicName")));
  if (find(params, "KmsKeyId")) trail.kms_key = TRY(key_arn(trail, string_of(params, "KmsKeyId")));
  return set_logs(call, trail);
}

Result<void> check_destinations(core::Call& call, const Trail& trail) {
  TRY(check_bucket_reach(call, trail, "CloudTrail"));
  if (trail.log_validation) TRY(check_bucket_reach(call, trail, "CloudTrail-Digest"));
  TRY(check_topic(call, trail));
  TRY(check_key(call, trail));
  return check_log_group(call, trail);
}

}  // namespace tocsin::cloudtrail
