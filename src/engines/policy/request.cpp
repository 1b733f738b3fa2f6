// SPDX-License-Identifier: Apache-2.0
// The condition keys that follow from who asks.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#include "base/glob.hpp"
#include "engines/policy/policy.hpp"

namespace tocsin::policy {
namespace {

using Kind = Principal::Kind;

using Values = std::vector<std::string>;

Values one(std::string value) {
  if (value.empty()) return {};
  return {std::move(value)};
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

bool is_service(const Request& request) {
  return request.principal.kind == Kind::Service;
}

Values service_names(const Request& request) {
  if (!is_service(request)) return {};
  Values names{request.principal.arn};
  names.insert(names.end(), request.principal.aliases.begin(), request.principal.aliases.end());
  return names;
}

/// Of a session it is the role's ARN; a federated user's is its own.
Values principal_arn(const Request& request) {
  const auto& caller = request.principal;
  if (is_service(request) || caller.kind == Kind::Federated) return {};
  return one(caller.kind == Kind::AssumedRole ? caller.issuer : caller.arn);
}

Values user_id(const Request& request) {
  const auto& caller = request.principal;
  if (is_service(request) || caller.kind == Kind::Federated) return {};
  return one(caller.kind == Kind::Anonymous ? "anonymous" : caller.id);
}

struct KeyRow {
  const char* key;
  Values (*values)(const Request&);
};

constexpr KeyRow kRows[] = {
    {"aws:PrincipalType", [](const Request& r) { return one(type_of(r.principal.kind)); }},
    {"aws:PrincipalIsAWSService",
     [](const Request& r) { return one(is_service(r) ? "true" : "false"); }},
    {"aws:PrincipalAccount", [](const Request& r) { return one(r.principal.account); }},
    {"aws:ResourceAccount",
     [](const Request& r) {
       return one(r.resource_account.empty() ? r.principal.account : r.resource_account);
     }},
    {"aws:PrincipalServiceName",
     [](const Request& r) { return is_service(r) ? one(r.principal.arn) : Values(); }},
    {"aws:PrincipalServiceNamesList", service_names},
    {"aws:PrincipalArn", principal_arn},
    {"aws:userid", user_id},
    {"aws:username", [](const Request& r) {
       return r.principal.kind == Kind::User ? one(user_name(r.principal)) : Values();
     }}};

}  // namespace

std::vector<std::string> principal_key(const Request& request, std::string_view key) {
  for (const auto& row : kRows) {
    if (equals_ignore_case(row.key, key)) return row.values(request);
  }
  return {};
}

void add_principal_keys(Request& request) {
  for (const auto& row : kRows) {
    if (auto values = row.values(request); !values.empty())
      request.context.try_emplace(row.key, std::move(values));
  }
}

}  // namespace tocsin::policy
