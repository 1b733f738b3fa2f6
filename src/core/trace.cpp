// SPDX-License-Identifier: Apache-2.0
#include "core/trace.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>

#include "base/assert.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

struct NodeId {
  std::string_view sequence;
  std::uint32_t number = 0;
};

/// "<sequence>.<number>", hexadecimal.
std::optional<NodeId> parse(std::string_view node) {
  const auto dot = node.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  NodeId id{node.substr(0, dot)};
  const auto digits = node.substr(dot + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), id.number, 16);
  if (read.ec != std::errc()) return std::nullopt;
  return id;
}

Key sequence_key(std::string_view sequence) {
  return Key{fmt::format("{:0>16}", sequence)};
}

Key row_of(const NodeId& id) {
  return sequence_key(id.sequence).add(fmt::format("{:0>8x}", id.number / kNodesTogether));
}

bool same_input(std::string_view left, std::string_view right) {
  return left.substr(0, left.find('.')) == right.substr(0, right.find('.'));
}

TraceNode* find_node(std::vector<TraceNode>& nodes, std::string_view id) {
  const auto found = std::ranges::find(nodes, id, &TraceNode::id);
  return found == nodes.end() ? nullptr : &*found;
}

constexpr std::uint64_t kForgetEvery = 64;  // inputs
constexpr std::size_t kForgetAtOnce = 256;  // rows: more than so many inputs leave

void erase_row(Context& context, const Key& key, const TraceRow& row) {
  kTrace.erase(context, key);
  for (const auto& node : row.nodes) {
    if (!same_input(node.cause, node.id)) kTraceEffects.erase(context, Key{node.cause, node.id});
    if (!node.event_id.empty()) kTraceEvents.erase(context, Key{node.event_id});
  }
}

/// The inputs whose nodes have been looked at.
class Inputs {
 public:
  explicit Inputs(const store::View& view) : view_(view) {}

  /// In order of their numbers.
  std::vector<TraceNode>& of(std::string_view node) {
    const auto id = parse(node);
    const auto sequence = std::string(id ? id->sequence : node);
    const auto [entry, added] = inputs_.try_emplace(sequence);
    if (added && id) {
      kTrace.scan(view_, sequence_key(sequence), [&](const auto&, const TraceRow& row) {
        entry->second.insert(entry->second.end(), row.nodes.begin(), row.nodes.end());
        return true;
      });
    }
    return entry->second;
  }

  const TraceNode* node(const std::string& id) { return find_node(of(id), id); }

  std::vector<TraceNode> effects_of(const std::string& id) {
    std::vector<TraceNode> effects;
    for (const auto& node : of(id)) {
      if (node.cause == id) effects.push_back(node);
    }
    kTraceEffects.scan(view_, Key{id}, [&](const auto&, const TraceLink& link) {
      if (const auto* found = node(link.node)) effects.push_back(*found);
      return true;
    });
    return effects;
  }

 private:
  const store::View& view_;
  std::map<std::string, std::vector<TraceNode>> inputs_;
};

}  // namespace

void write_nodes(Context& context, std::vector<TraceNode> nodes) {
  std::ranges::sort(nodes, {}, [](const TraceNode& node) { return parse(node.id)->number; });
  for (std::size_t i = 0; i < nodes.size();) {
    const auto key = row_of(*parse(nodes[i].id));
    TraceRow row;
    for (; i < nodes.size() && row_of(*parse(nodes[i].id)).bytes() == key.bytes(); ++i) {
      const auto& node = nodes[i];
      if (!node.cause.empty() && !same_input(node.cause, node.id))
        kTraceEffects.put(context, Key{node.cause, node.id}, {node.id});
      if (!node.event_id.empty()) kTraceEvents.put(context, Key{node.event_id}, {node.id});
      row.nodes.push_back(std::move(nodes[i]));
    }
    kTrace.put(context, key, row);
  }
}

void forget_old_nodes(Context& context) {
  if (context.sequence() % kForgetEvery) return;
  std::vector<std::pair<Key, TraceRow>> old;
  kTrace.scan(context, {}, [&](const auto& parts, const TraceRow& row) {
    if (context.now() - row.nodes.front().time < kTraceAge || old.size() == kForgetAtOnce)
      return false;
    old.emplace_back(Key{parts[0], parts[1]}, row);
    return true;
  });
  for (const auto& [key, row] : old)
    erase_row(context, key, row);
}

std::string Context::next_node() {
  TOCSIN_ASSERT(!turn_.read_only);
  return fmt::format("{:x}.{:x}", turn_.sequence, ++turn_.nodes);
}

void Context::put_node(TraceNode node) {
  turn_.traced.push_back(std::move(node));
}

std::string Context::trace(std::string_view kind, std::string_view name, std::string_view outcome,
                           std::string_view event_id) {
  TraceNode node{.id = next_node(),
                 .kind = std::string(kind),
                 .name = std::string(name),
                 .time = now(),
                 .cause = cause_,
                 .outcome = std::string(outcome),
                 .event_id = std::string(event_id)};
  auto id = node.id;
  put_node(std::move(node));
  return id;
}

void Context::trace_outcome(const std::string& id, std::string_view outcome) {
  const auto end = [&](TraceNode& node) {
    node.outcome = outcome;
    node.ended = now();
  };
  if (auto* node = find_node(turn_.traced, id)) return end(*node);
  const auto parsed = parse(id);
  auto row = parsed ? kTrace.get(*this, row_of(*parsed)) : std::nullopt;
  auto* node = row ? find_node(row->nodes, id) : nullptr;
  if (!node) return;
  end(*node);
  kTrace.put(*this, row_of(*parsed), *row);
}

std::vector<TraceNode> timeline(const store::View& view, const std::string& event_id,
                                std::size_t limit) {
  const auto link = kTraceEvents.get(view, Key{event_id});
  Inputs inputs(view);
  const auto* root = inputs.node(link ? link->node : event_id);
  if (!root) return {};
  for (std::size_t depth = 0; depth < limit && !root->cause.empty(); ++depth) {
    const auto* above = inputs.node(root->cause);
    if (!above) break;
    root = above;
  }
  std::vector<TraceNode> nodes{*root};
  for (std::size_t i = 0; i < nodes.size() && nodes.size() < limit; ++i) {
    auto effects = inputs.effects_of(nodes[i].id);
    effects.resize(std::min(effects.size(), limit - nodes.size()));
    std::ranges::move(effects, std::back_inserter(nodes));
  }
  std::ranges::stable_sort(nodes, {}, &TraceNode::time);
  return nodes;
}

// Root=1-<8 hex>-<24 hex>: the time, then the node's sequence and number.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
std::string trace_header(std::string_view node, Time now) {
  const auto dot = std::min(node.find('.'), node.size());
  const auto sequence = node.substr(0, dot);
  const auto number = dot < node.size() ? node.substr(dot + 1) : std::string_view("0");
  return fmt::format("Root=1-{:08x}-{:0>16}{:0>8};Parent={:0>16};Sampled=0", to_ms(now) / 1000,
                     sequence, number, sequence);
}

std::string node_of_trace_header(std::string_view header) {
  const auto at = header.find("Root=1-");
  if (at == std::string_view::npos || header.size() < at + 7 + 8 + 1 + 24) return {};
  const auto digits = header.substr(at + 7 + 8 + 1, 24);
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  const auto trimmed = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
  };
  return fmt::format("{}.{}", trimmed(digits.substr(0, 16)), trimmed(digits.substr(16)));
}

}  // namespace tocsin::core
