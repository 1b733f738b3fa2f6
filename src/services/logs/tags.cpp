// SPDX-License-Identifier: Apache-2.0
// Tags of log groups, in the general form (by ARN) and the older one (by name).
#include "core/tags.hpp"

#include <fmt/format.h>

#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostTags = 50;

Result<Group> tagged(Call& call) {
  const auto resource = text(call.params(), "resourceArn");
  const auto parsed = Arn::parse(resource);
  if (!parsed || parsed->service != "logs" || !parsed->resource.starts_with("log-group:")) {
    return invalid(fmt::format("The specified resource ARN {} is not a log group's.", resource));
  }
  const auto name = std::string_view(parsed->resource).substr(10);
  auto group =
      kGroups.get(call, Key{parsed->account, parsed->region, name.substr(0, name.find(':'))});
  if (!group || parsed->account != call.account().str())
    return fail("ResourceNotFoundException", "The specified resource does not exist.");
  return *std::move(group);
}

Outcome tag(Call& call, Result<Group> found) {
  auto group = TRY(std::move(found));
  TRY(add_tags(group, object_of(call.params(), "tags")));
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome untag(Call& call, Result<Group> found, std::string_view member) {
  auto group = TRY(std::move(found));
  core::remove_tags(group.tags, array_of(call.params(), member));
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome list(Result<Group> found) {
  return Object{{"tags", encode(TRY(std::move(found)).tags)}};
}

}  // namespace

Result<void> add_tags(Group& group, const Object& tags) {
  for (const auto& tag : tags) {
    const std::string key(tag.key());
    if (key.empty() || key.size() > 128)
      return invalid("A tag's key has between 1 and 128 characters.");
    if (key.starts_with("aws:"))
      return invalid("aws: prefixed tag key names are not allowed for external use.");
    if (text(tags, key).size() > 256) return invalid("A tag's value has at most 256 characters.");
    group.tags[key] = text(tags, key);
  }
  if (group.tags.size() > kMostTags) {
    return fail(Error{"TooManyTagsException",
                      "A resource cannot have more than 50 tags.",
                      400,
                      Fault::Client,
                      {{"resourceName", group.name}}});
  }
  return {};
}

Outcome tag_resource(Call& call) {
  return tag(call, tagged(call));
}
Outcome untag_resource(Call& call) {
  return untag(call, tagged(call), "tagKeys");
}
Outcome list_tags_for_resource(Call& call) {
  return list(tagged(call));
}
Outcome tag_log_group(Call& call) {
  return tag(call, group_of(call));
}
Outcome untag_log_group(Call& call) {
  return untag(call, group_of(call), "tags");
}
Outcome list_tags_log_group(Call& call) {
  return list(group_of(call));
}

}  // namespace tocsin::logs
