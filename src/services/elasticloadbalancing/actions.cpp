// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/actions.hpp"

#include <fmt/format.h>

namespace tocsin::elasticloadbalancing {
namespace {

bool is_final(std::string_view type) {
  return type == "forward" || type == "redirect" || type == "fixed-response";
}

Failure bad_action(std::string message) {
  return fail("InvalidLoadBalancerAction", std::move(message));
}

/// {TargetGroupArn, Weight} of both ways in which a forward names its groups.
Result<Array> forwards_of(const Document& action) {
  const auto& groups = array_of(object_of(action, "ForwardConfig"), "TargetGroups");
  const auto single = text(action, "TargetGroupArn");
  if (!groups.empty() && !single.empty() &&
      (groups.size() > 1 || text(groups.front(), "TargetGroupArn") != single)) {
    return invalid(
        "You cannot specify both a target group ARN and a list of target groups with different "
        "target groups in a forward action");
  }
  if (!groups.empty()) return groups;
  if (single.empty())
    return invalid("A target group ARN must be specified for an action of type 'forward'");
  return Array{Object{{"TargetGroupArn", single}}};
}

Result<void> check_group(const Call& call, const LoadBalancer& balancer, std::string_view arn) {
  const auto group = TRY(group_named(call, arn));
  const auto protocol = text(group.shape, "Protocol"), type = text(group.shape, "TargetType");
  const bool http = protocol.starts_with("HTTP") || type == "lambda";
  const bool fits = balancer.type == "application" ? http
                    : balancer.type == "gateway"   ? protocol == "GENEVE"
                                                   : !http && protocol != "GENEVE";
  if (!fits) {
    return fail("IncompatibleProtocols",
                fmt::format("The protocol '{}' of target group '{}' is not compatible with a load "
                            "balancer of type '{}'",
                            protocol, arn, balancer.type));
  }
  if (type != "lambda" && text(group.shape, "VpcId") != balancer.vpc) {
    return fail("InvalidConfigurationRequest",
                fmt::format("The target group '{}' is not in the VPC '{}' of the load balancer",
                            arn, balancer.vpc));
  }
  if (!group.balancers.empty() && !group.balancers.contains(balancer.arn)) {
    return fail("TargetGroupAssociationLimit",
                fmt::format("The following target groups cannot be associated with more than one "
                            "load balancer: {}",
                            arn));
  }
  return {};
}

Result<Object> forward(const Call& call, const LoadBalancer& balancer, const Object& given) {
  auto groups = TRY(forwards_of(given));
  if (groups.size() > 5)
    return fail("TooManyTargetGroups", "A forward action has at most 5 target groups");
  for (auto& each : groups) {
    TRY(check_group(call, balancer, text(each, "TargetGroupArn")));
    if (!find(each, "Weight")) each.as_object()["Weight"] = 1;
  }
  auto out = given;
  if (groups.size() == 1) out["TargetGroupArn"] = text(groups.front(), "TargetGroupArn");
  auto stickiness = object_of(object_of(given, "ForwardConfig"), "TargetGroupStickinessConfig");
  if (!stickiness.contains("Enabled")) stickiness["Enabled"] = false;
  out["ForwardConfig"] = Object{{"TargetGroups", std::move(groups)},
                                {"TargetGroupStickinessConfig", std::move(stickiness)}};
  if (balancer.type != "application") out.erase("ForwardConfig");
  return out;
}

Result<Object> redirect(const Object& given) {
  auto config = object_of(given, "RedirectConfig");
  TRY(check_among(text(config, "StatusCode"), "statusCode", {"HTTP_301", "HTTP_302"}));
  const Object usual{{"Protocol", "#{protocol}"},
                     {"Port", "#{port}"},
                     {"Host", "#{host}"},
                     {"Path", "/#{path}"},
                     {"Query", "#{query}"}};
  bool changes = false;
  for (const auto& [member, value] : usual) {
    changes = changes || (member != "Query" && config.contains(member) && config[member] != value);
    if (!config.contains(member)) config[member] = value;
  }
  if (!changes) {
    return bad_action(
        "The redirect configuration is not valid because it creates a loop: you must modify at "
        "least one of protocol, port, hostname or path");
  }
  auto out = given;
  out["RedirectConfig"] = std::move(config);
  return out;
}

Result<Object> fixed_response(const Object& given) {
  const auto code = text(object_of(given, "FixedResponseConfig"), "StatusCode");
  const bool fits = code.size() == 3 && (code[0] == '2' || code[0] == '4' || code[0] == '5') &&
                    code.find_first_not_of("0123456789") == std::string_view::npos;
  if (!fits) return invalid(fmt::format("'{}' is not a valid status code", code));
  return given;
}

Result<Object> checked_action(const Call& call, const LoadBalancer& balancer, const Object& given) {
  const auto type = text(given, "Type");
  TRY(check_among(
      type, "type",
      {"forward", "authenticate-oidc", "authenticate-cognito", "redirect", "fixed-response"}));
  if (type != "forward" && balancer.type != "application") {
    return bad_action(
        fmt::format("Actions of type '{}' are not supported for load balancers with type '{}'",
                    type, balancer.type));
  }
  if (type == "forward") return forward(call, balancer, given);
  if (type == "redirect") return redirect(given);
  if (type == "fixed-response") return fixed_response(given);
  return given;
}

}  // namespace

Result<Array> checked_actions(const Call& call, const LoadBalancer& balancer, const Array& given) {
  if (given.empty()) return invalid("An action must be specified");
  Array out;
  std::int64_t order = 0;
  for (const auto& each : given) {
    auto action = TRY(checked_action(call, balancer, each.as_object()));
    ++order;
    if (given.size() > 1 || action.contains("Order"))
      action["Order"] = integer(action, "Order").value_or(order);
    out.push_back(std::move(action));
  }
  std::ranges::stable_sort(out, {},
                           [](const Document& each) { return integer(each, "Order").value_or(0); });
  const auto finals =
      std::ranges::count_if(out, [](const Document& each) { return is_final(text(each, "Type")); });
  if (finals != 1 || !is_final(text(out.back(), "Type"))) {
    return bad_action(
        "You must specify exactly one action of type forward, redirect or fixed-response, and it "
        "must be the last one performed");
  }
  return out;
}

std::set<std::string> named_groups(const Array& actions) {
  std::set<std::string> out;
  for (const auto& action : actions) {
    if (const auto single = text(action, "TargetGroupArn"); !single.empty()) out.emplace(single);
    for (const auto& each : array_of(object_of(action, "ForwardConfig"), "TargetGroups"))
      out.insert(string_of(each, "TargetGroupArn"));
  }
  return out;
}

Array shown_actions(const Array& actions) {
  Array out = actions;
  for (auto& action : out) {
    if (auto* config = action.as_object().if_contains("AuthenticateOidcConfig"))
      config->as_object().erase("ClientSecret");
  }
  return out;
}

}  // namespace tocsin::elasticloadbalancing
