// SPDX-License-Identifier: Apache-2.0
// Security group rules. They lie in the row of their group, so that a change of rules is a change
// of the group.
#pragma once

#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

struct Rule {
  bool egress = false;
  std::string protocol = {};  // "tcp", "udp", "icmp", "icmpv6", "-1", or a number
  std::optional<std::int64_t> from = {};
  std::optional<std::int64_t> to = {};
  std::string v4 = {};  // of the peer, one of these four
  std::string v6 = {};
  std::string prefix_list = {};
  std::string group = {};
  std::string group_owner = {};
  std::string description = {};
  std::string id = {};
  core::Tags tags = {};

  /// Whether they admit the same: description, id and tags do not count.
  bool same_as(const Rule& other) const;
  /// The peer as messages name it.
  const std::string& peer() const;
};
BOOST_DESCRIBE_STRUCT(Rule, (),
                      (egress, protocol, from, to, v4, v6, prefix_list, group, group_owner,
                       description, id, tags))

std::vector<Rule> rules_of(const Resource& group);
void set_rules(Resource& group, const std::vector<Rule>& rules);
void add_rule(Resource& group, Rule rule, std::string id);

/// As DescribeSecurityGroupRules shows it.
Object rule_shape(const Resource& group, const Rule& rule);
/// The rules of one direction as DescribeSecurityGroups groups them: by protocol and ports.
Array permissions_of(const std::vector<Rule>& rules, bool egress);

enum class Direction { Ingress, Egress };

/// The rules that a request's IpPermissions (or the older single parameters) say.
Result<std::vector<Rule>> requested_rules(const core::Call& call, const Resource& group,
                                          Direction direction);
/// The rules that permissions say.
Result<std::vector<Rule>> rules_in(const core::Call& call, const Resource& group,
                                   const Array& permissions, Direction direction);
/// One rule as ModifySecurityGroupRules gives it.
Result<Rule> requested_rule(const core::Call& call, const Resource& group, const Document& request,
                            Direction direction);

}  // namespace tocsin::ec2
