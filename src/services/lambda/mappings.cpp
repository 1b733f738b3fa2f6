// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/mappings.hpp"

#include <fmt/format.h>

#include "engines/pattern/pattern.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/paging.hpp"
#include "services/lambda/queues.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::int64_t kBatchWithoutWindow = 10;
constexpr std::size_t kMostFilters = 10;

Reference function_ref(const Mapping& mapping) {
  return {mapping.scope, mapping.function, mapping.qualifier};
}

std::string mapping_arn(const Mapping& mapping) {
  return arn("lambda", mapping.scope, "event-source-mapping:" + mapping.uuid);
}

Object mapping_shown(const Mapping& mapping, std::string_view state) {
  Object out{{"UUID", mapping.uuid},
             {"BatchSize", mapping.batch},
             {"MaximumBatchingWindowInSeconds", mapping.window_s},
             {"EventSourceArn", mapping.queue},
             {"FunctionArn", function_ref(mapping).arn()},
             {"LastModified", to_seconds(mapping.modified)},
             {"State", state},
             {"StateTransitionReason", "USER_INITIATED"},
             {"EventSourceMappingArn", mapping_arn(mapping)}};
  Array types;
  if (mapping.partial_failures) types.push_back("ReportBatchItemFailures");
  out["FunctionResponseTypes"] = std::move(types);
  Array filters;
  for (const auto& pattern : mapping.filters)
    filters.push_back(Object{{"Pattern", pattern}});
  if (!filters.empty()) out["FilterCriteria"] = Object{{"Filters", std::move(filters)}};
  if (mapping.concurrency)
    out["ScalingConfig"] = Object{{"MaximumConcurrency", *mapping.concurrency}};
  if (!mapping.problem.empty()) out["LastProcessingResult"] = mapping.problem;
  return out;
}

std::string_view settled_state(const Mapping& mapping) {
  return mapping.enabled ? "Enabled" : "Disabled";
}

Result<void> read_filters(const Document& params, Mapping& mapping) {
  const auto* criteria = find(params, "FilterCriteria");
  if (!criteria) return {};
  mapping.filters.clear();
  const auto& filters = array_of(*criteria, "Filters");
  if (filters.size() > kMostFilters)
    return invalid(fmt::format("Number of filters must be at most {}.", kMostFilters));
  for (const auto& filter : filters) {
    const auto text = string_of(filter, "Pattern");
    if (!pattern::parse_pattern(text)) return invalid("Invalid filter pattern definition.");
    mapping.filters.push_back(text);
  }
  return {};
}

Result<void> read_limits(const Document& params, Mapping& mapping, bool fifo) {
  mapping.batch = integer(params, "BatchSize").value_or(mapping.batch);
  mapping.window_s = integer(params, "MaximumBatchingWindowInSeconds").value_or(mapping.window_s);
  if (mapping.batch < 1 || mapping.batch > 10'000)
    return violation(std::to_string(mapping.batch), "batchSize",
                     mapping.batch < 1 ? "Member must have value greater than or equal to 1"
                                       : "Member must have value less than or equal to 10000");
  if (mapping.window_s < 0 || mapping.window_s > 300)
    return violation(std::to_string(mapping.window_s), "maximumBatchingWindowInSeconds",
                     mapping.window_s < 0 ? "Member must have value greater than or equal to 0"
                                          : "Member must have value less than or equal to 300");
  if (fifo && mapping.window_s > 0)
    return invalid("Batching window is not supported for FIFO queues");
  if (fifo && mapping.batch > kBatchWithoutWindow)
    return invalid(fmt::format("Batch size {} is greater than the maximum of 10 for FIFO queues",
                               mapping.batch));
  if (mapping.batch > kBatchWithoutWindow && mapping.window_s == 0)
    return invalid(
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
        "than 10");
  return {};
}

Result<void> read(const Document& params, Mapping& mapping) {
  const auto queue = Arn::parse(mapping.queue);
  TRY(read_limits(params, mapping, queue->resource.ends_with(".fifo")));
  TRY(read_filters(params, mapping));
  if (const auto* types = find(params, "FunctionResponseTypes")) {
    mapping.partial_failures = types->is_array() && !types->as_array().empty();
  }
  if (const auto* scaling = find(params, "ScalingConfig")) {
    mapping.concurrency = integer(*scaling, "MaximumConcurrency");
    if (mapping.concurrency && (*mapping.concurrency < 2 || *mapping.concurrency > 1000))
      return violation(std::to_string(*mapping.concurrency), "scalingConfig.maximumConcurrency",
                       *mapping.concurrency < 2
                           ? "Member must have value greater than or equal to 2"
                           : "Member must have value less than or equal to 1000");
  }
  mapping.enabled = flag(params, "Enabled", mapping.enabled);
  return {};
}

/// The queue is there, the role may use it, and hides its messages for long enough.
Result<void> check_queue(Call& call, const Target& target, const Arn& queue) {
  auto outcome = call.call(
      {"sqs",
       "GetQueueAttributes",
       Object{{"QueueUrl", queue_url(queue)}, {"AttributeNames", Array{"VisibilityTimeout"}}},
       {target.function.scope.account, queue.region},
       as_function(call, target.function, target.configuration.role),
       {}});
  if (outcome.pending()) return fail(internal_error("sqs:GetQueueAttributes does not answer"));
  const auto reply = std::move(outcome).result();
  if (!reply) {
    const auto& error = reply.error();
    if (error.code.find("AccessDenied") != std::string::npos) {
      return invalid(
          "The function execution role does not have permissions to call ReceiveMessage on SQS");
    }
    return invalid(fmt::format(
        "Error occurred while ReceiveMessage. SQS Error Code: {}. SQS Error Message: {}",
        error.code == "QueueDoesNotExist" ? "AWS.SimpleQueueService.NonExistentQueue" : error.code,
        error.message));
  }
  const auto visibility = string_of(object_of(*reply, "Attributes"), "VisibilityTimeout", "30");
  if (is_number(visibility) && std::stoll(visibility) < target.configuration.timeout_s) {
    return invalid(fmt::format(
        "Queue visibility timeout: {} seconds is less than Function timeout: {} seconds",
        visibility, target.configuration.timeout_s));
  }
  return {};
}

Result<Arn> queue_of(const Document& params) {
  const auto text = string_of(params, "EventSourceArn");
  if (text.empty()) return invalid("Unrecognized event source.");
  const auto arn = Arn::parse(text);
  if (!arn) {
    return violation(text, "eventSourceArn",
                     "Member must satisfy regular expression pattern: "
                     "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}((-gov)|(-iso(b?)))?"
                     "-[a-z]+-\\d{1})?:(\\d{12})?:(.*)");
  }
  if (arn->service != "sqs")
    return invalid(
        fmt::format("Tocsin polls SQS queues; the event source {} is not served.", text));
  if (find(params, "StartingPosition") || find(params, "StartingPositionTimestamp"))
    return invalid("StartingPosition is not valid for SQS event sources.");
  return *arn;
}

Result<void> check_new(Call& call, const Mapping& mapping) {
  for (const auto& other : kMappings.all(call, Key::of(mapping.scope))) {
    if (other.queue != mapping.queue || other.function != mapping.function ||
        other.qualifier != mapping.qualifier)
      continue;
    return fail("ResourceConflictException",
                fmt::format("An event source mapping with SQS arn (\" {} \") and function (\" {} "
                            "\") already exists. Please update or delete the existing mapping with "
                            "UUID {}",
                            mapping.queue, mapping.function, other.uuid),
                409);
  }
  return {};
}

Result<Mapping> mapping_of(const Call& call) {
  auto mapping = kMappings.get(call, Key::of(call.scope(), text(call.params(), "UUID")));
  if (!mapping) return no_resource();
  return *std::move(mapping);
}

void keep(core::Context& context, const Mapping& mapping) {
  kMappings.put(context, Key::of(mapping.scope, mapping.uuid), mapping);
}

}  // namespace

