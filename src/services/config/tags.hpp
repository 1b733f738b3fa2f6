// SPDX-License-Identifier: Apache-2.0
// Tags of what Config itself has: rules, conformance packs, recorders. A row stands for the
// resource: who makes one calls `put_tags`, with no tags too, and `forget_tags` when it goes.
#pragma once

#include "core/context.hpp"
#include "core/tags.hpp"

namespace tocsin::config {

/// Error ValidationException where a key or value is not allowed, TooManyTagsException above 50.
Result<core::Tags> checked_tags(const Array& list);

void put_tags(core::Context& context, const std::string& arn, const core::Tags& tags);
void forget_tags(core::Context& context, const std::string& arn);
/// Whether `put_tags` was called for it.
bool is_taggable(const store::View& view, const std::string& arn);
core::Tags tags_of_resource(const store::View& view, const std::string& arn);

}  // namespace tocsin::config
