// SPDX-License-Identifier: Apache-2.0
// The parameters of a Query request as the tree that their dotted names mean. Private to this room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire::detail {

/// "Tags.member.1.Key=a" is Tags -> member -> 1 -> Key, with the text "a".
struct QueryNode {
  std::optional<std::string> text;
  std::map<std::string, QueryNode, std::less<>> children;

  const QueryNode* child(std::string_view name) const;
  /// The children whose names are numbers, in their order.
  std::vector<const QueryNode*> numbered() const;
};

/// Error: MalformedQueryString for names of more than 32 steps, one that is given twice, or more
/// parameters than any request needs.
Result<QueryNode> query_tree(const Pairs& pairs);

}  // namespace tocsin::wire::detail
