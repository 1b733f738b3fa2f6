// SPDX-License-Identifier: Apache-2.0
// Who a key is, and whether they may: the policy engine over what IAM keeps.
#include "services/iam/authorizer.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {
namespace {

using core::Credential;
using core::Principal;

Principal root_of(const AccountId& account, std::string access_key_id) {
  return {.kind = Principal::Kind::Root,
          .account = account,
          .arn = "arn:aws:iam::" + account.str() + ":root",
          .id = account.str(),
          .access_key_id = std::move(access_key_id)};
}

Failure unknown_key() {
  return fail("InvalidClientTokenId", "The security token included in the request is invalid.",
              403);
}

policy::Principal::Kind kind_of(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::Root:
      return policy::Principal::Kind::Root;
    case Principal::Kind::User:
      return policy::Principal::Kind::User;
    case Principal::Kind::AssumedRole:
      return policy::Principal::Kind::AssumedRole;
    case Principal::Kind::FederatedUser:
      return policy::Principal::Kind::FederatedUser;
    case Principal::Kind::Service:
      return policy::Principal::Kind::Service;
    case Principal::Kind::Anonymous:
      return policy::Principal::Kind::Anonymous;
  }
  return policy::Principal::Kind::Anonymous;
}

policy::Principal asker(const Principal& principal) {
  const bool service = principal.kind == Principal::Kind::Service;
  return {.kind = kind_of(principal.kind),
          .arn = service ? principal.service : principal.arn,
          .issuer = principal.issuer_arn,
          .account = service ? std::string() : principal.account.str(),
          .id = principal.id};
}

/// The condition keys that every request has.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
void add_global_keys(policy::Context& context, const Principal& principal,
                     const core::Request& request, Time now) {
  const auto set = [&](const std::string& key, std::string value) {
    if (!value.empty()) context[key] = {std::move(value)};
  };
  set("aws:CurrentTime", iso8601(now));
  set("aws:EpochTime", std::to_string(to_ms(now) / 1000));
  set("aws:SourceIp", request.credential.service.empty() ? request.source_ip : std::string());
  set("aws:UserAgent", request.user_agent);
  set("aws:SecureTransport", request.secure ? "true" : "false");
  set("aws:RequestedRegion", request.scope.region);
  if (!request.credential.source_arn.empty()) {
    set("aws:SourceArn", request.credential.source_arn);
    if (const auto arn = Arn::parse(request.credential.source_arn)) {
      set("aws:SourceAccount", arn->account.empty() ? request.scope.account.str() : arn->account);
    }
  }
  for (const auto& [key, value] : principal.tags)
    set("aws:PrincipalTag/" + key, value);
  if (principal.issued != Time{}) {
    set("aws:TokenIssueTime", iso8601(principal.issued));
    set("aws:MultiFactorAuthPresent", principal.mfa ? "true" : "false");
  }
}

}  // namespace

std::string secret_of_key(const core::Secrets& secrets, std::string_view id) {
  return base64(secrets.derive("iam secret access key " + std::string(id), 30));
}

std::string token_of_key(const core::Secrets& secrets, std::string_view id) {
  return base64(secrets.derive("sts session token " + std::string(id), 96));
}

std::optional<core::Authorizer::Secret> PolicyAuthorizer::secret_of(const store::View& view,
                                                                    const core::Secrets& secrets,
                                                                    std::string_view id) const {
  if (kAccessKeys.contains(view, core::Key{id})) return Secret{secret_of_key(secrets, id), {}};
  if (kSessions.contains(view, core::Key{id}))
    return Secret{secret_of_key(secrets, id), token_of_key(secrets, id)};
  return std::nullopt;
}

Result<Principal> PolicyAuthorizer::of_key(const store::View& view, const std::string& id,
                                           Time now) const {
  if (const auto key = kAccessKeys.get(view, core::Key{id})) {
    if (!key->active) return unknown_key();
    if (key->user.empty()) return root_of(key->account, id);
    const auto user = kUsers.get(view, core::Key{key->account.str(), key->user});
    if (!user) return unknown_key();
    return Principal{.kind = Principal::Kind::User,
                     .account = key->account,
                     .arn = user->arn,
                     .id = user->id,
                     .name = user->name,
                     .access_key_id = id,
                     .tags = user->tags};
  }
  const auto session = kSessions.get(view, core::Key{id});
  if (!session) return unknown_key();
  if (session->expires <= now)
    return fail("ExpiredToken", "The security token included in the request is expired", 403);
  return session->principal;
}

