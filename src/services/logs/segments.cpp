// SPDX-License-Identifier: Apache-2.0
// Rows of events: put, gathered, dropped.
#include <algorithm>

#include "base/log.hpp"
#include "services/logs/encryption.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMostOpenRows = 128;  // then they are gathered
constexpr std::int64_t kMostOpenBytes = 256 * 1024;
// Segments under this are gathered in turn. Full batches stay as they came: to write each event
// once more costs more than to open some more blobs in a search.
constexpr std::int64_t kSmall = 128 * 1024;
constexpr std::size_t kMostSmall = 16;
constexpr std::size_t kAdded = 48;             // bytes that a line grows by when it says all itself
constexpr std::size_t kDroppedAtOnce = 2'000;  // rows in one input

/// The lines of several batches in one order, each saying itself what its row said before.
class Gathering {
 public:
  void add(const Batch& batch, std::string lines) {
    texts_.push_back(std::move(lines));
    length_ += texts_.back().size() + static_cast<std::size_t>(batch.count) * kAdded;
    each_line(texts_.back(), [&](std::string_view text, std::int64_t number) {
      if (auto line = read_line(text)) {
        if (line->ordinal < 0)
          line->ordinal = batch.ordinal + number, line->ingested = batch.ingested;
        lines_.push_back(*line);
      }
      return true;
    });
    bytes_ += batch.bytes;
  }

  bool empty() const { return lines_.empty(); }

  std::pair<Batch, std::string> finish() {
    const auto before = [](const Line& left, const Line& right) {
      return std::pair(left.timestamp, left.ordinal) < std::pair(right.timestamp, right.ordinal);
    };
    if (!std::ranges::is_sorted(lines_, before)) std::ranges::sort(lines_, before);
    std::string text;
    text.reserve(length_);
    for (const auto& line : lines_)
      write_full_line(text, line);
    const auto ordinal = std::ranges::min(lines_, {}, &Line::ordinal).ordinal;
    return {Batch{.first = lines_.front().timestamp,
                  .last = lines_.back().timestamp,
                  .count = static_cast<std::int64_t>(lines_.size()),
                  .bytes = bytes_,
                  .ordinal = ordinal},
            std::move(text)};
  }

 private:
  std::deque<std::string> texts_;
  std::vector<Line> lines_;
  std::int64_t bytes_ = 0;
  std::size_t length_ = 0;  // about, of the text to come
};

/// Rows that are to become one segment. Those under different data keys stay apart.
struct Pile {
  Gathering gathering;
  std::vector<Key> rows;
};
using Piles = std::map<std::string, Pile>;  // by the data key's id

/// Takes the row to its pile. What does not open stays where it is.
void take(const Context& context, Piles& piles, const Batch& batch, Key row, const OpenKey& keys) {
  auto lines = lines_of(context.blobs(), batch, keys);
  if (!lines) return log_error("log events not gathered", {{"cause", lines.error().message}});
  auto& pile = piles[batch.encryption ? batch.encryption->data_key : std::string()];
  pile.gathering.add(batch, *std::move(lines));
  pile.rows.push_back(std::move(row));
}

void add_segment(Context& context, Stream& stream, const Batch& batch) {
  stream.longest = std::max(stream.longest, batch.last - batch.first);
  const auto last = hex(batch.last), ordinal = hex(batch.ordinal);
  if (static_cast<std::int64_t>(store::blob_ref(batch.blob)->size) < kSmall)
    stream.small.push_back({last, ordinal});
  kSegments.put(context, Key{stream.id, last, ordinal}, batch);
}

/// Nothing is erased before the new segment is durable.
Result<void> replace(Context& context, Stream& stream, const core::Table<Batch>& table, Piles piles,
                     const OpenKey& keys) {
  for (auto& [data_key, pile] : piles) {
    if (pile.gathering.empty()) continue;
    auto [batch, text] = pile.gathering.finish();
    if (data_key.empty()) {
      batch.blob = store::to_document(TRY(context.blobs().put(text)));
    } else {
      TRY(put_encrypted(context, batch, std::move(text), data_key, keys));
    }
    for (const auto& row : pile.rows)
      table.erase(context, row);
    add_segment(context, stream, batch);
  }
  return {};
}

Result<void> gather_open(Context& context, Stream& stream, const OpenKey& keys) {
  Piles piles;
  kOpen.scan(context, Key{stream.id}, [&](const auto& key, const Batch& batch) {
    take(context, piles, batch, Key::from(key), keys);
    return true;
  });
  TRY(replace(context, stream, kOpen, std::move(piles), keys));
  stream.open_rows = stream.open_bytes = 0;
  return {};
}

