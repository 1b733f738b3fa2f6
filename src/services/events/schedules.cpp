// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
#include "engines/cron/cron.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

/// What stands in "name(…)".
std::optional<std::string_view> inside(std::string_view schedule, std::string_view name) {
  if (!schedule.starts_with(name) || !schedule.ends_with(")")) return std::nullopt;
  schedule.remove_prefix(name.size());
  if (!schedule.starts_with("(")) return std::nullopt;
  return schedule.substr(1, schedule.size() - 2);
}

Failure not_valid() {
  return invalid("Parameter ScheduleExpression is not valid.");
}

}  // namespace

Result<Duration> interval_of(std::string_view schedule) {
  const auto rate = inside(schedule, "rate");
  const auto interval = rate ? cron::parse_rate(*rate) : std::nullopt;
  if (!interval) return not_valid();
  return *interval;
}

Result<std::optional<Time>> next_start(std::string_view schedule, Time now) {
  if (const auto fields = inside(schedule, "cron")) {
    const auto cron = cron::Schedule::parse(*fields);
    if (!cron) return not_valid();
    return cron->next(now);
  }
  return std::optional(now + TRY(interval_of(schedule)));
}

void disarm(Context& context, const Rule& rule) {
  const auto schedule = kSchedules.get(context, key_of(rule));
  if (!schedule) return;
  context.cancel(schedule->timer);
  kSchedules.erase(context, key_of(rule));
}

void arm(Context& context, const Rule& rule) {
  disarm(context, rule);
  if (rule.schedule.empty() || !rule.enabled()) return;
  const auto start = next_start(rule.schedule, context.now());
  if (!start || !*start) return;
  const auto scope = context.scope();
  context.set_scope(rule.scope);
  const auto timer =
      context.at(**start, {"events.scheduled", Object{{"bus", rule.bus}, {"rule", rule.name}}});
  context.set_scope(scope);
  kSchedules.put(context, key_of(rule), {timer});
}

void fire(Context& context, const core::Resumption& due) {
  const auto bus = string_of(due.context, "bus"), name = string_of(due.context, "rule");
  const auto rule = kRules.get(context, core::Key::of(context.scope(), bus, name));
  if (!rule || !rule->enabled()) return;
  arm(context, *rule);
  const core::Event event{.id = context.new_uuid(),
                          .source = "aws.events",
                          .detail_type = "Scheduled Event",
                          .scope = rule->scope,
                          .time = context.now(),
                          .resources = {rule->arn()}};
  deliver(context, {*rule, kTargets.all(context, key_of(*rule))},
          Occurrence(core::envelope(event)));
}

}  // namespace tocsin::events
