// SPDX-License-Identifier: Apache-2.0
// Forms and the trees that their dotted names mean: every parameter stands where its name says.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "wire/protocols/query_params.hpp"

using namespace tocsin;
using namespace tocsin::wire::detail;

namespace {

const QueryNode* walk(const QueryNode& root, std::string_view key) {
  const auto* node = &root;
  for (;;) {
    const auto dot = key.find('.');
    node = node->child(key.substr(0, dot));
    if (!node || dot == key.npos) return node;
    key.remove_prefix(dot + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pairs = parse_form({reinterpret_cast<const char*>(data), size});
  if (!pairs) return 0;
  for (const auto& [key, value] : *pairs)
    TOCSIN_ASSERT(valid_utf8(key) && valid_utf8(value));
  const auto tree = query_tree(*pairs);
  if (!tree) {
    TOCSIN_ASSERT(tree.error().code == "MalformedQueryString");
    return 0;
  }
  for (const auto& [key, value] : *pairs) {
    const auto* node = walk(*tree, key);
    TOCSIN_ASSERT(node && node->text == value);
    TOCSIN_ASSERT(node->numbered().size() <= node->children.size());
  }
  return 0;
}