Outcome create_mapping(Call& call) {
  const auto reference = TRY(reference_of(call));
  const auto queue = TRY(queue_of(call.params()));
  call.set_scope(reference.scope);
  const auto target = TRY(target_of(call, reference));
  Mapping mapping{.uuid = call.new_uuid(),
                  .scope = reference.scope,
                  .queue = queue.str(),
                  .function = reference.name,
                  .qualifier = reference.qualifier,
                  .modified = call.now()};
  TRY(read(call.params(), mapping));
  for (const auto& tag : object_of(call.params(), "Tags"))
    mapping.tags[std::string(tag.key())] = text(object_of(call.params(), "Tags"), tag.key());
  TRY(check_new(call, mapping));
  TRY(check_queue(call, target, queue));
  poll(call, mapping);
  keep(call, mapping);
  return mapping_shown(mapping, "Creating");
}

Outcome get_mapping(Call& call) {
  const auto mapping = TRY(mapping_of(call));
  return mapping_shown(mapping, settled_state(mapping));
}

Outcome update_mapping(Call& call) {
  auto mapping = TRY(mapping_of(call));
  const bool was_enabled = mapping.enabled;
  if (!text(call.params(), "FunctionName").empty()) {
    const auto reference = TRY(reference_of(call));
    TRY(target_of(call, reference));
    mapping.function = reference.name;
    mapping.qualifier = reference.qualifier;
  }
  TRY(read(call.params(), mapping));
  mapping.modified = call.now();
  poll(call, mapping);
  keep(call, mapping);
  if (was_enabled == mapping.enabled) return mapping_shown(mapping, "Updating");
  return mapping_shown(mapping, mapping.enabled ? "Enabling" : "Disabling");
}

Outcome delete_mapping(Call& call) {
  const auto mapping = TRY(mapping_of(call));
  const auto key = Key::of(mapping.scope, mapping.uuid);
  if (const auto gathered = kGathered.get(call, key)) call.cancel(gathered->timer);
  kGathered.erase(call, key);
  kMappings.erase(call, key);
  return mapping_shown(mapping, "Deleting");
}

Outcome list_mappings(Call& call) {
  const auto queue = text(call.params(), "EventSourceArn");
  std::optional<Reference> wanted;
  if (!text(call.params(), "FunctionName").empty()) wanted = TRY(reference_of(call));
  return list_page<Mapping>(
      call, kMappings, Key::of(call.scope()), "EventSourceMappings",
      [&](const Mapping& mapping) -> Document {
        if (!queue.empty() && mapping.queue != queue) return nullptr;
        if (wanted && (mapping.function != wanted->name || mapping.qualifier != wanted->qualifier))
          return nullptr;
        return mapping_shown(mapping, settled_state(mapping));
      });
}

core::Needs needs_mapping(std::string action) {
  return [action = "lambda:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    core::Access access{.action = action};
    if (const auto uuid = string_of(call.params(), "UUID"); !uuid.empty()) {
      access.resource = arn("lambda", call.scope(), "event-source-mapping:" + uuid);
      if (const auto mapping = kMappings.get(call, Key::of(call.scope(), uuid)))
        access.context["lambda:FunctionArn"] = {function_ref(*mapping).arn()};
    }
    if (!text(call.params(), "FunctionName").empty()) {
      if (const auto reference = reference_of(call))
        access.context["lambda:FunctionArn"] = {reference->arn()};
    }
    return {std::move(access)};
  };
}

}  // namespace tocsin::lambda
