// SPDX-License-Identifier: Apache-2.0
// From what a call names a key by (id, ARN, alias, alias ARN, ciphertext) to the key.
#pragma once

#include "core/context.hpp"
#include "services/kms/errors.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// A key's id or an alias, and where it is.
struct KeyName {
  Scope scope;
  std::string id;     // or
  std::string alias;  // "alias/app"
  std::string arn() const { return tocsin::arn("kms", scope, alias.empty() ? "key/" + id : alias); }
};

enum class Names { KeysOnly, KeysAndAliases };

/// Errors: NotFoundException, InvalidArnException, for what names no key anywhere.
Result<KeyName> read_name(const Scope& here, std::string_view text, Names allowed);
/// Error NotFoundException.
Result<KmsKey> find_key(const store::View& view, const KeyName& name);

/// Whether the operation takes aliases, and keys of other accounts.
Names names_of(std::string_view operation);
bool crosses_accounts(std::string_view operation);

/// The key that `member` of the call names.
Result<KmsKey> key_of(core::Call& call, std::string_view member = "KeyId");
/// The same, ready for a cryptographic operation; GrantTokens are checked too.
Result<KmsKey> usable_key_of(core::Call& call, std::string_view usage,
                             std::string_view member = "KeyId");
Result<void> check_ready(core::Call& call, const KmsKey& key, std::string_view usage);

/// Ends a call that asked for a rehearsal: DryRunOperationException.
Result<void> check_dry_run(const core::Call& call);

/// The bytes of a blob member, sealed or not, whose length must be in [1, most].
Result<std::string> bytes_of(const core::Call& call, std::string_view member, std::size_t most);

}  // namespace tocsin::kms
