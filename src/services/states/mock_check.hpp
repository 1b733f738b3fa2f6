// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engines/asl/asl.hpp"

namespace tocsin::states {

/// What is wrong with a mocked result of an API, by its model ("Field 'Entries' must be an array");
/// none: nothing, or an API without a model here.
std::optional<std::string> mock_fault(const asl::Resource& resource, const Document& result,
                                      asl::MockCheck check);

}  // namespace tocsin::states
