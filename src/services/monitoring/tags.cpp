// SPDX-License-Identifier: Apache-2.0
// Tags of alarms.
#include "core/tags.hpp"

#include <fmt/format.h>

#include "services/monitoring/alarms.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::size_t kMostTags = 50;

Result<Alarm> tagged(Call& call) {
  const auto resource = text(call.params(), "ResourceARN");
  const auto head = alarm_arn(call.scope(), "");
  if (!Arn::parse(resource) || !resource.starts_with("arn:aws:cloudwatch:"))
    return invalid_value(fmt::format("{} is not a valid ARN", resource));
  auto alarm = kAlarms.get(call, Key::of(call.scope(), alarm_named(call.scope(), resource)));
  if (alarm && resource.starts_with(head)) return *std::move(alarm);
  return fail("ResourceNotFoundException", fmt::format("Unknown resource {}", resource), 404);
}

}  // namespace

Result<void> add_tags(Alarm& alarm, const Array& tags) {
  for (const auto& tag : tags) {
    const auto key = string_of(tag, "Key");
    if (key.empty() || key.size() > 128 || text(tag, "Value").size() > 256)
      return invalid_value("A tag has a key of 1 to 128 characters and a value of at most 256.");
    if (key.starts_with("aws:"))
      return invalid_value("aws: prefixed tag key names are not allowed for external use.");
    alarm.tags[key] = text(tag, "Value");
  }
  if (alarm.tags.size() > kMostTags)
    return invalid_value("A resource cannot have more than 50 tags.");
  return {};
}

Outcome tag_resource(Call& call) {
  auto alarm = TRY(tagged(call));
  TRY(add_tags(alarm, array_of(call.params(), "Tags")));
  kAlarms.put(call, key_of(alarm), alarm);
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto alarm = TRY(tagged(call));
  core::remove_tags(alarm.tags, array_of(call.params(), "TagKeys"));
  kAlarms.put(call, key_of(alarm), alarm);
  return Object{};
}

Outcome list_tags_for_resource(Call& call) {
  return Object{{"Tags", core::tag_list(TRY(tagged(call)).tags)}};
}

void add_alarm_tags(Call& call, core::Access& access, std::string_view name) {
  const auto alarm = kAlarms.get(call, Key::of(call.scope(), name));
  if (alarm) core::add_resource_tags(access, alarm->tags);
}

core::Needs needs_tagged(std::string operation) {
  return [action = "cloudwatch:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    core::Access access{.action = action, .resource = string_of(call.params(), "ResourceARN")};
    add_alarm_tags(call, access, alarm_named(call.scope(), access.resource));
    core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
    for (const auto& key : strings_of(array_of(call.params(), "TagKeys")))
      access.context["aws:TagKeys"].push_back(key);
    return {access};
  };
}

}  // namespace tocsin::monitoring