Result<Principal> PolicyAuthorizer::of_service(const store::View& view,
                                               const Credential& credential, Time now) const {
  if (credential.role_arn.empty()) {
    return Principal{.kind = Principal::Kind::Service,
                     .account = credential.account,
                     .arn = credential.service,
                     .service = credential.service};
  }
  const auto arn = Arn::parse(credential.role_arn);
  const auto slash = arn ? arn->resource.rfind('/') : std::string::npos;
  const auto role =
      slash == std::string::npos
          ? std::nullopt
          : kRoles.get(view, core::Key{arn->account, arn->resource.substr(slash + 1)});
  const auto refused =
      fail("AccessDenied",
           fmt::format("{} is not authorized to perform: sts:AssumeRole on resource: {}",
                       credential.service, credential.role_arn),
           403);
  if (!role) return refused;
  auto trust = cache_.compile(role->trust, policy::PolicyKind::Trust);
  if (!trust) return refused;
  policy::PolicySet set;
  set.resource = {role->arn, *trust};
  set.resource_policy_required = true;
  policy::Request request{
      .principal = {.kind = policy::Principal::Kind::Service, .arn = credential.service},
      .action = "sts:AssumeRole",
      .resource = role->arn,
      .resource_account = arn->account};
  if (!credential.source_arn.empty()) request.context["aws:SourceArn"] = {credential.source_arn};
  policy::add_principal_keys(request);
  if (!policy::evaluate(set, request).allowed()) return refused;
  const auto session = credential.session_name.empty()
                           ? credential.service.substr(0, credential.service.find('.'))
                           : credential.session_name;
  return Principal{
      .kind = Principal::Kind::AssumedRole,
      .account = AccountId(arn->account),
      .arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", arn->account, role->name, session),
      .id = role->id + ":" + session,
      .name = session,
      .service = credential.service,
      .issuer_arn = role->arn,
      .issuer_id = role->id,
      .issuer_name = role->name,
      .issued = now,
      .tags = role->tags};
}

Result<Principal> PolicyAuthorizer::identify(const store::View& view, const Credential& credential,
                                             Time now) const {
  switch (credential.kind) {
    case Credential::Kind::Key:
      return of_key(view, credential.access_key_id, now);
    case Credential::Kind::Root:
      return root_of(credential.account, credential.access_key_id);
    case Credential::Kind::Service:
      return of_service(view, credential, now);
    case Credential::Kind::Anonymous:
      return Principal{};
    case Credential::Kind::Session:
      break;  // core gives the principal itself
  }
  return unknown_key();
}

Result<policy::PolicySet> PolicyAuthorizer::policies_of(const store::View& view,
                                                        const Principal& principal) const {
  policy::PolicySet set;
  const bool user = principal.kind == Principal::Kind::User;
  if (!user && principal.kind != Principal::Kind::AssumedRole) return set;
  const auto& table = user ? kUsers : kRoles;
  const auto identity = table.get(
      view, core::Key{principal.account.str(), user ? principal.name : principal.issuer_name});
  if (!identity)
    return fail("InvalidClientTokenId", "The security token included in the request is invalid.",
                403);
  for (const auto& [name, text] : identity->inline_policies) {
    set.identity.push_back({ name, TRY(cache_.compile(text, policy::PolicyKind::Identity)) });
  }
  const auto managed = [&](const std::string& arn,
                           policy::PolicyKind kind) -> Result<policy::PolicyPtr> {
    const auto row = kPolicies.get(view, core::Key{principal.account.str(), arn});
    if (!row) return fail(internal_error("an attached policy is missing: " + arn));
    return cache_.compile(row->document, kind);
  };
  for (const auto& arn : identity->attached)
    set.identity.push_back({ arn, TRY(managed(arn, policy::PolicyKind::Identity)) });
  if (!identity->boundary.empty()) {
    set.boundary = {
      identity->boundary,
      TRY(managed(identity->boundary, policy::PolicyKind::Boundary))
    };
  }
  for (const auto& text : principal.session_policies) {
    set.session.push_back({ "session", TRY(cache_.compile(text, policy::PolicyKind::Session)) });
  }
  return set;
}

Result<void> PolicyAuthorizer::authorize(const store::View& view, const Principal& principal,
                                         const core::Request& request, const core::Access& access,
                                         Time now) const {
  auto set = TRY(policies_of(view, principal));
  if (!access.resource_policy.empty()) {
    // A role's own policy has no Resource element: it is the resource.
    const auto kind = access.action.starts_with("sts:") ? policy::PolicyKind::Trust
                                                        : policy::PolicyKind::Resource;
    set.resource = { access.resource, TRY(cache_.compile(access.resource_policy, kind)) };
  }
  set.resource_policy_required = access.policy_required;
  policy::Request asked{
      .principal = asker(principal),
      .action = access.action,
      .resource = access.resource,
      .resource_account = access.owner.empty() ? principal.account.str() : access.owner.str()};
  add_global_keys(asked.context, principal, request, now);
  for (const auto& [key, values] : access.context)
    asked.context[key] = values;
  policy::add_principal_keys(asked);
  const auto decision = policy::evaluate(set, asked);
  if (decision.allowed()) return {};
  return fail("AccessDenied", policy::denial_message(decision, asked, principal.arn), 403);
}

}  // namespace tocsin::iam
