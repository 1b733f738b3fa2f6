// SPDX-License-Identifier: Apache-2.0
// Roles that a service has in the account to act on its own behalf.
#include <fmt/format.h>

#include "services/iam/aws_policies.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

bool takes_suffix(std::string_view service) {
  return service == "autoscaling.amazonaws.com";
}

std::string trust_of(std::string_view service) {
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},"Action":"sts:AssumeRole"}}]}})",
      service);
}

Result<std::string> name_of(Call& call, const LinkedRole& linked, std::string_view service) {
  const auto suffix = string_of(call.params(), "CustomSuffix");
  if (suffix.empty()) return linked.name;
  if (!takes_suffix(service))
    return invalid(fmt::format("Custom suffix is not allowed for {}", service));
  return linked.name + "_" + suffix;
}

}  // namespace

Outcome create_service_linked_role(Call& call) {
  const auto service = string_of(call.params(), "AWSServiceName");
  const auto* linked = linked_role(service);
  if (!linked)
    return invalid(fmt::format("Cannot find Service Linked Role template for {}", service));
  Identity role {
    .name = TRY(name_of(call, *linked, service))
    , .path = fmt::format("/aws-service-role/{}/", service), .created = call.now(),
      .attached = {linked->policy}, .trust = trust_of(service),
      .description = string_of(call.params(), "Description", linked->description),
      .linked_service = service
  };
  if (find_identity(call, kRole, call.account(), role.name)) {
    return invalid(
        fmt::format("Service role name {} has been taken in this account, please try a "
                    "different suffix.",
                    role.name));
  }
  role.arn = iam_arn(call.account(), "role", role.path + role.name);
  role.id = new_iam_id(call, kRole.id_prefix);
  save(call, kRole, role);
  link_policies(call, kRole, role);
  auto out = listed(kRole, role);
  out.erase("MaxSessionDuration");
  return Object{{"Role", std::move(out)}};
}

Outcome delete_service_linked_role(Call& call) {
  const auto role = TRY(identity_of(call, kRole));
  if (role.linked_service.empty()) return no_such(kRole, role.name);
  const auto task = fmt::format("task/aws-service-role/{}/{}/{}", role.linked_service, role.name,
                                call.new_uuid());
  unlink_policies(call, kRole, role);
  kRoles.erase(call, identity_key(call.account(), role.name));
  kLinkedRoleDeletions.put(call, Key{call.account().str(), task}, {role.name});
  return Object{{"DeletionTaskId", task}};
}

Outcome get_service_linked_role_deletion_status(Call& call) {
  const auto task = string_of(call.params(), "DeletionTaskId");
  if (!kLinkedRoleDeletions.contains(call, Key{call.account().str(), task}))
    return no_such_entity(fmt::format("The deletion task id {} cannot be found.", task));
  return Object{{"Status", "SUCCEEDED"}};
}

std::vector<core::Access> on_new_linked_role(Call& call) {
  const auto service = string_of(call.params(), "AWSServiceName");
  const auto* linked = linked_role(service);
  auto access = access_to(
      call, iam_arn(call.account(), "role",
                    fmt::format("/aws-service-role/{}/{}", service, linked ? linked->name : "*")));
  access.context["iam:AWSServiceName"] = {service};
  return {access};
}

std::vector<core::Access> on_linked_role_task(Call& call) {
  auto task = string_of(call.params(), "DeletionTaskId");
  if (task.starts_with("task/")) task = task.substr(4, task.rfind('/') - 4);
  return {access_to(call, iam_arn(call.account(), "role", task))};
}

}  // namespace tocsin::iam
