// SPDX-License-Identifier: Apache-2.0
// The first incident, on real services and virtual time: a trail is stopped, and runs again. The
// two functions are played by the test, which calls with the credentials and the trace header that
// a sandbox would have.
#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "core/trace.hpp"
#include "services/cloudtrail/cloudtrail.hpp"
#include "services/events/events.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"

namespace tocsin {
namespace {

using core::Credential;
using core::Job;
using core::Registry;
using core::TestCloud;

constexpr auto kTopic = "arn:aws:sns:us-east-1:123456789012:analyst";
constexpr auto kQueue = "arn:aws:sqs:us-east-1:123456789012:inbox";
constexpr auto kRule = "arn:aws:events:us-east-1:123456789012:rule/trail-stopped";

std::string function_arn(std::string_view name) {
  return "arn:aws:lambda:us-east-1:123456789012:function:" + std::string(name);
}

std::string allow(std::string_view action, std::string_view principal = {}) {
  Object statement{{"Effect", "Allow"}, {"Action", action}};
  if (action != "sts:AssumeRole") statement["Resource"] = "*";
  if (!principal.empty()) statement["Principal"] = Object{{"Service", principal}};
  return to_json(Object{{"Version", "2012-10-17"}, {"Statement", Array{std::move(statement)}}});
}

void register_services(Registry& registry) {
  iam::register_iam(registry);
  cloudtrail::register_cloudtrail(registry);
  events::register_events(registry);
  lambda::register_lambda(registry);
  sns::register_sns(registry);
  sqs::register_sqs(registry);
}

class StopLogging : public testing::Test {
 protected:
  StopLogging() : cloud(register_services) {
    cloud.on_job("function.inspect_code", [this](const Job&) -> Result<Document> {
      return Document(Object{{"Code", store::to_document(*cloud.stores().blobs->put("zip"))},
                             {"CodeSha256", "x="},
                             {"CodeSize", 3}});
    });
    cloud.on_job("function.invoke", [this](const Job& job) {
      auto result = play(job);
      EXPECT_TRUE(result) << result.error().code << ": " << result.error().message;
      return result;
    });
    set_up();
  }

  Document must(std::string_view service, std::string_view operation, Document params) {
    auto reply = cloud.call(service, operation, std::move(params));
    EXPECT_TRUE(reply) << service << ":" << operation << ": "
                       << (reply ? "" : reply.error().code + " " + reply.error().message);
    return reply ? *reply : Document(nullptr);
  }

  Result<Document> as_key(std::string_view key, std::string cause, std::string_view service,
                          std::string_view operation, Document params) {
    auto request = cloud.request(service, operation, std::move(params));
    request.credential = {.kind = Credential::Kind::Key, .access_key_id = std::string(key)};
    request.cause = std::move(cause);
    return cloud.call(std::move(request));
  }

  /// What the two functions do.
  Result<Document> play(const Job& job) {
    const auto event = *parse_json(text(job.payload, "Payload"));
    const auto detail = object_of(event, "detail");
    const auto key = string_of(object_of(job.payload, "Credentials"), "AccessKeyId");
    const auto cause = core::node_of_trace_header(text(job.payload, "TraceId"));
    const auto trail = string_of(object_of(detail, "requestParameters"), "name");
    if (text(job.payload, "FunctionName") == "gather") {
      const Object message{{"who", text(object_of(detail, "userIdentity"), "arn")},
                           {"when", text(detail, "eventTime")},
                           {"which", trail},
                           {"from", text(detail, "sourceIPAddress")}};
      TRY(as_key(key, cause, "sns", "Publish",
                 Object{{"TopicArn", kTopic}, {"Message", to_json(message)}}));
    } else {
      TRY(as_key(key, cause, "cloudtrail", "StartLogging", Object{{"Name", trail}}));
    }
    return Document(Object{{"Payload", "null"}});
  }

