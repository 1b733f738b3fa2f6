// SPDX-License-Identifier: Apache-2.0
#include "services/kms/resolve.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "services/kms/grants.hpp"

namespace tocsin::kms {
namespace {

using core::Call;

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

/// "alias/app", "1234abcd-…".
Result<KeyName> read_local(Scope scope, std::string_view text, Names allowed) {
  if (text.starts_with("alias/") && allowed == Names::KeysAndAliases)
    return KeyName{std::move(scope), {}, std::string(text)};
  if (!is_uuid(text)) return not_found(fmt::format("Invalid keyId '{}'", text));
  return KeyName{std::move(scope), std::string(text), {}};
}

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty()) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

}  // namespace

Result<KeyName> read_name(const Scope& here, std::string_view text, Names allowed) {
  if (!text.starts_with("arn:")) return read_local(here, text, allowed);
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "kms" || arn->account.empty())
    return fail("InvalidArnException", fmt::format("Invalid arn {}", text));
  if (arn->region != here.region) return not_found(fmt::format("Invalid arn {}", arn->region));
  const Scope scope{AccountId(arn->account), arn->region};
  const std::string_view resource = arn->resource;
  if (resource.starts_with("key/")) return read_local(scope, resource.substr(4), allowed);
  if (resource.starts_with("alias/") && allowed == Names::KeysAndAliases)
    return read_local(scope, resource, allowed);
  return fail("InvalidArnException", fmt::format("Invalid arn {}", text));
}

Result<KmsKey> find_key(const store::View& view, const KeyName& name) {
  auto id = name.id;
  if (!name.alias.empty()) {
    const auto alias = kAliases.get(view, core::Key::of(name.scope, name.alias));
    if (!alias) return no_such_alias(name.arn());
    id = alias->key;
  }
  auto key = kKeys.get(view, core::Key::of(name.scope, id));
  if (!key) return no_such_key(arn("kms", name.scope, "key/" + id));
  return *std::move(key);
}

Names names_of(std::string_view operation) {
  static const std::set<std::string_view> with_aliases{"DescribeKey",
                                                       "Encrypt",
                                                       "Decrypt",
                                                       "ReEncrypt",
                                                       "GenerateDataKey",
                                                       "GenerateDataKeyWithoutPlaintext",
                                                       "GenerateDataKeyPair",
                                                       "GenerateDataKeyPairWithoutPlaintext",
                                                       "GenerateMac",
                                                       "VerifyMac",
                                                       "Sign",
                                                       "Verify",
                                                       "GetPublicKey",
                                                       "DeriveSharedSecret"};
  return with_aliases.contains(operation) ? Names::KeysAndAliases : Names::KeysOnly;
}

bool crosses_accounts(std::string_view operation) {
  static const std::set<std::string_view> others{"CreateGrant", "ListGrants", "RevokeGrant",
                                                 "RetireGrant", "GetKeyRotationStatus"};
  return names_of(operation) == Names::KeysAndAliases || others.contains(operation);
}

Result<KmsKey> key_of(Call& call, std::string_view member) {
  const auto named = text(call.params(), member);
  if (named.empty()) return missing(lower_first(member));
  const auto allowed = names_of(call.request().operation);
  return find_key(call, TRY(read_name(call.scope(), named, allowed)));
}

Result<void> check_ready(Call& call, const KmsKey& key, std::string_view usage) {
  TRY(check_usable(key));
  if (key.usage != usage) return invalid_usage(key, call.request().operation);
  return check_grant_tokens(call);
}

Result<KmsKey> usable_key_of(Call& call, std::string_view usage, std::string_view member) {
  auto key = TRY(key_of(call, member));
  TRY(check_ready(call, key, usage));
  return key;
}

Result<void> check_dry_run(const Call& call) {
  if (find(call.params(), "Recipient"))
    return unsupported("Tocsin has no Nitro enclaves: Recipient is not served.");
  if (!flag(call.params(), "DryRun")) return {};
  return fail("DryRunOperationException",
              "The request would have succeeded, but the DryRun option is set.", 412);
}

Result<std::string> bytes_of(const Call& call, std::string_view member, std::size_t most) {
  const auto* found = find(call.params(), member);
  const auto encoded = found ? call.open(*found) : std::nullopt;
  if (!encoded) return missing(lower_first(member));
  auto bytes = unbase64(*encoded);
  if (!bytes) return fail("SerializationException", "a blob member is not base64");
  const auto name = lower_first(member);
  if (bytes->empty()) return constraint("", name, "have length greater than or equal to 1");
  if (bytes->size() > most)
    return constraint("", name, fmt::format("have length less than or equal to {}", most));
  return *std::move(bytes);
}

}  // namespace tocsin::kms
