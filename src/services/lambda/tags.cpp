// SPDX-License-Identifier: Apache-2.0
// Tags of functions and of event source mappings, which are named by their ARNs.
#include "core/tags.hpp"

#include <fmt/format.h>

#include "services/lambda/functions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

using Tags = std::map<std::string, std::string>;

/// What the ARN names: its tags, and how they are put back.
struct Tagged {
  Tags tags;
  std::function<void(Call&, Tags)> put;
};

Result<Tagged> tagged_function(Call& call, const Reference& reference) {
  if (!reference.qualifier.empty())
    return invalid(
        "Tags on function aliases and versions are not supported. Please specify a function ARN.");
  const auto function = kFunctions.get(call, reference.key());
  if (!function) return not_found(reference);
  return Tagged{function->tags, [function](Call& at, Tags tags) {
                  auto changed = *function;
                  changed.tags = std::move(tags);
                  kFunctions.put(at, Key::of(changed.scope, changed.name), changed);
                }};
}

Result<Tagged> tagged(Call& call) {
  const auto text = string_of(call.params(), "Resource");
  constexpr std::string_view kMapping = "event-source-mapping:";
  const auto arn = Arn::parse(text);
  if (arn && arn->service == "lambda" && arn->resource.starts_with(kMapping)) {
    const auto mapping = kMappings.get(call, Key::of(Scope{AccountId(arn->account), arn->region},
                                                     arn->resource.substr(kMapping.size())));
    if (!mapping) return no_resource();
    return Tagged{mapping->tags, [mapping](Call& at, Tags tags) {
                    auto changed = *mapping;
                    changed.tags = std::move(tags);
                    kMappings.put(at, Key::of(changed.scope, changed.uuid), changed);
                  }};
  }
  const auto reference = arn ? parse_reference(text, call.scope()) : std::nullopt;
  if (reference) return tagged_function(call, *reference);
  return violation(text, "resource",
                   "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:"
                   "[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:"
                   "[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|event-source-mapping:"
                   "[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-"
                   "[a-fA-F0-9]{12})");
}

}  // namespace

Outcome tag_resource(Call& call) {
  auto found = TRY(tagged(call));
  const auto& given = object_of(call.params(), "Tags");
  if (given.empty()) return invalid("An error occurred and the request cannot be processed.");
  for (const auto& tag : given)
    found.tags[std::string(tag.key())] = text(given, tag.key());
  if (found.tags.size() > 50) return invalid("Number of tags exceeds resource tag limit.");
  found.put(call, std::move(found.tags));
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto found = TRY(tagged(call));
  core::remove_tags(found.tags, array_of(call.params(), "TagKeys"));
  found.put(call, std::move(found.tags));
  return Object{};
}

Outcome list_tags(Call& call) {
  return Object{{"Tags", encode(TRY(tagged(call)).tags)}};
}

core::Needs needs_tagged(std::string action) {
  return [action = "lambda:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    core::Access access{.action = action, .resource = string_of(call.params(), "Resource")};
    if (const auto arn = Arn::parse(access.resource)) access.owner = AccountId(arn->account);
    core::add_request_tags(access, core::tags_of(object_of(call.params(), "Tags")));
    core::add_tag_keys(access, array_of(call.params(), "TagKeys"));
    if (const auto found = tagged(call)) core::add_resource_tags(access, found->tags);
    return {std::move(access)};
  };
}

}  // namespace tocsin::lambda
