// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/security_groups.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kLongest = 255;
constexpr std::size_t kMostGroups = 2500;  // of a region
constexpr std::size_t kMostOfInterface = 5;

constexpr std::array<Filter, 23> kFilters{
    {{"description", "Description"},
     {"egress.ip-permission.cidr", "IpPermissionsEgress.IpRanges.CidrIp"},
     {"egress.ip-permission.from-port", "IpPermissionsEgress.FromPort"},
     {"egress.ip-permission.group-id", "IpPermissionsEgress.UserIdGroupPairs.GroupId"},
     {"egress.ip-permission.group-name", "IpPermissionsEgress.UserIdGroupPairs.GroupName"},
     {"egress.ip-permission.ipv6-cidr", "IpPermissionsEgress.Ipv6Ranges.CidrIpv6"},
     {"egress.ip-permission.prefix-list-id", "IpPermissionsEgress.PrefixListIds.PrefixListId"},
     {"egress.ip-permission.protocol", "IpPermissionsEgress.IpProtocol"},
     {"egress.ip-permission.to-port", "IpPermissionsEgress.ToPort"},
     {"egress.ip-permission.user-id", "IpPermissionsEgress.UserIdGroupPairs.UserId"},
     {"group-id", "GroupId"},
     {"group-name", "GroupName"},
     {"ip-permission.cidr", "IpPermissions.IpRanges.CidrIp"},
     {"ip-permission.from-port", "IpPermissions.FromPort"},
     {"ip-permission.group-id", "IpPermissions.UserIdGroupPairs.GroupId"},
     {"ip-permission.group-name", "IpPermissions.UserIdGroupPairs.GroupName"},
     {"ip-permission.ipv6-cidr", "IpPermissions.Ipv6Ranges.CidrIpv6"},
     {"ip-permission.prefix-list-id", "IpPermissions.PrefixListIds.PrefixListId"},
     {"ip-permission.protocol", "IpPermissions.IpProtocol"},
     {"ip-permission.to-port", "IpPermissions.ToPort"},
     {"ip-permission.user-id", "IpPermissions.UserIdGroupPairs.UserId"},
     {"owner-id", "OwnerId"},
     {"vpc-id", "VpcId"}}};
constexpr std::array<Filter, 5> kForVpcFilters{{{"group-id", "GroupId"},
                                                {"description", "Description"},
                                                {"group-name", "GroupName"},
                                                {"owner-id", "OwnerId"},
                                                {"primary-vpc-id", "PrimaryVpcId"}}};

Result<void> check_text(std::string_view value, std::string_view param) {
  if (value.empty()) return missing_parameter(param);
  if (value.size() > kLongest) {
    return invalid_value(value, param, "Character length must be less than or equal to 255.");
  }
  if (!allowed_text(value)) {
    return invalid_value(value, param,
                         "Valid characters: a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*");
  }
  return {};
}

Result<void> check_name(const Call& call, std::string_view name, const Resource& vpc) {
  TRY(check_text(name, "GroupName"));
  if (name.starts_with("sg-"))
    return invalid_value(name, "groupName", "Group names may not be in the format sg-*.");
  if (to_lower(name) == "default")
    return invalid_value(fmt::format("Cannot use reserved security group name: {}", name));
  std::size_t count = 0;
  for (const auto& group : all(call, call.scope(), kGroup)) {
    ++count;
    if (text(group.shape, "VpcId") == vpc.id && text(group.shape, "GroupName") == name) {
      return fail("InvalidGroup.Duplicate",
                  fmt::format("The security group '{}' already exists for VPC '{}'", name, vpc.id));
    }
  }
  if (count >= kMostGroups) {
    return fail("SecurityGroupLimitExceeded",
                fmt::format("The maximum number of security groups for VPC '{}' has been reached.",
                            vpc.id));
  }
  return {};
}

Result<Resource> vpc_for_group(const Call& call) {
  if (!text(call.params(), "VpcId").empty()) return named(call, kVpc, "VpcId");
  if (auto vpc = default_vpc(call, call.scope())) return *std::move(vpc);
  return fail("VPCIdNotSpecified", "No default VPC for this user");
}

