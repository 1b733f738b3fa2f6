// SPDX-License-Identifier: Apache-2.0
// AWS::EC2::SecurityGroup: rules that are declared and absent are authorised, and others revoked.
#include <algorithm>
#include <array>

#include "services/ec2/declare.hpp"
#include "services/ec2/rules.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;

/// A declared rule as a permission of the API.
Object permission_of(const Document& rule) {
  struct Peer {
    std::string_view property, list, member;
  };
  static constexpr std::array<Peer, 6> kPeers{
      {{"CidrIp", "IpRanges", "CidrIp"},
       {"CidrIpv6", "Ipv6Ranges", "CidrIpv6"},
       {"SourcePrefixListId", "PrefixListIds", "PrefixListId"},
       {"DestinationPrefixListId", "PrefixListIds", "PrefixListId"},
       {"SourceSecurityGroupId", "UserIdGroupPairs", "GroupId"},
       {"DestinationSecurityGroupId", "UserIdGroupPairs", "GroupId"}}};
  Object out;
  for (const auto* name : {"IpProtocol", "FromPort", "ToPort"}) {
    if (const auto* value = find(rule, name)) out[name] = *value;
  }
  for (const auto& [property, list, member] : kPeers) {
    const auto value = text(rule, property);
    if (value.empty()) continue;
    Object peer{{member, value}};
    if (const auto words = text(rule, "Description"); !words.empty()) peer["Description"] = words;
    out[list] = Array{std::move(peer)};
  }
  if (const auto name = text(rule, "SourceSecurityGroupName"); !name.empty())
    out["UserIdGroupPairs"] = Array{Object{{"GroupName", name}}};
  return out;
}

Result<void> change(Call& call, const Resource& group, std::string_view operation,
                    Array permissions) {
  if (permissions.empty()) return {};
  TRY(ask(call, operation, {{"GroupId", group.id}, {"IpPermissions", std::move(permissions)}}));
  return {};
}

Result<void> set_direction(Call& call, const Resource& group, const Array& declared,
                           Direction direction) {
  const bool egress = direction == Direction::Egress;
  std::vector<Rule> wanted;
  for (const auto& rule : declared)
    for (auto& each : TRY(rules_in(call, group, Array{permission_of(rule)}, direction)))
      wanted.push_back(std::move(each));
  const auto now = rules_of(group);
  std::vector<Rule> gone, added, said;
  for (const auto& rule : now) {
    const bool kept = std::any_of(wanted.begin(), wanted.end(),
                                  [&](const Rule& each) { return each.same_as(rule); });
    if (rule.egress == egress && !kept) gone.push_back(rule);
  }
  for (const auto& rule : wanted) {
    const auto same =
        std::find_if(now.begin(), now.end(), [&](const Rule& each) { return each.same_as(rule); });
    if (same == now.end())
      added.push_back(rule);
    else if (same->description != rule.description)
      said.push_back(rule);
  }
  const std::string_view way = egress ? "Egress" : "Ingress";
  const auto operation = [&](std::string_view verb) {
    return std::string(verb) + std::string(way);
  };
  TRY(change(call, group, operation("RevokeSecurityGroup"), permissions_of(gone, egress)));
  TRY(change(call, group, operation("AuthorizeSecurityGroup"), permissions_of(added, egress)));
  return change(call, group, operation("UpdateSecurityGroupRuleDescriptions"),
                permissions_of(said, egress));
}

Result<void> fill(Call& call, const Object& properties, Object& params) {
  if (!properties.contains("GroupName")) params["GroupName"] = made_up_name(call, "SecurityGroup");
  return {};
}

/// A direction that is not declared is left as it is.
Result<void> apply(Call& call, const Resource& group, const Object& properties, bool) {
  if (properties.contains("SecurityGroupIngress"))
    TRY(set_direction(call, group, array_of(properties, "SecurityGroupIngress"),
                      Direction::Ingress));
  const auto again = TRY(existing(call, kGroup, group.id));
  if (properties.contains("SecurityGroupEgress"))
    TRY(set_direction(call, again, array_of(properties, "SecurityGroupEgress"), Direction::Egress));
  return {};
}

}  // namespace

Declaration declared_group() {
  return {.kind = &kGroup,
          .type = "AWS::EC2::SecurityGroup",
          .create = "CreateSecurityGroup",
          .id_path = "GroupId",
          .remove = "DeleteSecurityGroup",
          .properties = {{"GroupName", "GroupName"},
                         {"GroupDescription", "Description"},
                         {"VpcId", "VpcId"}},
          .others = {"SecurityGroupIngress", "SecurityGroupEgress", "GroupId", "Id"},
          .fill = fill,
          .apply = apply};
}

}  // namespace tocsin::ec2
