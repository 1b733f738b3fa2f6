// SPDX-License-Identifier: Apache-2.0
// A row of the history is the item's head as JSON, a line end, the text of its configuration, a
// line end, the text of its supplementary configuration: heads are read without the rest, and texts
// that are only passed on are not parsed. Key: account, region, type, id, time, state id.
#include "services/config/items.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::string_view kItems = "config.items";
constexpr std::string_view kHeld = "config.held";  // as kItems, at no moment

struct Head {
  std::string name, arn, region;
  ItemStatus status = ItemStatus::OK;
  Time created{};
  std::string zone, frequency;
  std::map<std::string, std::string> tags;
  std::vector<Relationship> relationships;
  Origin origin;
};
BOOST_DESCRIBE_STRUCT(Head, (),
                      (name, arn, region, status, created, zone, frequency, tags, relationships,
                       origin))

std::string number(std::int64_t value) {
  return fmt::format("{:016x}", value);
}

Key resource_key(const Scope& scope, std::string_view type, std::string_view id) {
  return Key::of(scope, type, id);
}

Key& at(Key& key, const Moment& moment) {
  return key.add(number(to_ms(moment.captured))).add(number(moment.state_id));
}

std::string row_of(const Item& item) {
  auto key = resource_key(item.scope, item.type, item.id);
  return core::row_key(kItems, at(key, {item.captured, item.state_id}));
}

std::string held_row_of(const Item& item) {
  auto key = resource_key(item.scope, item.type, item.id);
  return core::row_key(kHeld, at(key, {}));
}

Document parsed(std::string_view text) {
  return boost::json::parse(boost::json::string_view(text.data(), text.size()));
}

std::string packed(const Item& item) {
  auto row = to_json(encode(Head{.name = item.name,
                                 .arn = item.arn,
                                 .region = item.region,
                                 .status = item.status,
                                 .created = item.created,
                                 .zone = item.availability_zone,
                                 .frequency = item.recording_frequency,
                                 .tags = item.tags,
                                 .relationships = item.relationships,
                                 .origin = item.origin}));
  row += '\n';
  row += to_json(item.configuration);
  row += '\n';
  if (!item.supplementary.empty()) row += to_json(item.supplementary);
  return row;
}

Item unpacked(std::string_view table, std::string_view key, std::string_view row) {
  auto parts = Key::split(key.substr(core::row_key(table, {}).size()));
  TOCSIN_ASSERT(parts.size() == 6);
  const auto head_end = row.find('\n'), configuration_end = row.find('\n', head_end + 1);
  auto head = decoded<Head>(parsed(row.substr(0, head_end)));
  Item item{.scope = {AccountId(std::move(parts[0])), std::move(parts[1])},
            .region = std::move(head.region),
            .type = std::move(parts[2]),
            .id = std::move(parts[3]),
            .name = std::move(head.name),
            .arn = std::move(head.arn),
            .status = head.status,
            .captured = from_ms(std::stoll(parts[4], nullptr, 16)),
            .state_id = std::stoll(parts[5], nullptr, 16),
            .created = head.created,
            .availability_zone = std::move(head.zone),
            .recording_frequency = std::move(head.frequency),
            .tags = std::move(head.tags),
            .relationships = std::move(head.relationships),
            .origin = std::move(head.origin)};
  item.configuration = parsed(row.substr(head_end + 1, configuration_end - head_end - 1));
  const auto supplementary = row.substr(configuration_end + 1);
  if (!supplementary.empty()) item.supplementary = parsed(supplementary).as_object();
  return item;
}

}  // namespace

std::optional<Item> newest_item(const store::View& view, const Scope& scope, std::string_view type,
                                std::string_view id) {
  auto key = resource_key(scope, type, id);
  const auto resource = kResources.get(view, key);
  if (!resource) return std::nullopt;
  const auto row = core::row_key(kItems, at(key, {resource->captured, resource->state_id}));
  const auto found = view.get(row);
  if (!found) return std::nullopt;
  return unpacked(kItems, row, *found);
}

std::optional<Item> item_at(const store::View& view, const Scope& scope, std::string_view type,
                            std::string_view id, Time time) {
  std::optional<Item> found;
  history(view, scope, {std::string(type), std::string(id)}, {.until = time},
          store::Direction::Backward, [&](const Item& item) {
            found = item;
            return false;
          });
  return found;
}

void current_items(const store::View& view, const Scope& scope, std::string_view type,
                   const std::function<bool(const Item&)>& visit,
                   const std::optional<ResourceKey>& after) {
  std::optional<Key> last;
  if (after) last = resource_key(scope, after->type, after->id);
  kResources.scan(
      view, type.empty() ? Key::of(scope) : Key::of(scope, type),
      [&](const auto& parts, const Resource& resource) {
        if (is_deleted(resource.status) || resource.status == ItemStatus::ResourceNotRecorded)
          return true;
        const auto item = newest_item(view, scope, parts[2], parts[3]);
        return !item || visit(*item);
      },
      store::Direction::Forward, last);
}

void history(const store::View& view, const Scope& scope, const ResourceKey& resource,
             const Period& period, store::Direction direction,
             const std::function<bool(const Item&)>& visit) {
  const auto resource_of = [&] { return resource_key(scope, resource.type, resource.id); };
  auto first = resource_of(), last = resource_of();
  auto from =
      core::row_key(kItems, first.add(number(std::max<std::int64_t>(0, to_ms(period.from)))));
  auto to = period.until == Time::max()
                ? store::prefix_end(core::row_key(kItems, last))
                : core::row_key(kItems, last.add(number(to_ms(period.until) + 1)));
  if (period.until < Time{}) return;
  if (period.after) {
    auto key = resource_of();
    const auto seen = core::row_key(kItems, at(key, *period.after));
    if (direction == store::Direction::Forward)
      from = std::max(from, seen + '\0');
    else
      to = std::min(to, seen);
  }
  if (from >= to) return;
  view.scan(from, to, direction, [&](std::string_view key, std::string_view row) {
    return visit(unpacked(kItems, key, row));
  });
}

std::size_t put_item(core::Transaction& state, const Item& item) {
  auto row = packed(item);
  const auto size = row.size();
  state.put(row_of(item), std::move(row));
  return size;
}

void erase_item(core::Transaction& state, const Item& item) {
  state.erase(row_of(item));
}

void hold_item(core::Transaction& state, const Item& item) {
  state.put(held_row_of(item), packed(item));
}

std::vector<Item> held_items(const store::View& view, const Scope& scope, std::size_t most) {
  std::vector<Item> items;
  const auto from = core::row_key(kHeld, Key::of(scope));
  view.scan(from, store::prefix_end(from), store::Direction::Forward,
            [&](std::string_view key, std::string_view row) {
              items.push_back(unpacked(kHeld, key, row));
              return items.size() < most;
            });
  return items;
}

void drop_held(core::Transaction& state, const Item& item) {
  state.erase(held_row_of(item));
}

}  // namespace tocsin::config
