// SPDX-License-Identifier: Apache-2.0
#include "services/sns/sns.hpp"

#include "base/crypto.hpp"
#include "core/table.hpp"
#include "core/testing.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Outcome;
using core::TestCloud;
using std::chrono::seconds;

const std::string kTopic = "arn:aws:sns:us-east-1:123456789012:alerts";
constexpr core::Table<Document> kSeen{"test.seen"};

/// Stands for sqs and lambda: keeps what it is given; the queue "gone" does not exist.
void register_all(core::Registry& registry) {
  register_sns(registry);
  const auto keep = [](Call& call) -> Outcome {
    if (text(call.params(), "QueueUrl").ends_with("/gone")) return fail("QueueDoesNotExist", "no");
    auto params = call.params();
    if (const auto* payload = find(params, "Payload"))
      params.as_object()["Payload"] = *call.open(*payload);
    kSeen.put(call, core::Key{call.request().operation, call.new_uuid()}, params);
    return Object{};
  };
  registry.add(core::Service{"sqs", "sqs", {{"SendMessage", core::Effect::Write, keep}}});
  registry.add(core::Service{"lambda", "lambda", {{"Invoke", core::Effect::Write, keep}}});
}

std::vector<Document> seen(TestCloud& cloud, std::string_view operation) {
  return kSeen.all(*cloud.stores().state->snapshot(), core::Key{operation});
}

std::string subscribe(TestCloud& cloud, std::string_view protocol, std::string_view endpoint,
                      Object attributes = {}) {
  const auto made = cloud.call("sns", "Subscribe",
                               Object{{"TopicArn", kTopic},
                                      {"Protocol", protocol},
                                      {"Endpoint", endpoint},
                                      {"Attributes", std::move(attributes)}});
  EXPECT_TRUE(made) << made.error().message;
  return made ? string_of(*made, "SubscriptionArn") : "";
}

struct Sns : testing::Test {
  TestCloud cloud{register_all};
  void SetUp() override {
    ASSERT_TRUE(cloud.call("sns", "CreateTopic", Object{{"Name", "alerts"}}));
  }
  Result<Document> publish(std::string_view message) {
    return cloud.call("sns", "Publish",
                      Object{{"TopicArn", kTopic}, {"Subject", "Hello"}, {"Message", message}});
  }
};

TEST_F(Sns, TopicsAreMadeOnceAndFifoIsRefused) {
  EXPECT_EQ(text(*cloud.call("sns", "CreateTopic", Object{{"Name", "alerts"}}), "TopicArn"),
            kTopic);
  EXPECT_EQ(cloud.call("sns", "CreateTopic", Object{{"Name", "a.fifo"}}).error().code,
            "InvalidParameter");
  ASSERT_TRUE(cloud.call("sns", "DeleteTopic", Object{{"TopicArn", kTopic}}));
  EXPECT_EQ(publish("x").error().code, "NotFound");
}

TEST_F(Sns, QueuesAndFunctionsGetTheNotification) {
  const auto queue = subscribe(cloud, "sqs", "arn:aws:sqs:us-east-1:123456789012:q");
  EXPECT_EQ(subscribe(cloud, "sqs", "arn:aws:sqs:us-east-1:123456789012:q"), queue);
  subscribe(cloud, "sqs", "arn:aws:sqs:us-east-1:123456789012:raw",
            {{"RawMessageDelivery", "true"}});
  subscribe(cloud, "lambda", "arn:aws:lambda:us-east-1:123456789012:function:f");
  const auto sent = publish("body");
  ASSERT_TRUE(sent);
  for (const auto& message : seen(cloud, "SendMessage")) {
    const auto body = text(message, "MessageBody");
    if (text(message, "QueueUrl").ends_with("/raw")) {
      EXPECT_EQ(body, "body");
    } else {
      EXPECT_EQ(text(*parse_json(body), "MessageId"), text(*sent, "MessageId"));
    }
  }
  ASSERT_EQ(seen(cloud, "Invoke").size(), 1u);
  const auto event = *parse_json(*unbase64(text(seen(cloud, "Invoke")[0], "Payload")));
  EXPECT_EQ(text(*find(array_of(event, "Records")[0], "Sns"), "Message"), "body");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Sns, MailIsSentOnlyAfterConfirmation) {
  std::vector<std::string> mails;
  cloud.on_job("mail.send", [&](const core::Job& job) -> Result<Document> {
    mails.push_back(string_of(job.payload, "Text"));
    return Document(Object{});
  });
  EXPECT_EQ(subscribe(cloud, "email", "a@example.org"), "pending confirmation");
  ASSERT_TRUE(publish("unseen"));
  ASSERT_EQ(mails.size(), 1u);
  const auto at = mails[0].find("--token ") + 8;
  const auto token = mails[0].substr(at, mails[0].find('\n', at) - at);
  EXPECT_EQ(cloud.call("sns", "ConfirmSubscription", Object{{"TopicArn", kTopic}, {"Token", "x"}})
                .error()
                .code,
            "InvalidParameter");
  ASSERT_TRUE(
      cloud.call("sns", "ConfirmSubscription", Object{{"TopicArn", kTopic}, {"Token", token}}));
  ASSERT_TRUE(publish("seen"));
  ASSERT_EQ(mails.size(), 2u);
  EXPECT_TRUE(mails[1].starts_with("seen\n"));
}

