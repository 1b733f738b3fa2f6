// SPDX-License-Identifier: Apache-2.0
// GetLogRecord: one event, by the @ptr of a query's row. GetLogGroupFields: which fields the events
// of a group have.
#include <algorithm>
#include <cmath>

#include "engines/insights/insights.hpp"
#include "services/logs/encryption.hpp"
#include "services/logs/search.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::size_t kMostSampled = 1'000;

Failure no_such_record() {
  return fail("ResourceNotFoundException", "The specified log record does not exist.");
}

std::vector<insights::Field> fields_of(const Group& group, const FoundEvent& event) {
  const insights::Source source{group.scope.account.str() + ":" + group.name,
                                event.position.stream};
  auto message = event.message;
  message.reserve(message.size() + insights::kPadding);
  return insights::discovered({.timestamp = event.position.timestamp,
                               .ingested = event.ingested,
                               .source = &source,
                               .message = message});
}

Result<std::vector<FoundEvent>> events_of(Call& call, const OpenKey& keys, const Stream& stream,
                                          const Search& search) {
  Found found(search);
  Result<void> status;
  visit_rows(call, stream, search, [&](const Batch& batch) {
    status = scan_row(call.blobs(), stream, batch, keys, found);
    return status.has_value();
  });
  TRY(std::move(status));
  bool more = false;
  return std::move(found).finish(more);
}

/// Eight minutes on each side of `time`, or the last fifteen.
Search sampled(const Call& call, const Group& group) {
  Search search{
      .to = to_ms(call.now()), .direction = store::Direction::Backward, .limit = kMostSampled};
  if (const auto time = integer(call.params(), "time")) {
    search.from = *time * 1000 - 8 * kMinute;
    search.to = *time * 1000 + 8 * kMinute;
  } else {
    search.from = search.to - 15 * kMinute;
  }
  search.from = std::max(search.from, expired_before(group, call.now()));
  return search;
}

}  // namespace

std::string pointer_text(const Pointer& pointer) {
  return page_token(
      to_json(Array{boost::json::string(pointer.group), boost::json::string(pointer.group_id),
                    boost::json::string(pointer.stream), boost::json::string(pointer.stream_id),
                    pointer.timestamp, pointer.ordinal}));
}

Result<Pointer> pointer_in(std::string_view text) {
  const auto position = position_in(text);
  const auto parsed = position ? parse_json(*position) : Result<Document>(Document());
  const auto* parts = parsed ? parsed->if_array() : nullptr;
  if (!parts || parts->size() != 6) return invalid("The specified log record pointer is invalid.");
  Pointer out;
  std::size_t i = 0;
  for (auto* name : {&out.group, &out.group_id, &out.stream, &out.stream_id}) {
    const auto& part = (*parts)[i++];
    if (part.is_string()) *name = part.get_string();
  }
  for (auto* number : {&out.timestamp, &out.ordinal}) {
    const auto& part = (*parts)[i++];
    if (part.is_int64()) *number = part.get_int64();
  }
  return out;
}

Outcome get_log_record(Call& call) {
  if (flag(call.params(), "unmask"))
    return invalid("Tocsin masks no log data; unmask is not served.");
  const auto pointer = TRY(pointer_in(text(call.params(), "logRecordPointer")));
  const auto group = kGroups.get(call, Key::of(call.scope(), pointer.group));
  if (!group || group->id != pointer.group_id) return no_such_record();
  const auto stream = kStreams.get(call, Key{group->id, pointer.stream});
  if (!stream || stream->id != pointer.stream_id ||
      pointer.timestamp < expired_before(*group, call.now()))
    return no_such_record();
  const Search search{.from = pointer.timestamp,
                      .to = pointer.timestamp,
                      .beyond = Position{pointer.timestamp, stream->name, pointer.ordinal - 1},
                      .limit = 1};
  const auto events = TRY(events_of(call, keys_by_kms(call, group->id), *stream, search));
  if (events.empty() || events[0].position.ordinal != pointer.ordinal) return no_such_record();
  Object record;
  for (const auto& [name, value] : fields_of(*group, events[0]))
    record[name] = value;
  record["@ptr"] = text(call.params(), "logRecordPointer");
  return Object{{"logRecord", std::move(record)}};
}

Outcome get_log_group_fields(Call& call) {
  const auto group = TRY(group_of(call));
  const auto search = sampled(call, group);
  std::map<std::string, std::size_t> counts;
  std::size_t events = 0;
  std::vector<Stream> streams;
  kStreams.scan(call, Key{group.id}, [&](const auto&, const Stream& stream) {
    if (stream.last >= search.from && stream.first <= search.to) streams.push_back(stream);
    return true;
  });
  const auto keys = keys_by_kms(call, group.id);
  for (const auto& stream : streams) {
    if (events >= kMostSampled) break;
    for (const auto& event : TRY(events_of(call, keys, stream, search))) {
      ++events;
      for (const auto& [name, value] : fields_of(group, event))
        ++counts[name];
    }
  }
  Array fields;
  for (const auto& [name, count] : counts) {
    const auto share = 100.0 * static_cast<double>(count) / static_cast<double>(events);
    fields.push_back(
        Object{{"name", name}, {"percent", static_cast<std::int64_t>(std::round(share))}});
  }
  return Object{{"logGroupFields", std::move(fields)}};
}

}  // namespace tocsin::logs
