// SPDX-License-Identifier: Apache-2.0
// FilterLogEvents: what matches in all streams of a group, interleaved. TestMetricFilter, which
// needs no group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
#include <algorithm>
#include <limits>

#include "services/logs/encryption.hpp"
#include "services/logs/search.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max() / 2;
constexpr std::size_t kMostScanned = 256 << 20;  // bytes in one page, where it can be cut there
constexpr int kMostRegexes = 2;

Result<std::vector<Stream>> streams_of(Call& call, const Group& group) {
  const auto& names = array_of(call.params(), "logStreamNames");
  const auto prefix = text(call.params(), "logStreamNamePrefix");
  std::vector<Stream> streams;
  for (const auto& each : names) {
    const std::string name = each.is_string() ? std::string(each.get_string()) : std::string();
    if (!name.starts_with(prefix))
      return invalid("The logStreamNamePrefix does not match all of the logStreamNames.");
    auto stream = kStreams.get(call, Key{group.id, name});
    if (!stream) return no_such_stream();
    streams.push_back(*std::move(stream));
  }
  if (!names.empty()) return streams;
  kStreams.scan(call, Key{group.id}, [&](const auto&, const Stream& stream) {
    if (stream.last >= 0 && stream.name.starts_with(prefix)) streams.push_back(stream);
    return true;
  });
  return streams;
}

std::string token_of(const Position& position) {
  return page_token(
      to_json(Array{position.timestamp, boost::json::string(position.stream), position.ordinal}));
}

Result<Position> position_of(std::string_view token) {
  const auto parsed = parse_json(TRY(position_in(token)));
  const auto* parts = parsed ? parsed->if_array() : nullptr;
  if (!parts || parts->size() != 3 || !(*parts)[0].is_int64() || !(*parts)[1].is_string() ||
      !(*parts)[2].is_int64()) {
    return invalid("The specified nextToken is invalid.");
  }
  return Position{(*parts)[0].get_int64(), std::string((*parts)[1].get_string()),
                  (*parts)[2].get_int64()};
}

struct Row {
  const Stream* stream;
  Batch batch;
};

std::vector<Row> rows_of(Call& call, const std::vector<Stream>& streams, const Search& search) {
  std::vector<Row> rows;
  for (const auto& stream : streams) {
    if (stream.last < search.from) continue;
    visit_rows(call, stream, search, [&](const Batch& batch) {
      rows.push_back({&stream, batch});
      return true;
    });
  }
  std::ranges::stable_sort(rows, {}, [](const Row& row) { return row.batch.first; });
  return rows;
}

struct Page {
  std::vector<FoundEvent> events;
  std::optional<Position> next;
};

Result<Page> page_of(Call& call, const OpenKey& keys, const std::vector<Stream>& streams,
                     const Search& search) {
  const auto rows = rows_of(call, streams, search);
  const auto begin = std::max(search.from, search.beyond ? search.beyond->timestamp : 0);
  Found found(search);
  std::optional<std::int64_t> frontier;  // events from here on have not all been seen
  bool more = false;
  std::size_t scanned = 0;
  for (const auto& [stream, batch] : rows) {
    if ((more = found.past(batch.first))) break;
    if (scanned >= kMostScanned && batch.first > begin) {
      frontier = batch.first;
      break;
    }
    const auto lines = TRY(lines_of(call.blobs(), batch, keys));
    scanned += lines.size();
    found.scan(*stream, batch, lines);
  }
  if (frontier) found.forget_from(*frontier);
  Page page{.events = std::move(found).finish(more)};
  if (more && !page.events.empty())
    page.next = page.events.back().position;
  else if (frontier)
    page.next = Position{*frontier, "", -1};
  return page;
}

Result<std::optional<logfilter::Filter>> filter_of(Call& call) {
  const auto pattern = text(call.params(), "filterPattern");
  auto filter = TRY(logfilter::parse(pattern));
  if (filter.regexes() > kMostRegexes)
    return invalid("Invalid filter pattern: more than 2 regular expressions");
  if (filter.everything()) return std::nullopt;
  return filter;
}

}  // namespace

Outcome filter_log_events(Call& call) {
  const auto& params = call.params();
  const auto group = TRY(group_of(call));
  TRY(check_standard(group, "FilterLogEvents"));
  const auto filter = TRY(filter_of(call));
  const auto streams = TRY(streams_of(call, group));
  Search search {
    .from = std::max(integer(params, "startTime").value_or(0), expired_before(group, call.now())),
    .to = integer(params, "endTime").value_or(kForever),
    .limit = TRY(limit_in(call, "limit", 10'000))
    , .filter = filter ? &*filter : nullptr
  };
  if (const auto token = text(params, "nextToken"); !token.empty())
    search.beyond = TRY(position_of(token));
  const auto page = TRY(page_of(call, keys_by_kms(call, group.id), streams, search));
  Array events;
  for (const auto& event : page.events) {
    events.push_back(Object{
        {"logStreamName", event.position.stream},
        {"timestamp", event.position.timestamp},
        {"message", event.message},
        {"ingestionTime", event.ingested},
        {"eventId", event_id(event.stream_id, event.position.timestamp, event.position.ordinal)}});
  }
  Object reply{{"events", std::move(events)}, {"searchedLogStreams", Array{}}};
  if (page.next) reply["nextToken"] = token_of(*page.next);
  return reply;
}

Outcome test_metric_filter(Call& call) {
  const auto filter = TRY(logfilter::parse(text(call.params(), "filterPattern")));
  Array matches;
  std::int64_t number = 0;
  for (const auto& each : array_of(call.params(), "logEventMessages")) {
    ++number;
    const std::string message = each.is_string() ? std::string(each.get_string()) : std::string();
    if (!filter.matches(message)) continue;
    matches.push_back(Object{{"eventNumber", number},
                             {"eventMessage", message},
                             {"extractedValues", encode(filter.extract(message))}});
  }
  return Object{{"matches", std::move(matches)}};
}

}  // namespace tocsin::logs
