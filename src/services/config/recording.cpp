// SPDX-License-Identifier: Apache-2.0
#include "services/config/recording.hpp"

#include <algorithm>

#include "services/config/evaluation.hpp"
#include "services/config/notifications.hpp"
#include "services/config/origins.hpp"
#include "services/config/recorders.hpp"
#include "services/config/relations.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::size_t kTouchedAtOnce = 100;

const Object& configuration_of(const Description& description) {
  return description.recorded.empty() ? description.configuration : description.recorded;
}

std::string zone_of(const Description& description) {
  return description.availability_zone.empty() ? "Not Applicable" : description.availability_zone;
}

Item item_of(const Sighting& sighting, const Description& seen) {
  return {
      .scope = sighting.scope,
      .region = is_global(sighting.type) ? "global" : seen.scope.region,
      .type = std::string(sighting.type),
      .id = seen.id,
      .name = seen.name,
      .arn = seen.arn,
      .created = seen.created,
      .availability_zone = zone_of(seen),
      .recording_frequency = is_daily(sighting.recorder, sighting.type) ? "DAILY" : "CONTINUOUS",
      .tags = seen.tags,
      .origin = sighting.origin,
      .configuration = configuration_of(seen),
      .supplementary = seen.supplementary};
}

Content content_of(const Description& seen, std::vector<Relationship> relationships) {
  return {&configuration_of(seen), &seen.supplementary, &seen.tags, std::move(relationships)};
}

bool same_content(const Description& before, const Description& after) {
  return before.tags == after.tags && before.relationships == after.relationships &&
         before.supplementary == after.supplementary && before.name == after.name &&
         configuration_of(before) == configuration_of(after);
}

/// State ids grow with time, and with each item where time stands still.
void stamp(core::Context& context, Item& item, const std::optional<Resource>& resource) {
  item.captured = context.now();
  item.state_id = to_ms(context.now());
  if (resource) item.state_id = std::max(item.state_id, resource->state_id + 1);
}

void publish(core::Context& context, const Item& item, Object difference, std::size_t size) {
  const Document told(std::move(difference));
  evaluate_on_change(context, item, told);
  announce_item(context, item, told.get_object(), size);
}

Resource resource_after(const Item& item, std::optional<Resource> before,
                        std::vector<Relationship> stated) {
  auto resource = before ? *std::move(before) : Resource{.discovered = item.captured};
  resource.name = item.name;
  resource.arn = item.arn;
  resource.region = item.region;
  resource.status = item.status;
  resource.captured = item.captured;
  resource.state_id = item.state_id;
  resource.deleted = is_deleted(item.status) ? item.captured : Time{};
  resource.origin = item.origin;
  resource.stated = std::move(stated);
  return resource;
}

bool is_live(const std::optional<Resource>& resource) {
  return resource && !is_deleted(resource->status) &&
         resource->status != ItemStatus::ResourceNotRecorded;
}

/// That it exists, and no more: its type is not recorded.
void record_existence(core::Context& context, const Sighting& sighting) {
  const auto& seen = *sighting.after;
  const auto key = Key::of(sighting.scope, sighting.type, seen.id);
  const auto resource = kResources.get(context, key);
  if (resource && resource->status == ItemStatus::ResourceNotRecorded) return;
  Item item = item_of(sighting, seen);
  item.configuration = nullptr;
  item.supplementary.clear();
  item.tags.clear();
  item.status = ItemStatus::ResourceNotRecorded;
  stamp(context, item, resource);
  put_item(context, item);
  auto row = resource_after(item, resource, {});
  row.seen = sighting.recorder.look;
  kResources.put(context, key, row);
  if (resource)
    relate(context, sighting.scope, {item.type, item.id}, item.name, resource->stated, {},
           item.origin);
}

void record_presence(core::Context& context, const Sighting& sighting) {
  const auto& seen = *sighting.after;
  const auto key = Key::of(sighting.scope, sighting.type, seen.id);
  const auto resource = kResources.get(context, key);
  const bool live = is_live(resource);
  if (live && sighting.before && same_content(*sighting.before, seen)) return;
  auto item = item_of(sighting, seen);
  if (is_daily(sighting.recorder, sighting.type) && live) return hold_item(context, item);
  auto stated = stated_by(context, sighting.scope, seen);
  const ResourceKey self{item.type, item.id};
  const auto incoming = !resource || resource->incoming ? said_of(context, sighting.scope, self)
                                                        : std::vector<Relationship>{};
  item.relationships = together(stated, incoming);
  NewState state{.item = std::move(item),
                 .stated = std::move(stated),
                 .resource = resource,
                 .look = sighting.recorder.look};
  std::optional<Item> newest;
  if (live && sighting.before) {
    state.previous = content_of(*sighting.before, together(resource->stated, incoming));
  } else if (live) {
    newest = newest_item(context, sighting.scope, self.type, self.id);
    if (newest) state.previous = config::content_of(*newest);
  }
  put_newest(context, std::move(state));
}

