// SPDX-License-Identifier: Apache-2.0
// Reading events in their order (timestamp, then stream and ordinal), from the rows that can hold
// them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engines/logfilter/logfilter.hpp"
#include "services/logs/parts.hpp"

namespace tocsin::logs {

/// Where an event stands among all of its group.
struct Position {
  std::int64_t timestamp = 0;
  std::string stream;  // name
  std::int64_t ordinal = 0;
  auto operator<=>(const Position&) const = default;
};

struct FoundEvent {
  Position position;
  std::string_view stream_id;  // of the Stream that was searched
  std::int64_t ingested = 0;
  std::string message;
};

struct Search {
  std::int64_t from = 0, to = 0;   // timestamps, both included
  std::optional<Position> beyond;  // events behind this only (before it, where backward)
  store::Direction direction = store::Direction::Forward;
  std::size_t limit = 10'000;
  const logfilter::Filter* filter = nullptr;
};

/// Keeps the first events of a search, in its direction, that together fit a reply.
class Found {
 public:
  explicit Found(const Search& search);

  /// Looks at the lines of a row.
  void scan(const Stream& stream, const Batch& batch, std::string_view lines);
  /// Whether no event of a row that begins (or, backward, ends) at `timestamp` can be among the
  /// first.
  bool past(std::int64_t timestamp) const;
  /// Only events before `timestamp` are known to be complete.
  void forget_from(std::int64_t timestamp);
  /// What was found, always in ascending order. `more`: something had to be left out.
  std::vector<FoundEvent> finish(bool& more) &&;

 private:
  bool backward() const { return search_.direction == store::Direction::Backward; }
  bool wanted(const Position& position) const;
  void look(const Stream& stream, const Batch& batch, std::string_view text, std::int64_t number);
  void cut();

  const Search& search_;
  std::string needle_;  // the hint, as it stands inside lines
  std::vector<FoundEvent> events_;
  std::size_t bytes_ = 0;
  std::optional<Position> bound_;  // the first event that was left out
};

/// Looks at the lines of a row, fetched from its blob where they lie there.
Result<void> scan_row(const store::Blobs& blobs, const Stream& stream, const Batch& batch,
                      const OpenKey& keys, Found& found);

/// Visits the open rows of a stream, then its segments that can hold events of the range, in the
/// order of their last events. Return false to stop.
void visit_rows(const store::View& view, const Stream& stream, const Search& search,
                const std::function<bool(const Batch&)>& visit);

}  // namespace tocsin::logs
