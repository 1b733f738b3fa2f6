// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/vpcs.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<Filter, 4> kDhcpFilters{{{"dhcp-options-id", "DhcpOptionsId"},
                                              {"key", "DhcpConfigurations.Key"},
                                              {"owner-id", "OwnerId"},
                                              {"value", "DhcpConfigurations.Values.Value"}}};
constexpr std::size_t kMostServers = 4;
constexpr std::array<std::string_view, 5> kOptions{"domain-name", "domain-name-servers",
                                                   "ntp-servers", "netbios-name-servers",
                                                   "netbios-node-type"};

Result<Array> configurations_in(const Document& params) {
  Array out;
  for (const auto& each : array_of(params, "DhcpConfigurations")) {
    const auto key = text(each, "Key");
    const auto values = texts(each, "Values");
    if (std::find(kOptions.begin(), kOptions.end(), key) == kOptions.end())
      return invalid_value(key, "dhcpConfiguration.key", "Unknown DHCP option");
    const bool servers = key.ends_with("-servers");
    if (values.empty() || values.size() > (servers ? kMostServers : 1)) {
      return invalid_value(fmt::format("Invalid number of values for the DHCP option '{}'.", key));
    }
    Array list;
    for (const auto& value : values)
      list.push_back(Object{{"Value", value}});
    out.push_back(Object{{"Key", key}, {"Values", std::move(list)}});
  }
  if (out.empty()) return missing_parameter("dhcpConfigurations");
  return out;
}

}  // namespace

Outcome create_dhcp_options(Call& call) {
  auto configurations = TRY(configurations_in(call.params()));
  auto options = new_resource(call, kDhcp, TRY(specified_tags(call, kDhcp)));
  options.shape = {{"DhcpConfigurations", std::move(configurations)},
                   {"DhcpOptionsId", options.id},
                   {"OwnerId", call.account().str()}};
  save(call, kDhcp, options);
  return Object{{"DhcpOptions", shown(options)}};
}

Outcome delete_dhcp_options(Call& call) {
  const auto options = TRY(named(call, kDhcp, "DhcpOptionsId"));
  for (const auto& vpc : all(call, call.scope(), kVpc)) {
    if (text(vpc.shape, "DhcpOptionsId") == options.id)
      return has_dependencies("dhcpOptions", options.id);
  }
  erase(call, kDhcp, options);
  return Object();
}

/// "default": those that use no options of EC2.
Outcome associate_dhcp_options(Call& call) {
  auto vpc = TRY(named(call, kVpc, "VpcId"));
  const auto id = text(call.params(), "DhcpOptionsId");
  if (id != "default") TRY(named(call, kDhcp, "DhcpOptionsId"));
  vpc.shape["DhcpOptionsId"] = id;
  save(call, kVpc, vpc);
  return Object();
}

core::Handler describe_dhcp_options() {
  return described({kDhcp, "DhcpOptionsIds", "DhcpOptions", kDhcpFilters});
}

}  // namespace tocsin::ec2
