// SPDX-License-Identifier: Apache-2.0
// Encryption at rest, with a KMS that the tests play, and the limit of messages in flight.
#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "services/sqs/flights.hpp"
#include "services/sqs/testing.hpp"

namespace tocsin::sqs {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kPending = "StillPending: the call waits for its reply";

/// What KMS was asked, and what it answers. A data key is sealed by six letters before it.
struct Kms {
  std::vector<core::Request> asked;
  std::optional<Error> refuses;
  int grace = 0;  // so many are answered before

  core::Outcome answer(core::Call& call, const std::function<Document()>& reply) {
    asked.push_back(call.request());
    if (refuses && grace-- <= 0) return *refuses;
    return reply();
  }
  core::Service service() {
    using enum core::Effect;
    const auto none = [](core::Call&) { return std::vector<core::Access>(); };
    const auto generate = [this](core::Call& call) {
      return answer(call, [&] {
        const auto key = call.new_bytes(32);
        return Object{{"CiphertextBlob", base64("sealed" + key)},
                      {"Plaintext", base64(key)},
                      {"KeyId", "arn:aws:kms:us-east-1:123456789012:key/k"}};
      });
    };
    const auto decrypt = [this](core::Call& call) {
      return answer(call, [&] {
        const auto sealed = *unbase64(text(call.params(), "CiphertextBlob"));
        return Object{{"Plaintext", base64(sealed.substr(6))}};
      });
    };
    return {"kms",
            "kms",
            {{"GenerateDataKey", Write, generate, none}, {"Decrypt", Read, decrypt, none}}};
  }
};

/// Sets the number of messages in flight, as no test wants to receive that many.
core::Outcome set_flights(core::Call& call) {
  const auto queue = kQueues.get(call, core::Key::of(call.scope(), "q"));
  kFlights.put(call, core::Key{queue->store},
               {*integer(call.params(), "MaxResults"), call.now() + seconds(10)});
  return Object{};
}

struct SqsEncryption : ::testing::Test {
  Kms kms;
  core::TestCloud cloud{[this](core::Registry& registry) {
    register_sqs(registry);
    registry.add(kms.service());
    registry.add({"lambda", "lambda", {{"ListFunctions", core::Effect::Write, set_flights}}});
  }};
  std::string url = make("q", {{"KmsMasterKeyId", "alias/app"}});

