// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// $LATEST as a version of its own; the last one, where nothing has changed since.
Version publish_latest(core::Context& context, Function& function,
                       const std::optional<std::string>& description);
/// $LATEST and the published versions, as lists show them.
std::vector<Object> versions_shown(core::Call& call, const Function& function);

core::Outcome publish_version(core::Call& call);
core::Outcome list_versions_by_function(core::Call& call);

core::Outcome create_alias(core::Call& call);
core::Outcome get_alias(core::Call& call);
core::Outcome update_alias(core::Call& call);
core::Outcome delete_alias(core::Call& call);
core::Outcome list_aliases(core::Call& call);
/// lambda:<action> on the function, for operations that name an alias by Name.
core::Needs needs_alias(std::string action);

}  // namespace tocsin::lambda
