// SPDX-License-Identifier: Apache-2.0
#include "services/iam/iam.hpp"

#include "services/iam/authorizer.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/resources.hpp"
#include "services/iam/sessions.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Operation;
using enum core::Effect;

/// No permission is needed, or the handler checks it itself.
Needed nothing(Call&) {
  return {};
}

/// EC2 looks a profile up by its own right, for who may pass its role.
std::vector<core::Access> on_read_profile(core::Call& call) {
  if (call.principal().kind == core::Principal::Kind::Service) return {};
  return on_profile(call);
}

std::vector<Operation> user_operations() {
  return {{"CreateUser", Write, over(create_identity, kUser), on(kUser)},
          {"GetUser", Read, get_user, on_user_or_caller},
          {"ListUsers", Read, over(list_identities, kUser), on_path("user")},
          {"UpdateUser", Write, over(rename_identity, kUser), on(kUser)},
          {"DeleteUser", Write, over(delete_identity, kUser), on(kUser)},
          {"PutUserPolicy", Write, over(put_inline_policy, kUser), on(kUser)},
          {"GetUserPolicy", Read, over(get_inline_policy, kUser), on(kUser)},
          {"ListUserPolicies", Read, over(list_inline_policies, kUser), on(kUser)},
          {"DeleteUserPolicy", Write, over(delete_inline_policy, kUser), on(kUser)},
          {"AttachUserPolicy", Write, over(attach_policy, kUser), on(kUser)},
          {"DetachUserPolicy", Write, over(detach_policy, kUser), on(kUser)},
          {"ListAttachedUserPolicies", Read, over(list_attached_policies, kUser), on(kUser)},
          {"PutUserPermissionsBoundary", Write, over(put_boundary, kUser), on(kUser)},
          {"DeleteUserPermissionsBoundary", Write, over(delete_boundary, kUser), on(kUser)},
          {"ListGroupsForUser", Read, list_groups_for_user, on(kUser)},
          {"TagUser", Write, tags_of_user, on(kUser)},
          {"UntagUser", Write, tags_of_user, on(kUser)},
          {"ListUserTags", Read, tags_of_user, on(kUser)}};
}

std::vector<Operation> group_operations() {
  return {{"CreateGroup", Write, over(create_identity, kGroup), on(kGroup)},
          {"GetGroup", Read, get_group, on(kGroup)},
          {"ListGroups", Read, over(list_identities, kGroup), on_path("group")},
          {"UpdateGroup", Write, over(rename_identity, kGroup), on(kGroup)},
          {"DeleteGroup", Write, over(delete_identity, kGroup), on(kGroup)},
          {"PutGroupPolicy", Write, over(put_inline_policy, kGroup), on(kGroup)},
          {"GetGroupPolicy", Read, over(get_inline_policy, kGroup), on(kGroup)},
          {"ListGroupPolicies", Read, over(list_inline_policies, kGroup), on(kGroup)},
          {"DeleteGroupPolicy", Write, over(delete_inline_policy, kGroup), on(kGroup)},
          {"AttachGroupPolicy", Write, over(attach_policy, kGroup), on(kGroup)},
          {"DetachGroupPolicy", Write, over(detach_policy, kGroup), on(kGroup)},
          {"ListAttachedGroupPolicies", Read, over(list_attached_policies, kGroup), on(kGroup)},
          {"AddUserToGroup", Write, add_user_to_group, on(kGroup)},
          {"RemoveUserFromGroup", Write, remove_user_from_group, on(kGroup)}};
}

