// SPDX-License-Identifier: Apache-2.0
#include "services/config/daily.hpp"

#include "services/config/recorders.hpp"
#include "services/config/recording.hpp"
#include "services/config/relations.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr auto kDay = std::chrono::hours(24);
constexpr std::size_t kItemsAtOnce = 100;

void record_one(core::Context& context, const Item& held) {
  drop_held(context, held);
  const auto resource = kResources.get(context, Key::of(held.scope, held.type, held.id));
  const auto newest = newest_item(context, held.scope, held.type, held.id);
  if (!resource || !newest || is_deleted(resource->status)) return;
  auto item = held;
  item.relationships =
      together(resource->stated, said_of(context, held.scope, {held.type, held.id}));
  put_newest(context, {.item = std::move(item),
                       .stated = resource->stated,
                       .previous = content_of(*newest),
                       .resource = resource});
}

}  // namespace

void arm_daily(core::Context& context, Recorder& recorder) {
  if (recorder.daily_timer.empty())
    recorder.daily_timer = context.upkeep(context.now() + kDay, {"config.day_ended", nullptr});
}

void disarm_daily(core::Context& context, Recorder& recorder) {
  if (!recorder.daily_timer.empty()) context.cancel(recorder.daily_timer);
  recorder.daily_timer.clear();
}

void day_ended(core::Context& context, const core::Resumption&) {
  auto recorder = recorder_of(context, context.scope());
  if (!recorder || !recorder->recording) return;
  recorder->daily_timer.clear();
  arm_daily(context, *recorder);
  kRecorders.put(context, Key::of(context.scope()), *recorder);
  context.later({"config.record_held", nullptr});
}

void record_held(core::Context& context, const core::Resumption&) {
  const auto items = held_items(context, context.scope(), kItemsAtOnce);
  for (const auto& item : items)
    record_one(context, item);
  if (items.size() == kItemsAtOnce) context.later({"config.record_held", nullptr});
}

}  // namespace tocsin::config
