// SPDX-License-Identifier: Apache-2.0
// The handlers of IAM and STS, by the file that has them, and which permissions they need.
#pragma once

#include "services/iam/kinds.hpp"

namespace tocsin::iam {

using core::Call;
using core::Outcome;
using Needed = std::vector<core::Access>;

// identities.cpp
Outcome create_identity(Call& call, const Kind& kind);
Outcome get_user(Call& call);
Outcome get_identity(Call& call, const Kind& kind);
Outcome delete_identity(Call& call, const Kind& kind);
Outcome list_identities(Call& call, const Kind& kind);
Outcome rename_identity(Call& call, const Kind& kind);
Outcome update_role(Call& call);
Outcome update_trust(Call& call);
/// Error UnmodifiableEntity for service-linked roles.
Result<void> modifiable(const Identity& identity);

// groups.cpp
Outcome add_user_to_group(Call& call);
Outcome remove_user_from_group(Call& call);
Outcome get_group(Call& call);
Outcome list_groups_for_user(Call& call);

// inline_policies.cpp
Outcome put_inline_policy(Call& call, const Kind& kind);
Outcome get_inline_policy(Call& call, const Kind& kind);
Outcome delete_inline_policy(Call& call, const Kind& kind);
Outcome list_inline_policies(Call& call, const Kind& kind);

// attachments.cpp
Outcome attach_policy(Call& call, const Kind& kind);
Outcome detach_policy(Call& call, const Kind& kind);
Outcome list_attached_policies(Call& call, const Kind& kind);
Outcome put_boundary(Call& call, const Kind& kind);
Outcome delete_boundary(Call& call, const Kind& kind);
Outcome list_entities_for_policy(Call& call);

// policies.cpp
Outcome create_policy(Call& call);
Outcome get_policy(Call& call);
Outcome list_policies(Call& call);
Outcome delete_policy(Call& call);
Outcome create_policy_version(Call& call);
Outcome get_policy_version(Call& call);
Outcome list_policy_versions(Call& call);
Outcome set_default_policy_version(Call& call);
Outcome delete_policy_version(Call& call);
Needed on_policy(Call& call);
Needed on_new_policy(Call& call);

// keys.cpp
Outcome create_access_key(Call& call);
Outcome list_access_keys(Call& call);
Outcome update_access_key(Call& call);
Outcome delete_access_key(Call& call);
Outcome get_access_key_last_used(Call& call);
Needed on_user_of_key(Call& call);
AccessKey make_access_key(core::Context& context, const AccountId& account,
                          const std::string& user);
std::vector<AccessKey> keys_of(const store::View& view, const AccountId& account,
                               const std::string& user);
std::optional<AccessKey> root_key_of(const store::View& view, const AccountId& account);
/// The id of the user, or the account, that a key belongs to.
std::string owner_id(const store::View& view, const AccessKey& key);

// logins.cpp
Outcome create_login_profile(Call& call);
Outcome get_login_profile(Call& call);
Outcome update_login_profile(Call& call);
Outcome delete_login_profile(Call& call);
Outcome change_password(Call& call);
Outcome update_password_policy(Call& call);
Outcome get_password_policy(Call& call);
Outcome delete_password_policy(Call& call);
Needed on_own_password(Call& call);

// mfa.cpp
Outcome create_virtual_mfa_device(Call& call);
Outcome delete_virtual_mfa_device(Call& call);
Outcome enable_mfa_device(Call& call);
Outcome resync_mfa_device(Call& call);
Outcome deactivate_mfa_device(Call& call);
Outcome list_mfa_devices(Call& call);
Outcome get_mfa_device(Call& call);
Outcome list_virtual_mfa_devices(Call& call);
Needed on_device(Call& call);
std::vector<MfaDevice> devices_of(const store::View& view, const AccountId& account,
                                  const std::string& user);

// account.cpp, credential_report.cpp, details.cpp
Outcome create_account_alias(Call& call);
Outcome delete_account_alias(Call& call);
Outcome list_account_aliases(Call& call);
Outcome get_account_summary(Call& call);
Outcome generate_credential_report(Call& call);
Outcome get_credential_report(Call& call);
Outcome get_account_authorization_details(Call& call);

// profiles.cpp
Outcome create_instance_profile(Call& call);
Outcome get_instance_profile(Call& call);
Outcome delete_instance_profile(Call& call);
Outcome add_role_to_instance_profile(Call& call);
Outcome remove_role_from_instance_profile(Call& call);
Outcome list_instance_profiles(Call& call);
Outcome list_instance_profiles_for_role(Call& call);
Needed on_profile(Call& call);
Object described(Call& call, const InstanceProfile& profile);
std::vector<InstanceProfile> profiles_of(Call& call, const std::string& role);

// linked_roles.cpp
Outcome create_service_linked_role(Call& call);
Outcome delete_service_linked_role(Call& call);
Outcome get_service_linked_role_deletion_status(Call& call);
Needed on_new_linked_role(Call& call);
Needed on_linked_role_task(Call& call);

// tags.cpp: TagX, UntagX and ListXTags
Outcome tags_of_user(Call& call);
Outcome tags_of_role(Call& call);
Outcome tags_of_policy(Call& call);
Outcome tags_of_profile(Call& call);
Outcome tags_of_device(Call& call);
Outcome tags_of_oidc_provider(Call& call);

// oidc.cpp
Outcome create_oidc_provider(Call& call);
Outcome get_oidc_provider(Call& call);
Outcome list_oidc_providers(Call& call);
Outcome delete_oidc_provider(Call& call);
Outcome add_client_to_oidc_provider(Call& call);
Outcome remove_client_from_oidc_provider(Call& call);
Outcome update_oidc_thumbprints(Call& call);
Needed on_oidc_provider(Call& call);

// simulate.cpp, access_report.cpp
Outcome simulate_custom_policy(Call& call);
Outcome simulate_principal_policy(Call& call);
Outcome get_context_keys_for_custom_policy(Call& call);
Outcome get_context_keys_for_principal_policy(Call& call);
Outcome generate_access_report(Call& call);
Outcome get_access_report(Call& call);
Outcome get_access_report_entities(Call& call);
Outcome list_policies_granting_service_access(Call& call);
/// iam:<operation> on the user, group, role or policy whose ARN `member` has.
core::Needs on_arn(std::string_view member);

// assume_role.cpp, sts.cpp, decode.cpp
Outcome assume_role(Call& call);
Outcome get_caller_identity(Call& call);
Outcome get_session_token(Call& call);
Outcome get_federation_token(Call& call);
Outcome get_access_key_info(Call& call);
Outcome decode_message(Call& call);
Needed on_federated_user(Call& call);

}  // namespace tocsin::iam
