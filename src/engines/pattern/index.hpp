// SPDX-License-Identifier: Apache-2.0
// The index over many rules (README.md tells the whole story). A branch of a rule waits at its
// access field, the one whose predicates are expected to hold most rarely; only when one of these
// holds for a leaf are the branch's other conditions looked at. Paths, conditions and predicates
// are interned, so that each condition is decided at most once per event, however many rules share
// it.
//
// An Index is a value: a copy costs microseconds and shares all pages until either side changes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engines/pattern/compiled.hpp"
#include "engines/pattern/cow.hpp"
#include "engines/pattern/hash.hpp"
#include "engines/pattern/intervals.hpp"
#include "engines/pattern/pattern.hpp"
#include "engines/pattern/trie.hpp"

namespace tocsin::pattern {

/// A step of a path, and what waits for the leaves there. Node 0 is the event itself.
struct PathNode {
  std::shared_ptr<const std::string> name = {};
  std::uint64_t child_filter = 0;  // a bit for each name_bit of a child; may have too many
  std::uint32_t parent = kNone;
  std::uint32_t children = 0;
  std::uint32_t inner_children = 0;  // children that have children
  std::uint32_t conditions = 0;      // conditions on leaves at this path
  std::uint32_t waiting = 0;         // predicates that branches wait for at this path
  std::uint32_t texts = 0;           // of these: Text, Literal, EqualsIgnoreCase
  std::uint32_t literals = 0;
  std::uint32_t caseless = 0;
  std::uint32_t prefixes = kNone;  // tries
  std::uint32_t suffixes = kNone;
  std::uint32_t caseless_prefixes = kNone;
  std::uint32_t caseless_suffixes = kNone;
  std::uint32_t numbers = kNone;  // interval sets
  std::uint32_t addresses_v4 = kNone;
  std::uint32_t addresses_v6 = kNone;
  std::uint32_t wildcards = kNone;  // chains
  std::uint32_t unselective = kNone;
  std::uint64_t wildcards_version = 0;  // another number after each change of `wildcards`
  std::uint32_t next_free = kNone;
};

struct ConditionRecord {
  std::shared_ptr<const Condition> condition = {};
  std::uint32_t path = kNone;
  std::uint32_t references = 0;
  std::uint32_t hash = 0;
  std::uint32_t next_free = kNone;
};

/// A predicate that branches wait for.
struct PredicateRecord {
  std::shared_ptr<const Predicate> predicate = {};
  std::uint32_t path = kNone;
  std::uint32_t hash = 0;
  std::uint32_t links = kNone;  // the branches
  std::uint32_t count = 0;
  std::uint32_t trie_node = kNone;
  std::uint32_t chain_previous = kNone;  // predicates at one trie node, or in one chain of a path
  std::uint32_t chain_next = kNone;
  std::uint32_t next_free = kNone;
};

/// One wait: `branch` for `predicate` (kNone: always), which proves `condition`.
struct Link {
  std::uint32_t branch = kNone;
  std::uint32_t condition = kNone;
  std::uint32_t predicate = kNone;
  std::uint32_t previous = kNone;
  std::uint32_t next = kNone;
  std::uint32_t next_of_branch = kNone;
  std::uint32_t next_free = kNone;
};

struct BranchRecord {
  std::shared_ptr<const std::vector<std::uint32_t>> conditions = {};  // sorted by path
  std::uint32_t rule = kNone;
  std::uint32_t size = 0;
  std::uint32_t links = kNone;
  std::uint32_t next_of_rule = kNone;
  std::uint32_t next_free = kNone;
};

struct RuleRecord {
  RuleId id = 0;
  std::uint32_t branches = kNone;
  std::uint32_t next_free = kNone;
};

class Index {
 public:
  Index();

  void add(RuleId id, const Compiled& compiled);
  bool remove(RuleId id);
  std::size_t size() const { return size_; }

