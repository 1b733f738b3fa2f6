// SPDX-License-Identifier: Apache-2.0
#include "services/s3/destinations.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::s3 {
namespace {

std::string queue_url(const Arn& queue) {
  return fmt::format("https://sqs.{}.amazonaws.com/{}/{}", queue.region, queue.account,
                     queue.resource);
}

Object params_for(const DestinationKind& kind, std::string_view arn, std::string message) {
  if (kind.service == "sns")
    return {{"TopicArn", arn}, {"Subject", "Amazon S3 Notification"}, {"Message", message}};
  if (kind.service == "sqs")
    return {{"QueueUrl", queue_url(Arn::parse(arn).value_or(Arn{}))}, {"MessageBody", message}};
  return {{"FunctionName", arn}, {"InvocationType", "Event"}, {"Payload", base64(message)}};
}

std::string_view operation_of(const DestinationKind& kind) {
  if (kind.service == "sns") return "Publish";
  return kind.service == "sqs" ? "SendMessage" : "Invoke";
}

}  // namespace

core::CallSpec delivery(const Bucket& bucket, const DestinationKind& kind, std::string_view arn,
                        std::string message) {
  return {std::string(kind.service),
          std::string(operation_of(kind)),
          params_for(kind, arn, std::move(message)),
          bucket.scope,
          {.kind = core::Credential::Kind::Service,
           .account = bucket.scope.account,
           .service = "s3.amazonaws.com",
           .source_arn = bucket.arn()},
          {}};
}

void send(core::Context& context, const Bucket& bucket, const DestinationKind& kind,
          std::string_view arn, std::string message) {
  const auto scope = context.scope();
  context.set_scope(bucket.scope);
  context.start({.work = delivery(bucket, kind, arn, std::move(message)),
                 .retry = {.attempts = 100,
                           .max_delay = std::chrono::hours(1),
                           .jitter = 0.2,
                           .max_age = std::chrono::hours(24)},
                 .name = fmt::format("s3:Notify {}", bucket.name)});
  context.set_scope(scope);
}

}  // namespace tocsin::s3
