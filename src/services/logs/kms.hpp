// SPDX-License-Identifier: Apache-2.0
// Calls to KMS as CloudWatch Logs, whom the key's policy must allow: logs.<region>.amazonaws.com.
#pragma once

#include <string>
#include <string_view>

#include "services/logs/parts.hpp"

namespace tocsin::logs {

/// For what KMS is used.
struct KmsUser {
  Scope scope;
  std::string arn;  // of the log group; or of the account's query results
};

/// Errors: InvalidParameterException where the key is not there, disabled or of the wrong kind;
/// AccessDeniedException.
Result<Document> ask_kms(Context& context, const KmsUser& user, std::string operation,
                         Object params);

/// Puts the results of the account's queries under a key; an empty one: under none.
Result<void> put_results_under_key(Context& context, const std::string& kms_key);
/// Makes the key of one query's results where they are to lie encrypted: those of the account under
/// a key, and those of groups under keys (`hidden`). What its worker is to have goes to the job.
Result<void> make_results_key(Context& context, Query& query, bool hidden);
/// The key of the results; none where they lie open. Errors as ask_kms.
Result<std::optional<std::string>> results_key(Context& context, const Query& query);

Outcome associate_kms_key(Call& call);
Outcome disassociate_kms_key(Call& call);

}  // namespace tocsin::logs
