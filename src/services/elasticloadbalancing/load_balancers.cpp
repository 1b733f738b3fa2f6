// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"
#include "services/elasticloadbalancing/subnets.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using namespace std::chrono_literals;

constexpr auto kProvisioning = 15s;
constexpr std::size_t kMost = 50;

struct HostedZone {
  std::string_view region, application, network;
};
constexpr std::array<HostedZone, 6> kHostedZones{
    {{"us-east-1", "Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"},
     {"us-east-2", "Z3AADJGX6KTTL2", "ZLMOA37VPKANP"},
     {"us-west-1", "Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"},
     {"us-west-2", "Z1H1FL5HABSF5", "Z18D5FSROUN65G"},
     {"eu-west-1", "Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"},
     {"eu-central-1", "Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"}}};

std::string hosted_zone(const LoadBalancer& balancer) {
  auto found = std::ranges::find(kHostedZones, balancer.scope.region, &HostedZone::region);
  if (found == kHostedZones.end()) found = kHostedZones.begin();
  return std::string(balancer.type == "application" ? found->application : found->network);
}

std::string_view short_type(std::string_view type) {
  return type == "application" ? "app" : type == "network" ? "net" : "gwy";
}

std::string dns_of(Context& context, const LoadBalancer& balancer) {
  const auto head = balancer.scheme == "internal" && balancer.type == "application"
                        ? "internal-" + balancer.name
                        : balancer.name;
  if (balancer.type == "application")
    return fmt::format("{}-{}.{}.elb.amazonaws.com", head, context.new_id("123456789", 9),
                       balancer.scope.region);
  if (balancer.type == "gateway") return {};
  return fmt::format("{}-{}.elb.{}.amazonaws.com", head,
                     balancer.arn.substr(balancer.arn.rfind('/') + 1), balancer.scope.region);
}

std::optional<LoadBalancer> by_name(const store::View& view, const Scope& scope,
                                    std::string_view name) {
  for (auto& each : kBalancers.all(view, Key::of(scope))) {
    if (each.name == name) return std::move(each);
  }
  return std::nullopt;
}

/// A call that asks for what is there makes nothing.
bool same_settings(const LoadBalancer& one, const LoadBalancer& other) {
  const auto subnets = [](const LoadBalancer& balancer) {
    std::set<std::string> out;
    for (const auto& zone : balancer.zones)
      out.insert(string_of(zone, "SubnetId"));
    return out;
  };
  return one.type == other.type && one.scheme == other.scheme && one.groups == other.groups &&
         one.address_type == other.address_type && subnets(one) == subnets(other);
}

Result<void> check_kind(const LoadBalancer& balancer) {
  TRY(check_name(balancer.name, "load balancer"));
  TRY(check_among(balancer.type, "type", {"application", "network", "gateway"}));
  TRY(check_among(balancer.scheme, "scheme", {"internet-facing", "internal"}));
  return check_among(balancer.address_type, "ipAddressType",
                     {"ipv4", "dualstack", "dualstack-without-public-ipv4"});
}

Object state_of(const LoadBalancer& balancer) {
  return {{"Code", balancer.state}};
}

Outcome listed(const LoadBalancer& balancer) {
  return Object{{"LoadBalancers", Array{shown(balancer)}}};
}

}  // namespace

Object shown(const LoadBalancer& balancer) {
  Object out{{"LoadBalancerArn", balancer.arn}};
  if (!balancer.dns.empty()) {
    out["DNSName"] = balancer.dns;
    out["CanonicalHostedZoneId"] = hosted_zone(balancer);
  }
  out["CreatedTime"] = to_seconds(balancer.created);
  out["LoadBalancerName"] = balancer.name;
  if (balancer.type != "gateway") out["Scheme"] = balancer.scheme;
  out["VpcId"] = balancer.vpc;
  out["State"] = state_of(balancer);
  out["Type"] = balancer.type;
  out["AvailabilityZones"] = balancer.zones;
  if (!balancer.groups.empty()) out["SecurityGroups"] = encode(balancer.groups);
  out["IpAddressType"] = balancer.address_type;
  return out;
}

