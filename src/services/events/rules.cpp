// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engines/pattern/pattern.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

std::string given_name(const Document& params) {
  return string_of(params, "Name", text(params, "Rule"));
}

std::string given_bus(const Document& params) {
  return bus_name(text(params, "EventBusName"));
}

void save(Call& call, const Rule& rule) {
  kRules.put(call, key_of(rule), rule);
  kGenerations.put(call, core::Key::of(rule.scope, rule.bus), {call.new_uuid()});
  arm(call, rule);
}

Object described(const Rule& rule) {
  Object out{{"Name", rule.name}, {"Arn", rule.arn()}};
  if (!rule.pattern.empty()) out["EventPattern"] = rule.pattern;
  if (!rule.schedule.empty()) out["ScheduleExpression"] = rule.schedule;
  out["State"] = rule.state;
  if (!rule.description.empty()) out["Description"] = rule.description;
  if (!rule.role.empty()) out["RoleArn"] = rule.role;
  out["EventBusName"] = rule.bus;
  return out;
}

Result<void> check_rule(const Rule& rule) {
  if (rule.name.empty() || rule.name.size() > 64) {
    return fail("ValidationException", "Rule names have between 1 and 64 characters.");
  }
  if (rule.pattern.empty() && rule.schedule.empty()) {
    return fail("ValidationException",
                "Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  if (!rule.pattern.empty()) TRY(pattern::parse_pattern(rule.pattern));
  if (!rule.schedule.empty()) {
    TRY(interval_of(rule.schedule));
    if (rule.bus != "default") {
      return fail("ValidationException",
                  "ScheduleExpression is supported only on the default event bus.");
    }
  }
  if (rule.state != "ENABLED" && rule.state != "DISABLED" &&
      rule.state != "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") {
    return fail("ValidationException", "State " + rule.state + " is not valid.");
  }
  return {};
}

Outcome set_state(Call& call, std::string state) {
  auto rule = find_rule(call);
  if (!rule) return rule.error();
  rule->state = std::move(state);
  save(call, *rule);
  return Object{};
}

}  // namespace

Result<Rule> find_rule(Call& call) {
  const auto bus = given_bus(call.params()), name = given_name(call.params());
  TRY(find_bus(call, call.scope(), bus));
  auto rule = kRules.get(call, core::Key::of(call.scope(), bus, name));
  if (rule) return *std::move(rule);
  return fail("ResourceNotFoundException",
              "Rule " + name + " does not exist on EventBus " + bus + ".");
}

std::vector<core::Access> needs_rule(Call& call) {
  const Rule rule{
      .name = given_name(call.params()), .bus = given_bus(call.params()), .scope = call.scope()};
  return {{.action = "events:" + call.request().operation, .resource = rule.arn()}};
}

Outcome put_rule(Call& call) {
  const auto& params = call.params();
  Rule rule{.name = given_name(params), .bus = given_bus(params), .scope = call.scope()};
  if (auto bus = find_bus(call, call.scope(), rule.bus); !bus) return bus.error();
  if (const auto old = kRules.get(call, key_of(rule))) {
    rule.tags = old->tags;
    rule.targets_revision = old->targets_revision;
  }
  rule.pattern = string_of(params, "EventPattern");
  rule.schedule = string_of(params, "ScheduleExpression");
  rule.state = string_of(params, "State", "ENABLED");
  rule.description = string_of(params, "Description");
  rule.role = string_of(params, "RoleArn");
  for (const auto& tag : array_of(params, "Tags"))
    rule.tags[string_of(tag, "Key")] = string_of(tag, "Value");
  if (auto good = check_rule(rule); !good) return good.error();
  if (!rule.role.empty()) {
    if (auto may = call.authorize({.action = "iam:PassRole", .resource = rule.role}); !may)
      return may.error();
  }
  save(call, rule);
  return Object{{"RuleArn", rule.arn()}};
}

Outcome describe_rule(Call& call) {
  const auto rule = find_rule(call);
  if (!rule) return rule.error();
  auto out = described(*rule);
  out["CreatedBy"] = call.account().str();
  return out;
}

Outcome list_rules(Call& call) {
  const auto bus = given_bus(call.params());
  if (auto known = find_bus(call, call.scope(), bus); !known) return known.error();
  const auto limit =
      std::clamp<std::int64_t>(integer(call.params(), "Limit").value_or(100), 1, 100);
  std::optional<core::Key> after;
  if (const auto token = text(call.params(), "NextToken"); !token.empty())
    after = core::Key::of(call.scope(), bus, token);
  Array rules;
  std::string last, next;
  kRules.scan(
      call, core::Key::of(call.scope(), bus),
      [&](const auto&, const Rule& rule) {
        if (!rule.name.starts_with(text(call.params(), "NamePrefix"))) return true;
        if (static_cast<std::int64_t>(rules.size()) == limit) {
          next = last;
          return false;
        }
        rules.push_back(described(rule));
        last = rule.name;
        return true;
      },
      store::Direction::Forward, after);
  Object reply{{"Rules", std::move(rules)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

Outcome enable_rule(Call& call) {
  return set_state(call, "ENABLED");
}
Outcome disable_rule(Call& call) {
  return set_state(call, "DISABLED");
}

Outcome delete_rule(Call& call) {
  const auto rule = find_rule(call);
  if (!rule) {
    if (rule.error().message.starts_with("Rule ")) return Object{};
    return rule.error();
  }
  if (!kTargets.all(call, key_of(*rule)).empty()) {
    return fail("ValidationException", "Rule can't be deleted since it has targets.");
  }
  disarm(call, *rule);
  kRules.erase(call, key_of(*rule));
  kGenerations.put(call, core::Key::of(rule->scope, rule->bus), {call.new_uuid()});
  return Object{};
}

core::ResourceType rule_type() {
  core::ResourceType type{.type = "AWS::Events::Rule", .table = kRules.name()};
  type.describe = [](const store::View& view, const Document& row) {
    const auto rule = decoded<Rule>(row);
    core::ResourceType::Description out{
        .id = rule.name, .name = rule.name, .arn = rule.arn(), .scope = rule.scope};
    out.configuration = described(rule);
    out.configuration.erase("Arn");
    Array targets;
    for (const auto& target : kTargets.all(view, key_of(rule)))
      targets.push_back(target.target);
    out.configuration["Targets"] = std::move(targets);
    out.tags = rule.tags;
    return out;
  };
  return type;
}

}  // namespace tocsin::events
