// SPDX-License-Identifier: Apache-2.0
// Managed policies, the account's own and AWS's, and which of all policies apply to an identity.
#pragma once

#include "services/iam/kinds.hpp"

namespace tocsin::iam {

std::optional<ManagedPolicy> find_policy(const store::View& view, const AccountId& account,
                                         const std::string& arn);
/// The same, to attach it. Error NoSuchEntity.
Result<ManagedPolicy> managed_policy(const store::View& view, const AccountId& account,
                                     const std::string& arn);

/// Rows of kAttachments for everything that the identity is attached to, and their end.
void link_policies(core::Context& context, const Kind& kind, const Identity& identity);
void unlink_policies(core::Context& context, const Kind& kind, const Identity& identity);

/// A policy as it applies to an identity, by itself or through a group.
struct PolicySource {
  std::string name;
  std::string arn;    // of a managed policy
  const Kind* owner;  // whom it is attached to or written in
  std::string owner_name;
  std::string text;
  /// As simulations and decoded denials name it: "user_ann_inline", or a managed policy's name.
  std::string id() const;
};
std::vector<PolicySource> policies_of(const store::View& view, const AccountId& account,
                                      const Kind& kind, const Identity& identity);
/// Without those of groups.
std::vector<PolicySource> own_policies_of(const store::View& view, const AccountId& account,
                                          const Kind& kind, const Identity& identity);

/// All that GetPolicy tells but tags and description.
Object described(core::Call& call, const ManagedPolicy& policy);
std::vector<PolicyVersion> versions_of(core::Call& call, const ManagedPolicy& policy);
Object described(const ManagedPolicy& policy, const PolicyVersion& version);

}  // namespace tocsin::iam