Result<void> gather_small(Context& context, Stream& stream, const OpenKey& keys) {
  Piles piles;
  for (const auto& small : stream.small) {
    const Key key{stream.id, small.last, small.ordinal};
    const auto segment = kSegments.get(context, key);
    if (segment) take(context, piles, *segment, key, keys);  // else it expired meanwhile
  }
  stream.small.clear();
  return replace(context, stream, kSegments, std::move(piles), keys);
}

/// What can be gathered, in turn; `stream` says how far it came, also where it fails.
Result<void> gather(Context& context, Stream& stream, const OpenKey& keys) {
  auto next = stream;
  if (stream.open_rows >= kMostOpenRows || stream.open_bytes >= kMostOpenBytes)
    TRY(gather_open(context, next, keys));
  stream = next;
  if (stream.small.size() >= kMostSmall) TRY(gather_small(context, next, keys));
  stream = std::move(next);
  return {};
}

/// Rows of events on their way out: how many this input may still erase, and what they held.
struct Drop {
  std::size_t room = kDroppedAtOnce;
  std::int64_t bytes = 0;
};

/// Erases rows of the stream while there is room; true where none are left.
bool erase_some(Context& context, const core::Table<Batch>& table, const std::string& stream_id,
                Drop& drop) {
  std::vector<Key> gone;
  bool all = true;
  table.scan(context, Key{stream_id},
             [&](const std::vector<std::string>& parts, const Batch& batch) {
               if (gone.size() >= drop.room) return all = false;
               gone.push_back(Key::from(parts));
               drop.bytes += batch.bytes;
               return true;
             });
  for (const auto& key : gone)
    table.erase(context, key);
  drop.room -= gone.size();
  return all;
}

bool erase_events(Context& context, const std::string& stream_id, Drop& drop) {
  return erase_some(context, kOpen, stream_id, drop) &&
         erase_some(context, kSegments, stream_id, drop);
}

/// Whether the group and all that was in it are gone.
bool erase_group(Context& context, const std::string& group_id) {
  Drop drop;
  std::vector<Stream> streams;
  kStreams.scan(context, Key{group_id}, [&](const auto&, const Stream& stream) {
    streams.push_back(stream);
    return streams.size() <= kDroppedAtOnce;
  });
  for (const auto& stream : streams) {
    if (!erase_events(context, stream.id, drop) || drop.room == 0) return false;
    kStreams.erase(context, Key{group_id, stream.name});
    kByTime.erase(context, Key{group_id, hex(stream.last), stream.name});
    --drop.room;
  }
  return streams.size() <= kDroppedAtOnce;
}

}  // namespace

void add_batch(Context& context, Stream& stream, Batch batch) {
  if (store::blob_ref(batch.blob)) return add_segment(context, stream, batch);
  ++stream.open_rows;
  stream.open_bytes += static_cast<std::int64_t>(batch.lines.size());
  kOpen.put(context, Key{stream.id, hex(batch.ordinal)}, batch);
}

void compact_if_due(Context& context, const Group& group, Stream& stream) {
  if (stream.compacting) return;
  if (stream.open_rows < kMostOpenRows && stream.open_bytes < kMostOpenBytes &&
      stream.small.size() < kMostSmall)
    return;
  stream.compacting = true;
  context.later({"logs.compact", Object{{"group", group.id}, {"stream", stream.name}}});
}

void compact(Context& context, const core::Resumption& end) {
  const Key key{text(end.context, "group"), text(end.context, "stream")};
  auto stream = kStreams.get(context, key);
  if (!stream) return;
  stream->compacting = false;
  const auto keys = keys_for_a_while(context, string_of(end.context, "group"));
  if (auto done = gather(context, *stream, keys); !done) {  // a later put tries again
    log_error("log events not gathered",
              {{"stream", stream->name}, {"cause", done.error().message}});
  }
  kStreams.put(context, key, *stream);
}

void drop_stream(Context& context, const std::string& group_id, const std::string& stream_id) {
  context.later({"logs.drop_stream", Object{{"group", group_id}, {"stream", stream_id}}});
}

void drop_group(Context& context, const std::string& group_id) {
  context.later({"logs.drop_group", Object{{"group", group_id}}});
}

void dropping_stream(Context& context, const core::Resumption& end) {
  Drop drop;
  const auto group = string_of(end.context, "group"), stream = string_of(end.context, "stream");
  const bool all = erase_events(context, stream, drop);
  if (auto usage = kUsage.get(context, Key{group})) {
    usage->bytes -= drop.bytes;
    kUsage.put(context, Key{group}, *usage);
  }
  if (!all) drop_stream(context, group, stream);
}

void dropping_group(Context& context, const core::Resumption& end) {
  const auto id = string_of(end.context, "group");
  if (!erase_group(context, id)) return drop_group(context, id);
  if (const auto usage = kUsage.get(context, Key{id})) context.cancel(usage->sweep_timer);
  kUsage.erase(context, Key{id});
  drop_data_keys(context, id);
}

}  // namespace tocsin::logs
