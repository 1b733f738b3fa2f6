// SPDX-License-Identifier: Apache-2.0
#include "services/logs/search.hpp"

#include <algorithm>

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostBytes = 1'048'576;   // of messages in a reply
constexpr std::string_view kEscape = R"(\\u)";  // "\u" of a message that is JSON, inside a line

}  // namespace

Found::Found(const Search& search) : search_(search) {
  if (search.filter) needle_ = escaped(search.filter->hint().text);
}

bool Found::wanted(const Position& position) const {
  if (position.timestamp < search_.from || position.timestamp > search_.to) return false;
  if (bound_ && (backward() ? position <= *bound_ : position >= *bound_)) return false;
  if (!search_.beyond) return true;
  return backward() ? position < *search_.beyond : position > *search_.beyond;
}

void Found::look(const Stream& stream, const Batch& batch, std::string_view text,
                 std::int64_t number) {
  const auto line = read_line(text);
  if (!line) return;
  Position position{line->timestamp, stream.name,
                    line->ordinal < 0 ? batch.ordinal + number : line->ordinal};
  if (!wanted(position)) return;
  auto message = unescaped(line->message);
  if (search_.filter && !search_.filter->matches(message)) return;
  bytes_ += message.size();
  events_.push_back({std::move(position), stream.id,
                     line->ingested < 0 ? batch.ingested : line->ingested, std::move(message)});
  if (events_.size() >= 2 * search_.limit + 64 || bytes_ >= 4 * kMostBytes) cut();
}

void Found::scan(const Stream& stream, const Batch& batch, std::string_view lines) {
  const bool escapes = search_.filter && search_.filter->hint().escaped;
  each_candidate(lines, needle_, escapes ? kEscape : std::string_view(),
                 [&](std::string_view line, std::int64_t number) {
                   look(stream, batch, line, number);
                   return true;
                 });
}

/// Drops what cannot be among the first; nothing from there on is taken any more, or a page would
/// end behind it.
void Found::cut() {
  std::ranges::sort(events_, [&](const FoundEvent& left, const FoundEvent& right) {
    return backward() ? left.position > right.position : left.position < right.position;
  });
  std::size_t count = 0, bytes = 0;
  while (count < events_.size() && count < search_.limit &&
         (count == 0 || bytes + events_[count].message.size() <= kMostBytes)) {
    bytes += events_[count++].message.size();
  }
  if (count < events_.size()) bound_ = std::move(events_[count].position);
  events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(count), events_.end());
  bytes_ = bytes;
}

bool Found::past(std::int64_t timestamp) const {
  if (bound_) return backward() ? timestamp < bound_->timestamp : timestamp > bound_->timestamp;
  if (events_.size() < search_.limit) return false;
  const auto by_time = [](const FoundEvent& event) { return event.position.timestamp; };
  return backward() ? timestamp < std::ranges::min(events_, {}, by_time).position.timestamp
                    : timestamp > std::ranges::max(events_, {}, by_time).position.timestamp;
}

void Found::forget_from(std::int64_t timestamp) {
  std::erase_if(events_,
                [&](const FoundEvent& event) { return event.position.timestamp >= timestamp; });
}

std::vector<FoundEvent> Found::finish(bool& more) && {
  cut();
  more |= bound_.has_value();
  if (backward()) std::ranges::reverse(events_);
  return std::move(events_);
}

Result<void> scan_row(const store::Blobs& blobs, const Stream& stream, const Batch& batch,
                      const OpenKey& keys, Found& found) {
  found.scan(stream, batch, TRY(lines_of(blobs, batch, keys)));
  return {};
}

void visit_rows(const store::View& view, const Stream& stream, const Search& search,
                const std::function<bool(const Batch&)>& visit) {
  auto from = search.from, to = search.to;
  const bool backward = search.direction == store::Direction::Backward;
  if (search.beyond) (backward ? to : from) = search.beyond->timestamp;
  const auto may_hold = [&](const Batch& batch) { return batch.last >= from && batch.first <= to; };
  bool go_on = true;
  kOpen.scan(view, Key{stream.id}, [&](const auto&, const Batch& batch) {
    return go_on = !may_hold(batch) || visit(batch);
  });
  if (!go_on) return;
  // Segments are kept by their last events: those that begin in the range end within `longest`
  // behind it.
  const auto end =
      to > std::numeric_limits<std::int64_t>::max() - stream.longest ? to : to + stream.longest;
  const auto step = [&](const auto&, const Batch& batch) {
    if (backward ? batch.last < from : batch.last > end) return false;
    return !may_hold(batch) || visit(batch);
  };
  const auto start = backward ? (end == std::numeric_limits<std::int64_t>::max()
                                     ? std::nullopt
                                     : std::optional(Key{stream.id, hex(end + 1)}))
                              : std::optional(Key{stream.id, hex(from)});
  kSegments.scan(view, Key{stream.id}, step, search.direction, start);
}

}  // namespace tocsin::logs
