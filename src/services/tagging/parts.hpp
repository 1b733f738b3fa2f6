// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "core/registry.hpp"
#include "core/tags.hpp"

namespace tocsin::tagging {

/// The types that the services of this cloud declare.
using Types = std::vector<core::ResourceType>;

struct Tagged {
  const core::ResourceType* type;
  core::ResourceType::Description resource;
};
/// The resources of the call's account and region, by ARN; those without tags too, where `all`.
std::map<std::string, Tagged> resources_of(const Types& types, core::Call& call, bool all);

// find.cpp
core::Outcome get_resources(const Types& types, core::Call& call);
core::Outcome get_tag_keys(const Types& types, core::Call& call);
core::Outcome get_tag_values(const Types& types, core::Call& call);

// change.cpp
core::Outcome tag_resources(const Types& types, core::Call& call);
core::Outcome untag_resources(const Types& types, core::Call& call);

}  // namespace tocsin::tagging