  void set_up() {
    must("iam", "CreateRole",
         Object{{"RoleName", "responder"},
                {"AssumeRolePolicyDocument", allow("sts:AssumeRole", "lambda.amazonaws.com")}});
    must("iam", "PutRolePolicy",
         Object{{"RoleName", "responder"},
                {"PolicyName", "notify"},
                {"PolicyDocument", allow("sns:Publish")}});
    must("iam", "PutRolePolicy",
         Object{{"RoleName", "responder"},
                {"PolicyName", "restart"},
                {"PolicyDocument", allow("cloudtrail:StartLogging")}});
    queue =
        string_of(must("sqs", "CreateQueue",
                       Object{{"QueueName", "inbox"},
                              {"Attributes",
                               Object{{"Policy", allow("sqs:SendMessage", "sns.amazonaws.com")}}}}),
                  "QueueUrl");
    must("sns", "CreateTopic", Object{{"Name", "analyst"}});
    must("sns", "Subscribe",
         Object{{"TopicArn", kTopic}, {"Protocol", "sqs"}, {"Endpoint", kQueue}});
    must(
        "events", "PutRule",
        Object{
            {"Name", "trail-stopped"},
            {"EventPattern",
             R"({"source":["aws.cloudtrail"],"detail":{"eventName":["StopLogging"],"errorCode":[{"exists":false}]}})"}});
    Array targets;
    for (const std::string name : {"gather", "restart"}) {
      must("lambda", "CreateFunction",
           Object{{"FunctionName", name},
                  {"Runtime", "python3.11"},
                  {"Handler", "index.handler"},
                  {"Role", "arn:aws:iam::123456789012:role/responder"},
                  {"Code", Object{{"ZipFile", "UEs="}}}});
      must("lambda", "AddPermission",
           Object{{"FunctionName", name},
                  {"StatementId", "events"},
                  {"Action", "lambda:InvokeFunction"},
                  {"Principal", "events.amazonaws.com"},
                  {"SourceArn", kRule}});
      targets.push_back(Object{{"Id", name}, {"Arn", function_arn(name)}});
    }
    must("events", "PutTargets",
         Object{{"Rule", "trail-stopped"}, {"Targets", std::move(targets)}});
    must("cloudtrail", "CreateTrail", Object{{"Name", "audit"}, {"S3BucketName", "evidence"}});
    must("cloudtrail", "StartLogging", Object{{"Name", "audit"}});
    must("iam", "CreateUser", Object{{"UserName", "intern"}});
    intruder = std::string(find_path(must("iam", "CreateAccessKey", Object{{"UserName", "intern"}}),
                                     "AccessKey.AccessKeyId")
                               ->as_string());
  }

  bool logging() {
    return flag(must("cloudtrail", "GetTrailStatus", Object{{"Name", "audit"}}), "IsLogging");
  }

  TestCloud cloud;
  std::string queue;
  std::string intruder;
};

TEST_F(StopLogging, TheTrailRunsAgainAndTheAnalystKnowsWhoStoppedIt) {
  must("iam", "PutUserPolicy",
       Object{{"UserName", "intern"},
              {"PolicyName", "leaked"},
              {"PolicyDocument", allow("cloudtrail:StopLogging")}});
  ASSERT_TRUE(logging());
  ASSERT_TRUE(as_key(intruder, "", "cloudtrail", "StopLogging", Object{{"Name", "audit"}}));
  EXPECT_TRUE(logging());

  const auto received = must("sqs", "ReceiveMessage", Object{{"QueueUrl", queue}});
  ASSERT_EQ(array_of(received, "Messages").size(), 1u);
  const auto notification = parse_json(text(array_of(received, "Messages")[0], "Body"));
  const auto message = parse_json(text(*notification, "Message"));
  ASSERT_TRUE(message);
  EXPECT_EQ(text(*message, "who"), "arn:aws:iam::123456789012:user/intern");
  EXPECT_EQ(text(*message, "which"), "audit");
  EXPECT_EQ(text(*message, "from"), "203.0.113.7");
}

TEST_F(StopLogging, ADeniedStopIsRecordedAndStartsNothing) {
  const auto denied = as_key(intruder, "", "cloudtrail", "StopLogging", Object{{"Name", "audit"}});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code.substr(0, 12), "AccessDenied");
  EXPECT_TRUE(logging());
  EXPECT_TRUE(
      array_of(must("sqs", "ReceiveMessage", Object{{"QueueUrl", queue}}), "Messages").empty());
  const auto found = must(
      "cloudtrail", "LookupEvents",
      Object{{"LookupAttributes",
              Array{Object{{"AttributeKey", "EventName"}, {"AttributeValue", "StopLogging"}}}}});
  ASSERT_EQ(array_of(found, "Events").size(), 1u);
  const auto record = parse_json(text(array_of(found, "Events")[0], "CloudTrailEvent"));
  EXPECT_EQ(text(*record, "errorCode").substr(0, 12), "AccessDenied");
}

TEST_F(StopLogging, TheTimelineJoinsTheStopToTheRestart) {
  must("iam", "PutUserPolicy",
       Object{{"UserName", "intern"},
              {"PolicyName", "leaked"},
              {"PolicyDocument", allow("cloudtrail:StopLogging")}});
  ASSERT_TRUE(as_key(intruder, "", "cloudtrail", "StopLogging", Object{{"Name", "audit"}}));
  const auto found = must(
      "cloudtrail", "LookupEvents",
      Object{{"LookupAttributes",
              Array{Object{{"AttributeKey", "EventName"}, {"AttributeValue", "StopLogging"}}}}});
  ASSERT_EQ(array_of(found, "Events").size(), 1u);
  std::set<std::string> names;
  for (const auto& node :
       core::timeline(*cloud.stores().state, string_of(array_of(found, "Events")[0], "EventId")))
    names.insert(node.name);
  for (const auto* name : {"cloudtrail:StopLogging", "lambda:Invoke", "function restart",
                           "cloudtrail:StartLogging", "sns:Publish", "sqs:SendMessage"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST_F(StopLogging, TheIncidentReplaysToTheSameState) {
  must("iam", "PutUserPolicy",
       Object{{"UserName", "intern"},
              {"PolicyName", "leaked"},
              {"PolicyDocument", allow("cloudtrail:StopLogging")}});
  ASSERT_TRUE(as_key(intruder, "", "cloudtrail", "StopLogging", Object{{"Name", "audit"}}));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin
