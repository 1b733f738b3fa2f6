// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/sharing.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {

Array asked_permissions(const Document& params, const Sharing& sharing,
                        std::string_view operation) {
  const bool adds = operation == "add";
  Array out = array_of(object_of(params, sharing.param), adds ? "Add" : "Remove");
  if (text(params, "OperationType") != operation) return out;
  for (const auto& user : texts(params, "UserIds"))
    out.push_back(Object{{"UserId", user}});
  for (const auto& group : texts(params, sharing.groups))
    out.push_back(Object{{"Group", group}});
  return out;
}

Result<void> check_permission(const Document& permission) {
  const auto user = text(permission, "UserId");
  const auto group = text(permission, "Group");
  for (const auto* name : {"OrganizationArn", "OrganizationalUnitArn"}) {
    if (!text(permission, name).empty())
      return fail("UnsupportedOperation", "Sharing with organizations is not served here.");
  }
  if (!group.empty() && group != "all") return invalid_value(group, "userGroup");
  if (group.empty() && !is_account_id(user))
    return fail("InvalidUserID.Malformed", fmt::format("Invalid user id: \"{}\"", user));
  return {};
}

Array changed_permissions(const Array& now, const Array& added, const Array& removed) {
  const auto in = [](const Array& list, const Document& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  Array out;
  for (const auto& each : now) {
    if (!in(removed, each)) out.push_back(each);
  }
  for (const auto& each : added) {
    if (!in(out, each)) out.push_back(each);
  }
  return out;
}

bool names_account(const Array& permissions, std::string_view account) {
  return std::any_of(permissions.begin(), permissions.end(),
                     [&](const Document& each) { return text(each, "UserId") == account; });
}

bool names_all(const Array& permissions) {
  return std::any_of(permissions.begin(), permissions.end(),
                     [](const Document& each) { return text(each, "Group") == "all"; });
}

}  // namespace tocsin::ec2
