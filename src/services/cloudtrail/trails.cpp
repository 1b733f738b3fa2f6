// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

bool alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

Failure invalid_name(std::string message) {
  return fail("InvalidTrailNameException", std::move(message));
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return invalid_name("Trail name cannot be blank!");
  if (name.size() < 3) {
    return invalid_name(
        fmt::format("Trail name too short. Minimum allowed length: 3 characters. Specified name "
                    "length: {} characters.",
                    name.size()));
  }
  if (name.size() > 128) {
    return invalid_name(
        fmt::format("Trail name too long. Maximum allowed length: 128 characters. Specified name "
                    "length: {} characters.",
                    name.size()));
  }
  if (!alphanumeric(name.front()))
    return invalid_name("Trail name must starts with a letter or number.");
  if (!alphanumeric(name.back()))
    return invalid_name("Trail name must ends with a letter or number.");
  if (!std::ranges::all_of(
          name, [](char c) { return alphanumeric(c) || c == '.' || c == '-' || c == '_'; })) {
    return invalid_name(
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods "
        "(.), hyphens (-), and underscores (_).");
  }
  return {};
}

std::string given_name(const Document& params) {
  for (const auto* member : {"Name", "TrailName"}) {
    if (const auto name = text(params, member); !name.empty()) return std::string(name);
  }
  return {};
}

/// The ARN that a name or ARN stands for.
std::string arn_of(const core::Call& call, const std::string& name) {
  return name.starts_with("arn:") ? name : arn("cloudtrail", call.scope(), "trail/" + name);
}

Failure unknown(const core::Call& call, const std::string& name) {
  return fail("TrailNotFoundException", fmt::format("Unknown trail: {} for the user: {}",
                                                    arn_of(call, name), call.account().str()));
}

core::Key key_of(const Trail& trail) {
  return core::Key::of(trail.scope, trail.name);
}

Result<Trail> find_trail(core::Call& call, const std::string& name) {
  if (!name.starts_with("arn:")) TRY(check_name(name));
  const auto parsed = Arn::parse(arn_of(call, name));
  if (!parsed || parsed->service != "cloudtrail" || !parsed->resource.starts_with("trail/")) {
    return fail("CloudTrailARNInvalidException", "The trail ARN " + name + " is not valid.");
  }
  auto trail =
      kTrails.get(call, core::Key{parsed->account, parsed->region, parsed->resource.substr(6)});
  if (!trail || trail->scope.account != call.account()) return unknown(call, name);
  return *std::move(trail);
}

/// The trail, where the call is made in its home region.
Result<Trail> trail_at_home(core::Call& call) {
  auto trail = TRY(find_trail(call, given_name(call.params())));
  if (trail.scope.region == call.region()) return trail;
  return fail("InvalidHomeRegionException",
              fmt::format("Trail {} cannot be updated from {}; its home region is {}", trail.arn(),
                          call.region(), trail.scope.region));
}

Object summary(const Trail& trail) {
  Object out{{"Name", trail.name}, {"S3BucketName", trail.bucket}};
  if (!trail.prefix.empty()) out["S3KeyPrefix"] = trail.prefix;
  if (!trail.sns_topic.empty()) {
    const auto topic = Arn::parse(trail.sns_topic);
    out["SnsTopicName"] = topic ? topic->resource : trail.sns_topic;
    out["SnsTopicARN"] = trail.sns_topic;
  }
  out["IncludeGlobalServiceEvents"] = trail.global_events;
  out["IsMultiRegionTrail"] = trail.multi_region;
  out["TrailARN"] = trail.arn();
  out["LogFileValidationEnabled"] = trail.log_validation;
  if (!trail.kms_key.empty()) out["KmsKeyId"] = trail.kms_key;
  out["IsOrganizationTrail"] = false;
  return out;
}

Object description(const Trail& trail) {
  auto out = summary(trail);
  out["HomeRegion"] = trail.scope.region;
  out["HasCustomEventSelectors"] = !trail.selectors.empty();
  out["HasInsightSelectors"] = false;
  return out;
}

