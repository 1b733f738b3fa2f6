// SPDX-License-Identifier: Apache-2.0
#include "services/iam/iam.hpp"

#include "core/testing.hpp"

namespace tocsin::iam {
namespace {

using core::Credential;
using core::TestCloud;

constexpr auto kAllowSts =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}})";

std::string user_key(TestCloud& cloud, std::string_view name) {
  EXPECT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", name}}));
  const auto key = cloud.call("iam", "CreateAccessKey", Object{{"UserName", name}});
  return std::string(find_path(*key, "AccessKey.AccessKeyId")->as_string());
}

Result<Document> as(TestCloud& cloud, const std::string& key, std::string_view service,
                    std::string_view operation, Document params) {
  auto request = cloud.request(service, operation, std::move(params));
  request.credential = {.kind = Credential::Kind::Key, .access_key_id = key};
  return cloud.call(std::move(request));
}

TEST(Iam, AUserWithoutPolicyIsDeniedAndToldWhy) {
  TestCloud cloud(register_iam);
  const auto key = user_key(cloud, "eve");
  const auto denied = as(cloud, key, "iam", "CreateUser", Object{{"UserName", "mallory"}});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, "AccessDenied");
  EXPECT_EQ(denied.error().message,
            "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: iam:CreateUser "
            "on resource: "
            "arn:aws:iam::123456789012:user/mallory because no identity-based policy allows the "
            "iam:CreateUser action");
}

TEST(Iam, APolicyAllowsAndAnInactiveKeyDoesNot) {
  TestCloud cloud(register_iam);
  const auto key = user_key(cloud, "ann");
  ASSERT_TRUE(cloud.call(
      "iam", "PutUserPolicy",
      Object{
          {"UserName", "ann"},
          {"PolicyName", "p"},
          {"PolicyDocument",
           R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:List*","Resource":"*"}})"}}));
  EXPECT_TRUE(as(cloud, key, "iam", "ListUsers", Object{}));
  EXPECT_FALSE(as(cloud, key, "iam", "DeleteUser", Object{{"UserName", "ann"}}));
  ASSERT_TRUE(
      cloud.call("iam", "UpdateAccessKey",
                 Object{{"UserName", "ann"}, {"AccessKeyId", key}, {"Status", "Inactive"}}));
  EXPECT_EQ(as(cloud, key, "sts", "GetCallerIdentity", Object{}).error().code,
            "InvalidClientTokenId");
}

TEST(Iam, ARoleIsAssumedByWhomItTrustsUntilItExpires) {
  TestCloud cloud(register_iam);
  const auto key = user_key(cloud, "ann");
  const auto other = user_key(cloud, "bob");
  for (const auto* name : {"ann", "bob"}) {
    ASSERT_TRUE(
        cloud.call("iam", "PutUserPolicy",
                   Object{{"UserName", name}, {"PolicyName", "p"}, {"PolicyDocument", kAllowSts}}));
  }
  ASSERT_TRUE(cloud.call(
      "iam", "CreateRole",
      Object{
          {"RoleName", "responder"},
          {"AssumeRolePolicyDocument",
           R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"sts:AssumeRole"}})"}}));
  const Object wanted{{"RoleArn", "arn:aws:iam::123456789012:role/responder"},
                      {"RoleSessionName", "s"}};
  EXPECT_EQ(as(cloud, other, "sts", "AssumeRole", wanted).error().code, "AccessDenied");
  const auto assumed = as(cloud, key, "sts", "AssumeRole", wanted);
  ASSERT_TRUE(assumed) << assumed.error().message;
  const auto session = std::string(find_path(*assumed, "Credentials.AccessKeyId")->as_string());
  const auto who = as(cloud, session, "sts", "GetCallerIdentity", Object{});
  EXPECT_EQ(text(*who, "Arn"), "arn:aws:sts::123456789012:assumed-role/responder/s");
  cloud.advance(std::chrono::hours(2));
  EXPECT_EQ(as(cloud, session, "sts", "GetCallerIdentity", Object{}).error().code, "ExpiredToken");
  cloud.advance(std::chrono::hours(48));
  EXPECT_EQ(as(cloud, session, "sts", "GetCallerIdentity", Object{}).error().code,
            "InvalidClientTokenId");
}

TEST(Iam, BadInputGetsIamsErrors) {
  TestCloud cloud(register_iam);
  EXPECT_EQ(cloud.call("iam", "GetUser", Object{{"UserName", "nobody"}}).error().code,
            "NoSuchEntity");
  EXPECT_EQ(cloud.call("iam", "CreateUser", Object{{"UserName", "a b"}}).error().code,
            "ValidationError");
  ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", "ann"}}));
  EXPECT_EQ(cloud.call("iam", "CreateUser", Object{{"UserName", "ann"}}).error().code,
            "EntityAlreadyExists");
  EXPECT_EQ(cloud
                .call("iam", "PutUserPolicy",
                      Object{{"UserName", "ann"}, {"PolicyName", "p"}, {"PolicyDocument", "{"}})
                .error()
                .code,
            "MalformedPolicyDocument");
}

TEST(Iam, SecretsAreDerivedAndNeverStored) {
  TestCloud cloud(register_iam);
  ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", "ann"}}));
  const auto key = cloud.call("iam", "CreateAccessKey", Object{{"UserName", "ann"}});
  const auto secret = std::string(find_path(*key, "AccessKey.SecretAccessKey")->as_string());
  EXPECT_EQ(secret.size(), 40u);
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [&](std::string_view, std::string_view value) {
                               EXPECT_EQ(value.find(secret), std::string_view::npos);
                               return true;
                             });
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::iam
