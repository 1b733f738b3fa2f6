// SPDX-License-Identifier: Apache-2.0
// The events in archives: kept in order of their times, counted, and removed when they are too old.
#include <algorithm>
#include <fmt/format.h>

#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostAtOnce = 500;

ArchiveTotals totals_of(const store::View& view, const std::string& archive_id) {
  return kTotals.get(view, core::Key{archive_id}).value_or(ArchiveTotals{});
}

/// As AWS counts: the entry with its time, and the account.
std::int64_t size_of(const Document& event) {
  std::size_t size = 14 + text(event, "account").size() + text(event, "source").size() +
                     text(event, "detail-type").size() + to_json(object_of(event, "detail")).size();
  for (const auto& resource : array_of(event, "resources"))
    size += resource.is_string() ? resource.get_string().size() : 0;
  return static_cast<std::int64_t>(size);
}

Duration retention(const Archive& archive) {
  return std::chrono::hours(24 * archive.retention_days);
}

std::optional<Time> oldest(const store::View& view, const std::string& archive_id) {
  std::optional<Time> found;
  kArchived.scan(view, core::Key{archive_id}, [&](const auto& key, const ArchivedEvent&) {
    found = from_ms(std::stoll(key[1], nullptr, 16));
    return false;
  });
  return found;
}

/// Removes the first events whose moment lies before `end`; true where more may follow.
bool remove_before(Context& context, const std::string& archive_id, const std::string& end) {
  std::vector<core::Key> keys;
  auto totals = totals_of(context, archive_id);
  kArchived.scan(context, core::Key{archive_id}, [&](const auto& key, const ArchivedEvent& row) {
    if (keys.size() == kMostAtOnce || key[1] >= end) return false;
    keys.push_back(core::Key{key[0], key[1], key[2]});
    --totals.count;
    totals.bytes -= row.size;
    return true;
  });
  for (const auto& key : keys)
    kArchived.erase(context, key);
  kTotals.put(context, core::Key{archive_id}, totals);
  return keys.size() == kMostAtOnce;
}

}  // namespace

std::string moment(Time time) {
  return fmt::format("{:016x}", std::max<std::int64_t>(to_ms(time), 0));
}

void archive(Context& context, const Archive& archive, const Document& event) {
  const auto time = parse_iso8601(text(event, "time")).value_or(context.now());
  const core::Key key{archive.id, moment(time), text(event, "id")};
  if (kArchived.contains(context, key)) return;
  const auto size = size_of(event);
  kArchived.put(context, key, {event.as_object(), size});
  auto totals = totals_of(context, archive.id);
  ++totals.count;
  totals.bytes += size;
  kTotals.put(context, core::Key{archive.id}, totals);
  if (archive.retention_days && totals.timer.empty()) arm_retention(context, archive);
}

void arm_retention(Context& context, const Archive& archive) {
  auto totals = totals_of(context, archive.id);
  if (!totals.timer.empty()) context.cancel(totals.timer);
  totals.timer.clear();
  const auto first = archive.retention_days ? oldest(context, archive.id) : std::nullopt;
  if (first) {
    totals.timer = context.upkeep(*first + retention(archive) + Duration(1),
                                  {"events.expire", Object{{"archive", archive.name}}});
  }
  kTotals.put(context, core::Key{archive.id}, totals);
}

void expire(Context& context, const core::Resumption& due) {
  const auto archive =
      kArchives.get(context, core::Key::of(context.scope(), text(due.context, "archive")));
  if (!archive || !archive->retention_days) return;
  const auto end = context.now() - retention(*archive);
  if (remove_before(context, archive->id, moment(end)))
    context.later({"events.expire", due.context});
  else
    arm_retention(context, *archive);
}

void drop_archived(Context& context, const std::string& archive_id) {
  const auto totals = totals_of(context, archive_id);
  if (!totals.timer.empty()) context.cancel(totals.timer);
  if (remove_before(context, archive_id, "g"))  // behind every moment
    context.later({"events.drop_archived", Object{{"id", archive_id}}});
  else
    kTotals.erase(context, core::Key{archive_id});
}

void dropping(Context& context, const core::Resumption& due) {
  drop_archived(context, string_of(due.context, "id"));
}

}  // namespace tocsin::events
