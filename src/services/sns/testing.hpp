// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: a topic, and stand-ins for the services and workers that SNS
// delivers to.
#pragma once

#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/sns/sns.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

inline constexpr core::Table<Document> kSeen{"test.seen"};

inline std::string topic_named(std::string_view name) {
  return "arn:aws:sns:us-east-1:123456789012:" + std::string(name);
}
inline std::string queue_named(std::string_view name) {
  return "arn:aws:sqs:us-east-1:123456789012:" + std::string(name);
}

/// Keeps what it is given; a queue "gone" does not exist.
inline core::Outcome keep_call(core::Call& call) {
  if (text(call.params(), "QueueUrl").ends_with("/gone"))
    return fail("QueueDoesNotExist", "The specified queue does not exist.");
  auto params = call.params();
  if (const auto* payload = find(params, "Payload"))
    params.as_object()["Payload"] = *call.open(*payload);
  kSeen.put(call, core::Key{call.request().operation, call.new_uuid()}, params);
  return Object{{"Failed", Array{}}};
}

inline core::Outcome keep_logs(core::Call& call) {
  keep_call(call);
  return Object{};
}

inline void register_all(core::Registry& registry) {
  using enum core::Effect;
  register_sns(registry);
  registry.add(core::Service{"sqs",
                             "sqs",
                             {{"SendMessage", Write,
                               [](core::Call& call) -> core::Outcome {
                                 auto kept = keep_call(call).result();
                                 if (!kept) return kept.error();
                                 return Object{};
                               }},
                              {"SendMessageBatch", Write, keep_call}}});
  registry.add(core::Service{"lambda", "lambda", {{"Invoke", Write, keep_logs}}});
  registry.add(core::Service{"logs", "logs", {{"PutLogEvents", Write, keep_logs}}});
}

struct SnsTest : testing::Test {
  core::TestCloud cloud{register_all};
  const std::string topic = topic_named("alerts");

  void SetUp() override { must("CreateTopic", {{"Name", "alerts"}}); }

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("sns", operation, std::move(params));
  }
  Document must(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << reply.error().message;
    return reply ? *reply : Document();
  }
  std::string refused(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    return reply ? "" : reply.error().code + ": " + reply.error().message;
  }
  Object subscription(std::string_view protocol, std::string_view endpoint,
                      Object attributes = {}) const {
    return {{"TopicArn", topic},
            {"Protocol", protocol},
            {"Endpoint", endpoint},
            {"Attributes", std::move(attributes)}};
  }
  std::string subscribe(std::string_view protocol, std::string_view endpoint,
                        Object attributes = {}) {
    return string_of(must("Subscribe", subscription(protocol, endpoint, std::move(attributes))),
                     "SubscriptionArn");
  }
  Result<Document> publish(std::string_view message, Object more = {}) {
    more["TopicArn"] = topic;
    more["Message"] = message;
    return call("Publish", std::move(more));
  }
  std::vector<Document> seen(std::string_view operation) {
    return kSeen.all(*cloud.stores().state->snapshot(), core::Key{operation});
  }
  /// Names of the queues that got something, sorted.
  std::vector<std::string> queues() {
    std::vector<std::string> names;
    for (const auto& each : seen("SendMessage")) {
      const auto url = string_of(each, "QueueUrl");
      names.push_back(url.substr(url.rfind('/') + 1));
    }
    for (const auto& batch : seen("SendMessageBatch")) {
      for (const auto& each : array_of(batch, "Deliveries"))
        names.push_back(Arn::parse(text(each, "Queue"))->resource);
    }
    std::ranges::sort(names);
    return names;
  }
  std::string attribute(std::string_view operation, Object params, std::string_view name) {
    return string_of(object_of(must(operation, std::move(params)), "Attributes"), name);
  }
  std::size_t rows(const std::string& table) {
    std::size_t count = 0;
    cloud.stores().state->scan(table + '\0', store::prefix_end(table + '\0'),
                               store::Direction::Forward, [&](auto, auto) {
                                 ++count;
                                 return true;
                               });
    return count;
  }
  /// Confirms an https or mail subscription with the token that its endpoint was sent.
  std::string confirmed(std::string_view protocol, std::string_view endpoint,
                        Object attributes = {}) {
    std::string token;
    const bool http = protocol.starts_with("http");
    cloud.on_job(http ? "http.request" : "mail.send",
                 [&](const core::Job& job) -> Result<Document> {
                   const auto words = string_of(job.payload, http ? "Body" : "Text");
                   const auto at = words.find("Token=");
                   if (at != words.npos) token = words.substr(at + 6, 128);
                   return Document(Object{{"Status", 200}});
                 });
    subscribe(protocol, endpoint, std::move(attributes));
    EXPECT_EQ(token.size(), 128u);
    return string_of(must("ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}}),
                     "SubscriptionArn");
  }
};

}  // namespace tocsin::sns
