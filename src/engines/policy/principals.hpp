// SPDX-License-Identifier: Apache-2.0
// The Principal and NotPrincipal elements, compiled.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#pragma once

#include <string>
#include <vector>

#include "engines/policy/policy.hpp"

namespace tocsin::policy {

/// How directly a statement grants to the caller, weakest first.
enum class Grant {
  None,
  Account,  // to its account, which must grant on through identity policies
  Entity,   // to the role of a session, the user of a federated session: boundary and session limit
  Direct    // to the caller itself: nothing in its own account but an explicit deny limits it
};

struct Principals {
  std::vector<NamedPrincipal> named;

  /// The strongest grant among them.
  Grant match(const Principal& caller) const;
  /// NotPrincipal: the caller is spared only where every name that it acts under is named: session,
  /// role and account; or user and account.
  bool spare(const Principal& caller) const;

 private:
  bool names(const std::string& identity) const;
};

/// The account that "111122223333" or "arn:aws:iam::111122223333:root" stands for; else empty.
std::string_view account_of_principal(std::string_view value);

}  // namespace tocsin::policy
