// SPDX-License-Identifier: Apache-2.0
#include "services/sns/testing.hpp"

namespace tocsin::sns {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Signed : SnsTest {
  std::vector<Document> signing;
  std::vector<Document> posted;

  void SetUp() override {
    cloud.on_job("sns.sign", [this](const core::Job& job) -> Result<Document> {
      Object signatures;
      for (const auto& each : object_of(job.payload, "Texts"))
        signatures[each.key()] = "signed-" + string_of(job.payload, "Version");
      if (!object_of(job.payload, "Texts").empty()) signing.push_back(job.payload);
      return Document(Object{{"Signatures", std::move(signatures)}, {"Certificate", "/S-1.pem"}});
    });
    cloud.on_job("http.request", [this](const core::Job& job) -> Result<Document> {
      posted.push_back(job.payload);
      return Document(Object{{"Status", 200}});
    });
    SnsTest::SetUp();
  }
  Document body(std::size_t index) { return *parse_json(text(posted[index], "Body")); }
  std::string canonical(std::size_t index) {
    return string_of(object_of(signing[index], "Texts"), "default");
  }
};

TEST_F(Signed, NotificationsCarryASignatureOverTheirCanonicalText) {
  subscribe("sqs", queue_named("q"));
  subscribe("sqs", queue_named("raw"), {{"RawMessageDelivery", "true"}});
  const auto sent = publish("hello", {{"Subject", "S"}});
  ASSERT_EQ(signing.size(), 1u);
  const auto queues = seen("SendMessage");
  ASSERT_EQ(queues.size(), 2u);
  for (const auto& each : queues) {
    if (text(each, "QueueUrl").ends_with("/raw")) continue;
    const auto got = *parse_json(text(each, "MessageBody"));
    EXPECT_EQ(text(got, "Signature"), "signed-1");
    EXPECT_EQ(text(got, "SignatureVersion"), "1");
    EXPECT_EQ(text(got, "SigningCertURL"), "http://localhost:4566/S-1.pem");
    EXPECT_EQ(canonical(0), "Message\nhello\nMessageId\n" + string_of(*sent, "MessageId") +
                                "\nSubject\nS\nTimestamp\n" + string_of(got, "Timestamp") +
                                "\nTopicArn\n" + topic + "\nType\nNotification\n");
  }
  must("SetTopicAttributes",
       {{"TopicArn", topic}, {"AttributeName", "SignatureVersion"}, {"AttributeValue", "2"}});
  subscribe("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f");
  ASSERT_TRUE(publish(R"({"default":"d","lambda":"l"})", {{"MessageStructure", "json"}}));
  EXPECT_THAT(string_of(object_of(signing[1], "Texts"), "lambda"), StartsWith("Message\nl\n"));
  const auto event = *parse_json(*unbase64(text(seen("Invoke")[0], "Payload")));
  EXPECT_EQ(text(*find(array_of(event, "Records")[0], "Sns"), "Signature"), "signed-2");
  EXPECT_EQ(rows("sns.publications"), 0u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Signed, TheHandshakeIsSignedAndItsTokenIsNowhereInTheState) {
  subscribe("https", "https://example.org/hook");
  ASSERT_EQ(posted.size(), 1u);
  EXPECT_EQ(text(object_of(posted[0], "Headers"), "x-amz-sns-message-type"),
            "SubscriptionConfirmation");
  const auto first = body(0);
  const auto token = string_of(first, "Token");
  EXPECT_EQ(text(first, "Signature"), "signed-1");
  EXPECT_EQ(canonical(0), "Message\n" + string_of(first, "Message") + "\nMessageId\n" +
                              string_of(first, "MessageId") + "\nSubscribeURL\n" +
                              string_of(first, "SubscribeURL") + "\nTimestamp\n" +
                              string_of(first, "Timestamp") + "\nToken\n" + token + "\nTopicArn\n" +
                              topic + "\nType\nSubscriptionConfirmation\n");
  EXPECT_THAT(string_of(first, "SubscribeURL"), HasSubstr("Token=" + token));
  cloud.stores().state->scan("", "", store::Direction::Forward, [&](auto, std::string_view value) {
    EXPECT_EQ(value.find(token), value.npos);
    return true;
  });
  const auto arn = string_of(must("ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}}),
                             "SubscriptionArn");
  must("Unsubscribe", {{"SubscriptionArn", arn}});
  ASSERT_EQ(posted.size(), 2u);
  const auto last = body(1);
  EXPECT_EQ(text(last, "Type"), "UnsubscribeConfirmation");
  EXPECT_THAT(canonical(1), HasSubstr("Type\nUnsubscribeConfirmation\n"));
  EXPECT_EQ(refused("GetSubscriptionAttributes", {{"SubscriptionArn", arn}}).substr(0, 8),
            "NotFound");
  must("ConfirmSubscription", {{"TopicArn", topic}, {"Token", text(last, "Token")}});
  ASSERT_TRUE(publish("restored"));
  EXPECT_EQ(text(body(2), "Message"), "restored");
}

TEST_F(Signed, ATokenLivesThreeDays) {
  subscribe("https", "https://example.org/hook");
  const auto token = string_of(body(0), "Token");
  EXPECT_EQ(attribute("GetTopicAttributes", {{"TopicArn", topic}}, "SubscriptionsPending"), "1");
  cloud.advance(hours(73));
  EXPECT_EQ(refused("ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}}),
            "InvalidParameter: Invalid parameter: Token");
  EXPECT_EQ(attribute("GetTopicAttributes", {{"TopicArn", topic}}, "SubscriptionsPending"), "0");
  EXPECT_EQ(rows("sns.tokens"), 0u);
}

TEST_F(Signed, AFailedSignerLetsTheMessageGoUnsigned) {
  subscribe("sqs", queue_named("q"));
  cloud.on_job("sns.sign", [](const core::Job&) -> Result<Document> {
    return fail("InvalidConfiguration", "no key", 400);
  });
  ASSERT_TRUE(publish("m"));
  ASSERT_EQ(seen("SendMessage").size(), 1u);
  EXPECT_FALSE(find(*parse_json(text(seen("SendMessage")[0], "MessageBody")), "Signature"));
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
  const std::string topic = topic_named("alerts");
  core::TestCloud cloud{[](core::Registry& registry) {
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
    const auto made = cloud.call(
        "sns", "Subscribe",
        Object{{"TopicArn", topic}, {"Protocol", "email"}, {"Endpoint", "a@example.org"}});
    ASSERT_TRUE(made);
    EXPECT_EQ(text(*made, "SubscriptionArn"), "pending confirmation");
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
  EXPECT_EQ(follow("ConfirmSubscription", {{"TopicArn", topic}, {"Token", "x"}}).error().code,
            "InvalidParameter");
  const auto confirmed = follow("ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}});
  ASSERT_TRUE(confirmed);
  const auto arn = string_of(*confirmed, "SubscriptionArn");
  EXPECT_EQ(authenticated(arn), "false");
  ASSERT_TRUE(follow("Unsubscribe", {{"SubscriptionArn", arn}}));
  EXPECT_EQ(authenticated(arn), "NotFound");
  EXPECT_EQ(follow("Publish", {{"TopicArn", topic}, {"Message", "m"}}).error().code,
            "AccessDenied");
}

TEST_F(Links, DoNotEndWhatAsksForASignature) {
  const auto confirmed = cloud.call(
      "sns", "ConfirmSubscription",
      Object{{"TopicArn", topic}, {"Token", token}, {"AuthenticateOnUnsubscribe", "true"}});
  ASSERT_TRUE(confirmed);
  const auto arn = string_of(*confirmed, "SubscriptionArn");
  EXPECT_EQ(authenticated(arn), "true");
  EXPECT_EQ(follow("Unsubscribe", {{"SubscriptionArn", arn}}).error().code, "AccessDenied");
  EXPECT_TRUE(cloud.call("sns", "Unsubscribe", Object{{"SubscriptionArn", arn}}));
}

}  // namespace
}  // namespace tocsin::sns
