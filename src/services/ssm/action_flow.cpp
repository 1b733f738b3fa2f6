// SPDX-License-Identifier: Apache-2.0
// Actions that call nobody, or that wait for people.
#include "services/ssm/actions.hpp"
#include "services/ssm/approvals.hpp"

namespace tocsin::ssm {

Move advance_branch(At& at, const Result<Document>*) {
  auto next = automation::choose(at.inputs());
  if (!next) return failed(next.error().message);
  return Ended{.next = *std::move(next)};
}

Move advance_sleep(At& at, const Result<Document>*) {
  if (at.step.phase++) return Ended{};
  if (const auto written = at.input("Timestamp"); !written.empty()) {
    const auto until = parse_iso8601(written);
    if (!until) return failed(fmt::format("The Timestamp {} is no moment of ISO 8601", written));
    const auto now = at.run.context.now();
    return Sleep{std::max(Duration(0), *until - now)};
  }
  const auto written = at.input("Duration");
  const auto duration = automation::parse_duration(written);
  if (!duration) return failed(fmt::format("The Duration {} is none of ISO 8601", written));
  if (*duration > std::chrono::days(7)) return failed("A sleep lasts at most 7 days");
  return Sleep{*duration};
}

Move advance_pause(At&, const Result<Document>*) {
  return Park{};
}

Move advance_variable(At& at, const Result<Document>*) {
  auto name = at.input("Name");
  if (name.starts_with("variable:")) name.erase(0, 9);
  const auto* declared = at.run.runbook.variables.if_contains(name);
  if (!declared) return failed(fmt::format("The variable {} is not declared", name));
  const auto type = automation::type_named(text(*declared, "type", "String"));
  const auto value = type ? automation::converted(at.inputs().at("Value"), *type) : std::nullopt;
  if (!value) return failed(fmt::format("The value of the variable {} is not of its type", name));
  at.run.row.variables[name] = *value;
  return Ended{};
}

/// Tells the topic, if there is one, and waits for the approvers.
Move advance_approve(At& at, const Result<Document>* answer) {
  if (answer && !*answer) return failed(answer->error().message);
  const auto topic = at.input("NotificationArn");
  if (!answer && !topic.empty()) return approval_notice(at, topic);
  if (approvers_of(at.step).empty()) return failed("The step has no approvers");
  return Park{};
}

}  // namespace tocsin::ssm
