// SPDX-License-Identifier: Apache-2.0
// What a request says about rules, checked as EC2 checks it.
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "services/ec2/cidr.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/prefix_lists.hpp"
#include "services/ec2/rules.hpp"
#include "services/ec2/security_groups.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;

constexpr std::size_t kLongestDescription = 255;
constexpr std::int64_t kLastPort = 65535;
constexpr std::int64_t kLastProtocol = 255;
constexpr std::int64_t kLastType = 255;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::string> protocol_of(std::string_view text) {
  using Named = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Named, 5> kNamed{
      {{"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}, {"all", "-1"}}};
  if (text.empty()) return missing_parameter("ipProtocol");
  for (const auto& [other, name] : kNamed) {
    if (text == other || text == name) return std::string(name);
  }
  const auto number = number_of(text);
  if (!number || *number < 0 || *number > kLastProtocol)
    return invalid_value(
        fmt::format("Invalid value '{}' for IP protocol. Unknown protocol.", text));
  return std::string(text);
}

Result<void> check_ports(const Rule& rule) {
  if (!rule.from || !rule.to) {
    return invalid_value(
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  }
  for (const auto port : {*rule.from, *rule.to}) {
    if (port < 0 || port > kLastPort)
      return invalid_value(fmt::format("TCP/UDP port ({}) out of range", port));
  }
  if (*rule.from > *rule.to)
    return invalid_value(fmt::format("Invalid TCP/UDP port range ({}:{})", *rule.from, *rule.to));
  return {};
}

Result<void> check_icmp(Rule& rule) {
  if (!rule.from && !rule.to && rule.protocol == "icmpv6") rule.from = rule.to = -1;
  if (!rule.from || !rule.to)
    return invalid_value(
        "Invalid value 'Must specify both type and code with ICMP.' for portRange.");
  if (*rule.from < -1 || *rule.from > kLastType)
    return invalid_value(fmt::format("ICMP type ({}) out of range", *rule.from));
  if (*rule.to < -1 || *rule.to > kLastType)
    return invalid_value(fmt::format("ICMP code ({}) out of range", *rule.to));
  if (*rule.from == -1 && *rule.to != -1)
    return invalid_value("ICMP type and code must both be -1 when the type is -1.");
  return {};
}

/// Protocol and ports alone.
Result<Rule> traffic_of(const Document& request, Direction direction) {
  auto protocol = TRY(protocol_of(text(request, "IpProtocol")));
  Rule rule{.egress = direction == Direction::Egress,
            .protocol = std::move(protocol),
            .from = integer(request, "FromPort"),
            .to = integer(request, "ToPort")};
  if (rule.protocol == "tcp" || rule.protocol == "udp") {
    TRY(check_ports(rule));
  } else if (rule.protocol == "icmp" || rule.protocol == "icmpv6") {
    TRY(check_icmp(rule));
  } else {
    rule.from = rule.to = std::nullopt;  // every port, whatever was said
  }
  return rule;
}

Result<std::string> description_of(const Document& peer) {
  const auto description = text(peer, "Description");
  if (!allowed_text(description) || description.size() > kLongestDescription) {
    return invalid_value(
        "Invalid rule description. Valid descriptions are strings less than 256 characters from "
        "the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*");
  }
  return std::string(description);
}

Result<std::string> block_of(std::string_view given, bool v6) {
  const auto block = parse_cidr(given);
  if (!block || block->v6 != v6)
    return invalid_value(fmt::format("CIDR block {} is malformed", given));
  return block->str();
}

Result<void> set_group(const Call& call, const Resource& group, const Document& pair, Rule& rule) {
  const auto owner = text(pair, "UserId");
  if (!owner.empty() && owner != call.account().str()) {
    return fail("InvalidGroup.NotFound",
                "You have specified two resources that belong to different networks.");
  }
  auto peer = TRY(text(pair, "GroupId").empty()
                      ? group_named(call, text(pair, "GroupName"), text(group.shape, "VpcId"))
                      : existing(call, kGroup, text(pair, "GroupId")));
  if (text(peer.shape, "VpcId") != text(group.shape, "VpcId")) {
    return fail("InvalidGroup.NotFound",
                "You have specified two resources that belong to different networks.");
  }
  rule.group = peer.id;
  rule.group_owner = call.account().str();
  return {};
}

Result<void> expand(const Call& call, const Resource& group, const Document& permission,
                    Direction direction, std::vector<Rule>& out) {
  const auto traffic = TRY(traffic_of(permission, direction));
  const auto before = out.size();
  const auto add = [&](const Document& peer) -> Result<Rule*> {
    out.push_back(traffic);
    out.back().description = TRY(description_of(peer));
    return &out.back();
  };
  for (const auto& peer : array_of(permission, "UserIdGroupPairs"))
    TRY(set_group(call, group, peer, *TRY(add(peer))));
  for (const auto& peer : array_of(permission, "IpRanges")) {
    auto block = TRY(block_of(text(peer, "CidrIp"), false));
    auto* rule = TRY(add(peer));
    rule->v4 = std::move(block);
  }
  for (const auto& peer : array_of(permission, "Ipv6Ranges")) {
    auto block = TRY(block_of(text(peer, "CidrIpv6"), true));
    auto* rule = TRY(add(peer));
    rule->v6 = std::move(block);
  }
  for (const auto& peer : array_of(permission, "PrefixListIds")) {
    const auto id = text(peer, "PrefixListId");
    TRY(check_prefix_list(call, id));
    auto* rule = TRY(add(peer));
    rule->prefix_list = std::string(id);
  }
  if (out.size() == before) {
    return fail("MissingParameter",
                "Missing source specification: include source security group or CIDR information");
  }
  return {};
}

/// The single parameters of older clients, as a permission.
Result<Array> single_permission(const Call& call) {
  const auto& params = call.params();
  Object out;
  for (const auto* name : {"IpProtocol", "FromPort", "ToPort"}) {
    if (const auto* value = tocsin::find(params, name)) out[name] = *value;
  }
  if (const auto block = text(params, "CidrIp"); !block.empty())
    out["IpRanges"] = Array{Object{{"CidrIp", block}}};
  if (const auto name = text(params, "SourceSecurityGroupName"); !name.empty()) {
    Object pair{{"GroupName", name}};
    if (const auto owner = text(params, "SourceSecurityGroupOwnerId"); !owner.empty())
      pair["UserId"] = owner;
    out["UserIdGroupPairs"] = Array{std::move(pair)};
    if (!out.contains("IpProtocol")) out["IpProtocol"] = "-1";
  }
  if (out.empty()) return missing_parameter("ipPermissions");
  return Array{std::move(out)};
}

}  // namespace

Result<std::vector<Rule>> requested_rules(const Call& call, const Resource& group,
                                          Direction direction) {
  auto permissions = array_of(call.params(), "IpPermissions");
  if (!permissions.empty() && tocsin::find(call.params(), "IpProtocol")) {
    return invalid_combination(
        "The parameter 'ipPermissions' may not be used in combination with 'ipProtocol'");
  }
  if (permissions.empty() && direction == Direction::Egress)
    return missing_parameter("ipPermissions");
  if (permissions.empty()) permissions = TRY(single_permission(call));
  return rules_in(call, group, permissions, direction);
}

Result<std::vector<Rule>> rules_in(const Call& call, const Resource& group,
                                   const Array& permissions, Direction direction) {
  std::vector<Rule> rules;
  for (const auto& permission : permissions)
    TRY(expand(call, group, permission, direction, rules));
  for (auto at = rules.begin(); at != rules.end(); ++at) {
    if (std::any_of(rules.begin(), at, [&](const Rule& rule) { return rule.same_as(*at); }))
      return invalid_value("The same permission must not appear multiple times");
  }
  return rules;
}

Result<Rule> requested_rule(const Call& call, const Resource& group, const Document& request,
                            Direction direction) {
  auto rule = TRY(traffic_of(request, direction));
  rule.description = TRY(description_of(request));
  int peers = 0;
  if (const auto block = text(request, "CidrIpv4"); !block.empty() && ++peers)
    rule.v4 = TRY(block_of(block, false));
  if (const auto block = text(request, "CidrIpv6"); !block.empty() && ++peers)
    rule.v6 = TRY(block_of(block, true));
  if (const auto list = text(request, "PrefixListId"); !list.empty() && ++peers) {
    TRY(check_prefix_list(call, list));
    rule.prefix_list = std::string(list);
  }
  if (const auto peer = text(request, "ReferencedGroupId"); !peer.empty() && ++peers)
    TRY(set_group(call, group, Object{{"GroupId", peer}}, rule));
  if (peers == 0) {
    return fail("MissingParameter",
                "Missing source specification: include source security group or CIDR information");
  }
  if (peers > 1) {
    return invalid_combination(
        "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified.");
  }
  return rule;
}

}  // namespace tocsin::ec2
