// SPDX-License-Identifier: Apache-2.0
// Which permissions the operations need.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
#include <set>

#include "core/tags.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

void add_request_tags(core::Access& access, const Document& params) {
  core::add_request_tags(access, core::tags_of(array_of(params, "Tags")));
  core::add_tag_keys(access, array_of(params, "TagKeys"));
}

core::Access access_to(Call& call, std::string action, const BusName& name) {
  core::Access access{
      .action = std::move(action), .resource = name.arn(), .owner = name.scope.account};
  if (const auto bus = find_bus(call, name)) {
    access.resource_policy = bus->policy;
    core::add_resource_tags(access, bus->tags);
  }
  return access;
}

/// What a pattern asks of a member, where that is a list of texts.
void add_pattern_key(core::Access& access, const Document& pattern, std::string_view path) {
  const auto* values = find_path(pattern, path);
  const auto* list = values ? values->if_array() : nullptr;
  if (!list) return;
  for (const auto& value : *list) {
    if (const auto* string = value.if_string())
      access.context["events:" + std::string(path)].emplace_back(*string);
  }
}

void add_pattern_keys(core::Access& access, const Document& params) {
  const auto pattern = parse_json(text(params, "EventPattern"));
  if (!pattern) return;
  for (const auto* path : {"source", "detail-type", "detail.service", "detail.eventTypeCode",
                           "detail.userIdentity.principalId"}) {
    add_pattern_key(access, *pattern, path);
  }
}

/// The same permission, with the tags of the request, to tag what is created.
void add_tagging(std::vector<core::Access>& needs, const Document& params) {
  if (array_of(params, "Tags").empty()) return;
  auto tagging = needs.front();
  tagging.action = "events:TagResource";
  needs.push_back(std::move(tagging));
}

std::string action_of(const Call& call) {
  return "events:" + call.request().operation;
}

}  // namespace

std::vector<core::Access> needs_bus(Call& call) {
  const auto name = call.request().operation.ends_with("Permission")
                        ? bus_of(call)
                        : bus_named(call.scope(), text(call.params(), "Name"));
  std::vector<core::Access> needs{access_to(call, action_of(call), name)};
  if (call.request().operation != "CreateEventBus") return needs;
  add_request_tags(needs.front(), call.params());
  add_tagging(needs, call.params());
  return needs;
}

std::vector<core::Access> needs_rules_of_bus(Call& call) {
  const auto bus = bus_of(call);
  auto access = access_to(call, action_of(call), bus);
  access.resource =
      arn("events", bus.scope, "rule/" + (bus.name == "default" ? "" : bus.name + "/") + "*");
  return {std::move(access)};
}

std::vector<core::Access> needs_rule(Call& call) {
  const auto rule = named_rule(call);
  auto access = access_to(call, action_of(call), {rule.scope, rule.bus});
  access.resource = rule.arn();
  access.context.clear();
  const auto old = kRules.get(call, key_of(rule));
  if (old) core::add_resource_tags(access, old->tags);
  access.context["events:creatorAccount"] = {
      old && !old->created_by.empty() ? old->created_by
                                      : (old ? old->scope.account : call.account()).str()};
  std::vector<core::Access> needs{std::move(access)};
  for (const auto& target : array_of(call.params(), "Targets"))
    needs.front().context["events:TargetArn"].push_back(string_of(target, "Arn"));
  if (call.request().operation != "PutRule") return needs;
  add_pattern_keys(needs.front(), call.params());
  if (old) return needs;
  add_request_tags(needs.front(), call.params());
  add_tagging(needs, call.params());
  return needs;
}

std::vector<core::Access> needs_put_events(Call& call) {
  const bool forwarded = is_forwarded(call);
  std::set<std::array<std::string_view, 3>> asked;
  std::vector<core::Access> needs;
  for (const auto& entry : array_of(call.params(), "Entries")) {
    const auto bus = text(entry, "EventBusName"), source = text(entry, "Source"),
               detail_type = text(entry, "DetailType");
    if (!asked.insert({bus, source, detail_type}).second) continue;
    auto access = access_to(call, "events:PutEvents", bus_named(call.scope(), bus));
    access.context["events:source"] = {std::string(source)};
    access.context["events:detail-type"] = {std::string(detail_type)};
    access.context["events:eventBusInvocation"] = {forwarded ? "true" : "false"};
    needs.push_back(std::move(access));
  }
  return needs;
}

std::vector<core::Access> needs_tagged(Call& call) {
  core::Access access{.action = action_of(call),
                      .resource = string_of(call.params(), "ResourceARN")};
  if (const auto resource = Arn::parse(access.resource))
    access.owner = AccountId(resource->account);
  if (const auto tags = tags_of(call)) core::add_resource_tags(access, *tags);
  add_request_tags(access, call.params());
  return {std::move(access)};
}

std::vector<core::Access> needs_archive(Call& call) {
  const auto name = string_of(call.params(), "ArchiveName");
  std::vector<core::Access> needs{
      {.action = action_of(call), .resource = arn("events", call.scope(), "archive/" + name)}};
  if (call.request().operation == "CreateArchive") {
    needs.push_back(
        {.action = action_of(call), .resource = string_of(call.params(), "EventSourceArn")});
  }
  return needs;
}

std::vector<core::Access> needs_replay(Call& call) {
  const auto name = string_of(call.params(), "ReplayName");
  std::vector<core::Access> needs{
      {.action = action_of(call), .resource = arn("events", call.scope(), "replay/" + name)}};
  if (call.request().operation == "StartReplay") {
    needs.push_back(
        {.action = action_of(call), .resource = string_of(call.params(), "EventSourceArn")});
  }
  return needs;
}

}  // namespace tocsin::events
