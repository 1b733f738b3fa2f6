// SPDX-License-Identifier: Apache-2.0
// YAML as AWS's services read it: one document, whose plain scalars are null, true, false, numbers
// or texts. Anchors are followed; tags (`!Ref`) are not understood.
#pragma once

#include <string>
#include <string_view>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::yaml {

/// Error "YAML" with the position: "YAML not well-formed. at Line: 2, Column: 8".
Result<Document> parse(std::string_view text);

/// Block style; texts that could be taken for something else are quoted.
std::string write(const Document& document);

}  // namespace tocsin::yaml
