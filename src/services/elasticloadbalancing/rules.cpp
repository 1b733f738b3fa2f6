// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "services/elasticloadbalancing/actions.hpp"
#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kMostRules = 100;
constexpr std::size_t kMostValues = 5;
constexpr std::int64_t kLastPriority = 50'000;

struct Field {
  std::string_view name, config;
};
constexpr std::array<Field, 6> kFields{{{"http-header", "HttpHeaderConfig"},
                                        {"http-request-method", "HttpRequestMethodConfig"},
                                        {"host-header", "HostHeaderConfig"},
                                        {"path-pattern", "PathPatternConfig"},
                                        {"query-string", "QueryStringConfig"},
                                        {"source-ip", "SourceIpConfig"}}};

/// A condition with its values in both places in which AWS shows them.
Result<Object> checked_condition(const Object& given) {
  const auto name = text(given, "Field");
  const auto field = std::ranges::find(kFields, name, &Field::name);
  if (field == kFields.end()) {
    return invalid(
        fmt::format("Condition field '{}' must be one of '[path-pattern, host-header, "
                    "http-header, http-request-method, query-string, source-ip]'",
                    name));
  }
  auto out = given;
  const auto plain = array_of(given, "Values");
  auto config = object_of(given, field->config);
  const bool configured = given.contains(field->config);
  if (configured && !plain.empty()) {
    return invalid(
        fmt::format("You cannot specify both values and {} in a condition", field->config));
  }
  if (!configured && name != "path-pattern" && name != "host-header")
    return invalid(fmt::format("A condition with field '{}' must have a {}", name, field->config));
  if (!configured) config["Values"] = plain;
  const auto& values = array_of(config, "Values");
  if (values.empty()) return invalid("A condition value must be specified");
  for (const auto& value : values) {
    if (value.is_string() && (value.get_string().empty() || value.get_string().size() > 128))
      return invalid(fmt::format("The condition value '{}' must have 1 to 128 characters",
                                 std::string_view(value.get_string())));
  }
  if (name == "path-pattern" || name == "host-header") out["Values"] = values;
  out[field->config] = std::move(config);
  return out;
}

Result<Array> checked_conditions(const Array& given) {
  if (given.empty()) return invalid("A condition must be specified");
  Array out;
  std::size_t count = 0;
  std::set<std::string> once;
  for (const auto& each : given) {
    auto condition = TRY(checked_condition(each.as_object()));
    const auto field = string_of(condition, "Field");
    const bool repeatable = field == "http-header" || field == "query-string";
    if (!once.insert(field).second && !repeatable)
      return invalid(fmt::format("A rule can only have one condition with field '{}'", field));
    for (const auto& [name, config] : kFields)
      count += array_of(object_of(condition, config), "Values").size();
    out.push_back(std::move(condition));
  }
  if (count > kMostValues) return invalid("A rule can only have '5' condition values");
  return out;
}

Result<void> check_priority(const Call& call, const Listener& listener, std::int64_t priority,
                            std::string_view own = {}) {
  if (priority < 1 || priority > kLastPriority)
    return invalid("The priority must be between 1 and 50000");
  for (const auto& each : rules_of(call, listener)) {
    if (each.priority == priority && each.arn != own) {
      return fail("PriorityInUse", fmt::format("Priority '{}' is currently in use", priority));
    }
  }
  return {};
}

Object default_rule(const Listener& listener) {
  return {{"RuleArn", listener.default_rule},
          {"Priority", "default"},
          {"Conditions", Array()},
          {"Actions", shown_actions(array_of(listener.shape, "DefaultActions"))},
          {"IsDefault", true}};
}

bool is_default(const Call& call, std::string_view arn) {
  const auto all = kListeners.all(call, Key::of(call.scope()));
  return std::ranges::any_of(all, [&](const Listener& each) { return each.default_rule == arn; });
}

Outcome listed(const Rule& rule) {
  return Object{{"Rules", Array{shown(rule)}}};
}

/// Those that RuleArns name, default ones too.
Result<Array> named_rules(const Call& call) {
  Array out;
  const auto listeners = kListeners.all(call, Key::of(call.scope()));
  for (const auto& arn : texts(call.params(), "RuleArns")) {
    const auto owner = std::ranges::find(listeners, arn, &Listener::default_rule);
    if (owner != listeners.end())
      out.push_back(default_rule(*owner));
    else
      out.push_back(shown(TRY(rule_named(call, arn))));
  }
  return out;
}

}  // namespace