void record_absence(core::Context& context, const Sighting& sighting, const std::string& id) {
  const ResourceKey self{std::string(sighting.type), id};
  const auto resource = kResources.get(context, Key::of(sighting.scope, self.type, self.id));
  const bool recorded = records(sighting.recorder, sighting.type);
  if (!resource || is_deleted(resource->status)) return;
  if (sighting.before && is_live(resource)) {
    const auto incoming = said_of(context, sighting.scope, self);
    return put_deleted(context, sighting.scope, self,
                       content_of(*sighting.before, together(resource->stated, incoming)),
                       sighting.origin, recorded);
  }
  const auto newest = newest_item(context, sighting.scope, self.type, self.id);
  put_deleted(context, sighting.scope, self,
              newest ? std::optional(config::content_of(*newest)) : std::nullopt, sighting.origin,
              recorded);
}

/// What lies in no region is recorded by every recorder of the account.
std::vector<std::pair<Scope, Recorder>> recorders_for(const core::Context& context,
                                                      const core::Change& change) {
  std::vector<std::pair<Scope, Recorder>> found;
  if (!is_global(change.type)) {
    if (auto recorder = recorder_of(context, change.scope))
      found.emplace_back(change.scope, *std::move(recorder));
  } else {
    kRecorders.scan(context, Key{change.scope.account.str()},
                    [&](const auto& parts, const Recorder& recorder) {
                      found.emplace_back(Scope{change.scope.account, parts[1]}, recorder);
                      return true;
                    });
  }
  std::erase_if(found, [](const auto& each) { return !each.second.recording; });
  return found;
}

}  // namespace

void put_newest(core::Context& context, NewState state) {
  auto& item = state.item;
  auto told = difference(state.previous, content_of(item));
  if (!changed(told)) return;
  const ResourceKey self{item.type, item.id};
  item.status = state.previous ? ItemStatus::OK : ItemStatus::ResourceDiscovered;
  stamp(context, item, state.resource);
  const auto size = put_item(context, item);
  const bool known = state.resource && !is_deleted(state.resource->status);
  const auto before = known ? state.resource->stated : std::vector<Relationship>{};
  auto row = resource_after(item, std::move(state.resource), state.stated);
  row.seen = std::max(row.seen, state.look);
  if (!known) {
    row.incoming = static_cast<std::int64_t>(said_of(context, item.scope, self).size());
    if (!item.arn.empty()) kArns.put(context, Key::of(item.scope, item.arn), self);
  }
  kResources.put(context, Key::of(item.scope, item.type, item.id), row);
  relate(context, item.scope, self, item.name, before, state.stated, item.origin);
  publish(context, item, std::move(told), size);
}

void put_deleted(core::Context& context, const Scope& scope, const ResourceKey& resource,
                 const std::optional<Content>& previous, const Origin& origin, bool recorded) {
  const auto key = Key::of(scope, resource.type, resource.id);
  const auto known = kResources.get(context, key);
  Item item{
      .scope = scope,
      .region = known->region,
      .type = resource.type,
      .id = resource.id,
      .name = known->name,
      .arn = known->arn,
      .status = recorded ? ItemStatus::ResourceDeleted : ItemStatus::ResourceDeletedNotRecorded,
      .availability_zone = {},
      .origin = origin,
      .configuration = nullptr};
  stamp(context, item, known);
  const auto size = put_item(context, item);
  drop_held(context, item);
  kResources.put(context, key, resource_after(item, known, {}));
  if (!item.arn.empty()) kArns.erase(context, Key::of(scope, item.arn));
  relate(context, scope, resource, item.name, known->stated, {}, origin);
  if (recorded) publish(context, item, difference(previous, std::nullopt), size);
}

void record(core::Context& context, const Sighting& sighting) {
  if (!sighting.after) {
    if (sighting.before) record_absence(context, sighting, sighting.before->id);
  } else if (records(sighting.recorder, sighting.type)) {
    record_presence(context, sighting);
  } else {
    record_existence(context, sighting);
  }
}

void on_change(core::Context& context, const core::Change& change) {
  if (!kRecording.contains(context, Key{change.scope.account.str()})) return;
  for (const auto& [scope, recorder] : recorders_for(context, change)) {
    const auto outer = context.scope();
    context.set_scope(scope);
    record(context, {.recorder = recorder,
                     .scope = scope,
                     .type = change.type,
                     .before = change.before ? &*change.before : nullptr,
                     .after = change.after ? &*change.after : nullptr,
                     .origin = origin_of(context, change)});
    context.set_scope(outer);
  }
}

void record_touched(core::Context& context, const core::Resumption&) {
  std::vector<std::pair<ResourceKey, Origin>> touched;
  kTouched.scan(context, Key::of(context.scope()), [&](const auto& parts, const Touched& row) {
    touched.push_back({{parts[2], parts[3]}, row.origin});
    return touched.size() < kTouchedAtOnce;
  });
  for (const auto& [self, origin] : touched) {
    const auto key = Key::of(context.scope(), self.type, self.id);
    kTouched.erase(context, key);
    const auto resource = kResources.get(context, key);
    const auto newest = newest_item(context, context.scope(), self.type, self.id);
    if (!is_live(resource) || !newest) continue;
    auto item = *newest;
    item.relationships = together(resource->stated, said_of(context, context.scope(), self));
    item.origin = origin;
    put_newest(context, {.item = std::move(item),
                         .stated = resource->stated,
                         .previous = content_of(*newest),
                         .resource = resource});
  }
  if (touched.size() == kTouchedAtOnce) context.later({"config.touched", nullptr});
}

}  // namespace tocsin::config
