// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/tags.hpp"

#include <algorithm>

#include "services/ssm/documents.hpp"
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostTags = 50;

Result<void> check_tags(const Tags& tags) {
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128 || value.size() > 256 || key.starts_with("aws:"))
      return invalid(fmt::format("The tag key '{}' or its value isn't valid.", key));
  }
  if (tags.size() <= kMostTags) return {};
  return fail("TooManyTagsError", "A resource can have at most 50 tags.");
}

const Taggable* taggable_of(const Call& call) {
  const auto type = text(call.params(), "ResourceType");
  const auto found = std::ranges::find(taggables(), type, &Taggable::type);
  return found == taggables().end() ? nullptr : &*found;
}

struct Tagged {
  const Taggable& kind;
  std::string id;
  Tags tags;
};

Result<Tagged> tagged_of(const Call& call) {
  const auto* kind = taggable_of(call);
  if (!kind) {
    return fail("InvalidResourceType", fmt::format("The resource type {} isn't valid.",
                                                   text(call.params(), "ResourceType")));
  }
  auto id = string_of(call.params(), "ResourceId");
  auto tags = kind->get(call, id);
  if (!tags) return fail("InvalidResourceId", fmt::format("The resource ID {} isn't valid.", id));
  return Tagged{*kind, std::move(id), *std::move(tags)};
}

Taggable documents() {
  return {.type = "Document",
          .arn =
              [](const Call& call, std::string_view id) {
                return arn("ssm", call.scope(), fmt::format("document/{}", id));
              },
          .get = [](const Call& call, std::string_view id) -> std::optional<Tags> {
            const auto row = kDocuments.get(call, Key::of(call.scope(), id));
            return row ? std::optional(row->tags) : std::nullopt;
          },
          .put =
              [](Call& call, std::string_view id, Tags tags) {
                const auto key = Key::of(call.scope(), id);
                auto row = kDocuments.get(call, key);
                row->tags = std::move(tags);
                kDocuments.put(call, key, *row);
              }};
}

Taggable automations() {
  return {
      .type = "Automation",
      .arn = [](const Call& call, std::string_view id) { return execution_arn(call.scope(), id); },
      .get = [](const Call& call, std::string_view id) -> std::optional<Tags> {
        const auto row = kExecutions.get(call, Key::of(call.scope(), id));
        return row ? std::optional(row->tags) : std::nullopt;
      },
      .put =
          [](Call& call, std::string_view id, Tags tags) {
            const auto key = Key::of(call.scope(), id);
            auto row = kExecutions.get(call, key);
            row->tags = std::move(tags);
            kExecutions.put(call, key, *row);
          }};
}

Taggable parameters() {
  return {
      .type = "Parameter",
      .arn = [](const Call& call, std::string_view id) { return parameter_arn(call.scope(), id); },
      .get = [](const Call& call, std::string_view id) -> std::optional<Tags> {
        const auto row = find_parameter(call, id);
        return row ? std::optional(row->tags) : std::nullopt;
      },
      .put =
          [](Call& call, std::string_view id, Tags tags) {
            auto row = find_parameter(call, id);
            row->tags = std::move(tags);
            put_parameter_row(call, *row);
          }};
}

}  // namespace

const std::vector<Taggable>& taggables() {
  static const std::vector<Taggable> all{documents(), automations(), parameters()};
  return all;
}

Result<Tags> new_tags(const Document& params) {
  auto tags = core::tags_of(array_of(params, "Tags"));
  TRY(check_tags(tags));
  return tags;
}

Outcome add_tags_to_resource(Call& call) {
  auto tagged = TRY(tagged_of(call));
  for (auto& [key, value] : core::tags_of(array_of(call.params(), "Tags")))
    tagged.tags[key] = value;
  TRY(check_tags(tagged.tags));
  tagged.kind.put(call, tagged.id, std::move(tagged.tags));
  return Object{};
}

Outcome remove_tags_from_resource(Call& call) {
  auto tagged = TRY(tagged_of(call));
  core::remove_tags(tagged.tags, array_of(call.params(), "TagKeys"));
  tagged.kind.put(call, tagged.id, std::move(tagged.tags));
  return Object{};
}

Outcome list_tags_for_resource(Call& call) {
  const auto tagged = TRY(tagged_of(call));
  return Object{{"TagList", core::tag_list(tagged.tags)}};
}

core::Needs needs_tagged(std::string action) {
  return [action = "ssm:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    core::Access access{.action = action};
    if (const auto* kind = taggable_of(call)) {
      const auto id = text(call.params(), "ResourceId");
      access.resource = kind->arn(call, id);
      if (const auto tags = kind->get(call, id)) core::add_resource_tags(access, *tags);
    }
    core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
    core::add_tag_keys(access, array_of(call.params(), "TagKeys"));
    return {std::move(access)};
  };
}

}  // namespace tocsin::ssm
