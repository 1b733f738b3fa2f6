// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/cidr.hpp"
#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/routing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::int64_t kLastNumber = 32766;  // the rule after it denies the rest
constexpr std::int64_t kLastPort = 65535;

constexpr std::array<Filter, 17> kFilters{
    {{"association.association-id", "Associations.NetworkAclAssociationId"},
     {"association.network-acl-id", "Associations.NetworkAclId"},
     {"association.subnet-id", "Associations.SubnetId"},
     {"default", "IsDefault"},
     {"entry.cidr", "Entries.CidrBlock"},
     {"entry.icmp.code", "Entries.IcmpTypeCode.Code"},
     {"entry.icmp.type", "Entries.IcmpTypeCode.Type"},
     {"entry.ipv6-cidr", "Entries.Ipv6CidrBlock"},
     {"entry.port-range.from", "Entries.PortRange.From"},
     {"entry.port-range.to", "Entries.PortRange.To"},
     {"entry.protocol", "Entries.Protocol"},
     {"entry.rule-action", "Entries.RuleAction"},
     {"entry.egress", "Entries.Egress"},
     {"entry.rule-number", "Entries.RuleNumber"},
     {"network-acl-id", "NetworkAclId"},
     {"owner-id", "OwnerId"},
     {"vpc-id", "VpcId"}}};

Array& entries_of(Resource& acl) {
  return acl.shape["Entries"].as_array();
}

Array::iterator entry_in(Array& entries, const Call& call) {
  const auto number = integer(call.params(), "RuleNumber").value_or(0);
  const bool egress = flag(call.params(), "Egress");
  return std::find_if(entries.begin(), entries.end(), [&](const Document& entry) {
    return integer(entry, "RuleNumber") == number && flag(entry, "Egress") == egress;
  });
}

std::string protocol_of(std::string_view name) {
  if (name == "tcp") return "6";
  if (name == "udp") return "17";
  if (name == "icmp") return "1";
  return std::string(name == "all" ? "-1" : name);
}

Result<void> check_traffic(const Document& params, const std::string& protocol) {
  if (protocol == "6" || protocol == "17") {
    const auto* range = find(params, "PortRange");
    if (!range) return missing_parameter("portRange.from");
    const auto from = integer(*range, "From").value_or(-1);
    const auto to = integer(*range, "To").value_or(-1);
    if (from < 0 || to > kLastPort || from > to)
      return invalid_value(fmt::format("Invalid TCP/UDP port range ({}:{})", from, to));
  }
  if (protocol == "1" && !find(params, "IcmpTypeCode")) return missing_parameter("icmp.code");
  return {};
}

Result<Object> entry_from(const Call& call) {
  const auto& params = call.params();
  const auto number = integer(params, "RuleNumber").value_or(0);
  if (number < 1 || number > kLastNumber) {
    return invalid_value(std::to_string(number), "ruleNumber",
                         "Must be between 1 and 32766 (inclusive).");
  }
  const auto action = text(params, "RuleAction");
  if (action != "allow" && action != "deny") return invalid_value(action, "ruleAction");
  const auto protocol = protocol_of(text(params, "Protocol"));
  TRY(check_traffic(params, protocol));
  Object entry{{"Egress", flag(params, "Egress")},
               {"Protocol", protocol},
               {"RuleAction", action},
               {"RuleNumber", number}};
  const bool v6 = !text(params, "Ipv6CidrBlock").empty();
  const std::string_view member = v6 ? "Ipv6CidrBlock" : "CidrBlock";
  const auto block = parse_cidr(text(params, member));
  if (!block || block->v6 != v6)
    return invalid_value(text(params, member), member, "This is not a valid CIDR block.");
  entry[member] = block->str();
  for (const auto* name : {"PortRange", "IcmpTypeCode"}) {
    if (const auto* value = find(params, name)) entry[name] = *value;
  }
  return entry;
}

void put_in_order(Array& entries, Object entry) {
  const auto key = [](const Document& each) {
    return std::pair(!flag(each, "Egress"), integer(each, "RuleNumber").value_or(0));
  };
  const Document added(std::move(entry));
  const auto at = std::find_if(entries.begin(), entries.end(),
                               [&](const Document& each) { return key(added) < key(each); });
  entries.insert(at, added);
}

