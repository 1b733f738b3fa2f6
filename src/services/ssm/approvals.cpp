// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/approvals.hpp"

#include <algorithm>

namespace tocsin::ssm {
namespace {

using core::Call;

Failure invalid_signal(std::string message) {
  return fail("InvalidAutomationSignalException", std::move(message));
}

std::int64_t least_approvals(const StepRow& step) {
  const auto* given = step.resolved.if_contains("MinRequiredApprovals");
  const auto number =
      given ? automation::converted(*given, automation::Type::Integer) : std::nullopt;
  return number ? std::max<std::int64_t>(1, number->get_int64()) : 1;
}

/// The names by which the list of approvers may mean somebody: a user's name or ARN, a role's ARN,
/// an assumed role's.
bool is_meant(const std::vector<std::string>& approvers, const core::Principal& principal) {
  return std::ranges::any_of(approvers, [&](const std::string& approver) {
    if (approver == principal.arn) return true;
    if (principal.kind == core::Principal::Kind::User) return approver == principal.name;
    return !principal.issuer_arn.empty() && approver == principal.issuer_arn;
  });
}

Array decisions_of(const StepRow& step) {
  return array_of(step.work, "decisions");
}

Object values_of(const StepRow& step, std::string_view status) {
  return {{"ApprovalStatus", status}, {"ApproverDecisions", decisions_of(step)}};
}

Result<void> check_approver(const Call& call, const At& at) {
  if (at.step.action != "aws:approve" || at.step.status != Status::Waiting)
    return invalid_signal("The current step does not wait for an approval.");
  if (!is_meant(approvers_of(at.step), call.principal()))
    return invalid_signal(fmt::format("{} is not an approver of the step.", call.principal().arn));
  return {};
}

}  // namespace

std::vector<std::string> approvers_of(const StepRow& step) {
  std::vector<std::string> out;
  if (const auto* given = step.resolved.if_contains("Approvers")) {
    const auto list = automation::converted(*given, automation::Type::StringList);
    if (list)
      for (const auto& each : list->get_array())
        out.push_back(automation::text_of(each));
  }
  return out;
}

Move approval_notice(const At& at, const std::string& topic) {
  auto message = at.input("Message");
  if (message.empty())
    message = fmt::format("Your approval is required by the step {} of the automation {}.",
                          at.step.name, at.run.row.id);
  const Object body{{"AutomationExecutionId", at.run.row.id},
                    {"DocumentName", at.run.row.document},
                    {"StepName", at.step.name},
                    {"Message", message},
                    {"Region", at.run.scope().region}};
  return at.run.call("sns", "Publish",
                     Object{{"TopicArn", topic},
                            {"Subject", "Approval required for Automation execution"},
                            {"Message", pretty_json(body)}});
}

Result<void> decide(Call& call, At at, bool approves) {
  TRY(check_approver(call, at));
  auto decisions = decisions_of(at.step);
  for (const auto& each : decisions) {
    if (text(each, "Approver") == call.principal().arn)
      return invalid_signal("The approver has already decided.");
  }
  const auto& comments = array_of(object_of(call.params(), "Payload"), "Comment");
  decisions.push_back(Object{{"Decision", approves ? "Approve" : "Reject"},
                             {"DecisionTime", iso8601(call.now())},
                             {"Approver", call.principal().arn},
                             {"Comment", comments.empty() ? Document("") : comments[0]}});
  const auto count = static_cast<std::int64_t>(decisions.size());
  at.step.work["decisions"] = std::move(decisions);
  if (!approves) {
    at.step.outputs["ApprovalStatus"] = Array{"Rejected"};
    at.step.outputs["ApproverDecisions"] = automation::shown(Document(decisions_of(at.step)));
    at.run.row.values[at.step.name + ".ApprovalStatus"] = "Rejected";
    auto ended = failed(fmt::format("The approval was rejected by {}", call.principal().arn));
    ended.status = Status::Rejected;
    end_attempt(std::move(at), std::move(ended));
  } else if (count >= least_approvals(at.step)) {
    auto values = values_of(at.step, "Approved");
    end_attempt(std::move(at), {.values = std::move(values)});
  } else {
    at.save();
  }
  return {};
}

Result<void> revoke(Call& call, At at) {
  TRY(check_approver(call, at));
  auto decisions = decisions_of(at.step);
  const auto before = decisions.size();
  Array kept;
  for (const auto& each : decisions)
    if (text(each, "Approver") != call.principal().arn) kept.push_back(each);
  if (kept.size() == before) return invalid_signal("The approver has not decided.");
  at.step.work["decisions"] = std::move(kept);
  at.save();
  return {};
}

}  // namespace tocsin::ssm
