// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/access.hpp"

#include <fmt/format.h>

#include "core/tags.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using core::Access;

Tags tags_of(const Call& call, std::string_view arn) {
  const Key key = Key::of(call.scope(), arn);
  if (const auto row = kBalancers.get(call, key)) return row->tags;
  if (const auto row = kGroups.get(call, key)) return row->tags;
  if (const auto row = kListeners.get(call, key)) return row->tags;
  if (const auto row = kRules.get(call, key)) return row->tags;
  return {};
}

void add_request_keys(const Call& call, Access& access) {
  const auto& params = call.params();
  const auto add = [&](std::string_view key, std::string_view member) {
    if (auto value = string_of(params, member); !value.empty())
      access.context[fmt::format("elasticloadbalancing:{}", key)] = {std::move(value)};
  };
  add("Scheme", "Scheme");
  add("ListenerProtocol", "Protocol");
  add("SecurityPolicy", "SslPolicy");
  for (const auto& [key, member] :
       {std::pair("Subnet", "Subnets"), std::pair("SecurityGroup", "SecurityGroups")}) {
    if (auto values = texts(params, member); !values.empty())
      access.context[fmt::format("elasticloadbalancing:{}", key)] = std::move(values);
  }
  core::add_request_tags(access, core::tags_of(array_of(params, "Tags")));
  core::add_tag_keys(access, array_of(params, "TagKeys"));
}

Access access_to(const Call& call, std::string resource) {
  Access access{.action = "elasticloadbalancing:" + call.request().operation,
                .resource = std::move(resource)};
  const auto tags = tags_of(call, access.resource);
  core::add_resource_tags(access, tags);
  for (const auto& [key, value] : tags)
    access.context["elasticloadbalancing:ResourceTag/" + key] = {value};
  add_request_keys(call, access);
  return access;
}

/// Of a list of ARNs, of objects with one, or of one alone.
std::vector<std::string> arns_in(const Call& call, std::string_view param) {
  if (param == "RulePriorities") {
    std::vector<std::string> out;
    for (const auto& each : array_of(call.params(), param))
      out.push_back(string_of(each, "RuleArn"));
    return out;
  }
  if (auto list = texts(call.params(), param); !list.empty()) return list;
  return {string_of(call.params(), param, "*")};
}

std::string new_resource(const Call& call, std::string_view kind) {
  const auto& params = call.params();
  const auto type = text(params, "Type", "application");
  const auto head = kind != "loadbalancer"  ? std::string()
                    : type == "application" ? "app/"
                    : type == "network"     ? "net/"
                                            : "gwy/";
  return arn("elasticloadbalancing", call.scope(),
             fmt::format("{}/{}{}/*", kind, head, text(params, "Name")));
}

}  // namespace

core::Needs on(std::string_view param) {
  return [param](Call& call) {
    std::vector<Access> out;
    for (auto& arn : arns_in(call, param))
      out.push_back(access_to(call, std::move(arn)));
    return out;
  };
}

core::Needs makes(std::string_view kind) {
  return [kind](Call& call) {
    // A listener is made on its load balancer, a rule on its listener.
    auto parent = kind == "listener"        ? string_of(call.params(), "LoadBalancerArn")
                  : kind == "listener-rule" ? string_of(call.params(), "ListenerArn")
                                            : new_resource(call, kind);
    std::vector<Access> out{access_to(call, std::move(parent))};
    if (array_of(call.params(), "Tags").empty()) return out;
    auto tagging = out.front();
    tagging.action = "elasticloadbalancing:AddTags";
    tagging.context["elasticloadbalancing:CreateAction"] = {call.request().operation};
    out.push_back(std::move(tagging));
    return out;
  };
}

}  // namespace tocsin::elasticloadbalancing
