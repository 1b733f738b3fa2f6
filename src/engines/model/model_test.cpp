// SPDX-License-Identifier: Apache-2.0
#include "engines/model/model.hpp"

#include <chrono>

#include "engines/model/check.hpp"

namespace tocsin::model {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Operation& operation(std::string_view service_id, std::string_view name) {
  return *service(service_id)->operation(name);
}

TEST(Model, ListsItsServices) {
  EXPECT_THAT(service_ids(), Contains("events"));
  EXPECT_THAT(service_ids(), Contains("tocsin"));
  EXPECT_EQ(service("nonesuch"), nullptr);
}

TEST(Model, KnowsAServiceByItsNameAndTarget) {
  const auto* sqs = service("sqs");
  ASSERT_NE(sqs, nullptr);
  EXPECT_EQ(sqs->target_prefix, "AmazonSQS");
  EXPECT_EQ(sqs->json_version, "1.0");
  EXPECT_TRUE(sqs->query_compatible);
  EXPECT_TRUE(sqs->speaks(Protocol::Query));
  EXPECT_TRUE(sqs->speaks(Protocol::Json));
  EXPECT_EQ(service_of_target("AmazonSQS"), sqs);
  EXPECT_EQ(service_of_target("Tocsin"), service("tocsin"));
  EXPECT_EQ(service_of_target("CloudTrail_20131101"), service("cloudtrail"));
  EXPECT_EQ(service_of_target("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
            service("cloudtrail"));
  EXPECT_EQ(service_of_target("Nonesuch"), nullptr);
  EXPECT_EQ(service_of_target(""), nullptr);
}

TEST(Model, OpensEc2Quickly) {
  const auto start = std::chrono::steady_clock::now();
  const auto* ec2 = service("ec2");
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GT(ec2->operations.size(), 600u);
  EXPECT_LT(took, std::chrono::milliseconds(200));  // the sanitizers too; -O2: 4 ms
  RecordProperty("ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}

TEST(Model, KnowsShapesAndBindings) {
  const auto& put = operation("s3", "PutObject");
  EXPECT_EQ(put.method, "PUT");
  EXPECT_EQ(put.uri, "/{Bucket}/{Key+}");
  const auto& input = *put.input->shape;
  ASSERT_NE(input.payload, nullptr);
  EXPECT_EQ(input.payload->name, "Body");
  EXPECT_TRUE(input.payload->streaming);
  EXPECT_EQ(input.member("ChecksumCRC64NVME")->location_name, "x-amz-checksum-crc64nvme");
  EXPECT_EQ(input.member("Metadata")->location, Location::Headers);
  EXPECT_FALSE(put.input->required);
  EXPECT_TRUE(input.member("Bucket")->required);
  EXPECT_EQ(input.member("Nonesuch"), nullptr);
}

TEST(Model, KnowsErrorsWithCodesAndStatuses) {
  const auto* error = service("iam")->error("NoSuchEntity");
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->name, "NoSuchEntityException");
  EXPECT_EQ(error->status, 404);
  EXPECT_EQ(service("sqs")->error("QueueDoesNotExist")->code,
            "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_EQ(service("lambda")->error("ResourceNotFoundException")->message_member, "Message");
  EXPECT_THAT(operation("iam", "GetRole").errors, Contains(error));
}

TEST(Model, KnowsPagesTokensAndUnsignedCalls) {
  EXPECT_EQ(operation("iam", "ListRoles").output_token, "Marker");
  EXPECT_EQ(operation("events", "ListRules").name, "ListRules");
  EXPECT_TRUE(operation("sts", "AssumeRoleWithWebIdentity").unsigned_call);
  EXPECT_FALSE(operation("sts", "AssumeRole").unsigned_call);
  EXPECT_EQ(operation("ssm-incidents", "StartIncident").idempotency_token()->name, "clientToken");
  EXPECT_EQ(operation("sts", "AssumeRole").idempotency_token(), nullptr);
  EXPECT_THAT(operation("lambda", "CreateFunction").input->shape->member("Runtime")->shape->values,
              Contains("python3.12"));
}

TEST(Model, EveryServiceOpens) {
  for (const auto& id : service_ids()) {
    const auto* found = service(id);
    ASSERT_NE(found, nullptr) << id;
    EXPECT_EQ(found->id, id);
    EXPECT_FALSE(found->operations.empty()) << id;
    EXPECT_TRUE(found->speaks(found->primary)) << id;
    for (const auto& each : found->operations)
      EXPECT_EQ(found->operation(each.name), &each);
  }
}

TEST(Check, AcceptsWhatIsRight) {
  const Document params = Object{{"RoleName", "r"}, {"AssumeRolePolicyDocument", "{}"}};
  EXPECT_TRUE(check(*service("iam"), operation("iam", "CreateRole"), params));
}

TEST(Check, WordsViolationsAsAwsDoes) {
  auto refused = check(*service("iam"), operation("iam", "CreateRole"), Object{{"RoleName", ""}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ValidationError");
  EXPECT_EQ(refused.error().message,
            "2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; Value null at "
            "'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null");
}

TEST(Check, NamesNestedMembers) {
  const Document params = Object{
      {"Name", "n"},
      {"EventPattern", "{}"},
      {"Tags", Array{Object{{"Key", "k"}, {"Value", "v"}}, Object{{"Key", ""}, {"Value", "v"}}}}};
  auto refused = check(*service("events"), operation("events", "PutRule"), params);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ValidationException");
  EXPECT_THAT(refused.error().message, HasSubstr("Value '' at 'tags.2.member.key' failed"));
}

TEST(Check, HasOtherWordsForSqsAndLogs) {
  auto sqs = check(*service("sqs"), operation("sqs", "SendMessage"), Object{{"QueueUrl", "u"}});
  EXPECT_EQ(sqs.error().code, "MissingParameter");
  EXPECT_EQ(sqs.error().message, "The request must contain the parameter MessageBody.");
  auto logs = check(*service("logs"), operation("logs", "CreateLogGroup"), Object{});
  EXPECT_EQ(logs.error().code, "InvalidParameterException");
}

TEST(Check, RefusesTheWrongKindOfValue) {
  auto kind = [](const Document& memory) {
    const Document params = Object{{"FunctionName", "f"}, {"MemorySize", memory}};
    auto result =
        check(*service("lambda"), operation("lambda", "UpdateFunctionConfiguration"), params);
    return result ? std::string() : result.error().code + ": " + result.error().message;
  };
  EXPECT_EQ(kind(128), "");
  EXPECT_EQ(kind(128.0), "");
  EXPECT_EQ(kind("128"), "SerializationException: STRING_VALUE can not be converted to an Integer");
  EXPECT_EQ(kind(128.5), "SerializationException: NUMBER_VALUE can not be converted to an Integer");
  EXPECT_EQ(kind(Array{}), "SerializationException: Start of list found where not expected");
  EXPECT_THAT(kind(99999), HasSubstr("Member must have value less than or equal to 10240"));
}

TEST(Check, AcceptsABlobReferenceWhereTheModelStreams) {
  const Document params =
      Object{{"Bucket", "b"}, {"Key", "k"}, {"Body", Object{{"$blob", "00"}, {"size", 1}}}};
  EXPECT_TRUE(check(*service("s3"), operation("s3", "PutObject"), params));
}

TEST(Check, FindsWhatAReplyMayNotHave) {
  const auto& output = *operation("tocsin", "GetTimeline").output->shape;
  const Document reply = Object{
      {"Nodes", Array{Object{{"Id", "1"}, {"Time", "now"}, {"Colour", "red"}}}}, {"Extra", 1}};
  EXPECT_THAT(unknown_members(output, reply),
              ElementsAre("Nodes[0].Time: STRING_VALUE can not be converted to a Timestamp",
                          "Nodes[0].Colour: unknown", "Extra: unknown"));
}

TEST(Check, VisitsSecrets) {
  Document params = Object{{"FunctionName", "f"},
                           {"Code", Object{{"ZipFile", "UEsFBg=="}}},
                           {"Environment", Object{{"Variables", Object{{"TOKEN", "secret"}}}}}};
  int visited = 0;
  for_each_sensitive(*operation("lambda", "CreateFunction").input->shape, params, [&](Document& d) {
    ++visited;
    d = "sealed";
  });
  EXPECT_EQ(visited, 2);
  EXPECT_EQ(*find_path(params, "Environment.Variables"), "sealed");
  EXPECT_EQ(text(params, "FunctionName"), "f");
}

}  // namespace
}  // namespace tocsin::model
