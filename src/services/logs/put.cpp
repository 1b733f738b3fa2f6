// SPDX-License-Identifier: Apache-2.0
// PutLogEvents: what it takes, what it rejects, where it goes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
#include <algorithm>
#include <fmt/format.h>

#include "core/hidden.hpp"
#include "services/logs/encryption.hpp"
#include "services/logs/metric_filters.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kOverhead = 26;  // bytes for each event
constexpr std::size_t kMostBytes = 1'048'576;
constexpr std::size_t kMostEvents = 10'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kLongest = 24 * kHour, kOldest = 14 * 24 * kHour, kNewest = 2 * kHour;

struct Upload {
  std::string lines;
  std::vector<std::int64_t> timestamps;
  std::vector<std::size_t> ends;       // in `lines`, of each event
  std::vector<std::size_t> sizes;      // of messages
  std::optional<store::BlobRef> blob;  // holds just these lines
  std::string key;                     // under which they are encrypted there; may be empty

  void add(std::int64_t timestamp, std::string_view escaped_message, std::size_t size) {
    write_line(lines, timestamp, escaped_message);
    note(timestamp, size, lines.size());
  }
  void note(std::int64_t timestamp, std::size_t size, std::size_t end) {
    timestamps.push_back(timestamp);
    sizes.push_back(size);
    ends.push_back(end);
  }
};

Result<void> add_event(Upload& upload, const Document& event, std::string_view message) {
  const auto timestamp = integer(event, "timestamp");
  if (!timestamp || *timestamp < 0) return invalid("Invalid timestamp in a log event.");
  if (message.empty()) return invalid("Log event message must not be empty.");
  upload.add(*timestamp, escaped(message), message.size());
  return {};
}

/// A blob whose lines are written as ours is kept as it is; members in another order are written
/// anew.
Result<Upload> from_lines(Upload upload) {
  bool good = upload.lines.empty() || upload.lines.back() == '\n';
  each_line(upload.lines, [&](std::string_view text, std::int64_t) {
    const auto line = read_line(text);
    good = good && line && line->ordinal < 0 && !line->message.empty();
    if (good)
      upload.note(line->timestamp, unescaped_size(line->message),
                  text.data() + text.size() + 1 - upload.lines.data());
    return good;
  });
  if (good) return upload;
  Upload again;
  Result<void> status;
  each_line(upload.lines, [&](std::string_view text, std::int64_t) {
    const auto event = parse_json(text);
    status = event ? add_event(again, *event, tocsin::text(*event, "message"))
                   : Result<void>(std::unexpected(event.error()));
    return status.has_value();
  });
  TRY(std::move(status));
  return again;
}

Result<Upload> upload_of(Call& call) {
  if (const auto* member = find(call.params(), "logEvents")) {
    if (const auto ref = store::blob_ref(*member)) {
      Upload upload{.blob = *ref};
      upload.lines = TRY(TRY(call.blobs().open(*ref))->read(0, ref->size));
      return from_lines(std::move(upload));
    }
    if (auto hidden = TRY(core::hidden_in(call, *member))) {
      return from_lines({.lines = std::move(hidden->content),
                         .blob = hidden->blob,
                         .key = std::move(hidden->key)});
    }
  }
  Upload upload;
  for (const auto& event : array_of(call.params(), "logEvents")) {
    // What functions print comes sealed from their worker.
    const auto* message = find(event, "message");
    TRY(add_event(upload, event, message ? call.open(*message).value_or("") : std::string()));
  }
  return upload;
}

/// A service hands over at once what AWS's own senders cut into calls of the permitted size and
/// order.
bool from_service(const Call& call) {
  return call.request().credential.kind == core::Credential::Kind::Service;
}

Result<void> check(const Upload& upload) {
  const auto count = upload.timestamps.size();
  if (count == 0)
    return invalid(
        "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1");
  if (count > kMostEvents)
    return invalid(
        "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member "
        "must have length less than or equal to 10000");
  std::size_t bytes = 0;
  for (const auto size : upload.sizes) {
    if (size + kOverhead > kMostBytes)
      return invalid(fmt::format("Log event too large: {} bytes exceeds limit of {}",
                                 size + kOverhead, kMostBytes));
    bytes += size + kOverhead;
  }
  if (bytes > kMostBytes)
    return invalid(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kMostBytes));
  if (!std::ranges::is_sorted(upload.timestamps))
    return invalid("Log events in a single PutLogEvents request must be in chronological order.");
  if (upload.timestamps.back() - upload.timestamps.front() > kLongest) {
    return invalid(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  return {};
}

void sort(Upload& upload) {
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t i = 0; i < upload.timestamps.size(); ++i)
    order.emplace_back(upload.timestamps[i], i);
  std::ranges::sort(order);
  Upload sorted;
  for (const auto& [timestamp, i] : order) {
    const auto begin = i ? upload.ends[i - 1] : 0;
    sorted.lines.append(upload.lines, begin, upload.ends[i] - begin);
    sorted.note(timestamp, upload.sizes[i], sorted.lines.size());
  }
  upload = std::move(sorted);
}

