// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/policy.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace tocsin::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kTopic = "arn:aws:sns:us-east-1:111122223333:alerts";

PolicyPtr must_parse(std::string_view json, PolicyKind kind = PolicyKind::Identity) {
  auto parsed = parse_policy(json, kind);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed.value();
}

PolicyPtr single(std::string_view effect, std::string_view action,
                 PolicyKind kind = PolicyKind::Identity, std::string_view extra = {}) {
  return must_parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{{"Effect":"{}",)"
                                R"("Action":"{}"{}}}]}})",
                                effect, action, extra),
                    kind);
}

PolicyPtr identity(std::string_view effect, std::string_view action) {
  return single(effect, action, PolicyKind::Identity, R"(,"Resource":"*")");
}

Request publish() {
  Request request;
  request.principal.kind = Principal::Kind::User;
  request.principal.arn = "arn:aws:iam::111122223333:user/dev/alice";
  request.principal.account = "111122223333";
  request.principal.id = "AIDAEXAMPLEALICE00001";
  request.action = "sns:Publish";
  request.resource = kTopic;
  return request;
}

std::string message_for(const PolicySet& set, const Request& request) {
  return denial_message(evaluate(set, request), request, request.principal.arn);
}

const std::string kStart = fmt::format(
    "User: arn:aws:iam::111122223333:user/dev/alice is not authorized to perform: sns:Publish on "
    "resource: {} ",
    kTopic);

TEST(DenialMessage, ImplicitDenials) {
  PolicySet set;
  EXPECT_EQ(message_for(set, publish()),
            kStart + "because no identity-based policy allows the sns:Publish action");
  set.identity = {{"all", identity("Allow", "*")}};
  set.boundary = NamedPolicy{"boundary", identity("Allow", "s3:*")};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "because no permissions boundary allows the sns:Publish action");
  set.boundary.reset();
  set.session = {{"session", identity("Allow", "s3:*")}};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "because no session policy allows the sns:Publish action");
  set.session.clear();
  auto abroad = publish();
  abroad.resource_account = "444455556666";
  EXPECT_EQ(message_for(set, abroad),
            kStart + "because no resource-based policy allows the sns:Publish action");
  set.service_control = {{{"scp", identity("Allow", "s3:*")}}};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "because no service control policy allows the sns:Publish action");
}

TEST(DenialMessage, ExplicitDenials) {
  const NamedPolicy deny{"deny", identity("Deny", "sns:*")};
  PolicySet set;
  set.identity = {deny};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "with an explicit deny in an identity-based policy");
  set = {.boundary = deny};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "with an explicit deny in a permissions boundary");
  set = {.session = {deny}};
  EXPECT_EQ(message_for(set, publish()), kStart + "with an explicit deny in a session policy");
  set = {.service_control = {{deny}}};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "with an explicit deny in a service control policy");
  set = {.resource = NamedPolicy{"r", single("Deny", "sns:*", PolicyKind::Resource,
                                             R"(,"Principal":"*","Resource":"*")")}};
  EXPECT_EQ(message_for(set, publish()),
            kStart + "with an explicit deny in a resource-based policy");
}

TEST(DenialMessage, TrustPolicy) {
  auto request = publish();
  request.action = "sts:AssumeRole";
  request.resource = "arn:aws:iam::111122223333:role/ops";
  PolicySet set;
  set.resource = NamedPolicy{"ops", single("Allow", "sts:AssumeRole", PolicyKind::Trust,
                                           R"(,"Principal":{"Service":"ec2.amazonaws.com"})")};
  set.resource_policy_required = true;
  EXPECT_EQ(message_for(set, request),
            "User: arn:aws:iam::111122223333:user/dev/alice is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/ops because no role trust "
            "policy allows the sts:AssumeRole action");
}

TEST(DenialMessage, AnonymousAndNoResource) {
  Request request;
  request.action = "s3:ListAllMyBuckets";
  request.resource = "";
  EXPECT_EQ(denial_message(evaluate({}, request), request, ""),
            "User: anonymous is not authorized to perform: s3:ListAllMyBuckets because no "
            "resource-based policy allows the s3:ListAllMyBuckets action");
}

TEST(Evaluate, NamesMatchedStatements) {
  PolicySet set;
  set.identity = {{"arn:aws:iam::aws:policy/A", must_parse(R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"s3:*","Resource":"*"},
      {"Sid":"First","Effect":"Allow","Action":"sns:*","Resource":"*"},
      {"Sid":"Second","Effect":"Allow","Action":"*","Resource":"*"}]})")}};
  const auto first = evaluate(set, publish());
  ASSERT_EQ(first.matched.size(), 1u);
  EXPECT_EQ(first.matched[0].policy_id, "arn:aws:iam::aws:policy/A");
  EXPECT_EQ(first.matched[0].sid, "First");
  EXPECT_EQ(first.matched[0].index, 1u);
  EXPECT_EQ(first.denied_by, std::nullopt);
  EXPECT_EQ(evaluate(set, publish(), Report::All).matched.size(), 2u);
}

