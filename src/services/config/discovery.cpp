// SPDX-License-Identifier: Apache-2.0
#include "services/config/discovery.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "services/config/recorders.hpp"
#include "services/config/recording.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::size_t kRowsAtOnce = 200;

/// Where a look stands. First through the tables of the types, then through what is recorded.
struct Look {
  std::int64_t number = 0;
  std::int64_t type = 0;  // index of the type; after the last: the second part
  std::string after;      // of the first part: hexadecimal key of the last row seen
  std::optional<ResourceKey> after_resource;
};
BOOST_DESCRIBE_STRUCT(Look, (), (number, type, after, after_resource))

void go_on(core::Context& context, const Look& look) {
  context.later({"config.look", encode(look)});
}

bool lies_here(std::string_view type, const Scope& scope, const Scope& theirs) {
  return is_global(type) ? scope.account == theirs.account : scope == theirs;
}

/// Up to kRowsAtOnce rows of a table; those of this scope are described. Whether there are more.
bool read_rows(const core::Context& context, const core::ResourceType& type, Look& look,
               std::vector<Description>& found) {
  auto from = core::row_key(type.table, {});
  const auto to = store::prefix_end(from);
  if (!look.after.empty()) from = *unhex(look.after) + '\0';
  std::size_t count = 0;
  context.state().scan(
      from, to, store::Direction::Forward, [&](std::string_view key, std::string_view row) {
        auto seen = type.describe(
            context, boost::json::parse(boost::json::string_view(row.data(), row.size())));
        if (lies_here(type.type, context.scope(), seen.scope)) found.push_back(std::move(seen));
        look.after = hex(key);
        return ++count < kRowsAtOnce;
      });
  return count == kRowsAtOnce;
}

void mark_seen(core::Context& context, const Recorder& recorder, std::string_view type,
               const std::string& id) {
  const auto key = Key::of(context.scope(), type, id);
  auto resource = kResources.get(context, key);
  if (!resource || resource->seen == recorder.look) return;
  resource->seen = recorder.look;
  kResources.put(context, key, *resource);
}

void look_at_rows(core::Context& context, const Recorder& recorder, Look& look,
                  const core::ResourceType& type) {
  std::vector<Description> found;
  const bool more = read_rows(context, type, look, found);
  for (const auto& seen : found) {
    record(context, {.recorder = recorder,
                     .scope = context.scope(),
                     .type = type.type,
                     .after = &seen,
                     .origin = {}});
    mark_seen(context, recorder, type.type, seen.id);
  }
  if (more) return;
  ++look.type;
  look.after.clear();
}

/// What was recorded and was not found any more. Whether there is more to look at.
bool look_at_resources(core::Context& context, const Recorder& recorder, Look& look,
                       const std::vector<core::ResourceType>& types) {
  std::vector<ResourceKey> gone;
  std::optional<Key> after;
  if (look.after_resource)
    after = Key::of(context.scope(), look.after_resource->type, look.after_resource->id);
  std::size_t count = 0;
  kResources.scan(
      context, Key::of(context.scope()),
      [&](const auto& parts, const Resource& resource) {
        look.after_resource = ResourceKey{parts[2], parts[3]};
        const bool declared =
            std::ranges::find(types, parts[2], &core::ResourceType::type) != types.end();
        if (declared && !is_deleted(resource.status) && resource.seen != recorder.look)
          gone.push_back(*look.after_resource);
        return ++count < kRowsAtOnce;
      },
      store::Direction::Forward, after);
  for (const auto& resource : gone) {
    const auto newest = newest_item(context, context.scope(), resource.type, resource.id);
    put_deleted(context, context.scope(), resource,
                newest ? std::optional(content_of(*newest)) : std::nullopt, {},
                records(recorder, resource.type));
  }
  return count == kRowsAtOnce;
}

void finish(core::Context& context, Recorder recorder) {
  recorder.status = "SUCCESS";
  recorder.status_changed = context.now();
  kRecorders.put(context, Key::of(context.scope()), recorder);
}

}  // namespace

void start_look(core::Context& context) {
  auto recorder = recorder_of(context, context.scope());
  if (!recorder) return;
  ++recorder->look;
  kRecorders.put(context, Key::of(context.scope()), *recorder);
  go_on(context, {.number = recorder->look});
}

void look_step(core::Context& context, const core::Resumption& step,
               const std::vector<core::ResourceType>& types) {
  auto look = decoded<Look>(step.context);
  const auto recorder = recorder_of(context, context.scope());
  if (!recorder || !recorder->recording || recorder->look != look.number) return;
  if (look.type < static_cast<std::int64_t>(types.size())) {
    look_at_rows(context, *recorder, look, types[static_cast<std::size_t>(look.type)]);
    return go_on(context, look);
  }
  if (look_at_resources(context, *recorder, look, types)) return go_on(context, look);
  finish(context, *recorder);
}

}  // namespace tocsin::config
