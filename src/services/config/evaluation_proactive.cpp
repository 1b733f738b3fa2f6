// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_proactive.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/config/compliance.hpp"
#include "services/config/evaluation_invoke.hpp"
#include "services/config/evaluation_judge.hpp"
#include "services/config/evaluation_standing.hpp"

namespace tocsin::config {
namespace {

constexpr std::int64_t kLongestSeconds = 3600;
constexpr auto kKept = std::chrono::hours(24 * 90);
constexpr std::string_view kSchema = "CFN_RESOURCE_SCHEMA";

core::Key key_of(const ResourceEvaluation& evaluation) {
  return core::Key::of(evaluation.scope, evaluation.id);
}

/// The item that the resource would have.
Object item_of(const ResourceEvaluation& evaluation, Time now) {
  const auto configuration = parse_json(evaluation.configuration).value_or(Document(Object{}));
  Object tags;
  for (const auto& tag : array_of(configuration, "Tags"))
    tags[text(tag, "Key")] = text(tag, "Value");
  return {{"version", std::string(kItemVersion)}, {"awsAccountId", evaluation.scope.account.str()},
          {"awsRegion", evaluation.scope.region}, {"resourceType", evaluation.resource.type},
          {"resourceId", evaluation.resource.id}, {"resourceName", evaluation.resource.id},
          {"configurationItemStatus", "OK"},      {"configurationItemCaptureTime", iso8601_ms(now)},
          {"configuration", configuration},       {"tags", std::move(tags)}};
}

/// As far as the rule can say it of a resource that has no id and no tags of its own yet.
bool applies(const Prepared& prepared, const ResourceEvaluation& evaluation) {
  if (!is_proactive(prepared.rule)) return false;
  Item item{
      .scope = evaluation.scope, .type = evaluation.resource.type, .id = evaluation.resource.id};
  const auto configuration = parse_json(evaluation.configuration);
  if (configuration) item.tags = core::tags_of(array_of(*configuration, "Tags"));
  return is_in_scope(prepared, item);
}

void end_if_all_said(Context& context, ResourceEvaluation& evaluation) {
  if (evaluation.waiting.empty() && evaluation.status == "IN_PROGRESS") {
    evaluation.status = "SUCCEEDED";
    context.cancel(evaluation.timer);
  }
  kResourceEvaluations.put(context, key_of(evaluation), evaluation);
}

void judge_now(Context& context, const Prepared& prepared, ResourceEvaluation& evaluation,
               Judge& judge) {
  auto verdict = judge.verdict(prepared);
  if (!verdict) {
    note_evaluation_failed(context, prepared.rule, verdict.error());
    evaluation.status = "FAILED";
    evaluation.reason = verdict.error().message;
    return;
  }
  note_evaluated(context, prepared.rule);
  evaluation.found[prepared.rule.name] = {.compliance = std::string(verdict->compliance),
                                          .annotation = std::move(verdict->annotation),
                                          .ordering = context.now(),
                                          .recorded = context.now(),
                                          .invoked = context.now()};
}

void ask_function(Context& context, const Rule& rule, ResourceEvaluation& evaluation) {
  Object message;
  message["configurationItem"] = item_of(evaluation, context.now());
  message["notificationCreationTime"] = iso8601_ms(context.now());
  message["messageType"] = "ConfigurationItemChangeNotification";
  message["recordVersion"] = "1.3";
  evaluation.waiting.insert(rule.name);
  invoke(context, rule, std::move(message), EventScope::In, evaluation.id);
}

/// Each of the rules' share is small: a resource type has few proactive rules.
void evaluate(Context& context, const core::Resumption& due) {
  auto evaluation =
      kResourceEvaluations.get(context, core::Key::of(context.scope(), text(due.context, "id")));
  if (!evaluation || evaluation->status != "IN_PROGRESS") return;
  Judge judge(context, item_of(*evaluation, context.now()));
  for (const auto& rule : kRules.all(context, core::Key::of(context.scope()))) {
    const auto prepared = prepared_rule(context, rule.scope, rule.name);
    if (!prepared || !applies(*prepared, *evaluation)) continue;
    if (rule.owner == "CUSTOM_LAMBDA")
      ask_function(context, rule, *evaluation);
    else
      judge_now(context, *prepared, *evaluation, judge);
  }
  end_if_all_said(context, *evaluation);
}

void fail_one(Context& context, ResourceEvaluation& evaluation, std::string reason) {
  evaluation.status = "FAILED";
  evaluation.reason = std::move(reason);
  context.cancel(evaluation.timer);
  kResourceEvaluations.put(context, key_of(evaluation), evaluation);
}

void time_out(Context& context, const core::Resumption& due) {
  auto evaluation =
      kResourceEvaluations.get(context, core::Key::of(context.scope(), text(due.context, "id")));
  if (evaluation && evaluation->status == "IN_PROGRESS")
    fail_one(context, *evaluation, "The evaluation timed out.");
}

void expire(Context& context, const core::Resumption& due) {
  kResourceEvaluations.erase(context, core::Key::of(context.scope(), text(due.context, "id")));
}

Result<ResourceEvaluation> evaluation_from(Call& call) {
  const auto& params = call.params();
  const auto& details = object_of(params, "ResourceDetails");
  ResourceEvaluation evaluation{
      .id = call.new_uuid(),
      .scope = call.scope(),
      .resource = {string_of(details, "ResourceType"), string_of(details, "ResourceId")},
      .configuration = string_of(details, "ResourceConfiguration"),
      .schema = string_of(details, "ResourceConfigurationSchemaType", kSchema),
      .mode = string_of(params, "EvaluationMode"),
      .context = string_of(object_of(params, "EvaluationContext"), "EvaluationContextIdentifier"),
      .started = call.now()};
  TRY(check_enum(evaluation.mode, "evaluationMode", {"DETECTIVE", "PROACTIVE"}));
  TRY(check_enum(evaluation.schema, "resourceDetails.resourceConfigurationSchemaType", {kSchema}));
  if (evaluation.mode != "PROACTIVE")
    return invalid_value("The EvaluationMode DETECTIVE is not supported. Provide PROACTIVE.");
  const auto configuration = parse_json(evaluation.configuration);
  if (!configuration || !configuration->is_object())
    return invalid_value("The ResourceConfiguration is not a valid JSON object.");
  return evaluation;
}

std::string_view compliance_of(const ResourceEvaluation& evaluation) {
  const auto has = [&](std::string_view compliance) {
    return std::ranges::any_of(
        evaluation.found, [&](const auto& entry) { return entry.second.compliance == compliance; });
  };
  if (has(kNonCompliant)) return kNonCompliant;
  if (has(kCompliant)) return kCompliant;
  return evaluation.found.empty() ? kInsufficientData : kNotApplicable;
}

Result<ResourceEvaluation> find_evaluation(const Call& call, std::string_view id) {
  auto evaluation = kResourceEvaluations.get(call, core::Key::of(call.scope(), id));
  if (evaluation) return *std::move(evaluation);
  return fail("ResourceNotFoundException",
              fmt::format("The resource evaluation '{}' does not exist.", id));
}

/// Newest first.
std::string position_of(const ResourceEvaluation& evaluation) {
  return fmt::format("{:020}{}", INT64_MAX - to_ms(evaluation.started), evaluation.id);
}

Time moment_of(const Object& window, std::string_view member, Time otherwise) {
  const auto* moment = find(window, member);
  return moment && moment->is_number() ? from_seconds(moment->to_number<double>()) : otherwise;
}

}  // namespace

void take_proactive(Context& context, const Rule& rule, const std::string& id, const Array& given) {
  auto evaluation = kResourceEvaluations.get(context, core::Key::of(rule.scope, id));
  if (!evaluation || evaluation->status != "IN_PROGRESS") return;
  for (const auto& one : given) {
    if (text(one, "ComplianceResourceType") != evaluation->resource.type ||
        text(one, "ComplianceResourceId") != evaluation->resource.id)
      continue;
    evaluation->found[rule.name] = {.compliance = string_of(one, "ComplianceType"),
                                    .annotation = string_of(one, "Annotation"),
                                    .ordering = context.now(),
                                    .recorded = context.now(),
                                    .invoked = evaluation->started};
    evaluation->waiting.erase(rule.name);
  }
  note_evaluated(context, rule);
  end_if_all_said(context, *evaluation);
}

void fail_evaluation(Context& context, const Rule& rule, std::string_view id) {
  if (id.empty()) return;
  auto evaluation = kResourceEvaluations.get(context, core::Key::of(rule.scope, id));
  if (!evaluation || evaluation->status != "IN_PROGRESS") return;
  fail_one(context, *evaluation,
           fmt::format("The function of the rule {} returned an error.", rule.name));
}

Outcome start_resource_evaluation(Call& call) {
  auto evaluation = TRY(evaluation_from(call));
  auto seconds = integer(call.params(), "EvaluationTimeout").value_or(0);
  if (seconds <= 0 || seconds > kLongestSeconds) seconds = kLongestSeconds;
  evaluation.timer = call.at(call.now() + std::chrono::seconds(seconds),
                             {"config.evaluation_timeout", Object{{"id", evaluation.id}}});
  call.upkeep(call.now() + kKept, {"config.evaluation_expired", Object{{"id", evaluation.id}}});
  kResourceEvaluations.put(call, key_of(evaluation), evaluation);
  call.later({"config.evaluate_resource", Object{{"id", evaluation.id}}});
  return Object{{"ResourceEvaluationId", evaluation.id}};
}

Outcome get_resource_evaluation_summary(Call& call) {
  const auto found = TRY(find_evaluation(call, text(call.params(), "ResourceEvaluationId")));
  Object status{{"Status", found.status}};
  if (!found.reason.empty()) status["FailureReason"] = found.reason;
  Object reply{{"ResourceEvaluationId", found.id}, {"EvaluationMode", found.mode}};
  reply["EvaluationStatus"] = std::move(status);
  reply["EvaluationStartTimestamp"] = to_seconds(found.started);
  reply["Compliance"] = compliance_of(found);
  if (!found.context.empty())
    reply["EvaluationContext"] = Object{{"EvaluationContextIdentifier", found.context}};
  reply["ResourceDetails"] = Object{{"ResourceId", found.resource.id},
                                    {"ResourceType", found.resource.type},
                                    {"ResourceConfiguration", found.configuration},
                                    {"ResourceConfigurationSchemaType", found.schema}};
  return reply;
}

Outcome list_resource_evaluations(Call& call) {
  const auto& filters = object_of(call.params(), "Filters");
  const auto mode = text(filters, "EvaluationMode");
  TRY(check_enum(mode, "filters.evaluationMode", {"DETECTIVE", "PROACTIVE"}));
  const auto& window = object_of(filters, "TimeWindow");
  const auto from = moment_of(window, "StartTime", Time{});
  const auto until = moment_of(window, "EndTime", Time::max());
  if (until < from)
    return fail("InvalidTimeRangeException",
                "The specified time range is not valid. The earlier time is not chronologically "
                "before the later time.");
  const auto wanted = text(filters, "EvaluationContextIdentifier");
  auto rows = kResourceEvaluations.all(call, core::Key::of(call.scope()));
  std::erase_if(rows, [&](const ResourceEvaluation& row) {
    return (!mode.empty() && row.mode != mode) || row.started < from || row.started > until ||
           (!wanted.empty() && row.context != wanted);
  });
  std::ranges::sort(rows, {}, position_of);
  return page_of_rows<ResourceEvaluation>(
      rows, TRY(page_of(call, 10, 100)), "ResourceEvaluations", position_of,
      [](const ResourceEvaluation& row) -> Document {
        return Object{{"ResourceEvaluationId", row.id},
                      {"EvaluationMode", row.mode},
                      {"EvaluationStartTimestamp", to_seconds(row.started)}};
      });
}

Outcome details_of_resource_evaluation(Call& call, std::string_view id) {
  const auto evaluation = TRY(find_evaluation(call, id));
  Array results;
  for (const auto& [rule, found] : evaluation.found) {
    auto result = evaluation_result(rule, evaluation.resource, found);
    auto& identifier = result["EvaluationResultIdentifier"].as_object();
    identifier["EvaluationResultQualifier"].as_object()["EvaluationMode"] = "PROACTIVE";
    identifier["ResourceEvaluationId"] = evaluation.id;
    results.push_back(std::move(result));
  }
  Object reply;
  reply["EvaluationResults"] = std::move(results);
  return reply;
}

void on_proactive(core::Registry& registry) {
  registry.on_resume("config.evaluate_resource", evaluate);
  registry.on_resume("config.evaluation_timeout", time_out);
  registry.on_resume("config.evaluation_expired", expire);
}

}  // namespace tocsin::config
