// SPDX-License-Identifier: Apache-2.0
#include "services/config/delivery.hpp"

#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/exports.hpp"
#include "services/config/recorders.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kService = "config.amazonaws.com";

core::CallSpec publish(const Scope& scope, const core::Credential& credential,
                       const Sending& sending) {
  Object params{{"TopicArn", sending.topic}, {"Message", sending.message}};
  params["Subject"] = sending.subject;
  auto spec = call_as(scope, credential, "sns", "Publish", std::move(params));
  if (const auto topic = Arn::parse(sending.topic)) spec.scope.region = topic->region;
  return spec;
}

core::CallSpec put_file(const Scope& scope, const core::Credential& credential,
                        const Channel& channel, const Sending& sending) {
  auto params = put_params(channel, sending.key);
  params["Bucket"] = sending.bucket;
  params["Body"] = sending.body;
  return call_as(scope, credential, "s3", "PutObject", std::move(params));
}

/// Of a stream of messages only the turns are noted.
void note(DeliveryInfo& info, const core::Resumption& end, Time now) {
  const std::string status = end.outcome ? "SUCCESS" : "FAILURE";
  info.attempted = now;
  if (end.outcome) info.succeeded = now;
  if (info.status != status) info.changed = now;
  info.status = status;
  info.error_code = end.outcome ? "" : end.outcome.error().code;
  info.error_message = end.outcome ? "" : end.outcome.error().message;
}

void note_stream(core::Context& context, const core::Resumption& end) {
  auto channel = channel_of(context, context.scope());
  if (!channel) return;
  const std::string_view status = end.outcome ? "SUCCESS" : "FAILURE";
  if (channel->stream.status == status) return;
  note(channel->stream, end, context.now());
  put_channel(context, *channel);
}

void note_file(core::Context& context, const Sending& sending, const core::Resumption& end) {
  if (auto channel = channel_of(context, context.scope())) {
    const bool snapshot = sending.what == Sending::What::Snapshot;
    note(snapshot ? channel->snapshots : channel->histories, end, context.now());
    put_channel(context, *channel);
  }
  announce(context, sending, end.outcome ? nullptr : &end.outcome.error());
}

}  // namespace

core::Credential config_credential(const Scope& scope, As as, const std::string& role) {
  core::Credential credential{.kind = core::Credential::Kind::Service,
                              .account = scope.account,
                              .service = std::string(kService)};
  if (as == As::Role) {
    credential.role_arn = role;
    credential.session_name = "AWSConfig-Delivery";
  } else {
    credential.source_arn = arn("config", scope, "*");
  }
  return credential;
}

core::CallSpec call_as(const Scope& scope, core::Credential credential, std::string service,
                       std::string operation, Document params) {
  return {.service = std::move(service),
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = scope,
          .credential = std::move(credential)};
}

bool is_denial(const Error& error) {
  return error.code == "AccessDenied" || error.code == "AccessDeniedException" ||
         error.code == "AuthorizationError";
}

void send(core::Context& context, const Sending& sending) {
  const auto channel = channel_of(context, context.scope());
  if (!channel) return;
  const auto recorder = recorder_of(context, context.scope());
  const auto role = recorder ? recorder->role : std::string();
  auto credential =
      config_credential(context.scope(), role.empty() ? As::Service : sending.as, role);
  const bool message = sending.what == Sending::What::Notification;
  auto spec = message ? publish(context.scope(), credential, sending)
                      : put_file(context.scope(), credential, *channel, sending);
  context.start({.work = std::move(spec),
                 .retry = {.attempts = 6, .initial = std::chrono::seconds(5)},
                 .then = {"config.sent", encode(sending)},
                 .name = message ? "config:Notify" : "config:Deliver"});
}

void sent(core::Context& context, const core::Resumption& end) {
  auto sending = decoded<Sending>(end.context);
  if (!end.outcome && is_denial(end.outcome.error()) && sending.as == As::Role) {
    sending.as = As::Service;
    return send(context, sending);
  }
  switch (sending.what) {
    case Sending::What::Notification:
      return note_stream(context, end);
    case Sending::What::Oversized:
      return;
    case Sending::What::Snapshot:
    case Sending::What::History:
      return note_file(context, sending, end);
  }
}

std::string folder_of(const Scope& scope, const Channel& channel) {
  return fmt::format("{}{}AWSLogs/{}/Config", channel.prefix, channel.prefix.empty() ? "" : "/",
                     scope.account.str());
}

std::string day_folder(const Scope& scope, const Channel& channel, Time day,
                       std::string_view kind) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(day));
  return fmt::format("{}/{}/{}/{}/{}/{}/", folder_of(scope, channel), scope.region,
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), kind);
}

Object put_params(const Channel& channel, std::string key) {
  Object params{{"Bucket", channel.bucket}, {"Key", key}, {"ACL", "bucket-owner-full-control"}};
  if (key.ends_with(".gz")) {
    params["ContentType"] = "application/json";
    params["ContentEncoding"] = "gzip";
  }
  if (!channel.kms_key.empty()) {
    params["ServerSideEncryption"] = "aws:kms";
    params["SSEKMSKeyId"] = channel.kms_key;
  }
  return params;
}

}  // namespace tocsin::config
