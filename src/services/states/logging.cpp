// SPDX-License-Identifier: Apache-2.0
#include "services/states/logging.hpp"

#include <fmt/format.h>

namespace tocsin::states {
namespace {

using asl::HistoryEvent;
using core::Context;

constexpr std::string_view kDelivery = "delivery.logs.amazonaws.com";
constexpr std::string_view kPolicyName = "AWSLogDeliveryWrite20150319";

/// Which events a level keeps.
bool wanted(std::string_view level, asl::EventType event) {
  if (level == "ALL") return true;
  const auto type = asl::name_of(event);
  const bool fatal =
      type == "ExecutionFailed" || type == "ExecutionAborted" || type == "ExecutionTimedOut";
  if (level == "FATAL") return fatal;
  return level == "ERROR" && (type == "FailStateEntered" || type.ends_with("Failed") ||
                              type.ends_with("Aborted") || type.ends_with("TimedOut"));
}

std::string log_line(const HistoryEvent& event, const std::string& arn, const Execution& row,
                     bool data) {
  auto shown = asl::to_document(event, data);
  Object line{{"id", std::to_string(event.id)}, {"type", asl::name_of(event.type)}};
  Document details(Object{});
  for (auto& member : shown.as_object())
    if (member.key().ends_with("EventDetails")) details = std::move(member.value());
  line["details"] = std::move(details);
  line["redrive_count"] = std::to_string(row.redrives);
  line["previous_event_id"] = std::to_string(event.previous);
  line["event_timestamp"] = std::to_string(to_ms(event.timestamp));
  line["execution_arn"] = arn;
  return to_json(line);
}

/// The log group's ARN without its ":*"; empty: nothing is logged.
std::string group_of(const Revision& revision) {
  if (text(revision.logging, "level", "OFF") == "OFF") return {};
  const auto& destinations = array_of(revision.logging, "destinations");
  if (destinations.empty()) return {};
  auto group = string_of(object_of(destinations[0], "cloudWatchLogsLogGroup"), "logGroupArn");
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  return group;
}

core::CallSpec logs_call(const std::string& group, std::string operation, Object params) {
  const auto arn = Arn::parse(group);
  params["logGroupName"] = arn->resource.substr(arn->resource.find(':') + 1);
  return {.service = "logs",
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = {AccountId(arn->account), arn->region},
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = AccountId(arn->account),
                         .service = std::string(kDelivery)},
          .principal = {}};
}

void put(Context& context, const std::string& group, const Document& stream, const Document& events,
         bool again) {
  Object params;
  params["logStreamName"] = stream;
  params["logEvents"] = events;
  Object about{{"group", group}, {"again", again}};
  about["stream"] = stream;
  if (!again) about["events"] = events;
  context.start({.work = logs_call(group, "PutLogEvents", std::move(params)),
                 .retry = {.attempts = 10},
                 .then = {"states.logged", std::move(about)}});
}

/// A stream that is missing is made.
void logged(Context& context, const core::Resumption& end) {
  if (end.outcome || end.outcome.error().code != "ResourceNotFoundException" ||
      flag(end.context, "again"))
    return;
  const auto group = string_of(end.context, "group");
  Object params;
  params["logStreamName"] = *find(end.context, "stream");
  (void)context.call(logs_call(group, "CreateLogStream", std::move(params)));
  put(context, group, *find(end.context, "stream"), *find(end.context, "events"), true);
}

/// The statement's resources, of the policy that log deliveries share.
Result<Array> allowed_groups(Context& context, const Scope& scope, const Revision& revision) {
  const auto policies = TRY(
      context.call(call_as_role(scope, revision, "logs", "DescribeResourcePolicies", {})).result());
  for (const auto& policy : array_of(policies, "resourcePolicies")) {
    if (text(policy, "policyName") != kPolicyName) continue;
    const auto document = parse_json(text(policy, "policyDocument"));
    if (!document) continue;
    for (const auto& statement : array_of(*document, "Statement"))
      return array_of(statement, "Resource");
  }
  return Array{};
}

Object delivery_policy(Array resources) {
  Object statement{{"Sid", "AWSLogDeliveryWrite"},
                   {"Effect", "Allow"},
                   {"Principal", Object{{"Service", kDelivery}}},
                   {"Action", Array{"logs:CreateLogStream", "logs:PutLogEvents"}}};
  statement["Resource"] = std::move(resources);
  Object policy{{"Version", "2012-10-17"}};
  policy["Statement"] = Array{std::move(statement)};
  return policy;
}

Result<void> allow(Context& context, const Scope& scope, const Revision& revision,
                   const std::string& group) {
  auto groups = TRY(allowed_groups(context, scope, revision));
  const auto streams = group + ":log-stream:*";
  for (const auto& known : groups)
    if (known.is_string() && known.get_string() == streams) return {};
  groups.emplace_back(streams);
  TRY(context
          .call(call_as_role(scope, revision, "logs", "PutResourcePolicy",
                             {{"policyName", kPolicyName},
                              {"policyDocument", to_json(delivery_policy(std::move(groups)))}}))
          .result());
  return {};
}

}  // namespace

void log_events(Context& context, const Place& place, const Execution& row,
                const std::vector<HistoryEvent>& events) {
  const auto group = group_of(row.revision);
  if (group.empty()) return;
  const auto level = text(row.revision.logging, "level");
  const bool data = flag(row.revision.logging, "includeExecutionData");
  const auto arn = execution_arn(place.scope, row);
  Array lines;
  for (const auto& event : events) {
    if (!wanted(level, event.type)) continue;
    lines.push_back(Object{{"timestamp", to_ms(event.timestamp)},
                           {"message", log_line(event, arn, row, data)}});
  }
  if (lines.empty()) return;
  const auto stream =
      fmt::format("states/{}/{}/{}", machine_name(row.machine),
                  format_time(row.start, "%Y-%m-%d-%H-00"), row.revision.id.substr(0, 8));
  put(context, group, Document(boost::json::string(stream)), lines, false);
}

Result<void> allow_logging(Context& context, const Scope& scope, const Revision& revision) {
  const auto group = group_of(revision);
  if (group.empty() || allow(context, scope, revision, group)) return {};
  return fail("AccessDeniedException",
              "The state machine IAM Role is not authorized to access the Log Destination");
}

void on_logging(core::Registry& registry) {
  registry.on_resume("states.logged", logged);
}

}  // namespace tocsin::states