  const PathNode& node(std::uint32_t id) const { return nodes_[id]; }
  const ConditionRecord& condition(std::uint32_t id) const { return conditions_[id]; }
  const PredicateRecord& predicate(std::uint32_t id) const { return predicates_[id]; }
  const Link& link(std::uint32_t id) const { return links_[id]; }
  const BranchRecord& branch(std::uint32_t id) const { return branches_[id]; }
  const RuleRecord& rule(std::uint32_t id) const { return rules_[id]; }
  const TriePool& tries() const { return tries_; }
  const IntervalPool<NumberKey>& numbers() const { return numbers_; }
  const IntervalPool<AddressBits>& addresses() const { return addresses_; }
  /// The branches without access field: they wait for the absence of something.
  std::uint32_t always() const { return always_; }

  std::uint32_t node_bound() const { return nodes_.bound(); }
  std::uint32_t condition_bound() const { return conditions_.bound(); }
  std::uint32_t branch_bound() const { return branches_.bound(); }
  std::uint32_t rule_bound() const { return rules_.bound(); }

  /// The child of `parent` whose name is one step of a path (no dot in it); kNone where no rule
  /// mentions it.
  std::uint32_t child(std::uint32_t parent, std::string_view name) const;
  /// Calls `visit` with each predicate of Text, Literal or EqualsIgnoreCase (which: `op`) at the
  /// path whose key (fold, for EqualsIgnoreCase) is `key`.
  template <class Visit>
  void find_keyed(std::uint32_t path, Op op, std::string_view key, Visit visit) const {
    predicates_by_key_.find(predicate_hash(path, op, key), [&](std::uint32_t id) {
      const PredicateRecord& record = predicates_[id];
      if (record.path == path && record.predicate->op == op &&
          equal_bytes(lookup_key(*record.predicate), key)) {
        visit(id);
      }
      return false;
    });
  }

  static std::uint64_t name_bit(std::string_view name) {
    const std::size_t last = name.empty() ? 0 : static_cast<unsigned char>(name.back());
    const std::size_t first = name.empty() ? 0 : static_cast<unsigned char>(name.front());
    return std::uint64_t{1} << ((name.size() * 7 + first * 3 + last) & 63);
  }

 private:
  static std::uint32_t predicate_hash(std::uint32_t path, Op op, std::string_view key);
  static const std::string& lookup_key(const Predicate& predicate);

  std::uint32_t intern_path(const std::string& dotted);
  std::uint32_t make_child(std::uint32_t parent, std::string_view name);
  void drop_path_if_unused(std::uint32_t node);

  std::uint32_t intern_condition(const Field& field);
  void drop_condition(std::uint32_t id);

  void add_branch(std::uint32_t rule, const Branch& branch);
  void remove_branch(std::uint32_t id);
  /// The position of the access field among `conditions`; kNone where all may be absent.
  std::uint32_t choose_access(const std::vector<std::uint32_t>& conditions) const;
  double expected_hits(std::uint32_t condition) const;
  void add_link(std::uint32_t branch, std::uint32_t condition, std::uint32_t predicate);
  void remove_link(std::uint32_t id);
  void set_links_head(std::uint32_t predicate, std::uint32_t head);

  std::uint32_t find_predicate(std::uint32_t path, const Predicate& predicate) const;
  std::uint32_t intern_predicate(std::uint32_t path, std::shared_ptr<const Predicate> predicate);
  void drop_predicate(std::uint32_t id);
  void attach(std::uint32_t id);
  void detach(std::uint32_t id);
  void attach_to_trie(std::uint32_t id, std::uint32_t PathNode::*root);
  void detach_from_trie(std::uint32_t id, std::uint32_t PathNode::*root);
  void attach_interval(std::uint32_t id);
  void detach_interval(std::uint32_t id);
  void attach_to_chain(std::uint32_t id, std::uint32_t PathNode::*head);
  void detach_from_chain(std::uint32_t id, std::uint32_t PathNode::*head);

  CowPool<PathNode> nodes_;
  CowPool<ConditionRecord> conditions_;
  CowPool<PredicateRecord> predicates_;
  CowPool<Link> links_;
  CowPool<BranchRecord> branches_;
  CowPool<RuleRecord> rules_;
  TriePool tries_;
  IntervalPool<NumberKey> numbers_;
  IntervalPool<AddressBits> addresses_;
  CowHash children_by_name_;
  CowHash conditions_by_key_;
  CowHash predicates_by_key_;
  CowHash rules_by_id_;
  std::uint32_t always_ = kNone;
  std::uint64_t version_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tocsin::pattern
