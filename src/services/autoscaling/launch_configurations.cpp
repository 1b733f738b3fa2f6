// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/launch_configurations.hpp"

#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMostConfigurations = 200;
constexpr std::size_t kMostUserData = 16384;

constexpr std::array<std::string_view, 16> kMembers{"ImageId",
                                                    "KeyName",
                                                    "SecurityGroups",
                                                    "ClassicLinkVPCId",
                                                    "InstanceType",
                                                    "KernelId",
                                                    "RamdiskId",
                                                    "BlockDeviceMappings",
                                                    "SpotPrice",
                                                    "IamInstanceProfile",
                                                    "EbsOptimized",
                                                    "AssociatePublicIpAddress",
                                                    "MetadataOptions",
                                                    "PlacementTenancy",
                                                    "InstanceMonitoring",
                                                    "ClassicLinkVPCSecurityGroups"};

std::string profile_name(std::string_view profile) {
  return std::string(profile.substr(profile.rfind('/') + 1));
}

/// The role of the profile is passed to the instances.
Result<void> check_profile(Call& call, std::string_view profile) {
  if (profile.empty()) return {};
  // It is looked up by the service's own right: the caller needs to be able to pass the role.
  const auto reply = call.call({.service = "iam",
                                .operation = "GetInstanceProfile",
                                .params = Object{{"InstanceProfileName", profile_name(profile)}},
                                .scope = call.scope(),
                                .credential = {.kind = core::Credential::Kind::Service,
                                               .account = call.account(),
                                               .service = "autoscaling.amazonaws.com"},
                                .principal = {}})
                         .result();
  if (!reply && reply.error().code == "NoSuchEntity")
    return invalid(fmt::format("Invalid IamInstanceProfile: {}", profile));
  if (!reply) return fail(reply.error());
  for (const auto& role : array_of(object_of(*reply, "InstanceProfile"), "Roles")) {
    TRY(call.authorize({.action = "iam:PassRole",
                        .resource = string_of(role, "Arn"),
                        .context = {{"iam:PassedToService", {"ec2.amazonaws.com"}}}}));
  }
  return {};
}

Result<void> check_new(const Call& call, std::string_view name) {
  if (kConfigurations.contains(call, Key::of(call.scope(), name))) {
    return fail("AlreadyExists",
                fmt::format("Launch Configuration by this name already exists - A launch "
                            "configuration already exists with the name {}",
                            name));
  }
  if (kConfigurations.all(call, Key::of(call.scope())).size() >= kMostConfigurations) {
    return fail("LimitExceeded",
                "The maximum number of launch configurations has been reached: 200");
  }
  return {};
}

Result<Document> user_data_in(Call& call, const Object& given) {
  const auto* data = find(given, "UserData");
  if (!data) return Document(nullptr);
  const auto plain = call.open(*data).value_or("");
  const auto bytes = unbase64(plain);
  if (!bytes) return invalid("Invalid BASE64 encoding of user data.");
  if (bytes->size() > kMostUserData) return invalid("User data is limited to 16384 bytes");
  return call.seal(plain);
}

/// What AWS shows of one where nothing is said.
Object with_defaults(const Object& given) {
  Object shape{{"KeyName", ""},
               {"SecurityGroups", Array()},
               {"KernelId", ""},
               {"RamdiskId", ""},
               {"EbsOptimized", false},
               {"BlockDeviceMappings", Array()},
               {"InstanceMonitoring", Object{{"Enabled", true}}},
               {"ClassicLinkVPCSecurityGroups", Array()}};
  for (const auto member : kMembers) {
    if (const auto* value = find(given, member)) shape[member] = *value;
  }
  return shape;
}

Result<Configuration> kept(Call& call, const std::string& name, const Object& given) {
  for (const auto* member : {"ImageId", "InstanceType"}) {
    if (text(given, member).empty())
      return invalid(
          fmt::format("Valid requests must contain either the InstanceID parameter or "
                      "both the ImageId and InstanceType parameters."));
  }
  TRY(check_profile(call, text(given, "IamInstanceProfile")));
  Configuration row{.scope = call.scope(),
                    .name = name,
                    .uuid = call.new_uuid(),
                    .created = call.now(),
                    .shape = with_defaults(given),
                    .user_data = nullptr};
  row.user_data = TRY(user_data_in(call, given));
  kConfigurations.put(call, Key::of(row.scope, row.name), row);
  return row;
}

Object shown(const Call& call, const Configuration& row) {
  Object out{{"LaunchConfigurationName", row.name}, {"LaunchConfigurationARN", arn_of(row)}};
  for (const auto& [name, value] : row.shape)
    out[name] = value;
  out["UserData"] = call.open(row.user_data).value_or("");
  out["CreatedTime"] = to_seconds(row.created);
  return out;
}