/// Only those who have signed may do what needs a permission.
class SignedOnly : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View&, const core::Credential& credential,
                                   Time) const override {
    const bool anonymous = credential.kind == core::Credential::Kind::Anonymous;
    return core::Principal{
        .kind = anonymous ? core::Principal::Kind::Anonymous : core::Principal::Kind::Root,
        .account = credential.account};
  }
  Result<void> authorize(const store::View&, const core::Principal& principal, const core::Request&,
                         const core::Access&, Time) const override {
    if (principal.kind == core::Principal::Kind::Anonymous) return fail("AccessDenied", "no", 403);
    return {};
  }
};

/// A topic with a subscription by mail, and its token.
struct Links : testing::Test {
  TestCloud cloud{[](core::Registry& registry) {
    registry.set_authorizer(std::make_unique<SignedOnly>());
    register_all(registry);
  }};
  std::string token;

  void SetUp() override {
    cloud.on_job("mail.send", [&](const core::Job& job) -> Result<Document> {
      const auto mail = string_of(job.payload, "Text");
      if (const auto at = mail.find("--token "); at != std::string::npos)
        token = mail.substr(at + 8, mail.find('\n', at) - at - 8);
      return Document(Object{});
    });
    ASSERT_TRUE(cloud.call("sns", "CreateTopic", Object{{"Name", "alerts"}}));
    subscribe(cloud, "email", "a@example.org");
    ASSERT_FALSE(token.empty());
  }
  Result<Document> follow(std::string_view operation, Object params) {
    auto request = cloud.request("sns", operation, std::move(params));
    request.credential = {};
    return cloud.call(std::move(request));
  }
  std::string authenticated(const std::string& subscription) {
    const auto found =
        cloud.call("sns", "GetSubscriptionAttributes", Object{{"SubscriptionArn", subscription}});
    return found ? string_of(*find(*found, "Attributes"), "ConfirmationWasAuthenticated")
                 : found.error().code;
  }
};

TEST_F(Links, ConfirmAndEndASubscriptionWithoutASignature) {
  EXPECT_EQ(
      follow("ConfirmSubscription", Object{{"TopicArn", kTopic}, {"Token", "x"}}).error().code,
      "InvalidParameter");
  const auto confirmed =
      follow("ConfirmSubscription", Object{{"TopicArn", kTopic}, {"Token", token}});
  ASSERT_TRUE(confirmed);
  const auto arn = string_of(*confirmed, "SubscriptionArn");
  EXPECT_EQ(authenticated(arn), "false");
  ASSERT_TRUE(follow("Unsubscribe", Object{{"SubscriptionArn", arn}}));
  EXPECT_EQ(authenticated(arn), "NotFound");
  EXPECT_EQ(follow("Publish", Object{{"TopicArn", kTopic}, {"Message", "m"}}).error().code,
            "AccessDenied");
}

TEST_F(Links, DoNotEndWhatAsksForASignature) {
  const auto confirmed = cloud.call(
      "sns", "ConfirmSubscription",
      Object{{"TopicArn", kTopic}, {"Token", token}, {"AuthenticateOnUnsubscribe", "true"}});
  ASSERT_TRUE(confirmed);
  const auto arn = string_of(*confirmed, "SubscriptionArn");
  EXPECT_EQ(authenticated(arn), "true");
  EXPECT_EQ(follow("Unsubscribe", Object{{"SubscriptionArn", arn}}).error().code, "AccessDenied");
  EXPECT_TRUE(cloud.call("sns", "Unsubscribe", Object{{"SubscriptionArn", arn}}));
}

TEST_F(Sns, WhatCannotBeDeliveredGoesToTheDeadLetterQueue) {
  subscribe(
      cloud, "sqs", "arn:aws:sqs:us-east-1:123456789012:gone",
      {{"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead"})"}});
  ASSERT_TRUE(publish("lost"));
  ASSERT_EQ(seen(cloud, "SendMessage").size(), 1u);
  EXPECT_TRUE(text(seen(cloud, "SendMessage")[0], "QueueUrl").ends_with("/dead"));
}

TEST_F(Sns, AHundredAndTwentySubscribersAreServedInSteps) {
  for (int i = 0; i < 120; ++i)
    subscribe(cloud, "sqs", "arn:aws:sqs:us-east-1:123456789012:q" + std::to_string(i));
  ASSERT_TRUE(publish("all"));
  EXPECT_EQ(seen(cloud, "SendMessage").size(), 120u);
}

TEST_F(Sns, BadInputIsRefused) {
  EXPECT_EQ(publish("").error().code, "InvalidParameter");
  EXPECT_EQ(publish(std::string(262'145, 'x')).error().code, "InvalidParameter");
  EXPECT_EQ(cloud
                .call("sns", "Publish",
                      Object{{"TopicArn", kTopic}, {"Message", "m"}, {"Subject", "a\nb"}})
                .error()
                .code,
            "InvalidParameter");
  EXPECT_EQ(cloud
                .call("sns", "Publish",
                      Object{{"TopicArn", kTopic}, {"Message", "{}"}, {"MessageStructure", "json"}})
                .error()
                .code,
            "InvalidParameter");
  const auto filtered = cloud.call("sns", "Subscribe",
                                   Object{{"TopicArn", kTopic},
                                          {"Protocol", "sqs"},
                                          {"Endpoint", "arn:aws:sqs:us-east-1:123456789012:q"},
                                          {"Attributes", Object{{"FilterPolicy", "{}"}}}});
  EXPECT_EQ(filtered.error().code, "InvalidParameter");
}

}  // namespace
}  // namespace tocsin::sns
