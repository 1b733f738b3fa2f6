// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMostInPage = 50;

std::string stream_arn(const Group& group, const Stream& stream) {
  return group_arn(group) + ":log-stream:" + stream.name;
}

Object description(const Group& group, const Stream& stream) {
  Object out{{"logStreamName", stream.name}, {"creationTime", to_ms(stream.created)}};
  if (stream.last >= 0) {
    out["firstEventTimestamp"] = stream.first;
    out["lastEventTimestamp"] = stream.last;
    out["lastIngestionTime"] = to_ms(stream.ingested);
    out["uploadSequenceToken"] = fmt::format("49{:054}", stream.next);
  }
  out["arn"] = stream_arn(group, stream);
  out["storedBytes"] = 0;
  return out;
}

struct Page {
  std::size_t limit = kMostInPage;
  Array streams;
  std::string last, next;  // positions

  /// False where the page is full.
  bool add(const Group& group, const Stream& stream, std::string position) {
    if (streams.size() == limit)
      next = last;
    else
      streams.push_back(description(group, stream)), last = std::move(position);
    return next.empty();
  }
};

void by_name(Call& call, const Group& group, store::Direction direction, const std::string& after,
             Page& page) {
  const auto prefix = text(call.params(), "logStreamNamePrefix");
  const auto from = after.empty() ? std::nullopt : std::optional(Key{group.id, after});
  kStreams.scan(
      call, Key{group.id},
      [&](const auto&, const Stream& stream) {
        return !stream.name.starts_with(prefix) || page.add(group, stream, stream.name);
      },
      direction, from);
}

void by_time(Call& call, const Group& group, store::Direction direction, const std::string& after,
             Page& page) {
  const auto colon = after.find(':');
  const auto from =
      colon == std::string::npos
          ? std::nullopt
          : std::optional(Key{group.id, after.substr(0, colon), after.substr(colon + 1)});
  kByTime.scan(
      call, Key{group.id},
      [&](const auto& key, const Mark&) {
        const auto stream = kStreams.get(call, Key{group.id, key[2]});
        return !stream || page.add(group, *stream, key[1] + ":" + key[2]);
      },
      direction, from);
}

}  // namespace

Outcome create_log_stream(Call& call) {
  const auto name = string_of(call.params(), "logStreamName");
  TRY(check_stream_name(name));
  const auto group = TRY(group_of(call));
  if (kStreams.contains(call, Key{group.id, name}))
    return fail("ResourceAlreadyExistsException", "The specified log stream already exists");
  const Stream stream{.name = name,
                      .id = call.new_id("0123456789abcdefghijklmnopqrstuv", 16),
                      .created = call.now()};
  kStreams.put(call, Key{group.id, name}, stream);
  kByTime.put(call, Key{group.id, hex(stream.last), name}, {});
  return Object{};
}

Outcome delete_log_stream(Call& call) {
  const auto group = TRY(group_of(call));
  const auto stream = TRY(stream_of(call, group));
  kStreams.erase(call, Key{group.id, stream.name});
  kByTime.erase(call, Key{group.id, hex(stream.last), stream.name});
  drop_stream(call, group.id, stream.id);
  return Object{};
}

Outcome describe_log_streams(Call& call) {
  const auto& params = call.params();
  const auto group = TRY(group_of(call));
  const auto order = text(params, "orderBy", "LogStreamName");
  const bool time = order == "LastEventTime";
  if (!time && order != "LogStreamName") {
    return invalid(fmt::format(
        "1 validation error detected: Value '{}' at 'orderBy' failed to satisfy constraint: Member "
        "must satisfy enum value set: [LogStreamName, LastEventTime]",
        order));
  }
  if (time && !text(params, "logStreamNamePrefix").empty())
    return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const auto direction =
      flag(params, "descending") ? store::Direction::Backward : store::Direction::Forward;
  std::string after;
  if (const auto token = text(params, "nextToken"); !token.empty()) after = TRY(position_in(token));
  Page page {
    .limit = TRY(limit_in(call, "limit", kMostInPage))
  };
  (time ? by_time : by_name)(call, group, direction, after, page);
  Object reply{{"logStreams", std::move(page.streams)}};
  if (!page.next.empty()) reply["nextToken"] = page_token(page.next);
  return reply;
}

}  // namespace tocsin::logs