/// What an instance says of how it was launched, in the members of a launch configuration.
Object like(const Document& instance) {
  Object out{{"ImageId", text(instance, "ImageId")},
             {"InstanceType", text(instance, "InstanceType")},
             {"EbsOptimized", flag(instance, "EbsOptimized")}};
  if (const auto key = text(instance, "KeyName"); !key.empty()) out["KeyName"] = key;
  Array groups;
  for (const auto& group : array_of(instance, "SecurityGroups"))
    groups.push_back(Document(boost::json::string(text(group, "GroupId"))));
  out["SecurityGroups"] = std::move(groups);
  const auto monitoring = text(object_of(instance, "Monitoring"), "State");
  out["InstanceMonitoring"] = Object{{"Enabled", monitoring == "enabled"}};
  if (const auto* profile = find_path(instance, "IamInstanceProfile.Arn"))
    out["IamInstanceProfile"] = *profile;
  return out;
}

/// EC2 takes a text for NoDevice, where launch configurations have a boolean.
Array devices_of(const Object& shape) {
  Array out;
  for (const auto& given : array_of(shape, "BlockDeviceMappings")) {
    auto device = given.as_object();
    if (device.erase("NoDevice")) device["NoDevice"] = "";
    out.push_back(std::move(device));
  }
  return out;
}

Array network_interface(const Object& shape) {
  Object interface {
    {"DeviceIndex", 0}, { "AssociatePublicIpAddress", flag(shape, "AssociatePublicIpAddress") }
  };
  if (const auto& groups = array_of(shape, "SecurityGroups"); !groups.empty())
    interface["Groups"] = groups;
  Array out;
  out.push_back(std::move(interface));
  return out;
}

}  // namespace

Object launch_params(const Configuration& configuration) {
  const auto& shape = configuration.shape;
  Object out{{"ImageId", text(shape, "ImageId")}, {"InstanceType", text(shape, "InstanceType")}};
  if (const auto key = text(shape, "KeyName"); !key.empty()) out["KeyName"] = key;
  if (!configuration.user_data.is_null()) out["UserData"] = configuration.user_data;
  if (auto devices = devices_of(shape); !devices.empty())
    out["BlockDeviceMappings"] = std::move(devices);
  out["Monitoring"] = object_of(shape, "InstanceMonitoring");
  if (const auto profile = text(shape, "IamInstanceProfile"); !profile.empty())
    out["IamInstanceProfile"] = Object{{profile.starts_with("arn:") ? "Arn" : "Name", profile}};
  if (flag(shape, "EbsOptimized")) out["EbsOptimized"] = true;
  if (const auto tenancy = text(shape, "PlacementTenancy"); !tenancy.empty())
    out["Placement"] = Object{{"Tenancy", tenancy}};
  if (const auto* options = find(shape, "MetadataOptions")) out["MetadataOptions"] = *options;
  const auto& groups = array_of(shape, "SecurityGroups");
  if (shape.contains("AssociatePublicIpAddress")) {
    out["NetworkInterfaces"] = network_interface(shape);
  } else if (!groups.empty()) {
    const bool ids = groups.front().as_string().starts_with("sg-");
    out[ids ? "SecurityGroupIds" : "SecurityGroups"] = groups;
  }
  return out;
}

Result<Configuration> configuration_like(Call& call, const std::string& name,
                                         const std::string& instance, const Object& given) {
  const auto reply = call.call(call.as_caller("ec2", "DescribeInstances",
                                              Object{{"InstanceIds", Array{instance}}}))
                         .result();
  if (!reply) return invalid(reply.error().message);
  const auto& reservations = array_of(*reply, "Reservations");
  if (reservations.empty())
    return invalid(fmt::format("The instance ID '{}' does not exist", instance));
  auto all = like(array_of(reservations.front(), "Instances").front());
  for (const auto& [member, value] : given)
    all[member] = value;
  return kept(call, name, all);
}

Outcome create_launch_configuration(Call& call) {
  const auto& params = call.params().as_object();
  const auto name = string_of(params, "LaunchConfigurationName");
  TRY(check_new(call, name));
  if (const auto instance = string_of(params, "InstanceId"); !instance.empty())
    TRY(configuration_like(call, name, instance, params));
  else
    TRY(kept(call, name, params));
  return Object{};
}

Outcome delete_launch_configuration(Call& call) {
  const auto name =
      name_in(text(call.params(), "LaunchConfigurationName"), "launchConfigurationName/");
  const Key key = Key::of(call.scope(), name);
  if (!kConfigurations.contains(call, key)) {
    return invalid(fmt::format(
        "Launch configuration name not found - Launch configuration {} not found", name));
  }
  for (const auto& group : kGroups.all(call, Key::of(call.scope()))) {
    if (group.configuration == name) {
      return fail("ResourceInUse",
                  fmt::format("Cannot delete launch configuration {} because it is attached to "
                              "AutoScalingGroup {}",
                              name, group.name));
    }
  }
  kConfigurations.erase(call, key);
  return Object{};
}

Outcome describe_launch_configurations(Call& call) {
  const auto names = texts(call.params(), "LaunchConfigurationNames");
  Array out;
  for (const auto& row : kConfigurations.all(call, Key::of(call.scope()))) {
    const bool named = std::ranges::any_of(names, [&](const std::string& name) {
      return name_in(name, "launchConfigurationName/") == row.name;
    });
    if (names.empty() || named) out.push_back(shown(call, row));
  }
  return TRY(page(call, std::move(out), "LaunchConfigurations"));
}

}  // namespace tocsin::autoscaling
