// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

/// An attribute of DescribeInstanceAttribute: where its value lies.
struct Attribute {
  std::string_view name;    // "disableApiTermination"
  std::string_view member;  // of the reply
  bool shown;               // in the shape; else in what is not described
};
constexpr std::array<Attribute, 12> kAttributes{
    {{"disableApiTermination", "DisableApiTermination", false},
     {"disableApiStop", "DisableApiStop", false},
     {"instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior", false},
     {"instanceType", "InstanceType", true},
     {"rootDeviceName", "RootDeviceName", true},
     {"sourceDestCheck", "SourceDestCheck", true},
     {"ebsOptimized", "EbsOptimized", true},
     {"enaSupport", "EnaSupport", true},
     {"kernel", "KernelId", true},
     {"ramdisk", "RamdiskId", true},
     {"sriovNetSupport", "SriovNetSupport", true},
     {"userData", "UserData", false}}};

Object user_data_value(const Call& call, const Resource& instance) {
  const auto* sealed = find(instance.more, "UserData");
  if (!sealed) return {};
  return {{"Value", call.open(*sealed).value_or("")}};
}

Failure not_stopped(const Resource& instance, std::string_view attribute) {
  return fail("IncorrectInstanceState",
              fmt::format("The instance '{}' is not in the 'stopped' state; {} cannot be modified.",
                          instance.id, attribute));
}

Result<void> set_groups(Call& call, const Resource& instance, const std::vector<std::string>& ids) {
  const auto groups = TRY(groups_for(call, ids, text(instance.shape, "VpcId")));
  auto interfaces = interfaces_of(call, instance.id);
  if (interfaces.size() > 1) {
    return fail("InvalidInstanceID",
                fmt::format("There are multiple interfaces attached to instance '{}'. Please "
                            "specify an interface ID for the operation instead.",
                            instance.id));
  }
  for (auto& interface : interfaces) {
    interface.shape["Groups"] = group_identifiers(groups);
    save(call, kInterface, interface);
  }
  return {};
}

Result<void> set_devices(Call& call, const Resource& instance, const Array& devices) {
  for (const auto& device : devices) {
    bool found = false;
    for (auto& volume : volumes_of(call, instance.id)) {
      auto& attachment = volume.shape["Attachments"].as_array().front().as_object();
      if (text(attachment, "Device") != text(device, "DeviceName")) continue;
      attachment["DeleteOnTermination"] =
          flag(object_of(device, "Ebs"), "DeleteOnTermination", true);
      save(call, kVolume, volume);
      found = true;
    }
    if (!found) {
      return fail("InvalidInstanceAttributeValue",
                  fmt::format("No device is currently mapped at {}", text(device, "DeviceName")));
    }
  }
  return {};
}

/// The two ways to say a new value: as a member of its own, or as Attribute and Value.
Result<Object> requested_changes(const Call& call) {
  const auto& params = call.params();
  Object changes;
  for (const auto& attribute : kAttributes) {
    if (const auto* value = find(params, attribute.member); value && value->is_object())
      changes[attribute.member] = value->at("Value");
  }
  for (const auto* name : {"Groups", "BlockDeviceMappings"}) {
    if (const auto& list = array_of(params, name); !list.empty()) changes[name] = list;
  }
  const auto asked = text(params, "Attribute");
  if (asked.empty() || !changes.empty()) return changes;
  const auto found = std::find_if(kAttributes.begin(), kAttributes.end(),
                                  [&](const Attribute& each) { return each.name == asked; });
  if (found == kAttributes.end()) return invalid_value(asked, "attribute", "Unknown attribute.");
  const auto value = text(params, "Value");
  if (value == "true" || value == "false")
    changes[found->member] = value == "true";
  else
    changes[found->member] = std::string(value);
  return changes;
}

Result<void> change(Call& call, Resource& instance, std::string_view member,
                    const Document& value) {
  const bool stopped = state_of(instance) == State::Stopped;
  if (member == "Groups") return set_groups(call, instance, texts(call.params(), "Groups"));
  if (member == "BlockDeviceMappings") return set_devices(call, instance, value.as_array());
  if (member == "UserData") {
    if (!stopped) return not_stopped(instance, "userData");
    instance.more["UserData"] = call.seal(call.open(value).value_or(""));
  } else if (member == "InstanceType" || member == "EbsOptimized" || member == "KernelId" ||
             member == "RamdiskId") {
    if (!stopped) return not_stopped(instance, lower_first(member));
    instance.shape[member] = value;
  } else if (member == "SourceDestCheck") {
    for (auto& interface : interfaces_of(call, instance.id)) {
      interface.shape["SourceDestCheck"] = value;
      save(call, kInterface, interface);
    }
    instance.shape[member] = value;
  } else if (member == "InstanceInitiatedShutdownBehavior" && value != Document("stop") &&
             value != Document("terminate")) {
    return invalid_value(value.is_string() ? std::string_view(value.get_string()) : "", member);
  } else {
    instance.more[member] = value;
  }
  return {};
}

}  // namespace

Outcome describe_instance_attribute(Call& call) {
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto asked = text(call.params(), "Attribute");
  Object out{{"InstanceId", instance.id}};
  if (asked == "groupSet") {
    out["Groups"] = array_of(instance.shape, "SecurityGroups");
    return out;
  }
  if (asked == "blockDeviceMapping") {
    out["BlockDeviceMappings"] = array_of(instance.shape, "BlockDeviceMappings");
    return out;
  }
  for (const auto& attribute : kAttributes) {
    if (attribute.name != asked) continue;
    if (asked == "userData") {
      out["UserData"] = user_data_value(call, instance);
      return out;
    }
    Object value;
    if (const auto* found =
            find(attribute.shown ? instance.shape : instance.more, attribute.member))
      value["Value"] = *found;
    out[attribute.member] = std::move(value);
    return out;
  }
  return invalid_value(asked, "attribute", "Unknown attribute.");
}

Outcome modify_instance_attribute(Call& call) {
  auto instance = TRY(living(call));
  const auto changes = TRY(requested_changes(call));
  if (changes.empty()) return fail("MissingParameter", "You must specify an attribute to modify");
  if (changes.size() > 1) {
    return invalid_combination(
        "Fields for multiple attribute types specified; only one attribute can be modified per "
        "request");
  }
  TRY(change(call, instance, changes.begin()->key(), changes.begin()->value()));
  refresh(call, instance);
  refresh_devices(call, instance);
  save(call, kInstance, instance);
  return Object();
}

Outcome modify_instance_metadata_options(Call& call) {
  const auto& params = call.params();
  auto instance = TRY(living(call));
  auto& options = instance.shape["MetadataOptions"].as_object();
  for (const auto* name :
       {"HttpTokens", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags"}) {
    const auto value = text(params, name);
    if (value.empty()) continue;
    const bool tokens = std::string_view(name) == "HttpTokens";
    const bool good = tokens ? value == "optional" || value == "required"
                             : value == "enabled" || value == "disabled";
    if (!good) return invalid_value(value, name);
    options[name] = std::string(value);
  }
  if (const auto hops = integer(params, "HttpPutResponseHopLimit")) {
    if (*hops < 1 || *hops > 64)
      return invalid_value(std::to_string(*hops), "HttpPutResponseHopLimit");
    options["HttpPutResponseHopLimit"] = *hops;
  }
  options["State"] = "applied";
  auto reply = options;
  reply["State"] = "pending";
  save(call, kInstance, instance);
  return Object{{"InstanceId", instance.id}, {"InstanceMetadataOptions", std::move(reply)}};
}

}  // namespace tocsin::ec2
