// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/tags.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/access.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/rules.hpp"
#include "services/ec2/security_groups.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;
using core::Tags;

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestKey = 128;
constexpr std::size_t kLongestValue = 256;
constexpr std::size_t kMostResources = 1000;

constexpr std::array<Filter, 4> kFilters{{{"key", "Key"},
                                          {"resource-id", "ResourceId"},
                                          {"resource-type", "ResourceType"},
                                          {"value", "Value"}}};

/// Those that mark what they make with tags of their own. A function's session does not.
bool may_reserve(const Call& call) {
  const auto& service = call.principal().service;
  return service == "autoscaling.amazonaws.com" || service == "cloudformation.amazonaws.com";
}

Result<void> check_reserved(const Call& call, std::string_view key) {
  if (!key.starts_with("aws:") || may_reserve(call)) return {};
  return invalid_value("Tag keys starting with 'aws:' are reserved for internal use");
}

Result<void> check_tag(const Call& call, std::string_view key, std::string_view value) {
  if (key.empty()) return invalid_value("Tag key cannot be empty.");
  TRY(check_reserved(call, key));
  if (key.size() > kLongestKey) {
    return invalid_value(
        fmt::format("Tag key exceeds the maximum length of {} characters", kLongestKey));
  }
  if (value.size() > kLongestValue) {
    return invalid_value(
        fmt::format("Tag value exceeds the maximum length of {} characters", kLongestValue));
  }
  return {};
}

Result<void> check_count(const Tags& tags) {
  const auto own = std::count_if(tags.begin(), tags.end(),
                                 [](const auto& tag) { return !tag.first.starts_with("aws:"); });
  if (static_cast<std::size_t>(own) > kMostTags)
    return fail("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return {};
}

Result<void> add_tags(Tags& tags, const Tags& more) {
  for (const auto& [key, value] : more)
    tags[key] = value;
  return check_count(tags);
}

Result<Tags> checked(const Call& call, const Array& list) {
  Tags tags;
  for (const auto& tag : list) {
    const std::string key(text(tag, "Key"));
    TRY(check_tag(call, key, text(tag, "Value")));
    if (!tags.emplace(key, text(tag, "Value")).second)
      return invalid_value(fmt::format("Duplicate tag key '{}' specified.", key));
  }
  TRY(check_count(tags));
  return tags;
}

using Change = std::function<Result<void>(Tags&)>;

Result<void> change_rule(Call& call, const std::string& id, const Change& change) {
  TRY(check_id(kRule, id));
  auto group = TRY(group_of_rule(call, id));
  auto rules = rules_of(group);
  for (auto& rule : rules) {
    if (rule.id == id) TRY(change(rule.tags));
  }
  set_rules(group, rules);
  save(call, kGroup, group);
  return {};
}

Result<void> change_tags(Call& call, const std::string& id, const Change& change) {
  const auto* kind = kind_of(id);
  if (!kind) return fail("InvalidID", fmt::format("The ID '{}' is not valid", id));
  if (kind == &kRule) return change_rule(call, id, change);
  auto resource = TRY(existing(call, *kind, id));
  TRY(change(resource.tags));
  save(call, *kind, resource);
  return {};
}

Result<std::vector<std::string>> resources_of(const Call& call) {
  auto ids = texts(call.params(), "Resources");
  if (ids.empty()) return missing_parameter("resourceIdSet");
  if (ids.size() > kMostResources)
    return fail("TagLimitExceeded", "No more than 1000 resources may be tagged at once.");
  return ids;
}

void list_tags(Array& out, std::string_view id, std::string_view type, const Tags& tags) {
  for (const auto& [key, value] : tags)
    out.push_back(Object{{"Key", key},
                         {"ResourceId", std::string(id)},
                         {"ResourceType", std::string(type)},
                         {"Value", value}});
}

/// Of the given tags those go whose value is not said, or is the one said.
void drop(Tags& tags, const Array& list) {
  if (list.empty()) {
    std::erase_if(tags, [](const auto& tag) { return !tag.first.starts_with("aws:"); });
    return;
  }
  for (const auto& tag : list) {
    const auto found = tags.find(std::string(text(tag, "Key")));
    if (found == tags.end()) continue;
    const auto* value = tocsin::find(tag, "Value");
    if (!value || text(tag, "Value") == found->second) tags.erase(found);
  }
}

}  // namespace

