// SPDX-License-Identifier: Apache-2.0
// IAM policies: the grammar, and the whole decision whether a request is allowed. Pure functions:
// no storage, no clock, no randomness. A Policy is compiled once, never changes and may be shared
// by any number of threads.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
//
// Not part of it: whether a principal that a policy names exists (see principals_of), size quotas,
// VPC endpoint policies, KMS grants and S3 ACLs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::policy {

/// Which grammar a document follows. Service and resource control policies are Boundary.
enum class PolicyKind { Identity, Resource, Trust, Boundary, Session };

struct Policy;
using PolicyPtr = std::shared_ptr<const Policy>;

/// Error: MalformedPolicyDocument (400) in IAM's words; a service whose policies fail under another
/// code (S3: MalformedPolicy, SNS: InvalidParameter) keeps the message and replaces the code.
Result<PolicyPtr> parse_policy(std::string_view json, PolicyKind kind);

/// One principal that a Resource or Trust policy names: {"AWS", "arn:…"}.
struct NamedPrincipal {
  std::string type;
  std::string value;
  bool operator==(const NamedPrincipal&) const = default;
};
/// All of them in the order of the document, so that the caller can refuse those that do not exist.
std::vector<NamedPrincipal> principals_of(const Policy& policy);
/// Whether one of its statements allows anything of a service ("s3"), on whatever conditions.
bool allows_service(const Policy& policy, std::string_view service);
/// The condition keys that it reads, in operators and variables; sorted, each once.
std::vector<std::string> context_keys_of(const Policy& policy);

/// Where a statement stands in the text of its policy, as SimulatePrincipalPolicy tells: behind
/// what precedes it and behind its closing brace, both counted from one.
struct SourceSpan {
  int start_line = 1, start_column = 1;
  int end_line = 1, end_column = 1;
  bool operator==(const SourceSpan&) const = default;
};
/// Of every statement of a text that parse_policy has accepted, in order.
std::vector<SourceSpan> spans_of(std::string_view json);

/// ASCII without case: how condition keys are compared.
struct CaselessLess {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const;
};
/// Condition keys and their values: {"aws:SourceIp", {"203.0.113.9"}}.
using Context = std::map<std::string, std::vector<std::string>, CaselessLess>;

/// Condition keys that are worked out only when a policy asks for them.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// `key` is in lower case; no values: the request has no such key.
  virtual std::vector<std::string> values_of(std::string_view key) const = 0;
};

/// Who asks.
struct Principal {
  enum class Kind {
    Root,           // arn:aws:iam::111122223333:root
    User,           // arn:aws:iam::111122223333:user/path/name
    AssumedRole,    // arn:aws:sts::111122223333:assumed-role/role/session, issued by its role
    FederatedUser,  // arn:aws:sts::111122223333:federated-user/name, issued by its user
    Service,        // "events.amazonaws.com"
    Federated,      // an identity provider: its ARN or domain (AssumeRoleWithSAML, …WebIdentity)
    Anonymous
  };
  Kind kind = Kind::Anonymous;
  std::string arn;      // as above; of a Service its name, of Anonymous nothing
  std::string issuer;   // AssumedRole: the role's ARN with its path; FederatedUser: the user's ARN
  std::string account;  // twelve digits; empty for Service, Federated and Anonymous
  std::string id;       // AIDA…, AROA…:session, the account for root
  std::string canonical_user;        // S3's canonical user id of the account
  std::vector<std::string> aliases;  // further names of a Service: "logs.us-east-1.amazonaws.com"
};

struct Request {
  Principal principal;
  std::string action;            // "sns:Publish"
  std::string resource = "*";    // ARN
  std::string resource_account;  // owner; empty: the principal's own account
  Context context;
  const KeySource* more = nullptr;  // asked for keys that `context` has not
};

/// Adds the keys that follow from the request itself, where absent: aws:PrincipalArn,
/// aws:PrincipalAccount, aws:PrincipalType, aws:PrincipalIsAWSService, aws:PrincipalServiceName,
/// aws:PrincipalServiceNamesList, aws:userid, aws:username and aws:ResourceAccount.
void add_principal_keys(Request& request);
/// One of them, for a KeySource; `key` in any case. None: not one of them, or not of this request.
std::vector<std::string> principal_key(const Request& request, std::string_view key);

struct NamedPolicy {
  std::string id;    // how matched statements name it: an ARN or a name
  PolicyPtr policy;  // never null
};

/// Every policy that applies to one request.
struct PolicySet {
  std::vector<NamedPolicy> identity;    // of the user and its groups, or of the role
  std::span<const NamedPolicy> shared;  // further ones of the identity, kept elsewhere
  std::optional<NamedPolicy> boundary;  // permissions boundary of the user or role
  std::vector<NamedPolicy> session;     // a FederatedUser without any has no permissions of its own
  std::optional<NamedPolicy> resource;  // kind Resource or Trust, owner Request::resource_account
  /// KMS keys and role trust: the identity policies alone never suffice, in no account.
  bool resource_policy_required = false;
  /// Organizations: one list a level (root, unit, account); each level must allow.
  std::vector<std::vector<NamedPolicy>> service_control;
  std::vector<std::vector<NamedPolicy>> resource_control;
};

enum class Outcome { Allowed, ExplicitDeny, ImplicitDeny };
enum class Effect { Allow, Deny };
enum class PolicyType {
  Identity,
  Boundary,
  Session,
  Resource,
  Trust,
  ServiceControl,
  ResourceControl
};

struct MatchedStatement {
  PolicyType type = PolicyType::Identity;
  std::string policy_id;
  std::string sid;        // empty where the statement has none
  std::size_t index = 0;  // in its policy
  Effect effect = Effect::Allow;
};

struct Decision {
  Outcome outcome = Outcome::ImplicitDeny;
  /// Of a denial: the type of the policy that denies, or that fails to allow.
  std::optional<PolicyType> denied_by;
  /// Allowed: what granted it. ExplicitDeny: what denied it. ImplicitDeny: nothing.
  std::vector<MatchedStatement> matched;

  bool allowed() const { return outcome == Outcome::Allowed; }
};

/// Deciding: the first Allow of each type, or the first Deny, is enough. All: every statement that
/// matches.
enum class Report { Deciding, All };
Decision evaluate(const PolicySet& policies, const Request& request,
                  Report report = Report::Deciding);

/// AWS's words for a denial: "User: arn:… is not authorized to perform: sns:Publish on resource:
/// arn:… because no identity-based policy allows the sns:Publish action". An empty caller is
/// "anonymous"; an empty resource is left out.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
std::string denial_message(const Decision& decision, const Request& request,
                           std::string_view caller_arn);

std::string_view name_of(Outcome outcome);  // "Allowed", "ExplicitDeny", "ImplicitDeny"
std::string_view name_of(PolicyType type);  // "Identity", "Boundary", …

/// Compiles each text once: for callers that hold policies as text and evaluate on every call.
/// Safe for any thread. Holds at most about `capacity` policies; errors are not kept.
class PolicyCache {
 public:
  explicit PolicyCache(std::size_t capacity = 4096);
  ~PolicyCache();
  PolicyCache(const PolicyCache&) = delete;
  PolicyCache& operator=(const PolicyCache&) = delete;

  Result<PolicyPtr> compile(std::string_view json, PolicyKind kind);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::policy
