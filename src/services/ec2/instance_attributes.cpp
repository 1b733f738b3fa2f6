// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/instance_types.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

enum class Changes { Always, Stopped, Never };

/// An attribute of DescribeInstanceAttribute: where its value lies, and when it can be changed.
struct Attribute {
  std::string_view name;    // "disableApiTermination"
  std::string_view member;  // of the reply
  bool shown;               // in the shape; else in what is not described
  Changes changes;
};
constexpr std::array<Attribute, 12> kAttributes{
    {{"disableApiTermination", "DisableApiTermination", false, Changes::Always},
     {"disableApiStop", "DisableApiStop", false, Changes::Always},
     {"instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior", false,
      Changes::Always},
     {"instanceType", "InstanceType", true, Changes::Stopped},
     {"rootDeviceName", "RootDeviceName", true, Changes::Never},
     {"sourceDestCheck", "SourceDestCheck", true, Changes::Always},
     {"ebsOptimized", "EbsOptimized", true, Changes::Stopped},
     {"enaSupport", "EnaSupport", true, Changes::Stopped},
     {"kernel", "KernelId", true, Changes::Stopped},
     {"ramdisk", "RamdiskId", true, Changes::Stopped},
     {"sriovNetSupport", "SriovNetSupport", true, Changes::Stopped},
     {"userData", "UserData", false, Changes::Stopped}}};

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
    const auto* given = find(params, attribute.member);
    if (!given || !given->is_object()) continue;
    const auto* value = find(*given, "Value");
    if (!value && attribute.member != "UserData")
      return missing_parameter(std::string(attribute.name) + ".value");
    changes[attribute.member] = value ? *value : Document("");  // of user data: none
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

Result<void> check_value(std::string_view member, const Document& value) {
  const auto given = value.is_string() ? std::string_view(value.get_string()) : std::string_view();
  const bool behaviour = member == "InstanceInitiatedShutdownBehavior";
  if (behaviour && given != "stop" && given != "terminate") return invalid_value(given, member);
  if (member == "SriovNetSupport" && given != "simple") return invalid_value(given, member);
  if (member == "InstanceType" && !is_instance_type(given)) {
    return fail("InvalidInstanceAttributeValue",
                fmt::format("Invalid value '{}' for InstanceType.", given));
  }
  return {};
}

Result<void> change(Call& call, Resource& instance, const Attribute& attribute,
                    const Document& value) {
  const auto member = attribute.member;
  if (attribute.changes == Changes::Never)
    return invalid_value(attribute.name, "attribute", "This attribute cannot be modified.");
  if (attribute.changes == Changes::Stopped && state_of(instance) != State::Stopped)
    return not_stopped(instance, attribute.name);
  TRY(check_value(member, value));
  if (member == "UserData") {
    const auto plain = call.open(value).value_or("");
    if (plain.empty())
      instance.more.erase(member);
    else
      instance.more[member] = call.seal(plain);
    return {};
  }
  if (member == "SourceDestCheck") {
    for (auto& interface : interfaces_of(call, instance.id)) {
      interface.shape[member] = value;
      save(call, kInterface, interface);
    }
  }
  (attribute.shown ? instance.shape : instance.more)[member] = value;
  return {};
}

Result<void> change(Call& call, Resource& instance, std::string_view member,
                    const Document& value) {
  if (member == "Groups") return set_groups(call, instance, texts(call.params(), "Groups"));
  if (member == "BlockDeviceMappings") return set_devices(call, instance, value.as_array());
  const auto found = std::find_if(kAttributes.begin(), kAttributes.end(),
                                  [&](const Attribute& each) { return each.member == member; });
  return change(call, instance, *found, value);
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
  TRY(check_one_attribute(changes.size()));
  TRY(change(call, instance, changes.begin()->key(), changes.begin()->value()));
  refresh(call, instance);
  refresh_devices(call, instance);
  save(call, kInstance, instance);
  return Object();
}

Outcome reset_instance_attribute(Call& call) {
  auto instance = TRY(living(call));
  const auto asked = text(call.params(), "Attribute");
  if (asked == "sourceDestCheck") {
    TRY(change(call, instance, "SourceDestCheck", Document(true)));
  } else if (asked == "kernel" || asked == "ramdisk") {
    if (state_of(instance) != State::Stopped) return not_stopped(instance, asked);
    instance.shape.erase(asked == "kernel" ? "KernelId" : "RamdiskId");
  } else {
    return invalid_value(asked, "attribute", "Only kernel, ramdisk and sourceDestCheck are reset.");
  }
  refresh(call, instance);
  save(call, kInstance, instance);
  return Object();
}

}  // namespace tocsin::ec2
