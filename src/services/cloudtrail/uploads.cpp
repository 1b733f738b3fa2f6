// SPDX-License-Identifier: Apache-2.0
// Files on their way to S3. A file is never given up before 30 days: a bucket whose policy an
// intruder broke gets what it missed once the policy is repaired.
#include <algorithm>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kKept = std::chrono::hours(24 * 30);
constexpr auto kFirstWait = std::chrono::seconds(5);
constexpr auto kLongestWait = std::chrono::hours(1);

Duration wait_after(int tries) {
  return std::min<Duration>(kLongestWait, Duration(kFirstWait) * (1 << std::min(tries - 1, 12)));
}

Object put_params(const Upload& upload) {
  Object params{{"Bucket", upload.bucket},   {"Key", upload.key},
                {"Body", upload.body},       {"ContentType", "application/json"},
                {"ContentEncoding", "gzip"}, {"ACL", "bucket-owner-full-control"}};
  params["ServerSideEncryption"] = upload.kms_key.empty() ? "AES256" : "aws:kms";
  if (!upload.kms_key.empty()) {
    const Object context{{"aws:cloudtrail:arn", upload.trail}};
    params["SSEKMSKeyId"] = upload.kms_key;
    params["SSEKMSEncryptionContext"] = base64(to_json(context));
  }
  if (!upload.signature.empty()) {
    params["Metadata"] =
        Object{{"signature", upload.signature}, {"signature-algorithm", "SHA256withRSA"}};
  }
  return params;
}

void start_put(core::Context& context, const Upload& upload) {
  const bool digest = !upload.signature.empty();
  context.start({.work = as_cloudtrail(upload.trail, "s3", "PutObject", put_params(upload)),
                 .retry = {},
                 .then = {"cloudtrail.sent", encode(upload)},
                 .name = digest ? "cloudtrail:DeliverDigest" : "cloudtrail:Deliver"});
}

void try_again(core::Context& context, const Upload& upload) {
  if (context.now() - upload.since >= kKept) {
    log_error("a trail's file was not delivered in 30 days",
              {{"trail", upload.trail}, {"bucket", upload.bucket}, {"key", upload.key}});
    return;
  }
  context.at(context.now() + wait_after(upload.tries), {"cloudtrail.send_again", encode(upload)});
}

void note(Delivery& delivery, const Upload& upload, const core::Resumption& end, Time now) {
  const bool digest = !upload.signature.empty();
  (digest ? delivery.digest_error : delivery.error) = end.outcome ? "" : end.outcome.error().code;
  if (!digest) delivery.attempted = now;
  if (end.outcome) (digest ? delivery.digest_delivered : delivery.succeeded) = now;
}

void announce(core::Context& context, const Trail& trail, Delivery& delivery,
              const Upload& upload) {
  if (trail.sns_topic.empty() || !upload.signature.empty()) return;
  const Object message{{"s3Bucket", upload.bucket},
                       {"s3ObjectKey", Array{Document(boost::json::string(upload.key))}}};
  auto publish =
      as_cloudtrail(upload.trail, "sns", "Publish",
                    Object{{"TopicArn", trail.sns_topic}, {"Message", to_json(message)}});
  if (const auto topic = Arn::parse(trail.sns_topic)) publish.scope.region = topic->region;
  context.start({.work = std::move(publish),
                 .retry = {.attempts = 5},
                 .then = {"cloudtrail.notified", Object{{"trail", upload.trail}}},
                 .name = "cloudtrail:Notify"});
  delivery.notification_attempted = context.now();
}

}  // namespace

core::CallSpec as_cloudtrail(const std::string& trail_arn, std::string service,
                             std::string operation, Document params) {
  const auto trail = Arn::parse(trail_arn);
  const Scope scope{AccountId(trail->account), trail->region};
  return {.service = std::move(service),
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = scope,
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = scope.account,
                         .service = std::string(kPrincipal),
                         .source_arn = trail_arn}};
}

void send(core::Context& context, Upload upload) {
  upload.since = context.now();
  upload.tries = 1;
  start_put(context, upload);
}

void send_again(core::Context& context, const core::Resumption& due) {
  auto upload = decoded<Upload>(due.context);
  ++upload.tries;
  start_put(context, upload);
}

void sent(core::Context& context, const core::Resumption& end) {
  const auto upload = decoded<Upload>(end.context);
  if (!end.outcome) try_again(context, upload);
  const auto trail = trail_of(context, upload.trail);
  if (!trail) return;
  auto delivery = delivery_of(context, upload.trail);
  note(delivery, upload, end, context.now());
  if (end.outcome) {
    if (upload.signature.empty() && trail->log_validation) vouch_for(context, upload);
    announce(context, *trail, delivery, upload);
  }
  kDeliveries.put(context, core::Key{upload.trail}, delivery);
}

void notified(core::Context& context, const core::Resumption& end) {
  const core::Key key{text(end.context, "trail")};
  auto delivery = kDeliveries.get(context, key);
  if (!delivery) return;
  delivery->notification_error = end.outcome ? "" : end.outcome.error().code;
  if (end.outcome) delivery->notified = context.now();
  kDeliveries.put(context, key, *delivery);
}

}  // namespace tocsin::cloudtrail
