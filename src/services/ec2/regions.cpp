// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/regions.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

struct Region {
  std::string_view name;
  std::string_view code;   // of its zones' ids
  std::string_view zones;  // letters
  bool opt_in = false;
};
constexpr std::array<Region, 29> kRegions{{{"af-south-1", "afs1", "abc", true},
                                           {"ap-east-1", "ape1", "abc", true},
                                           {"ap-northeast-1", "apne1", "acd"},
                                           {"ap-northeast-2", "apne2", "abcd"},
                                           {"ap-northeast-3", "apne3", "abc"},
                                           {"ap-south-1", "aps1", "abc"},
                                           {"ap-south-2", "aps2", "abc", true},
                                           {"ap-southeast-1", "apse1", "abc"},
                                           {"ap-southeast-2", "apse2", "abc"},
                                           {"ap-southeast-3", "apse3", "abc", true},
                                           {"ap-southeast-4", "apse4", "abc", true},
                                           {"ca-central-1", "cac1", "abd"},
                                           {"ca-west-1", "caw1", "abc", true},
                                           {"eu-central-1", "euc1", "abc"},
                                           {"eu-central-2", "euc2", "abc", true},
                                           {"eu-north-1", "eun1", "abc"},
                                           {"eu-south-1", "eus1", "abc", true},
                                           {"eu-south-2", "eus2", "abc", true},
                                           {"eu-west-1", "euw1", "abc"},
                                           {"eu-west-2", "euw2", "abc"},
                                           {"eu-west-3", "euw3", "abc"},
                                           {"il-central-1", "ilc1", "abc", true},
                                           {"me-central-1", "mec1", "abc", true},
                                           {"me-south-1", "mes1", "abc", true},
                                           {"sa-east-1", "sae1", "abc"},
                                           {"us-east-1", "use1", "abcdef"},
                                           {"us-east-2", "use2", "abc"},
                                           {"us-west-1", "usw1", "ac"},
                                           {"us-west-2", "usw2", "abcd"}}};

constexpr std::array<Filter, 3> kRegionFilters{
    {{"endpoint", "Endpoint"}, {"opt-in-status", "OptInStatus"}, {"region-name", "RegionName"}}};
constexpr std::array<Filter, 11> kZoneFilters{{{"group-name", "GroupName"},
                                               {"message", "Messages.Message"},
                                               {"opt-in-status", "OptInStatus"},
                                               {"parent-zone-id", "ParentZoneId"},
                                               {"parent-zone-name", "ParentZoneName"},
                                               {"region-name", "RegionName"},
                                               {"state", "State"},
                                               {"zone-id", "ZoneId"},
                                               {"zone-name", "ZoneName"},
                                               {"zone-type", "ZoneType"},
                                               {"network-border-group", "NetworkBorderGroup"}}};

Object region_shape(const Region& region) {
  return {{"Endpoint", fmt::format("ec2.{}.amazonaws.com", region.name)},
          {"RegionName", std::string(region.name)},
          {"OptInStatus", region.opt_in ? "not-opted-in" : "opt-in-not-required"}};
}

Object zone_shape(const std::string& region, const Zone& zone) {
  return {{"State", "available"},
          {"OptInStatus", "opt-in-not-required"},
          {"Messages", Array()},
          {"RegionName", region},
          {"ZoneName", zone.name},
          {"ZoneId", zone.id},
          {"GroupName", region},
          {"NetworkBorderGroup", region},
          {"ZoneType", "availability-zone"}};
}

Object attribute(std::string_view name, std::vector<std::string> values) {
  Array list;
  for (auto& value : values)
    list.push_back(Object{{"AttributeValue", std::move(value)}});
  return {{"AttributeName", std::string(name)}, {"AttributeValues", std::move(list)}};
}

std::string default_vpc_of(const Call& call) {
  const auto vpc = default_vpc(call, call.scope());
  return vpc ? vpc->id : "none";
}

}  // namespace

std::vector<Zone> zones_of(const std::string& name) {
  std::string_view code = name, letters = "abc";
  for (const auto& region : kRegions) {
    if (region.name == name) {
      code = region.code;
      letters = region.zones;
    }
  }
  std::vector<Zone> zones;
  for (const auto letter : letters)
    zones.push_back(
        {fmt::format("{}{}", name, letter), fmt::format("{}-az{}", code, letter - 'a' + 1)});
  return zones;
}

std::optional<Zone> zone_in(const std::string& region, std::string_view name_or_id) {
  for (auto& zone : zones_of(region)) {
    if (zone.name == name_or_id || zone.id == name_or_id) return std::move(zone);
  }
  return std::nullopt;
}

std::string internal_domain(const std::string& region) {
  return region == "us-east-1" ? "ec2.internal" : region + ".compute.internal";
}

Outcome describe_regions(Call& call) {
  const auto names = texts(call.params(), "RegionNames");
  for (const auto& name : names) {
    const auto known = std::any_of(kRegions.begin(), kRegions.end(),
                                   [&](const Region& region) { return region.name == name; });
    if (!known) return invalid_value(fmt::format("Invalid region: {}", name));
  }
  TRY(check_filters(call.params(), kRegionFilters));
  Array regions;
  for (const auto& region : kRegions) {
    const bool shown = !region.opt_in || flag(call.params(), "AllRegions") || !names.empty();
    Document item(region_shape(region));
    if (shown && asked_for(names, region.name) && passes(call.params(), kRegionFilters, item))
      regions.push_back(std::move(item));
  }
  return Object{{"Regions", std::move(regions)}};
}

Outcome describe_availability_zones(Call& call) {
  auto wanted = texts(call.params(), "ZoneNames");
  for (auto& id : texts(call.params(), "ZoneIds"))
    wanted.push_back(std::move(id));
  for (const auto& name : wanted) {
    if (!zone_in(call.region(), name))
      return invalid_value(fmt::format("Invalid availability zone: [{}]", name));
  }
  TRY(check_filters(call.params(), kZoneFilters));
  Array zones;
  for (const auto& zone : zones_of(call.region())) {
    Document item(zone_shape(call.region(), zone));
    if ((asked_for(wanted, zone.name) || asked_for(wanted, zone.id)) &&
        passes(call.params(), kZoneFilters, item))
      zones.push_back(std::move(item));
  }
  return Object{{"AvailabilityZones", std::move(zones)}};
}

Outcome describe_account_attributes(Call& call) {
  const auto names = texts(call.params(), "AttributeNames");
  Array out;
  for (auto& each :
       {attribute("supported-platforms", {"VPC"}), attribute("default-vpc", {default_vpc_of(call)}),
        attribute("max-instances", {"20"}),
        attribute("vpc-max-security-groups-per-interface", {"5"}),
        attribute("max-elastic-ips", {"5"}), attribute("vpc-max-elastic-ips", {"5"})}) {
    if (asked_for(names, text(each, "AttributeName"))) out.push_back(each);
  }
  if (!names.empty() && out.empty()) return invalid_value(names.front(), "attributeName");
  return Object{{"AccountAttributes", std::move(out)}};
}

}  // namespace tocsin::ec2
