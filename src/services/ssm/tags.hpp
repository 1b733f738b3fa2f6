// SPDX-License-Identifier: Apache-2.0
// AddTagsToResource, RemoveTagsFromResource, ListTagsForResource, over all that has tags here.
#pragma once

#include "services/ssm/names.hpp"

namespace tocsin::ssm {

core::Outcome add_tags_to_resource(core::Call& call);
core::Outcome remove_tags_from_resource(core::Call& call);
core::Outcome list_tags_for_resource(core::Call& call);
core::Needs needs_tagged(std::string action);

/// The parameter Tags of a call that makes something, checked.
Result<Tags> new_tags(const Document& params);

/// One kind of resource that has tags.
struct Taggable {
  std::string_view type;  // of ResourceType: "Document"
  std::function<std::string(const core::Call&, std::string_view id)> arn;
  /// None where there is no such resource.
  std::function<std::optional<Tags>(const core::Call&, std::string_view id)> get;
  std::function<void(core::Call&, std::string_view id, Tags tags)> put;
};
const std::vector<Taggable>& taggables();

}  // namespace tocsin::ssm
