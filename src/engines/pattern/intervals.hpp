// SPDX-License-Identifier: Apache-2.0
// Sets of closed intervals in one pool: which of them hold a point. Each set is a treap ordered by
// lower end, every node knowing the highest upper end below it (CLRS, "Interval trees"); priorities
// are a hash of the interval, so the shape depends on the content alone.
#pragma once

#include <cstdint>

#include "engines/pattern/cow.hpp"
#include "engines/pattern/hash.hpp"

namespace tocsin::pattern {

template <class Key>
class IntervalPool {
 public:
  /// Adds [low, high] to the set `root` (kNone is the empty set); each interval at most once.
  void insert(std::uint32_t& root, Key low, Key high, std::uint32_t item) {
    Node node;
    node.low = low;
    node.high = node.max_high = high;
    node.item = item;
    node.priority = priority(low, high);
    root = insert_below(root, nodes_.allocate(node));
  }

  void erase(std::uint32_t& root, Key low, Key high) { root = erase_below(root, low, high); }

  template <class Visit>
  void stab(std::uint32_t root, Key point, Visit&& visit) const {
    while (root != kNone) {
      const Node& node = nodes_[root];
      if (node.max_high < point) return;
      stab(node.left, point, visit);
      if (point < node.low) return;
      if (point <= node.high) visit(node.item);
      root = node.right;
    }
  }

 private:
  struct Node {
    Key low = 0;
    Key high = 0;
    Key max_high = 0;
    std::uint32_t item = kNone;
    std::uint32_t priority = 0;
    std::uint32_t left = kNone;
    std::uint32_t right = kNone;
    std::uint32_t next_free = kNone;
  };

  static std::uint32_t priority(Key low, Key high) {
    const std::uint32_t seed = hash_bytes({reinterpret_cast<const char*>(&low), sizeof low}, 1);
    return hash_bytes({reinterpret_cast<const char*>(&high), sizeof high}, seed);
  }

  static bool before(const Node& node, Key low, Key high) {
    return node.low < low || (node.low == low && node.high < high);
  }

  void update(std::uint32_t id) {
    Node& node = nodes_.write(id);
    node.max_high = node.high;
    for (const std::uint32_t child : {node.left, node.right}) {
      if (child != kNone) node.max_high = std::max(node.max_high, nodes_[child].max_high);
    }
  }

  std::uint32_t insert_below(std::uint32_t root, std::uint32_t added) {
    if (root == kNone) return added;
    if (nodes_[root].priority < nodes_[added].priority) {
      const auto [left, right] = split(root, nodes_[added].low, nodes_[added].high);
      Node& node = nodes_.write(added);
      node.left = left;
      node.right = right;
      update(added);
      return added;
    }
    if (before(nodes_[root], nodes_[added].low, nodes_[added].high)) {
      const std::uint32_t right = insert_below(nodes_[root].right, added);
      nodes_.write(root).right = right;
    } else {
      const std::uint32_t left = insert_below(nodes_[root].left, added);
      nodes_.write(root).left = left;
    }
    update(root);
    return root;
  }

  /// The nodes before (low, high), and the others.
  std::pair<std::uint32_t, std::uint32_t> split(std::uint32_t root, Key low, Key high) {
    if (root == kNone) return {kNone, kNone};
    if (before(nodes_[root], low, high)) {
      const auto [left, right] = split(nodes_[root].right, low, high);
      nodes_.write(root).right = left;
      update(root);
      return {root, right};
    }
    const auto [left, right] = split(nodes_[root].left, low, high);
    nodes_.write(root).left = right;
    update(root);
    return {left, root};
  }

  std::uint32_t merge(std::uint32_t left, std::uint32_t right) {
    if (left == kNone) return right;
    if (right == kNone) return left;
    if (nodes_[left].priority > nodes_[right].priority) {
      const std::uint32_t below = merge(nodes_[left].right, right);
      nodes_.write(left).right = below;
      update(left);
      return left;
    }
    const std::uint32_t below = merge(left, nodes_[right].left);
    nodes_.write(right).left = below;
    update(right);
    return right;
  }

  std::uint32_t erase_below(std::uint32_t root, Key low, Key high) {
    TOCSIN_ASSERT(root != kNone);
    const Node& node = nodes_[root];
    if (node.low == low && node.high == high) {
      const std::uint32_t merged = merge(node.left, node.right);
      nodes_.release(root);
      return merged;
    }
    if (before(node, low, high)) {
      const std::uint32_t right = erase_below(node.right, low, high);
      nodes_.write(root).right = right;
    } else {
      const std::uint32_t left = erase_below(node.left, low, high);
      nodes_.write(root).left = left;
    }
    update(root);
    return root;
  }

  CowPool<Node> nodes_;
};

}  // namespace tocsin::pattern
