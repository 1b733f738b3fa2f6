// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/trie.hpp"

#include <cstring>
#include <string>

namespace tocsin::pattern {

std::uint32_t TriePool::insert(std::uint32_t root, std::string_view key, Direction direction) {
  std::string reversed;
  if (direction == Direction::Backwards) {
    reversed.assign(key.rbegin(), key.rend());
    key = reversed;
  }
  std::uint32_t at = root;
  while (!key.empty()) {
    const std::uint32_t next = child(nodes_[at], static_cast<unsigned char>(key[0]));
    if (next == kNone) return add_chain(at, key);
    const Node& node = nodes_[next];
    std::size_t common = 1;
    while (common < node.length && common < key.size() &&
           node.label[common] == static_cast<unsigned char>(key[common])) {
      ++common;
    }
    at = common < node.length ? split(next, common) : next;
    key.remove_prefix(common);
  }
  return at;
}

std::uint32_t TriePool::add_chain(std::uint32_t parent, std::string_view rest) {
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.size(), kLabel);
    Node node;
    node.length = static_cast<std::uint8_t>(length);
    std::memcpy(node.label, rest.data(), length);
    const std::uint32_t id = nodes_.allocate(node);
    attach(parent, id);
    parent = id;
    rest.remove_prefix(length);
  }
  return parent;
}

/// Puts a new node with the first `length` bytes of the label above `node`, which keeps its number.
std::uint32_t TriePool::split(std::uint32_t node, std::size_t length) {
  Node upper;
  upper.length = static_cast<std::uint8_t>(length);
  std::memcpy(upper.label, nodes_[node].label, length);
  const std::uint32_t parent = nodes_[node].parent;
  const std::uint32_t id = nodes_.allocate(upper);
  replace(parent, node, id);
  Node& lower = nodes_.write(node);
  lower.length = static_cast<std::uint8_t>(lower.length - length);
  std::memmove(lower.label, lower.label + length, lower.length);
  attach(id, node);
  return id;
}

void TriePool::attach(std::uint32_t parent, std::uint32_t child_id) {
  const std::uint32_t first = nodes_[parent].first_child;
  Node& child_node = nodes_.write(child_id);
  child_node.parent = parent;
  child_node.next_sibling = first;
  const unsigned char byte = child_node.label[0];
  Node& node = nodes_.write(parent);
  node.first_child = child_id;
  ++node.children;
  if (node.table != kNone) {
    tables_.write(std::size_t{node.table} * 256 + byte) = child_id;
  } else if (node.children > kListed) {
    make_table(parent);
  }
}

void TriePool::make_table(std::uint32_t id) {
  std::uint32_t table;
  if (free_tables_.empty()) {
    table = static_cast<std::uint32_t>(tables_.size() / 256);
    tables_.resize(tables_.size() + 256);
  } else {
    table = free_tables_.back();
    free_tables_.pop_back();
  }
  for (std::size_t i = 0; i < 256; ++i)
    tables_.write(std::size_t{table} * 256 + i) = kNone;
  for (std::uint32_t at = nodes_[id].first_child; at != kNone; at = nodes_[at].next_sibling) {
    tables_.write(std::size_t{table} * 256 + nodes_[at].label[0]) = at;
  }
  nodes_.write(id).table = table;
}

/// Takes `child_id` out of the list of its siblings, with `replacement` (or nothing) in its place.
void TriePool::unlink(std::uint32_t parent, std::uint32_t child_id, std::uint32_t replacement) {
  const std::uint32_t after = nodes_[child_id].next_sibling;
  const std::uint32_t next = replacement == kNone ? after : replacement;
  if (replacement != kNone) {
    Node& node = nodes_.write(replacement);
    node.next_sibling = after;
    node.parent = parent;
  }
  if (nodes_[parent].first_child == child_id) {
    nodes_.write(parent).first_child = next;
    return;
  }
  std::uint32_t at = nodes_[parent].first_child;
  while (nodes_[at].next_sibling != child_id)
    at = nodes_[at].next_sibling;
  nodes_.write(at).next_sibling = next;
}

void TriePool::replace(std::uint32_t parent, std::uint32_t old_child, std::uint32_t new_child) {
  unlink(parent, old_child, new_child);
  const Node& node = nodes_[parent];
  if (node.table == kNone) return;
  tables_.write(std::size_t{node.table} * 256 + nodes_[new_child].label[0]) = new_child;
}

void TriePool::detach(std::uint32_t child_id) {
  const std::uint32_t parent = nodes_[child_id].parent;
  unlink(parent, child_id, kNone);
  Node& node = nodes_.write(parent);
  --node.children;
  if (node.table == kNone) return;
  tables_.write(std::size_t{node.table} * 256 + nodes_[child_id].label[0]) = kNone;
  if (node.children > 0) return;
  free_tables_.push_back(node.table);
  node.table = kNone;
}

void TriePool::prune(std::uint32_t node) {
  while (nodes_[node].item == kNone && nodes_[node].children == 0 && nodes_[node].parent != kNone) {
    const std::uint32_t parent = nodes_[node].parent;
    detach(node);
    nodes_.release(node);
    node = parent;
  }
}

}  // namespace tocsin::pattern
