// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/destinations.hpp"

#include "base/crypto.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/queues.hpp"

namespace tocsin::lambda {
namespace {

using core::CallSpec;
using core::Context;

Document parsed(const std::string& text) {
  auto document = parse_json(text);
  return document ? *std::move(document) : Document(nullptr);
}

std::string qualified_arn(const Context& context, const Run& run) {
  return Reference{context.scope(), run.function,
                   run.qualifier.empty() ? std::string(kLatest) : run.qualifier}
      .arn();
}

Object record_of(Context& context, const Run& run, std::string_view condition,
                 const std::optional<FunctionResult>& result) {
  Object record{{"version", "1.0"},
                {"timestamp", iso8601_ms(context.now())},
                {"requestContext", Object{{"requestId", run.request},
                                          {"functionArn", qualified_arn(context, run)},
                                          {"condition", condition},
                                          {"approximateInvokeCount", result ? run.attempts : 0}}},
                {"requestPayload", parsed(context.open(run.event).value_or(""))}};
  if (!result) return record;
  Object response{{"statusCode", 200}, {"executedVersion", result->version}};
  if (!result->error.empty()) response["functionError"] = result->error;
  record["responseContext"] = std::move(response);
  record["responsePayload"] = parsed(result->payload);
  return record;
}

/// The call that brings the text to a queue, topic, function or bus; none for anything else.
std::optional<CallSpec> delivery(const Arn& to, const std::string& text, Object attributes) {
  CallSpec spec{.service = to.service};
  if (to.service == "sqs") {
    Object params{{"QueueUrl", queue_url(to)}, {"MessageBody", text}};
    if (!attributes.empty()) params["MessageAttributes"] = std::move(attributes);
    spec.operation = "SendMessage";
    spec.params = std::move(params);
  } else if (to.service == "sns") {
    Object params{{"TopicArn", to.str()}, {"Message", text}};
    if (!attributes.empty()) params["MessageAttributes"] = std::move(attributes);
    spec.operation = "Publish";
    spec.params = std::move(params);
  } else if (to.service == "lambda") {
    spec.operation = "Invoke";
    spec.params =
        Object{{"FunctionName", to.str()}, {"InvocationType", "Event"}, {"Payload", base64(text)}};
  } else {
    return std::nullopt;
  }
  return spec;
}

CallSpec to_bus(const Arn& bus, const std::string& function_arn, const std::string& record,
                bool success) {
  const auto name = bus.resource.substr(bus.resource.find('/') + 1);
  return {.service = "events",
          .operation = "PutEvents",
          .params = Object{
              {"Entries",
               Array{Object{{"Source", "lambda"},
                            {"DetailType", std::string("Lambda Function Invocation Result - ") +
                                               (success ? "Success" : "Failure")},
                            {"Detail", record},
                            {"EventBusName", name == "default" ? name : bus.str()},
                            {"Resources", Array{Document(boost::json::string(bus.str())),
                                                Document(boost::json::string(function_arn))}}}}}}};
}

void send(Context& context, const Target& target, CallSpec spec, const Arn& to,
          std::string_view name) {
  spec.scope = {context.account(), to.region.empty() ? context.region() : to.region};
  spec.credential = as_function(context, target.function, target.configuration.role);
  context.start({.work = std::move(spec), .retry = {.attempts = 5}, .name = std::string(name)});
}

void to_destination(Context& context, const Target& target, const std::string& destination,
                    const Run& run, const Object& record, bool success) {
  const auto to = Arn::parse(destination);
  if (!to) return;
  const auto text = to_json(record);
  auto spec = to->service == "events" ? to_bus(*to, qualified_arn(context, run), text, success)
                                      : delivery(*to, text, {});
  if (spec) send(context, target, *std::move(spec), *to, "lambda:Destination");
}

void to_dead_letters(Context& context, const Target& target, const Run& run,
                     const std::optional<FunctionResult>& result) {
  const auto to = Arn::parse(target.configuration.dead_letter);
  if (!to) return;
  Object attributes;
  const auto put = [&](std::string_view name, std::string_view type, std::string_view value) {
    if (!value.empty()) attributes[name] = Object{{"DataType", type}, {"StringValue", value}};
  };
  put("RequestID", "String", run.request);
  put("ErrorCode", "Number", result ? "200" : "429");
  const auto payload = result ? parsed(result->payload) : Document(nullptr);
  put("ErrorMessage", "String",
      result ? text(payload, "errorMessage").substr(0, 1024) : "Rate Exceeded.");
  auto spec = delivery(*to, context.open(run.event).value_or(""), std::move(attributes));
  if (spec) send(context, target, *std::move(spec), *to, "lambda:DeadLetter");
}

}  // namespace

void tell_destinations(Context& context, const EventConfig& config, const Run& run,
                       std::string_view condition, const std::optional<FunctionResult>& result) {
  const bool success = condition == "Success";
  const auto& destination = success ? config.on_success : config.on_failure;
  const auto version = run.version.empty() ? run.qualifier : run.version;
  const auto target = target_of(context, {context.scope(), run.function, version});
  if (!target) return;
  if (!destination.empty())
    to_destination(context, *target, destination, run, record_of(context, run, condition, result),
                   success);
  if (!success) to_dead_letters(context, *target, run, result);
}

}  // namespace tocsin::lambda
