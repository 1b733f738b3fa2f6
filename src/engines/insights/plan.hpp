// SPDX-License-Identifier: Apache-2.0
// A query as it is executed: every name has become a slot of a row, every command a step. Commands
// up to the first that needs all rows at once (stats, limit, dedup) make a phase; what that yields
// runs through the next.
#pragma once

#include <map>
#include <memory>
#include <re2/re2.h>
#include <string>
#include <vector>

#include "engines/insights/insights.hpp"
#include "engines/insights/syntax.hpp"
#include "engines/insights/value.hpp"

namespace tocsin::insights {

struct Record;

/// An expression.
struct Node {
  using Evaluate = Value (*)(const Node&, Record&);
  Evaluate evaluate = nullptr;
  std::vector<Node> children;
  int slot = -1;
  Value constant;                     // a number, a moment
  std::shared_ptr<std::string> text;  // a text, or what a text is searched for
  std::shared_ptr<const RE2> regex;
  std::vector<std::string> path;  // into the JSON that the slot has

  Value operator()(Record& record) const { return evaluate(*this, record); }
};

/// Slots that every event has.
enum System : int { kTimestamp, kMessage, kLog, kLogStream, kIngestionTime, kPtr, kSystemSlots };

/// Which slots the members of a JSON message fill, and the fields of other known formats.
struct Wanted {
  int slot = -1;
  std::map<std::string, Wanted, std::less<>> members;
  int below = 0;  // slots in `members`, at every depth
};

struct Step {
  enum class Kind { Filter, Evaluate, Glob, Regex };
  Kind kind = Kind::Filter;
  Node node;                          // the condition, the value, what is parsed
  std::vector<int> slots;             // that it fills; of Regex: by group, -1: none
  std::vector<std::string> literals;  // of Glob: before, between and behind the stars
  std::shared_ptr<const RE2> regex;
};

struct Aggregate {
  enum class Kind {
    Count,
    CountDistinct,
    Sum,
    Average,
    Minimum,
    Maximum,
    Percentile,
    Deviation,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast
  };
  Kind kind = Kind::Count;
  std::optional<Node> of;  // absent: count(*)
  double percent = 0;
  int slot = -1;  // in the next phase
};

struct Key {
  Node node;
  bool descending = false;
};

struct Column {
  std::string name;
  int slot = -1;
};

struct Phase {
  std::vector<Step> steps;
  int slots = kSystemSlots;
  // It ends with stats …
  bool stats = false;
  std::vector<Key> groups;  // into the first slots of the next phase
  std::vector<Aggregate> aggregates;
  // … or with the first rows in an order.
  std::vector<Key> order;
  std::vector<Node> distinct;
  std::size_t limit = kMostRows;
};

struct Plan {
  std::vector<Phase> phases;
  std::vector<Column> columns;
  bool pointer = false;    // rows are events: they say @ptr
  bool reads_ptr = false;  // an expression uses @ptr
  Wanted wanted;
  std::map<std::string, int> special;  // @requestId, srcAddr …: discovered outside JSON
  Hint hint;
};

Result<std::shared_ptr<const Plan>> compile(std::string_view text);

class Discovery;

/// A row on its way.
struct Record {
  std::vector<Value> slots;
  Arena arena;
  const Event* event = nullptr;  // none of rows that are not events any more
  const Plan* plan = nullptr;
  Discovery* discovery = nullptr;
  bool found = false;  // discovered fields are in their slots
  double now = 0;      // milliseconds

  /// Sees to it that discovered fields are in their slots.
  void discover();
};

}  // namespace tocsin::insights
