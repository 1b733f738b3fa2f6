// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "services/cloudtrail/declare.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr int kMostTrails = 5;  // in a region, shadows of other regions' trails included

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
  if (!trail.logs_group.empty()) {
    out["CloudWatchLogsLogGroupArn"] = trail.logs_group;
    out["CloudWatchLogsRoleArn"] = trail.logs_role;
  }
  if (!trail.kms_key.empty()) out["KmsKeyId"] = trail.kms_key;
  out["IsOrganizationTrail"] = false;
  return out;
}

Object description(const Trail& trail) {
  auto out = summary(trail);
  out["HomeRegion"] = trail.scope.region;
  out["HasCustomEventSelectors"] = !trail.selectors.empty() || !trail.advanced_selectors.empty();
  out["HasInsightSelectors"] = !trail.insight_selectors.empty();
  return out;
}

std::vector<Trail> trails_of(const core::Call& call) {
  return kTrails.all(call, core::Key{call.account().str()});
}

Result<void> check_count(const core::Call& call) {
  const auto here = std::ranges::count_if(trails_of(call), [&](const Trail& trail) {
    return trail.multi_region || trail.scope.region == call.region();
  });
  if (here < kMostTrails) return {};
  return fail("MaximumNumberOfTrailsExceededException",
              fmt::format("User: {} already has {} trails in {}.", call.account().str(), here,
                          call.region()));
}

/// The stream that the check of the destinations made; of a new log group it is the only one.
void note_stream(core::Call& call, const Trail& trail) {
  if (trail.logs_group.empty()) return;
  auto delivery = delivery_of(call, trail.arn());
  delivery.streams = {log_stream(trail, trail.scope.region)};
  kDeliveries.put(call, core::Key{trail.arn()}, delivery);
}

}  // namespace

core::Outcome create_trail(core::Call& call) {
  const auto name = string_of(call.params(), "Name");
  TRY(check_name(name));
  Trail trail{.name = name, .scope = call.scope()};
  if (kTrails.contains(call, key_of(trail))) {
    return fail(
        "TrailAlreadyExistsException",
        fmt::format("Trail {} already exists for customer: {}", name, call.account().str()));
  }
  TRY(check_count(call));
  TRY(apply_settings(call, trail));
  TRY(put_tags(trail, array_of(call.params(), "TagsList")));
  TRY(check_destinations(call, trail));
  kTrails.put(call, key_of(trail), trail);
  note_stream(call, trail);
  return summary(trail);
}

core::Outcome update_trail(core::Call& call) {
  auto trail = TRY(trail_at_home(call));
  TRY(apply_settings(call, trail));
  TRY(check_destinations(call, trail));
  kTrails.put(call, key_of(trail), trail);
  note_stream(call, trail);
  start_digests(call, trail);
  return summary(trail);
}

core::Outcome delete_trail(core::Call& call) {
  const auto trail = TRY(trail_at_home(call));
  finish_deliveries(call, trail);
  kTrails.erase(call, key_of(trail));
  return Object{};
}

core::Outcome describe_trails(core::Call& call) {
  std::vector<std::string> wanted;
  for (const auto& name : array_of(call.params(), "trailNameList")) {
    const std::string given(name.get_string());
    if (!given.starts_with("arn:")) TRY(check_name(given));
    wanted.push_back(arn_of(call, given));
  }
  const bool shadows = flag(call.params(), "includeShadowTrails", true);
  Array list;
  for (const auto& trail : trails_of(call)) {
    const bool here = trail.scope.region == call.region();
    if (!here && !(trail.multi_region && shadows)) continue;
    if (wanted.empty() || std::ranges::find(wanted, trail.arn()) != wanted.end())
      list.push_back(description(trail));
  }
  return Object{{"trailList", std::move(list)}};
}

core::Outcome get_trail(core::Call& call) {
  const auto trail = TRY(find_trail(call, given_name(call.params())));
  return Object{{"Trail", description(trail)}};
}

core::Outcome list_trails(core::Call& call) {
  Array list;
  for (const auto& trail : trails_of(call)) {
    list.push_back(Object{
        {"TrailARN", trail.arn()}, {"Name", trail.name}, {"HomeRegion", trail.scope.region}});
  }
  return Object{{"Trails", std::move(list)}};
}

core::Outcome start_logging(core::Call& call) {
  auto trail = TRY(trail_at_home(call));
  if (!trail.logging) trail.started = call.now();
  trail.logging = true;
  kTrails.put(call, key_of(trail), trail);
  start_digests(call, trail);
  return Object{};
}

core::Outcome stop_logging(core::Call& call) {
  auto trail = TRY(trail_at_home(call));
  if (trail.logging) trail.stopped = call.now();
  trail.logging = false;
  kTrails.put(call, key_of(trail), trail);
  return Object{};
}

namespace {

/// As AWS Config shows it.
Object recorded_trail(const Trail& trail) {
  const auto or_null = [](const std::string& value) {
    return value.empty() ? Document(nullptr) : Document(boost::json::string(value));
  };
  const auto topic = Arn::parse(trail.sns_topic);
  return {
      {"name", trail.name},
      {"s3BucketName", trail.bucket},
      {"s3KeyPrefix", or_null(trail.prefix)},
      {"snsTopicName", or_null(topic ? topic->resource : std::string())},
      {"snsTopicARN", or_null(trail.sns_topic)},
      {"includeGlobalServiceEvents", trail.global_events},
      {"isMultiRegionTrail", trail.multi_region},
      {"homeRegion", trail.scope.region},
      {"trailARN", trail.arn()},
      {"logFileValidationEnabled", trail.log_validation},
      {"cloudWatchLogsLogGroupArn", or_null(trail.logs_group)},
      {"cloudWatchLogsRoleArn", or_null(trail.logs_role)},
      {"kmsKeyId", or_null(trail.kms_key)},
      {"hasCustomEventSelectors", !trail.selectors.empty() || !trail.advanced_selectors.empty()},
      {"hasInsightSelectors", !trail.insight_selectors.empty()},
      {"isOrganizationTrail", false}};
}

/// What else can be changed of a trail.
Object recorded_beside(const Trail& trail) {
  return {{"TrailStatus", Object{{"isLogging", trail.logging}}},
          {"EventSelectors", trail.selectors},
          {"AdvancedEventSelectors", trail.advanced_selectors},
          {"InsightSelectors", trail.insight_selectors}};
}

}  // namespace

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
                         {"CloudWatchLogsLogGroupArn", trail.logs_group},
                         {"CloudWatchLogsRoleArn", trail.logs_role},
                         {"IncludeGlobalServiceEvents", trail.global_events},
                         {"IsMultiRegionTrail", trail.multi_region},
                         {"EnableLogFileValidation", trail.log_validation},
                         {"IsLogging", trail.logging},
                         {"EventSelectors", trail.selectors},
                         {"AdvancedEventSelectors", trail.advanced_selectors},
                         {"InsightSelectors", trail.insight_selectors}};
    out.tags = trail.tags;
    out.relationships = {{"AWS::S3::Bucket", trail.bucket, "Is associated with"}};
    out.recorded = recorded_trail(trail);
    out.supplementary = recorded_beside(trail);
    return out;
  };
  type.create = declare_trail;
  type.update = redeclare_trail;
  type.remove = undeclare_trail;
  return type;
}

}  // namespace tocsin::cloudtrail
