// SPDX-License-Identifier: Apache-2.0
// Keys and aliases as Config and CloudFormation see them.
#include "services/kms/resource.hpp"

#include "services/kms/state.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Outcome;
using Description = core::ResourceType::Description;

constexpr int kDefaultWindow = 30;

Document policy_document(const std::string& policy) {
  auto parsed = parse_json(policy);
  return parsed ? *std::move(parsed) : Document(boost::json::string(policy));
}

/// As AWS Config shows it.
Object recorded_key(const KmsKey& key) {
  Object out{{"keyId", key.id},
             {"arn", arn_of(key)},
             {"awsaccountId", key.scope.account.str()},
             {"creationDate", iso8601_ms(key.created)},
             {"enabled", key.state == KeyState::Enabled},
             {"description", key.description},
             {"keyUsage", key.usage},
             {"keyState", boost::describe::enum_to_string(key.state, "")},
             {"origin", key.origin},
             {"keyManager", key.managed_for.empty() ? "CUSTOMER" : "AWS"},
             {"customerMasterKeySpec", key.spec},
             {"keySpec", key.spec}};
  if (key.deletion) out["deletionDate"] = iso8601_ms(*key.deletion);
  return out;
}

Description describe_key(const store::View&, const Document& row) {
  const auto key = decoded<KmsKey>(row);
  return {.id = key.id,
          .name = key.id,
          .arn = arn_of(key),
          .scope = key.scope,
          .configuration = {{"KeyId", key.id},
                            {"Arn", arn_of(key)},
                            {"Description", key.description},
                            {"Enabled", key.state == KeyState::Enabled},
                            {"EnableKeyRotation", key.rotation.enabled},
                            {"KeySpec", key.spec},
                            {"KeyUsage", key.usage},
                            {"Origin", key.origin},
                            {"KeyManager", key.managed_for.empty() ? "CUSTOMER" : "AWS"},
                            {"KeyState", boost::describe::enum_to_string(key.state, "")},
                            {"KeyPolicy", policy_document(key.policy)}},
          .tags = key.tags,
          .recorded = recorded_key(key),
          .supplementary = {{"Policy", key.policy}, {"KeyRotationStatus", key.rotation.enabled}},
          .created = key.created};
}

Description describe_alias(const store::View&, const Document& row) {
  const auto alias = decoded<Alias>(row);
  return {.id = alias.name,
          .name = alias.name,
          .arn = arn("kms", alias.scope, alias.name),
          .scope = alias.scope,
          .configuration = {{"AliasName", alias.name}, {"TargetKeyId", alias.key}},
          .relationships = {{"AWS::KMS::Key", alias.key, "Is associated with"}}};
}

Outcome ask(Call& call, std::string operation, Object params) {
  return call.call(call.as_caller("kms", std::move(operation), std::move(params)));
}

Outcome create_key(Call& call, const Object& properties) {
  Object params;
  for (const auto* name : {"Description", "KeySpec", "KeyUsage", "Origin", "MultiRegion"}) {
    if (const auto* value = properties.if_contains(name)) params[name] = *value;
  }
  if (const auto* policy = properties.if_contains("KeyPolicy"))
    params["Policy"] = policy->is_string() ? std::string(policy->get_string()) : to_json(*policy);
  Array tags;
  for (const auto& tag : array_of(properties, "Tags"))
    tags.push_back(Object{{"TagKey", text(tag, "Key")}, {"TagValue", text(tag, "Value")}});
  if (!tags.empty()) params["Tags"] = std::move(tags);
  return ask(call, "CreateKey", std::move(params));
}

Outcome remove_key(Call& call, const std::string& id) {
  return ask(call, "ScheduleKeyDeletion", {{"KeyId", id}, {"PendingWindowInDays", kDefaultWindow}});
}

Outcome create_alias(Call& call, const Object& properties) {
  return ask(call, "CreateAlias",
             {{"AliasName", text(properties, "AliasName")},
              {"TargetKeyId", text(properties, "TargetKeyId")}});
}

Outcome update_alias(Call& call, const std::string& id, const Object& properties) {
  return ask(call, "UpdateAlias",
             {{"AliasName", id}, {"TargetKeyId", text(properties, "TargetKeyId")}});
}

Outcome remove_alias(Call& call, const std::string& id) {
  return ask(call, "DeleteAlias", {{"AliasName", id}});
}

}  // namespace

core::ResourceType key_type() {
  return {.type = "AWS::KMS::Key",
          .table = kKeys.name(),
          .describe = describe_key,
          .create = create_key,
          .remove = remove_key};
}

core::ResourceType alias_type() {
  return {.type = "AWS::KMS::Alias",
          .table = kAliases.name(),
          .describe = describe_alias,
          .create = create_alias,
          .update = update_alias,
          .remove = remove_alias};
}

}  // namespace tocsin::kms
