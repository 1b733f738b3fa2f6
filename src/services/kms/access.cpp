// SPDX-License-Identifier: Apache-2.0
#include "services/kms/access.hpp"

#include <fmt/format.h>

#include "services/kms/ciphertext.hpp"
#include "services/kms/conditions.hpp"
#include "services/kms/grant_statements.hpp"
#include "services/kms/managed.hpp"
#include "services/kms/resolve.hpp"
#include "services/kms/specs.hpp"

namespace tocsin::kms {
namespace {

using core::Access;
using core::Call;

/// The key's policy, with what its grants allow this caller.
std::string policy_for(Call& call, const KmsKey& key) {
  auto more = grant_statements(call, key);
  if (auto statement = managed_statement(call, key)) more.push_back(*std::move(statement));
  const auto parsed = more.empty() ? Result<Document>(nullptr) : parse_json(key.policy);
  if (more.empty() || !parsed || !parsed->is_object()) return key.policy;
  Object whole = parsed->as_object();
  Array statements;
  if (const auto* own = whole.if_contains("Statement"))
    statements = own->is_array() ? own->as_array() : Array{*own};
  for (auto& statement : more)
    statements.push_back(std::move(statement));
  whole["Statement"] = std::move(statements);
  return to_json(whole);
}

/// What is asked where the key is not there: the handler then says so.
Access access_to_name(Call& call, std::string action, const Result<KeyName>& name) {
  Access access{.action = std::move(action), .context = keys_of_request(call)};
  if (name) {
    access.resource = name->arn();
    access.owner = name->scope.account;
  }
  return access;
}

Access access_to_named(Call& call, std::string_view operation, std::string_view member) {
  auto action = fmt::format("kms:{}", operation);
  const auto name =
      read_name(call.scope(), text(call.params(), member), names_of(call.request().operation));
  if (name) ensure_managed(call, *name);
  const auto key = name ? find_key(call, *name) : Result<KmsKey>(fail(name.error()));
  return key ? access_to(call, *key, std::move(action))
             : access_to_name(call, std::move(action), name);
}

Access access_to_alias(Call& call, std::string action) {
  Access access{.action = std::move(action),
                .resource = arn("kms", call.scope(), text(call.params(), "AliasName")),
                .owner = call.account(),
                .context = keys_of_request(call)};
  return access;
}

/// The key of a ciphertext; the named one where the ciphertext names none.
Access access_to_source(Call& call, std::string_view operation, std::string_view member) {
  const auto source = ciphertext_of(call);
  const auto key = source ? key_of_ciphertext(call, *source) : std::nullopt;
  if (key) return access_to(call, *key, fmt::format("kms:{}", operation));
  return access_to_named(call, operation, member);
}

}  // namespace

Access access_under(Call& call, const KmsKey& key, std::string action, std::string policy) {
  Access access{.action = std::move(action),
                .resource = arn_of(key),
                .owner = key.scope.account,
                .resource_policy = std::move(policy),
                .policy_required = true,
                .context = keys_of_request(call)};
  add_keys_of_key(access.context, call, key);
  if (is_symmetric_encryption(key) && !access.context.contains("kms:EncryptionAlgorithm"))
    access.context["kms:EncryptionAlgorithm"] = {"SYMMETRIC_DEFAULT"};
  // Of another account, and the operation does not reach there: no policy can allow it.
  const bool foreign = key.scope.account != call.principal().account &&
                       call.principal().kind != core::Principal::Kind::Service;
  if (foreign && !crosses_accounts(call.request().operation)) access.resource_policy.clear();
  return access;
}

Access access_to(Call& call, const KmsKey& key, std::string action) {
  return access_under(call, key, std::move(action), policy_for(call, key));
}

core::Needs needs_key(std::string operation) {
  return [operation = std::move(operation)](Call& call) -> std::vector<Access> {
    return {access_to_named(call, operation, "KeyId")};
  };
}

std::vector<Access> create_key_needs(Call& call) {
  Access create{.action = "kms:CreateKey", .context = keys_of_request(call)};
  create.context["kms:KeySpec"] = {string_of(
      call.params(), "KeySpec", text(call.params(), "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"))};
  create.context["kms:KeyUsage"] = {string_of(call.params(), "KeyUsage", "ENCRYPT_DECRYPT")};
  create.context["kms:KeyOrigin"] = {string_of(call.params(), "Origin", "AWS_KMS")};
  create.context["kms:MultiRegion"] = {flag(call.params(), "MultiRegion") ? "true" : "false"};
  std::vector<Access> needs{create};
  if (!array_of(call.params(), "Tags").empty()) {
    create.action = "kms:TagResource";
    needs.push_back(std::move(create));
  }
  return needs;
}

std::vector<Access> decrypt_needs(Call& call) {
  return {access_to_source(call, "Decrypt", "KeyId")};
}

std::vector<Access> re_encrypt_needs(Call& call) {
  auto from = access_to_source(call, "ReEncryptFrom", "SourceKeyId");
  auto to = access_to_named(call, "ReEncryptTo", "DestinationKeyId");
  add_encryption_context(from.context, object_of(call.params(), "SourceEncryptionContext"));
  add_encryption_context(to.context, object_of(call.params(), "DestinationEncryptionContext"));
  for (auto* access : {&from, &to})
    access->context["kms:ReEncryptOnSameKey"] = {from.resource == to.resource ? "true" : "false"};
  return {std::move(from), std::move(to)};
}

std::vector<Access> alias_needs(Call& call) {
  const auto& operation = call.request().operation;
  auto action = "kms:" + operation;
  std::vector<Access> needs{access_to_alias(call, action)};
  const auto alias =
      kAliases.get(call, core::Key::of(call.scope(), text(call.params(), "AliasName")));
  if (alias) {
    if (const auto key = kKeys.get(call, core::Key::of(alias->scope, alias->key)))
      needs.push_back(access_to(call, *key, action));
  }
  if (operation != "DeleteAlias") needs.push_back(access_to_named(call, operation, "TargetKeyId"));
  return needs;
}

}  // namespace tocsin::kms
