// SPDX-License-Identifier: Apache-2.0
// A change of compliance, as the topic and EventBridge are told of it.
// https://docs.aws.amazon.com/config/latest/developerguide/example-config-rule-compliance-notification.html
// https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
#include <fmt/format.h>

#include "services/config/compliance.hpp"
#include "services/config/notifications.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kMessage = "ComplianceChangeNotification";

Object qualifier(const Rule& rule, const ResourceKey& resource) {
  return {{"configRuleName", rule.name},
          {"resourceType", resource.type},
          {"resourceId", resource.id},
          {"evaluationMode", "DETECTIVE"}};
}

Object told(const Rule& rule, const ResourceKey& resource, const Evaluation& found) {
  Object identifier;
  identifier["evaluationResultQualifier"] = qualifier(rule, resource);
  identifier["orderingTimestamp"] = iso8601_ms(found.ordering);
  Object out;
  out["evaluationResultIdentifier"] = std::move(identifier);
  out["complianceType"] = found.compliance;
  out["resultRecordedTime"] = iso8601_ms(found.recorded);
  out["configRuleInvokedTime"] = iso8601_ms(found.invoked);
  return out;
}

void put_annotation(Object& result, const Evaluation& found, bool always) {
  if (!found.annotation.empty())
    result["annotation"] = found.annotation;
  else if (always)
    result["annotation"] = nullptr;
}

Object event_detail(const Rule& rule, const ResourceKey& resource, const Evaluation* before,
                    const Evaluation& now) {
  Object detail{{"resourceId", resource.id},
                {"awsRegion", rule.scope.region},
                {"awsAccountId", rule.scope.account.str()},
                {"configRuleName", rule.name},
                {"recordVersion", "1.0"},
                {"configRuleARN", rule.arn()},
                {"messageType", kMessage}};
  auto result = told(rule, resource, now);
  put_annotation(result, now, false);
  detail["newEvaluationResult"] = std::move(result);
  if (before) {
    result = told(rule, resource, *before);
    put_annotation(result, *before, false);
    detail["oldEvaluationResult"] = std::move(result);
  }
  detail["notificationCreationTime"] = iso8601_ms(now.recorded);
  detail["resourceType"] = resource.type;
  return detail;
}

Object message(const Rule& rule, const ResourceKey& resource, const Evaluation* before,
               const Evaluation& now) {
  const auto result = [&](const Evaluation& found) {
    auto out = told(rule, resource, found);
    put_annotation(out, found, true);
    out["resultToken"] = nullptr;
    return out;
  };
  Object out{{"awsAccountId", rule.scope.account.str()},
             {"configRuleName", rule.name},
             {"configRuleARN", rule.arn()},
             {"resourceType", resource.type},
             {"resourceId", resource.id},
             {"awsRegion", rule.scope.region}};
  out["newEvaluationResult"] = result(now);
  if (before)
    out["oldEvaluationResult"] = result(*before);
  else
    out["oldEvaluationResult"] = nullptr;
  return out;
}

}  // namespace

void tell_change(Context& context, const Rule& rule, const ResourceKey& resource,
                 const Evaluation* before, const Evaluation& now) {
  const InScope scope(context, rule.scope);
  context.emit({.source = "aws.config",
                .detail_type = "Config Rules Compliance Change",
                .scope = rule.scope,
                .detail = event_detail(rule, resource, before, now)});
  notify(
      context, kMessage,
      fmt::format("[AWS Config:{}] {} {} is {} with {} in Account {}", rule.scope.region,
                  resource.type, resource.id, now.compliance, rule.name, rule.scope.account.str()),
      message(rule, resource, before, now));
}

Object evaluation_result(const std::string& rule, const ResourceKey& resource,
                         const Evaluation& found) {
  Object out;
  out["EvaluationResultIdentifier"] =
      Object{{"EvaluationResultQualifier", Object{{"ConfigRuleName", rule},
                                                  {"ResourceType", resource.type},
                                                  {"ResourceId", resource.id},
                                                  {"EvaluationMode", "DETECTIVE"}}},
             {"OrderingTimestamp", to_seconds(found.ordering)}};
  out["ComplianceType"] = found.compliance;
  out["ResultRecordedTime"] = to_seconds(found.recorded);
  out["ConfigRuleInvokedTime"] = to_seconds(found.invoked);
  if (!found.annotation.empty()) out["Annotation"] = found.annotation;
  return out;
}

}  // namespace tocsin::config
