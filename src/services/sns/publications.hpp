// SPDX-License-Identifier: Apache-2.0
// Messages on their way stand once in the state, and as long as somebody has still to get them.
#pragma once

#include "core/context.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// Keeps the message for `count` who will release it.
void keep(core::Context& context, const Publication& publication, std::int64_t count);
void keep_again(core::Context& context, const std::string& id, std::int64_t count);
void release(core::Context& context, const std::string& id);
/// Writes the row anew (its signatures have come).
void update(core::Context& context, const Publication& publication);
std::optional<Publication> publication_of(const core::Context& context, const std::string& id);

}  // namespace tocsin::sns
