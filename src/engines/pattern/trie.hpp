// SPDX-License-Identifier: Apache-2.0
// Tries of all paths in one pool: which of many prefixes (read forwards) or suffixes (read
// backwards) a text has. Edges carry up to eleven bytes. A node with many children has a table.
#pragma once

#include <cstdint>
#include <string_view>

#include "engines/pattern/cow.hpp"

namespace tocsin::pattern {

enum class Direction { Forwards, Backwards };

class TriePool {
 public:
  static constexpr std::size_t kLabel = 11;

  std::uint32_t make_root() { return nodes_.allocate({}); }

  /// The node of `key` below `root`, made where there is none.
  std::uint32_t insert(std::uint32_t root, std::string_view key, Direction direction);
  /// What hangs on a node: the caller's number, kNone at first.
  std::uint32_t item(std::uint32_t node) const { return nodes_[node].item; }
  void set_item(std::uint32_t node, std::uint32_t item) { nodes_.write(node).item = item; }
  /// Gives back a node without item, and those above it that served only it. The root stays.
  void prune(std::uint32_t node);
  bool is_empty(std::uint32_t root) const {
    return nodes_[root].children == 0 && nodes_[root].item == kNone;
  }
  void release_root(std::uint32_t root) { nodes_.release(root); }

  /// Calls `visit(item)` for each key that `text` begins (ends) with.
  template <Direction kDirection, class Visit>
  void walk(std::uint32_t root, std::string_view text, Visit visit) const {
    const Node* node = &nodes_[root];
    if (node->item != kNone) visit(node->item);
    std::size_t at = 0;
    while (at < text.size()) {
      const std::uint32_t next = child(*node, byte_at<kDirection>(text, at));
      if (next == kNone) return;
      node = &nodes_[next];
      if (node->length > text.size() - at) return;
      for (std::size_t i = 1; i < node->length; ++i) {
        if (node->label[i] != byte_at<kDirection>(text, at + i)) return;
      }
      at += node->length;
      if (node->item != kNone) visit(node->item);
    }
  }

 private:
  static constexpr std::uint16_t kListed = 6;  // children in a list; more are in a table

  struct Node {
    std::uint8_t length = 0;
    unsigned char label[kLabel] = {};
    std::uint32_t item = kNone;
    std::uint32_t parent = kNone;
    std::uint32_t first_child = kNone;
    std::uint32_t next_sibling = kNone;
    std::uint32_t table = kNone;
    std::uint16_t children = 0;
    std::uint32_t next_free = kNone;
  };

  template <Direction kDirection>
  static unsigned char byte_at(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(
        kDirection == Direction::Forwards ? text[index] : text[text.size() - 1 - index]);
  }

  std::uint32_t child(const Node& node, unsigned char byte) const {
    if (node.table != kNone) return tables_[std::size_t{node.table} * 256 + byte];
    std::uint32_t at = node.first_child;
    while (at != kNone && nodes_[at].label[0] != byte)
      at = nodes_[at].next_sibling;
    return at;
  }

  std::uint32_t add_chain(std::uint32_t parent, std::string_view rest);
  std::uint32_t split(std::uint32_t node, std::size_t length);
  void attach(std::uint32_t parent, std::uint32_t child);
  void detach(std::uint32_t child);
  void replace(std::uint32_t parent, std::uint32_t old_child, std::uint32_t new_child);
  void unlink(std::uint32_t parent, std::uint32_t child, std::uint32_t replacement);
  void make_table(std::uint32_t node);

  CowPool<Node> nodes_;
  CowVector<std::uint32_t, 8> tables_;  // one page is one table
  std::vector<std::uint32_t> free_tables_;
};

}  // namespace tocsin::pattern
