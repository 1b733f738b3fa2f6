// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/query_params.hpp"

#include <charconv>
#include <fmt/format.h>

namespace tocsin::wire::detail {
namespace {

constexpr int kMaxSteps = 32;
constexpr std::size_t kMaxNodes = 200'000;

std::optional<std::uint32_t> index_of(std::string_view name) {
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return index;
}

}  // namespace

const QueryNode* QueryNode::child(std::string_view name) const {
  const auto found = children.find(name);
  return found == children.end() ? nullptr : &found->second;
}

std::vector<const QueryNode*> QueryNode::numbered() const {
  std::vector<std::pair<std::uint32_t, const QueryNode*>> found;
  for (const auto& [name, node] : children) {
    if (const auto index = index_of(name)) found.emplace_back(*index, &node);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const QueryNode*> nodes;
  for (const auto& [index, node] : found)
    nodes.push_back(node);
  return nodes;
}

Result<QueryNode> query_tree(const Pairs& pairs) {
  QueryNode root;
  std::size_t nodes = 0;
  for (const auto& [key, value] : pairs) {
    QueryNode* node = &root;
    std::string_view rest = key;
    for (int steps = 0;; ++steps) {
      if (steps == kMaxSteps) {
        return fail("MalformedQueryString", fmt::format("The parameter {} is too deep", key));
      }
      const auto step = rest.substr(0, rest.find('.'));
      const auto [at, added] = node->children.try_emplace(std::string(step));
      if (added && ++nodes > kMaxNodes) {
        return fail("MalformedQueryString", "The request has too many parameters");
      }
      node = &at->second;
      if (step.size() == rest.size()) break;
      rest.remove_prefix(step.size() + 1);
    }
    if (node->text) {
      return fail("MalformedQueryString", fmt::format("The parameter {} is given twice", key));
    }
    node->text = value;
  }
  return root;
}

}  // namespace tocsin::wire::detail
