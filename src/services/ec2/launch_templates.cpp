// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/launch_templates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostTemplates = 5000;
constexpr std::size_t kLongestName = 128;
constexpr std::string_view kVersions = "Versions";

constexpr std::array<Filter, 2> kFilters{
    {{"create-time", "CreateTime"}, {"launch-template-name", "LaunchTemplateName"}}};

Failure no_template_named(std::string_view name) {
  return fail(
      "InvalidLaunchTemplateName.NotFoundException",
      fmt::format("The specified launch template, with template name {}, does not exist.", name));
}

Result<void> check_name(const Call& call, std::string_view name) {
  if (name.empty()) return missing_parameter("LaunchTemplateName");
  const bool good = std::all_of(name.begin(), name.end(), [](char each) {
    return std::isalnum(static_cast<unsigned char>(each)) ||
           std::string_view("()./_-").find(each) != std::string_view::npos;
  });
  if (!good || name.size() < 3 || name.size() > kLongestName) {
    return fail("InvalidLaunchTemplateName.MalformedException",
                "A launch template name must be between 3 and 128 characters, and may contain "
                "letters, numbers, and the following characters: - ( ) . / _.");
  }
  if (template_named(call, name)) {
    return fail("InvalidLaunchTemplateName.AlreadyExistsException",
                "Launch template name already in use.");
  }
  if (all(call, call.scope(), kTemplate).size() >= kMostTemplates) {
    return fail("LaunchTemplateLimitExceeded",
                "The maximum number of launch templates has been reached.");
  }
  return {};
}

/// Auto Scaling says a subnet where the template says interfaces: it is the first one's. From
/// others that is an error.
void place_interface(const Call& call, Object& merged) {
  const auto& who = call.principal();
  const auto* interfaces = merged.if_contains("NetworkInterfaces");
  const auto* subnet = merged.if_contains("SubnetId");
  if (who.service != "autoscaling.amazonaws.com" || !interfaces || !subnet) return;
  auto placed = interfaces->is_array() ? interfaces->as_array() : Array();
  if (placed.empty() || !placed.front().is_object()) return;
  placed.front().as_object()["SubnetId"] = *subnet;
  merged.erase("SubnetId");
  merged["NetworkInterfaces"] = std::move(placed);
}

core::Tags tags_for(const Array& specifications, std::string_view type) {
  core::Tags tags;
  for (const auto& each : specifications) {
    if (text(each, "ResourceType") == type) tags = core::tags_of(array_of(each, "Tags"));
  }
  return tags;
}

/// The tags of both; of the same key the request's.
Array merged_tags(const Array& of_template, const Array& of_request) {
  Array out = of_request;
  for (const auto& each : of_template) {
    const auto type = text(each, "ResourceType");
    auto tags = tags_for(of_request, type);
    const bool both = !tags.empty();
    for (const auto& [key, value] : core::tags_of(array_of(each, "Tags")))
      tags.emplace(key, value);
    Object merged{{"ResourceType", type}, {"Tags", core::tag_list(tags)}};
    if (!both) {
      out.push_back(std::move(merged));
      continue;
    }
    for (auto& mine : out) {
      if (text(mine, "ResourceType") == type) mine = merged;
    }
  }
  return out;
}

/// The members that RunInstances writes otherwise.
Object as_launch(Object data) {
  if (const auto* ramdisk = data.if_contains("RamDiskId")) {
    data["RamdiskId"] = *ramdisk;
    data.erase("RamDiskId");
  }
  return data;
}

Array devices_of(const Call& call, const Resource& instance) {
  Array out;
  for (const auto& volume : volumes_of(call, instance.id)) {
    const auto& attachment = array_of(volume.shape, "Attachments").front();
    Object ebs{{"DeleteOnTermination", flag(attachment, "DeleteOnTermination")},
               {"Encrypted", flag(volume.shape, "Encrypted")},
               {"VolumeSize", integer(volume.shape, "Size").value_or(1)},
               {"VolumeType", text(volume.shape, "VolumeType")}};
    for (const auto* name : {"Iops", "Throughput"}) {
      if (const auto* value = volume.shape.if_contains(name)) ebs[name] = *value;
    }
    for (const auto* name : {"SnapshotId", "KmsKeyId"}) {
      if (const auto value = text(volume.shape, name); !value.empty()) ebs[name] = value;
    }
    out.push_back(Object{{"DeviceName", text(attachment, "Device")}, {"Ebs", std::move(ebs)}});
  }
  return out;
}