Result<void> apply_settings(core::Call& call, Trail& trail) {
  const auto& params = call.params();
  if (flag(params, "IsOrganizationTrail")) {
    return fail("OrganizationsNotInUseException",
                "Tocsin keeps no organizations: the trail cannot be one's.");
  }
  if (!text(params, "CloudWatchLogsLogGroupArn").empty()) {
    return fail("InvalidCloudWatchLogsLogGroupArnException",
                "Tocsin delivers trails to S3 only: CloudWatch Logs is not supported.");
  }
  trail.bucket = string_of(params, "S3BucketName", trail.bucket);
  trail.prefix = string_of(params, "S3KeyPrefix", trail.prefix);
  trail.kms_key = string_of(params, "KmsKeyId", trail.kms_key);
  trail.global_events = flag(params, "IncludeGlobalServiceEvents", trail.global_events);
  trail.multi_region = flag(params, "IsMultiRegionTrail", trail.multi_region);
  trail.log_validation = flag(params, "EnableLogFileValidation", trail.log_validation);
  if (find(params, "SnsTopicName")) {
    const auto topic = string_of(params, "SnsTopicName");
    trail.sns_topic =
        topic.empty() || topic.starts_with("arn:") ? topic : arn("sns", trail.scope, topic);
  }
  if (trail.bucket.size() < 3 || trail.bucket.size() > 63) {
    return fail("InvalidS3BucketNameException",
                "Bucket name length must be between 3 and 63 characters.");
  }
  if (trail.prefix.size() > 200)
    return fail("InvalidS3PrefixException", "S3 key prefix is longer than 200 characters.");
  if (trail.multi_region && !trail.global_events) {
    return fail("InvalidParameterCombinationException",
                "Multi-Region trail must include global service events.");
  }
  return {};
}

void put_moment(Object& out, const std::string& name, Time time) {
  if (time == Time{}) return;
  out[name] = to_seconds(time);
}

}  // namespace

std::vector<core::Access> needs_trail(core::Call& call) {
  return {{.action = "cloudtrail:" + call.request().operation,
           .resource = arn_of(call, given_name(call.params()))}};
}

core::Outcome create_trail(core::Call& call) {
  const auto name = given_name(call.params());
  if (auto good = check_name(name); !good) return good.error();
  Trail trail{.name = name, .scope = call.scope()};
  if (kTrails.get(call, key_of(trail))) {
    return fail(
        "TrailAlreadyExistsException",
        fmt::format("Trail {} already exists for customer: {}", name, call.account().str()));
  }
  if (auto good = apply_settings(call, trail); !good) return good.error();
  for (const auto& tag : array_of(call.params(), "TagsList"))
    trail.tags[string_of(tag, "Key")] = string_of(tag, "Value");
  kTrails.put(call, key_of(trail), trail);
  return summary(trail);
}

core::Outcome update_trail(core::Call& call) {
  auto trail = trail_at_home(call);
  if (!trail) return trail.error();
  if (auto good = apply_settings(call, *trail); !good) return good.error();
  kTrails.put(call, key_of(*trail), *trail);
  return summary(*trail);
}

core::Outcome delete_trail(core::Call& call) {
  const auto trail = trail_at_home(call);
  if (!trail) return trail.error();
  kTrails.erase(call, key_of(*trail));
  forget_deliveries(call, trail->arn());
  return Object{};
}

core::Outcome describe_trails(core::Call& call) {
  std::vector<std::string> wanted;
  for (const auto& name : array_of(call.params(), "trailNameList")) {
    if (name.is_string()) wanted.push_back(arn_of(call, std::string(name.get_string())));
  }
  const bool shadows = flag(call.params(), "includeShadowTrails", true);
  Array list;
  for (const auto& trail : kTrails.all(call, core::Key{call.account().str()})) {
    const bool here = trail.scope.region == call.region();
    if (!here && !(trail.multi_region && shadows)) continue;
    if (wanted.empty() || std::ranges::find(wanted, trail.arn()) != wanted.end())
      list.push_back(description(trail));
  }
  return Object{{"trailList", std::move(list)}};
}

core::Outcome get_trail(core::Call& call) {
  const auto trail = find_trail(call, given_name(call.params()));
  if (!trail) return trail.error();
  return Object{{"Trail", description(*trail)}};
}

