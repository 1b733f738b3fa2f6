// SPDX-License-Identifier: Apache-2.0
#include "services/sns/delivery_policy.hpp"
#include "services/sns/testing.hpp"

namespace tocsin::sns {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<long> delays(HealthyRetryPolicy policy) {
  std::vector<long> out;
  for (int i = 1; auto delay = delay_before_retry(policy, i); ++i)
    out.push_back(static_cast<long>(delay->count() / 1000));
  return out;
}

TEST(DeliveryPolicies, HaveFourPhases) {
  EXPECT_THAT(delays({}), ElementsAre(20, 20, 20));
  HealthyRetryPolicy policy{.min_delay = 10,
                            .max_delay = 100,
                            .retries = 9,
                            .no_delay = 1,
                            .min_delay_tries = 2,
                            .max_delay_tries = 2,
                            .function = "linear"};
  EXPECT_THAT(delays(policy), ElementsAre(0, 10, 10, 10, 40, 70, 100, 100, 100));
  policy.function = "arithmetic";
  EXPECT_THAT(delays(policy), ElementsAre(0, 10, 10, 10, 20, 50, 100, 100, 100));
  policy.function = "geometric";
  EXPECT_THAT(delays(policy), ElementsAre(0, 10, 10, 10, 21, 46, 100, 100, 100));
  policy.function = "exponential";
  EXPECT_THAT(delays(policy), ElementsAre(0, 10, 10, 10, 22, 48, 100, 100, 100));
}

struct Http : SnsTest {
  std::string subscription_arn;
  std::vector<Document> requests;
  std::vector<Time> times;
  int status = 200;

