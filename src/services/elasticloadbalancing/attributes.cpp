// SPDX-License-Identifier: Apache-2.0
// Attributes: settings by name, with their defaults.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
#include <charconv>
#include <fmt/format.h>
#include <span>

#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kMost = 20;

struct Default {
  std::string_view key, value;
  std::string_view kinds;  // letters of those that have it
};

// a: application, n: network, g: gateway
constexpr Default kOfBalancers[] = {
    {"access_logs.s3.enabled", "false", "an"},
    {"access_logs.s3.bucket", "", "an"},
    {"access_logs.s3.prefix", "", "an"},
    {"connection_logs.s3.enabled", "false", "a"},
    {"connection_logs.s3.bucket", "", "a"},
    {"connection_logs.s3.prefix", "", "a"},
    {"deletion_protection.enabled", "false", "ang"},
    {"load_balancing.cross_zone.enabled", "false", "ng"},
    {"load_balancing.cross_zone.enabled", "true", "a"},
    {"idle_timeout.timeout_seconds", "60", "a"},
    {"client_keep_alive.seconds", "3600", "a"},
    {"routing.http.desync_mitigation_mode", "defensive", "a"},
    {"routing.http.drop_invalid_header_fields.enabled", "false", "a"},
    {"routing.http.preserve_host_header.enabled", "false", "a"},
    {"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", "a"},
    {"routing.http.xff_client_port.enabled", "false", "a"},
    {"routing.http.xff_header_processing.mode", "append", "a"},
    {"routing.http2.enabled", "true", "a"},
    {"waf.fail_open.enabled", "false", "a"},
    {"zonal_shift.config.enabled", "false", "an"},
    {"dns_record.client_routing_policy", "any_availability_zone", "n"},
    {"ipv6.deny_all_igw_traffic", "false", "an"}};

