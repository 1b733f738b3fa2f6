// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
#include <array>
#include <fmt/format.h>

#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::array<std::string_view, 9> kHealthMembers{
    "HealthCheckProtocol",        "HealthCheckPort",           "HealthCheckEnabled",
    "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount",
    "UnhealthyThresholdCount",    "HealthCheckPath",           "Matcher"};

bool is_http(std::string_view protocol) {
  return protocol == "HTTP" || protocol == "HTTPS";
}

/// What AWS checks where nothing is said.
Object usual_checks(std::string_view type, std::string_view protocol, std::string_view version) {
  if (type == "lambda") {
    return {{"HealthCheckEnabled", false},           {"HealthCheckIntervalSeconds", 35},
            {"HealthCheckTimeoutSeconds", 30},       {"HealthyThresholdCount", 5},
            {"UnhealthyThresholdCount", 2},          {"HealthCheckPath", "/"},
            {"Matcher", Object{{"HttpCode", "200"}}}};
  }
  const bool http = is_http(protocol), gateway = protocol == "GENEVE";
  Object out{{"HealthCheckProtocol", http ? protocol : std::string_view("TCP")},
             {"HealthCheckPort", gateway ? "80" : "traffic-port"},
             {"HealthCheckEnabled", true},
             {"HealthCheckIntervalSeconds", gateway ? 10 : 30},
             {"HealthCheckTimeoutSeconds", http || gateway ? 5 : 10},
             {"HealthyThresholdCount", 5},
             {"UnhealthyThresholdCount", 2}};
  if (!http) return out;
  const bool grpc = version == "GRPC";
  out["HealthCheckPath"] = grpc ? "/AWS.ALB/healthcheck" : "/";
  out["Matcher"] = grpc ? Object{{"GrpcCode", "12"}} : Object{{"HttpCode", "200"}};
  return out;
}

void take_checks(const Document& params, Object& shape) {
  for (const auto member : kHealthMembers) {
    if (const auto* value = find(params, member)) shape[member] = *value;
  }
  if (!is_http(text(shape, "HealthCheckProtocol")) && text(shape, "TargetType") != "lambda") {
    shape.erase("HealthCheckPath");
    shape.erase("Matcher");
  } else if (!shape.contains("Matcher")) {
    shape["HealthCheckPath"] = text(shape, "HealthCheckPath", "/");
    shape["Matcher"] = Object{{"HttpCode", "200"}};
  }
}

Result<void> check_checks(const Object& shape) {
  const auto interval = integer(shape, "HealthCheckIntervalSeconds").value_or(30);
  const auto timeout = integer(shape, "HealthCheckTimeoutSeconds").value_or(5);
  if (interval < 5 || interval > 300)
    return invalid("Health check interval must be between 5 and 300 seconds");
  if (timeout < 2 || timeout > 120)
    return invalid("Health check timeout must be between 2 and 120 seconds");
  if (timeout >= interval && text(shape, "TargetType") != "lambda" &&
      is_http(text(shape, "HealthCheckProtocol")))
    return invalid(fmt::format("Health check timeout '{}' must be smaller than the interval '{}'",
                               timeout, interval));
  for (const auto* member : {"HealthyThresholdCount", "UnhealthyThresholdCount"}) {
    const auto count = integer(shape, member).value_or(2);
    if (count < 2 || count > 10) return invalid(fmt::format("{} must be between 2 and 10", member));
  }
  const auto protocol = text(shape, "HealthCheckProtocol");
  if (text(shape, "TargetType") == "lambda") return {};
  TRY(check_among(protocol, "healthCheckProtocol", {"HTTP", "HTTPS", "TCP"}));
  if (is_http(text(shape, "Protocol")) && protocol == "TCP") {
    return invalid(fmt::format(
        "Health check protocol 'TCP' is not supported for target groups with protocol '{}'",
        text(shape, "Protocol")));
  }
  return {};
}

