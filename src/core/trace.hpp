// SPDX-License-Identifier: Apache-2.0
// What followed from what: a tree of nodes, one for each call, event, rule match, task and job.
#pragma once

#include <string>
#include <vector>

#include "core/table.hpp"

namespace tocsin::core {

class Context;

struct TraceNode {
  std::string id;    // "<sequence>.<number>", hexadecimal
  std::string kind;  // "call", "event", "match", "task", "job"
  std::string name;  // "cloudtrail:StopLogging"
  Time time{};
  std::string cause;    // node; empty: a root
  std::string outcome;  // "ok", an error code, or empty while it goes on
  Time ended{};
  std::string event_id;
};
BOOST_DESCRIBE_STRUCT(TraceNode, (), (id, kind, name, time, cause, outcome, ended, event_id))

struct TraceLink {
  std::string node;
};
BOOST_DESCRIBE_STRUCT(TraceLink, (), (node))

/// Up to kNodesTogether nodes of one input, in order: few rows, and small enough to be written anew
/// when one of their nodes ends in a later input.
struct TraceRow {
  std::vector<TraceNode> nodes;
};
BOOST_DESCRIBE_STRUCT(TraceRow, (), (nodes))
inline constexpr std::uint32_t kNodesTogether = 16;

inline constexpr Table<TraceRow> kTrace{"core.traces"};  // sequence, group (fixed width)
/// Only of effects in another input than their cause: those of one input stand together anyway.
inline constexpr Table<TraceLink> kTraceEffects{"core.trace_effects"};  // cause, node
inline constexpr Table<TraceLink> kTraceEvents{"core.trace_events"};    // event id

/// The whole tree that the event `event_id` (or node) belongs to, from its root, in order of time;
/// empty where unknown. At most `limit` nodes.
std::vector<TraceNode> timeline(const store::View& view, const std::string& event_id,
                                std::size_t limit = 10'000);

/// How long nodes are kept.
inline constexpr auto kTraceAge = std::chrono::hours(24 * 90);

/// Called once for every input: writes the nodes that it made.
void write_nodes(Context& context, std::vector<TraceNode> nodes);

/// Called once for every input; now and then forgets the nodes that are too old: bounded work, no
/// sweep.
void forget_old_nodes(Context& context);

}  // namespace tocsin::core
