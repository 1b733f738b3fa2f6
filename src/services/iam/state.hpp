// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::iam {

/// What users and roles have in common.
struct Identity {
  std::string name;
  std::string path = "/";
  std::string id;  // AIDA…, AROA…
  std::string arn;
  Time created{};
  std::map<std::string, std::string> tags;
  std::map<std::string, std::string> inline_policies;  // name, text
  std::set<std::string> attached;                      // ARNs of managed policies
  std::string boundary;                                // ARN of a managed policy
  // Roles only:
  std::string trust;  // text
  std::string description;
  std::int64_t max_session = 3600;  // s
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Identity, (),
                      (name, path, id, arn, created, tags, inline_policies, attached, boundary,
                       trust, description, max_session, unknown))

struct ManagedPolicy {
  std::string name;
  std::string path = "/";
  std::string id;
  std::string arn;
  std::string document;
  std::string description;
  Time created{};
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(ManagedPolicy, (),
                      (name, path, id, arn, document, description, created, unknown))

/// The secret is not kept: it is derived from the master key and the id.
struct AccessKey {
  std::string id;
  AccountId account;
  std::string user;  // empty: the root
  bool active = true;
  Time created{};
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(AccessKey, (), (id, account, user, active, created, unknown))

struct AccessKeyLink {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(AccessKeyLink, (), (id))

struct Session {
  std::string access_key_id;
  core::Principal principal;
  Time expires{};
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Session, (), (access_key_id, principal, expires, unknown))

inline constexpr core::Table<Identity> kUsers{"iam.users"};              // account, name
inline constexpr core::Table<Identity> kRoles{"iam.roles"};              // account, name
inline constexpr core::Table<ManagedPolicy> kPolicies{"iam.policies"};   // account, ARN
inline constexpr core::Table<AccessKey> kAccessKeys{"iam.access_keys"};  // id
inline constexpr core::Table<AccessKeyLink> kUserKeys{"iam.user_keys"};  // account, user, id
inline constexpr core::Table<Session> kSessions{"iam.sessions"};         // access key id

std::string secret_of_key(const core::Secrets& secrets, std::string_view access_key_id);
std::string token_of_key(const core::Secrets& secrets, std::string_view access_key_id);

/// "AIDA" and 17 characters.
std::string new_iam_id(core::Context& context, std::string_view prefix);

/// The parameter that an operation cannot do without, checked against IAM's name rule.
Result<std::string> required_name(core::Call& call, std::string_view member);

core::Outcome get_caller_identity(core::Call& call);
core::Outcome assume_role(core::Call& call);
core::Outcome create_access_key(core::Call& call);
core::Outcome list_access_keys(core::Call& call);
core::Outcome update_access_key(core::Call& call);
core::Outcome delete_access_key(core::Call& call);
core::Outcome create_policy(core::Call& call);
core::Outcome get_policy(core::Call& call);
core::Outcome delete_policy(core::Call& call);

/// Operations of users and roles: identities.cpp.
std::vector<core::Operation> identity_operations();

}  // namespace tocsin::iam
