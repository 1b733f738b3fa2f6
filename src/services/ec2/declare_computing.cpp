// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "base/crypto.hpp"
#include "services/ec2/declare.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/properties.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;

/// CloudFormation's numbers may be texts.
Document number_of(const Document& value) {
  const auto* string = value.if_string();
  if (!string) return value;
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(string->data(), string->data() + string->size(), number);
  return error == std::errc() ? Document(number) : value;
}

Array launch_interfaces(const Array& declared) {
  Array out;
  for (const auto& interface : declared) {
    if (!interface.is_object()) continue;
    auto each = interface.as_object();
    if (const auto* groups = each.if_contains("GroupSet")) {
      const auto copy = *groups;
      each["Groups"] = copy;
      each.erase("GroupSet");
    }
    if (const auto* index = each.if_contains("DeviceIndex")) {
      const auto number = number_of(*index);
      each["DeviceIndex"] = number;
    }
    out.push_back(std::move(each));
  }
  return out;
}

Result<void> fill_instance(Call&, const Object& properties, Object& params) {
  params["MinCount"] = 1;
  params["MaxCount"] = 1;
  if (properties.contains("Monitoring"))
    params["Monitoring"] = Object{{"Enabled", flag(properties, "Monitoring")}};
  if (const auto profile = text(properties, "IamInstanceProfile"); !profile.empty())
    params["IamInstanceProfile"] = Object{{"Name", profile}};
  Object placement;
  for (const auto* name : {"AvailabilityZone", "Tenancy"}) {
    if (const auto value = text(properties, name); !value.empty()) placement[name] = value;
  }
  if (!placement.empty()) params["Placement"] = std::move(placement);
  if (properties.contains("NetworkInterfaces"))
    params["NetworkInterfaces"] = launch_interfaces(array_of(properties, "NetworkInterfaces"));
  const auto& tags = array_of(properties, "Tags");
  if (flag(properties, "PropagateTagsToVolumeOnCreation") && !tags.empty())
    params["TagSpecifications"] = Array{Object{{"ResourceType", "volume"}, {"Tags", tags}}};
  return {};
}

std::string association_of(const Resource& instance) {
  return string_of(instance.more, "ProfileAssociation");
}

Result<void> set_profile(Call& call, const Resource& instance, std::string_view name) {
  const auto association = association_of(instance);
  const Object profile{{"Name", name}};
  if (name.empty() && !association.empty())
    TRY(ask(call, "DisassociateIamInstanceProfile", {{"AssociationId", association}}));
  else if (!name.empty() && association.empty())
    TRY(ask(call, "AssociateIamInstanceProfile",
            {{"InstanceId", instance.id}, {"IamInstanceProfile", profile}}));
  else if (!name.empty())
    TRY(ask(call, "ReplaceIamInstanceProfileAssociation",
            {{"AssociationId", association}, {"IamInstanceProfile", profile}}));
  return {};
}

Result<void> apply_instance(Call& call, const Resource& instance, const Object& properties,
                            bool made) {
  const auto now = properties_of(call, kInstance, instance);
  const auto modify = [&](std::string_view param, Document value) {
    return ask(call, "ModifyInstanceAttribute",
               {{"InstanceId", instance.id}, {param, std::move(value)}});
  };
  for (const auto* name : {"SourceDestCheck", "DisableApiTermination", "InstanceType",
                           "EbsOptimized", "InstanceInitiatedShutdownBehavior"}) {
    const bool later = !made || std::string_view(name) == "SourceDestCheck";
    if (later && differs(properties, now, name))
      TRY(modify(name, Object{{"Value", *properties.if_contains(name)}}));
  }
  if (made) return {};
  if (differs(properties, now, "SecurityGroupIds"))
    TRY(modify("Groups", array_of(properties, "SecurityGroupIds")));
  if (differs(properties, now, "IamInstanceProfile"))
    TRY(set_profile(call, instance, text(properties, "IamInstanceProfile")));
  const Array ids{boost::json::string(instance.id)};
  if (differs(properties, now, "Monitoring"))
    TRY(ask(call, flag(properties, "Monitoring") ? "MonitorInstances" : "UnmonitorInstances",
            {{"InstanceIds", ids}}));
  if (differs(properties, now, "MetadataOptions")) {
    auto params = object_of(properties, "MetadataOptions");
    params["InstanceId"] = instance.id;
    TRY(ask(call, "ModifyInstanceMetadataOptions", std::move(params)));
  }
  return {};
}

Result<void> apply_volume(Call& call, const Resource& volume, const Object& properties, bool made) {
  if (made) return {};
  const auto now = properties_of(call, kVolume, volume);
  Object params{{"VolumeId", volume.id}};
  for (const auto* name : {"Size", "VolumeType", "Iops", "Throughput"}) {
    if (differs(properties, now, name)) params[name] = *properties.if_contains(name);
  }
  if (params.size() == 1) return {};
  // What is declared is all there is: a type that needs it gets the declared performance.
  for (const auto* name : {"Iops", "Throughput"}) {
    if (const auto* value = properties.if_contains(name)) params[name] = *value;
  }
  TRY(ask(call, "ModifyVolume", std::move(params)));
  return {};
}

