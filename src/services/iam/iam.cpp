// SPDX-License-Identifier: Apache-2.0
#include "services/iam/iam.hpp"

#include "services/iam/authorizer.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {
namespace {

using core::Effect;

/// No permission is needed, or the handler checks it itself.
std::vector<core::Access> nothing(core::Call&) {
  return {};
}

void make_root_key(core::Context& context) {
  const AccessKey key{
      .id = new_iam_id(context, "AKIA"), .account = context.account(), .created = context.now()};
  kAccessKeys.put(context, core::Key{key.id}, key);
  kUserKeys.put(context, core::Key{key.account.str(), "", key.id}, {key.id});
}

}  // namespace

void register_iam(core::Registry& registry) {
  core::Service iam{"iam", "iam", identity_operations()};
  for (auto& operation :
       std::vector<core::Operation>{{"CreateAccessKey", Effect::Write, create_access_key},
                                    {"ListAccessKeys", Effect::Read, list_access_keys},
                                    {"UpdateAccessKey", Effect::Write, update_access_key},
                                    {"DeleteAccessKey", Effect::Write, delete_access_key},
                                    {"CreatePolicy", Effect::Write, create_policy},
                                    {"GetPolicy", Effect::Read, get_policy},
                                    {"DeletePolicy", Effect::Write, delete_policy}}) {
    iam.operations.push_back(operation);
  }
  registry.add(std::move(iam));
  registry.add(core::Service{"sts",
                             "sts",
                             {{"GetCallerIdentity", Effect::Read, get_caller_identity, nothing},
                              {"AssumeRole", Effect::Write, assume_role, nothing}}});
  registry.on_resume("iam.session_expired",
                     [](core::Context& context, const core::Resumption& end) {
                       kSessions.erase(context, core::Key{text(end.context, "id")});
                     });
  registry.on_bootstrap(make_root_key);
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
