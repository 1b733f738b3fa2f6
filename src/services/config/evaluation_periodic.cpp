// SPDX-License-Identifier: Apache-2.0
// Periodic rules, and rules that wait for a snapshot.
#include "services/config/evaluation_invoke.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kDelivered = "ConfigurationSnapshotDeliveryCompleted";

void fire(Context& context, const core::Resumption& due) {
  const auto rule = kRules.get(context, core::Key::of(context.scope(), text(due.context, "rule")));
  if (!rule || rule->id != text(due.context, "id")) return;
  arm(context, *rule);
  if (rule->owner == "CUSTOM_LAMBDA")
    invoke_on_schedule(context, *rule);
  else
    start_sweep(context, *rule);
}

/// The event says what the notification of the delivered snapshot says.
void on_snapshot(Context& context, const core::Event& event) {
  if (event.source != "aws.config" || text(event.detail, "messageType") != kDelivered) return;
  for (const auto& rule : kRules.all(context, core::Key::of(event.scope))) {
    if (rule.owner == "CUSTOM_LAMBDA" && takes(rule, kDelivered))
      invoke(context, rule, event.detail, EventScope::In);
  }
}

}  // namespace

void disarm(Context& context, const Rule& rule) {
  auto standing = standing_of(context, rule);
  if (standing.timer.empty()) return;
  context.cancel(standing.timer);
  standing.timer.clear();
  kStandings.put(context, rule.key(), standing);
}

void arm(Context& context, const Rule& rule) {
  disarm(context, rule);
  const auto period = period_of(rule);
  if (!period) return;
  const InScope scope(context, rule.scope);
  auto standing = standing_of(context, rule);
  standing.timer = context.at(context.now() + *period,
                              {"config.periodic", Object{{"rule", rule.name}, {"id", rule.id}}});
  kStandings.put(context, rule.key(), standing);
}

void on_periods(core::Registry& registry) {
  registry.on_resume("config.periodic", fire);
  registry.on_event(on_snapshot);
}

}  // namespace tocsin::config
