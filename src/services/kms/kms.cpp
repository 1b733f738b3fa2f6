// SPDX-License-Identifier: Apache-2.0
#include "services/kms/kms.hpp"

#include "services/kms/access.hpp"
#include "services/kms/aliases.hpp"
#include "services/kms/crypto.hpp"
#include "services/kms/grants.hpp"
#include "services/kms/keys.hpp"
#include "services/kms/policies.hpp"
#include "services/kms/resource.hpp"
#include "services/kms/rotation.hpp"
#include "services/kms/tags.hpp"

namespace tocsin::kms {
namespace {

using enum core::Effect;

std::vector<core::Operation> key_operations() {
  return {
      {"CreateKey", Write, create_key, create_key_needs},
      // Makes the key of an alias that AWS manages, hence no read.
      {"DescribeKey", Write, describe_key, needs_key("DescribeKey")},
      {"ListKeys", Read, list_keys},
      {"EnableKey", Write, enable_key, needs_key("EnableKey")},
      {"DisableKey", Write, disable_key, needs_key("DisableKey")},
      {"UpdateKeyDescription", Write, update_key_description, needs_key("UpdateKeyDescription")},
      {"ScheduleKeyDeletion", Write, schedule_key_deletion, needs_key("ScheduleKeyDeletion")},
      {"CancelKeyDeletion", Write, cancel_key_deletion, needs_key("CancelKeyDeletion")},
      {"EnableKeyRotation", Write, enable_key_rotation, needs_key("EnableKeyRotation")},
      {"DisableKeyRotation", Write, disable_key_rotation, needs_key("DisableKeyRotation")},
      {"GetKeyRotationStatus", Read, get_key_rotation_status, needs_key("GetKeyRotationStatus")},
      {"RotateKeyOnDemand", Write, rotate_key_on_demand, needs_key("RotateKeyOnDemand")},
      {"ListKeyRotations", Read, list_key_rotations, needs_key("ListKeyRotations")},
      {"GetKeyPolicy", Read, get_key_policy, needs_key("GetKeyPolicy")},
      {"PutKeyPolicy", Write, put_key_policy, needs_key("PutKeyPolicy")},
      {"ListKeyPolicies", Read, list_key_policies, needs_key("ListKeyPolicies")},
      {"TagResource", Write, tag_resource, needs_key("TagResource")},
      {"UntagResource", Write, untag_resource, needs_key("UntagResource")},
      {"ListResourceTags", Read, list_resource_tags, needs_key("ListResourceTags")},
      {"GetParametersForImport", Write, get_parameters_for_import,
       needs_key("GetParametersForImport")},
      {"ImportKeyMaterial", Write, import_key_material, needs_key("ImportKeyMaterial")},
      {"DeleteImportedKeyMaterial", Write, delete_imported_key_material,
       needs_key("DeleteImportedKeyMaterial")}};
}

std::vector<core::Operation> alias_and_grant_operations() {
  return {{"CreateAlias", Write, create_alias, alias_needs},
          {"UpdateAlias", Write, update_alias, alias_needs},
          {"DeleteAlias", Write, delete_alias, alias_needs},
          {"ListAliases", Read, list_aliases},
          {"CreateGrant", Write, create_grant, needs_key("CreateGrant")},
          {"ListGrants", Read, list_grants, needs_key("ListGrants")},
          {"ListRetirableGrants", Read, list_retirable_grants},
          {"RetireGrant", Write, retire_grant, retire_grant_needs},
          {"RevokeGrant", Write, revoke_grant, needs_key("RevokeGrant")}};
}

std::vector<core::Operation> cryptographic_operations() {
  return {{"Encrypt", Write, encrypt, needs_key("Encrypt")},
          {"Decrypt", Read, decrypt, decrypt_needs},
          {"ReEncrypt", Read, re_encrypt, re_encrypt_needs},
          {"GenerateDataKey", Write, generate_data_key, needs_key("GenerateDataKey")},
          {"GenerateDataKeyWithoutPlaintext", Write, generate_data_key_without_plaintext,
           needs_key("GenerateDataKeyWithoutPlaintext")},
          {"GenerateDataKeyPair", Write, generate_data_key_pair, needs_key("GenerateDataKeyPair")},
          {"GenerateDataKeyPairWithoutPlaintext", Write, generate_data_key_pair_without_plaintext,
           needs_key("GenerateDataKeyPairWithoutPlaintext")},
          {"GenerateRandom", Read, generate_random},
          {"GetPublicKey", Read, get_public_key, needs_key("GetPublicKey")},
          {"Sign", Read, sign, needs_key("Sign")},
          {"Verify", Read, verify, needs_key("Verify")},
          {"DeriveSharedSecret", Read, derive_shared_secret, needs_key("DeriveSharedSecret")},
          {"GenerateMac", Read, generate_mac, needs_key("GenerateMac")},
          {"VerifyMac", Read, verify_mac, needs_key("VerifyMac")}};
}

}  // namespace

void register_kms(core::Registry& registry) {
  auto operations = key_operations();
  for (auto& more : {alias_and_grant_operations(), cryptographic_operations()})
    operations.insert(operations.end(), more.begin(), more.end());
  registry.add(core::Service{"kms", "kms", std::move(operations)});
  registry.add(key_type());
  registry.add(alias_type());
  on_key_resumes(registry);
  on_deletion_resumes(registry);
  on_rotation_resumes(registry);
  on_data_key_resumes(registry);
  on_import_resumes(registry);
}

}  // namespace tocsin::kms
