// SPDX-License-Identifier: Apache-2.0
#include "services/kms/aliases.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/kms/page.hpp"
#include "services/kms/resolve.hpp"
#include "services/kms/specs.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::string_view kPattern = "^[a-zA-Z0-9:/_-]+$";

/// The name that the call gives, as one that a customer may use.
Result<std::string> name_from(const Call& call) {
  auto name = string_of(call.params(), "AliasName");
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view(":/_-").contains(c);
  };
  if (name.empty()) return missing("aliasName");
  if (name.size() > 256)
    return constraint(name, "aliasName", "have length less than or equal to 256");
  if (!std::ranges::all_of(name, allowed)) {
    return constraint(name, "aliasName",
                      fmt::format("satisfy regular expression pattern: {}", kPattern));
  }
  if (!name.starts_with("alias/") || name == "alias/") return validation("Invalid identifier");
  if (name.find(':') != name.npos)
    return validation(fmt::format("{} contains invalid characters for an alias", name));
  if (name.starts_with("alias/aws/")) return fail("NotAuthorizedException", "");
  return name;
}

Result<KmsKey> target_of(Call& call) {
  auto key = TRY(key_of(call, "TargetKeyId"));
  TRY(check_not_pending_deletion(key));
  return key;
}

Result<Alias> alias_of(const Call& call, const std::string& name) {
  auto alias = kAliases.get(call, Key::of(call.scope(), name));
  if (!alias) return no_such_alias(arn("kms", call.scope(), name));
  return *std::move(alias);
}

void put_alias(core::Context& context, const Alias& alias) {
  kAliases.put(context, Key::of(alias.scope, alias.name), alias);
  kAliasesOf.put(context, Key::of(alias.scope, alias.key, alias.name), {alias.name});
}

void erase_alias(core::Context& context, const Alias& alias) {
  kAliases.erase(context, Key::of(alias.scope, alias.name));
  kAliasesOf.erase(context, Key::of(alias.scope, alias.key, alias.name));
}

Object described(const Alias& alias) {
  return {{"AliasName", alias.name},
          {"AliasArn", arn("kms", alias.scope, alias.name)},
          {"TargetKeyId", alias.key},
          {"CreationDate", to_seconds(alias.created)},
          {"LastUpdatedDate", to_seconds(alias.updated)}};
}

bool same_kind(const KmsKey& one, const KmsKey& other) {
  return one.usage == other.usage && is_asymmetric(one) == is_asymmetric(other);
}

}  // namespace

void drop_aliases(core::Context& context, const KmsKey& key) {
  for (const auto& link : kAliasesOf.all(context, row_of(key))) {
    if (const auto alias = kAliases.get(context, Key::of(key.scope, link.name)))
      erase_alias(context, *alias);
  }
}

Outcome create_alias(Call& call) {
  const auto name = TRY(name_from(call));
  const auto key = TRY(target_of(call));
  if (kAliases.contains(call, Key::of(call.scope(), name))) {
    return fail("AlreadyExistsException", fmt::format("An alias with the name {} already exists",
                                                      arn("kms", call.scope(), name)));
  }
  put_alias(call, {key.scope, name, key.id, call.now(), call.now()});
  return Object{};
}

Outcome update_alias(Call& call) {
  const auto name = TRY(name_from(call));
  auto alias = TRY(alias_of(call, name));
  const auto key = TRY(target_of(call));
  const auto current = kKeys.get(call, Key::of(alias.scope, alias.key));
  if (current && !same_kind(*current, key)) {
    return validation(
        fmt::format("Alias {} cannot be changed from key type or usage of {} to that "
                    "of {}",
                    name, arn_of(*current), arn_of(key)));
  }
  erase_alias(call, alias);
  alias.key = key.id;
  alias.updated = call.now();
  put_alias(call, alias);
  return Object{};
}

Outcome delete_alias(Call& call) {
  const auto name = TRY(name_from(call));
  erase_alias(call, TRY(alias_of(call, name)));
  return Object{};
}

Outcome list_aliases(Call& call) {
  const PageRule rule{"Aliases", 50, 100};
  if (text(call.params(), "KeyId").empty())
    return page_of(call, kAliases, Key::of(call.scope()), rule, described);
  const auto key = TRY(key_of(call));
  return page_of(call, kAliasesOf, row_of(key), rule, [&](const AliasLink& link) {
    return described(*kAliases.get(call, Key::of(key.scope, link.name)));
  });
}

}  // namespace tocsin::kms