Tags tags_in_request(const Document& params, const Kind& made) {
  Tags tags;
  for (const auto& specification : array_of(params, "TagSpecifications")) {
    if (text(specification, "ResourceType") != made.name) continue;
    for (const auto& tag : array_of(specification, "Tags"))
      tags[std::string(text(tag, "Key"))] = text(tag, "Value");
  }
  return tags;
}

Result<Tags> specified_tags(const Call& call, const Kind& made,
                            const std::vector<const Kind*>& also) {
  return specified_tags(call, call.params(), made, also);
}

Result<Tags> specified_tags(const Call& call, const Document& params, const Kind& made,
                            const std::vector<const Kind*>& also) {
  Tags tags;
  bool seen = false;
  for (const auto& specification : array_of(params, "TagSpecifications")) {
    const auto type = text(specification, "ResourceType");
    if (type.empty()) return missing_parameter("tagSpecification.resourceType");
    const bool other =
        std::any_of(also.begin(), also.end(), [&](const Kind* kind) { return kind->name == type; });
    if (type != made.name && !other) {
      return invalid_value(
          fmt::format("'{}' is not a valid taggable resource type for this operation.", type));
    }
    if (array_of(specification, "Tags").empty())
      return invalid_value("Tag specification must have at least one tag");
    auto found = TRY(checked(call, array_of(specification, "Tags")));
    if (type != made.name) continue;
    if (std::exchange(seen, true)) {
      return invalid_value(
          fmt::format("Duplicate value '{}' for resourceType in tagSpecification.", type));
    }
    tags = std::move(found);
  }
  return tags;
}

namespace {

/// Tags are a rule's own; the rest is its group's.
std::map<std::string, std::vector<std::string>> keys_of_rule(const Call& call,
                                                             const std::string& id) {
  const auto group = group_of_rule(call, id);
  if (!group) return {{"ec2:Region", {call.region()}}};
  Resource seen{.scope = group->scope, .id = id, .shape = {{"VpcId", group->shape.at("VpcId")}}};
  for (const auto& rule : rules_of(*group)) {
    if (rule.id == id) seen.tags = rule.tags;
  }
  return keys_of(kRule, seen);
}

}  // namespace

std::vector<core::Access> tagging_needs(Call& call) {
  std::vector<core::Access> out;
  const auto tags = core::tags_of(array_of(call.params(), "Tags"));
  for (const auto& id : texts(call.params(), "Resources")) {
    const auto* kind = kind_of(id);
    if (!kind) continue;
    core::Access access{.action = "ec2:" + call.request().operation,
                        .resource = arn_of(*kind, call.scope(), id),
                        .context = {{"ec2:Region", {call.region()}}}};
    if (kind == &kRule) access.context = keys_of_rule(call, id);
    if (const auto resource = get(call, call.scope(), *kind, id)) {
      access.resource = arn_of(*kind, *resource);
      access.context = keys_of(*kind, *resource);
    }
    core::add_request_tags(access, tags);
    out.push_back(std::move(access));
  }
  if (out.empty()) {
    out.push_back({.action = "ec2:" + call.request().operation,
                   .context = {{"ec2:Region", {call.region()}}}});
  }
  return out;
}

Outcome create_tags(Call& call) {
  if (array_of(call.params(), "Tags").empty()) return missing_parameter("tagSet");
  const auto tags = TRY(checked(call, array_of(call.params(), "Tags")));
  for (const auto& id : TRY(resources_of(call)))
    TRY(change_tags(call, id, [&](Tags& all) { return add_tags(all, tags); }));
  return Object();
}

Outcome delete_tags(Call& call) {
  for (const auto& tag : array_of(call.params(), "Tags"))
    TRY(check_reserved(call, text(tag, "Key")));
  for (const auto& id : TRY(resources_of(call))) {
    TRY(change_tags(call, id, [&](Tags& all) -> Result<void> {
      drop(all, array_of(call.params(), "Tags"));
      return {};
    }));
  }
  return Object();
}

Outcome describe_tags(Call& call) {
  Array tags;
  for (const auto* kind : kinds()) {
    for (const auto& resource : all(call, call.scope(), *kind)) {
      list_tags(tags, resource.id, kind->name, resource.tags);
      if (kind != &kGroup) continue;
      for (const auto& rule : rules_of(resource))
        list_tags(tags, rule.id, kRule.name, rule.tags);
    }
  }
  return TRY(filtered_page(call, tags, "Tags", kFilters));
}

}  // namespace tocsin::ec2
