// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/pattern.hpp"
#include "services/events/declare.hpp"
#include "services/events/paging.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostRules = 300;
const std::vector<std::string_view> kStates{"ENABLED", "DISABLED",
                                            "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"};

void save(Call& call, const Rule& rule) {
  kRules.put(call, key_of(rule), rule);
  renew(call, rule.scope, rule.bus);
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

Result<void> check_rule(const Rule& rule, Time now) {
  TRY(check_name(rule.name, "name", 64));
  TRY(check_enum(rule.state, "state", kStates));
  if (rule.pattern.empty() && rule.schedule.empty())
    return invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (!rule.pattern.empty()) TRY(pattern::parse_pattern(rule.pattern));
  if (rule.schedule.empty()) return {};
  if (rule.bus != "default")
    return invalid("ScheduleExpression is supported only on the default event bus.");
  TRY(next_start(rule.schedule, now));
  return {};
}

Outcome set_state(Call& call, std::string state) {
  auto rule = TRY(find_rule(call));
  rule.state = std::move(state);
  save(call, rule);
  return Object{};
}

/// Tags are for new rules: later PutRules ignore them.
Result<void> begin(Call& call, Rule& rule) {
  if (rule.scope.account != call.account()) rule.created_by = call.account().str();
  TRY(add_tags(call.params(), rule.tags));
  if (kRules.all(call, core::Key::of(rule.scope, rule.bus)).size() >= kMostRules)
    return limit_exceeded();
  return {};
}

}  // namespace

Outcome put_rule(Call& call) {
  const auto& params = call.params();
  auto rule = named_rule(call);
  TRY(find_bus(call, {rule.scope, rule.bus}));
  const auto old = kRules.get(call, key_of(rule));
  if (old) rule = *old;
  rule.pattern = string_of(params, "EventPattern");
  rule.schedule = string_of(params, "ScheduleExpression");
  rule.state = string_of(params, "State", "ENABLED");
  rule.description = string_of(params, "Description");
  rule.role = string_of(params, "RoleArn");
  TRY(check_rule(rule, call.now()));
  if (!old) TRY(begin(call, rule));
  if (!rule.role.empty())
    TRY(call.authorize({.action = "iam:PassRole",
                        .resource = rule.role,
                        .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}}));
  save(call, rule);
  return Object{{"RuleArn", rule.arn()}};
}

Outcome describe_rule(Call& call) {
  const auto rule = TRY(find_rule(call));
  auto out = described(rule);
  out["CreatedBy"] = rule.created_by.empty() ? rule.scope.account.str() : rule.created_by;
  return out;
}

Outcome list_rules(Call& call) {
  const auto bus = bus_of(call);
  TRY(find_bus(call, bus));
  return page_of<Rule>(call, kRules, bus.key(), "Rules", [&](const Rule& rule) -> Document {
    if (!rule.name.starts_with(text(call.params(), "NamePrefix"))) return nullptr;
    return described(rule);
  });
}

Outcome list_rule_names_by_target(Call& call) {
  const auto bus = bus_of(call);
  TRY(find_bus(call, bus));
  const auto wanted = text(call.params(), "TargetArn");
  return page_of<Rule>(call, kRules, bus.key(), "RuleNames", [&](const Rule& rule) -> Document {
    for (const auto& target : kTargets.all(call, key_of(rule))) {
      if (text(target.target, "Arn") == wanted) return boost::json::string(rule.name);
    }
    return nullptr;
  });
}

Outcome enable_rule(Call& call) {
  return set_state(call, "ENABLED");
}
Outcome disable_rule(Call& call) {
  return set_state(call, "DISABLED");
}

Outcome delete_rule(Call& call) {
  const auto named = named_rule(call);
  TRY(find_bus(call, {named.scope, named.bus}));
  const auto rule = kRules.get(call, key_of(named));
  if (!rule) return Object{};
  if (!kTargets.all(call, key_of(*rule)).empty())
    return invalid("Rule can't be deleted since it has targets.");
  disarm(call, *rule);
  kRules.erase(call, key_of(*rule));
  renew(call, rule->scope, rule->bus);
  return Object{};
}

void renew(Context& context, const Scope& scope, const std::string& bus) {
  kGenerations.put(context, core::Key::of(scope, bus), {context.new_uuid()});
}

core::ResourceType rule_type() {
  core::ResourceType type{.type = "AWS::Events::Rule", .table = kRules.name()};
  type.describe = [](const store::View& view, const Document& row) {
    const auto rule = decoded<Rule>(row);
    core::ResourceType::Description out{
        .id = resource_id(rule), .name = rule.name, .arn = rule.arn(), .scope = rule.scope};
    out.configuration = described(rule);
    Array targets;
    for (const auto& target : kTargets.all(view, key_of(rule)))
      targets.push_back(target.target);
    out.configuration["Targets"] = std::move(targets);
    out.tags = rule.tags;
    return out;
  };
  type.create = declare_rule;
  type.update = redeclare_rule;
  type.remove = undeclare_rule;
  return type;
}

}  // namespace tocsin::events
