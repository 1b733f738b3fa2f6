// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/rules.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tocsin::ec2 {
namespace {

constexpr std::string_view kRules = "Rules";

Object permission_of(const Rule& rule) {
  Object out;
  const bool ports = rule.protocol == "tcp" || rule.protocol == "udp" || rule.protocol == "icmp" ||
                     rule.protocol == "icmpv6";
  if (ports && rule.from) out["FromPort"] = *rule.from;
  out["IpProtocol"] = rule.protocol;
  for (const auto* list : {"IpRanges", "Ipv6Ranges", "PrefixListIds"})
    out[list] = Array();
  if (ports && rule.to) out["ToPort"] = *rule.to;
  out["UserIdGroupPairs"] = Array();
  return out;
}

void add_peer(Object& permission, const Rule& rule) {
  Object peer;
  if (!rule.description.empty()) peer["Description"] = rule.description;
  const auto put = [&](std::string_view list, std::string_view member, const std::string& value) {
    peer[member] = value;
    permission[list].as_array().push_back(std::move(peer));
  };
  if (!rule.v4.empty()) return put("IpRanges", "CidrIp", rule.v4);
  if (!rule.v6.empty()) return put("Ipv6Ranges", "CidrIpv6", rule.v6);
  if (!rule.prefix_list.empty()) return put("PrefixListIds", "PrefixListId", rule.prefix_list);
  peer["UserId"] = rule.group_owner;
  put("UserIdGroupPairs", "GroupId", rule.group);
}

}  // namespace

bool Rule::same_as(const Rule& other) const {
  return egress == other.egress && protocol == other.protocol && from == other.from &&
         to == other.to && v4 == other.v4 && v6 == other.v6 && prefix_list == other.prefix_list &&
         group == other.group && group_owner == other.group_owner;
}

const std::string& Rule::peer() const {
  if (!v4.empty()) return v4;
  if (!v6.empty()) return v6;
  return prefix_list.empty() ? group : prefix_list;
}

std::vector<Rule> rules_of(const Resource& group) {
  std::vector<Rule> rules;
  for (const auto& rule : array_of(group.more, kRules))
    rules.push_back(decoded<Rule>(rule));
  return rules;
}

void set_rules(Resource& group, const std::vector<Rule>& rules) {
  group.more[kRules] = encode(rules);
}

void add_rule(Resource& group, Rule rule, std::string id) {
  rule.id = std::move(id);
  if (!rule.group.empty() && rule.group_owner.empty()) rule.group_owner = group.scope.account.str();
  auto rules = rules_of(group);
  rules.push_back(std::move(rule));
  set_rules(group, rules);
}

Object rule_shape(const Resource& group, const Rule& rule) {
  Object out{{"SecurityGroupRuleId", rule.id},
             {"GroupId", group.id},
             {"GroupOwnerId", group.scope.account.str()},
             {"IsEgress", rule.egress},
             {"IpProtocol", rule.protocol},
             {"FromPort", rule.from.value_or(-1)},
             {"ToPort", rule.to.value_or(-1)}};
  if (!rule.v4.empty()) out["CidrIpv4"] = rule.v4;
  if (!rule.v6.empty()) out["CidrIpv6"] = rule.v6;
  if (!rule.prefix_list.empty()) out["PrefixListId"] = rule.prefix_list;
  if (!rule.group.empty()) {
    out["ReferencedGroupInfo"] = Object{{"GroupId", rule.group},
                                        {"UserId", rule.group_owner},
                                        {"VpcId", text(group.shape, "VpcId")}};  // never another
  }
  if (!rule.description.empty()) out["Description"] = rule.description;
  out["Tags"] = core::tag_list(rule.tags);
  return out;
}

Array permissions_of(const std::vector<Rule>& rules, bool egress) {
  std::vector<std::pair<const Rule*, Object>> found;
  for (const auto& rule : rules) {
    if (rule.egress != egress) continue;
    auto at = std::find_if(found.begin(), found.end(), [&](const auto& each) {
      return each.first->protocol == rule.protocol && each.first->from == rule.from &&
             each.first->to == rule.to;
    });
    if (at == found.end()) at = found.insert(at, {&rule, permission_of(rule)});
    add_peer(at->second, rule);
  }
  Array out;
  for (auto& [rule, permission] : found)
    out.push_back(std::move(permission));
  return out;
}

}  // namespace tocsin::ec2