Result<void> check_place(Call& call, const Object& shape) {
  const auto& params = call.params();
  if (!find(params, "Protocol")) return invalid("A protocol must be specified");
  TRY(check_among(text(shape, "Protocol"), "protocol",
                  {"HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"}));
  if (!find(params, "Port")) return invalid("A port must be specified");
  const auto port = integer(shape, "Port").value_or(0);
  if (port < 1 || port > 65'535)
    return invalid(fmt::format("Port '{}' must be between 1 and 65535", port));
  const auto vpc = string_of(shape, "VpcId");
  if (vpc.empty()) return invalid("A VPC ID must be specified");
  const auto found = ask(call, "DescribeVpcs", Object{{"VpcIds", Array{vpc}}});
  if (!found || array_of(*found, "Vpcs").empty())
    return invalid(fmt::format("The VPC ID '{}' is not found", vpc));
  if (text(shape, "TargetType") == "alb" && text(shape, "Protocol") != "TCP")
    return invalid("Target groups with target type 'alb' must have protocol 'TCP'");
  return {};
}

Object shape_in(const Document& params) {
  const auto type = text(params, "TargetType", "instance");
  const auto protocol = text(params, "Protocol");
  Object shape{{"TargetType", type}};
  if (type != "lambda") {
    shape["Protocol"] = protocol;
    shape["Port"] = integer(params, "Port").value_or(0);
    shape["VpcId"] = text(params, "VpcId");
    if (is_http(protocol)) shape["ProtocolVersion"] = text(params, "ProtocolVersion", "HTTP1");
  }
  shape["IpAddressType"] = text(params, "IpAddressType", "ipv4");
  for (const auto& [name, value] : usual_checks(type, protocol, text(params, "ProtocolVersion")))
    shape[name] = value;
  take_checks(params, shape);
  return shape;
}

Outcome listed(const TargetGroup& group) {
  return Object{{"TargetGroups", Array{shown(group)}}};
}

}  // namespace

Object shown(const TargetGroup& group) {
  Object out{{"TargetGroupArn", group.arn}, {"TargetGroupName", group.name}};
  for (const auto& [name, value] : group.shape)
    out[name] = value;
  out["LoadBalancerArns"] = encode(group.balancers);
  return out;
}

Outcome create_target_group(Call& call) {
  const auto& params = call.params();
  TargetGroup group{.scope = call.scope(),
                    .name = string_of(params, "Name"),
                    .created = call.now(),
                    .shape = shape_in(params)};
  TRY(check_name(group.name, "target group"));
  const auto type = text(group.shape, "TargetType");
  TRY(check_among(type, "targetType", {"instance", "ip", "lambda", "alb"}));
  if (type != "lambda") TRY(check_place(call, group.shape));
  TRY(check_checks(group.shape));
  group.tags = TRY(new_tags(call));
  for (const auto& old : kGroups.all(call, Key::of(call.scope()))) {
    if (old.name != group.name) continue;
    if (old.shape == group.shape) return listed(old);
    return fail("DuplicateTargetGroupName",
                fmt::format("A target group with the same name '{}' exists, but with different "
                            "settings",
                            group.name));
  }
  group.arn = arn("elasticloadbalancing", call.scope(),
                  fmt::format("targetgroup/{}/{}", group.name, new_suffix(call)));
  kGroups.put(call, key_of(group), group);
  return listed(group);
}

Outcome modify_target_group(Call& call) {
  auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  take_checks(call.params(), group.shape);
  TRY(check_checks(group.shape));
  kGroups.put(call, key_of(group), group);
  return listed(group);
}

Outcome delete_target_group(Call& call) {
  const auto group = group_named(call, text(call.params(), "TargetGroupArn"));
  if (!group && group.error().code == "TargetGroupNotFound") return Object{};
  if (!group) return group.error();
  if (is_named_by_actions(call, *group)) {
    return fail(
        "ResourceInUse",
        fmt::format("Target group '{}' is currently in use by a listener or a rule", group->arn));
  }
  forget_targets(call, *group);
  kGroups.erase(call, key_of(*group));
  return Object{};
}

Outcome describe_target_groups(Call& call) {
  const auto& params = call.params();
  const auto arns = texts(params, "TargetGroupArns"), names = texts(params, "Names");
  const auto balancer = string_of(params, "LoadBalancerArn");
  if (!balancer.empty()) TRY(balancer_named(call, balancer));
  Array out;
  for (const auto& each : kGroups.all(call, Key::of(call.scope()))) {
    const bool named = (arns.empty() && names.empty()) ||
                       std::ranges::find(arns, each.arn) != arns.end() ||
                       std::ranges::find(names, each.name) != names.end();
    if (named && (balancer.empty() || each.balancers.contains(balancer)))
      out.push_back(shown(each));
  }
  if (out.size() < arns.size() + names.size())
    return fail("TargetGroupNotFound", "One or more target groups not found");
  return TRY(page(call, std::move(out), "TargetGroups"));
}

}  // namespace tocsin::elasticloadbalancing
