// SPDX-License-Identifier: Apache-2.0
#include "services/events/declare.hpp"

#include <algorithm>
#include <array>

#include "core/declare.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<std::string_view, 10> kServed{
    "Name",  "EventBusName", "EventPattern", "ScheduleExpression",
    "State", "Description",  "RoleArn",      "Targets",
    "Tags",  "Arn"};
constexpr std::array<core::Parameter, 4> kGiven{
    {{"ScheduleExpression"}, {"State"}, {"Description"}, {"RoleArn"}}};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "events", std::move(operation), std::move(params));
}

struct Place {
  std::string bus, name;
};
Place place_of(const std::string& id) {
  const auto bar = id.find('|');
  if (bar == std::string::npos) return {"default", id};
  return {id.substr(0, bar), id.substr(bar + 1)};
}

std::optional<Rule> rule_at(Call& call, const Place& place) {
  return kRules.get(call, core::Key::of(call.scope(), place.bus, place.name));
}

Array target_ids(Call& call, const Place& place) {
  Array ids;
  for (const auto& target : kTargets.all(call, core::Key::of(call.scope(), place.bus, place.name)))
    ids.push_back(*find(target.target, "Id"));
  return ids;
}

Result<void> put(Call& call, const Place& place, const Object& properties) {
  auto params = core::params_of(properties, kGiven);
  params["Name"] = place.name;
  params["EventBusName"] = place.bus;
  if (auto pattern = core::policy_of(properties, "EventPattern"); !pattern.empty())
    params["EventPattern"] = std::move(pattern);
  TRY(ask(call, "PutRule", std::move(params)));
  const auto& targets = array_of(properties, "Targets");
  Array gone;
  for (const auto& id : target_ids(call, place)) {
    if (std::ranges::none_of(targets, [&](const auto& each) { return *find(each, "Id") == id; }))
      gone.push_back(id);
  }
  if (!gone.empty())
    TRY(ask(call, "RemoveTargets",
            {{"Rule", place.name}, {"EventBusName", place.bus}, {"Ids", std::move(gone)}}));
  if (targets.empty()) return {};
  const auto reply =
      TRY(ask(call, "PutTargets",
              {{"Rule", place.name}, {"EventBusName", place.bus}, {"Targets", targets}}));
  const auto& refused = array_of(reply, "FailedEntries");
  if (refused.empty()) return {};
  return fail(string_of(refused[0], "ErrorCode"), string_of(refused[0], "ErrorMessage"));
}

Result<void> set_tags(Call& call, const Rule& rule, const Object& properties) {
  const auto tags = core::retagging(rule.tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"ResourceARN", rule.arn()}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource",
            {{"ResourceARN", rule.arn()}, {"Tags", core::tag_list(tags.added)}}));
  return {};
}

}  // namespace

std::string resource_id(const Rule& rule) {
  return rule.bus == "default" ? rule.name : rule.bus + "|" + rule.name;
}

Outcome declare_rule(Call& call, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const Place place{string_of(properties, "EventBusName", "default"),
                    core::name_of(call, properties, "Name", "Rule")};
  if (rule_at(call, place)) return fail("AlreadyExists", place.name + " already exists");
  TRY(put(call, place, properties));
  const auto made = rule_at(call, place);
  TRY(set_tags(call, *made, properties));
  return Object{{"Id", resource_id(*made)}};
}

Outcome redeclare_rule(Call& call, const std::string& id, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto place = place_of(id);
  const auto rule = rule_at(call, place);
  if (!rule) return fail("ResourceNotFoundException", "Rule " + id + " does not exist.", 404);
  TRY(put(call, place, properties));
  TRY(set_tags(call, *rule, properties));
  return Object{{"Id", id}};
}

Outcome undeclare_rule(Call& call, const std::string& id) {
  const auto place = place_of(id);
  if (auto ids = target_ids(call, place); !ids.empty())
    TRY(ask(call, "RemoveTargets",
            {{"Rule", place.name}, {"EventBusName", place.bus}, {"Ids", std::move(ids)}}));
  return ask(call, "DeleteRule", {{"Name", place.name}, {"EventBusName", place.bus}});
}

}  // namespace tocsin::events