/// The events [first, last) of the upload that are taken.
struct Range {
  std::size_t first = 0, last = 0;
};

Range accept(const Upload& upload, const Group& group, Time now, Object& rejected) {
  const auto& times = upload.timestamps;
  const auto before = [&](std::int64_t time) {
    return static_cast<std::size_t>(std::ranges::lower_bound(times, time) - times.begin());
  };
  const auto old = before(to_ms(now) - kOldest), expired = before(expired_before(group, now)),
             future = before(to_ms(now) + kNewest + 1);
  const auto tell = [&](std::string_view member, std::size_t index) {
    rejected[member] = static_cast<std::int64_t>(index);
  };
  if (future < times.size()) tell("tooNewLogEventStartIndex", future);
  if (old > 0) tell("tooOldLogEventEndIndex", old);
  if (expired > old) tell("expiredLogEventEndIndex", expired);
  return {std::max(old, expired), future};
}

void cut(Upload& upload, Range range) {
  if (range.first == 0 && range.last == upload.ends.size()) return;
  const auto begin = range.first ? upload.ends[range.first - 1] : 0;
  Upload out;
  out.lines = upload.lines.substr(begin, upload.ends[range.last - 1] - begin);
  for (auto i = range.first; i < range.last; ++i)
    out.note(upload.timestamps[i], upload.sizes[i], upload.ends[i] - begin);
  upload = std::move(out);
}

/// Sees to it that the lines lie as they are to be kept: encrypted, where the group has a key; in a
/// blob, where they are long.
Result<void> lay(Call& call, const Group& group, Batch& batch, const Upload& upload) {
  if (!group.kms_key.empty()) {
    const auto keys = keys_for_a_while(call, group.id);
    if (upload.blob && !upload.key.empty())
      return take_encrypted(call, batch, *upload.blob, upload.key, group.data_key, keys);
    return encrypt(call, batch, group.data_key, keys);
  }
  if (upload.blob && upload.key.empty())
    batch.blob = store::to_document(*upload.blob);
  else if (batch.lines.size() > kMostInline)
    batch.blob = store::to_document(TRY(call.blobs().put(batch.lines)));
  if (!batch.blob.is_null()) batch.lines.clear();
  return {};
}

Result<void> keep(Call& call, const Group& group, Stream stream, Upload upload) {
  const auto count = static_cast<std::int64_t>(upload.timestamps.size());
  Batch batch{.first = upload.timestamps.front(),
              .last = upload.timestamps.back(),
              .count = count,
              .ordinal = stream.next,
              .ingested = to_ms(call.now()),
              .lines = std::move(upload.lines)};
  for (const auto size : upload.sizes)
    batch.bytes += static_cast<std::int64_t>(size + kOverhead);
  kByTime.erase(call, Key{group.id, hex(stream.last), stream.name});
  stream.first = stream.first < 0 ? batch.first : std::min(stream.first, batch.first);
  stream.last = std::max(stream.last, batch.last);
  stream.ingested = call.now();
  stream.next += count;
  kByTime.put(call, Key{group.id, hex(stream.last), stream.name}, {});
  auto usage = kUsage.get(call, Key{group.id}).value_or(Usage{});
  usage.bytes += batch.bytes;
  schedule_expiry(call, group, usage, batch.last);
  kUsage.put(call, Key{group.id}, usage);
  if (!group.metric_filters.empty()) publish_metrics(call, group, batch.lines);
  TRY(lay(call, group, batch, upload));
  if (!group.subscriptions.empty()) deliver_later(call, group, stream, batch);
  add_batch(call, stream, std::move(batch));
  compact_if_due(call, group, stream);
  kStreams.put(call, Key{group.id, stream.name}, stream);
  return {};
}

}  // namespace

bool puts_under_key(const store::View& view, const core::Request& request) {
  const auto group =
      kGroups.get(view, Key::of(request.scope, text(request.params, "logGroupName")));
  return group && !group->kms_key.empty();
}

Outcome put_log_events(Call& call) {
  const auto group = TRY(group_of(call));
  const auto stream = TRY(stream_of(call, group));
  auto upload = TRY(upload_of(call));
  Range range{0, upload.timestamps.size()};
  Object rejected;
  if (from_service(call)) {
    if (!std::ranges::is_sorted(upload.timestamps)) sort(upload);
  } else {
    TRY(check(upload));
    range = accept(upload, group, call.now(), rejected);
  }
  Object reply{
      {"nextSequenceToken",
       fmt::format("49{:054}", stream.next + static_cast<std::int64_t>(upload.timestamps.size()))}};
  if (!rejected.empty()) reply["rejectedLogEventsInfo"] = std::move(rejected);
  if (range.first < range.last) {
    cut(upload, range);
    TRY(keep(call, group, stream, std::move(upload)));
  }
  return reply;
}

}  // namespace tocsin::logs