TEST(Policy, ListsPrincipalsAndKeys) {
  const auto policy = must_parse(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
          "Principal":{"AWS":["111122223333","*"],"Service":"sns.amazonaws.com"},
          "Resource":"arn:aws:s3:::b/${aws:username}",
          "Condition":{"StringLike":{"s3:prefix":"${aws:userid}/*"}}}})",
      PolicyKind::Resource);
  EXPECT_THAT(principals_of(*policy),
              ElementsAre(NamedPrincipal{"AWS", "111122223333"}, NamedPrincipal{"AWS", "*"},
                          NamedPrincipal{"Service", "sns.amazonaws.com"}));
  EXPECT_THAT(context_keys_of(*policy), ElementsAre("aws:userid", "aws:username", "s3:prefix"));
  EXPECT_THAT(principals_of(*identity("Allow", "*")), IsEmpty());
}

TEST(Request, AddsPrincipalKeys) {
  auto request = publish();
  request.context["aws:UserName"] = {"kept"};
  add_principal_keys(request);
  EXPECT_THAT(request.context["aws:PrincipalArn"], ElementsAre(request.principal.arn));
  EXPECT_THAT(request.context["aws:PrincipalType"], ElementsAre("User"));
  EXPECT_THAT(request.context["aws:username"], ElementsAre("kept"));
  EXPECT_THAT(request.context["aws:ResourceAccount"], ElementsAre("111122223333"));

  Request session;
  session.principal.kind = Principal::Kind::AssumedRole;
  session.principal.arn = "arn:aws:sts::111122223333:assumed-role/app/s1";
  session.principal.issuer = "arn:aws:iam::111122223333:role/svc/app";
  add_principal_keys(session);
  EXPECT_THAT(session.context["aws:PrincipalArn"], ElementsAre(session.principal.issuer));
  EXPECT_FALSE(session.context.contains("aws:username"));

  Request service;
  service.principal.kind = Principal::Kind::Service;
  service.principal.arn = "events.amazonaws.com";
  add_principal_keys(service);
  EXPECT_THAT(service.context["aws:PrincipalIsAWSService"], ElementsAre("true"));
  EXPECT_FALSE(service.context.contains("aws:PrincipalArn"));
}

TEST(PolicyCache, SharesAndForgets) {
  PolicyCache cache(4);
  const std::string text = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                           R"("Action":"*","Resource":"*"}})";
  const auto one = cache.compile(text, PolicyKind::Identity).value();
  EXPECT_EQ(cache.compile(text, PolicyKind::Identity).value(), one);
  EXPECT_NE(cache.compile(text, PolicyKind::Session).value(), one);
  EXPECT_FALSE(cache.compile(text, PolicyKind::Trust));
  EXPECT_FALSE(cache.compile("{}", PolicyKind::Identity));
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(cache.compile(text + std::string(i + 1, ' '), PolicyKind::Identity));
  }
  EXPECT_NE(cache.compile(text, PolicyKind::Identity).value(), one);
}

TEST(PolicyCache, FromManyThreads) {
  PolicyCache cache(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto text =
            fmt::format(R"({{"Version":"2012-10-17","Statement":{{"Sid":"S{}","Effect":"Allow",)"
                        R"("Action":"*","Resource":"*"}}}})",
                        i % 16);
        EXPECT_TRUE(cache.compile(text, PolicyKind::Identity));
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
}

// Hostile patterns stay linear in text times stars.
TEST(Evaluate, ManyStarsEnd) {
  std::string stars;
  for (int i = 0; i < 500; ++i)
    stars += "*a";
  PolicySet set;
  set.identity = {{"stars", single("Allow", "*", PolicyKind::Identity,
                                   fmt::format(R"(,"Resource":"arn:aws:s3:::{}b")", stars))}};
  auto request = publish();
  request.resource = "arn:aws:s3:::" + std::string(10000, 'a');
  EXPECT_FALSE(evaluate(set, request).allowed());
}

TEST(Spans, BeginBehindWhatPrecedesAndEndBehindTheBrace) {
  EXPECT_THAT(spans_of(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]})"),
              ElementsAre(SourceSpan{1, 38, 1, 56}));
  EXPECT_THAT(spans_of("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"
                       "      \"Sid\": \"a } b\"\n    },\n    {}\n  ]\n}"),
              ElementsAre(SourceSpan{3, 17, 6, 6}, SourceSpan{6, 7, 7, 7}));
  EXPECT_THAT(spans_of(R"({"Statement":{"Sid":"Statement","Effect":"Deny"}})"),
              ElementsAre(SourceSpan{1, 14, 1, 49}));
}

class Clock : public KeySource {
 public:
  std::vector<std::string> values_of(std::string_view key) const override {
    ++asked;
    return key == "aws:currenttime" ? std::vector<std::string>{"2026-01-01T00:00:00Z"}
                                    : std::vector<std::string>{};
  }
  mutable int asked = 0;
};

TEST(KeySources, AreAskedOnceForWhatTheContextHasNot) {
  PolicySet set;
  set.identity = {
      {"a", single("Allow", "sns:*", PolicyKind::Identity,
                   R"(,"Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2027-01-01"},
                      "DateGreaterThan":{"AWS:currenttime":"2025-01-01"}})")}};
  const Clock clock;
  auto request = publish();
  EXPECT_FALSE(evaluate(set, request).allowed());
  request.more = &clock;
  EXPECT_TRUE(evaluate(set, request).allowed());
  EXPECT_EQ(clock.asked, 1);
}

}  // namespace
}  // namespace tocsin::policy
