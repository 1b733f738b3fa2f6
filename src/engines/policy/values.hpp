// SPDX-License-Identifier: Apache-2.0
// Reading policy documents, where one value and a list of values are the same thing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"

namespace tocsin::policy {

inline constexpr std::string_view kCurrentVersion = "2012-10-17";
inline constexpr std::string_view kOldVersion = "2008-10-17";

/// A string or a list of strings; values of other kinds are left out.
std::vector<std::string> strings(const Document& value);
/// A string or a list of nothing else.
bool is_strings(const Document& value);
/// The same for conditions, where a number or a boolean may stand without quotes.
std::vector<std::string> condition_values(const Document& value);
bool is_condition_values(const Document& value);

/// The statements of a document, one or a list; those that are no objects included.
std::vector<const Document*> statements_of(const Document& document);

}  // namespace tocsin::policy
