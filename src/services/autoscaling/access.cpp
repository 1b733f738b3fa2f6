// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/access.hpp"

#include <array>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/autoscaling/operations.hpp"

namespace tocsin::autoscaling {
namespace {

using core::Access;

/// Condition keys that are parameters of the request.
struct RequestKey {
  std::string_view key, path;
};
constexpr std::array<RequestKey, 10> kRequestKeys{
    {{"autoscaling:LaunchConfigurationName", "LaunchConfigurationName"},
     {"autoscaling:MinSize", "MinSize"},
     {"autoscaling:MaxSize", "MaxSize"},
     {"autoscaling:ImageId", "ImageId"},
     {"autoscaling:InstanceType", "InstanceType"},
     {"autoscaling:SpotPrice", "SpotPrice"},
     {"autoscaling:MetadataHttpTokens", "MetadataOptions.HttpTokens"},
     {"autoscaling:MetadataHttpEndpoint", "MetadataOptions.HttpEndpoint"},
     {"autoscaling:MetadataHttpPutResponseHopLimit", "MetadataOptions.HttpPutResponseHopLimit"},
     {"autoscaling:VPCZoneIdentifiers", "VPCZoneIdentifier"}}};

constexpr std::string_view kAlarmsAct =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":)"
    R"("cloudwatch.amazonaws.com"},"Action":"autoscaling:ExecutePolicy","Resource":"*"}]})";

core::Tags tags_of(const Group& group) {
  core::Tags tags;
  for (const auto& [key, tag] : group.tags)
    tags[key] = tag.value;
  return tags;
}

std::string plain_text(const Document& value) {
  return value.is_string() ? std::string(value.get_string()) : to_json(value);
}

void add_request_keys(const Call& call, Access& access) {
  const auto& params = call.params();
  for (const auto& [key, path] : kRequestKeys) {
    if (const auto* value = find_path(params, path))
      access.context[std::string(key)] = {plain_text(*value)};
  }
  for (const auto* list : {"TargetGroupARNs", "LoadBalancerNames"}) {
    if (auto values = texts(params, list); !values.empty())
      access.context[std::string("autoscaling:") + list] = std::move(values);
  }
  if (find(params, "LaunchTemplate")) {
    const auto version = text(object_of(params, "LaunchTemplate"), "Version");
    access.context["autoscaling:LaunchTemplateVersionSpecified"] = {version.empty() ? "false"
                                                                                    : "true"};
  }
  core::add_request_tags(access, core::tags_of(array_of(params, "Tags")));
}

Access access_to_group(const Call& call, std::string_view name) {
  Access access{.action = "autoscaling:" + call.request().operation,
                .resource = arn("autoscaling", call.scope(),
                                fmt::format("autoScalingGroup:*:autoScalingGroupName/{}", name))};
  if (const auto group = kGroups.get(call, Key::of(call.scope(), name))) {
    access.resource = arn_of(*group);
    const auto tags = tags_of(*group);
    core::add_resource_tags(access, tags);
    for (const auto& [key, value] : tags)
      access.context["autoscaling:ResourceTag/" + key] = {value};
  }
  return access;
}

}  // namespace

std::vector<Access> on_group(Call& call) {
  auto name = name_in(text(call.params(), "AutoScalingGroupName"), "autoScalingGroupName/");
  if (const auto id = text(call.params(), "InstanceId"); name.empty() && !id.empty()) {
    if (const auto owner = kOwners.get(call, Key::of(call.scope(), id))) name = owner->group;
  }
  auto access = access_to_group(call, name.empty() ? "*" : name);
  add_request_keys(call, access);
  return {access};
}

std::vector<Access> on_tagged(Call& call) {
  std::vector<Access> out;
  for (const auto& tag : array_of(call.params(), "Tags")) {
    auto access = access_to_group(call, text(tag, "ResourceId", "*"));
    if (call.request().operation == "DeleteTags")
      access.context["aws:TagKeys"] = {string_of(tag, "Key")};
    else
      core::add_request_tags(access, {{string_of(tag, "Key"), string_of(tag, "Value")}});
    out.push_back(std::move(access));
  }
  if (out.empty()) out.push_back(access_to_group(call, "*"));
  return out;
}

std::vector<Access> on_configuration(Call& call) {
  const auto name = text(call.params(), "LaunchConfigurationName");
  Access access{
      .action = "autoscaling:" + call.request().operation,
      .resource = arn("autoscaling", call.scope(),
                      fmt::format("launchConfiguration:*:launchConfigurationName/{}", name))};
  if (const auto row = kConfigurations.get(call, Key::of(call.scope(), name)))
    access.resource = arn_of(*row);
  add_request_keys(call, access);
  access.context.erase("autoscaling:LaunchConfigurationName");
  return {access};
}

std::vector<Access> on_policy(Call& call) {
  auto name = name_in(text(call.params(), "AutoScalingGroupName"), "autoScalingGroupName/");
  const auto policy = text(call.params(), "PolicyName");
  if (name.empty() && policy.starts_with("arn:")) {
    name = name_in(policy, "autoScalingGroupName/");
    name.resize(std::min(name.size(), name.find(":policyName/")));
  }
  auto access = access_to_group(call, name.empty() ? "*" : name);
  // CloudWatch needs no role for an alarm's action on a policy.
  if (call.principal().service == kAlarmService && call.request().operation == "ExecutePolicy")
    access.resource_policy = kAlarmsAct;
  return {access};
}

}  // namespace tocsin::autoscaling
