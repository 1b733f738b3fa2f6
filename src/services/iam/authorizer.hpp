// SPDX-License-Identifier: Apache-2.0
// Who a key is, and whether they may: the policy engine over what IAM keeps. What an identity's
// policies come to is worked out once for each generation of the account's rows.
#pragma once

#include "core/ports.hpp"
#include "engines/policy/policy.hpp"
#include "services/iam/prepared.hpp"

namespace tocsin::iam {

class PolicyAuthorizer : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View& view, const core::Secrets& secrets,
                                  std::string_view access_key_id) const override;
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override;
  Result<void> authorize(const store::View& view, const core::Principal& principal,
                         const core::Request& request, const core::Access& access,
                         Time now) const override;
  Error told(Error denial, const core::Secrets& secrets) const override;

 private:
  Result<core::Principal> of_key(const store::View& view, const std::string& id, Time now) const;
  Result<core::Principal> of_service(const store::View& view, const core::Credential& credential,
                                     Time now) const;
  Result<PreparedPtr> prepared(const store::View& view, const core::Principal& principal) const;
  Result<void> add_session(const store::View& view, const core::Principal& principal,
                           policy::PolicySet& set) const;

  mutable policy::PolicyCache cache_;  // compiled policies by text
  mutable PreparedCache prepared_;
};

}  // namespace tocsin::iam