std::vector<Operation> role_operations() {
  return {{"CreateRole", Write, over(create_identity, kRole), on(kRole)},
          {"GetRole", Read, over(get_identity, kRole), on(kRole)},
          {"ListRoles", Read, over(list_identities, kRole), on_path("role")},
          {"UpdateRole", Write, update_role, on(kRole)},
          {"UpdateRoleDescription", Write, update_role, on(kRole)},
          {"UpdateAssumeRolePolicy", Write, update_trust, on(kRole)},
          {"DeleteRole", Write, over(delete_identity, kRole), on(kRole)},
          {"PutRolePolicy", Write, over(put_inline_policy, kRole), on(kRole)},
          {"GetRolePolicy", Read, over(get_inline_policy, kRole), on(kRole)},
          {"ListRolePolicies", Read, over(list_inline_policies, kRole), on(kRole)},
          {"DeleteRolePolicy", Write, over(delete_inline_policy, kRole), on(kRole)},
          {"AttachRolePolicy", Write, over(attach_policy, kRole), on(kRole)},
          {"DetachRolePolicy", Write, over(detach_policy, kRole), on(kRole)},
          {"ListAttachedRolePolicies", Read, over(list_attached_policies, kRole), on(kRole)},
          {"PutRolePermissionsBoundary", Write, over(put_boundary, kRole), on(kRole)},
          {"DeleteRolePermissionsBoundary", Write, over(delete_boundary, kRole), on(kRole)},
          {"TagRole", Write, tags_of_role, on(kRole)},
          {"UntagRole", Write, tags_of_role, on(kRole)},
          {"ListRoleTags", Read, tags_of_role, on(kRole)},
          {"CreateServiceLinkedRole", Write, create_service_linked_role, on_new_linked_role},
          {"DeleteServiceLinkedRole", Write, delete_service_linked_role, on(kRole)},
          {"GetServiceLinkedRoleDeletionStatus", Read, get_service_linked_role_deletion_status,
           on_linked_role_task},
          {"CreateInstanceProfile", Write, create_instance_profile, on_profile},
          {"GetInstanceProfile", Read, get_instance_profile, on_read_profile},
          {"DeleteInstanceProfile", Write, delete_instance_profile, on_profile},
          {"AddRoleToInstanceProfile", Write, add_role_to_instance_profile, on_profile},
          {"RemoveRoleFromInstanceProfile", Write, remove_role_from_instance_profile, on_profile},
          {"ListInstanceProfiles", Read, list_instance_profiles, on_path("instance-profile")},
          {"ListInstanceProfilesForRole", Read, list_instance_profiles_for_role, on(kRole)},
          {"TagInstanceProfile", Write, tags_of_profile, on_profile},
          {"UntagInstanceProfile", Write, tags_of_profile, on_profile},
          {"ListInstanceProfileTags", Read, tags_of_profile, on_profile}};
}

std::vector<Operation> policy_operations() {
  return {{"CreatePolicy", Write, create_policy, on_new_policy},
          {"GetPolicy", Read, get_policy, on_policy},
          {"ListPolicies", Read, list_policies},
          {"DeletePolicy", Write, delete_policy, on_policy},
          {"CreatePolicyVersion", Write, create_policy_version, on_policy},
          {"GetPolicyVersion", Read, get_policy_version, on_policy},
          {"ListPolicyVersions", Read, list_policy_versions, on_policy},
          {"SetDefaultPolicyVersion", Write, set_default_policy_version, on_policy},
          {"DeletePolicyVersion", Write, delete_policy_version, on_policy},
          {"ListEntitiesForPolicy", Read, list_entities_for_policy, on_policy},
          {"TagPolicy", Write, tags_of_policy, on_policy},
          {"UntagPolicy", Write, tags_of_policy, on_policy},
          {"ListPolicyTags", Read, tags_of_policy, on_policy},
          {"SimulateCustomPolicy", Read, simulate_custom_policy},
          {"SimulatePrincipalPolicy", Read, simulate_principal_policy, on_arn("PolicySourceArn")},
          {"GetContextKeysForCustomPolicy", Read, get_context_keys_for_custom_policy},
          {"GetContextKeysForPrincipalPolicy", Read, get_context_keys_for_principal_policy,
           on_arn("PolicySourceArn")},
          {"GenerateServiceLastAccessedDetails", Write, generate_access_report, on_arn("Arn")},
          {"GetServiceLastAccessedDetails", Read, get_access_report},
          {"GetServiceLastAccessedDetailsWithEntities", Read, get_access_report_entities},
          {"ListPoliciesGrantingServiceAccess", Read, list_policies_granting_service_access,
           on_arn("Arn")}};
}

std::vector<Operation> credential_operations() {
  return {{"CreateAccessKey", Write, create_access_key, on_user_or_caller},
          {"ListAccessKeys", Read, list_access_keys, on_user_or_caller},
          {"UpdateAccessKey", Write, update_access_key, on_user_or_caller},
          {"DeleteAccessKey", Write, delete_access_key, on_user_or_caller},
          {"GetAccessKeyLastUsed", Read, get_access_key_last_used, on_user_of_key},
          {"CreateLoginProfile", Write, create_login_profile, on_user_or_caller},
          {"GetLoginProfile", Read, get_login_profile, on_user_or_caller},
          {"UpdateLoginProfile", Write, update_login_profile, on_user_or_caller},
          {"DeleteLoginProfile", Write, delete_login_profile, on_user_or_caller},
          {"ChangePassword", Write, change_password, on_own_password},
          {"CreateVirtualMFADevice", Write, create_virtual_mfa_device, on_device},
          {"DeleteVirtualMFADevice", Write, delete_virtual_mfa_device, on_device},
          {"EnableMFADevice", Write, enable_mfa_device, on_user_or_caller},
          {"ResyncMFADevice", Write, resync_mfa_device, on_user_or_caller},
          {"DeactivateMFADevice", Write, deactivate_mfa_device, on_user_or_caller},
          {"ListMFADevices", Read, list_mfa_devices, on_user_or_caller},
          {"GetMFADevice", Read, get_mfa_device, on_user_or_caller},
          {"ListVirtualMFADevices", Read, list_virtual_mfa_devices},
          {"TagMFADevice", Write, tags_of_device, on_device},
          {"UntagMFADevice", Write, tags_of_device, on_device},
          {"ListMFADeviceTags", Read, tags_of_device, on_device}};
}

