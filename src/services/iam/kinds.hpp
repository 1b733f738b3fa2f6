// SPDX-License-Identifier: Apache-2.0
// Users, groups and roles: most operations are the same for them, so each is written once over a
// Kind.
#pragma once

#include "services/iam/names.hpp"
#include "services/iam/paging.hpp"

namespace tocsin::iam {

struct Kind {
  std::string_view noun;       // "User"
  std::string_view lower;      // "user"
  std::string_view id_prefix;  // "AIDA"
  const core::Table<Identity>* table;
  std::int64_t quota;         // in one account
  std::int64_t inline_quota;  // characters of inline policies of one
  std::string member() const { return std::string(noun) + "Name"; }
};
inline constexpr Kind kUser{"User", "user", "AIDA", &kUsers, 5000, 2048};
inline constexpr Kind kGroup{"Group", "group", "AGPA", &kGroups, 300, 5120};
inline constexpr Kind kRole{"Role", "role", "AROA", &kRoles, 1000, 10240};

inline core::Key identity_key(const AccountId& account, std::string_view name) {
  return core::Key{account.str(), fold(name)};
}

std::optional<Identity> find_identity(const store::View& view, const Kind& kind,
                                      const AccountId& account, std::string_view name);
/// The one that the call names.
Result<Identity> identity_of(core::Call& call, const Kind& kind);
Failure no_such(const Kind& kind, std::string_view name);
void save(core::Context& context, const Kind& kind, const Identity& identity);

/// The user that the call names, or the caller; none for the root.
Result<std::optional<Identity>> user_or_caller(core::Call& call);

/// The identity, and its kind, that an ARN names. Error NoSuchEntity.
struct Named {
  const Kind* kind;
  Identity identity;
};
Result<Named> identity_of_arn(core::Call& call, std::string_view arn);

Object described(core::Call& call, const Kind& kind, const Identity& identity);
/// As lists tell: without tags, boundary and last use.
Object listed(const Kind& kind, const Identity& identity);
Object boundary_of(const std::string& policy_arn);

using Handle = core::Outcome (*)(core::Call&, const Kind&);
core::Handler over(Handle handle, const Kind& kind);

/// iam:<operation> on the user, group or role that the call names, with its tags.
core::Needs on(const Kind& kind);
/// iam:<operation> on the user that the call names, or the caller.
std::vector<core::Access> on_user_or_caller(core::Call& call);
/// iam:<operation> on the paths below PathPrefix.
core::Needs on_path(std::string_view kind);
/// iam:<operation> on a resource with these tags; the tags of the request are added.
core::Access access_to(core::Call& call, std::string resource, const Tags& tags = {});

}  // namespace tocsin::iam