Object shown(const Rule& rule) {
  return {{"RuleArn", rule.arn},
          {"Priority", fmt::to_string(rule.priority)},
          {"Conditions", rule.conditions},
          {"Actions", shown_actions(rule.actions)},
          {"IsDefault", false}};
}

Outcome create_rule(Call& call) {
  const auto& params = call.params();
  const auto listener = TRY(listener_named(call, text(params, "ListenerArn")));
  const auto balancer = TRY(balancer_named(call, listener.balancer));
  if (balancer.type != "application") {
    return fail(
        "InvalidConfigurationRequest",
        fmt::format("Rules are not supported for load balancers with type '{}'", balancer.type));
  }
  Rule rule{.scope = call.scope(),
            .listener = listener.arn,
            .priority = integer(params, "Priority").value_or(0),
            .conditions = {},
            .actions = {}};
  TRY(check_priority(call, listener, rule.priority));
  rule.conditions = TRY(checked_conditions(array_of(params, "Conditions")));
  rule.actions = TRY(checked_actions(call, balancer, array_of(params, "Actions")));
  rule.tags = TRY(new_tags(call));
  if (rules_of(call, listener).size() >= kMostRules)
    return fail("TooManyRules", "A load balancer has at most 100 rules beside its default ones");
  rule.arn =
      arn("elasticloadbalancing", call.scope(),
          fmt::format("listener-rule/{}/{}",
                      listener.arn.substr(listener.arn.find("listener/") + 9), new_suffix(call)));
  kRules.put(call, key_of(rule), rule);
  refresh_uses(call);
  return listed(rule);
}

Outcome modify_rule(Call& call) {
  const auto& params = call.params();
  if (is_default(call, text(params, "RuleArn"))) {
    return fail("OperationNotPermitted",
                fmt::format("Default rule '{}' cannot be modified", text(params, "RuleArn")));
  }
  auto rule = TRY(rule_named(call, text(params, "RuleArn")));
  const auto listener = TRY(listener_named(call, rule.listener));
  const auto balancer = TRY(balancer_named(call, listener.balancer));
  if (find(params, "Conditions"))
    rule.conditions = TRY(checked_conditions(array_of(params, "Conditions")));
  if (find(params, "Actions"))
    rule.actions = TRY(checked_actions(call, balancer, array_of(params, "Actions")));
  kRules.put(call, key_of(rule), rule);
  refresh_uses(call);
  return listed(rule);
}

Outcome delete_rule(Call& call) {
  const auto arn = text(call.params(), "RuleArn");
  if (is_default(call, arn)) {
    return fail("OperationNotPermitted", fmt::format("Default rule '{}' cannot be deleted", arn));
  }
  kRules.erase(call, key_of(TRY(rule_named(call, arn))));
  refresh_uses(call);
  return Object{};
}

Outcome describe_rules(Call& call) {
  const auto& params = call.params();
  if (find(params, "RuleArns")) return TRY(page(call, TRY(named_rules(call)), "Rules"));
  if (text(params, "ListenerArn").empty())
    return invalid("You must specify either listener rule ARNs or a listener ARN");
  const auto listener = TRY(listener_named(call, text(params, "ListenerArn")));
  Array out;
  for (const auto& each : rules_of(call, listener))
    out.push_back(shown(each));
  out.push_back(default_rule(listener));
  return TRY(page(call, std::move(out), "Rules"));
}

Outcome set_rule_priorities(Call& call) {
  std::vector<Rule> rules;
  for (const auto& each : array_of(call.params(), "RulePriorities")) {
    const auto arn = text(each, "RuleArn");
    if (is_default(call, arn)) {
      return fail("OperationNotPermitted",
                  fmt::format("The priority of default rule '{}' cannot be modified", arn));
    }
    auto rule = TRY(rule_named(call, arn));
    rule.priority = integer(each, "Priority").value_or(0);
    rules.push_back(std::move(rule));
  }
  // All change at once: two may change places.
  for (const auto& rule : rules)
    kRules.put(call, key_of(rule), rule);
  Array out;
  for (const auto& rule : rules) {
    const auto listener = TRY(listener_named(call, rule.listener));
    TRY(check_priority(call, listener, rule.priority, rule.arn));
    out.push_back(shown(rule));
  }
  return Object{{"Rules", std::move(out)}};
}

}  // namespace tocsin::elasticloadbalancing
