// SPDX-License-Identifier: Apache-2.0
// Temporary credentials: what they may, for how long, and how they are taken back.
#include <fmt/format.h>

#include "services/iam/authorizer.hpp"
#include "services/iam/decode.hpp"
#include "services/iam/testing.hpp"

namespace tocsin::iam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Sts : public IamTest {
 protected:
  void SetUp() override { ann_ = user("ann"); }
  std::string assumed(std::string_view name, Object more = {}) {
    return key_in(ok(as(ann_, "sts", "AssumeRole", assume(name, std::move(more)))));
  }
  std::string ann_;
};

TEST_F(Sts, RevokingOlderSessionsBitesAtOnce) {
  role("responder");
  const auto session = assumed("responder");
  EXPECT_TRUE(as(session, "iam", "ListUsers"));
  cloud_.advance(std::chrono::seconds(5));
  ok(iam(
      "PutRolePolicy",
      {{"RoleName", "responder"},
       {"PolicyName", "AWSRevokeOlderSessions"},
       {"PolicyDocument",
        fmt::format(
            R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{}"}}}}}}]}})",
            iso8601_ms(cloud_.now()))}}));
  EXPECT_THAT(error(as(session, "iam", "ListUsers")),
              testing::EndsWith("with an explicit deny in an identity-based policy"));
  cloud_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(as(assumed("responder"), "iam", "ListUsers"));
}

TEST_F(Sts, ASessionOfADeletedRoleIsNoneOfItsNamesake) {
  role("r");
  const auto session = assumed("r");
  ok(iam("DeleteRolePolicy", {{"RoleName", "r"}, {"PolicyName", "own"}}));
  ok(iam("DeleteRole", {{"RoleName", "r"}}));
  EXPECT_EQ(code(as(session, "iam", "ListUsers")), "InvalidClientTokenId");
  role("r");
  EXPECT_EQ(code(as(session, "iam", "ListUsers")), "InvalidClientTokenId");
}

TEST_F(Sts, AnExternalIdIsAskedFor) {
  role("r", R"({"StringEquals":{"sts:ExternalId":"42"}})");
  EXPECT_EQ(error(as(ann_, "sts", "AssumeRole", assume("r"))),
            "AccessDenied: User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r");
  EXPECT_TRUE(as(ann_, "sts", "AssumeRole", assume("r", {{"ExternalId", "42"}})));
  EXPECT_EQ(error(cloud_.call("sts", "AssumeRole", assume("r"))),
            "AccessDenied: Roles may not be assumed by root accounts.");
  EXPECT_EQ(code(as(ann_, "sts", "AssumeRole", assume("none"))), "AccessDenied");
}

