// SPDX-License-Identifier: Apache-2.0
// The services of AWS that a VPC endpoint may lead to.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/endpoints.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/regions.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<std::string_view, 24> kInterfaces{"autoscaling",
                                                       "cloudformation",
                                                       "cloudtrail",
                                                       "config",
                                                       "ec2",
                                                       "ec2messages",
                                                       "ecr.api",
                                                       "ecr.dkr",
                                                       "ecs",
                                                       "elasticloadbalancing",
                                                       "events",
                                                       "execute-api",
                                                       "kinesis-streams",
                                                       "kms",
                                                       "lambda",
                                                       "logs",
                                                       "monitoring",
                                                       "s3",
                                                       "secretsmanager",
                                                       "sns",
                                                       "sqs",
                                                       "ssm",
                                                       "ssmmessages",
                                                       "states"};
constexpr std::array<std::string_view, 2> kGateways{"dynamodb", "s3"};

constexpr std::array<Filter, 5> kFilters{{{"owner", "Owner"},
                                          {"service-name", "ServiceName"},
                                          {"service-type", "ServiceType.ServiceType"},
                                          {"supported-ip-address-types", "SupportedIpAddressTypes"},
                                          {"service-region", "ServiceRegion"}}};

Object service(const Call& call, std::string_view name, std::string_view type) {
  const auto full = fmt::format("com.amazonaws.{}.{}", call.region(), name);
  Array zones;
  for (const auto& zone : zones_of(call.region()))
    zones.push_back(boost::json::string(zone.name));
  const auto id = hex(sha256(fmt::format("{}/{}", full, type))).substr(0, 16);
  Object out{{"ServiceName", full},
             {"ServiceId", fmt::format("vpce-svc-0{}", id)},
             {"ServiceType", Array{Object{{"ServiceType", type}}}},
             {"AvailabilityZones", std::move(zones)},
             {"Owner", "amazon"},
             {"VpcEndpointPolicySupported", true},
             {"AcceptanceRequired", false},
             {"ManagesVpcEndpoints", false},
             {"Tags", Array()},
             {"SupportedIpAddressTypes", Array{"ipv4"}}};
  const bool gateway = type == "Gateway";
  out["BaseEndpointDnsNames"] = Array{
      boost::json::string(gateway ? fmt::format("{}.{}.amazonaws.com", name, call.region())
                                  : fmt::format("{}.{}.vpce.amazonaws.com", name, call.region()))};
  if (!gateway) out["PrivateDnsName"] = fmt::format("{}.{}.amazonaws.com", name, call.region());
  return out;
}

}  // namespace

Outcome describe_vpc_endpoint_services(Call& call) {
  const auto names = texts(call.params(), "ServiceNames");
  auto absent = names;
  Array items;
  const auto add = [&](std::string_view name, std::string_view type) {
    auto item = service(call, name, type);
    std::erase(absent, string_of(item, "ServiceName"));
    if (asked_for(names, text(item, "ServiceName"))) items.push_back(std::move(item));
  };
  for (const auto name : kGateways)
    add(name, "Gateway");
  for (const auto name : kInterfaces)
    add(name, "Interface");
  if (!absent.empty()) {
    return fail("InvalidServiceName",
                fmt::format("The Vpc Endpoint Service '{}' does not exist", absent.front()));
  }
  auto out = TRY(filtered_page(call, items, "ServiceDetails", kFilters));
  Array shown;
  for (const auto& each : array_of(out, "ServiceDetails")) {
    const Document name(boost::json::string(text(each, "ServiceName")));
    if (std::find(shown.begin(), shown.end(), name) == shown.end()) shown.push_back(name);
  }
  out["ServiceNames"] = std::move(shown);
  return out;
}

}  // namespace tocsin::ec2
