// SPDX-License-Identifier: Apache-2.0
// What becomes of a parameter as time passes.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Context;

constexpr std::size_t kMostPolicies = 10;

struct Policy {
  Object text;
  std::string type;
  Time moment{};     // Expiration
  Duration delay{};  // of the notifications
};

Result<Duration> delay_in(const Object& attributes, std::string_view member) {
  const auto unit = text(attributes, "Unit");
  const auto number = attributes.if_contains(member);
  const auto digits = number && number->is_string() ? std::string(number->get_string()) : "";
  const bool whole = !digits.empty() && digits.size() <= 6 &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!whole || (unit != "Days" && unit != "Hours"))
    return fail("InvalidPolicyAttributeException",
                fmt::format("{} is a whole number of the Unit Days or Hours.", member));
  return Duration(std::chrono::hours(std::stoi(digits) * (unit == "Days" ? 24 : 1)));
}

Result<Policy> policy_of(const Document& written) {
  if (!written.is_object())
    return fail("InvalidPolicyTypeException", "The policy is no JSON object.");
  Policy policy{.text = written.as_object(), .type = string_of(written, "Type")};
  if (text(written, "Version") != "1.0")
    return fail("InvalidPolicyTypeException", "The policy version isn't supported. Use 1.0.");
  const auto& attributes = object_of(written, "Attributes");
  if (policy.type == "Expiration") {
    const auto moment = parse_iso8601(text(attributes, "Timestamp"));
    if (!moment)
      return fail("InvalidPolicyAttributeException",
                  "Timestamp is a moment such as 2030-12-02T21:34:33.000Z.");
    policy.moment = *moment;
  } else if (policy.type == "ExpirationNotification") {
    policy.delay = TRY(delay_in(attributes, "Before"));
  } else if (policy.type == "NoChangeNotification") {
    policy.delay = TRY(delay_in(attributes, "After"));
  } else {
    return fail("InvalidPolicyTypeException",
                fmt::format("The policy type {} isn't supported. Parameter Store supports the "
                            "following policy types: Expiration, ExpirationNotification, and "
                            "NoChangeNotification.",
                            policy.type));
  }
  return policy;
}

Result<std::vector<Policy>> policies_of(std::string_view written) {
  std::vector<Policy> policies;
  if (written.empty()) return policies;
  const auto parsed = parse_json(written);
  if (!parsed || !parsed->is_array())
    return fail("InvalidPolicyTypeException", "Policies is no JSON array.");
  for (const auto& each : parsed->as_array())
    policies.push_back(TRY(policy_of(each)));
  return policies;
}

const Policy* expiration_in(const std::vector<Policy>& policies) {
  const auto found = std::ranges::find(policies, "Expiration", &Policy::type);
  return found == policies.end() ? nullptr : &*found;
}

Time due(const Policy& policy, const std::vector<Policy>& all, Time written) {
  if (policy.type == "Expiration") return policy.moment;
  if (policy.type == "NoChangeNotification") return written + policy.delay;
  return expiration_in(all)->moment - policy.delay;
}

void tell(Context& context, const Parameter& parameter, const Policy& policy) {
  context.emit({.source = "aws.ssm",
                .detail_type = "Parameter Store Policy Action",
                .scope = parameter.scope,
                .resources = {parameter_arn(parameter.scope, parameter.name)},
                .detail = {{"parameter-name", parameter.name},
                           {"parameter-type", parameter.latest.type},
                           {"policy-type", policy.type},
                           {"policy-content", to_json(policy.text)},
                           {"action-status", "Success"}}});
}

/// A policy's moment has come. Its timer is cancelled where a newer version took its place.
void act(Context& context, const core::Resumption& timer) {
  const auto parameter = find_parameter(context, text(timer.context, "name"));
  const auto policy = policy_of(object_of(timer.context, "policy"));
  if (!parameter || !policy) return;
  tell(context, *parameter, *policy);
  if (policy->type != "Expiration") return;
  erase_parameter(context, *parameter);
  tell_change(context, *parameter, "Delete");
}

}  // namespace

Result<void> check_policies(std::string_view written, Time now) {
  const auto policies = TRY(policies_of(written));
  if (policies.size() > kMostPolicies)
    return fail("PoliciesLimitExceededException",
                fmt::format("A parameter can have at most {} policies.", kMostPolicies));
  const auto* expiration = expiration_in(policies);
  const auto expirations = std::ranges::count(policies, "Expiration", &Policy::type);
  const bool warned =
      std::ranges::find(policies, "ExpirationNotification", &Policy::type) != policies.end();
  if (expirations > 1 || (warned && !expiration))
    return fail("IncompatiblePolicyException",
                "There is a conflict in the policies specified for this parameter. You can't, for "
                "example, specify two Expiration policies for a parameter. Review your policies, "
                "and try again.");
  if (expiration && expiration->moment <= now)
    return fail("InvalidPolicyAttributeException", "The Expiration must lie in the future.");
  return {};
}

Array described_policies(std::string_view written, Time now) {
  Array out;
  const auto policies = policies_of(written);
  for (const auto& policy : policies.value_or(std::vector<Policy>{})) {
    const bool over = policy.type == "Expiration" && policy.moment <= now;
    out.push_back(Object{{"PolicyText", to_json(policy.text)},
                         {"PolicyType", policy.type},
                         {"PolicyStatus", over ? "Finished" : "Pending"}});
  }
  return out;
}

void start_policies(Context& context, Parameter& parameter) {
  for (const auto& timer : parameter.timers)
    context.cancel(timer);
  parameter.timers.clear();
  const auto all = policies_of(parameter.latest.policies);
  for (const auto& policy : all.value_or(std::vector<Policy>{})) {
    const Object about{{"name", parameter.name}, {"policy", policy.text}};
    const auto when = std::max(due(policy, *all, parameter.latest.time), context.now());
    parameter.timers.push_back(context.at(when, {"ssm.parameter_policy", about}));
  }
}

void on_parameter_timers(core::Registry& registry) {
  registry.on_resume("ssm.parameter_policy", act);
}

}  // namespace tocsin::ssm
