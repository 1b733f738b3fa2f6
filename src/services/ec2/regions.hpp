// SPDX-License-Identifier: Apache-2.0
// Regions and their availability zones.
#pragma once

#include <vector>

#include "core/context.hpp"

namespace tocsin::ec2 {

struct Zone {
  std::string name;  // "us-east-1a"
  std::string id;    // "use1-az1"
};
/// At least three, of any region's name.
std::vector<Zone> zones_of(const std::string& region);
/// By name or id; null where the region has no such zone.
std::optional<Zone> zone_in(const std::string& region, std::string_view name_or_id);
/// Of the private names of hosts: "ec2.internal", "eu-west-1.compute.internal".
std::string internal_domain(const std::string& region);

core::Outcome describe_regions(core::Call& call);
core::Outcome describe_availability_zones(core::Call& call);
core::Outcome describe_account_attributes(core::Call& call);

}  // namespace tocsin::ec2
