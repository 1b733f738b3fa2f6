// SPDX-License-Identifier: Apache-2.0
// What IAM and STS keep. Names are kept in the case that they were given in and found without
// regard to it (`fold`), as in IAM.
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"
#include "store/blobs.hpp"

namespace tocsin::iam {

using Tags = std::map<std::string, std::string>;

/// What users, groups and roles have in common, and what they have not.
struct Identity {
  std::string name;
  std::string path = "/";
  std::string id;  // AIDA…, AGPA…, AROA…
  std::string arn;
  Time created{};
  Tags tags;
  std::map<std::string, std::string> inline_policies;  // name, text
  std::set<std::string> attached;                      // ARNs of managed policies
  std::string boundary;                                // ARN of a managed policy
  // Users only:
  std::set<std::string> groups;  // names
  // Roles only:
  std::string trust;  // text
  std::string description;
  std::int64_t max_session = 3600;  // s
  std::string linked_service;       // "guardduty.amazonaws.com": a service-linked role
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Identity, (),
                      (name, path, id, arn, created, tags, inline_policies, attached, boundary,
                       groups, trust, description, max_session, linked_service, unknown))

struct ManagedPolicy {
  std::string name;
  std::string path = "/";
  std::string id;  // ANPA…
  std::string arn;
  std::string document;  // of the default version
  std::string description;
  std::string default_version = "v1";
  std::int64_t latest = 1;  // number of the newest version that was ever made
  Time created{};
  Time updated{};
  Tags tags;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(ManagedPolicy, (),
                      (name, path, id, arn, document, description, default_version, latest, created,
                       updated, tags, unknown))

struct PolicyVersion {
  std::int64_t number = 1;
  std::string document;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(PolicyVersion, (), (number, document, created))

/// A row whose key says it all but the case of a name.
struct Link {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Link, (), (name))

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

/// When a key, or a role, was last used with a service.
struct Use {
  Time time{};
  std::string region;
};
BOOST_DESCRIBE_STRUCT(Use, (), (time, region))

struct Session {
  std::string access_key_id;
  core::Principal principal;
  Time expires{};
  std::set<std::string> transitive_tags;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Session, (), (access_key_id, principal, expires, transitive_tags, unknown))

/// Of a password only a keyed hash is kept.
struct Login {
  std::string user;
  std::string hash;
  std::vector<std::string> earlier;  // hashes, newest first
  Time created{};
  Time changed{};
  bool reset_required = false;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Login, (), (user, hash, earlier, created, changed, reset_required, unknown))

struct PasswordPolicy {
  std::int64_t minimum_length = 6;
  bool symbols = false, numbers = false, uppercase = false, lowercase = false;
  bool users_may_change = false;
  std::int64_t max_age_days = 0;  // 0: passwords do not expire
  std::int64_t reuse_prevention = 0;
  bool hard_expiry = false;
};
BOOST_DESCRIBE_STRUCT(PasswordPolicy, (),
                      (minimum_length, symbols, numbers, uppercase, lowercase, users_may_change,
                       max_age_days, reuse_prevention, hard_expiry))

/// A virtual MFA device. Its seed is not kept: it is derived from the master key and `seed_id`.
struct MfaDevice {
  std::string serial;  // ARN
  std::string name;
  std::string path = "/";
  std::string seed_id;
  std::string user;  // whom it is enabled for; empty: nobody
  Time created{};
  Time enabled{};
  std::int64_t last_step = 0;  // of the newest code taken: none is taken twice
  Tags tags;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(MfaDevice, (),
                      (serial, name, path, seed_id, user, created, enabled, last_step, tags,
                       unknown))

struct InstanceProfile {
  std::string name;
  std::string path = "/";
  std::string id;  // AIPA…
  std::string arn;
  std::string role;  // name; empty: none
  Time created{};
  Tags tags;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(InstanceProfile, (), (name, path, id, arn, role, created, tags, unknown))

struct OidcProvider {
  std::string arn;
  std::string url;  // without https://
  std::vector<std::string> clients;
  std::vector<std::string> thumbprints;
  Time created{};
  Tags tags;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(OidcProvider, (), (arn, url, clients, thumbprints, created, tags, unknown))

struct CredentialReport {
  Time made{};
  Document content;  // names a blob
};
BOOST_DESCRIBE_STRUCT(CredentialReport, (), (made, content))

/// A report of services last accessed, as it was when it was asked for.
struct AccessReport {
  std::string arn;
  bool by_action = false;
  Time made{};
  Array services;
  Object entities;  // service namespace, list of EntityDetails
};
BOOST_DESCRIBE_STRUCT(AccessReport, (), (arn, by_action, made, services, entities))

// Every write of IAM gives the account a new one: what was worked out from its rows holds as long.
struct Generation {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Generation, (), (id))

inline constexpr core::Table<Identity> kUsers{"iam.users"};             // account, name
inline constexpr core::Table<Identity> kGroups{"iam.groups"};           // account, name
inline constexpr core::Table<Identity> kRoles{"iam.roles"};             // account, name
inline constexpr core::Table<Link> kMembers{"iam.members"};             // account, group, user
inline constexpr core::Table<ManagedPolicy> kPolicies{"iam.policies"};  // account, ARN
inline constexpr core::Table<PolicyVersion> kVersions{"iam.policy_versions"};  // account, ARN, n
// account, ARN of the policy, "attached" or "boundary", noun, name
inline constexpr core::Table<Link> kAttachments{"iam.attachments"};
inline constexpr core::Table<AccessKey> kAccessKeys{"iam.access_keys"};  // id
inline constexpr core::Table<Link> kUserKeys{"iam.user_keys"};           // account, user, id
inline constexpr core::Table<Use> kUses{"iam.uses"};  // entity's id, key id or "", service
inline constexpr core::Table<Session> kSessions{"iam.sessions"};  // access key id
inline constexpr core::Table<Login> kLogins{"iam.logins"};        // account, user
inline constexpr core::Table<PasswordPolicy> kPasswordPolicies{"iam.password_policies"};  // account
inline constexpr core::Table<MfaDevice> kMfaDevices{"iam.mfa_devices"};  // account, serial
inline constexpr core::Table<InstanceProfile> kProfiles{"iam.instance_profiles"};  // account, name
inline constexpr core::Table<Link> kAliases{"iam.account_aliases"};                // account
inline constexpr core::Table<Link> kAliasOwners{"iam.alias_owners"};               // alias
inline constexpr core::Table<OidcProvider> kOidcProviders{"iam.oidc_providers"};   // account, ARN
inline constexpr core::Table<Link> kLinkedRoleDeletions{
    "iam.linked_role_deletions"};  // account, task id
inline constexpr core::Table<CredentialReport> kReports{"iam.credential_reports"};  // account
inline constexpr core::Table<AccessReport> kAccessReports{"iam.access_reports"};  // account, job id
inline constexpr core::Table<Generation> kGenerations{"iam.generations"};         // account

std::string secret_of_key(const core::Secrets& secrets, std::string_view access_key_id);
std::string token_of_key(const core::Secrets& secrets, std::string_view access_key_id);

}  // namespace tocsin::iam
