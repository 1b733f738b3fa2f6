// SPDX-License-Identifier: Apache-2.0
// Keys and aliases as Config and CloudFormation see them.
#include "services/kms/resource.hpp"

#include <array>

#include "core/declare.hpp"
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

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "kms", std::move(operation), std::move(params));
}

Array key_tags(const core::Tags& tags) {
  Array out;
  for (const auto& [key, value] : tags)
    out.push_back(Object{{"TagKey", key}, {"TagValue", value}});
  return out;
}

Result<void> set_rotation(Call& call, const std::string& id, bool wanted) {
  TRY(ask(call, wanted ? "EnableKeyRotation" : "DisableKeyRotation", {{"KeyId", id}}));
  return {};
}

Outcome create_key(Call& call, const Object& properties) {
  constexpr std::array<core::Parameter, 5> kGiven{
      {{"Description"}, {"KeySpec"}, {"KeyUsage"}, {"Origin"}, {"MultiRegion"}}};
  auto params = core::params_of(properties, kGiven);
  if (auto policy = core::policy_of(properties, "KeyPolicy"); !policy.empty())
    params["Policy"] = std::move(policy);
  if (auto tags = key_tags(core::tags_of(array_of(properties, "Tags"))); !tags.empty())
    params["Tags"] = std::move(tags);
  const auto made = TRY(ask(call, "CreateKey", std::move(params)));
  const auto id = string_of(object_of(made, "KeyMetadata"), "KeyId");
  if (flag(properties, "EnableKeyRotation")) TRY(set_rotation(call, id, true));
  return Object{{"Id", id}};
}

Outcome update_key(Call& call, const std::string& id, const Object& properties) {
  const auto key = kKeys.get(call, core::Key::of(call.scope(), id));
  if (!key) return fail("NotFoundException", "Key '" + id + "' does not exist");
  const auto description = text(properties, "Description", key->description);
  if (description != key->description)
    TRY(ask(call, "UpdateKeyDescription", {{"KeyId", id}, {"Description", description}}));
  const auto* policy = properties.if_contains("KeyPolicy");
  if (policy && *policy != policy_document(key->policy))
    TRY(ask(call, "PutKeyPolicy",
            {{"KeyId", id},
             {"PolicyName", "default"},
             {"Policy", core::policy_of(properties, "KeyPolicy")}}));
  const bool rotates = flag(properties, "EnableKeyRotation");
  if (rotates != key->rotation.enabled) TRY(set_rotation(call, id, rotates));
  const auto tags = core::retagging(key->tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"KeyId", id}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource", {{"KeyId", id}, {"Tags", key_tags(tags.added)}}));
  return Object{{"Id", id}};
}

Outcome remove_key(Call& call, const std::string& id) {
  return ask(call, "ScheduleKeyDeletion", {{"KeyId", id}, {"PendingWindowInDays", kDefaultWindow}});
}

Outcome create_alias(Call& call, const Object& properties) {
  TRY(ask(call, "CreateAlias",
          {{"AliasName", text(properties, "AliasName")},
           {"TargetKeyId", text(properties, "TargetKeyId")}}));
  return Object{{"Id", text(properties, "AliasName")}};
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
          .update = update_key,
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
