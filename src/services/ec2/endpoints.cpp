// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/endpoints.hpp"

#include <algorithm>
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

Result<Array> interfaces_for(Call& call, const Resource& vpc, const Resource& endpoint) {
  Array ids;
  for (const auto& id : texts(call.params(), "SubnetIds")) {
    const auto subnet = TRY(existing(call, kSubnet, id));
    if (text(subnet.shape, "VpcId") != vpc.id)
      return invalid_value(fmt::format("The subnet {} is not in the VPC {}", id, vpc.id));
    auto interface =
        TRY(make_interface(call, subnet,
                           {.groups = texts(call.params(), "SecurityGroupIds"),
                            .description = fmt::format("VPC Endpoint Interface {}", endpoint.id)}));
    interface.shape["InterfaceType"] = "vpc_endpoint";
    interface.shape["RequesterManaged"] = true;
    interface.shape["Status"] = "in-use";
    save(call, kInterface, interface);
    ids.push_back(boost::json::value(interface.id));
  }
  return ids;
}

Array list_of(const std::vector<std::string>& texts) {
  Array out;
  for (const auto& text : texts)
    out.push_back(boost::json::value(text));
  return out;
}

Object failure_of(const std::string& id, const Error& error) {
  return {{"ResourceId", id}, {"Error", Object{{"Code", error.code}, {"Message", error.message}}}};
}

void remove(Call& call, const Resource& endpoint) {
  for (const auto& id : values_at(endpoint.shape, "NetworkInterfaceIds")) {
    if (const auto interface = get(call, call.scope(), kInterface, id))
      drop_interface(call, *interface);
  }
  erase(call, kEndpoint, endpoint);
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
  Resource endpoint {
    .scope = call.scope(), .id = new_id(call, kEndpoint.prefix), .created = call.now(),
    .tags = TRY(specified_tags(call, kEndpoint))
  };
  const bool interface = type == "Interface";
  const auto groups = interface ? TRY(groups_for(call, texts(params, "SecurityGroupIds"), vpc.id))
                : std::vector<Resource>();
                endpoint.shape = {
                    {"VpcEndpointId", endpoint.id},
                    {"VpcEndpointType", std::string(type)},
                    {"VpcId", vpc.id},
                    {"ServiceName", text(params, "ServiceName")},
                    {"State", "available"},
                    {"PolicyDocument", text(params, "PolicyDocument", kEverything)},
                    {"RouteTableIds", list_of(tables)},
                    {"SubnetIds", list_of(texts(params, "SubnetIds"))},
                    {"Groups", group_identifiers(groups)},
                    {"PrivateDnsEnabled", flag(params, "PrivateDnsEnabled", interface)},
                    {"RequesterManaged", false},
                    {"NetworkInterfaceIds", Array()},
                    {"DnsEntries", Array()},
                    {"CreationTimestamp", to_seconds(call.now())},
                    {"OwnerId", call.account().str()}};
                if (interface)
                  endpoint.shape["NetworkInterfaceIds"] = TRY(interfaces_for(call, vpc, endpoint));
                save(call, kEndpoint, endpoint);
                return Object{{"VpcEndpoint", shown(endpoint)}};
}

Outcome delete_vpc_endpoints(Call& call) {
  Array failed;
  for (const auto& id : texts(call.params(), "VpcEndpointIds")) {
    if (const auto endpoint = existing(call, kEndpoint, id))
      remove(call, *endpoint);
    else
      failed.push_back(failure_of(id, endpoint.error()));
  }
  return Object{{"Unsuccessful", std::move(failed)}};
}

core::Handler describe_vpc_endpoints() {
  return described({kEndpoint, "VpcEndpointIds", "VpcEndpoints", kFilters, 1});
}

}  // namespace tocsin::ec2
