// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/endpoints.hpp"

#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kEverything =
    R"({"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]})";

constexpr std::array<Filter, 6> kFilters{{{"ip-address-type", "IpAddressType"},
                                          {"service-name", "ServiceName"},
                                          {"vpc-id", "VpcId"},
                                          {"vpc-endpoint-id", "VpcEndpointId"},
                                          {"vpc-endpoint-state", "State"},
                                          {"vpc-endpoint-type", "VpcEndpointType"}}};

/// "com.amazonaws.<region>.<service>"
Result<void> check_service(const Call& call, std::string_view type) {
  const auto name = text(call.params(), "ServiceName");
  if (name.empty()) return missing_parameter("serviceName");
  const auto prefix = fmt::format("com.amazonaws.{}.", call.region());
  const bool gateway = name == prefix + "s3" || name == prefix + "dynamodb";
  if (name.starts_with(prefix) && name.size() > prefix.size() && (type != "Gateway" || gateway))
    return {};
  return fail("InvalidServiceName",
              fmt::format("The Vpc Endpoint Service '{}' does not exist", name));
}

Result<Array> interfaces_for(Call& call, const Resource& vpc, const Resource& endpoint,
                             std::string_view subnets, const std::vector<std::string>& groups) {
  Array ids;
  for (const auto& id : texts(call.params(), subnets)) {
    const auto subnet = TRY(existing(call, kSubnet, id));
    if (text(subnet.shape, "VpcId") != vpc.id)
      return invalid_value(fmt::format("The subnet {} is not in the VPC {}", id, vpc.id));
    const auto interface =
        TRY(make_interface(call, subnet,
                           {.groups = groups,
                            .description = fmt::format("VPC Endpoint Interface {}", endpoint.id),
                            .type = "vpc_endpoint"}));
    ids.push_back(boost::json::value(interface.id));
  }
  return ids;
}

void remove(Call& call, const Resource& endpoint) {
  for (const auto& id : values_at(endpoint.shape, "NetworkInterfaceIds")) {
    if (const auto interface = get(call, call.scope(), kInterface, id))
      drop_interface(call, *interface);
  }
  erase(call, kEndpoint, endpoint);
}

/// The list of ids with those that the request adds and without those that it removes.
Array changed_ids(const Call& call, const Array& now, std::string_view what) {
  auto ids = texts(Object{{"Ids", now}}, "Ids");
  for (const auto& id : texts(call.params(), fmt::format("Remove{}", what)))
    std::erase(ids, id);
  for (auto& id : texts(call.params(), fmt::format("Add{}", what))) {
    if (!has(ids, id)) ids.push_back(std::move(id));
  }
  Array out;
  for (const auto& id : ids)
    out.push_back(boost::json::string(id));
  return out;
}

Result<void> check_for_type(const Call& call, const Resource& endpoint) {
  const bool gateway = text(endpoint.shape, "VpcEndpointType") == "Gateway";
  for (const auto* name : {"AddSubnetIds", "RemoveSubnetIds", "AddSecurityGroupIds",
                           "RemoveSecurityGroupIds", "PrivateDnsEnabled"}) {
    if (gateway && find(call.params(), name))
      return fail("InvalidParameter",
                  fmt::format("{} is not supported for endpoints of type Gateway", name));
  }
  for (const auto* name : {"AddRouteTableIds", "RemoveRouteTableIds"}) {
    if (!gateway && find(call.params(), name))
      return fail("InvalidParameter",
                  fmt::format("{} is not supported for endpoints of type Interface", name));
  }
  return {};
}

Result<void> set_subnets(Call& call, Resource& endpoint) {
  const auto gone = texts(call.params(), "RemoveSubnetIds");
  Array left;
  for (const auto& id : values_at(endpoint.shape, "NetworkInterfaceIds")) {
    const auto interface = get(call, call.scope(), kInterface, id);
    if (interface && has(gone, text(interface->shape, "SubnetId")))
      drop_interface(call, *interface);
    else
      left.push_back(boost::json::string(id));
  }
  const auto vpc = TRY(existing(call, kVpc, text(endpoint.shape, "VpcId")));
  for (auto& id : TRY(interfaces_for(call, vpc, endpoint, "AddSubnetIds",
                                     values_at(endpoint.shape, "Groups.GroupId"))))
    left.push_back(std::move(id));
  endpoint.shape["NetworkInterfaceIds"] = std::move(left);
  endpoint.shape["SubnetIds"] =
      changed_ids(call, array_of(endpoint.shape, "SubnetIds"), "SubnetIds");
  return {};
}

