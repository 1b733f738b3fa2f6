// SPDX-License-Identifier: Apache-2.0
// The decision. Tables and flow charts that it follows:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
#include <algorithm>

#include "base/assert.hpp"
#include "engines/policy/statement.hpp"

namespace tocsin::policy {
namespace {

using Kind = Principal::Kind;

/// A statement that speaks to the request.
struct Hit {
  PolicyType type;
  const NamedPolicy* policy;
  std::size_t index;
  Effect effect;
};

class Evaluation {
 public:
  Evaluation(const PolicySet& policies, const Request& request, Report report)
      : policies_(policies),
        request_(request),
        question_(request, policies.boundary.has_value()),
        report_(report) {}

  Decision decide();

 private:
  Grant scan(const NamedPolicy& policy, PolicyType type, Grant best = Grant::None);
  Grant scan_all(std::span<const NamedPolicy> policies, PolicyType type);
  bool scan_levels(const std::vector<std::vector<NamedPolicy>>& levels, PolicyType type);
  void scan_everything();

  std::optional<PolicyType> refusal() const;
  std::optional<PolicyType> identity_refusal() const;
  std::optional<PolicyType> limit_refusal() const;
  bool same_account() const;
  bool is_identity() const;
  PolicyType resource_type() const;
  Decision conclude(Outcome outcome, std::optional<PolicyType> denied_by) const;

  const PolicySet& policies_;
  const Request& request_;
  Question question_;
  Report report_;

  boost::container::small_vector<Hit, 8> hits_;
  std::optional<PolicyType> denial_;
  bool service_control_ = true;
  bool resource_control_ = true;
  bool identity_ = false;
  bool boundary_ = true;
  bool session_ = true;
  Grant resource_ = Grant::None;
};

Decision Evaluation::decide() {
  scan_everything();
  if (denial_) return conclude(Outcome::ExplicitDeny, denial_);
  if (const auto refused = refusal()) return conclude(Outcome::ImplicitDeny, refused);
  return conclude(Outcome::Allowed, std::nullopt);
}

/// `best`: what earlier policies of the type granted.
Grant Evaluation::scan(const NamedPolicy& policy, PolicyType type, Grant best) {
  TOCSIN_ASSERT(policy.policy);
  const bool deciding = report_ == Report::Deciding;
  if (deciding && denial_) return best;
  const auto& statements = policy.policy->statements;
  for (const auto i : policy.policy->index.of_service(question_.service())) {
    const auto effect = statements[i].effect;
    const bool settled = effect == Effect::Allow && best == Grant::Direct;
    if (settled && deciding) continue;
    const auto grant = statements[i].applies(question_);
    if (grant == Grant::None) continue;
    hits_.push_back({type, &policy, i, effect});
    if (effect == Effect::Allow) {
      best = std::max(best, grant);
    } else {
      if (!denial_) denial_ = type;
      if (deciding) break;
    }
  }
  return best;
}

Grant Evaluation::scan_all(std::span<const NamedPolicy> policies, PolicyType type) {
  auto best = Grant::None;
  for (const auto& policy : policies)
    best = std::max(best, scan(policy, type, best));
  return best;
}

bool Evaluation::scan_levels(const std::vector<std::vector<NamedPolicy>>& levels, PolicyType type) {
  bool all = true;
  for (const auto& level : levels)
    all = scan_all(level, type) != Grant::None && all;
  return all;
}

/// In the order in which a denial is named.
void Evaluation::scan_everything() {
  service_control_ = scan_levels(policies_.service_control, PolicyType::ServiceControl);
  resource_control_ = scan_levels(policies_.resource_control, PolicyType::ResourceControl);
  if (request_.principal.kind == Kind::Root) {
    identity_ = true;
  } else if (is_identity()) {
    identity_ = scan_all(policies_.identity, PolicyType::Identity) != Grant::None;
    identity_ = scan_all(policies_.shared, PolicyType::Identity) != Grant::None || identity_;
    const auto& boundary = policies_.boundary;
    boundary_ = !boundary || scan(*boundary, PolicyType::Boundary) != Grant::None;
    const bool unlimited =
        policies_.session.empty() && request_.principal.kind != Kind::FederatedUser;
    session_ = scan_all(policies_.session, PolicyType::Session) != Grant::None || unlimited;
  }
  if (policies_.resource) resource_ = scan(*policies_.resource, resource_type());
}

/// Where nothing denies: the type of the policy whose Allow is missing; none if all are there.
std::optional<PolicyType> Evaluation::refusal() const {
  if (!service_control_) return PolicyType::ServiceControl;
  if (!resource_control_) return PolicyType::ResourceControl;
  if (!is_identity()) {
    return resource_ == Grant::None ? std::optional(resource_type()) : std::nullopt;
  }
  if (!same_account()) {
    if (const auto refused = identity_refusal()) return refused;
    return resource_ == Grant::None ? std::optional(resource_type()) : std::nullopt;
  }
  if (resource_ == Grant::Direct) return std::nullopt;
  if (resource_ == Grant::Entity) return limit_refusal();
  if (policies_.resource_policy_required && resource_ == Grant::None) return resource_type();
  return identity_refusal();
}

std::optional<PolicyType> Evaluation::identity_refusal() const {
  return identity_ ? limit_refusal() : PolicyType::Identity;
}

std::optional<PolicyType> Evaluation::limit_refusal() const {
  if (!boundary_) return PolicyType::Boundary;
  if (!session_) return PolicyType::Session;
  return std::nullopt;
}

bool Evaluation::same_account() const {
  return request_.resource_account.empty() ||
         request_.resource_account == request_.principal.account;
}

bool Evaluation::is_identity() const {
  switch (request_.principal.kind) {
    case Kind::Root:
    case Kind::User:
    case Kind::AssumedRole:
    case Kind::FederatedUser:
      return true;
    case Kind::Service:
    case Kind::Federated:
    case Kind::Anonymous:
      break;
  }
  return false;
}

PolicyType Evaluation::resource_type() const {
  const bool trust = policies_.resource && policies_.resource->policy->kind == PolicyKind::Trust;
  return trust ? PolicyType::Trust : PolicyType::Resource;
}

Decision Evaluation::conclude(Outcome outcome, std::optional<PolicyType> denied_by) const {
  Decision decision{outcome, denied_by, {}};
  if (outcome == Outcome::ImplicitDeny) return decision;
  const auto effect = outcome == Outcome::Allowed ? Effect::Allow : Effect::Deny;
  for (const auto& hit : hits_) {
    if (hit.effect != effect) continue;
    const auto& statement = hit.policy->policy->statements[hit.index];
    decision.matched.push_back({hit.type, hit.policy->id, statement.sid, hit.index, hit.effect});
  }
  return decision;
}

}  // namespace

Decision evaluate(const PolicySet& policies, const Request& request, Report report) {
  return Evaluation(policies, request, report).decide();
}

}  // namespace tocsin::policy