bool refers_to(const Resource& group, std::string_view id) {
  const auto rules = rules_of(group);
  return group.id != id && std::any_of(rules.begin(), rules.end(),
                                       [&](const Rule& rule) { return rule.group == id; });
}

Result<void> check_unused(const Call& call, const Resource& group) {
  if (text(group.shape, "GroupName") == "default") {
    return fail("CannotDelete",
                fmt::format("the specified group: \"{}\" name: \"default\" cannot be deleted by a "
                            "user",
                            group.id));
  }
  bool used = false;
  for (const auto& other : all(call, call.scope(), kGroup))
    used |= refers_to(other, group.id);
  for (const auto& each : all(call, call.scope(), kInterface))
    used |= has(values_at(each.shape, "Groups.GroupId"), group.id);
  if (used)
    return dependency_violation(fmt::format("resource {} has a dependent object", group.id));
  return {};
}

/// The names that the request gives, as ids: only of the default VPC.
Result<void> add_named(Call& call, Array& items, const Listing& listing) {
  for (const auto& name : texts(call.params(), "GroupNames")) {
    const auto group = TRY(group_named(call, name, {}));
    Document item(group_shape(group));
    if (passes(call.params(), listing.filters, item)) items.push_back(std::move(item));
  }
  return {};
}

bool is_stale(const Call& call, const Rule& rule) {
  return !rule.group.empty() && !get(call, call.scope(), kGroup, rule.group);
}

Array stale_permissions(const std::vector<Rule>& rules, bool egress) {
  auto out = permissions_of(rules, egress);
  for (auto& permission : out) {
    for (const auto* list : {"IpRanges", "PrefixListIds"})
      permission.as_object()[list] = Array();
    permission.as_object().erase("Ipv6Ranges");
  }
  return out;
}

}  // namespace

bool allowed_text(std::string_view text) {
  constexpr std::string_view kOthers = " ._-:/()#,@[]+=&;{}!$*";
  return std::all_of(text.begin(), text.end(), [&](char each) {
    return std::isalnum(static_cast<unsigned char>(each)) ||
           kOthers.find(each) != std::string_view::npos;
  });
}

Object group_shape(const Resource& group) {
  const auto rules = rules_of(group);
  auto out = shown(group);
  out["IpPermissions"] = permissions_of(rules, false);
  out["IpPermissionsEgress"] = permissions_of(rules, true);
  return out;
}

Result<Resource> group_named(const Call& call, std::string_view name, std::string_view vpc) {
  std::string in(vpc);
  if (in.empty()) {
    const auto by_default = default_vpc(call, call.scope());
    if (!by_default) return fail("VPCIdNotSpecified", "No default VPC for this user");
    in = by_default->id;
  }
  for (auto& group : all(call, call.scope(), kGroup)) {
    if (text(group.shape, "VpcId") == in && text(group.shape, "GroupName") == name)
      return std::move(group);
  }
  return fail(
      "InvalidGroup.NotFound",
      vpc.empty()
          ? fmt::format("The security group '{}' does not exist in default VPC '{}'", name, in)
          : fmt::format("The security group '{}' does not exist", name));
}

Result<Resource> requested_group(const Call& call) {
  if (!text(call.params(), "GroupId").empty()) return named(call, kGroup, "GroupId");
  const auto name = text(call.params(), "GroupName");
  if (name.empty()) {
    return fail("MissingParameter", "The request must contain the parameter groupName or groupId");
  }
  return group_named(call, name, {});
}

Result<Resource> group_of_rule(const Call& call, const std::string& id) {
  for (auto& group : all(call, call.scope(), kGroup)) {
    for (const auto& rule : rules_of(group)) {
      if (rule.id == id) return std::move(group);
    }
  }
  return missing(kRule, {id});
}

Result<std::vector<Resource>> groups_for(const Call& call, const std::vector<std::string>& ids,
                                         std::string_view vpc) {
  std::vector<Resource> groups;
  for (const auto& id : ids) {
    auto group = TRY(existing(call, kGroup, id));
    if (text(group.shape, "VpcId") != vpc) {
      return fail("InvalidParameter",
                  fmt::format("Security group {} and subnet belong to different networks.", id));
    }
    groups.push_back(std::move(group));
  }
  if (groups.size() > kMostOfInterface) {
    return fail("SecurityGroupsPerInterfaceLimitExceeded",
                "The maximum number of security groups per interface has been reached.");
  }
  if (groups.empty()) groups.push_back(TRY(group_named(call, "default", vpc)));
  return groups;
}