Result<void> set_groups(Call& call, Resource& endpoint) {
  const auto& params = call.params();
  if (!find(params, "AddSecurityGroupIds") && !find(params, "RemoveSecurityGroupIds")) return {};
  Array now;
  for (const auto& id : values_at(endpoint.shape, "Groups.GroupId"))
    now.push_back(boost::json::string(id));
  const auto ids = texts(Object{{"Ids", changed_ids(call, now, "SecurityGroupIds")}}, "Ids");
  const auto groups = TRY(groups_for(call, ids, text(endpoint.shape, "VpcId")));
  endpoint.shape["Groups"] = group_identifiers(groups);
  for (const auto& id : values_at(endpoint.shape, "NetworkInterfaceIds")) {
    auto interface = get(call, call.scope(), kInterface, id);
    if (!interface) continue;
    interface->shape["Groups"] = group_identifiers(groups);
    save(call, kInterface, *interface);
  }
  return {};
}

Result<void> set_policy(const Call& call, Resource& endpoint) {
  const auto& params = call.params();
  const auto policy = text(params, "PolicyDocument");
  if (!policy.empty() && !parse_json(policy))
    return fail("InvalidPolicyDocument", "Policy document should be a valid JSON object");
  if (!policy.empty()) endpoint.shape["PolicyDocument"] = policy;
  if (flag(params, "ResetPolicy")) endpoint.shape["PolicyDocument"] = kEverything;
  return {};
}

}  // namespace

Outcome create_vpc_endpoint(Call& call) {
  const auto& params = call.params();
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  const auto type = text(params, "VpcEndpointType", "Gateway");
  if (type != "Gateway" && type != "Interface") return invalid_value(type, "vpcEndpointType");
  TRY(check_service(call, type));
  const auto tables = texts(params, "RouteTableIds");
  for (const auto& id : tables)
    TRY(existing(call, kRouteTable, id));
  auto endpoint = new_resource(call, kEndpoint, TRY(specified_tags(call, kEndpoint)));
  const bool interface = type == "Interface";
  std::vector<Resource> groups;
  if (interface) groups = TRY(groups_for(call, texts(params, "SecurityGroupIds"), vpc.id));
  endpoint.shape = {{"VpcEndpointId", endpoint.id},
                    {"VpcEndpointType", std::string(type)},
                    {"VpcId", vpc.id},
                    {"ServiceName", text(params, "ServiceName")},
                    {"State", "available"},
                    {"PolicyDocument", text(params, "PolicyDocument", kEverything)},
                    {"RouteTableIds", encode(tables)},
                    {"SubnetIds", encode(texts(params, "SubnetIds"))},
                    {"Groups", group_identifiers(groups)},
                    {"PrivateDnsEnabled", flag(params, "PrivateDnsEnabled", interface)},
                    {"RequesterManaged", false},
                    {"NetworkInterfaceIds", Array()},
                    {"DnsEntries", Array()},
                    {"CreationTimestamp", to_seconds(call.now())},
                    {"OwnerId", call.account().str()}};
  if (interface)
    endpoint.shape["NetworkInterfaceIds"] =
        TRY(interfaces_for(call, vpc, endpoint, "SubnetIds", texts(params, "SecurityGroupIds")));
  save(call, kEndpoint, endpoint);
  return Object{{"VpcEndpoint", shown(endpoint)}};
}

Outcome modify_vpc_endpoint(Call& call) {
  const auto& params = call.params();
  auto endpoint = TRY(named(call, kEndpoint, "VpcEndpointId"));
  TRY(check_for_type(call, endpoint));
  TRY(set_policy(call, endpoint));
  TRY(existing(call, kRouteTable, texts(params, "AddRouteTableIds")));
  endpoint.shape["RouteTableIds"] =
      changed_ids(call, array_of(endpoint.shape, "RouteTableIds"), "RouteTableIds");
  TRY(set_groups(call, endpoint));
  TRY(set_subnets(call, endpoint));
  if (find(params, "PrivateDnsEnabled"))
    endpoint.shape["PrivateDnsEnabled"] = flag(params, "PrivateDnsEnabled");
  save(call, kEndpoint, endpoint);
  return Object{{"Return", true}};
}

Outcome delete_vpc_endpoints(Call& call) {
  Array failed;
  for (const auto& id : texts(call.params(), "VpcEndpointIds")) {
    if (const auto endpoint = existing(call, kEndpoint, id))
      remove(call, *endpoint);
    else
      failed.push_back(unsuccessful(id, endpoint.error()));
  }
  return Object{{"Unsuccessful", std::move(failed)}};
}

core::Handler describe_vpc_endpoints() {
  return described({kEndpoint, "VpcEndpointIds", "VpcEndpoints", kFilters, 1});
}

}  // namespace tocsin::ec2
