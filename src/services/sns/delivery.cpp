// SPDX-License-Identifier: Apache-2.0
#include "services/sns/delivery.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::sns {
namespace {

using core::Context;
using core::Key;
using core::Resumption;
using std::chrono::seconds;

constexpr std::size_t kFanOutStep = 50;
constexpr int kHttpTries = 4;  // the first and three retries, 20 s apart
constexpr std::string_view kSender = "no-reply@sns.amazonaws.com";

std::string topic_arn(const Publication& publication) {
  return arn("sns", publication.scope, publication.topic);
}

std::string unsubscribe_url(const Subscription& subscription) {
  return fmt::format("{}/?Action=Unsubscribe&SubscriptionArn={}", subscription.address,
                     arn_of(subscription));
}

std::string message_for(const Publication& publication, const std::string& protocol) {
  if (publication.by_protocol.contains(protocol))
    return string_of(publication.by_protocol, protocol);
  return publication.message;
}

Object attribute_values(const Object& attributes) {
  Object out;
  for (const auto& each : attributes) {
    const auto type = text(each.value(), "DataType");
    out[each.key()] = Object{
        {"Type", type},
        {"Value", text(each.value(), type.starts_with("Binary") ? "BinaryValue" : "StringValue")}};
  }
  return out;
}

Object notification(const Publication& publication, const Subscription& subscription) {
  Object out{{"Type", "Notification"},
             {"MessageId", publication.id},
             {"TopicArn", topic_arn(publication)}};
  if (!publication.subject.empty()) out["Subject"] = publication.subject;
  out["Message"] = message_for(publication, subscription.protocol);
  out["Timestamp"] = iso8601_ms(publication.time);
  out["UnsubscribeURL"] = unsubscribe_url(subscription);
  if (!publication.attributes.empty())
    out["MessageAttributes"] = attribute_values(publication.attributes);
  return out;
}

bool raw(const Subscription& subscription) {
  const auto found = subscription.attributes.find("RawMessageDelivery");
  return found != subscription.attributes.end() && found->second == "true";
}

std::string body_of(const Publication& publication, const Subscription& subscription) {
  return raw(subscription) ? message_for(publication, subscription.protocol)
                           : to_json(notification(publication, subscription));
}

core::CallSpec as_sns(std::string service, std::string operation, Document params,
                      const Arn& target, const Publication& publication) {
  return {std::move(service),
          std::move(operation),
          std::move(params),
          {AccountId(target.account), target.region},
          {.kind = core::Credential::Kind::Service,
           .account = AccountId(target.account),
           .service = "sns.amazonaws.com",
           .source_arn = topic_arn(publication)},
          {}};
}

core::CallSpec send_to_queue(const Arn& queue, const std::string& body, Object attributes,
                             const Publication& publication) {
  Object params{{"QueueUrl", fmt::format("https://sqs.{}.amazonaws.com/{}/{}", queue.region,
                                         queue.account, queue.resource)},
                {"MessageBody", body}};
  if (!attributes.empty()) params["MessageAttributes"] = std::move(attributes);
  return as_sns("sqs", "SendMessage", std::move(params), queue, publication);
}

core::CallSpec invoke(const Arn& function, const Publication& publication,
                      const Subscription& subscription) {
  Object sns = notification(publication, subscription);
  if (!sns.contains("Subject")) sns["Subject"] = nullptr;
  sns.erase("UnsubscribeURL");
  sns["UnsubscribeUrl"] = unsubscribe_url(subscription);
  sns["MessageAttributes"] = attribute_values(publication.attributes);
  Object record{{"EventSource", "aws:sns"},
                {"EventVersion", "1.0"},
                {"EventSubscriptionArn", arn_of(subscription)},
                {"Sns", std::move(sns)}};
  Array records;
  records.push_back(std::move(record));
  const auto payload = base64(to_json(Object{{"Records", std::move(records)}}));
  return as_sns("lambda", "Invoke",
                Object{{"FunctionName", subscription.endpoint},
                       {"InvocationType", "Event"},
                       {"Payload", payload}},
                function, publication);
}

Object http_headers(std::string_view type, std::string_view id, std::string_view topic,
                    std::string_view subscription) {
  Object headers{{"Content-Type", "text/plain; charset=UTF-8"},
                 {"User-Agent", "Amazon Simple Notification Service Agent"},
                 {"x-amz-sns-message-type", type},
                 {"x-amz-sns-message-id", id},
                 {"x-amz-sns-topic-arn", topic}};
  if (!subscription.empty()) headers["x-amz-sns-subscription-arn"] = subscription;
  return headers;
}

core::JobSpec post(const Publication& publication, const Subscription& subscription) {
  auto headers =
      http_headers("Notification", publication.id, topic_arn(publication), arn_of(subscription));
  if (raw(subscription)) headers["x-amz-sns-rawdelivery"] = "true";
  return {.kind = "http.request",
          .payload = Object{{"Method", "POST"},
                            {"Url", subscription.endpoint},
                            {"Headers", std::move(headers)},
                            {"Body", body_of(publication, subscription)},
                            {"TimeoutMs", 15'000}}};
}

core::JobSpec mail(const Publication& publication, const Subscription& subscription) {
  auto content = to_json(notification(publication, subscription));
  if (subscription.protocol == "email") {
    content = fmt::format(
        "{}\n\n--\nIf you wish to stop receiving notifications from this topic, please visit the "
        "link below to unsubscribe:\n{}\n",
        message_for(publication, "email"), unsubscribe_url(subscription));
  }
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

core::Retry retry_of(const std::string& protocol) {
  // AWS-managed endpoints are tried for 23 days, mail servers for six hours.
  if (protocol == "sqs" || protocol == "lambda") {
    return {.attempts = 100'015,
            .initial = seconds(1),
            .max_delay = seconds(20),
            .max_age = std::chrono::hours(23 * 24)};
  }
  if (protocol.starts_with("email")) {
    return {.attempts = 50,
            .initial = seconds(10),
            .max_delay = seconds(600),
            .max_age = std::chrono::hours(6)};
  }
  return {};  // http: see `delivered`
}

void deliver(Context& context, const Publication& publication, const Subscription& subscription,
             int tries) {
  core::Task task{.work = core::JobSpec{},
                  .retry = retry_of(subscription.protocol),
                  .then = {"sns.delivered", Object{{"publication", encode(publication)},
                                                   {"subscription", subscription.id},
                                                   {"tries", tries}}}};
  const auto target = Arn::parse(subscription.endpoint);
  if (subscription.protocol == "sqs" && target) {
    task.work = send_to_queue(*target, body_of(publication, subscription),
                              raw(subscription) ? publication.attributes : Object{}, publication);
  } else if (subscription.protocol == "lambda" && target) {
    task.work = invoke(*target, publication, subscription);
  } else {
    task.work = subscription.protocol.starts_with("http") ? post(publication, subscription)
                                                          : mail(publication, subscription);
  }
  context.start(std::move(task));
}

std::optional<Subscription> referred(Context& context, const Document& reference,
                                     const Publication& publication) {
  return kSubscriptions.get(
      context, Key::of(publication.scope, publication.topic, text(reference, "subscription")));
}

void fan_out(Context& context, const Resumption& step) {
  const auto publication = decoded<Publication>(object_of(step.context, "publication"));
  const auto after = text(step.context, "after");
  std::vector<Subscription> page;
  kSubscriptions.scan(
      context, Key::of(publication.scope, publication.topic),
      [&](const auto&, const Subscription& subscription) {
        page.push_back(subscription);
        return page.size() < kFanOutStep;
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt
                    : std::optional(Key::of(publication.scope, publication.topic, after)));
  for (const auto& each : page) {
    if (!each.pending) deliver(context, publication, each, 1);
  }
  if (page.size() < kFanOutStep) return;
  context.later(
      {"sns.fan_out", Object{{"publication", encode(publication)}, {"after", page.back().id}}});
}

void dead_letter(Context& context, const Publication& publication, const Subscription& subscription,
                 const Error& error) {
  const auto found = subscription.attributes.find("RedrivePolicy");
  const auto policy = found == subscription.attributes.end() ? Result<Document>(Document())
                                                             : parse_json(found->second);
  const auto queue = policy ? Arn::parse(text(*policy, "deadLetterTargetArn")) : std::nullopt;
  if (!queue) return;
  const auto attribute = [](const std::string& value) {
    return Object{{"DataType", "String"}, {"StringValue", value.empty() ? "-" : value}};
  };
  Object attributes{{"ErrorCode", attribute(error.code)},
                    {"ErrorMessage", attribute(error.message)}};
  auto call =
      send_to_queue(*queue, body_of(publication, subscription), std::move(attributes), publication);
  context.start({.work = std::move(call), .retry = retry_of("sqs")});
}

/// Why an attempt failed; for HTTP a reply other than 2xx counts.
std::optional<Error> failure_of(const Result<Document>& outcome, const std::string& protocol) {
  if (!outcome) return outcome.error();
  const auto status = integer(*outcome, "Status");
  if (!protocol.starts_with("http") || !status || *status / 100 == 2) return std::nullopt;
  const bool server = *status >= 500 || *status == 429;
  return Error{std::to_string(*status), "the endpoint answered with an error",
               static_cast<int>(*status), server ? Fault::Server : Fault::Client};
}

void delivered(Context& context, const Resumption& end) {
  const auto publication = decoded<Publication>(object_of(end.context, "publication"));
  const auto subscription = referred(context, end.context, publication);
  if (!subscription) return;
  const auto failure = failure_of(end.outcome, subscription->protocol);
  if (!failure) return;
  const auto tries = integer(end.context, "tries").value_or(1);
  if (subscription->protocol.starts_with("http") && failure->fault == Fault::Server &&
      tries < kHttpTries) {
    context.at(context.now() + seconds(20), {"sns.redeliver", end.context});
    return;
  }
  dead_letter(context, publication, *subscription, *failure);
}

void redeliver(Context& context, const Resumption& timer) {
  const auto publication = decoded<Publication>(object_of(timer.context, "publication"));
  const auto subscription = referred(context, timer.context, publication);
  if (subscription)
    deliver(context, publication, *subscription,
            static_cast<int>(integer(timer.context, "tries").value_or(1)) + 1);
}

}  // namespace

void distribute(Context& context, const Publication& publication) {
  bool any = false;
  kSubscriptions.scan(context, Key::of(publication.scope, publication.topic),
                      [&](const auto&, const Subscription&) {
                        any = true;
                        return false;
                      });
  if (any) context.later({"sns.fan_out", Object{{"publication", encode(publication)}}});
}

void request_confirmation(Context& context, const Subscription& subscription,
                          const std::string& token) {
  const auto topic = arn("sns", subscription.scope, subscription.topic);
  const auto url = fmt::format("{}/?Action=ConfirmSubscription&TopicArn={}&Token={}",
                               subscription.address, topic, token);
  const auto id = context.new_uuid();
  const auto message = fmt::format(
      "You have chosen to subscribe to the topic {}.\nTo confirm the subscription, visit the "
      "SubscribeURL included in this message.",
      topic);
  const auto body = to_json(Object{{"Type", "SubscriptionConfirmation"},
                                   {"MessageId", id},
                                   {"Token", token},
                                   {"TopicArn", topic},
                                   {"Message", message},
                                   {"SubscribeURL", url},
                                   {"Timestamp", iso8601_ms(context.now())}});
  if (subscription.protocol.starts_with("http")) {
    core::JobSpec job{
        .kind = "http.request",
        .payload = Object{{"Method", "POST"},
                          {"Url", subscription.endpoint},
                          {"Headers", http_headers("SubscriptionConfirmation", id, topic, {})},
                          {"Body", context.seal(body)},
                          {"TimeoutMs", 15'000}}};
    context.start({.work = std::move(job),
                   .retry = {.attempts = kHttpTries, .initial = seconds(20), .rate = 1.0}});
    return;
  }
  const auto words = fmt::format(
      "You have chosen to subscribe to the topic:\n{0}\n\nTo confirm this subscription, visit the "
      "link below (if this was in error no action is "
      "necessary):\n{1}\n\nor run:\naws sns confirm-subscription --topic-arn {0} --token {2}\n",
      topic, url, token);
  core::JobSpec job{
      .kind = "mail.send",
      .payload = Object{{"From", kSender},
                        {"To", Array{Document(boost::json::string(subscription.endpoint))}},
                        {"Subject", "AWS Notification - Subscription Confirmation"},
                        {"Text", context.seal(subscription.protocol == "email" ? words : body)},
                        {"Headers", Object{{"x-amz-sns-message-id", id}}}}};
  context.start({.work = std::move(job), .retry = retry_of("email")});
}

void on_deliveries(core::Registry& registry) {
  registry.on_resume("sns.fan_out", fan_out);
  registry.on_resume("sns.delivered", delivered);
  registry.on_resume("sns.redeliver", redeliver);
}

}  // namespace tocsin::sns
