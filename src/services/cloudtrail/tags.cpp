// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kMostListed = 20;

/// The trail that a ResourceId names. Trails are tagged in their home region only.
Result<Trail> tagged(core::Call& call, const std::string& id) {
  const auto parsed = Arn::parse(id);
  if (!parsed || parsed->service != "cloudtrail")
    return fail("CloudTrailARNInvalidException", "The ARN " + id + " is not valid.");
  if (!parsed->resource.starts_with("trail/")) {
    return fail("ResourceTypeNotSupportedException",
                "The resource type of " + id + " is not supported.");
  }
  auto trail = trail_of(call, id);
  if (!trail || trail->scope != call.scope())
    return fail("ResourceNotFoundException", "The resource " + id + " was not found.");
  return *std::move(trail);
}

Array listed(const Trail& trail) {
  Array list;
  for (const auto& [key, value] : trail.tags) {
    Object tag{{"Key", key}};
    if (!value.empty()) tag["Value"] = value;
    list.push_back(std::move(tag));
  }
  return list;
}

}  // namespace

Result<void> put_tags(Trail& trail, const Array& tags) {
  std::set<std::string> seen;
  for (const auto& tag : tags) {
    const auto key = string_of(tag, "Key");
    if (key.starts_with("aws:")) {
      return fail("InvalidTagParameterException",
                  "Tag keys that begin with aws: are reserved: " + key);
    }
    if (!seen.insert(key).second)
      return fail("InvalidTagParameterException", "Duplicate tag key: " + key);
    trail.tags[key] = string_of(tag, "Value");
  }
  if (trail.tags.size() > kMostTags) {
    return fail("TagsLimitExceededException",
                "The number of tags per trail has exceeded the permitted amount. Currently, the "
                "limit is 50.");
  }
  return {};
}

core::Outcome add_tags(core::Call& call) {
  auto trail = TRY(tagged(call, string_of(call.params(), "ResourceId")));
  TRY(put_tags(trail, array_of(call.params(), "TagsList")));
  kTrails.put(call, key_of(trail), trail);
  return Object{};
}

core::Outcome remove_tags(core::Call& call) {
  auto trail = TRY(tagged(call, string_of(call.params(), "ResourceId")));
  for (const auto& tag : array_of(call.params(), "TagsList"))
    trail.tags.erase(string_of(tag, "Key"));
  kTrails.put(call, key_of(trail), trail);
  return Object{};
}

core::Outcome list_tags(core::Call& call) {
  if (!text(call.params(), "NextToken").empty())
    return fail("InvalidTokenException", "The token is not valid.");
  const auto& ids = array_of(call.params(), "ResourceIdList");
  if (ids.size() > kMostListed) {
    return fail("InvalidParameterException",
                "The tags of at most 20 resources can be listed in one request.");
  }
  Array list;
  for (const auto& id : ids) {
    const std::string name(id.get_string());
    const auto trail = TRY(tagged(call, name));
    list.push_back(Object{{"ResourceId", name}, {"TagsList", listed(trail)}});
  }
  return Object{{"ResourceTagList", std::move(list)}};
}

}  // namespace tocsin::cloudtrail