// h: HTTP and HTTPS, t: TCP, TLS and UDP, g: GENEVE, l: functions
constexpr Default kOfGroups[] = {
    {"deregistration_delay.timeout_seconds", "300", "htg"},
    {"stickiness.enabled", "false", "htg"},
    {"stickiness.type", "lb_cookie", "h"},
    {"stickiness.type", "source_ip", "t"},
    {"stickiness.type", "source_ip_dest_ip", "g"},
    {"stickiness.lb_cookie.duration_seconds", "86400", "h"},
    {"stickiness.app_cookie.cookie_name", "", "h"},
    {"stickiness.app_cookie.duration_seconds", "86400", "h"},
    {"slow_start.duration_seconds", "0", "h"},
    {"load_balancing.algorithm.type", "round_robin", "h"},
    {"load_balancing.algorithm.anomaly_mitigation", "off", "h"},
    {"load_balancing.cross_zone.enabled", "use_load_balancer_configuration", "ht"},
    {"target_group_health.dns_failover.minimum_healthy_targets.count", "1", "ht"},
    {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", "ht"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", "ht"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", "ht"},
    {"deregistration_delay.connection_termination.enabled", "false", "t"},
    {"preserve_client_ip.enabled", "true", "t"},
    {"proxy_protocol_v2.enabled", "false", "t"},
    {"target_health_state.unhealthy.connection_termination.enabled", "true", "t"},
    {"target_health_state.unhealthy.draining_interval_seconds", "0", "t"},
    {"target_failover.on_deregistration", "no_rebalance", "g"},
    {"target_failover.on_unhealthy", "no_rebalance", "g"},
    {"lambda.multi_value_headers.enabled", "false", "l"}};

// s: HTTP and HTTPS, t: TCP
constexpr Default kOfListeners[] = {{"routing.http.response.server.enabled", "true", "s"},
                                    {"tcp.idle_timeout.seconds", "350", "t"}};

Attributes defaults(std::span<const Default> all, char kind) {
  Attributes out;
  for (const auto& each : all) {
    if (each.kinds.find(kind) != std::string_view::npos) out[std::string(each.key)] = each.value;
  }
  return out;
}

char kind_of(const TargetGroup& group) {
  const auto protocol = text(group.shape, "Protocol");
  if (text(group.shape, "TargetType") == "lambda") return 'l';
  if (protocol == "GENEVE") return 'g';
  return protocol.starts_with("HTTP") ? 'h' : 't';
}

char kind_of(const Listener& listener) {
  return text(listener.shape, "Protocol").starts_with("HTTP") ? 's' : 't';
}

Attributes with(Attributes all, const Attributes& set) {
  for (const auto& [key, value] : set)
    all[key] = value;
  return all;
}

Result<void> check_number(const std::string& key, const std::string& value, std::int64_t least,
                          std::int64_t most) {
  std::int64_t number = 0;
  const auto* end = value.data() + value.size();
  const bool whole = std::from_chars(value.data(), end, number).ptr == end && !value.empty();
  if (whole && number >= least && number <= most) return {};
  return fail(
      "InvalidConfigurationRequest",
      fmt::format("'{}' must be a value between '{}' and '{}' inclusive", key, least, most));
}

Result<void> check_value(const std::string& key, const std::string& value) {
  if (key.ends_with(".enabled") && !key.starts_with("load_balancing.cross_zone") &&
      value != "true" && value != "false") {
    return invalid(fmt::format("The value of '{}' must be 'true' or 'false'", key));
  }
  if (key == "deregistration_delay.timeout_seconds") return check_number(key, value, 0, 3600);
  if (key == "idle_timeout.timeout_seconds") return check_number(key, value, 1, 4000);
  if (key == "client_keep_alive.seconds") return check_number(key, value, 60, 604'800);
  if (key == "slow_start.duration_seconds" && value != "0")
    return check_number(key, value, 30, 900);
  if (key == "tcp.idle_timeout.seconds") return check_number(key, value, 60, 6000);
  return {};
}

/// What the call sets, each known and of a value that it can have.
Result<void> take(const Call& call, const Attributes& known, Attributes& set,
                  std::string_view what) {
  const auto& given = array_of(call.params(), "Attributes");
  if (given.size() > kMost)
    return invalid(fmt::format("A {} cannot be given more than 20 attributes at a time", what));
  for (const auto& each : given) {
    const auto key = string_of(each, "Key"), value = string_of(each, "Value");
    if (!known.contains(key))
      return invalid(fmt::format("{} attribute key '{}' is not recognized", what, key));
    TRY(check_value(key, value));
    set[key] = value;
  }
  return {};
}

}  // namespace

Array attribute_list(const Attributes& all) {
  Array out;
  for (const auto& [key, value] : all)
    out.push_back(Object{{"Key", key}, {"Value", value}});
  return out;
}

Attributes attributes_of(const LoadBalancer& balancer) {
  return with(defaults(kOfBalancers, balancer.type.front()), balancer.attributes);
}

Attributes attributes_of(const TargetGroup& group) {
  return with(defaults(kOfGroups, kind_of(group)), group.attributes);
}

Outcome describe_balancer_attributes(Call& call) {
  const auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  return Object{{"Attributes", attribute_list(attributes_of(balancer))}};
}

Outcome modify_balancer_attributes(Call& call) {
  auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  TRY(take(call, attributes_of(balancer), balancer.attributes, "Load balancer"));
  auto all = attributes_of(balancer);
  if (all["access_logs.s3.enabled"] == "true" && all["access_logs.s3.bucket"].empty())
    return invalid("An S3 bucket must be specified for access logs");
  kBalancers.put(call, key_of(balancer), balancer);
  return Object{{"Attributes", attribute_list(all)}};
}

Outcome describe_group_attributes(Call& call) {
  const auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  return Object{{"Attributes", attribute_list(attributes_of(group))}};
}

Outcome modify_group_attributes(Call& call) {
  auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  TRY(take(call, attributes_of(group), group.attributes, "Target group"));
  kGroups.put(call, key_of(group), group);
  return Object{{"Attributes", attribute_list(attributes_of(group))}};
}

Outcome describe_listener_attributes(Call& call) {
  const auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  const auto all = with(defaults(kOfListeners, kind_of(listener)), listener.attributes);
  return Object{{"Attributes", attribute_list(all)}};
}

Outcome modify_listener_attributes(Call& call) {
  auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  const auto known = defaults(kOfListeners, kind_of(listener));
  TRY(take(call, known, listener.attributes, "Listener"));
  kListeners.put(call, key_of(listener), listener);
  return Object{{"Attributes", attribute_list(with(known, listener.attributes))}};
}

}  // namespace tocsin::elasticloadbalancing