  void listen(Object attributes = {}) {
    subscription_arn = confirmed("https", "https://example.org/hook", std::move(attributes));
    cloud.on_job("http.request", [this](const core::Job& job) -> Result<Document> {
      requests.push_back(job.payload);
      times.push_back(cloud.now());
      return Document(Object{{"Status", status}});
    });
  }
  std::string body(std::size_t index = 0) { return string_of(requests[index], "Body"); }
};

TEST_F(Http, TheEndpointGetsHeadersAndTheNotification) {
  listen();
  const auto sent = publish("hello");
  ASSERT_EQ(requests.size(), 1u);
  const auto& headers = object_of(requests[0], "Headers");
  EXPECT_EQ(text(headers, "x-amz-sns-message-type"), "Notification");
  EXPECT_EQ(text(headers, "x-amz-sns-message-id"), text(*sent, "MessageId"));
  EXPECT_EQ(text(headers, "x-amz-sns-topic-arn"), topic);
  EXPECT_EQ(text(headers, "x-amz-sns-subscription-arn"), subscription_arn);
  EXPECT_EQ(text(headers, "Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(text(*parse_json(body()), "Message"), "hello");
  EXPECT_EQ(rows("sns.publications"), 0u);
}

TEST_F(Http, RawDeliveryAndAnOwnContentType) {
  listen({{"RawMessageDelivery", "true"},
          {"DeliveryPolicy", R"({"requestPolicy":{"headerContentType":"application/json"}})"}});
  ASSERT_TRUE(publish("{}"));
  EXPECT_EQ(body(), "{}");
  EXPECT_EQ(text(object_of(requests[0], "Headers"), "x-amz-sns-rawdelivery"), "true");
  EXPECT_EQ(text(object_of(requests[0], "Headers"), "Content-Type"), "application/json");
}

TEST_F(Http, ServerErrorsAreRetriedByThePolicyThenDead) {
  listen({{"RedrivePolicy", to_json(Object{{"deadLetterTargetArn", queue_named("dead")}})},
          {"DeliveryPolicy",
           R"({"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":5,"numRetries":3,)"
           R"("numNoDelayRetries":1,"numMaxDelayRetries":1}})"}});
  status = 503;
  ASSERT_TRUE(publish("m"));
  EXPECT_EQ(requests.size(), 2u);  // one retry at once
  EXPECT_EQ(rows("sns.publications"), 1u);
  cloud.advance(seconds(30));
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(times[2] - times[1], seconds(1));
  EXPECT_EQ(times[3] - times[2], seconds(5));
  EXPECT_THAT(queues(), ElementsAre("dead"));
  EXPECT_EQ(rows("sns.publications"), 0u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Http, ClientErrorsAreNotRetried) {
  listen();
  status = 404;
  ASSERT_TRUE(publish("m"));
  cloud.advance(seconds(100));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(Http, AThrottledEndpointGetsItsMessagesOneByOne) {
  listen({{"DeliveryPolicy", R"({"throttlePolicy":{"maxReceivesPerSecond":2}})"}});
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(publish("m"));
  EXPECT_EQ(requests.size(), 1u);
  cloud.advance(milliseconds(1'000));
  EXPECT_EQ(requests.size(), 3u);
  cloud.advance(seconds(1));
  EXPECT_EQ(requests.size(), 4u);
}

TEST_F(Http, PoliciesAreChecked) {
  const auto why = [&](std::string_view policy) {
    return refused("Subscribe",
                   subscription("https", "https://example.org", {{"DeliveryPolicy", policy}}));
  };
  EXPECT_THAT(why("x"), HasSubstr("failed to parse JSON"));
  EXPECT_THAT(why(R"({"healthyRetryPolicy":{"minDelayTarget":0}})"), HasSubstr("minDelayTarget"));
  EXPECT_THAT(why(R"({"healthyRetryPolicy":{"numRetries":101}})"), HasSubstr("numRetries"));
  EXPECT_THAT(why(R"({"healthyRetryPolicy":{"numRetries":1,"numNoDelayRetries":2}})"),
              HasSubstr("total of"));
  EXPECT_THAT(why(R"({"healthyRetryPolicy":{"backoffFunction":"cubic"}})"),
              HasSubstr("backoffFunction"));
  EXPECT_THAT(why(R"({"throttlePolicy":{"maxReceivesPerSecond":0}})"),
              HasSubstr("maxReceivesPerSecond"));
  EXPECT_THAT(
      refused("Subscribe", subscription("sqs", queue_named("q"), {{"DeliveryPolicy", "{}"}})),
      HasSubstr("only supported for HTTP/S"));
}

TEST_F(Http, StatusIsLoggedWhereTheTopicNamesARole) {
  for (const auto* name : {"HTTPSuccessFeedbackRoleArn", "HTTPFailureFeedbackRoleArn"})
    must("SetTopicAttributes", {{"TopicArn", topic},
                                {"AttributeName", name},
                                {"AttributeValue", "arn:aws:iam::123456789012:role/logs"}});
  must("SetTopicAttributes", {{"TopicArn", topic},
                              {"AttributeName", "HTTPSuccessFeedbackSampleRate"},
                              {"AttributeValue", "100"}});
  listen();
  ASSERT_TRUE(publish("m"));
  status = 404;
  ASSERT_TRUE(publish("m"));
  std::set<std::string> groups;
  for (const auto& put : seen("PutLogEvents")) {
    groups.insert(string_of(put, "logGroupName"));
    EXPECT_THAT(std::string(text(array_of(put, "logEvents")[0], "message")),
                HasSubstr("\"destination\":\"https://example.org/hook\""));
  }
  EXPECT_THAT(groups, ElementsAre("sns/us-east-1/123456789012/alerts",
                                  "sns/us-east-1/123456789012/alerts/Failure"));
}

TEST_F(Http, ABouncedAddressGetsNothingMoreUntilItIsSubscribedAgain) {
  confirmed("email", "a@example.org");
  int mails = 0;
  cloud.on_job("mail.send", [&](const core::Job&) -> Result<Document> {
    ++mails;
    return fail("MailRejected", "550 no such user");
  });
  ASSERT_TRUE(publish("1"));
  ASSERT_TRUE(publish("2"));
  EXPECT_EQ(mails, 1);
  subscribe("email", "a@example.org");
  ASSERT_TRUE(publish("3"));
  EXPECT_EQ(mails, 2);
}

struct Devices : SnsTest {
  std::vector<Document> pushed, texted;
  Error failure;
  void SetUp() override {
    SnsTest::SetUp();
    const auto keep = [this](std::vector<Document>& into) {
      return [this, &into](const core::Job& job) -> Result<Document> {
        into.push_back(job.payload);
        if (!failure.code.empty()) return fail(failure);
        return Document(Object{{"Status", 200}});
      };
    };
    cloud.on_job("push.send", keep(pushed));
    cloud.on_job("sms.send", keep(texted));
  }
  std::string application() {
    return string_of(must("CreatePlatformApplication",
                          {{"Name", "app"},
                           {"Platform", "GCM"},
                           {"Attributes", Object{{"PlatformCredential", "secret"}}}}),
                     "PlatformApplicationArn");
  }
  std::string device(const std::string& app, std::string_view token) {
    return string_of(
        must("CreatePlatformEndpoint", {{"PlatformApplicationArn", app}, {"Token", token}}),
        "EndpointArn");
  }
};

TEST_F(Devices, GetWhatTheirPlatformWouldShow) {
  const auto app = application();
  const auto phone = device(app, "phone-1");
  EXPECT_EQ(device(app, "phone-1"), phone);
  EXPECT_THAT(
      refused("CreatePlatformEndpoint",
              {{"PlatformApplicationArn", app}, {"Token", "phone-1"}, {"CustomUserData", "x"}}),
      HasSubstr("already exists with the same Token, but different attributes."));
  must("Publish", {{"TargetArn", phone}, {"Message", "direct"}});
  subscribe("application", phone);
  ASSERT_TRUE(publish(
      to_json(Object{{"default", "d"},
                     {"GCM", R"({"notification":{"title":"T","body":"B"},"priority":"high"})"}}),
      {{"MessageStructure", "json"}}));
  ASSERT_EQ(pushed.size(), 2u);
  EXPECT_EQ(text(pushed[0], "Message"), "direct");
  EXPECT_EQ(to_json(pushed[1]), R"({"Token":"phone-1","Title":"T","Message":"B","Priority":5})");
  EXPECT_EQ(rows("sns.publications"), 0u);
}

TEST_F(Devices, AreDisabledWhenTheServerDoesNotKnowThem) {
  const auto app = application();
  const auto phone = device(app, "phone-1");
  failure = {"EndpointGone", "410"};
  must("Publish", {{"TargetArn", phone}, {"Message", "m"}});
  EXPECT_EQ(attribute("GetEndpointAttributes", {{"EndpointArn", phone}}, "Enabled"), "false");
  EXPECT_EQ(refused("Publish", {{"TargetArn", phone}, {"Message", "m"}}),
            "EndpointDisabled: Endpoint is disabled");
  failure = {};
  must("SetEndpointAttributes",
       {{"EndpointArn", phone}, {"Attributes", Object{{"Enabled", "true"}, {"Token", "new"}}}});
  must("Publish", {{"TargetArn", phone}, {"Message", "m"}});
  EXPECT_EQ(text(pushed.back(), "Token"), "new");
  EXPECT_EQ(array_of(must("ListEndpointsByPlatformApplication", {{"PlatformApplicationArn", app}}),
                     "Endpoints")
                .size(),
            1u);
  must("DeletePlatformApplication", {{"PlatformApplicationArn", app}});
  EXPECT_EQ(rows("sns.devices"), 0u);
  EXPECT_THAT(refused("Publish", {{"TargetArn", phone}, {"Message", "m"}}),
              HasSubstr("No endpoint found for the target arn specified"));
  EXPECT_THAT(refused("CreatePlatformApplication",
                      {{"Name", "a"}, {"Platform", "FAX"}, {"Attributes", Object{}}}),
              HasSubstr("Platform"));
}

TEST_F(Devices, TextMessagesGoToNumbersThatWantThem) {
  must("SetSMSAttributes", {{"attributes", Object{{"DefaultSenderID", "Tocsin"}}}});
  EXPECT_THAT(refused("SetSMSAttributes", {{"attributes", Object{{"DefaultSMSType", "Loud"}}}}),
              HasSubstr("Promotional or Transactional"));
  must("Publish", {{"PhoneNumber", "+4915112345678"}, {"Message", "hello"}});
  ASSERT_EQ(texted.size(), 1u);
  EXPECT_EQ(text(texted[0], "From"), "Tocsin");
  EXPECT_EQ(text(texted[0], "Message"), "hello");
  EXPECT_THAT(refused("Publish", {{"PhoneNumber", "none"}, {"Message", "m"}}),
              HasSubstr("PhoneNumber Reason: none is not valid to publish to"));
  failure = {"OptedOut", "no"};
  subscribe("sms", "+4915112345678");
  ASSERT_TRUE(publish("m"));
  const Object number{{"phoneNumber", "+4915112345678"}};
  EXPECT_TRUE(flag(must("CheckIfPhoneNumberIsOptedOut", number), "isOptedOut"));
  EXPECT_EQ(array_of(must("ListPhoneNumbersOptedOut", {}), "phoneNumbers").size(), 1u);
  ASSERT_TRUE(publish("m"));
  EXPECT_EQ(texted.size(), 2u);  // not tried again
  must("OptInPhoneNumber", number);
  failure = {};
  ASSERT_TRUE(publish("m"));
  EXPECT_EQ(texted.size(), 3u);
  EXPECT_EQ(text(object_of(must("GetSMSAttributes", {}), "attributes"), "DefaultSenderID"),
            "Tocsin");
}

}  // namespace
}  // namespace tocsin::sns
