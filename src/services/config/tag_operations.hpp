// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

core::Outcome tag_resource(core::Call& call);
core::Outcome untag_resource(core::Call& call);
core::Outcome list_tags_for_resource(core::Call& call);
/// "config:<operation>" on the resource, with its tags and those that the call gives or takes.
std::vector<core::Access> needs_tagged(core::Call& call);

}  // namespace tocsin::config
