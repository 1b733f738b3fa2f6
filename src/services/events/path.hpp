// SPDX-License-Identifier: Apache-2.0
// The JSON paths of InputPath and InputPathsMap: members by dots or ['…'], [0], and the wildcards
// [*] and .*, which give a list.
#pragma once

#include <optional>
#include <string_view>

#include "base/document.hpp"

namespace tocsin::events {

/// None where the path leads nowhere.
std::optional<Document> at_path(const Document& event, std::string_view path);

}  // namespace tocsin::events
