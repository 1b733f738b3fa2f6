// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/ec2_lists.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/spelling.hpp"

namespace tocsin::cloudtrail {
namespace {

struct Known {
  std::string_view wire, set, item;
};

constexpr std::array<Known, 25> kKnown{{{"Add", "add", "item"},
                                        {"AllocationId", "allocationIdsSet", "allocationId"},
                                        {"BlockDeviceMapping", "blockDeviceMapping", "item"},
                                        {"DhcpOptionsId", "dhcpOptionsSet", "dhcpOptionsId"},
                                        {"ExecutableBy", "executableBySet", "user"},
                                        {"GroupId", "securityGroupIdSet", "groupId"},
                                        {"GroupName", "securityGroupSet", "groupName"},
                                        {"ImageId", "imagesSet", "imageId"},
                                        {"InstanceId", "instancesSet", "instanceId"},
                                        {"KeyName", "keySet", "keyName"},
                                        {"Owner", "ownersSet", "owner"},
                                        {"PublicIp", "publicIpsSet", "publicIp"},
                                        {"RegionName", "regionSet", "regionName"},
                                        {"Remove", "remove", "item"},
                                        {"ResourceId", "resourcesSet", "resourceId"},
                                        {"RestorableBy", "sharedUsersSet", "user"},
                                        {"SecurityGroup", "groupSet", "groupName"},
                                        {"SecurityGroupId", "groupSet", "groupId"},
                                        {"SnapshotId", "snapshotSet", "snapshotId"},
                                        {"SubnetId", "subnetSet", "subnetId"},
                                        {"UserGroup", "userGroupSet", "group"},
                                        {"VolumeId", "volumeSet", "volumeId"},
                                        {"VpcId", "vpcSet", "vpcId"},
                                        {"ZoneName", "availabilityZoneSet", "zoneName"},
                                        {"blockDeviceMapping", "blockDeviceMapping", "item"}}};

}  // namespace

ListNames list_names(const model::Member& list) {
  const auto wire = list.wire_name();
  // Of an instance's attribute, not of a description's filter.
  if (wire == "GroupId" && list.name == "Groups") return {"groupSet", "groupId"};
  const auto* known = std::ranges::find(kKnown, wire, &Known::wire);
  if (known != kKnown.end()) return {std::string(known->set), std::string(known->item)};
  auto name = lower_first(wire);
  const auto element = list.shape->element().wire_name();
  auto item =
      element.empty() || element == "item" || element == "member" ? name : lower_first(element);
  if (!name.ends_with("s") && !name.ends_with("Set") && !name.ends_with("Info")) name += "Set";
  return {std::move(name), std::move(item)};
}

}  // namespace tocsin::cloudtrail
