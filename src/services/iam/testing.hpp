// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/iam/iam.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {

inline constexpr auto kAllowAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

/// Calls as the root of 123456789012, and as whom a key belongs to.
class IamTest : public testing::Test {
 protected:
  core::TestCloud cloud_{register_iam};

  Result<Document> iam(std::string_view operation, Object params = {}) {
    return cloud_.call("iam", operation, std::move(params));
  }
  Result<Document> as(const std::string& key, std::string_view service, std::string_view operation,
                      Object params = {}) {
    auto request = cloud_.request(service, operation, std::move(params));
    request.credential = {.kind = core::Credential::Kind::Key, .access_key_id = key};
    return cloud_.call(std::move(request));
  }
  /// The reply of a call that must succeed.
  Document ok(Result<Document> outcome) {
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().code + ": " + outcome.error().message);
    return outcome ? *outcome : Document(Object{});
  }
  std::string text_at(const Document& document, std::string_view path) {
    const auto* found = find_path(document, path);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
  }
  static std::string error(const Result<Document>& outcome) {
    return outcome ? "no error" : outcome.error().code + ": " + outcome.error().message;
  }
  static std::string code(const Result<Document>& outcome) {
    return outcome ? "no error" : outcome.error().code;
  }

  /// A user with a key and a policy of its own; gives the key.
  std::string user(std::string_view name, std::string_view policy = kAllowAll) {
    ok(iam("CreateUser", {{"UserName", name}}));
    if (!policy.empty())
      ok(iam("PutUserPolicy",
             {{"UserName", name}, {"PolicyName", "own"}, {"PolicyDocument", policy}}));
    return text_at(ok(iam("CreateAccessKey", {{"UserName", name}})), "AccessKey.AccessKeyId");
  }
  /// A role that the account trusts, with everything allowed; `condition` goes into its trust.
  void role(std::string_view name, std::string_view condition = {}, Object more = {}) {
    Object params{{"RoleName", name}, {"AssumeRolePolicyDocument", trust(condition)}};
    for (const auto& entry : more)
      params[entry.key()] = entry.value();
    ok(iam("CreateRole", std::move(params)));
    ok(iam("PutRolePolicy",
           {{"RoleName", name}, {"PolicyName", "own"}, {"PolicyDocument", kAllowAll}}));
  }
  static std::string trust(std::string_view condition = {}) {
    const auto tail =
        condition.empty() ? std::string() : ",\"Condition\":" + std::string(condition);
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},)"
           R"("Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"])" +
           tail + "}}";
  }
  static Object assume(std::string_view name, Object more = {}) {
    Object params{{"RoleArn", "arn:aws:iam::123456789012:role/" + std::string(name)},
                  {"RoleSessionName", "session"}};
    for (const auto& entry : more)
      params[entry.key()] = entry.value();
    return params;
  }
  std::string key_in(const Document& reply) { return text_at(reply, "Credentials.AccessKeyId"); }
  std::string arn(std::string_view rest) {
    return "arn:aws:iam::123456789012:" + std::string(rest);
  }

  /// Names of the items in a list member.
  static std::vector<std::string> names(const Document& reply, std::string_view list,
                                        std::string_view member) {
    std::vector<std::string> out;
    for (const auto& item : array_of(reply, list))
      out.push_back(item.is_string() ? std::string(item.as_string()) : string_of(item, member));
    return out;
  }
};

}  // namespace tocsin::iam