Array interfaces_of_data(const Resource& instance) {
  Array out;
  for (const auto& interface : array_of(instance.shape, "NetworkInterfaces")) {
    const auto& attachment = object_of(interface, "Attachment");
    Array groups;
    for (const auto& id : values_at(interface, "Groups.GroupId"))
      groups.push_back(boost::json::string(id));
    out.push_back(Object{{"AssociatePublicIpAddress", flag(instance.more, "PublicAddress")},
                         {"DeleteOnTermination", flag(attachment, "DeleteOnTermination")},
                         {"Description", text(interface, "Description")},
                         {"DeviceIndex", integer(attachment, "DeviceIndex").value_or(0)},
                         {"Groups", std::move(groups)},
                         {"SubnetId", text(interface, "SubnetId")}});
  }
  return out;
}

}  // namespace

std::optional<Resource> template_named(const core::Context& context, std::string_view name) {
  for (auto& each : all(context, context.scope(), kTemplate)) {
    if (text(each.shape, "LaunchTemplateName") == name) return std::move(each);
  }
  return std::nullopt;
}

Result<Resource> requested_template(const Call& call, const Document& request) {
  const auto id = text(request, "LaunchTemplateId");
  const auto name = text(request, "LaunchTemplateName");
  if (!id.empty() && !name.empty()) {
    return invalid_combination(
        "You cannot specify both the launch template ID and the launch template name.");
  }
  if (!id.empty()) return existing(call, kTemplate, id);
  if (name.empty()) {
    return fail("MissingParameter",
                "The request must contain the parameter launchTemplateId or launchTemplateName");
  }
  if (auto found = template_named(call, name)) return *std::move(found);
  return no_template_named(name);
}

Result<std::int64_t> version_number(const Resource& launch_template, std::string_view version) {
  if (version.empty() || version == "$Default")
    return integer(launch_template.shape, "DefaultVersionNumber").value_or(1);
  if (version == "$Latest")
    return integer(launch_template.shape, "LatestVersionNumber").value_or(1);
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), number);
  const bool whole = error == std::errc() && end == version.data() + version.size();
  if (whole && version_of(launch_template, number)) return number;
  return fail("InvalidLaunchTemplateId.VersionNotFound",
              fmt::format("Could not find the specified version {} for the launch template with "
                          "ID {}.",
                          version, launch_template.id));
}

Result<Object> version_of(const Resource& launch_template, std::int64_t number) {
  for (const auto& version : array_of(launch_template.more, kVersions)) {
    if (integer(version, "VersionNumber") == number) return version.as_object();
  }
  return fail("InvalidLaunchTemplateId.VersionNotFound",
              fmt::format("Could not find the specified version {} for the launch template with "
                          "ID {}.",
                          number, launch_template.id));
}

Result<Document> launch_parameters(const Call& call) {
  const auto* named = find(call.params(), "LaunchTemplate");
  if (!named) return call.params();
  const auto launch_template = TRY(requested_template(call, *named));
  const auto number = TRY(version_number(launch_template, text(*named, "Version")));
  const auto version = TRY(version_of(launch_template, number));
  auto merged = as_launch(object_of(version, "LaunchTemplateData"));
  const auto& params = call.params();
  if (find(params, "SecurityGroupIds")) merged.erase("SecurityGroups");
  if (find(params, "SecurityGroups")) merged.erase("SecurityGroupIds");
  const auto tags =
      merged_tags(array_of(merged, "TagSpecifications"), array_of(params, "TagSpecifications"));
  for (const auto& [name, value] : params.as_object())
    merged[name] = value;
  if (!tags.empty()) merged["TagSpecifications"] = tags;
  place_interface(call, merged);
  return Document(std::move(merged));
}

