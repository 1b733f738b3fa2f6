// SPDX-License-Identifier: Apache-2.0
#include "services/config/tags.hpp"

#include <fmt/format.h>

#include "core/table.hpp"
#include "services/config/paging.hpp"
#include "services/config/tag_operations.hpp"

namespace tocsin::config {
namespace {

using core::Key;

struct TaggedResource {
  core::Tags tags;
};
BOOST_DESCRIBE_STRUCT(TaggedResource, (), (tags))

constexpr core::Table<TaggedResource> kTagged{"config.tags"};  // ARN
constexpr std::size_t kMostTags = 50;

Failure not_found(const std::string& arn) {
  return fail("ResourceNotFoundException", fmt::format("ResourceArn '{}' does not exist", arn));
}

Result<core::Tags> tags_in_call(const core::Call& call, std::string& arn) {
  arn = string_of(call.params(), "ResourceArn");
  if (!is_taggable(call, arn)) return not_found(arn);
  return tags_of_resource(call, arn);
}

Failure too_many() {
  return fail("TooManyTagsException",
              fmt::format("You have reached the limit of the number of tags you can use. You have "
                          "more than {} tags.",
                          kMostTags));
}

}  // namespace

Result<core::Tags> checked_tags(const Array& list) {
  for (const auto& tag : list) {
    const auto key = text(tag, "Key");
    if (key.empty())
      return fail("ValidationException",
                  "1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy "
                  "constraint: Member must have length greater than or equal to 1");
    if (key.starts_with("aws:"))
      return fail("ValidationException",
                  fmt::format("aws: prefixed tag key names are not allowed for external use."));
  }
  auto tags = core::tags_of(list);
  if (tags.size() > kMostTags) return too_many();
  return tags;
}

void put_tags(core::Context& context, const std::string& arn, const core::Tags& tags) {
  kTagged.put(context, Key{arn}, {tags});
}

void forget_tags(core::Context& context, const std::string& arn) {
  kTagged.erase(context, Key{arn});
}

bool is_taggable(const store::View& view, const std::string& arn) {
  return kTagged.contains(view, Key{arn});
}

core::Tags tags_of_resource(const store::View& view, const std::string& arn) {
  return kTagged.get(view, Key{arn}).value_or(TaggedResource{}).tags;
}

core::Outcome tag_resource(core::Call& call) {
  std::string arn;
  auto tags = TRY(tags_in_call(call, arn));
  for (auto& [key, value] : TRY(checked_tags(array_of(call.params(), "Tags"))))
    tags[key] = value;
  if (tags.size() > kMostTags) return too_many();
  put_tags(call, arn, tags);
  return Object{};
}

core::Outcome untag_resource(core::Call& call) {
  std::string arn;
  auto tags = TRY(tags_in_call(call, arn));
  core::remove_tags(tags, array_of(call.params(), "TagKeys"));
  put_tags(call, arn, tags);
  return Object{};
}

core::Outcome list_tags_for_resource(core::Call& call) {
  std::string arn;
  const auto tags = TRY(tags_in_call(call, arn));
  auto page = TRY(page_of(call.params(), "Limit", "NextToken", kMostTags));
  Array list;
  for (const auto& tag : core::tag_list(tags)) {
    if (!page.after.empty() && text(tag, "Key") <= page.after) continue;
    if (list.size() == page.limit) {
      return Object{{"NextToken", token_after(string_of(list.back(), "Key"))},
                    {"Tags", std::move(list)}};
    }
    list.push_back(tag);
  }
  return Object{{"Tags", std::move(list)}};
}

std::vector<core::Access> needs_tagged(core::Call& call) {
  core::Access access{.action = "config:" + call.request().operation,
                      .resource = string_of(call.params(), "ResourceArn")};
  core::add_resource_tags(access, tags_of_resource(call, access.resource));
  if (call.request().operation == "TagResource")
    core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
  if (call.request().operation == "UntagResource")
    core::add_tag_keys(access, array_of(call.params(), "TagKeys"));
  return {access};
}

}  // namespace tocsin::config
