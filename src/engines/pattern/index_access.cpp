// SPDX-License-Identifier: Apache-2.0
// Which predicates a branch waits for, and where they wait: by hash, trie, interval or chain.
#include "engines/pattern/hash.hpp"
#include "engines/pattern/index.hpp"

namespace tocsin::pattern {
namespace {

double rarity_of_affix(std::size_t length) {
  return std::max(0.001, std::pow(0.2, length));
}

/// A guess of how often the predicate holds, before anything is known about the events.
double expected_rate(const Predicate& predicate) {
  switch (predicate.op) {
    case Op::Text:
    case Op::EqualsIgnoreCase:
      return 0.001;
    case Op::Literal:
      return 0.2;
    case Op::Number:
      if (predicate.low > predicate.high) return 0;
      return predicate.low == predicate.high ? 0.002 : 0.3;
    case Op::Address:
      return predicate.addresses.low == predicate.addresses.high ? 0.001 : 0.02;
    case Op::Prefix:
    case Op::Suffix:
    case Op::PrefixIgnoreCase:
    case Op::SuffixIgnoreCase:
      return rarity_of_affix(predicate.key.size());
    case Op::Wildcard:
      return 0.05;
    default:
      return 0.9;
  }
}

}  // namespace

std::uint32_t Index::predicate_hash(std::uint32_t path, Op op, std::string_view key) {
  return hash_bytes(key, std::uint64_t{path} << 8 | static_cast<std::uint64_t>(op));
}

const std::string& Index::lookup_key(const Predicate& predicate) {
  return predicate.op == Op::EqualsIgnoreCase ? predicate.caseless[0].folded() : predicate.key;
}

std::uint32_t Index::choose_access(const std::vector<std::uint32_t>& conditions) const {
  std::uint32_t best = kNone;
  double best_hits = 0;
  for (std::uint32_t i = 0; i < conditions.size(); ++i) {
    if (conditions_[conditions[i]].condition->absent) continue;
    const double hits = expected_hits(conditions[i]);
    if (best != kNone && hits >= best_hits) continue;
    best = i;
    best_hits = hits;
  }
  return best;
}

/// What many rules ask for, many events have: a predicate is taken for the more frequent, the more
/// branches already wait for it, or have the whole condition.
double Index::expected_hits(std::uint32_t id) const {
  const ConditionRecord& record = conditions_[id];
  const double asking = std::max(1u, record.references) - 1;
  double hits = 0;
  for (const auto& predicate : record.condition->any) {
    const std::uint32_t known = find_predicate(record.path, predicate);
    const double waiting = known == kNone ? 0 : predicates_[known].count;
    hits += std::min(1.0, expected_rate(predicate) * (1 + std::max(waiting, asking)));
  }
  return hits;
}

void Index::add_link(std::uint32_t branch, std::uint32_t condition, std::uint32_t predicate) {
  const std::uint32_t head = predicate == kNone ? always_ : predicates_[predicate].links;
  Link link{branch, condition, predicate, kNone, head};
  link.next_of_branch = branches_[branch].links;
  const std::uint32_t id = links_.allocate(link);
  if (head != kNone) links_.write(head).previous = id;
  set_links_head(predicate, id);
  branches_.write(branch).links = id;
  if (predicate != kNone) ++predicates_.write(predicate).count;
}

void Index::remove_link(std::uint32_t id) {
  const Link link = links_[id];
  if (link.next != kNone) links_.write(link.next).previous = link.previous;
  if (link.previous != kNone) {
    links_.write(link.previous).next = link.next;
  } else {
    set_links_head(link.predicate, link.next);
  }
  links_.release(id);
  if (link.predicate == kNone) return;
  if (--predicates_.write(link.predicate).count == 0) drop_predicate(link.predicate);
}

void Index::set_links_head(std::uint32_t predicate, std::uint32_t head) {
  if (predicate == kNone) {
    always_ = head;
  } else {
    predicates_.write(predicate).links = head;
  }
}

std::uint32_t Index::find_predicate(std::uint32_t path, const Predicate& predicate) const {
  const std::uint32_t hash = predicate_hash(path, predicate.op, lookup_key(predicate));
  return predicates_by_key_.find(hash, [&](std::uint32_t at) {
    const PredicateRecord& record = predicates_[at];
    return record.path == path && record.predicate->op == predicate.op &&
           record.predicate->key == predicate.key;
  });
}

std::uint32_t Index::intern_predicate(std::uint32_t path,
                                      std::shared_ptr<const Predicate> predicate) {
  const std::uint32_t known = find_predicate(path, *predicate);
  if (known != kNone) return known;
  PredicateRecord record;
  record.hash = predicate_hash(path, predicate->op, lookup_key(*predicate));
  record.path = path;
  record.predicate = std::move(predicate);
  const std::uint32_t hash = record.hash;
  const std::uint32_t id = predicates_.allocate(std::move(record));
  predicates_by_key_.insert(hash, id);
  ++nodes_.write(path).waiting;
  attach(id);
  return id;
}

void Index::drop_predicate(std::uint32_t id) {
  detach(id);
  --nodes_.write(predicates_[id].path).waiting;
  predicates_by_key_.erase(predicates_[id].hash, id);
  predicates_.release(id);
}

void Index::attach(std::uint32_t id) {
  const std::uint32_t path = predicates_[id].path;
  switch (predicates_[id].predicate->op) {
    case Op::Text:
      ++nodes_.write(path).texts;
      return;
    case Op::Literal:
      ++nodes_.write(path).literals;
      return;
    case Op::EqualsIgnoreCase:
      ++nodes_.write(path).caseless;
      return;
    case Op::Number:
    case Op::Address:
      attach_interval(id);
      return;
    case Op::Prefix:
      attach_to_trie(id, &PathNode::prefixes);
      return;
    case Op::Suffix:
      attach_to_trie(id, &PathNode::suffixes);
      return;
    case Op::PrefixIgnoreCase:
      attach_to_trie(id, &PathNode::caseless_prefixes);
      return;
    case Op::SuffixIgnoreCase:
      attach_to_trie(id, &PathNode::caseless_suffixes);
      return;
    case Op::Wildcard:
      nodes_.write(path).wildcards_version = ++version_;
      attach_to_chain(id, &PathNode::wildcards);
      return;
    default:
      attach_to_chain(id, &PathNode::unselective);
      return;
  }
}

void Index::detach(std::uint32_t id) {
  const std::uint32_t path = predicates_[id].path;
  switch (predicates_[id].predicate->op) {
    case Op::Text:
      --nodes_.write(path).texts;
      return;
    case Op::Literal:
      --nodes_.write(path).literals;
      return;
    case Op::EqualsIgnoreCase:
      --nodes_.write(path).caseless;
      return;
    case Op::Number:
    case Op::Address:
      detach_interval(id);
      return;
    case Op::Prefix:
      detach_from_trie(id, &PathNode::prefixes);
      return;
    case Op::Suffix:
      detach_from_trie(id, &PathNode::suffixes);
      return;
    case Op::PrefixIgnoreCase:
      detach_from_trie(id, &PathNode::caseless_prefixes);
      return;
    case Op::SuffixIgnoreCase:
      detach_from_trie(id, &PathNode::caseless_suffixes);
      return;
    case Op::Wildcard:
      nodes_.write(path).wildcards_version = ++version_;
      detach_from_chain(id, &PathNode::wildcards);
      return;
    default:
      detach_from_chain(id, &PathNode::unselective);
      return;
  }
}

/// Patterns with one fold (k and the Kelvin sign) share a node.
void Index::attach_to_trie(std::uint32_t id, std::uint32_t PathNode::*root) {
  const Predicate& predicate = *predicates_[id].predicate;
  const std::uint32_t path = predicates_[id].path;
  if (nodes_[path].*root == kNone) nodes_.write(path).*root = tries_.make_root();
  const bool caseless = !predicate.caseless.empty();
  const bool forwards = predicate.op == Op::Prefix || predicate.op == Op::PrefixIgnoreCase;
  const std::uint32_t node =
      tries_.insert(nodes_[path].*root, caseless ? predicate.caseless[0].folded() : predicate.key,
                    forwards ? Direction::Forwards : Direction::Backwards);
  const std::uint32_t head = tries_.item(node);
  PredicateRecord& record = predicates_.write(id);
  record.trie_node = node;
  record.chain_next = head;
  if (head != kNone) predicates_.write(head).chain_previous = id;
  tries_.set_item(node, id);
}

void Index::detach_from_trie(std::uint32_t id, std::uint32_t PathNode::*root) {
  const std::uint32_t node = predicates_[id].trie_node;
  const std::uint32_t previous = predicates_[id].chain_previous;
  const std::uint32_t next = predicates_[id].chain_next;
  if (next != kNone) predicates_.write(next).chain_previous = previous;
  if (previous != kNone) {
    predicates_.write(previous).chain_next = next;
    return;
  }
  tries_.set_item(node, next);
  tries_.prune(node);
  PathNode& path = nodes_.write(predicates_[id].path);
  if (!tries_.is_empty(path.*root)) return;
  tries_.release_root(path.*root);
  path.*root = kNone;
}

void Index::attach_interval(std::uint32_t id) {
  const Predicate& predicate = *predicates_[id].predicate;
  PathNode& node = nodes_.write(predicates_[id].path);
  if (predicate.op == Op::Address) {
    auto& root = predicate.addresses.v6 ? node.addresses_v6 : node.addresses_v4;
    addresses_.insert(root, predicate.addresses.low, predicate.addresses.high, id);
  } else if (predicate.low <= predicate.high) {
    numbers_.insert(node.numbers, predicate.low, predicate.high, id);
  }
}

void Index::detach_interval(std::uint32_t id) {
  const Predicate& predicate = *predicates_[id].predicate;
  PathNode& node = nodes_.write(predicates_[id].path);
  if (predicate.op == Op::Address) {
    auto& root = predicate.addresses.v6 ? node.addresses_v6 : node.addresses_v4;
    addresses_.erase(root, predicate.addresses.low, predicate.addresses.high);
  } else if (predicate.low <= predicate.high) {
    numbers_.erase(node.numbers, predicate.low, predicate.high);
  }
}

void Index::attach_to_chain(std::uint32_t id, std::uint32_t PathNode::*head) {
  const std::uint32_t path = predicates_[id].path;
  const std::uint32_t first = nodes_[path].*head;
  predicates_.write(id).chain_next = first;
  if (first != kNone) predicates_.write(first).chain_previous = id;
  nodes_.write(path).*head = id;
}

void Index::detach_from_chain(std::uint32_t id, std::uint32_t PathNode::*head) {
  const std::uint32_t previous = predicates_[id].chain_previous;
  const std::uint32_t next = predicates_[id].chain_next;
  if (next != kNone) predicates_.write(next).chain_previous = previous;
  if (previous != kNone) {
    predicates_.write(previous).chain_next = next;
  } else {
    nodes_.write(predicates_[id].path).*head = next;
  }
}

}  // namespace tocsin::pattern