std::vector<Operation> account_operations() {
  return {
      {"CreateAccountAlias", Write, create_account_alias},
      {"DeleteAccountAlias", Write, delete_account_alias},
      {"ListAccountAliases", Read, list_account_aliases},
      {"GetAccountSummary", Read, get_account_summary},
      {"UpdateAccountPasswordPolicy", Write, update_password_policy},
      {"GetAccountPasswordPolicy", Read, get_password_policy},
      {"DeleteAccountPasswordPolicy", Write, delete_password_policy},
      {"GenerateCredentialReport", Write, generate_credential_report},
      {"GetCredentialReport", Read, get_credential_report},
      {"GetAccountAuthorizationDetails", Read, get_account_authorization_details},
      {"CreateOpenIDConnectProvider", Write, create_oidc_provider, on_oidc_provider},
      {"GetOpenIDConnectProvider", Read, get_oidc_provider, on_oidc_provider},
      {"ListOpenIDConnectProviders", Read, list_oidc_providers},
      {"DeleteOpenIDConnectProvider", Write, delete_oidc_provider, on_oidc_provider},
      {"AddClientIDToOpenIDConnectProvider", Write, add_client_to_oidc_provider, on_oidc_provider},
      {"RemoveClientIDFromOpenIDConnectProvider", Write, remove_client_from_oidc_provider,
       on_oidc_provider},
      {"UpdateOpenIDConnectProviderThumbprint", Write, update_oidc_thumbprints, on_oidc_provider},
      {"TagOpenIDConnectProvider", Write, tags_of_oidc_provider, on_oidc_provider},
      {"UntagOpenIDConnectProvider", Write, tags_of_oidc_provider, on_oidc_provider},
      {"ListOpenIDConnectProviderTags", Read, tags_of_oidc_provider, on_oidc_provider}};
}

/// A write makes what was worked out from the account's rows void (authorizer.cpp). Last of all:
/// handlers ask for permissions before they change anything.
core::Handler renewing(core::Handler handler) {
  return [handler = std::move(handler)](Call& call) -> Outcome {
    auto reply = handler(call).result();
    if (reply) kGenerations.put(call, core::Key{call.account().str()}, {call.new_uuid()});
    return reply;
  };
}

core::Service iam_service() {
  core::Service iam{"iam", "iam", {}};
  for (auto make : {user_operations, group_operations, role_operations, policy_operations,
                    credential_operations, account_operations}) {
    for (auto& operation : make()) {
      if (operation.effect == Write) operation.handler = renewing(std::move(operation.handler));
      iam.operations.push_back(std::move(operation));
    }
  }
  return iam;
}

}  // namespace

void register_iam(core::Registry& registry) {
  registry.add(iam_service());
  registry.add(
      core::Service{"sts",
                    "sts",
                    {{"GetCallerIdentity", Read, get_caller_identity, nothing},
                     {"AssumeRole", Write, assume_role, nothing},
                     {"GetSessionToken", Write, get_session_token, nothing},
                     {"GetFederationToken", Write, get_federation_token, on_federated_user},
                     {"GetAccessKeyInfo", Read, get_access_key_info},
                     {"DecodeAuthorizationMessage", Read, decode_message}}});
  register_resource_types(registry);
  registry.on_resume("iam.session_expired", forget_session);
  registry.on_call(note_use);
  registry.on_bootstrap(
      [](core::Context& context) { make_access_key(context, context.account(), ""); });
  registry.set_authorizer(std::make_unique<PolicyAuthorizer>());
}

std::optional<RootKey> root_key(const store::View& view, const core::Secrets& secrets) {
  std::optional<RootKey> root;
  kAccessKeys.scan(view, {}, [&](const auto&, const AccessKey& key) {
    if (!key.user.empty()) return true;
    root = {key.id, secret_of_key(secrets, key.id)};
    return false;
  });
  return root;
}

}  // namespace tocsin::iam