  std::string make(std::string_view name, Object attributes) {
    const auto made = cloud.call(
        "sqs", "CreateQueue", Object{{"QueueName", name}, {"Attributes", std::move(attributes)}});
    EXPECT_TRUE(made) << made.error().message;
    return made ? string_of(*made, "QueueUrl") : "";
  }
  std::string set(Object attributes) {
    const auto done = cloud.call("sqs", "SetQueueAttributes",
                                 Object{{"QueueUrl", url}, {"Attributes", std::move(attributes)}});
    return done ? "" : done.error().code + ": " + done.error().message;
  }
  std::string send(std::string_view body) {
    const auto sent =
        cloud.call("sqs", "SendMessage", Object{{"QueueUrl", url}, {"MessageBody", body}});
    return sent ? "" : sent.error().code + ": " + sent.error().message;
  }
  std::string receive(const std::string& from, int wait = 0) {
    const auto got = cloud.call(
        "sqs", "ReceiveMessage",
        Object{{"QueueUrl", from}, {"MaxNumberOfMessages", 10}, {"WaitTimeSeconds", wait}});
    if (!got) return got.error().code + ": " + got.error().message;
    std::string bodies;
    for (const auto& message : array_of(*got, "Messages"))
      bodies += string_of(message, "Body") + ";";
    return bodies;
  }
  std::vector<std::string> operations() {
    std::vector<std::string> names;
    for (const auto& request : kms.asked)
      names.push_back(request.operation);
    kms.asked.clear();
    return names;
  }
  bool lies_open(std::string_view plain) {
    bool found = false;
    cloud.stores().state->snapshot()->scan(
        "", std::string(8, '\xff'), store::Direction::Forward, [&](auto, std::string_view row) {
          found |= row.contains(plain) || row.contains(base64(plain));
          return true;
        });
    return found;
  }
};

TEST_F(SqsEncryption, BodiesNeverLieOpenButWhereTheQueueSaysSo) {
  EXPECT_EQ(send("the secret of q"), "");
  EXPECT_FALSE(lies_open("the secret of q"));
  EXPECT_EQ(receive(url), "the secret of q;");
  url = make("house", {});
  EXPECT_EQ(send("the secret of house"), "");
  EXPECT_FALSE(lies_open("the secret of house"));
  EXPECT_EQ(receive(url), "the secret of house;");
  url = make("open", {{"SqsManagedSseEnabled", "false"}});
  EXPECT_EQ(send("no secret"), "");
  EXPECT_TRUE(lies_open("no secret"));
  EXPECT_EQ(receive(url), "no secret;");
}

TEST_F(SqsEncryption, KmsIsAskedAsTheCallerOnceInTheReusePeriod) {
  EXPECT_EQ(send("a"), "");
  ASSERT_EQ(kms.asked.size(), 2u);
  const auto& made = kms.asked[0];
  EXPECT_EQ(text(made.params, "KeyId"), "alias/app");
  EXPECT_EQ(text(object_of(made.params, "EncryptionContext"), "aws:sqs:arn"), queue_arn("q"));
  EXPECT_EQ(made.credential.service, "sqs.amazonaws.com");
  EXPECT_THAT(operations(), ElementsAre("GenerateDataKey", "Decrypt"));
  send("b");
  EXPECT_EQ(receive(url), "a;b;");
  EXPECT_THAT(operations(), ElementsAre("Decrypt"));
  cloud.advance(seconds(301));
  EXPECT_EQ(receive(url), "a;b;");
  send("c");
  EXPECT_THAT(operations(), ElementsAre("Decrypt", "GenerateDataKey", "Decrypt"));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(SqsEncryption, WhatKmsRefusesIsToldWithTheCodesOfSqs) {
  const auto told = [&](std::string code) {
    kms.refuses = Error{std::move(code), "No."};
    return send("a");
  };
  EXPECT_EQ(told("AccessDeniedException"),
            "KmsAccessDenied: No. (Service: AWSKMS; Status Code: 400; Error Code: "
            "AccessDeniedException)");
  EXPECT_THAT(told("DisabledException"), StartsWith("KmsDisabled: "));
  EXPECT_THAT(told("NotFoundException"), StartsWith("KmsNotFound: "));
  EXPECT_THAT(told("InvalidKeyUsageException"), StartsWith("KmsInvalidKeyUsage: "));
  EXPECT_THAT(told("KMSInvalidStateException"), StartsWith("KmsInvalidState: "));
  EXPECT_THAT(told("ThrottlingException"), StartsWith("KmsThrottled: "));
}

TEST_F(SqsEncryption, AReceiverWhoMayNotDecryptGetsTheErrorAndTheMessageStays) {
  send("a");
  cloud.advance(seconds(301));
  kms.refuses = Error{"AccessDeniedException", "No."};
  EXPECT_THAT(receive(url), StartsWith("KmsAccessDenied: "));
  kms.refuses.reset();
  EXPECT_EQ(receive(url), "a;");
}

TEST_F(SqsEncryption, AWaitingReceiverAsksKmsForItself) {
  EXPECT_EQ(receive(url, 20), kPending);
  send("late");
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  const auto& reply = cloud.late_replies.begin()->second;
  ASSERT_TRUE(reply);
  EXPECT_EQ(text(array_of(*reply, "Messages")[0], "Body"), "late");
}

TEST_F(SqsEncryption, AWaitingReceiverIsToldThatItMayNot) {
  EXPECT_EQ(receive(url, 20), kPending);
  kms.grace = 2;
  kms.refuses = Error{"AccessDeniedException", "No."};
  EXPECT_EQ(send("b"), "");
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  const auto& reply = cloud.late_replies.begin()->second;
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "KmsAccessDenied");
  kms.refuses.reset();
  EXPECT_EQ(receive(url), "b;");
}

TEST_F(SqsEncryption, KeysOfKmsAndOfTheHouseExcludeEachOther) {
  const auto both = Object{{"KmsMasterKeyId", "alias/app"}, {"SqsManagedSseEnabled", "true"}};
  EXPECT_THAT(set(both), StartsWith("InvalidAttributeName: You can use one type of server-side "
                                    "encryption (SSE) at one time."));
  EXPECT_THAT(set({{"KmsDataKeyReusePeriodSeconds", "59"}}), StartsWith("InvalidAttributeValue"));
  const auto shown = *cloud.call("sqs", "GetQueueAttributes",
                                 Object{{"QueueUrl", url}, {"AttributeNames", Array{"All"}}});
  const auto& attributes = object_of(shown, "Attributes");
  EXPECT_EQ(text(attributes, "KmsMasterKeyId"), "alias/app");
  EXPECT_EQ(text(attributes, "KmsDataKeyReusePeriodSeconds"), "300");
  EXPECT_EQ(text(attributes, "SqsManagedSseEnabled"), "false");
}

TEST_F(SqsEncryption, ADeadLetterStaysUnderItsFirstKey) {
  const auto dead = make("dead", {});
  const Object redrive{{"deadLetterTargetArn", queue_arn("dead")}, {"maxReceiveCount", 1}};
  ASSERT_EQ(set({{"RedrivePolicy", to_json(redrive)}}), "");
  send("poison");
  ASSERT_EQ(receive(url), "poison;");
  cloud.advance(seconds(31));
  ASSERT_EQ(receive(url), "");
  kms.refuses = Error{"DisabledException", "k is disabled."};
  EXPECT_THAT(receive(dead), HasSubstr("KmsDisabled: k is disabled."));
  kms.refuses.reset();
  EXPECT_EQ(receive(dead), "poison;");
  cloud.advance(seconds(31));
  ASSERT_TRUE(cloud.call("sqs", "StartMessageMoveTask", Object{{"SourceArn", queue_arn("dead")}}));
  EXPECT_EQ(receive(url), "poison;");
}

TEST_F(SqsEncryption, AMoveThatKmsRefusesFails) {
  const auto dead = make("dead", {});
  const Object redrive{{"deadLetterTargetArn", queue_arn("dead")}, {"maxReceiveCount", 1}};
  ASSERT_EQ(set({{"RedrivePolicy", to_json(redrive)}}), "");
  send("poison");
  receive(url);
  cloud.advance(seconds(31));
  ASSERT_EQ(receive(url), "");
  cloud.advance(seconds(301));
  kms.refuses = Error{"AccessDeniedException", "No."};
  ASSERT_TRUE(cloud.call("sqs", "StartMessageMoveTask", Object{{"SourceArn", queue_arn("dead")}}));
  const auto tasks =
      *cloud.call("sqs", "ListMessageMoveTasks", Object{{"SourceArn", queue_arn("dead")}});
  EXPECT_EQ(text(array_of(tasks, "Results")[0], "Status"), "FAILED");
  EXPECT_EQ(text(array_of(tasks, "Results")[0], "FailureReason"), "KmsAccessDenied");
}

struct SqsFlights : SqsEncryption {
  void pretend(std::int64_t count) {
    ASSERT_TRUE(cloud.call("lambda", "ListFunctions", Object{{"MaxResults", count}}));
  }
};

TEST_F(SqsFlights, TooManyMessagesInFlightAreAnErrorOfAShortPoll) {
  for (const auto* body : {"a", "b", "c"})
    send(body);
  pretend(kMostInFlight - 2);
  EXPECT_EQ(receive(url), "a;b;");
  EXPECT_EQ(receive(url),
            "OverLimit: Too many in-flight messages: the limit of 120000 is reached for this "
            "queue.");
  EXPECT_EQ(receive(url, 1), kPending);
  cloud.advance(seconds(11));  // it is counted anew: two are out
  EXPECT_EQ(receive(url), "c;");
}

}  // namespace
}  // namespace tocsin::sqs
