// SPDX-License-Identifier: Apache-2.0
// The event patterns of Amazon EventBridge: which rules match an event.
// Source: "Creating Amazon EventBridge event patterns" and "Comparison operators for use in event
// patterns" of the EventBridge user guide; semantics and messages follow AWS's open-source matcher
// (aws/event-ruler). README.md in this folder explains the algorithm.
//
// Everything here is pure: no clock, no I/O, no AWS endpoint. A Pattern and a Snapshot are
// immutable and may be shared by threads. A RuleSet and a Matcher belong to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::pattern {

/// The caller's name of a rule.
using RuleId = std::uint64_t;

struct Compiled;
class Index;
class Scratch;

struct ParseOptions {
  /// The code of the error ("InvalidEventPatternException" for EventBridge).
  std::string error_code = "InvalidEventPatternException";
  /// What stands before the reason in the message.
  std::string error_prefix = "Event pattern is not valid. Reason: ";
  /// `$or` may multiply a pattern into at most so many branches; more are "too complex".
  std::size_t max_branches = 1000;
};

/// A pattern that has been validated once. Copies share the compiled form.
class Pattern {
 public:
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  const Compiled& compiled() const { return *compiled_; }
  /// The dotted paths that the pattern mentions, sorted, each once.
  std::vector<std::string> paths() const;

 private:
  std::shared_ptr<const Compiled> compiled_;
};

/// Validates a pattern. Error: InvalidEventPatternException 400 in AWS's words, with the position
/// as AWS's JSON reader counts it.
Result<Pattern> parse_pattern(std::string_view json, const ParseOptions& options = {});

/// The rules as they were at one moment: immutable, cheap to copy, for readers on any thread.
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
  const Index& index() const { return *index_; }
  std::size_t size() const;

 private:
  std::shared_ptr<const Index> index_;
};

/// How much of an event's text is read. `UntilFound` stops where nothing that any rule asks for can
/// follow: faster, but then what comes after is not looked at, not even for errors, and of two
/// members of one name (or "a.b" beside {"a": {"b": …}}) the later may not count.
enum class Extent { Whole, UntilFound };

/// A JSON object within a text that has been indexed once for many objects (structure.hpp):
/// `structure` reaches from the object's { to its }, and `text` ends behind that.
struct IndexedObject {
  std::string_view text;
  std::span<const std::uint32_t> structure;
};

/// An event that was never put together: its members that are strings (without escapes), and one
/// whose value is an object.
struct Envelope {
  std::span<const std::pair<std::string_view, std::string_view>> members;
  std::string_view body_name;
  IndexedObject body;
};

/// Matches events against one snapshot. Keeps working memory between events: one per thread.
class Matcher {
 public:
  explicit Matcher(Snapshot snapshot, Extent extent = Extent::Whole);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// Another snapshot; what was learned about unchanged paths is kept.
  void reset(Snapshot snapshot);

  /// The ids of the rules that match, ascending, each once. Valid until the next call.
  /// A Document's numbers are what its parser made of them: Boost.JSON 1.81 misses one in eight
  /// doubles of 16 or 17 digits by a unit in the last place. From text numbers are read exactly.
  std::span<const RuleId> match(const Document& event);
  /// The same from JSON text. Error: SerializationException where the text is no JSON object.
  Result<std::span<const RuleId>> match_json(std::string_view event);
  /// The same for what stands in a text that is indexed already: nothing is copied.
  Result<std::span<const RuleId>> match_indexed(const IndexedObject& event);
  Result<std::span<const RuleId>> match_enveloped(const Envelope& event);

 private:
  Snapshot snapshot_;
  Extent extent_;
  std::unique_ptr<Scratch> scratch_;
};

/// Many rules under one roof. Adding and removing cost microseconds whatever the number of rules.
class RuleSet {
 public:
  RuleSet();
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  /// Adds the rule, or replaces the one that has this id.
  void add(RuleId id, const Pattern& pattern);
  /// False where there is none.
  bool remove(RuleId id);
  std::size_t size() const;

  std::vector<RuleId> matches(const Document& event) const;
  Result<std::vector<RuleId>> matches_json(std::string_view event) const;

  /// For readers on other threads. Later changes to this set do not show in it.
  Snapshot snapshot() const;

 private:
  std::unique_ptr<Index> index_;
  mutable std::shared_ptr<const Index> shared_;
  std::unique_ptr<Scratch> scratch_;
};

/// One pattern, one event. For many events or many patterns use a RuleSet.
bool matches(const Pattern& pattern, const Document& event);

}  // namespace tocsin::pattern
