// SPDX-License-Identifier: Apache-2.0
// The condition keys that every request has, worked out when a policy asks for them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include "core/ports.hpp"
#include "engines/policy/policy.hpp"

namespace tocsin::iam {

class RequestKeys : public policy::KeySource {
 public:
  RequestKeys(const core::Principal& principal, const core::Request& request,
              const policy::Request& asked, Time now)
      : principal_(principal), request_(request), asked_(asked), now_(now) {}

  std::vector<std::string> values_of(std::string_view key) const override;

 private:
  std::string source_account() const;
  std::string mfa_age() const;

  const core::Principal& principal_;
  const core::Request& request_;
  const policy::Request& asked_;
  Time now_;
};

/// The caller as the policy engine sees it.
policy::Principal asker(const core::Principal& principal);

}  // namespace tocsin::iam
