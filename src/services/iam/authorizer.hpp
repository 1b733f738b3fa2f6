// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ports.hpp"
#include "engines/policy/policy.hpp"

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

 private:
  Result<core::Principal> of_key(const store::View& view, const std::string& id, Time now) const;
  Result<core::Principal> of_service(const store::View& view, const core::Credential& credential,
                                     Time now) const;
  Result<policy::PolicySet> policies_of(const store::View& view,
                                        const core::Principal& principal) const;
  /// Compiled policies by text.
  mutable policy::PolicyCache cache_;
};

}  // namespace tocsin::iam
