// SPDX-License-Identifier: Apache-2.0
// What RunInstances needs permission for: everything that it uses and makes.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
#include <array>

#include "services/ec2/access.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/images.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/key_pairs.hpp"
#include "services/ec2/launch_templates.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Access;
using core::Call;

constexpr std::string_view kAction = "ec2:RunInstances";

using Keys = std::map<std::string, std::vector<std::string>>;

struct ParameterKey {
  std::string_view key, path;
};
constexpr std::array<ParameterKey, 7> kInstanceKeys{
    {{"ec2:InstanceType", "InstanceType"},
     {"ec2:EbsOptimized", "EbsOptimized"},
     {"ec2:Tenancy", "Placement.Tenancy"},
     {"ec2:InstanceProfile", "IamInstanceProfile.Arn"},
     {"ec2:MetadataHttpTokens", "MetadataOptions.HttpTokens"},
     {"ec2:MetadataHttpEndpoint", "MetadataOptions.HttpEndpoint"},
     {"ec2:MetadataHttpPutResponseHopLimit", "MetadataOptions.HttpPutResponseHopLimit"}}};

/// What a launch asks permissions for, collected.
class Needed {
 public:
  explicit Needed(const Call& call, const Document& params)
      : call_(call), params_(params), everywhere_(common()) {}

  void makes(const Kind& kind, const Keys& keys) {
    Access access{.action = std::string(kAction), .resource = arn_of(kind, call_.scope(), "*")};
    access.context = everywhere_;
    access.context.insert(keys.begin(), keys.end());
    const auto tags = tags_in_request(params_, kind);
    core::add_request_tags(access, tags);
    out_.push_back(access);
    if (tags.empty()) return;
    access.action = "ec2:CreateTags";
    access.context["ec2:CreateAction"] = {"RunInstances"};
    out_.push_back(std::move(access));
  }

  void uses(const Kind& kind, std::string_view id) {
    Access access{.action = std::string(kAction), .resource = arn_of(kind, call_.scope(), id)};
    access.context = everywhere_;
    if (const auto found = get(call_, call_.scope(), kind, id)) uses(kind, *found, access);
    out_.push_back(std::move(access));
  }
  void uses(const Kind& kind, const Resource& resource) {
    Access access{.action = std::string(kAction), .context = everywhere_};
    uses(kind, resource, access);
    out_.push_back(std::move(access));
  }

  std::vector<Access> take() { return std::move(out_); }

 private:
  static void uses(const Kind& kind, const Resource& resource, Access& access) {
    access.resource = arn_of(kind, resource);
    for (auto& [key, values] : keys_of(kind, resource))
      access.context[key] = std::move(values);
  }

  Keys common() const {
    Keys keys{{"ec2:Region", {call_.region()}}};
    const auto* named = find(call_.params(), "LaunchTemplate");
    if (!named) return keys;
    if (const auto found = requested_template(call_, *named))
      keys["ec2:LaunchTemplate"] = {arn_of(kTemplate, *found)};
    return keys;
  }

  const Call& call_;
  const Document& params_;
  Keys everywhere_;
  std::vector<Access> out_;
};

Keys instance_keys(const Document& params) {
  Keys keys;
  for (const auto& [key, path] : kInstanceKeys) {
    if (auto values = values_at(params, path); !values.empty())
      keys[std::string(key)] = std::move(values);
  }
  return keys;
}

std::vector<std::string> asked_groups(const Call& call, const Document& params) {
  auto ids = values_at(params, "SecurityGroupIds");
  for (auto& id : values_at(params, "NetworkInterfaces.Groups"))
    ids.push_back(std::move(id));
  for (const auto& name : texts(params, "SecurityGroups")) {
    if (const auto group = group_named(call, name, {})) ids.push_back(group->id);
  }
  return ids;
}

void add_network(Needed& needed, const Call& call, const Document& params) {
  auto subnets = values_at(params, "NetworkInterfaces.SubnetId");
  if (const auto id = text(params, "SubnetId"); !id.empty()) subnets.emplace_back(id);
  for (const auto& id : subnets)
    needed.uses(kSubnet, id);
  for (const auto& id : asked_groups(call, params))
    needed.uses(kGroup, id);
  const auto interfaces = values_at(params, "NetworkInterfaces.NetworkInterfaceId");
  for (const auto& id : interfaces)
    needed.uses(kInterface, id);
  if (interfaces.empty()) needed.makes(kInterface, {});
}

}  // namespace

core::Needs launching() {
  return [](Call& call) {
    const auto params = launch_parameters(call).value_or(call.params());
    Needed needed(call, params);
    needed.makes(kInstance, instance_keys(params));
    needed.makes(kVolume, {});
    if (const auto id = text(params, "ImageId"); !id.empty()) {
      if (const auto image = visible_image(call, id))
        needed.uses(kImage, *image);
      else
        needed.uses(kImage, id);
    }
    add_network(needed, call, params);
    if (const auto pair = key_pair_named(call, text(params, "KeyName")))
      needed.uses(kKeyPair, *pair);
    if (const auto* named = find(call.params(), "LaunchTemplate")) {
      if (const auto found = requested_template(call, *named)) needed.uses(kTemplate, *found);
    }
    return needed.take();
  };
}

}  // namespace tocsin::ec2
