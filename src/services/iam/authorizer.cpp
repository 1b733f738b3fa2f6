// SPDX-License-Identifier: Apache-2.0
#include "services/iam/authorizer.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/decode.hpp"
#include "services/iam/policies.hpp"
#include "services/iam/request_keys.hpp"

namespace tocsin::iam {
namespace {

using core::Credential;
using core::Principal;
using policy::PolicyKind;

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

/// IAM takes temporary credentials of users only where they were issued with MFA, and never those
/// of federated users.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
bool is_barred_from_iam(const Principal& principal) {
  if (principal.kind == Principal::Kind::FederatedUser) return true;
  return principal.kind == Principal::Kind::User && principal.issued != Time{} && !principal.mfa;
}

policy::PolicyPtr everything() {
  static const auto policy =
      *policy::parse_policy(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                            R"("Action":"*","Resource":"*"}]})",
                            PolicyKind::Identity);
  return policy;
}

/// The name of the user or role whose policies a principal has; empty: it has none.
std::string identity_name(const Principal& principal) {
  if (principal.kind == Principal::Kind::User) return principal.name;
  if (principal.kind == Principal::Kind::AssumedRole ||
      principal.kind == Principal::Kind::FederatedUser)
    return principal.issuer_name;
  return {};
}

std::string_view identity_id(const Principal& principal) {
  return principal.kind == Principal::Kind::User ? principal.id : principal.issuer_id;
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
    const auto user = find_identity(view, kUser, key->account, key->user);
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
  const auto role = slash == std::string::npos ? std::nullopt
                                               : find_identity(view, kRole, AccountId(arn->account),
                                                               arn->resource.substr(slash + 1));
  const auto refused =
      fail("AccessDenied",
           fmt::format("{} is not authorized to perform: sts:AssumeRole on resource: {}",
                       credential.service, credential.role_arn),
           403);
  if (!role || role->arn != credential.role_arn) return refused;
  auto trust = cache_.compile(role->trust, PolicyKind::Trust);
  if (!trust) return refused;
  policy::PolicySet set;
  set.resource = {role->arn, *trust};
  set.resource_policy_required = true;
  policy::Request request{
      .principal = {.kind = policy::Principal::Kind::Service, .arn = credential.service},
      .action = "sts:AssumeRole",
      .resource = role->arn,
      .resource_account = arn->account};
  core::Request call{.scope = {AccountId(arn->account), ""}, .credential = credential};
  const Principal service{.kind = Principal::Kind::Service, .service = credential.service};
  const RequestKeys keys(service, call, request, now);
  request.more = &keys;
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

Result<PreparedPtr> PolicyAuthorizer::prepared(const store::View& view,
                                               const Principal& principal) const {
  const auto name = identity_name(principal);
  if (name.empty()) return PreparedPtr();
  const auto& kind = principal.kind == Principal::Kind::AssumedRole ? kRole : kUser;
  const auto generation = kGenerations.get(view, core::Key{principal.account.str()});
  const auto key = fmt::format("{}/{}/{}/{}", generation ? generation->id : "", kind.noun,
                               principal.account.str(), name);
  if (auto found = prepared_.find(key)) return found;
  const auto identity = find_identity(view, kind, principal.account, name);
  if (!identity) return unknown_key();
  auto made = std::make_shared<Prepared>();
  made->id = identity->id;
  for (const auto& source : policies_of(view, principal.account, kind, *identity))
    made->identity.push_back(
        { source.id(), TRY(cache_.compile(source.text, PolicyKind::Identity)) });
  if (!identity->boundary.empty()) {
    const auto policy = TRY(managed_policy(view, principal.account, identity->boundary));
    made->boundary = { policy.name, TRY(cache_.compile(policy.document, PolicyKind::Boundary)) };
  }
  prepared_.keep(key, made);
  return PreparedPtr(std::move(made));
}

/// A session policy is a text, or the ARN of a managed policy as it is now.
Result<void> PolicyAuthorizer::add_session(const store::View& view, const Principal& principal,
                                           policy::PolicySet& set) const {
  for (const auto& given : principal.session_policies) {
    if (!given.starts_with("arn:")) {
      set.session.push_back({ "session", TRY(cache_.compile(given, PolicyKind::Session)) });
    } else if (const auto policy = find_policy(view, principal.account, given)) {
      set.session.push_back(
          { policy->name, TRY(cache_.compile(policy->document, PolicyKind::Session)) });
    }
  }
  const bool gone = set.session.empty() && !principal.session_policies.empty();
  static const std::string kNothing =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})";
  if (gone) set.session.push_back({ "", TRY(cache_.compile(kNothing, PolicyKind::Session)) });
  return {};
}

Result<void> PolicyAuthorizer::authorize(const store::View& view, const Principal& principal,
                                         const core::Request& request, const core::Access& access,
                                         Time now) const {
  if (request.service == "iam" && is_barred_from_iam(principal)) return unknown_key();
  const auto own = TRY(prepared(view, principal));
  policy::PolicySet set;
  if (own) {
    if (own->id != identity_id(principal)) return unknown_key();
    set.shared = own->identity;
    set.boundary = own->boundary;
  } else if (principal.kind == Principal::Kind::FederatedUser) {
    set.identity.push_back({"", everything()});  // of the root
  }
  TRY(add_session(view, principal, set));
  if (!access.resource_policy.empty()) {
    // A role's own policy has no Resource element: it is the resource.
    const auto kind = access.action.starts_with("sts:") ? PolicyKind::Trust : PolicyKind::Resource;
    set.resource = { access.resource, TRY(cache_.compile(access.resource_policy, kind)) };
  }
  set.resource_policy_required = access.policy_required;
  policy::Request asked{
      .principal = asker(principal),
      .action = access.action,
      .resource = access.resource,
      .resource_account = access.owner.empty() ? principal.account.str() : access.owner.str(),
      .context = {access.context.begin(), access.context.end()}};
  const RequestKeys keys(principal, request, asked, now);
  asked.more = &keys;
  const auto decision = policy::evaluate(set, asked);
  if (decision.allowed()) return {};
  auto denial = Error{"AccessDenied", policy::denial_message(decision, asked, principal.arn), 403};
  if (access.action.starts_with("ec2:"))
    denial.members[kDetails] = denial_details(decision, asked, principal);
  return fail(std::move(denial));
}

/// EC2 does not tell why, but to whom may open the message.
Error PolicyAuthorizer::told(Error denial, const core::Secrets& secrets) const {
  const auto* details = denial.members.if_contains(kDetails);
  if (!details) return denial;
  denial.code = "UnauthorizedOperation";
  denial.message = fmt::format(
      "You are not authorized to perform this operation. {}. Encoded authorization "
      "failure message: {}",
      denial.message, encode_authorization_message(secrets, to_json(*details)));
  denial.members.erase(kDetails);
  return denial;
}

}  // namespace tocsin::iam
