// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

/// `*` matches any run, `?` one character, nothing else is special: how IAM policies compare
/// actions, ARNs and StringLike values. Linear in text times stars, never exponential.
bool glob_match(std::string_view pattern, std::string_view text);

bool equals_ignore_case(std::string_view left, std::string_view right);

/// ASCII only, as AWS's header and action names are.
std::string to_lower(std::string_view text);

}  // namespace tocsin
