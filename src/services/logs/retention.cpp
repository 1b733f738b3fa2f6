// SPDX-License-Identifier: Apache-2.0
// Retention. An expired event is never shown: reads leave it out. Its rows go when a durable timer
// fires: when the oldest row has expired as a whole, and at most once an hour. A group in which
// nothing can expire has no timer.
#include <algorithm>
#include <limits>

#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr auto kAtMostEvery = std::chrono::hours(1);
constexpr std::size_t kRowsAtOnce = 2'000, kStreamsAtOnce = 500;

struct Sweep {
  std::int64_t cutoff = 0;
  std::size_t room = kRowsAtOnce;  // rows that this input may still erase
  std::int64_t bytes = 0;          // that went
  std::int64_t oldest = kNever;    // last event of the oldest row that stays
};

template <class Visit>
void expired_rows(Context& context, const core::Table<Batch>& table, Stream& stream, Sweep& sweep,
                  bool ordered, const Visit& erase) {
  std::vector<std::pair<std::vector<std::string>, Batch>> gone;
  table.scan(context, Key{stream.id}, [&](const auto& key, const Batch& batch) {
    if (batch.last < sweep.cutoff && gone.size() < sweep.room) {
      gone.emplace_back(key, batch);
      return true;
    }
    sweep.oldest = std::min(sweep.oldest, batch.last);
    return !ordered;
  });
  for (const auto& [key, batch] : gone) {
    sweep.bytes += batch.bytes;
    erase(key, batch);
  }
  sweep.room -= gone.size();
}

void sweep_stream(Context& context, Stream& stream, Sweep& sweep) {
  expired_rows(context, kSegments, stream, sweep, true, [&](const auto& key, const Batch&) {
    kSegments.erase(context, Key{key[0], key[1], key[2]});
  });
  expired_rows(context, kOpen, stream, sweep, false, [&](const auto& key, const Batch& batch) {
    kOpen.erase(context, Key{key[0], key[1]});
    --stream.open_rows;
    stream.open_bytes -= static_cast<std::int64_t>(batch.lines.size());
  });
}

Object state(const Group& group) {
  return {{"name", group.name}, {"group", group.id}};
}

}  // namespace

std::int64_t expired_before(const Group& group, Time now) {
  return group.retention_days ? to_ms(now) - group.retention_days * kDay : 0;
}

void schedule_expiry(Context& context, const Group& group, Usage& usage, std::int64_t last) {
  if (!group.retention_days || !usage.sweep_timer.empty()) return;
  const auto due =
      std::max(from_ms(last + group.retention_days * kDay + 1), context.now() + kAtMostEvery);
  usage.sweep_timer = context.upkeep(due, {"logs.expire", state(group)});
}

void restart_expiry(Context& context, const Group& group) {
  auto usage = kUsage.get(context, Key{group.id}).value_or(Usage{});
  if (!usage.sweep_timer.empty()) context.cancel(std::exchange(usage.sweep_timer, {}));
  if (group.retention_days) usage.sweep_timer = context.later({"logs.expire", state(group)});
  kUsage.put(context, Key{group.id}, usage);
}

void expire(Context& context, const core::Resumption& end) {
  const auto group = kGroups.get(context, Key::of(context.scope(), text(end.context, "name")));
  if (!group || group->id != text(end.context, "group")) return;
  Sweep sweep{.cutoff = expired_before(*group, context.now()),
              .oldest = integer(end.context, "oldest").value_or(kNever)};
  const auto after = text(end.context, "after");
  std::vector<Stream> streams;
  kStreams.scan(
      context, Key{group->id},
      [&](const auto&, const Stream& stream) {
        streams.push_back(stream);
        return streams.size() < kStreamsAtOnce;
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt : std::optional(Key{group->id, after}));
  std::string done(after);
  for (auto& stream : streams) {
    if (sweep.room == 0) break;
    sweep_stream(context, stream, sweep);
    kStreams.put(context, Key{group->id, stream.name}, stream);
    if (sweep.room > 0) done = stream.name;
  }
  auto usage = kUsage.get(context, Key{group->id}).value_or(Usage{});
  usage.bytes -= sweep.bytes;
  usage.sweep_timer.clear();
  if (sweep.room == 0 || streams.size() == kStreamsAtOnce) {
    auto rest = state(*group);
    rest["after"] = done;
    rest["oldest"] = sweep.oldest;
    usage.sweep_timer = context.later({"logs.expire", std::move(rest)});
  } else if (sweep.oldest != kNever) {
    schedule_expiry(context, *group, usage, sweep.oldest);
  }
  kUsage.put(context, Key{group->id}, usage);
}

}  // namespace tocsin::logs