core::Tags template_tags(const Call& call) {
  const auto* named = find(call.params(), "LaunchTemplate");
  if (!named) return {};
  const auto found = requested_template(call, *named);
  if (!found) return {};
  const auto number = version_number(*found, text(*named, "Version")).value_or(1);
  return {{"aws:ec2launchtemplate:id", found->id},
          {"aws:ec2launchtemplate:version", std::to_string(number)}};
}

Outcome create_launch_template(Call& call) {
  const auto& params = call.params();
  TRY(check_name(call, text(params, "LaunchTemplateName")));
  auto data = TRY(requested_data(call));
  auto made = new_resource(call, kTemplate, TRY(specified_tags(call, kTemplate)));
  made.shape = {{"LaunchTemplateId", made.id},
                {"LaunchTemplateName", text(params, "LaunchTemplateName")},
                {"CreateTime", to_seconds(call.now())},
                {"CreatedBy", call.principal().arn},
                {"DefaultVersionNumber", 1},
                {"LatestVersionNumber", 0}};
  add_version(call, made, std::move(data));
  return Object{{"LaunchTemplate", shown(made)}};
}

Outcome delete_launch_template(Call& call) {
  const auto gone = TRY(requested_template(call, call.params()));
  erase(call, kTemplate, gone);
  return Object{{"LaunchTemplate", shown(gone)}};
}

Outcome modify_launch_template(Call& call) {
  auto changed = TRY(requested_template(call, call.params()));
  const auto version = text(call.params(), "DefaultVersion");
  if (version.empty()) return missing_parameter("SetDefaultVersion");
  changed.shape["DefaultVersionNumber"] = TRY(version_number(changed, version));
  save(call, kTemplate, changed);
  return Object{{"LaunchTemplate", shown(changed)}};
}

Outcome describe_launch_templates(Call& call) {
  const auto ids = texts(call.params(), "LaunchTemplateIds");
  const auto names = texts(call.params(), "LaunchTemplateNames");
  TRY(existing(call, kTemplate, ids));
  for (const auto& name : names) {
    if (!template_named(call, name)) {
      return fail("InvalidLaunchTemplateName.NotFoundException",
                  "At least one of the launch templates specified in the request does not exist.");
    }
  }
  Array items;
  for (const auto& each : all(call, call.scope(), kTemplate)) {
    const bool wanted = (ids.empty() && names.empty()) || has(ids, each.id) ||
                        has(names, text(each.shape, "LaunchTemplateName"));
    if (wanted) items.push_back(shown(each));
  }
  return TRY(filtered_page(call, items, "LaunchTemplates", kFilters));
}

/// An instance as the template that would launch one like it.
Outcome get_launch_template_data(Call& call) {
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto& shape = instance.shape;
  Object data;
  for (const auto* name : {"ImageId", "InstanceType", "KeyName", "EbsOptimized", "CpuOptions",
                           "HibernationOptions", "EnclaveOptions", "MetadataOptions"}) {
    if (const auto* value = shape.if_contains(name)) data[name] = *value;
  }
  data["MetadataOptions"].as_object().erase("State");
  for (const auto* name :
       {"DisableApiTermination", "DisableApiStop", "InstanceInitiatedShutdownBehavior"}) {
    if (const auto* value = instance.more.if_contains(name)) data[name] = *value;
  }
  data["Monitoring"] =
      Object{{"Enabled", text(object_of(shape, "Monitoring"), "State") == "enabled"}};
  data["Placement"] = object_of(shape, "Placement");
  data["BlockDeviceMappings"] = devices_of(call, instance);
  data["NetworkInterfaces"] = interfaces_of_data(instance);
  const auto profile = text(object_of(shape, "IamInstanceProfile"), "Arn");
  if (!profile.empty()) data["IamInstanceProfile"] = Object{{"Arn", profile}};
  if (const auto* sealed = find(instance.more, "UserData"))
    data["UserData"] = call.open(*sealed).value_or("");
  auto tags = instance.tags;
  std::erase_if(tags, [](const auto& tag) { return tag.first.starts_with("aws:"); });
  if (!tags.empty())
    data["TagSpecifications"] =
        Array{Object{{"ResourceType", "instance"}, {"Tags", core::tag_list(tags)}}};
  return Object{{"LaunchTemplateData", std::move(data)}};
}

}  // namespace tocsin::ec2