Failure no_entry(const Call& call, const Resource& acl) {
  return fail("InvalidNetworkAclEntry.NotFound",
              fmt::format("The network acl entry identified by {} {} does not exist in {}.",
                          integer(call.params(), "RuleNumber").value_or(0),
                          flag(call.params(), "Egress") ? "egress" : "ingress", acl.id));
}

}  // namespace

Outcome create_network_acl(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  auto acl = make_acl(vpc, new_ids(call));
  acl.created = call.now();
  acl.tags = TRY(specified_tags(call, kAcl));
  acl.shape["IsDefault"] = false;
  auto& entries = entries_of(acl);  // only the rules that deny the rest
  for (auto at = entries.begin(); at != entries.end();)
    at = text(*at, "RuleAction") == "allow" ? entries.erase(at) : at + 1;
  save(call, kAcl, acl);
  return Object{{"NetworkAcl", shown(acl)}};
}

Outcome delete_network_acl(Call& call) {
  const auto acl = TRY(named(call, kAcl, "NetworkAclId"));
  if (flag(acl.shape, "IsDefault"))
    return invalid_value(fmt::format("cannot delete default network ACL {}", acl.id));
  if (!array_of(acl.shape, "Associations").empty()) {
    return has_dependencies("networkAcl", acl.id);
  }
  erase(call, kAcl, acl);
  return Object();
}

core::Handler describe_network_acls() {
  return described({kAcl, "NetworkAclIds", "NetworkAcls", kFilters});
}

Outcome create_network_acl_entry(Call& call) {
  auto acl = TRY(named(call, kAcl, "NetworkAclId"));
  auto entry = TRY(entry_from(call));
  auto& entries = entries_of(acl);
  if (entry_in(entries, call) != entries.end()) {
    return fail("NetworkAclEntryAlreadyExists",
                fmt::format("The network acl entry identified by {} already exists.",
                            integer(call.params(), "RuleNumber").value_or(0)));
  }
  put_in_order(entries, std::move(entry));
  save(call, kAcl, acl);
  return Object();
}

Outcome replace_network_acl_entry(Call& call) {
  auto acl = TRY(named(call, kAcl, "NetworkAclId"));
  auto entry = TRY(entry_from(call));
  auto& entries = entries_of(acl);
  const auto found = entry_in(entries, call);
  if (found == entries.end()) return no_entry(call, acl);
  *found = std::move(entry);
  save(call, kAcl, acl);
  return Object();
}

Outcome delete_network_acl_entry(Call& call) {
  auto acl = TRY(named(call, kAcl, "NetworkAclId"));
  auto& entries = entries_of(acl);
  const auto found = entry_in(entries, call);
  if (found == entries.end() || integer(*found, "RuleNumber") > kLastNumber)
    return no_entry(call, acl);
  entries.erase(found);
  save(call, kAcl, acl);
  return Object();
}

Outcome replace_network_acl_association(Call& call) {
  const auto id = text(call.params(), "AssociationId");
  auto to = TRY(named(call, kAcl, "NetworkAclId"));
  for (auto& from : all(call, call.scope(), kAcl)) {
    auto& list = from.shape["Associations"].as_array();
    const auto found = std::find_if(list.begin(), list.end(), [&](const Document& each) {
      return text(each, "NetworkAclAssociationId") == id;
    });
    if (found == list.end()) continue;
    if (text(from.shape, "VpcId") != text(to.shape, "VpcId"))
      return invalid_value(
          fmt::format("network ACL {} and {} belong to different networks", from.id, to.id));
    const auto subnet = string_of(*found, "SubnetId");
    list.erase(found);
    save(call, kAcl, from);
    if (from.id == to.id) to = from;
    associate_acl(to, subnet, new_ids(call));
    save(call, kAcl, to);
    return Object{{"NewAssociationId",
                   text(to.shape["Associations"].as_array().back(), "NetworkAclAssociationId")}};
  }
  return no_association(id);
}

}  // namespace tocsin::ec2
