// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/model/model.hpp"
#include "services/config/recorders.hpp"

namespace tocsin::config {
namespace {

const model::Shape& recorder_shape() {
  const auto* operation = model::service("config")->operation("PutConfigurationRecorder");
  return *operation->input->shape->member("ConfigurationRecorder")->shape;
}

/// AWS's list.
std::span<const std::string_view> their_types() {
  return recorder_shape()
      .member("recordingGroup")
      ->shape->member("resourceTypes")
      ->shape->element()
      .shape->values;
}

Failure invalid_group() {
  return fail("InvalidRecordingGroupException", "The recording group provided is not valid");
}

Result<std::set<std::string>> types_in(const Array& list, std::string_view where,
                                       const std::vector<core::ResourceType>& declared) {
  std::set<std::string> types;
  for (const auto& each : list) {
    const std::string type(each.is_string() ? std::string_view(each.get_string())
                                            : std::string_view());
    if (std::ranges::find(their_types(), type) == their_types().end() &&
        std::ranges::find(declared, type, &core::ResourceType::type) == declared.end()) {
      return fail("ValidationException",
                  fmt::format("1 validation error detected: Value '[{}]' at '{}' failed to satisfy "
                              "constraint: Member must satisfy constraint: [Member must satisfy "
                              "enum value set: [{}]]",
                              type, where, fmt::join(their_types(), ", ")));
    }
    types.insert(type);
  }
  return types;
}

struct GivenGroup {
  bool all = false, globals = false;
  std::set<std::string> included, excluded;
  std::string strategy;
};

Result<GivenGroup> read_group(const Object& group,
                              const std::vector<core::ResourceType>& declared) {
  GivenGroup given{.all = flag(group, "allSupported"),
                   .globals = flag(group, "includeGlobalResourceTypes"),
                   .strategy = string_of(object_of(group, "recordingStrategy"), "useOnly")};
  const std::string at = "configurationRecorder.recordingGroup.";
  given.included = TRY(types_in(array_of(group, "resourceTypes"), at + "resourceTypes", declared));
  given.excluded =
      TRY(types_in(array_of(object_of(group, "exclusionByResourceTypes"), "resourceTypes"),
                   at + "exclusionByResourceTypes.resourceTypes", declared));
  return given;
}

/// What the group says without a strategy.
std::optional<Strategy> strategy_of(const GivenGroup& given) {
  Strategy strategy{};
  if (!given.strategy.empty()) {
    if (!boost::describe::enum_from_string(given.strategy.c_str(), strategy)) return std::nullopt;
    return strategy;
  }
  if (!given.excluded.empty()) return Strategy::EXCLUSION_BY_RESOURCE_TYPES;
  if (given.all) return Strategy::ALL_SUPPORTED_RESOURCE_TYPES;
  return Strategy::INCLUSION_BY_RESOURCE_TYPES;
}

bool is_consistent(const GivenGroup& given, Strategy strategy) {
  using enum Strategy;
  if (strategy == ALL_SUPPORTED_RESOURCE_TYPES)
    return given.all && given.included.empty() && given.excluded.empty();
  if (given.all || given.globals) return false;
  if (strategy == INCLUSION_BY_RESOURCE_TYPES)
    return !given.included.empty() && given.excluded.empty();
  return given.included.empty() && !given.excluded.empty();
}

Result<void> apply_mode(Recorder& recorder, const Object& mode,
                        const std::vector<core::ResourceType>& declared) {
  const auto frequency = text(mode, "recordingFrequency", "CONTINUOUS");
  const auto& overrides = array_of(mode, "recordingModeOverrides");
  if (frequency != "CONTINUOUS" && frequency != "DAILY")
    return fail("ValidationException",
                fmt::format("1 validation error detected: Value '{}' at "
                            "'configurationRecorder.recordingMode.recordingFrequency' failed to "
                            "satisfy constraint: Member must satisfy enum value set: [DAILY, "
                            "CONTINUOUS]",
                            frequency));
  if (overrides.size() > 1)
    return fail("ValidationException",
                "1 validation error detected: Value at "
                "'configurationRecorder.recordingMode.recordingModeOverrides' failed to satisfy "
                "constraint: Member must have length less than or equal to 1");
  recorder.daily = frequency == "DAILY";
  recorder.overrides = overrides;
  recorder.overridden.clear();
  for (const auto& each : overrides) {
    const auto types = TRY(types_in(
        array_of(each, "resourceTypes"),
        "configurationRecorder.recordingMode.recordingModeOverrides.1.member.resourceTypes",
        declared));
    if (text(each, "recordingFrequency") != frequency) recorder.overridden = types;
  }
  return {};
}

Array listed(const std::set<std::string>& types, bool wanted) {
  Array out;
  if (!wanted) return out;
  for (const auto& type : types)
    out.push_back(boost::json::string(type));
  return out;
}

}  // namespace

bool is_global(std::string_view type) {
  return type.starts_with("AWS::IAM::");
}

bool is_third_party(std::string_view type) {
  return !type.starts_with("AWS::");
}

bool records(const Recorder& recorder, std::string_view type) {
  using enum Strategy;
  if (is_third_party(type)) return true;
  const bool named = recorder.types.contains(std::string(type));
  switch (recorder.strategy) {
    case ALL_SUPPORTED_RESOURCE_TYPES:
      return recorder.globals || !is_global(type);
    case INCLUSION_BY_RESOURCE_TYPES:
      return named;
    case EXCLUSION_BY_RESOURCE_TYPES:
      return !named;
  }
  return false;
}

bool is_daily(const Recorder& recorder, std::string_view type) {
  if (is_third_party(type)) return false;
  return recorder.daily != recorder.overridden.contains(std::string(type));
}

Result<void> apply_group(Recorder& recorder, const Document& given,
                         const std::vector<core::ResourceType>& declared) {
  const auto* group = find(given, "recordingGroup");
  GivenGroup read{.all = true};
  if (group && group->is_object() && !group->get_object().empty())
    read = TRY(read_group(group->get_object(), declared));
  const auto strategy = strategy_of(read);
  if (!strategy || !is_consistent(read, *strategy)) return invalid_group();
  recorder.strategy = *strategy;
  recorder.globals = read.globals;
  recorder.types = *strategy == Strategy::EXCLUSION_BY_RESOURCE_TYPES ? std::move(read.excluded)
                                                                      : std::move(read.included);
  return apply_mode(recorder, object_of(given, "recordingMode"), declared);
}

Object group_of(const Recorder& recorder) {
  using enum Strategy;
  return {
      {"allSupported", recorder.strategy == ALL_SUPPORTED_RESOURCE_TYPES},
      {"includeGlobalResourceTypes", recorder.globals},
      {"resourceTypes", listed(recorder.types, recorder.strategy == INCLUSION_BY_RESOURCE_TYPES)},
      {"exclusionByResourceTypes",
       Object{{"resourceTypes",
               listed(recorder.types, recorder.strategy == EXCLUSION_BY_RESOURCE_TYPES)}}},
      {"recordingStrategy",
       Object{{"useOnly", boost::describe::enum_to_string(recorder.strategy, "")}}}};
}

Object mode_of(const Recorder& recorder) {
  return {{"recordingFrequency", recorder.daily ? "DAILY" : "CONTINUOUS"},
          {"recordingModeOverrides", recorder.overrides}};
}

}  // namespace tocsin::config
