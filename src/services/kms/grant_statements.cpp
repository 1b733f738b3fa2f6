// SPDX-License-Identifier: Apache-2.0
#include "services/kms/grant_statements.hpp"

#include <algorithm>
#include <set>

namespace tocsin::kms {
namespace {

using core::Call;
using core::Key;

/// Constraints bind the operations that have an encryption context, and no others.
bool has_encryption_context(std::string_view operation) {
  static const std::set<std::string_view> with{"Decrypt",
                                               "Encrypt",
                                               "GenerateDataKey",
                                               "GenerateDataKeyWithoutPlaintext",
                                               "GenerateDataKeyPair",
                                               "GenerateDataKeyPairWithoutPlaintext",
                                               "ReEncryptFrom",
                                               "ReEncryptTo"};
  return with.contains(operation);
}

/// A text that policy variables leave alone.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '$')
      out += "${$}";
    else
      out += c;
  }
  return out;
}

Object conditions_of(const Object& constraints) {
  const auto& equals = object_of(constraints, "EncryptionContextEquals");
  Object pairs;
  Array names;
  for (const auto* part : {&equals, &object_of(constraints, "EncryptionContextSubset")}) {
    for (const auto& pair : *part) {
      const std::string name(pair.key());
      pairs["kms:EncryptionContext:" + name] = literal(string_of(*part, name));
    }
  }
  for (const auto& pair : equals)
    names.emplace_back(literal(pair.key()));
  Object out;
  if (!pairs.empty()) out["StringEquals"] = std::move(pairs);
  if (!names.empty())
    out["ForAllValues:StringEqualsIgnoreCase"] = Object{{"kms:EncryptionContextKeys", names}};
  return out;
}

Object statement(const Grant& grant, Array actions, Object conditions) {
  Object out{{"Effect", "Allow"},
             {"Principal", principal_element({grant.grantee})},
             {"Action", std::move(actions)},
             {"Resource", "*"}};
  if (!conditions.empty()) out["Condition"] = std::move(conditions);
  return out;
}

void add_statements(Array& out, const Grant& grant) {
  Array bound, free;
  for (const auto& operation : grant.operations) {
    if (operation == "CreateGrant") continue;
    (has_encryption_context(operation) ? bound : free).emplace_back("kms:" + operation);
  }
  if (!bound.empty())
    out.push_back(statement(grant, std::move(bound), conditions_of(grant.constraints)));
  if (!free.empty()) out.push_back(statement(grant, std::move(free), {}));
  // A grant made by right of a grant gives away nothing more than that one has.
  if (std::ranges::find(grant.operations, "CreateGrant") == grant.operations.end()) return;
  Array own;
  for (const auto& operation : grant.operations)
    own.emplace_back(operation);
  out.push_back(
      statement(grant, Array{"kms:CreateGrant"},
                {{"ForAllValues:StringEquals", Object{{"kms:GrantOperations", std::move(own)}}}}));
}

}  // namespace

Object principal_element(const std::vector<std::string>& principals) {
  Object out;
  for (const auto& principal : principals) {
    const auto* type = principal.ends_with(".amazonaws.com") ? "Service" : "AWS";
    if (!out.contains(type)) out[type] = Array{};
    out[type].as_array().emplace_back(principal);
  }
  return out;
}

Array grant_statements(Call& call, const KmsKey& key) {
  const auto& who = call.principal();
  std::set<std::string> names{who.arn, who.issuer_arn, who.service};
  if (!who.account.empty()) names.insert("arn:aws:iam::" + who.account.str() + ":root");
  Array out;
  for (const auto& name : names) {
    if (name.empty()) continue;
    for (const auto& link : kGrantees.all(call, Key::of(key.scope, key.id, name))) {
      if (const auto grant = kGrants.get(call, Key::of(key.scope, key.id, link.id)))
        add_statements(out, *grant);
    }
  }
  return out;
}

}  // namespace tocsin::kms
