// SPDX-License-Identifier: Apache-2.0
#include "core/trace.hpp"

#include <deque>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

/// "<sequence>.<number>" as the key under which nodes stand in order.
std::optional<Key> node_key(std::string_view node) {
  const auto dot = node.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return Key{fmt::format("{:0>16}", node.substr(0, dot)),
             fmt::format("{:0>8}", node.substr(dot + 1))};
}

constexpr std::uint64_t kForgetEvery = 64;    // inputs
constexpr std::size_t kForgetAtOnce = 1'024;  // nodes: more than so many inputs leave

}  // namespace

void forget_old_nodes(Context& context) {
  if (context.sequence() % kForgetEvery) return;
  std::vector<std::pair<Key, TraceNode>> old;
  kTrace.scan(context, {}, [&](const auto& parts, const TraceNode& node) {
    if (context.now() - node.time < kTraceAge || old.size() == kForgetAtOnce) return false;
    old.emplace_back(Key{parts[0], parts[1]}, node);
    return true;
  });
  for (const auto& [key, node] : old) {
    kTrace.erase(context, key);
    if (!node.cause.empty()) kTraceEffects.erase(context, Key{node.cause, node.id});
    if (!node.event_id.empty()) kTraceEvents.erase(context, Key{node.event_id});
  }
}

std::string Context::next_node() {
  TOCSIN_ASSERT(!turn_.read_only);
  return fmt::format("{:x}.{:x}", turn_.sequence, ++turn_.nodes);
}

void Context::put_node(const TraceNode& node) {
  kTrace.put(*this, *node_key(node.id), node);
  if (!node.cause.empty()) kTraceEffects.put(*this, Key{node.cause, node.id}, {node.id});
  if (!node.event_id.empty()) kTraceEvents.put(*this, Key{node.event_id}, {node.id});
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
  put_node(node);
  return node.id;
}

void Context::trace_outcome(const std::string& id, std::string_view outcome) {
  const auto key = node_key(id);
  auto node = key ? kTrace.get(*this, *key) : std::nullopt;
  if (!node) return;
  node->outcome = outcome;
  node->ended = now();
  kTrace.put(*this, *key, *node);
}

std::optional<TraceNode> trace_node(const store::View& view, const std::string& node) {
  const auto key = node_key(node);
  return key ? kTrace.get(view, *key) : std::nullopt;
}

std::vector<TraceNode> timeline(const store::View& view, const std::string& event_id,
                                std::size_t limit) {
  const auto link = kTraceEvents.get(view, Key{event_id});
  auto root = trace_node(view, link ? link->node : event_id);
  if (!root) return {};
  for (std::size_t depth = 0; depth < limit && !root->cause.empty(); ++depth) {
    auto above = trace_node(view, root->cause);
    if (!above) break;
    root = std::move(above);
  }
  std::vector<TraceNode> nodes{*root};
  for (std::size_t i = 0; i < nodes.size() && nodes.size() < limit; ++i) {
    kTraceEffects.scan(view, Key{nodes[i].id}, [&](const auto&, const TraceLink& effect) {
      if (auto node = trace_node(view, effect.node)) nodes.push_back(std::move(*node));
      return nodes.size() < limit;
    });
  }
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto& left, const auto& right) { return left.time < right.time; });
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
