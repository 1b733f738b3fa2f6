// SPDX-License-Identifier: Apache-2.0
// sts:AssumeRole: another role's credentials, with session policies, tags and a source identity.
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/iam/mfa.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/sessions.hpp"

namespace tocsin::iam {
namespace {

using core::Key;
using core::Principal;

constexpr std::int64_t kChainedSeconds = 3600;
constexpr std::int64_t kMostSeconds = 43200;

std::optional<Identity> role_of(Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || parsed->service != "iam" || !parsed->resource.starts_with("role/"))
    return std::nullopt;
  auto role = find_identity(call, kRole, AccountId(parsed->account),
                            parsed->resource.substr(parsed->resource.rfind('/') + 1));
  return role && role->arn == arn ? role : std::nullopt;
}

Failure denied(Call& call, std::string_view action, std::string_view arn) {
  return fail("AccessDenied",
              fmt::format("User: {} is not authorized to perform: {} on resource: {}",
                          call.principal().arn, action, arn),
              403);
}

/// AWS's pattern for session names and source identities; the model has their lengths.
bool is_session_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return isalnum(c) ||
                  std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

Result<std::string> name_in(Call& call, std::string_view member) {
  auto name = string_of(call.params(), member);
  if (is_session_name(name)) return name;
  auto shown = std::string(member);
  shown[0] += 'a' - 'A';
  return fail(
      "ValidationError",
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                  "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
                  name, shown));
}

/// Tags of the new session, and which of them its own sessions inherit.
struct SessionTags {
  Tags tags;
  std::set<std::string> transitive;
};

/// The role's tags, over them those of the call, over them what the calling session hands on.
Result<SessionTags> session_tags(Call& call, const Identity& role) {
  Tags given;
  TRY(add_tags(call, given));
  SessionTags out{.tags = role.tags};
  for (const auto& [key, value] : given)
    out.tags[key] = value;
  const auto session = kSessions.get(call, Key{call.principal().access_key_id});
  const auto inherited = session ? session->transitive_tags : std::set<std::string>();
  for (const auto& key : array_of(call.params(), "TransitiveTagKeys")) {
    const auto name = key.is_string() ? std::string(key.as_string()) : std::string();
    if (!given.contains(name)) {
      return fail("ValidationError",
                  "The specified transitive tag key must be included in the requested tags.");
    }
    out.transitive.insert(name);
  }
  for (const auto& key : inherited) {
    if (given.contains(key)) {
      return fail("ValidationError",
                  "One of the specified transitive tag keys can't be set because it conflicts with "
                  "a transitive tag key from the calling session.");
    }
    out.tags[key] = call.principal().tags.at(key);
    out.transitive.insert(key);
  }
  return out;
}

core::Access access_of(Call& call, const Identity& role, bool with_mfa) {
  core::Access access{.action = "sts:AssumeRole",
                      .resource = role.arn,
                      .owner = AccountId(Arn::parse(role.arn)->account),
                      .resource_policy = role.trust,
                      .policy_required = true};
  const auto put = [&](const char* key, std::string_view member) {
    const auto value = string_of(call.params(), member);
    if (!value.empty()) access.context[key] = {value};
  };
  put("sts:ExternalId", "ExternalId");
  put("sts:RoleSessionName", "RoleSessionName");
  put("sts:SourceIdentity", "SourceIdentity");
  core::add_resource_tags(access, role.tags);
  for (const auto& [key, value] : role.tags)
    access.context["iam:ResourceTag/" + key] = {value};
  core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
  std::vector<std::string> transitive;
  for (const auto& key : array_of(call.params(), "TransitiveTagKeys")) {
    if (key.is_string()) transitive.emplace_back(key.as_string());
  }
  if (!transitive.empty()) access.context["sts:TransitiveTagKeys"] = transitive;
  if (with_mfa) {
    access.context["aws:MultiFactorAuthPresent"] = {"true"};
    access.context["aws:MultiFactorAuthAge"] = {"0"};
  }
  return access;
}

/// Tags and a source identity are permissions of their own.
Result<void> may_assume(Call& call, core::Access access) {
  std::vector<std::string> actions{"sts:AssumeRole"};
  if (!array_of(call.params(), "Tags").empty()) actions.push_back("sts:TagSession");
  if (find(call.params(), "SourceIdentity")) actions.push_back("sts:SetSourceIdentity");
  for (const auto& action : actions) {
    access.action = action;
    // STS does not tell why.
    if (!call.authorize(access)) return denied(call, action, access.resource);
  }
  return {};
}

Result<std::int64_t> seconds_in(Call& call, const Identity& role) {
  const auto seconds = TRY(duration_in(call, kChainedSeconds, kMostSeconds));
  if (call.principal().kind == Principal::Kind::AssumedRole && seconds > kChainedSeconds) {
    return fail("ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining");
  }
  if (seconds > role.max_session) {
    return fail("ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return seconds;
}

/// Once set it stays along the chain.
Result<std::string> source_identity(Call& call) {
  const auto& inherited = call.principal().source_identity;
  if (!find(call.params(), "SourceIdentity")) return inherited;
  auto given = TRY(name_in(call, "SourceIdentity"));
  if (inherited.empty() || inherited == given) return given;
  return fail("AccessDenied",
              "The SourceIdentity of the calling session cannot be changed by role chaining.", 403);
}

Principal session_of(Call& call, const Identity& role, const std::string& session) {
  const auto account = Arn::parse(role.arn)->account;
  const auto& caller = call.principal();
  return {.kind = Principal::Kind::AssumedRole,
          .account = AccountId(account),
          .arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, role.name, session),
          .id = role.id + ":" + session,
          .name = session,
          .service = caller.kind == Principal::Kind::Service ? caller.service : "",
          .issuer_arn = role.arn,
          .issuer_id = role.id,
          .issuer_name = role.name};
}

}  // namespace

Outcome assume_role(Call& call) {
  const auto arn = string_of(call.params(), "RoleArn");
  if (call.principal().kind == Principal::Kind::Root)
    return fail("AccessDenied", "Roles may not be assumed by root accounts.", 403);
  if (!Arn::parse(arn)) return fail("ValidationError", fmt::format("{} is invalid", arn));
  const auto name = TRY(name_in(call, "RoleSessionName"));
  const auto role = role_of(call, arn);
  if (!role) return denied(call, "sts:AssumeRole", arn);
  const bool with_mfa = TRY(prove_mfa(call));
  TRY(may_assume(call, access_of(call, *role, with_mfa)));
  const auto seconds = TRY(seconds_in(call, *role));
  auto session = session_of(call, *role, name);
  auto tags = TRY(session_tags(call, *role));
  session.tags = std::move(tags.tags);
  session.mfa = with_mfa;
  session.source_identity = TRY(source_identity(call));
  session.session_policies = TRY(session_policies_in(call, session.account));
  Object out{{"Credentials", issue(call, session, seconds, std::move(tags.transitive))},
             {"AssumedRoleUser", Object{{"AssumedRoleId", session.id}, {"Arn", session.arn}}}};
  if (const auto packed = packed_size(call)) out["PackedPolicySize"] = *packed;
  if (!session.source_identity.empty()) out["SourceIdentity"] = session.source_identity;
  return out;
}

}  // namespace tocsin::iam
