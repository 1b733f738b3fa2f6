// SPDX-License-Identifier: Apache-2.0
// GetLogEvents: pages through one stream, in both directions.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
#include <charconv>
#include <fmt/format.h>
#include <limits>

#include "services/logs/encryption.hpp"
#include "services/logs/search.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max() / 2;

/// 56 digits as AWS's; "f/" goes on behind the position, "b/" before it.
std::string token(char direction, std::int64_t timestamp, std::int64_t ordinal) {
  return fmt::format("{}/3{:019}{:036}", direction, timestamp, ordinal);
}

std::optional<std::int64_t> number(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  return error == std::errc() && end == digits.end() && value >= 0 ? std::optional(value)
                                                                   : std::nullopt;
}

struct Token {
  bool forward = true;
  std::int64_t timestamp = 0, ordinal = 0;
};

Result<Token> read_token(std::string_view text) {
  const bool shaped = text.size() == 58 && (text.starts_with("f/3") || text.starts_with("b/3"));
  const auto timestamp = shaped ? number(text.substr(3, 19)) : std::nullopt,
             ordinal = shaped ? number(text.substr(22)) : std::nullopt;
  if (!timestamp || !ordinal) return invalid("The specified nextToken is invalid.");
  return Token{text[0] == 'f', *timestamp, *ordinal};
}

Result<std::vector<FoundEvent>> events_of(Call& call, const Group& group, const Stream& stream,
                                          const Search& search) {
  Found found(search);
  const auto keys = keys_by_kms(call, group.id);
  Result<void> status;
  visit_rows(call, stream, search, [&](const Batch& batch) {
    const bool backward = search.direction == store::Direction::Backward;
    if (found.past(backward ? batch.last : batch.first)) {
      // Rows come by their last events: going on, a later one may still begin earlier, by `longest`
      // at most.
      return !batch.lines.empty() || (!backward && !found.past(batch.last - stream.longest));
    }
    status = scan_row(call.blobs(), stream, batch, keys, found);
    return status.has_value();
  });
  TRY(std::move(status));
  bool more = false;
  return std::move(found).finish(more);
}

}  // namespace

Outcome get_log_events(Call& call) {
  const auto& params = call.params();
  const auto group = TRY(group_of(call));
  TRY(check_standard(group, "GetLogEvents"));
  const auto stream = TRY(stream_of(call, group));
  Search search {
    .from = std::max(integer(params, "startTime").value_or(0), expired_before(group, call.now())),
    .to = integer(params, "endTime").value_or(kForever) - 1,
    .direction =
        flag(params, "startFromHead") ? store::Direction::Forward : store::Direction::Backward,
    .limit = TRY(limit_in(call, "limit", 10'000))
  };
  std::optional<Token> given;
  if (const auto next = text(params, "nextToken"); !next.empty()) {
    given = TRY(read_token(next));
    search.beyond = Position{given->timestamp, stream.name, given->ordinal};
    search.direction = given->forward ? store::Direction::Forward : store::Direction::Backward;
  }
  const auto found = TRY(events_of(call, group, stream, search));
  Array events;
  for (const auto& event : found) {
    events.push_back(Object{{"timestamp", event.position.timestamp},
                            {"message", event.message},
                            {"ingestionTime", event.ingested}});
  }
  // An empty page leaves both tokens where they were: the same token says that there is no more.
  const Position here = found.empty()
                            ? search.beyond.value_or(
                                  Position{std::max<std::int64_t>(stream.last, 0), {}, stream.next})
                            : found.back().position;
  const Position start = found.empty() ? here : found.front().position;
  return Object{{"events", std::move(events)},
                {"nextForwardToken", token('f', here.timestamp, here.ordinal)},
                {"nextBackwardToken", token('b', start.timestamp, start.ordinal)}};
}

}  // namespace tocsin::logs
