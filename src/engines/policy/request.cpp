// SPDX-License-Identifier: Apache-2.0
// The condition keys that follow from who asks.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#include "engines/policy/policy.hpp"

namespace tocsin::policy {
namespace {

using Kind = Principal::Kind;

void add(Context& context, const char* key, std::string value) {
  if (!value.empty()) context.try_emplace(key, std::vector{std::move(value)});
}

/// aws:PrincipalType; a service and an identity provider have none.
const char* type_of(Kind kind) {
  switch (kind) {
    case Kind::Root:
      return "Account";
    case Kind::User:
      return "User";
    case Kind::AssumedRole:
      return "AssumedRole";
    case Kind::FederatedUser:
      return "FederatedUser";
    case Kind::Anonymous:
      return "Anonymous";
    case Kind::Service:
    case Kind::Federated:
      break;
  }
  return "";
}

std::string user_name(const Principal& user) {
  return user.arn.substr(user.arn.rfind('/') + 1);
}

void add_service_keys(const Principal& service, Context& context) {
  add(context, "aws:PrincipalServiceName", service.arn);
  std::vector<std::string> names{service.arn};
  names.insert(names.end(), service.aliases.begin(), service.aliases.end());
  context.try_emplace("aws:PrincipalServiceNamesList", std::move(names));
}

}  // namespace

void add_principal_keys(Request& request) {
  auto& context = request.context;
  const auto& caller = request.principal;
  const bool service = caller.kind == Kind::Service;
  add(context, "aws:PrincipalType", type_of(caller.kind));
  add(context, "aws:PrincipalIsAWSService", service ? "true" : "false");
  add(context, "aws:PrincipalAccount", caller.account);
  add(context, "aws:ResourceAccount",
      request.resource_account.empty() ? caller.account : request.resource_account);
  if (service) {
    add_service_keys(caller, context);
  } else if (caller.kind != Kind::Federated) {
    // Of a session it is the role's ARN; a federated user's is its own.
    const bool session = caller.kind == Kind::AssumedRole;
    add(context, "aws:PrincipalArn", session ? caller.issuer : caller.arn);
    add(context, "aws:userid", caller.kind == Kind::Anonymous ? "anonymous" : caller.id);
  }
  if (caller.kind == Kind::User) add(context, "aws:username", user_name(caller));
}

}  // namespace tocsin::policy
