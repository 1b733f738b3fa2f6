// SPDX-License-Identifier: Apache-2.0
// STS beside AssumeRole: who am I, whose is a key, and temporary credentials of users.
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/iam/mfa.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/sessions.hpp"

namespace tocsin::iam {
namespace {

using core::Key;
using core::Principal;

constexpr std::int64_t kDefaultSeconds = 43200;
constexpr std::int64_t kMostSeconds = 129600;
constexpr std::int64_t kMostSecondsOfRoot = 3600;

/// Only the lasting credentials of a user, or the root, get further ones by themselves.
Result<void> must_be_lasting(Call& call) {
  const auto kind = call.principal().kind;
  const bool user = kind == Principal::Kind::User || kind == Principal::Kind::Root;
  if (user && !is_temporary(call.principal())) return {};
  return fail("AccessDenied",
              fmt::format("Cannot call {} with session credentials", call.request().operation),
              403);
}

Result<std::int64_t> seconds_in(Call& call) {
  const bool root = call.principal().kind == Principal::Kind::Root;
  return duration_in(call, root ? kMostSecondsOfRoot : kDefaultSeconds,
                     root ? kMostSecondsOfRoot : kMostSeconds);
}

bool is_federated_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= 32 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return isalnum(c) ||
                  std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

Outcome get_caller_identity(Call& call) {
  const auto& principal = call.principal();
  return Object{
      {"UserId", principal.id}, {"Account", principal.account.str()}, {"Arn", principal.arn}};
}

Outcome get_session_token(Call& call) {
  TRY(must_be_lasting(call));
  const auto seconds = TRY(seconds_in(call));
  auto session = call.principal();
  session.mfa = TRY(prove_mfa(call));
  return Object{{"Credentials", issue(call, session, seconds)}};
}

Outcome get_federation_token(Call& call) {
  TRY(must_be_lasting(call));
  const auto name = string_of(call.params(), "Name");
  if (!is_federated_name(name)) {
    return fail("ValidationError",
                fmt::format("1 validation error detected: Value '{}' at 'name' failed to satisfy "
                            "constraint: Member must satisfy regular expression pattern: "
                            "[\\w+=,.@-]*",
                            name));
  }
  const auto seconds = TRY(seconds_in(call));
  const auto& caller = call.principal();
  const auto& account = caller.account.str();
  const bool user = caller.kind == Principal::Kind::User;
  Principal session{.kind = Principal::Kind::FederatedUser,
                    .account = caller.account,
                    .arn = fmt::format("arn:aws:sts::{}:federated-user/{}", account, name),
                    .id = fmt::format("{}:{}", account, name),
                    .name = name,
                    .issuer_arn = caller.arn,
                    .issuer_id = caller.id,
                    .issuer_name = user ? caller.name : ""};
  session.session_policies = TRY(session_policies_in(call, caller.account));
  session.tags = caller.tags;
  TRY(add_tags(call, session.tags));
  Object out{{"Credentials", issue(call, session, seconds)},
             {"FederatedUser", Object{{"FederatedUserId", session.id}, {"Arn", session.arn}}}};
  if (const auto packed = packed_size(call)) out["PackedPolicySize"] = *packed;
  return out;
}

Outcome get_access_key_info(Call& call) {
  const auto id = string_of(call.params(), "AccessKeyId");
  if (const auto key = kAccessKeys.get(call, Key{id}))
    return Object{{"Account", key->account.str()}};
  if (const auto session = kSessions.get(call, Key{id}))
    return Object{{"Account", session->principal.account.str()}};
  return fail("ValidationError", fmt::format("Invalid Access Key ID: {}", id));
}

/// As the federated user that it makes, with the tags that it gives.
std::vector<core::Access> on_federated_user(Call& call) {
  core::Access access{.action = "sts:GetFederationToken",
                      .resource = fmt::format("arn:aws:sts::{}:federated-user/{}",
                                              call.account().str(), text(call.params(), "Name"))};
  const auto tags = core::tags_of(array_of(call.params(), "Tags"));
  if (tags.empty()) return {access};
  core::add_request_tags(access, tags);
  auto tagging = access;
  tagging.action = "sts:TagSession";
  return {access, tagging};
}

}  // namespace tocsin::iam