core::Outcome list_trails(core::Call& call) {
  Array list;
  for (const auto& trail : kTrails.all(call, core::Key{call.account().str()})) {
    list.push_back(Object{
        {"TrailARN", trail.arn()}, {"Name", trail.name}, {"HomeRegion", trail.scope.region}});
  }
  return Object{{"Trails", std::move(list)}};
}

core::Outcome get_trail_status(core::Call& call) {
  const auto trail = find_trail(call, given_name(call.params()));
  if (!trail) return trail.error();
  const auto delivery = kDeliveries.get(call, core::Key{trail->arn()}).value_or(Delivery{});
  const auto stamp = [](Time time) { return time == Time{} ? std::string() : iso8601(time); };
  Object out{{"IsLogging", trail->logging}};
  if (!delivery.error.empty()) out["LatestDeliveryError"] = delivery.error;
  if (!delivery.notification_error.empty())
    out["LatestNotificationError"] = delivery.notification_error;
  put_moment(out, "LatestDeliveryTime", delivery.succeeded);
  put_moment(out, "LatestNotificationTime", delivery.notified);
  put_moment(out, "StartLoggingTime", trail->started);
  put_moment(out, "StopLoggingTime", trail->stopped);
  out["LatestDeliveryAttemptTime"] = stamp(delivery.attempted);
  out["LatestNotificationAttemptTime"] = stamp(delivery.notified);
  out["LatestNotificationAttemptSucceeded"] = stamp(delivery.notified);
  out["LatestDeliveryAttemptSucceeded"] = stamp(delivery.succeeded);
  out["TimeLoggingStarted"] = stamp(trail->started);
  out["TimeLoggingStopped"] = stamp(trail->stopped);
  return out;
}

core::Outcome start_logging(core::Call& call) {
  auto trail = trail_at_home(call);
  if (!trail) return trail.error();
  if (!trail->logging) trail->started = call.now();
  trail->logging = true;
  kTrails.put(call, key_of(*trail), *trail);
  return Object{};
}

core::Outcome stop_logging(core::Call& call) {
  auto trail = trail_at_home(call);
  if (!trail) return trail.error();
  if (trail->logging) trail->stopped = call.now();
  trail->logging = false;
  kTrails.put(call, key_of(*trail), *trail);
  return Object{};
}

core::Outcome put_event_selectors(core::Call& call) {
  auto trail = trail_at_home(call);
  if (!trail) return trail.error();
  if (!array_of(call.params(), "AdvancedEventSelectors").empty()) {
    return fail("InvalidEventSelectorsException", "Tocsin supports basic event selectors only.");
  }
  trail->selectors = array_of(call.params(), "EventSelectors");
  if (auto good = check_selectors(trail->selectors); !good) return good.error();
  kTrails.put(call, key_of(*trail), *trail);
  return Object{{"TrailARN", trail->arn()}, {"EventSelectors", trail->selectors}};
}

core::Outcome get_event_selectors(core::Call& call) {
  const auto trail = find_trail(call, given_name(call.params()));
  if (!trail) return trail.error();
  return Object{
      {"TrailARN", trail->arn()},
      {"EventSelectors", trail->selectors.empty() ? default_selectors() : trail->selectors}};
}

core::ResourceType trail_type() {
  core::ResourceType type{.type = "AWS::CloudTrail::Trail", .table = kTrails.name()};
  type.describe = [](const store::View&, const Document& row) {
    const auto trail = decoded<Trail>(row);
    core::ResourceType::Description out{
        .id = trail.name, .name = trail.name, .arn = trail.arn(), .scope = trail.scope};
    out.configuration = {{"TrailName", trail.name},
                         {"S3BucketName", trail.bucket},
                         {"S3KeyPrefix", trail.prefix},
                         {"SnsTopicName", trail.sns_topic},
                         {"KMSKeyId", trail.kms_key},
                         {"IncludeGlobalServiceEvents", trail.global_events},
                         {"IsMultiRegionTrail", trail.multi_region},
                         {"EnableLogFileValidation", trail.log_validation},
                         {"IsLogging", trail.logging},
                         {"EventSelectors", trail.selectors}};
    out.tags = trail.tags;
    out.relationships = {{"AWS::S3::Bucket", trail.bucket, "Is associated with"}};
    return out;
  };
  return type;
}

}  // namespace tocsin::cloudtrail
