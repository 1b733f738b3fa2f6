// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/access.hpp"

#include <array>
#include <fmt/format.h>

#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/key_pairs.hpp"
#include "services/ec2/launch_templates.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Access;
using core::Call;
using core::Outcome;

using Keys = std::map<std::string, std::vector<std::string>>;

/// Condition keys that are members of the resource as it is described.
struct MemberKey {
  std::string_view key, path;
};
constexpr std::array<MemberKey, 12> kMemberKeys{
    {{"ec2:AvailabilityZone", "AvailabilityZone"},
     {"ec2:AvailabilityZone", "Placement.AvailabilityZone"},
     {"ec2:Tenancy", "InstanceTenancy"},
     {"ec2:Tenancy", "Placement.Tenancy"},
     {"ec2:InstanceType", "InstanceType"},
     {"ec2:InstanceProfile", "IamInstanceProfile.Arn"},
     {"ec2:RootDeviceType", "RootDeviceType"},
     {"ec2:VolumeSize", "Size"},
     {"ec2:VolumeType", "VolumeType"},
     {"ec2:Encrypted", "Encrypted"},
     {"ec2:Owner", "OwnerId"},
     {"ec2:Public", "Public"}}};

/// Condition keys of what is to be made, by the parameters that say it.
constexpr std::array<MemberKey, 8> kRequestKeys{
    {{"ec2:InstanceType", "InstanceType"},
     {"ec2:AvailabilityZone", "AvailabilityZone"},
     {"ec2:MetadataHttpTokens", "MetadataOptions.HttpTokens"},
     {"ec2:MetadataHttpEndpoint", "MetadataOptions.HttpEndpoint"},
     {"ec2:MetadataHttpPutResponseHopLimit", "MetadataOptions.HttpPutResponseHopLimit"},
     {"ec2:VolumeSize", "Size"},
     {"ec2:VolumeType", "VolumeType"},
     {"ec2:Encrypted", "Encrypted"}}};

std::string action_of(const Call& call) {
  return fmt::format("ec2:{}", call.request().operation);
}

Access access_to(const Call& call, const Kind& kind, std::string_view id) {
  Access access{.action = action_of(call), .resource = arn_of(kind, call.scope(), id)};
  access.context["ec2:Region"] = {call.region()};
  if (const auto resource = get(call, call.scope(), kind, id)) {
    access.resource = arn_of(kind, *resource);
    access.context = keys_of(kind, *resource);
  }
  return access;
}

/// By a name where the parameters give one in place of an id.
std::vector<std::string> ids_of(const Call& call, const Target& target) {
  auto ids = values_at(call.params(), target.param);
  if (ids.empty() && target.kind == &kTemplate) {
    if (auto found = template_named(call, text(call.params(), "LaunchTemplateName")))
      ids.push_back(found->id);
  }
  if (ids.empty() && target.kind == &kKeyPair) {
    if (auto found = key_pair_named(call, text(call.params(), "KeyName"))) ids.push_back(found->id);
  }
  if (ids.empty() && target.kind == &kGroup && target.param == "GroupId") {
    const auto name = text(call.params(), "GroupName");
    if (name.empty()) return ids;
    if (auto group = group_named(call, name, {})) ids.push_back(group->id);
  }
  return ids;
}

void add_targets(const Call& call, const std::vector<Target>& targets, std::vector<Access>& out) {
  for (const auto& target : targets) {
    for (const auto& id : ids_of(call, target))
      out.push_back(access_to(call, *target.kind, id));
  }
}

}  // namespace

Keys keys_of(const Kind& kind, const Resource& resource) {
  Keys keys{{"ec2:Region", {resource.scope.region}}};
  for (const auto& [name, value] : resource.tags) {
    keys["aws:ResourceTag/" + name] = {value};
    keys["ec2:ResourceTag/" + name] = {value};
  }
  const auto& shape = resource.shape;
  for (const auto& [key, path] : kMemberKeys) {
    if (auto values = values_at(shape, path); !values.empty())
      keys[std::string(key)] = std::move(values);
  }
  if (const auto vpc = text(shape, "VpcId"); !vpc.empty() && &kind != &kVpc)
    keys["ec2:Vpc"] = {arn_of(kVpc, resource.scope, vpc)};
  if (const auto subnet = text(shape, "SubnetId"); !subnet.empty() && &kind != &kSubnet)
    keys["ec2:Subnet"] = {arn_of(kSubnet, resource.scope, subnet)};
  return keys;
}

core::Needs on(std::vector<Target> targets) {
  return [targets = std::move(targets)](Call& call) {
    std::vector<Access> out;
    add_targets(call, targets, out);
    if (out.empty()) out.push_back({.action = action_of(call)});
    return out;
  };
}

core::Needs makes(const Kind& made, std::vector<Target> from) {
  return [&made, from = std::move(from)](Call& call) {
    const auto tags = tags_in_request(call.params(), made);
    Access making{.action = action_of(call), .resource = arn_of(made, call.scope(), "*")};
    making.context["ec2:Region"] = {call.region()};
    if (const auto vpc = text(call.params(), "VpcId"); !vpc.empty())
      making.context["ec2:Vpc"] = {arn_of(kVpc, call.scope(), vpc)};
    for (const auto& [key, path] : kRequestKeys) {
      if (auto values = values_at(call.params(), path); !values.empty())
        making.context[std::string(key)] = std::move(values);
    }
    core::add_request_tags(making, tags);
    std::vector<Access> out;
    if (!tags.empty()) {
      auto tagging = making;
      tagging.action = "ec2:CreateTags";
      tagging.context["ec2:CreateAction"] = {call.request().operation};
      out.push_back(std::move(tagging));
    }
    out.insert(out.begin(), std::move(making));
    add_targets(call, from, out);
    return out;
  };
}

core::Needs both(core::Needs one, core::Needs other) {
  return [one = std::move(one), other = std::move(other)](Call& call) {
    auto out = one(call);
    for (auto& access : other(call))
      out.push_back(std::move(access));
    return out;
  };
}

core::Operation served(core::Operation operation) {
  const bool writes = operation.effect == core::Effect::Write;
  operation.handler = [writes, inner = std::move(operation.handler)](Call& call) -> Outcome {
    if (writes) settle(call);
    auto outcome = inner(call);
    if (outcome.reply() && flag(call.params(), "DryRun")) return dry_run();
    return outcome;
  };
  return operation;
}

}  // namespace tocsin::ec2
