// SPDX-License-Identifier: Apache-2.0
// IAM and STS: who may do what. Registers both services and the authoriser that every call passes.
//
// iam.cpp is the table of operations, a handler a row, in files by noun; state.hpp what is kept.
// Users, groups and roles share their operations (kinds.hpp). authorizer.cpp turns a key into a
// principal and asks src/engines/policy; what the policies of an identity come to is kept until the
// account's IAM rows change (prepared.hpp), and condition keys are worked out when a policy asks
// (request_keys.hpp). Secrets of keys, seeds of MFA devices and session tokens are derived from the
// master key and never kept. AWS-managed policies come from content/iam (aws_policies.hpp).
//
// Not served, hence refused: SAML providers, SSH keys, service-specific credentials, signing and
// server certificates, AssumeRoleWithSAML and AssumeRoleWithWebIdentity.
#pragma once

#include "core/registry.hpp"

namespace tocsin::iam {

void register_iam(core::Registry& registry);

struct RootKey {
  std::string access_key_id;
  std::string secret_access_key;
};
/// The root key that the first input of an empty machine made.
std::optional<RootKey> root_key(const store::View& view, const core::Secrets& secrets);

}  // namespace tocsin::iam
