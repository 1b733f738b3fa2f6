// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: a cloud in which resource policies decide, and short forms of
// calls.
#pragma once

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "engines/content/content.hpp"
#include "engines/policy/policy.hpp"
#include "services/s3/s3.hpp"

namespace tocsin::s3::testing {

inline const AccountId kAccount("123456789012");

/// Root may do everything in its account; users ("account/name" as their key) and others only what
/// resource policies allow.
class PolicyAuthorizer : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View&, const core::Credential& credential,
                                   Time) const override {
    using Kind = core::Credential::Kind;
    if (credential.kind == Kind::Anonymous) return core::Principal{};
    if (credential.kind == Kind::Service) {
      return core::Principal{.kind = core::Principal::Kind::Service,
                             .account = credential.account,
                             .arn = credential.service,
                             .service = credential.service};
    }
    if (credential.kind == Kind::Root) {
      return core::Principal{.kind = core::Principal::Kind::Root,
                             .account = credential.account,
                             .arn = "arn:aws:iam::" + credential.account.str() + ":root",
                             .id = credential.account.str()};
    }
    const auto slash = credential.access_key_id.find('/');
    const AccountId account(credential.access_key_id.substr(0, slash));
    const auto name = credential.access_key_id.substr(slash + 1);
    return core::Principal{.kind = core::Principal::Kind::User,
                           .account = account,
                           .arn = "arn:aws:iam::" + account.str() + ":user/" + name,
                           .id = "AIDA" + name,
                           .name = name};
  }
  Result<void> authorize(const store::View&, const core::Principal& who,
                         const core::Request& request, const core::Access& access,
                         Time) const override {
    policy::PolicySet set;
    if (who.account != kAccount && who.kind == core::Principal::Kind::User) {
      // Users of other accounts have all that their own account can give.
      set.identity.push_back(
          {"all",
           *policy::parse_policy(
               R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
               policy::PolicyKind::Identity)});
    }
    if (!access.resource_policy.empty()) {
      auto parsed = policy::parse_policy(access.resource_policy, policy::PolicyKind::Resource);
      if (!parsed)
        return fail(internal_error("policy does not parse: " + parsed.error().message +
                                   access.resource_policy));
      set.resource = {access.resource, *parsed};
    }
    const auto kind = static_cast<policy::Principal::Kind>(
        who.kind == core::Principal::Kind::Root      ? policy::Principal::Kind::Root
        : who.kind == core::Principal::Kind::User    ? policy::Principal::Kind::User
        : who.kind == core::Principal::Kind::Service ? policy::Principal::Kind::Service
                                                     : policy::Principal::Kind::Anonymous);
    policy::Request asked{
        .principal = {.kind = kind,
                      .arn = who.kind == core::Principal::Kind::Service ? who.service : who.arn,
                      .account =
                          who.kind == core::Principal::Kind::Service ? "" : who.account.str(),
                      .id = who.id},
        .action = access.action,
        .resource = access.resource,
        .resource_account = access.owner.empty() ? who.account.str() : access.owner.str()};
    for (const auto& [key, values] : access.context)
      asked.context[key] = values;
    asked.context["aws:SourceArn"] = {request.credential.source_arn};
    policy::add_principal_keys(asked);
    const auto decision = policy::evaluate(set, asked);
    if (decision.allowed()) return {};
    return fail("AccessDenied", policy::denial_message(decision, asked, who.arn), 403);
  }
};

inline void register_strict(core::Registry& registry) {
  register_s3(registry);
  registry.set_authorizer(std::make_unique<PolicyAuthorizer>());
}

/// A call of S3 that succeeds.
inline Object ok(core::TestCloud& cloud, std::string_view operation, Object params) {
  const auto reply = cloud.call("s3", operation, std::move(params));
  EXPECT_TRUE(reply) << operation << ": "
                     << (reply ? "" : reply.error().code + ": " + reply.error().message);
  return reply && reply->is_object() ? reply->as_object() : Object{};
}

/// The code of a call that fails; "ok" where it does not.
inline std::string code(const Result<Document>& reply) {
  return reply ? "ok" : reply.error().code;
}
inline std::string code(core::TestCloud& cloud, std::string_view operation, Object params) {
  return code(cloud.call("s3", operation, std::move(params)));
}

/// The same as another caller: "anonymous", "111122223333/ann" (a user), "111122223333" (a root),
/// "x.amazonaws.com".
inline Result<Document> call_as(core::TestCloud& cloud, const std::string& who,
                                std::string_view operation, Object params) {
  auto request = cloud.request("s3", operation, std::move(params));
  request.credential = {};
  if (who.ends_with(".amazonaws.com")) {
    request.credential = {
        .kind = core::Credential::Kind::Service, .account = kAccount, .service = who};
  } else if (who.contains('/')) {
    request.credential = {.kind = core::Credential::Kind::Key, .access_key_id = who};
  } else if (who != "anonymous") {
    request.credential = {.kind = core::Credential::Kind::Root, .account = AccountId(who)};
  }
  return cloud.call(std::move(request));
}

inline void make_bucket(core::TestCloud& cloud, std::string_view name) {
  ok(cloud, "CreateBucket", {{"Bucket", name}});
}

inline Object put(core::TestCloud& cloud, std::string_view bucket, std::string_view key,
                  std::string_view body, Object more = {}) {
  more["Bucket"] = bucket;
  more["Key"] = key;
  more["Body"] = base64(body);
  return ok(cloud, "PutObject", std::move(more));
}

/// The bytes that a reply's Body names.
inline std::string bytes_of(core::TestCloud& cloud, const Document& reply) {
  const auto* body = find(reply, "Body");
  if (!body) return "<no body>";
  if (body->is_string()) return unbase64(body->get_string()).value_or("<no base64>");
  Array slices;
  if (const auto* several = find(*body, "$blobs"))
    slices = several->as_array();
  else
    slices.push_back(*body);
  std::string out;
  for (const auto& slice : slices) {
    const auto bytes = cloud.stores().blobs->get(*store::blob_ref(slice));
    const auto offset = static_cast<std::size_t>(*integer(slice, "offset"));
    auto part = bytes->substr(offset, static_cast<std::size_t>(*integer(slice, "length")));
    const auto key = unbase64(text(slice, "key"));
    out += key && !key->empty() ? content::crypt(*key, std::move(part), offset) : part;
  }
  return out;
}

inline std::string get(core::TestCloud& cloud, std::string_view bucket, std::string_view key,
                       Object more = {}) {
  more["Bucket"] = bucket;
  more["Key"] = key;
  const auto reply = cloud.call("s3", "GetObject", std::move(more));
  return reply ? bytes_of(cloud, *reply) : "<" + reply.error().code + ">";
}

}  // namespace tocsin::s3::testing
