// SPDX-License-Identifier: Apache-2.0
// Topics under a key of KMS, which the tests play.
#include "services/sns/testing.hpp"

namespace tocsin::sns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What KMS was asked, and what it answers. A data key is sealed by six letters before it.
struct Kms {
  std::vector<core::Request> asked;
  std::optional<Error> refuses;

  core::Service service() {
    using enum core::Effect;
    const auto none = [](core::Call&) { return std::vector<core::Access>(); };
    const auto generate = [this](core::Call& call) -> core::Outcome {
      asked.push_back(call.request());
      if (refuses) return *refuses;
      const auto key = call.new_bytes(32);
      return Object{{"CiphertextBlob", base64("sealed" + key)},
                    {"Plaintext", base64(key)},
                    {"KeyId", "arn:aws:kms:us-east-1:123456789012:key/k"}};
    };
    const auto decrypt = [this](core::Call& call) -> core::Outcome {
      asked.push_back(call.request());
      if (refuses) return *refuses;
      const auto sealed = *unbase64(text(call.params(), "CiphertextBlob"));
      return Object{{"Plaintext", base64(sealed.substr(6))}};
    };
    return {"kms",
            "kms",
            {{"GenerateDataKey", Write, generate, none}, {"Decrypt", Read, decrypt, none}}};
  }
};

struct SnsEncryption : ::testing::Test {
  Kms kms;
  core::TestCloud cloud{[this](core::Registry& registry) {
    register_all(registry);
    registry.add(kms.service());
  }};
  const std::string topic = topic_named("alerts");
  std::vector<std::string> mails;
  bool lay_open = false;

  void SetUp() override {
    must("CreateTopic",
         {{"Name", "alerts"}, {"Attributes", Object{{"KmsMasterKeyId", "alias/app"}}}});
    std::string token;
    cloud.on_job("mail.send", [&](const core::Job& job) -> Result<Document> {
      const auto words = string_of(job.payload, "Text");
      token = words.substr(words.find("Token=") + 6, 128);
      return Document(Object{});
    });
    must("Subscribe", {{"TopicArn", topic}, {"Protocol", "email"}, {"Endpoint", "a@b.example"}});
    must("ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}});
    cloud.on_job("mail.send", [&](const core::Job& job) -> Result<Document> {
      mails.push_back(string_of(job.payload, "Text"));
      lay_open |= lies_open("the secret");
      return Document(Object{});
    });
  }
  Document must(std::string_view operation, Object params) {
    const auto reply = cloud.call("sns", operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << reply.error().message;
    return reply ? *reply : Document();
  }
  std::string publish(std::string_view message) {
    const auto done =
        cloud.call("sns", "Publish", Object{{"TopicArn", topic}, {"Message", message}});
    return done ? "" : done.error().code + ": " + done.error().message;
  }
  bool lies_open(std::string_view plain) {
    bool found = false;
    cloud.stores().state->snapshot()->scan(
        "", std::string(8, '\xff'), store::Direction::Forward,
        [&](auto, std::string_view row) { return found |= row.contains(plain), true; });
    return found;
  }
  std::vector<std::string> operations() {
    std::vector<std::string> names;
    for (const auto& request : kms.asked)
      names.push_back(request.operation);
    kms.asked.clear();
    return names;
  }
};

TEST_F(SnsEncryption, TheMessageNeverLiesOpenOnItsWay) {
  EXPECT_EQ(publish("the secret"), "");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_THAT(mails[0], StartsWith("the secret\n"));
  EXPECT_FALSE(lay_open);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(SnsEncryption, WithoutAKeyItDoes) {
  must("SetTopicAttributes",
       {{"TopicArn", topic}, {"AttributeName", "KmsMasterKeyId"}, {"AttributeValue", ""}});
  EXPECT_EQ(publish("the secret"), "");
  EXPECT_TRUE(lay_open);
  EXPECT_THAT(operations(), ElementsAre());
}

TEST_F(SnsEncryption, KmsIsAskedAsThePublisherOnceInFiveMinutes) {
  publish("a");
  ASSERT_EQ(kms.asked.size(), 2u);
  EXPECT_EQ(text(kms.asked[0].params, "KeyId"), "alias/app");
  EXPECT_EQ(text(object_of(kms.asked[0].params, "EncryptionContext"), "aws:sns:topicArn"), topic);
  EXPECT_EQ(kms.asked[0].credential.service, "sns.amazonaws.com");
  EXPECT_THAT(operations(), ElementsAre("GenerateDataKey", "Decrypt"));
  publish("b");
  EXPECT_THAT(operations(), ElementsAre());
  cloud.advance(std::chrono::seconds(301));
  publish("c");
  EXPECT_THAT(operations(), ElementsAre("GenerateDataKey", "Decrypt"));
  EXPECT_EQ(mails.size(), 3u);
}

TEST_F(SnsEncryption, WhatKmsRefusesIsToldWithTheCodesOfSns) {
  const auto told = [&](std::string code) {
    kms.refuses = Error{std::move(code), "No."};
    return publish("a");
  };
  EXPECT_EQ(told("AccessDeniedException"),
            "KMSAccessDenied: No. (Service: AWSKMS; Status Code: 400; Error Code: "
            "AccessDeniedException)");
  EXPECT_THAT(told("DisabledException"), StartsWith("KMSDisabled: "));
  EXPECT_THAT(told("NotFoundException"), StartsWith("KMSNotFound: "));
  EXPECT_THAT(told("KMSInvalidStateException"), StartsWith("KMSInvalidState: "));
  EXPECT_THAT(told("ThrottlingException"), StartsWith("KMSThrottling: "));
  const auto batch = cloud.call(
      "sns", "PublishBatch",
      Object{{"TopicArn", topic},
             {"PublishBatchRequestEntries", Array{Object{{"Id", "1"}, {"Message", "m"}}}}});
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().code, "KMSThrottling");
  EXPECT_TRUE(mails.empty());
}

/// Sets the number of filter policies, as no test wants to make that many.
core::Outcome set_filters(core::Call& call) {
  kFilters.put(call, core::Key::of(call.scope()), {*integer(call.params(), "MaxResults")});
  return Object{};
}

TEST(SnsFilterPolicies, AnAccountHasTenThousandAtMost) {
  core::TestCloud cloud([](core::Registry& registry) {
    register_sns(registry);
    registry.add({"lambda", "lambda", {{"ListFunctions", core::Effect::Write, set_filters}}});
  });
  const auto topic = topic_named("t");
  const auto subscribe = [&](std::string_view queue) {
    return cloud.call("sns", "Subscribe",
                      Object{{"TopicArn", topic},
                             {"Protocol", "sqs"},
                             {"Endpoint", queue_named(queue)},
                             {"Attributes", Object{{"FilterPolicy", R"({"a":["b"]})"}}}});
  };
  ASSERT_TRUE(cloud.call("sns", "CreateTopic", Object{{"Name", "t"}}));
  ASSERT_TRUE(cloud.call("lambda", "ListFunctions", Object{{"MaxResults", 9'999}}));
  const auto last = subscribe("a");
  ASSERT_TRUE(last);
  const auto one_more = subscribe("b");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().code, "FilterPolicyLimitExceeded");
  ASSERT_TRUE(cloud.call("sns", "Unsubscribe",
                         Object{{"SubscriptionArn", text(*last, "SubscriptionArn")}}));
  EXPECT_TRUE(subscribe("b"));
}

}  // namespace
}  // namespace tocsin::sns