Result<void> fill_key_pair(Call&, const Object& properties, Object& params) {
  const auto material = text(properties, "PublicKeyMaterial");
  if (material.empty()) {
    return fail(
        "InvalidRequest",
        "Tocsin declares key pairs by PublicKeyMaterial only: a key that EC2 makes would be "
        "kept in a parameter.");
  }
  params["PublicKeyMaterial"] = base64(material);
  return {};
}

Result<void> fill_template(Call& call, const Object& properties, Object& params) {
  if (!properties.contains("LaunchTemplateName"))
    params["LaunchTemplateName"] = made_up_name(call, "LaunchTemplate");
  if (const auto& tags = array_of(properties, "TagSpecifications"); !tags.empty())
    params["TagSpecifications"] = tags;
  return {};
}

/// Other data make a new version; the default stays what it is.
Result<void> apply_template(Call& call, const Resource& launch_template, const Object& properties,
                            bool made) {
  const auto now = properties_of(call, kTemplate, launch_template);
  if (made || !differs(properties, now, "LaunchTemplateData")) return {};
  Object params{{"LaunchTemplateId", launch_template.id},
                {"LaunchTemplateData", object_of(properties, "LaunchTemplateData")}};
  if (const auto words = text(properties, "VersionDescription"); !words.empty())
    params["VersionDescription"] = words;
  TRY(ask(call, "CreateLaunchTemplateVersion", std::move(params)));
  return {};
}

Declaration declared_instance() {
  return {.kind = &kInstance,
          .type = "AWS::EC2::Instance",
          .create = "RunInstances",
          .id_path = "Instances.InstanceId",
          .remove = "TerminateInstances",
          .properties = {{"ImageId", "ImageId"},
                         {"InstanceType", "InstanceType", false},
                         {"KeyName", "KeyName"},
                         {"SubnetId", "SubnetId"},
                         {"SecurityGroupIds", "SecurityGroupIds", false},
                         {"SecurityGroups", "SecurityGroups"},
                         {"UserData", "UserData"},
                         {"PrivateIpAddress", "PrivateIpAddress"},
                         {"EbsOptimized", "EbsOptimized", false},
                         {"DisableApiTermination", "DisableApiTermination", false},
                         {"InstanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior",
                          false},
                         {"BlockDeviceMappings", "BlockDeviceMappings", false},
                         {"MetadataOptions", "MetadataOptions", false},
                         {"LaunchTemplate", "LaunchTemplate"},
                         {"AvailabilityZone", ""},
                         {"Tenancy", ""}},
          .others = {"Monitoring", "IamInstanceProfile", "NetworkInterfaces", "SourceDestCheck",
                     "PropagateTagsToVolumeOnCreation", "InstanceId", "VpcId", "State", "PrivateIp",
                     "PublicIp", "PrivateDnsName", "PublicDnsName"},
          .fill = fill_instance,
          .apply = apply_instance,
          .removed_by_list = true};
}

}  // namespace

std::vector<Declaration> declared_computing() {
  return {declared_instance(),
          {.kind = &kVolume,
           .type = "AWS::EC2::Volume",
           .create = "CreateVolume",
           .id_path = "VolumeId",
           .remove = "DeleteVolume",
           .properties = {{"AvailabilityZone", "AvailabilityZone"},
                          {"Size", "Size", false},
                          {"VolumeType", "VolumeType", false},
                          {"Iops", "Iops", false},
                          {"Throughput", "Throughput", false},
                          {"Encrypted", "Encrypted"},
                          {"KmsKeyId", "KmsKeyId", false},
                          {"SnapshotId", "SnapshotId"},
                          {"MultiAttachEnabled", "MultiAttachEnabled"}},
           .others = {"VolumeId"},
           .apply = apply_volume},
          {.kind = &kKeyPair,
           .type = "AWS::EC2::KeyPair",
           .create = "ImportKeyPair",
           .id_path = "KeyPairId",
           .remove = "DeleteKeyPair",
           .properties = {{"KeyName", "KeyName"}},
           .others = {"PublicKeyMaterial", "KeyPairId", "KeyFingerprint", "KeyType"},
           .fill = fill_key_pair},
          {.kind = &kTemplate,
           .type = "AWS::EC2::LaunchTemplate",
           .create = "CreateLaunchTemplate",
           .id_path = "LaunchTemplate.LaunchTemplateId",
           .remove = "DeleteLaunchTemplate",
           .properties = {{"LaunchTemplateName", "LaunchTemplateName"},
                          {"LaunchTemplateData", "LaunchTemplateData", false},
                          {"VersionDescription", "VersionDescription", false}},
           .others = {"TagSpecifications", "LaunchTemplateId", "DefaultVersionNumber",
                      "LatestVersionNumber"},
           .fill = fill_template,
           .apply = apply_template}};
}

}  // namespace tocsin::ec2
