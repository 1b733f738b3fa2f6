// SPDX-License-Identifier: Apache-2.0
// Temporary credentials: what AssumeRole, GetSessionToken and GetFederationToken share.
#pragma once

#include "services/iam/names.hpp"

namespace tocsin::iam {

/// Keeps a session of `principal` and gives its Credentials. Fills the principal's key and the
/// moment of issue.
Object issue(core::Call& call, core::Principal& principal, std::int64_t seconds,
             std::set<std::string> transitive_tags = {});

/// Whether the caller's own credentials are temporary.
bool is_temporary(const core::Principal& principal);

/// Policy and PolicyArns, as a principal keeps them. `account`: whose managed policies they are.
Result<std::vector<std::string>> session_policies_in(core::Call& call, const AccountId& account);
/// Percent of the space that policies and tags may take; none where there are none.
std::optional<std::int64_t> packed_size(core::Call& call);

/// DurationSeconds between 900 and `most`.
Result<std::int64_t> duration_in(core::Call& call, std::int64_t fallback, std::int64_t most);

/// Registered as "iam.session_expired".
void forget_session(core::Context& context, const core::Resumption& end);

}  // namespace tocsin::iam
