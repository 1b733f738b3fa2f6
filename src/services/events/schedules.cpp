// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
#include <charconv>

#include "services/events/parts.hpp"

namespace tocsin::events {

Result<Duration> interval_of(std::string_view schedule) {
  const auto invalid = fail("ValidationException", "Parameter ScheduleExpression is not valid.");
  if (schedule.starts_with("cron(")) {
    return fail("ValidationException",
                "Parameter ScheduleExpression is not valid: Tocsin supports rate() only.");
  }
  if (!schedule.starts_with("rate(") || !schedule.ends_with(")")) return invalid;
  const auto inner = schedule.substr(5, schedule.size() - 6);
  std::int64_t count = 0;
  const auto read = std::from_chars(inner.data(), inner.data() + inner.size(), count);
  if (read.ec != std::errc() || count < 1 || count > 1'000'000) return invalid;
  const std::string unit(read.ptr, inner.data() + inner.size());
  const std::string plural = count == 1 ? "" : "s";
  if (unit == " minute" + plural) return Duration(std::chrono::minutes(count));
  if (unit == " hour" + plural) return Duration(std::chrono::hours(count));
  if (unit == " day" + plural) return Duration(std::chrono::hours(24 * count));
  return invalid;
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
  const auto interval = interval_of(rule.schedule);
  if (!interval) return;
  const auto timer =
      context.at(context.now() + *interval,
                 {"events.scheduled", Object{{"bus", rule.bus}, {"rule", rule.name}}});
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
  deliver(context, {*rule, kTargets.all(context, key_of(*rule))}, Document(core::envelope(event)));
}

}  // namespace tocsin::events
