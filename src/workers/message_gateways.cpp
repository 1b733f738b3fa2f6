// SPDX-License-Identifier: Apache-2.0
#include "workers/message_gateways.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::workers {
namespace {

constexpr int kDefaultPriority = 3;

Failure not_configured(std::string_view code, std::string_view what, std::string_view option) {
  return fail(std::string(code),
              fmt::format("No {} is configured: start tocsin with {} URL", what, option));
}

Object post(const std::string& url, const Object& body) {
  return {{"Method", "POST"},
          {"Url", url},
          {"Headers", Object{{"Content-Type", "application/json"}, {"User-Agent", "Tocsin"}}},
          {"Body", to_json(body)},
          {"TimeoutMs", 15'000}};
}

Object sms_body(const core::Job& job) {
  Object body{{"to", text(job.payload, "To")}, {"from", text(job.payload, "From")}};
  body["message"] = text(job.payload, "Message");
  body["id"] = text(job.payload, "Id");
  return body;
}

Object push_body(const Document& payload) {
  Object body{{"topic", ntfy_topic(text(payload, "Token"))}, {"message", text(payload, "Message")}};
  if (const auto title = text(payload, "Title"); !title.empty()) body["title"] = title;
  if (const auto priority = integer(payload, "Priority").value_or(kDefaultPriority);
      priority != kDefaultPriority)
    body["priority"] = priority;
  return body;
}

/// What the other side's HTTP answer means.
Result<Document> result_of(std::string_view kind, const Result<Document>& answer) {
  if (!answer) return fail(answer.error());
  const auto status = integer(*answer, "Status").value_or(0);
  const auto said = text(*answer, "Body").substr(0, 300);
  if (kind == "sms.send") {
    const auto reply = parse_json(text(*answer, "Body"));
    if (reply && flag(*reply, "optedOut")) return fail("OptedOut", "Phone number is opted out");
  }
  if (status / 100 == 2) return Object{{"Status", status}};
  if (status == 429 || status >= 500 || status < 200)
    return fail("ServiceUnavailable", fmt::format("the gateway answers {}: {}", status, said), 503);
  if (kind == "push.send" && (status == 404 || status == 410))
    return fail("EndpointGone", fmt::format("the push server answers {}", status));
  return fail("MessageRejected", fmt::format("the gateway answers {}: {}", status, said));
}

}  // namespace

Result<void> check_gateway_url(std::string_view option, const std::string& url) {
  if (url.starts_with("http://") || url.starts_with("https://")) return {};
  return fail("ValidationException", fmt::format("{} takes an http:// or https:// URL", option));
}

std::string ntfy_topic(std::string_view token) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  if (!token.empty() && token.size() <= 64 && std::ranges::all_of(token, allowed))
    return std::string(token);
  return hex(sha256(token)).substr(0, 40);
}

MessageGateways::MessageGateways(GatewayOptions options)
    : options_(std::move(options)), http_(options_.http) {}

void MessageGateways::run(core::Job job, core::JobDone done) {
  const bool sms = job.kind == "sms.send";
  const auto& url = sms ? options_.sms_url : options_.ntfy_url;
  if (url.empty())
    return done(sms ? not_configured("SmsNotConfigured", "SMS gateway", "--sms")
                    : not_configured("PushNotConfigured", "push server", "--ntfy"));
  core::Job request{job.id, "http.request", post(url, sms ? sms_body(job) : push_body(job.payload)),
                    job.cause};
  http_.run(std::move(request),
            [kind = job.kind, done = std::move(done)](Result<Document> answer) mutable {
              done(result_of(kind, answer));
            });
}

}  // namespace tocsin::workers
