// SPDX-License-Identifier: Apache-2.0
// Opening and closing security groups.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::ptrdiff_t kMostRules = 60;  // a direction, of IPv4 and of IPv6 each

constexpr std::array<Filter, 2> kFilters{
    {{"group-id", "GroupId"}, {"security-group-rule-id", "SecurityGroupRuleId"}}};

std::string_view word_of(Direction direction) {
  return direction == Direction::Egress ? "egress" : "ingress";
}

std::string described(const Rule& rule) {
  std::string protocol = rule.protocol == "-1" ? "ALL" : rule.protocol;
  std::transform(protocol.begin(), protocol.end(), protocol.begin(),
                 [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
  if (rule.protocol == "tcp" || rule.protocol == "udp") {
    return fmt::format("peer: {}, {}, from port: {}, to port: {}, ALLOW", rule.peer(), protocol,
                       rule.from.value_or(-1), rule.to.value_or(-1));
  }
  if (rule.protocol == "icmp" || rule.protocol == "icmpv6") {
    return fmt::format("peer: {}, {}, type: {}, code: {}, ALLOW", rule.peer(), protocol,
                       rule.from.value_or(-1), rule.to.value_or(-1));
  }
  return fmt::format("peer: {}, {}, ALLOW", rule.peer(), protocol);
}

std::vector<Rule>::iterator same_in(std::vector<Rule>& rules, const Rule& rule) {
  return std::find_if(rules.begin(), rules.end(),
                      [&](const Rule& each) { return each.same_as(rule); });
}

Failure duplicate(const Rule& rule) {
  return fail("InvalidPermission.Duplicate",
              fmt::format("the specified rule \"{}\" already exists", described(rule)));
}

Failure no_such_permission() {
  return fail("InvalidPermission.NotFound",
              "The specified rule does not exist in this security group.");
}

Result<void> check_count(const std::vector<Rule>& rules, bool egress) {
  const auto count = [&](auto unwanted) {
    return std::count_if(rules.begin(), rules.end(), [&](const Rule& rule) {
      return rule.egress == egress && (rule.*unwanted).empty();
    });
  };
  if (count(&Rule::v6) > kMostRules || count(&Rule::v4) > kMostRules) {
    return fail("RulesPerSecurityGroupLimitExceeded",
                "The maximum number of rules per security group has been reached.");
  }
  return {};
}

Result<std::vector<Rule>::iterator> rule_named(std::vector<Rule>& rules, std::string_view id) {
  TRY(check_id(kRule, id));
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  if (found == rules.end()) return missing(kRule, {std::string(id)});
  return found;
}

Outcome authorize(Call& call, Direction direction) {
  auto group = TRY(requested_group(call));
  auto rules = rules_of(group);
  const auto tags = TRY(specified_tags(call, kRule));
  Array made;
  for (auto& rule : TRY(requested_rules(call, group, direction))) {
    if (same_in(rules, rule) != rules.end()) return duplicate(rule);
    rule.id = new_id(call, kRule.prefix);
    rule.tags = tags;
    made.push_back(rule_shape(group, rule));
    rules.push_back(std::move(rule));
  }
  TRY(check_count(rules, direction == Direction::Egress));
  set_rules(group, rules);
  save(call, kGroup, group);
  return Object{{"Return", true}, {"SecurityGroupRules", std::move(made)}};
}

Result<void> remove_by_id(const Call& call, const Resource& group, std::vector<Rule>& rules,
                          Direction direction) {
  for (const auto& id : texts(call.params(), "SecurityGroupRuleIds")) {
    const auto found = TRY(rule_named(rules, id));
    if (found->egress != (direction == Direction::Egress)) {
      return invalid_value(
          fmt::format("The specified rule '{}' of security group '{}' is not an {} rule.", id,
                      group.id, word_of(direction)));
    }
    rules.erase(found);
  }
  return {};
}

/// In the default VPC an unknown rule is reported and no error.
bool forgives(const Call& call, const Resource& group) {
  const auto vpc = default_vpc(call, call.scope());
  return vpc && vpc->id == text(group.shape, "VpcId");
}

Outcome revoke(Call& call, Direction direction) {
  auto group = TRY(requested_group(call));
  auto rules = rules_of(group);
  std::vector<Rule> unknown;
  if (!array_of(call.params(), "SecurityGroupRuleIds").empty()) {
    if (!array_of(call.params(), "IpPermissions").empty()) {
      return invalid_combination(
          "The parameter 'ipPermissions' may not be used in combination with "
          "'securityGroupRuleIds'");
    }
    TRY(remove_by_id(call, group, rules, direction));
  } else {
    for (auto& rule : TRY(requested_rules(call, group, direction))) {
      const auto found = same_in(rules, rule);
      if (found != rules.end())
        rules.erase(found);
      else
        unknown.push_back(std::move(rule));
    }
  }
  if (!unknown.empty() && !forgives(call, group)) return no_such_permission();
  set_rules(group, rules);
  save(call, kGroup, group);
  Object out{{"Return", true}};
  if (!unknown.empty())
    out["UnknownIpPermissions"] = permissions_of(unknown, direction == Direction::Egress);
  return out;
}

Result<void> modify_rule(const Call& call, const Resource& group, std::vector<Rule>& rules,
                         const Document& update) {
  const auto id = text(update, "SecurityGroupRuleId");
  const auto found = TRY(rule_named(rules, id));
  auto rule = TRY(requested_rule(call, group, object_of(update, "SecurityGroupRule"),
                                 found->egress ? Direction::Egress : Direction::Ingress));
  // A rule keeps the kind of its peer.
  if (rule.v4.empty() != found->v4.empty() || rule.v6.empty() != found->v6.empty() ||
      rule.group.empty() != found->group.empty()) {
    return invalid_value(fmt::format(
        "You may not modify the source or destination type of security group rule '{}'.", id));
  }
  const auto same = same_in(rules, rule);
  if (same != rules.end() && same != found) return duplicate(rule);
  rule.id = found->id;
  rule.tags = found->tags;
  *found = std::move(rule);
  return {};
}

Result<void> describe_by_id(const Call& call, std::vector<Rule>& rules, bool egress) {
  for (const auto& update : array_of(call.params(), "SecurityGroupRuleDescriptions")) {
    const auto id = text(update, "SecurityGroupRuleId");
    const auto found = TRY(rule_named(rules, id));
    if (found->egress != egress) return missing(kRule, {std::string(id)});
    found->description = text(update, "Description");
  }
  return {};
}

Outcome update_descriptions(Call& call, Direction direction) {
  auto group = TRY(requested_group(call));
  auto rules = rules_of(group);
  if (!array_of(call.params(), "SecurityGroupRuleDescriptions").empty()) {
    TRY(describe_by_id(call, rules, direction == Direction::Egress));
  } else {
    if (array_of(call.params(), "IpPermissions").empty()) return missing_parameter("ipPermissions");
    for (const auto& rule : TRY(requested_rules(call, group, direction))) {
      const auto found = same_in(rules, rule);
      if (found == rules.end()) return no_such_permission();
      found->description = rule.description;
    }
  }
  set_rules(group, rules);
  save(call, kGroup, group);
  return Object{{"Return", true}};
}

}  // namespace

Outcome describe_security_group_rules(Call& call) {
  const auto ids = texts(call.params(), "SecurityGroupRuleIds");
  for (const auto& id : ids)
    TRY(check_id(kRule, id));
  auto absent = ids;
  Array items;
  for (const auto& group : all(call, call.scope(), kGroup)) {
    for (const auto& rule : rules_of(group)) {
      if (asked_for(ids, rule.id)) items.push_back(rule_shape(group, rule));
      std::erase(absent, rule.id);
    }
  }
  if (!absent.empty()) return missing(kRule, absent);
  return TRY(filtered_page(call, items, "SecurityGroupRules", kFilters));
}

Outcome authorize_ingress(Call& call) {
  return authorize(call, Direction::Ingress);
}
Outcome authorize_egress(Call& call) {
  return authorize(call, Direction::Egress);
}
Outcome revoke_ingress(Call& call) {
  return revoke(call, Direction::Ingress);
}
Outcome revoke_egress(Call& call) {
  return revoke(call, Direction::Egress);
}
Outcome update_descriptions_ingress(Call& call) {
  return update_descriptions(call, Direction::Ingress);
}
Outcome update_descriptions_egress(Call& call) {
  return update_descriptions(call, Direction::Egress);
}

Outcome modify_rules(Call& call) {
  auto group = TRY(named(call, kGroup, "GroupId"));
  const auto& updates = array_of(call.params(), "SecurityGroupRules");
  if (updates.empty()) return missing_parameter("securityGroupRule");
  auto rules = rules_of(group);
  for (const auto& update : updates)
    TRY(modify_rule(call, group, rules, update));
  set_rules(group, rules);
  save(call, kGroup, group);
  return Object{{"Return", true}};
}

}  // namespace tocsin::ec2
