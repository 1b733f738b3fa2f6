// SPDX-License-Identifier: Apache-2.0
#include "services/sns/jobs.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sns/delivery.hpp"
#include "services/sns/envelope.hpp"
#include "services/sns/queues.hpp"

namespace tocsin::sns {
namespace {

using std::chrono::seconds;

constexpr std::string_view kSender = "no-reply@sns.amazonaws.com";

/// What a device shows, from the payload that its platform's service would get.
struct Alert {
  std::string title, body;
  bool urgent = false;
};

Alert of_google(const Document& payload) {
  const auto& inner = find(payload, "fcmV1Message")
                          ? object_of(object_of(payload, "fcmV1Message"), "message")
                          : payload.as_object();
  const auto& notification = object_of(inner, "notification");
  const auto& data = object_of(inner, "data");
  Alert alert{.title = string_of(notification, "title", text(data, "title")),
              .body = string_of(notification, "body", text(data, "message", text(data, "body"))),
              .urgent = text(inner, "priority") == "high" ||
                        text(object_of(inner, "android"), "priority") == "high"};
  return alert;
}

Alert of_apple(const Document& payload) {
  const auto& aps = object_of(payload, "aps");
  const auto& alert = object_of(aps, "alert");
  return {.title = string_of(alert, "title"),
          .body = string_of(alert, "body", text(aps, "alert")),
          .urgent = text(aps, "interruption-level") == "critical" ||
                    text(aps, "interruption-level") == "time-sensitive"};
}

Alert alert_of(const Publication& publication, const std::string& platform) {
  const auto message = message_for(publication, platform);
  const auto payload = parse_json(message);
  Alert alert;
  if (payload && payload->is_object() && publication.by_protocol.contains(platform))
    alert = platform.starts_with("APNS") || platform.starts_with("MACOS") ? of_apple(*payload)
                                                                          : of_google(*payload);
  if (alert.body.empty()) alert.body = message;
  if (alert.title.empty()) alert.title = publication.subject;
  return alert;
}

}  // namespace

core::CallSpec invoke_function(const Publication& publication, const Subscription& subscription) {
  Object record{{"EventSource", "aws:sns"},
                {"EventVersion", "1.0"},
                {"EventSubscriptionArn", arn_of(subscription)},
                {"Sns", lambda_notification(publication, subscription)}};
  Array records;
  records.push_back(std::move(record));
  const auto payload = base64(to_json(Object{{"Records", std::move(records)}}));
  return as_topic("lambda", "Invoke",
                  Object{{"FunctionName", subscription.endpoint},
                         {"InvocationType", "Event"},
                         {"Payload", payload}},
                  Arn::parse(subscription.endpoint).value_or(Arn{}), topic_arn(publication));
}

core::JobSpec post(const Publication& publication, const Subscription& subscription,
                   const DeliveryPolicy& policy) {
  auto headers = http_headers("Notification", publication.id, topic_arn(publication),
                              arn_of(subscription), policy.content_type);
  if (raw(subscription)) headers["x-amz-sns-rawdelivery"] = "true";
  return {.kind = "http.request",
          .payload = Object{{"Method", "POST"},
                            {"Url", subscription.endpoint},
                            {"Headers", std::move(headers)},
                            {"Body", body_of(publication, subscription)},
                            {"TimeoutMs", 15'000}}};
}

core::JobSpec mail(const Publication& publication, const Subscription& subscription) {
  auto content = body_of(publication, subscription);
  if (subscription.protocol == "email")
    content = fmt::format(
        "{}\n\n--\nIf you wish to stop receiving notifications from this topic, please click or "
        "visit the link below to unsubscribe:\n{}\n\nPlease do not reply directly to this email. "
        "If you have any questions or comments regarding this email, please contact whoever runs "
        "this server.\n",
        message_for(publication, "email"), unsubscribe_url(subscription));
  return {
      .kind = "mail.send",
      .payload = Object{{"From", kSender},
                        {"To", Array{Document(boost::json::string(subscription.endpoint))}},
                        {"Subject", publication.subject.empty() ? "AWS Notification Message"
                                                                : publication.subject},
                        {"Text", content},
                        {"Headers", Object{{"x-amz-sns-message-id", publication.id},
                                           {"x-amz-sns-subscription-arn", arn_of(subscription)}}}}};
}

core::JobSpec text_message(const Publication& publication, const std::string& number,
                           const std::string& sender) {
  return {.kind = "sms.send",
          .payload = Object{{"To", number},
                            {"From", sender},
                            {"Message", message_for(publication, "sms")},
                            {"Id", publication.id}}};
}

core::JobSpec push(const Publication& publication, const Endpoint& device) {
  const auto alert = alert_of(publication, device.platform);
  return {.kind = "push.send",
          .payload = Object{{"Token", device.token},
                            {"Title", alert.title},
                            {"Message", alert.body},
                            {"Priority", alert.urgent ? 5 : 3}}};
}

core::Retry retry_of(const std::string& protocol) {
  // AWS-managed endpoints are tried for 23 days, customer-managed ones for six hours.
  if (protocol == "lambda")
    return {.attempts = 100'015,
            .initial = seconds(1),
            .max_delay = seconds(20),
            .max_age = std::chrono::hours(23 * 24)};
  if (protocol.starts_with("http")) return {};  // by its delivery policy
  return {.attempts = 50,
          .initial = seconds(10),
          .max_delay = seconds(600),
          .max_age = std::chrono::hours(6)};
}

}  // namespace tocsin::sns
