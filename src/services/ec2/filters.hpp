// SPDX-License-Identifier: Apache-2.0
// Filters of Describe operations: tables of names and of where in the described resource their
// values stand.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"

namespace tocsin::ec2 {

/// `path` leads through objects and, element by element, lists: "Associations.SubnetId". A path
/// with "=x" at its end asks whether a value is x: "true" or "false".
struct Filter {
  std::string_view name;
  std::string_view path;
};
using Filters = std::span<const Filter>;

/// The texts at `path`: numbers and truth values as EC2 writes them.
std::vector<std::string> values_at(const Document& document, std::string_view path);
std::vector<std::string> values_at(const Object& object, std::string_view path);
/// Whether a member of this name, where it is a number, is seconds since the epoch.
bool is_moment(std::string_view member);
bool has(const std::vector<std::string>& values, std::string_view value);

/// Error InvalidParameterValue: a filter that the operation does not have.
Result<void> check_filters(const Document& params, Filters known);
/// Whether the described resource passes all filters of the request.
bool passes(const Document& params, Filters known, const Document& described);

/// `*` and `?` as wildcards, `\` before one that is meant as itself.
bool filter_match(std::string_view pattern, std::string_view value);

}  // namespace tocsin::ec2
