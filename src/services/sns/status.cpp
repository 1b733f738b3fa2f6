// SPDX-License-Identifier: Apache-2.0
#include "services/sns/status.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sns/envelope.hpp"

namespace tocsin::sns {
namespace {

using core::Context;

std::string kind_of(const std::string& protocol) {
  if (protocol.starts_with("http")) return "HTTP";
  if (protocol == "sqs") return "SQS";
  if (protocol == "lambda") return "Lambda";
  return protocol == "application" ? "Application" : "";
}

/// Whether a success is among those that are written.
bool sampled(Context& context, const Topic& topic, const std::string& kind) {
  const auto rate = attribute_of(topic.attributes, kind + "SuccessFeedbackSampleRate", "0");
  int percent = 0;
  std::from_chars(rate.data(), rate.data() + rate.size(), percent);
  return percent >= 100 || (percent > 0 && context.new_fraction() * 100 < percent);
}

core::CallSpec logs_call(const Document& note, std::string operation, Object params) {
  const auto scope = decoded<Scope>(object_of(note, "scope"));
  params["logGroupName"] = text(note, "group");
  return {"logs",
          std::move(operation),
          std::move(params),
          scope,
          {.kind = core::Credential::Kind::Service,
           .account = scope.account,
           .service = "sns.amazonaws.com",
           .role_arn = string_of(note, "role"),
           .session_name = "sns"},
          {}};
}

void write(Context& context, const Document& note) {
  context.start({.work = logs_call(note, "PutLogEvents",
                                   {{"logStreamName", text(note, "stream")},
                                    {"logEvents", array_of(note, "events")}}),
                 .retry = {.attempts = 5},
                 .then = {"sns.status_written", note}});
}

void written(Context& context, const core::Resumption& end) {
  if (end.outcome || end.outcome.error().code != "ResourceNotFoundException" ||
      flag(end.context, "again"))
    return;
  (void)context.call(logs_call(end.context, "CreateLogGroup", {}));
  (void)context.call(
      logs_call(end.context, "CreateLogStream", {{"logStreamName", text(end.context, "stream")}}));
  auto note = end.context.as_object();
  note["again"] = true;
  write(context, note);
}

Object line_of(Context& context, const Publication& publication, const Subscription& subscription,
               const std::optional<Error>& error, int attempts) {
  const auto message = message_for(publication, subscription.protocol);
  Object delivery{{"deliveryId", context.new_uuid()},
                  {"destination", subscription.endpoint},
                  {"providerResponse", error ? error->message : "OK"},
                  {"dwellTimeMs", (context.now() - publication.time).count()},
                  {"attempts", attempts},
                  {"statusCode", error ? error->status : 200}};
  return {{"notification",
           Object{{"messageMD5Sum", hex(md5(message))},
                  {"messageId", publication.id},
                  {"topicArn", topic_arn(publication)},
                  {"timestamp", format_time(publication.time, "%Y-%m-%d %H:%M:%S") +
                                    fmt::format(".{:03}", to_ms(publication.time) % 1000)}}},
          {"delivery", std::move(delivery)},
          {"status", error ? "FAILURE" : "SUCCESS"}};
}

}  // namespace

void note_delivery(Context& context, const Topic& topic, const Publication& publication,
                   const Subscription& subscription, const std::optional<Error>& error,
                   int attempts) {
  if (topic.attributes.empty()) return;
  const auto kind = kind_of(subscription.protocol);
  const auto role = attribute_of(
      topic.attributes, kind + (error ? "FailureFeedbackRoleArn" : "SuccessFeedbackRoleArn"));
  if (kind.empty() || role.empty() || (!error && !sampled(context, topic, kind))) return;
  const auto line = line_of(context, publication, subscription, error, attempts);
  write(
      context,
      Object{{"scope", encode(topic.scope)},
             {"role", role},
             {"group", fmt::format("sns/{}/{}/{}{}", topic.scope.region, topic.scope.account.str(),
                                   topic.name, error ? "/Failure" : "")},
             {"stream", context.new_uuid()},
             {"events",
              Array{Object{{"timestamp", to_ms(context.now())}, {"message", to_json(line)}}}}});
}

void on_status(core::Registry& registry) {
  registry.on_resume("sns.status_written", written);
}

}  // namespace tocsin::sns
