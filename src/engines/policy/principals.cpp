// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/principals.hpp"

#include <algorithm>

#include "base/arn.hpp"

namespace tocsin::policy {
namespace {

using Kind = Principal::Kind;

bool has_identity_policies(const Principal& caller) {
  return caller.kind == Kind::Root || caller.kind == Kind::User ||
         caller.kind == Kind::AssumedRole || caller.kind == Kind::FederatedUser;
}

Grant match_account(std::string_view account, const Principal& caller) {
  if (!has_identity_policies(caller) || account != caller.account) return Grant::None;
  return caller.kind == Kind::Root ? Grant::Direct : Grant::Account;
}

/// AROA… of a session's AROA…:name.
std::string_view entity_id(const Principal& caller) {
  return std::string_view(caller.id).substr(0, caller.id.find(':'));
}

Grant match_aws(std::string_view value, const Principal& caller) {
  if (value == "*") return Grant::Direct;
  if (const auto account = account_of_principal(value); !account.empty()) {
    return match_account(account, caller);
  }
  if (!has_identity_policies(caller)) return Grant::None;
  if (value == caller.arn || value == caller.id) return Grant::Direct;
  if (value == caller.issuer || value == entity_id(caller)) return Grant::Entity;
  return Grant::None;
}

bool match_service(std::string_view value, const Principal& caller) {
  if (caller.kind != Kind::Service) return false;
  return value == "*" || value == caller.arn ||
         std::find(caller.aliases.begin(), caller.aliases.end(), value) != caller.aliases.end();
}

Grant match_one(const NamedPrincipal& named, const Principal& caller) {
  if (named.type == "AWS") return match_aws(named.value, caller);
  if (named.type == "Service") {
    return match_service(named.value, caller) ? Grant::Direct : Grant::None;
  }
  if (named.type == "Federated") {
    const bool same = named.value == "*" || named.value == caller.arn;
    return caller.kind == Kind::Federated && same ? Grant::Direct : Grant::None;
  }
  const bool owner = !caller.canonical_user.empty() && named.value == caller.canonical_user;
  return owner ? match_account(caller.account, caller) : Grant::None;
}

}  // namespace

std::string_view account_of_principal(std::string_view value) {
  if (is_account_id(value)) return value;
  constexpr std::string_view kRoot = ":root";
  if (!value.starts_with("arn:") || !value.ends_with(kRoot)) return {};
  value.remove_suffix(kRoot.size());
  const auto account = value.substr(value.rfind(':') + 1);
  return is_account_id(account) ? account : std::string_view{};
}

Grant Principals::match(const Principal& caller) const {
  auto best = Grant::None;
  for (const auto& each : named) {
    if (best == Grant::Direct) break;
    best = std::max(best, match_one(each, caller));
  }
  return best;
}

bool Principals::names(const std::string& identity) const {
  return std::any_of(named.begin(), named.end(), [&](const NamedPrincipal& each) {
    return each.value == identity || account_of_principal(each.value) == identity;
  });
}

bool Principals::spare(const Principal& caller) const {
  const bool anyone = std::any_of(named.begin(), named.end(),
                                  [](const NamedPrincipal& each) { return each.value == "*"; });
  if (anyone || !has_identity_policies(caller)) return match(caller) == Grant::Direct;
  if (!caller.account.empty() && !names(caller.account)) return false;
  if (caller.kind == Kind::Root) return true;
  return match(caller) == Grant::Direct && (caller.issuer.empty() || names(caller.issuer));
}

}  // namespace tocsin::policy
