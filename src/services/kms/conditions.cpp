// SPDX-License-Identifier: Apache-2.0
#include "services/kms/conditions.hpp"

#include <fmt/format.h>

#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;

/// Parameters whose value is a condition key of its own.
constexpr std::pair<std::string_view, std::string_view> kPlain[] = {
    {"EncryptionAlgorithm", "kms:EncryptionAlgorithm"},
    {"SigningAlgorithm", "kms:SigningAlgorithm"},
    {"MacAlgorithm", "kms:MacAlgorithm"},
    {"KeyAgreementAlgorithm", "kms:KeyAgreementAlgorithm"},
    {"MessageType", "kms:MessageType"},
    {"KeyPairSpec", "kms:DataKeyPairSpec"},
    {"WrappingAlgorithm", "kms:WrappingAlgorithm"},
    {"WrappingKeySpec", "kms:WrappingKeySpec"},
    {"ExpirationModel", "kms:ExpirationModel"},
    {"GranteePrincipal", "kms:GranteePrincipal"},
    {"RetiringPrincipal", "kms:RetiringPrincipal"}};

std::string printed(const Document& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return to_json(value);
}

/// "s3.amazonaws.com" as "s3.us-east-1.amazonaws.com".
std::string regional(std::string_view service, std::string_view region) {
  const auto dot = service.find('.');
  return fmt::format("{}.{}{}", service.substr(0, dot), region,
                     dot == std::string_view::npos ? std::string_view() : service.substr(dot));
}

void add_numbers(ConditionKeys& keys, const Document& params) {
  if (const auto days = integer(params, "PendingWindowInDays"))
    keys["kms:ScheduleKeyDeletionPendingWindowInDays"] = {std::to_string(*days)};
  if (const auto days = integer(params, "RotationPeriodInDays"))
    keys["kms:RotationPeriodInDays"] = {std::to_string(*days)};
  if (const auto* until = find(params, "ValidTo"); until && until->is_number())
    keys["kms:ValidTo"] = {iso8601(from_seconds(until->to_number<double>()))};
}

/// What a call that names none of these means.
void add_defaults(ConditionKeys& keys, const Call& call) {
  const auto& operation = call.request().operation;
  if (operation == "CreateKey" || operation == "PutKeyPolicy") {
    keys["kms:BypassPolicyLockoutSafetyCheck"] = {
        flag(call.params(), "BypassPolicyLockoutSafetyCheck") ? "true" : "false"};
  }
  if (operation == "Sign" || operation == "Verify")
    keys.emplace("kms:MessageType", std::vector<std::string>{"RAW"});
}

void add_tags(ConditionKeys& keys, const Document& params) {
  for (const auto& tag : array_of(params, "Tags")) {
    const auto name = string_of(tag, "TagKey");
    keys["aws:RequestTag/" + name] = {string_of(tag, "TagValue")};
    keys["aws:TagKeys"].push_back(name);
  }
  for (const auto& name : array_of(params, "TagKeys"))
    keys["aws:TagKeys"].push_back(printed(name));
}

void add_grant(ConditionKeys& keys, const Call& call) {
  for (const auto& operation : array_of(call.params(), "Operations"))
    keys["kms:GrantOperations"].push_back(printed(operation));
  const auto& constraints = object_of(call.params(), "Constraints");
  for (const auto* type : {"EncryptionContextEquals", "EncryptionContextSubset"}) {
    if (constraints.contains(type)) keys["kms:GrantConstraintType"] = {type};
  }
  keys["kms:GrantIsForAWSResource"] = {call.request().credential.service.empty() ? "false"
                                                                                 : "true"};
}

}  // namespace

ConditionKeys keys_of_request(const Call& call) {
  ConditionKeys keys;
  const auto& principal = call.principal();
  const bool service = principal.kind == core::Principal::Kind::Service;
  if (!service && !principal.account.empty()) keys["kms:CallerAccount"] = {principal.account.str()};
  const auto& via = call.request().credential.service;
  if (!service && !via.empty()) keys["kms:ViaService"] = {regional(via, call.region())};
  for (const auto& [member, key] : kPlain) {
    if (const auto value = string_of(call.params(), member); !value.empty())
      keys[std::string(key)] = {value};
  }
  add_numbers(keys, call.params());
  add_defaults(keys, call);
  add_tags(keys, call.params());
  add_encryption_context(keys, object_of(call.params(), "EncryptionContext"));
  if (call.request().operation == "CreateGrant") add_grant(keys, call);
  return keys;
}

void add_keys_of_key(ConditionKeys& keys, const Call& call, const KmsKey& key) {
  keys["kms:KeySpec"] = {key.spec};
  keys["kms:KeyUsage"] = {key.usage};
  keys["kms:KeyOrigin"] = {key.origin};
  keys["kms:MultiRegion"] = {"false"};
  for (const auto& [name, value] : key.tags)
    keys["aws:ResourceTag/" + name] = {value};
  for (const auto& link : kAliasesOf.all(call, row_of(key)))
    keys["kms:ResourceAliases"].push_back(link.name);
  if (const auto named = text(call.params(), "KeyId"); named.find("alias/") != named.npos)
    keys["kms:RequestAlias"] = {std::string(named.substr(named.find("alias/")))};
}

void add_encryption_context(ConditionKeys& keys, const Object& context) {
  for (const auto& pair : context) {
    const std::string name(pair.key());
    keys["kms:EncryptionContext:" + name] = {printed(pair.value())};
    keys["kms:EncryptionContextKeys"].push_back(name);
  }
}

}  // namespace tocsin::kms