Outcome create_load_balancer(Call& call) {
  const auto& params = call.params();
  LoadBalancer balancer{.scope = call.scope(),
                        .name = string_of(params, "Name"),
                        .type = string_of(params, "Type", "application"),
                        .scheme = string_of(params, "Scheme", "internet-facing"),
                        .created = call.now(),
                        .zones = {},
                        .address_type = string_of(params, "IpAddressType", "ipv4")};
  if (balancer.type == "gateway") balancer.scheme = "internal";
  TRY(check_kind(balancer));
  TRY(ensure_role(call));
  TRY(take_subnets(call, balancer));
  TRY(take_groups(call, balancer));
  balancer.tags = TRY(new_tags(call));
  if (const auto old = by_name(call, call.scope(), balancer.name)) {
    if (same_settings(*old, balancer)) return listed(*old);
    return fail("DuplicateLoadBalancerName",
                fmt::format("A load balancer with the same name '{}' exists, but with different "
                            "settings",
                            balancer.name));
  }
  if (kBalancers.all(call, Key::of(call.scope())).size() >= kMost)
    return fail("TooManyLoadBalancers", "The maximum number of load balancers has been reached");
  balancer.arn = arn("elasticloadbalancing", call.scope(),
                     fmt::format("loadbalancer/{}/{}/{}", short_type(balancer.type), balancer.name,
                                 new_suffix(call)));
  balancer.dns = dns_of(call, balancer);
  kBalancers.put(call, key_of(balancer), balancer);
  call.at(call.now() + kProvisioning,
          {"elasticloadbalancing.provisioned", Document(boost::json::string(balancer.arn))});
  return listed(balancer);
}

void provisioned(Context& context, const Resumption& due) {
  auto balancer = kBalancers.get(context, Key::of(context.scope(), due.context.as_string()));
  if (!balancer) return;
  balancer->state = "active";
  kBalancers.put(context, key_of(*balancer), *balancer);
}

Outcome delete_load_balancer(Call& call) {
  const auto balancer = balancer_named(call, text(call.params(), "LoadBalancerArn"));
  if (!balancer && balancer.error().code == "LoadBalancerNotFound") return Object{};
  if (!balancer) return balancer.error();
  if (attributes_of(*balancer)["deletion_protection.enabled"] == "true") {
    return fail("OperationNotPermitted",
                fmt::format("Load balancer '{}' cannot be deleted because deletion protection is "
                            "enabled",
                            balancer->arn));
  }
  for (const auto& listener : listeners_of(call, *balancer))
    erase_listener(call, listener);
  kBalancers.erase(call, key_of(*balancer));
  refresh_uses(call);
  return Object{};
}

Outcome describe_load_balancers(Call& call) {
  const auto arns = texts(call.params(), "LoadBalancerArns");
  const auto names = texts(call.params(), "Names");
  if (!arns.empty() && !names.empty())
    return invalid(
        "Load balancer names and load balancer ARNs cannot be specified at the same time");
  Array out;
  std::set<std::string> seen;
  for (const auto& each : kBalancers.all(call, Key::of(call.scope()))) {
    const bool named = std::ranges::find(arns, each.arn) != arns.end() ||
                       std::ranges::find(names, each.name) != names.end();
    if (!named && !(arns.empty() && names.empty())) continue;
    seen.insert(each.arn);
    seen.insert(each.name);
    out.push_back(shown(each));
  }
  std::vector<std::string> missing;
  for (const auto& asked : names.empty() ? arns : names) {
    if (!seen.contains(asked)) missing.push_back(asked);
  }
  if (!missing.empty()) {
    return fail("LoadBalancerNotFound",
                names.empty()
                    ? std::string("One or more load balancers not found")
                    : fmt::format("Load balancers '[{}]' not found", fmt::join(missing, ", ")));
  }
  return TRY(page(call, std::move(out), "LoadBalancers"));
}

Outcome set_security_groups(Call& call) {
  auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  TRY(take_groups(call, balancer));
  kBalancers.put(call, key_of(balancer), balancer);
  return Object{{"SecurityGroupIds", encode(balancer.groups)}};
}

Outcome set_subnets(Call& call) {
  auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  if (const auto kind = string_of(call.params(), "IpAddressType"); !kind.empty())
    balancer.address_type = kind;
  TRY(take_subnets(call, balancer));
  kBalancers.put(call, key_of(balancer), balancer);
  return Object{{"AvailabilityZones", balancer.zones}, {"IpAddressType", balancer.address_type}};
}

Outcome set_address_type(Call& call) {
  auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  balancer.address_type = string_of(call.params(), "IpAddressType");
  TRY(check_kind(balancer));
  kBalancers.put(call, key_of(balancer), balancer);
  return Object{{"IpAddressType", balancer.address_type}};
}

}  // namespace tocsin::elasticloadbalancing
