// SPDX-License-Identifier: Apache-2.0
#include "services/config/retention.hpp"

#include <fmt/format.h>

#include "services/config/state.hpp"

namespace tocsin::config {
namespace {

using core::Key;

struct Retention {
  std::int64_t days = 0;
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Retention, (), (days, timer))

constexpr core::Table<Retention> kRetentions{"config.retentions"};  // account, region
constexpr std::string_view kName = "default";                       // AWS allows no other
constexpr std::size_t kResourcesAtOnce = 500;
constexpr auto kDay = std::chrono::hours(24);

Object description(const Retention& retention) {
  return {{"Name", kName}, {"RetentionPeriodInDays", retention.days}};
}

Failure no_such_retention() {
  return fail("NoSuchRetentionConfigurationException",
              "You have specified a retention configuration that does not exist.");
}

void arm(core::Context& context, Retention& retention) {
  retention.timer = context.upkeep(context.now() + kDay, {"config.forget", nullptr});
}

/// The newest item of a resource that lives stays: it says what is.
void forget_items(core::Context& context, const ResourceKey& key, const Resource& resource,
                  Time before) {
  std::vector<Item> old;
  history(context, context.scope(), key, {.until = before - Duration(1)}, store::Direction::Forward,
          [&](const Item& item) {
            if (item.state_id != resource.state_id) old.push_back(item);
            return true;
          });
  for (const auto& item : old)
    erase_item(context, item);
  if (!is_deleted(resource.status) || resource.captured >= before) return;
  if (const auto last = newest_item(context, context.scope(), key.type, key.id))
    erase_item(context, *last);
  kResources.erase(context, Key::of(context.scope(), key.type, key.id));
}

}  // namespace

core::Outcome put_retention_configuration(core::Call& call) {
  auto retention = kRetentions.get(call, Key::of(call.scope())).value_or(Retention{});
  retention.days = integer(call.params(), "RetentionPeriodInDays").value_or(0);
  if (retention.timer.empty()) arm(call, retention);
  kRetentions.put(call, Key::of(call.scope()), retention);
  return Object{{"RetentionConfiguration", description(retention)}};
}

core::Outcome describe_retention_configurations(core::Call& call) {
  const auto retention = kRetentions.get(call, Key::of(call.scope()));
  const auto& names = array_of(call.params(), "RetentionConfigurationNames");
  if (!names.empty() && (!retention || std::string_view(names[0].as_string()) != kName))
    return no_such_retention();
  Array list;
  if (retention) list.push_back(description(*retention));
  return Object{{"RetentionConfigurations", std::move(list)}};
}

core::Outcome delete_retention_configuration(core::Call& call) {
  const auto retention = kRetentions.get(call, Key::of(call.scope()));
  if (!retention || text(call.params(), "RetentionConfigurationName") != kName)
    return no_such_retention();
  call.cancel(retention->timer);
  kRetentions.erase(call, Key::of(call.scope()));
  return Object{};
}

void forget_old_items(core::Context& context, const core::Resumption& step) {
  auto retention = kRetentions.get(context, Key::of(context.scope()));
  if (!retention) return;
  const auto before = context.now() - std::chrono::days(retention->days);
  std::optional<Key> after;
  if (step.context.is_object())
    after = Key::of(context.scope(), text(step.context, "type"), text(step.context, "id"));
  std::vector<std::pair<ResourceKey, Resource>> some;
  kResources.scan(
      context, Key::of(context.scope()),
      [&](const auto& parts, const Resource& resource) {
        some.push_back({{parts[2], parts[3]}, resource});
        return some.size() < kResourcesAtOnce;
      },
      store::Direction::Forward, after);
  for (const auto& [key, resource] : some)
    forget_items(context, key, resource, before);
  if (some.size() == kResourcesAtOnce) {
    context.upkeep(context.now(), {"config.forget", encode(some.back().first)});
    return;
  }
  arm(context, *retention);
  kRetentions.put(context, Key::of(context.scope()), *retention);
}

}  // namespace tocsin::config