TEST_F(Sts, SessionPoliciesLimitTheSession) {
  role("r");
  const auto reply = ok(as(
      ann_, "sts", "AssumeRole",
      assume(
          "r",
          {{"Policy",
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]})"}})));
  EXPECT_GT(find(reply, "PackedPolicySize")->to_number<int>(), 0);
  EXPECT_TRUE(as(key_in(reply), "iam", "ListUsers"));
  EXPECT_THAT(error(as(key_in(reply), "iam", "ListRoles")),
              HasSubstr("because no session policy allows the iam:ListRoles action"));
  const auto by_arn = assumed(
      "r", {{"PolicyArns", Array{Object{{"arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}}}});
  EXPECT_TRUE(as(by_arn, "iam", "ListRoles"));
  EXPECT_EQ(code(as(by_arn, "iam", "CreateUser", {{"UserName", "eve"}})), "AccessDenied");
  EXPECT_EQ(
      code(as(ann_, "sts", "AssumeRole",
              assume("r", {{"PolicyArns", Array{Object{{"arn", "arn:aws:iam::aws:policy/No"}}}}}))),
      "ValidationError");
  EXPECT_EQ(code(as(ann_, "sts", "AssumeRole", assume("r", {{"Policy", "{"}}))),
            "MalformedPolicyDocument");
}

TEST_F(Sts, TagsArePassedAndTransitiveOnesStayAlongTheChain) {
  role("first");
  role("second");
  const Array tags{Object{{"Key", "team"}, {"Value", "blue"}},
                   Object{{"Key", "tmp"}, {"Value", "1"}}};
  const auto first = assumed("first", {{"Tags", tags}, {"TransitiveTagKeys", Array{"team"}}});
  const auto second = key_in(ok(as(first, "sts", "AssumeRole", assume("second"))));
  ok(iam(
      "PutRolePolicy",
      {{"RoleName", "second"},
       {"PolicyName", "own"},
       {"PolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"},"Null":{"aws:PrincipalTag/tmp":"true"}}}]})"}}));
  EXPECT_TRUE(as(second, "iam", "ListUsers"));
  EXPECT_EQ(
      code(as(first, "sts", "AssumeRole",
              assume("second", {{"Tags", Array{Object{{"Key", "team"}, {"Value", "red"}}}}}))),
      "ValidationError");
  EXPECT_EQ(
      error(as(ann_, "sts", "AssumeRole", assume("first", {{"TransitiveTagKeys", Array{"x"}}}))),
      "ValidationError: The specified transitive tag key must be included in the requested "
      "tags.");
}

TEST_F(Sts, ChainedSessionsLastAnHour) {
  role("first", {}, {{"MaxSessionDuration", 43200}});
  role("second", {}, {{"MaxSessionDuration", 43200}});
  const auto first = assumed("first", {{"DurationSeconds", 7200}});
  EXPECT_EQ(error(as(first, "sts", "AssumeRole", assume("second", {{"DurationSeconds", 3601}}))),
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for "
            "roles assumed by role chaining");
  EXPECT_TRUE(as(first, "sts", "AssumeRole", assume("second", {{"DurationSeconds", 3600}})));
  role("short");
  EXPECT_EQ(error(as(ann_, "sts", "AssumeRole", assume("short", {{"DurationSeconds", 7200}}))),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for "
            "this role.");
}

TEST_F(Sts, ASourceIdentityStaysAlongTheChain) {
  role("first");
  role("second", R"({"StringLike":{"aws:SourceIdentity":"ann@*"}})");
  EXPECT_EQ(code(as(assumed("first"), "sts", "AssumeRole", assume("second"))), "AccessDenied");
  const auto first = assumed("first", {{"SourceIdentity", "ann@example.com"}});
  const auto second = ok(as(first, "sts", "AssumeRole", assume("second")));
  EXPECT_EQ(text(second, "SourceIdentity"), "ann@example.com");
  EXPECT_EQ(code(as(first, "sts", "AssumeRole", assume("second", {{"SourceIdentity", "other"}}))),
            "AccessDenied");
}

TEST_F(Sts, IdentitiesAreSpelledAsAwsDoes) {
  role("r");
  const auto who = ok(as(assumed("r"), "sts", "GetCallerIdentity"));
  const auto id = text_at(ok(iam("GetRole", {{"RoleName", "r"}})), "Role.RoleId");
  EXPECT_EQ(text(who, "UserId"), id + ":session");
  EXPECT_EQ(text(who, "Arn"), "arn:aws:sts::123456789012:assumed-role/r/session");
  const auto self = user(
      "bob",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:username}","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/*"},"StringLike":{"aws:userid":"AIDA*"}}}]})");
  EXPECT_TRUE(as(self, "iam", "GetUser", {{"UserName", "bob"}}));
  EXPECT_EQ(code(as(self, "iam", "GetUser", {{"UserName", "ann"}})), "AccessDenied");
}

TEST_F(Sts, AFederatedUserHasWhatBothAllow) {
  const auto reply = ok(as(
      ann_, "sts", "GetFederationToken",
      {{"Name", "guest"},
       {"Policy",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetAccessKeyInfo","Resource":"*"}]})"}}));
  const auto guest = key_in(reply);
  EXPECT_EQ(text_at(reply, "FederatedUser.Arn"), "arn:aws:sts::123456789012:federated-user/guest");
  EXPECT_EQ(text_at(reply, "FederatedUser.FederatedUserId"), "123456789012:guest");
  EXPECT_EQ(text(ok(as(guest, "sts", "GetAccessKeyInfo", {{"AccessKeyId", ann_}})), "Account"),
            "123456789012");
  EXPECT_EQ(code(as(guest, "iam", "ListUsers")), "InvalidClientTokenId");
  const auto bare = key_in(ok(as(ann_, "sts", "GetFederationToken", {{"Name", "bare"}})));
  EXPECT_EQ(code(as(bare, "sts", "GetAccessKeyInfo", {{"AccessKeyId", ann_}})), "AccessDenied");
  EXPECT_EQ(code(as(guest, "sts", "GetFederationToken", {{"Name", "again"}})), "AccessDenied");
}

TEST_F(Sts, AnEncodedDenialIsDecodedByWhoMay) {
  PolicyAuthorizer authorizer;
  const core::Principal nobody{
      .kind = core::Principal::Kind::User,
      .account = AccountId("123456789012"),
      .arn = arn("user/ann"),
      .id = text_at(ok(iam("GetUser", {{"UserName", "ann"}})), "User.UserId"),
      .name = "ann"};
  ok(iam("DeleteUserPolicy", {{"UserName", "ann"}, {"PolicyName", "own"}}));
  const auto& state = *cloud_.stores().state;
  const auto denied = authorizer.authorize(
      state, nobody, core::Request{.service = "ec2"},
      {.action = "ec2:StopInstances", .resource = "arn:aws:ec2:::x"}, cloud_.now());
  ASSERT_FALSE(denied);
  const auto told = authorizer.told(denied.error(), cloud_.machine().secrets());
  EXPECT_EQ(told.code, "UnauthorizedOperation");
  EXPECT_THAT(told.message, StartsWith("You are not authorized to perform this operation. User: "));
  EXPECT_TRUE(told.members.empty());
  const std::string mark = "Encoded authorization failure message: ";
  const auto encoded = told.message.substr(told.message.find(mark) + mark.size());
  const auto message =
      ok(cloud_.call("sts", "DecodeAuthorizationMessage", Object{{"EncodedMessage", encoded}}));
  const auto decoded = *parse_json(text(message, "DecodedMessage"));
  EXPECT_FALSE(flag(decoded, "allowed", true));
  EXPECT_EQ(text_at(decoded, "context.action"), "ec2:StopInstances");
  EXPECT_EQ(text_at(decoded, "context.principal.name"), "ann");
  EXPECT_EQ(
      code(cloud_.call("sts", "DecodeAuthorizationMessage", Object{{"EncodedMessage", "AAAA"}})),
      "InvalidAuthorizationMessageException");
  EXPECT_EQ(code(as(ann_, "sts", "DecodeAuthorizationMessage", {{"EncodedMessage", encoded}})),
            "AccessDenied");
}

TEST_F(Sts, TheSameInputsGiveTheSameState) {
  role("r");
  const auto session = assumed("r", {{"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
  ok(as(session, "iam", "CreateUser", {{"UserName", "eve"}}));
  EXPECT_EQ(code(as(session, "iam", "CreateUser", {{"UserName", "eve"}})), "EntityAlreadyExists");
  ok(iam("GenerateCredentialReport"));
  EXPECT_EQ(cloud_.digest(), cloud_.replayed_digest());
}

}  // namespace
}  // namespace tocsin::iam
