// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <set>

#include "core/testing.hpp"
#include "services/events/events.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {
namespace {

constexpr auto kTopic = "arn:aws:sns:us-east-1:123456789012:alerts";

std::string queue_arn(std::string_view name) {
  return "arn:aws:sqs:us-east-1:123456789012:" + std::string(name);
}

std::string queue_url(std::string_view name) {
  return "https://sqs.us-east-1.amazonaws.com/123456789012/" + std::string(name);
}

core::Registry services() {
  core::Registry registry;
  registry.set_authorizer(core::allow_all());
  events::register_events(registry);
  sns::register_sns(registry);
  sqs::register_sqs(registry);
  return registry;
}

class DeliveriesWorld final : public World {
 public:
  explicit DeliveriesWorld(std::uint64_t seed) : World(seed, services()) {}

 private:
  void set_up() override {
    for (const auto* name : {"inbox", "gone", "rule-dead-letters", "topic-dead-letters"}) {
      must("sqs", "CreateQueue", Object{{"QueueName", name}});
    }
    must("sns", "CreateTopic", Object{{"Name", "alerts"}});
    const Object redrive{{"deadLetterTargetArn", queue_arn("topic-dead-letters")}};
    must("sns", "Subscribe",
         Object{{"TopicArn", kTopic},
                {"Protocol", "https"},
                {"Endpoint", "https://receiver.example/"},
                {"Attributes", Object{{"RedrivePolicy", to_json(redrive)}}}});
    rest();
    must("sns", "ConfirmSubscription", Object{{"TopicArn", kTopic}, {"Token", token_}});
    must("events", "PutRule", Object{{"Name", "sold"}, {"EventPattern", R"({"source":["shop"]})"}});
    const Object dead{{"Arn", queue_arn("rule-dead-letters")}};
    must("events", "PutTargets",
         Object{
             {"Rule", "sold"},
             {"Targets",
              Array{Object{{"Id", "inbox"}, {"Arn", queue_arn("inbox")}},
                    Object{{"Id", "gone"}, {"Arn", queue_arn("gone")}, {"DeadLetterConfig", dead}},
                    Object{{"Id", "topic"}, {"Arn", kTopic}}}}});
    must("sqs", "DeleteQueue", Object{{"QueueUrl", queue_url("gone")}});
  }

  void client_call() override {
    const auto id = fmt::format("event-{};", ++ids_);
    const Object entry{
        {"Source", "shop"}, {"DetailType", "Sold"}, {"Detail", to_json(Object{{"id", id}})}};
    if (call("events", "PutEvents", Object{{"Entries", Array{entry}}}) == Fate::Logged)
      acknowledged_.push_back(id);
    else
      refused_.push_back(id);
  }

  Result<Document> receive(const core::Job& job) override {
    const auto body = string_of(job.payload, "Body");
    if (const auto message = parse_json(body);
        message && message->is_object() && find(*message, "Token")) {
      token_ = string_of(*message, "Token");
    }
    received_ += body;
    return Document(Object{{"Status", 200}});
  }

  /// Everything that waits in a queue, as one text.
  std::string contents(std::string_view queue) {
    std::string all;
    while (true) {
      const auto reply = must("sqs", "ReceiveMessage",
                              Object{{"QueueUrl", queue_url(queue)},
                                     {"MaxNumberOfMessages", 10},
                                     {"VisibilityTimeout", 43'200}});
      const auto& messages = array_of(reply, "Messages");
      if (messages.empty()) return all;
      for (const auto& message : messages)
        all += text(message, "Body");
    }
  }

  void check() override {
    report().acknowledged = acknowledged_.size();
    report().refused = refused_.size();
    const auto inbox = contents("inbox"), gone = contents("rule-dead-letters");
    const auto topic = received_ + contents("topic-dead-letters");
    const auto expect = [&](const std::string& where, const std::string& id,
                            std::string_view what) {
      if (where.find(id) == std::string::npos)
        violation(fmt::format("{} has not reached {}", id, what));
    };
    for (const auto& id : acknowledged_) {
      expect(inbox, id, "the queue");
      expect(gone, id, "the dead letters of the queue that is gone");
      expect(topic, id, "the HTTP endpoint, nor its dead letters");
    }
    for (const auto& id : refused_) {
      if ((inbox + gone + topic).find(id) != std::string::npos)
        violation(id + " was refused and delivered");
    }
  }

  std::string token_, received_;
  std::vector<std::string> acknowledged_, refused_;
  int ids_ = 0;
};

}  // namespace

Report simulate_deliveries(std::uint64_t seed, int steps) {
  return DeliveriesWorld(seed).run(steps);
}

}  // namespace tocsin::sim
