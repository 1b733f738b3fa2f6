// SPDX-License-Identifier: Apache-2.0
// What this room's tests share: the service among targets that only remember what they get.
#pragma once

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "engines/policy/policy.hpp"
#include "services/events/events.hpp"

namespace tocsin::events {

/// Within its account everybody may everything, and beyond it what the resource's policy allows.
class ByResourcePolicy : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override {
    auto principal = everybody_->identify(view, credential, now);
    if (credential.role_arn.empty()) return principal;
    const auto role = Arn::parse(credential.role_arn);
    if (role->resource == "role/locked") {
      return fail(
          "AccessDenied",
          "events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: " +
              credential.role_arn,
          403);
    }
    principal->kind = core::Principal::Kind::AssumedRole;
    principal->account = AccountId(role->account);
    principal->issuer_arn = credential.role_arn;
    principal->arn = "arn:aws:sts::" + role->account + ":assumed-role/forwarder/events";
    return principal;
  }
  Result<void> authorize(const store::View&, const core::Principal& principal, const core::Request&,
                         const core::Access& access, Time) const override {
    asked.push_back(access);
    if (access.owner.empty() || access.owner == principal.account) return {};
    policy::PolicySet set;
    if (!access.resource_policy.empty())
      set.resource = {"bus", *cache_.compile(access.resource_policy, policy::PolicyKind::Resource)};
    set.identity.push_back({"all", *cache_.compile(kAll, policy::PolicyKind::Identity)});
    const bool role = principal.kind == core::Principal::Kind::AssumedRole;
    policy::Request request{.principal = {.kind = role ? policy::Principal::Kind::AssumedRole
                                                       : policy::Principal::Kind::Root,
                                          .arn = principal.arn,
                                          .issuer = principal.issuer_arn,
                                          .account = principal.account.str()},
                            .action = access.action,
                            .resource = access.resource,
                            .resource_account = access.owner.str(),
                            .context = {access.context.begin(), access.context.end()}};
    if (policy::evaluate(set, request).allowed()) return {};
    return fail("AccessDeniedException", "not allowed: " + access.action, 403);
  }

  static inline std::vector<core::Access> asked;

 private:
  static constexpr auto kAll =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
  std::unique_ptr<core::Authorizer> everybody_ = core::allow_all();
  mutable policy::PolicyCache cache_;
};

inline constexpr auto kOther = "210987654321";

class EventsTest : public testing::Test {
 protected:
  static inline std::map<std::string, std::vector<Document>> received;  // by operation
  static inline std::map<std::string, Error> failing;                   // by operation

  static void register_services(core::Registry& registry) {
    received.clear();
    failing.clear();
    ByResourcePolicy::asked.clear();
    registry.set_authorizer(std::make_unique<ByResourcePolicy>());
    register_events(registry);
    const auto take = [](core::Call& call) -> core::Outcome {
      const auto& operation = call.request().operation;
      if (const auto error = failing.find(operation); error != failing.end()) return error->second;
      auto params = call.params();
      call.secrets().open_all(params);
      params.as_object()["region"] = call.region();
      params.as_object()["source_arn"] = call.request().credential.source_arn;
      received[operation].push_back(std::move(params));
      return Object{};
    };
    using core::Effect;
    registry.add(core::Service{"lambda", "lambda", {{"Invoke", Effect::Write, take}}});
    registry.add(core::Service{"sns", "sns", {{"Publish", Effect::Write, take}}});
    registry.add(core::Service{"sqs", "sqs", {{"SendMessage", Effect::Write, take}}});
    registry.add(core::Service{
        "logs",
        "logs",
        {{"CreateLogStream", Effect::Write, take}, {"PutLogEvents", Effect::Write, take}}});
    registry.add(core::Service{"states", "states", {{"StartExecution", Effect::Write, take}}});
    registry.add(core::Service{"ssm", "ssm", {{"SendCommand", Effect::Write, take}}});
    registry.add(core::Service{"emitter", "emitter", {{"Emit", Effect::Write, emit_given}}});
  }

  /// What a service of AWS would emit.
  static core::Outcome emit_given(core::Call& call) {
    call.spend(static_cast<int>(integer(call.params(), "steps").value_or(0)));
    call.emit({.source = string_of(call.params(), "source"),
               .detail_type = string_of(call.params(), "detail-type"),
               .scope = call.scope(),
               .detail = object_of(call.params(), "detail")});
    return Object{};
  }
  void emit(std::string_view source, std::string_view detail_type, Object detail, int steps = 0) {
    ASSERT_TRUE(cloud.call("emitter", "Emit",
                           Object{{"source", source},
                                  {"detail-type", detail_type},
                                  {"detail", std::move(detail)},
                                  {"steps", steps}}));
  }

  core::TestCloud cloud{register_services};

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("events", operation, std::move(params));
  }
  Result<Document> call_as(std::string_view account, std::string_view operation, Object params) {
    auto request = cloud.request("events", operation, std::move(params));
    request.credential.account = AccountId(std::string(account));
    request.scope.account = request.credential.account;
    return cloud.call(std::move(request));
  }
  /// The reply of a call that must succeed.
  Document done(std::string_view operation, Object params) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << (reply ? "" : reply.error().message);
    return reply ? *std::move(reply) : Document(Object{});
  }
  /// "Code: message" of a call that must fail.
  std::string refused(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    return reply ? "ok" : reply.error().code + ": " + reply.error().message;
  }

  void put_rule(Array targets, Object more = {}) {
    if (!more.contains("Name")) more["Name"] = "r";
    if (!more.contains("EventPattern")) more["EventPattern"] = R"({"source":["shop"]})";
    Object where{{"Rule", more["Name"]}};
    if (more.contains("EventBusName")) where["EventBusName"] = more["EventBusName"];
    done("PutRule", std::move(more));
    where["Targets"] = std::move(targets);
    const auto put = done("PutTargets", std::move(where));
    EXPECT_EQ(integer(put, "FailedEntryCount"), 0) << to_json(put);
  }
  static Object entry(std::string_view detail = R"({"item":"hat","n":2})", Object more = {}) {
    Object out{{"Source", "shop"}, {"DetailType", "Sold"}, {"Detail", detail}};
    for (const auto& member : more)
      out[member.key()] = member.value();
    return out;
  }
  Document put_event(Object event = entry()) {
    return done("PutEvents", Object{{"Entries", Array{std::move(event)}}});
  }
  static std::vector<std::string> messages(std::string_view operation, std::string_view member) {
    std::vector<std::string> out;
    for (const auto& params : received[std::string(operation)])
      out.push_back(string_of(params, member));
    return out;
  }
  static std::vector<std::string> sent() { return messages("SendMessage", "MessageBody"); }
  static std::string attribute(const Document& message, std::string_view name) {
    return string_of(object_of(object_of(message, "MessageAttributes"), name), "StringValue");
  }
};

using Texts = std::vector<std::string>;

inline std::string arn_of(std::string_view service, std::string_view resource) {
  return "arn:aws:" + std::string(service) + ":us-east-1:123456789012:" + std::string(resource);
}
inline Object target(std::string_view arn, Object more = {}) {
  Object out{{"Id", "t"}, {"Arn", arn}};
  for (const auto& member : more)
    out[member.key()] = member.value();
  return out;
}
inline Object queue(Object more = {}) {
  return target(arn_of("sqs", "q"), std::move(more));
}

}  // namespace tocsin::events
