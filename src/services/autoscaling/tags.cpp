// SPDX-License-Identifier: Apache-2.0
// Tags of groups.
#include <fmt/format.h>
#include <map>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settings.hpp"

namespace tocsin::autoscaling {
namespace {

/// The groups that the call's tags name, with their tags.
Result<std::map<std::string, Array>> tags_by_group(const Call& call) {
  std::map<std::string, Array> out;
  for (const auto& tag : array_of(call.params(), "Tags")) {
    const auto name = string_of(tag, "ResourceId");
    const auto type = text(tag, "ResourceType", "auto-scaling-group");
    if (type != "auto-scaling-group")
      return invalid(fmt::format("Unsupported resource type: {}", type));
    TRY(group_named(call, call.scope(), name));
    out[name].push_back(tag);
  }
  return out;
}

bool passes(const Document& tag, const Document& filter) {
  const auto name = text(filter, "Name");
  std::string value;
  if (name == "auto-scaling-group")
    value = string_of(tag, "ResourceId");
  else if (name == "key")
    value = string_of(tag, "Key");
  else if (name == "value")
    value = string_of(tag, "Value");
  else
    value = flag(tag, "PropagateAtLaunch") ? "true" : "false";
  const auto values = texts(filter, "Values");
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

Outcome create_or_update_tags(Call& call) {
  for (const auto& [name, tags] : TRY(tags_by_group(call))) {
    auto group = TRY(group_named(call, call.scope(), name));
    TRY(take_tags(group.tags, tags));
    save(call, group);
  }
  return Object{};
}

Outcome delete_tags(Call& call) {
  for (const auto& [name, tags] : TRY(tags_by_group(call))) {
    auto group = TRY(group_named(call, call.scope(), name));
    for (const auto& tag : tags) {
      const auto found = group.tags.find(string_of(tag, "Key"));
      if (found == group.tags.end()) continue;
      const bool same = !find(tag, "Value") || text(tag, "Value") == found->second.value;
      if (same) group.tags.erase(found);
    }
    save(call, group);
  }
  return Object{};
}

Outcome describe_tags(Call& call) {
  const auto& filters = array_of(call.params(), "Filters");
  for (const auto& filter : filters) {
    TRY(check_enum(text(filter, "Name"), "filters",
                   {"auto-scaling-group", "key", "value", "propagate-at-launch"}));
  }
  Array out;
  for (const auto& group : kGroups.all(call, Key::of(call.scope()))) {
    for (auto& tag : tag_list(group)) {
      const bool passed =
          std::ranges::all_of(filters, [&](const Document& filter) { return passes(tag, filter); });
      if (passed) out.push_back(std::move(tag));
    }
  }
  return TRY(page(call, std::move(out), "Tags"));
}

}  // namespace tocsin::autoscaling