Array group_identifiers(const std::vector<Resource>& groups) {
  Array out;
  for (const auto& group : groups)
    out.push_back(Object{{"GroupName", text(group.shape, "GroupName")}, {"GroupId", group.id}});
  return out;
}

Outcome create_security_group(Call& call) {
  const auto& params = call.params();
  const auto vpc = TRY(vpc_for_group(call));
  TRY(check_name(call, text(params, "GroupName"), vpc));
  TRY(check_text(text(params, "Description"), "GroupDescription"));
  auto group = new_resource(call, kGroup, TRY(specified_tags(call, kGroup)));
  group.shape = {{"Description", text(params, "Description")},
                 {"GroupName", text(params, "GroupName")},
                 {"OwnerId", call.account().str()},
                 {"GroupId", group.id},
                 {"VpcId", vpc.id}};
  const auto everywhere = [&](Rule rule) {
    add_rule(group, std::move(rule), new_id(call, kRule.prefix));
  };
  everywhere({.egress = true, .protocol = "-1", .v4 = "0.0.0.0/0"});
  if (!array_of(vpc.shape, "Ipv6CidrBlockAssociationSet").empty())
    everywhere({.egress = true, .protocol = "-1", .v6 = "::/0"});
  save(call, kGroup, group);
  return Object{{"GroupId", group.id}, {"Tags", core::tag_list(group.tags)}};
}

Outcome delete_security_group(Call& call) {
  const auto group = TRY(requested_group(call));
  TRY(check_unused(call, group));
  erase(call, kGroup, group);
  return Object();
}

core::Handler describe_security_groups() {
  const Listing listing{kGroup, "GroupIds", "SecurityGroups", kFilters};
  return [listing](Call& call) -> Outcome {
    const bool by_id = !texts(call.params(), "GroupIds").empty();
    const bool by_name = !texts(call.params(), "GroupNames").empty();
    if ((by_id || by_name) && find(call.params(), "MaxResults")) {
      return invalid_combination(
          "The parameter groupIds cannot be used with the parameter maxResults");
    }
    Array items;
    if (by_id || !by_name)
      items = TRY(
          selected(call, listing, [](Call&, const Resource& group) { return group_shape(group); }));
    TRY(check_filters(call.params(), kFilters));
    TRY(add_named(call, items, listing));
    return TRY(page(call, std::move(items), listing.list));
  };
}

Outcome get_security_groups_for_vpc(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  Array items;
  for (const auto& group : all(call, call.scope(), kGroup)) {
    if (text(group.shape, "VpcId") != vpc.id) continue;
    auto shape = shown(group);
    shape.erase("VpcId");
    shape["PrimaryVpcId"] = vpc.id;
    items.push_back(std::move(shape));
  }
  return TRY(filtered_page(call, items, "SecurityGroupForVpcs", kForVpcFilters));
}

/// References over a VPC peering connection, of which there are none.
Outcome describe_security_group_references(Call& call) {
  const auto ids = texts(call.params(), "GroupId");
  if (ids.empty()) return missing_parameter("groupId");
  for (const auto& id : ids)
    TRY(existing(call, kGroup, id));
  return Object{{"SecurityGroupReferenceSet", Array()}};
}

Outcome describe_stale_security_groups(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  Array items;
  for (const auto& group : all(call, call.scope(), kGroup)) {
    if (text(group.shape, "VpcId") != vpc.id) continue;
    auto rules = rules_of(group);
    std::erase_if(rules, [&](const Rule& rule) { return !is_stale(call, rule); });
    if (rules.empty()) continue;
    items.push_back(Object{{"Description", text(group.shape, "Description")},
                           {"GroupId", group.id},
                           {"GroupName", text(group.shape, "GroupName")},
                           {"StaleIpPermissions", stale_permissions(rules, false)},
                           {"StaleIpPermissionsEgress", stale_permissions(rules, true)},
                           {"VpcId", vpc.id}});
  }
  return TRY(page(call, std::move(items), "StaleSecurityGroupSet"));
}

}  // namespace tocsin::ec2
