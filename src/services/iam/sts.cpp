// SPDX-License-Identifier: Apache-2.0
// STS: who am I, and another role's credentials.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
using core::Key;
using core::Outcome;
using core::Principal;

// So long an expired session is told that it expired, and not that it is unknown.
constexpr auto kKeepExpired = std::chrono::hours(36);

std::optional<Identity> role_of(Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || parsed->service != "iam" || !parsed->resource.starts_with("role/"))
    return std::nullopt;
  auto role = kRoles.get(
      call, Key{parsed->account, parsed->resource.substr(parsed->resource.rfind('/') + 1)});
  return role && role->arn == arn ? role : std::nullopt;
}

Result<void> may_assume(Call& call, const Identity& role) {
  const auto owner = AccountId(Arn::parse(role.arn)->account);
  core::Access access{.action = "sts:AssumeRole",
                      .resource = role.arn,
                      .owner = owner,
                      .resource_policy = role.trust,
                      .policy_required = true};
  const auto external = string_of(call.params(), "ExternalId");
  if (!external.empty()) access.context["sts:ExternalId"] = {external};
  access.context["sts:RoleSessionName"] = {string_of(call.params(), "RoleSessionName")};
  return call.authorize(access);
}

Principal session_principal(Call& call, const Identity& role, const std::string& key_id) {
  const auto session = string_of(call.params(), "RoleSessionName");
  const auto account = Arn::parse(role.arn)->account;
  Principal principal{
      .kind = Principal::Kind::AssumedRole,
      .account = AccountId(account),
      .arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, role.name, session),
      .id = role.id + ":" + session,
      .name = session,
      .access_key_id = key_id,
      .service = call.principal().kind == Principal::Kind::Service ? call.principal().service : "",
      .issuer_arn = role.arn,
      .issuer_id = role.id,
      .issuer_name = role.name,
      .issued = call.now(),
      .tags = role.tags};
  for (const auto& tag : array_of(call.params(), "Tags"))
    principal.tags[string_of(tag, "Key")] = text(tag, "Value");
  if (const auto policy = string_of(call.params(), "Policy"); !policy.empty())
    principal.session_policies.push_back(policy);
  return principal;
}

}  // namespace

Outcome get_caller_identity(Call& call) {
  const auto& principal = call.principal();
  return Object{
      {"UserId", principal.id}, {"Account", principal.account.str()}, {"Arn", principal.arn}};
}

Outcome assume_role(Call& call) {
  const auto arn = string_of(call.params(), "RoleArn");
  const auto role = role_of(call, arn);
  if (!role) {
    return fail("AccessDenied",
                fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                            call.principal().arn, arn),
                403);
  }
  TRY(may_assume(call, *role));
  const auto seconds = integer(call.params(), "DurationSeconds").value_or(3600);
  if (seconds < 900 || seconds > role->max_session) {
    return fail("ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  if (const auto policy = text(call.params(), "Policy"); !policy.empty())
    TRY(policy::parse_policy(policy, policy::PolicyKind::Session));
  const auto id = new_iam_id(call, "ASIA");
  const Session session{.access_key_id = id,
                        .principal = session_principal(call, *role, id),
                        .expires = call.now() + std::chrono::seconds(seconds)};
  kSessions.put(call, Key{id}, session);
  call.at(session.expires + kKeepExpired, {"iam.session_expired", Object{{"id", id}}});
  return Object{{"Credentials", Object{{"AccessKeyId", id},
                                       {"SecretAccessKey", secret_of_key(call.secrets(), id)},
                                       {"SessionToken", token_of_key(call.secrets(), id)},
                                       {"Expiration", to_seconds(session.expires)}}},
                {"AssumedRoleUser",
                 Object{{"AssumedRoleId", session.principal.id}, {"Arn", session.principal.arn}}}};
}

}  // namespace tocsin::iam
