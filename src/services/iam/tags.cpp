// SPDX-License-Identifier: Apache-2.0
// Tags on users, roles, policies, instance profiles, MFA devices and OpenID Connect providers.
#include <fmt/format.h>

#include "services/iam/aws_policies.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

/// The row that a call names, and how it is kept: what differs from noun to noun.
template <class Row>
struct Tagged {
  Row row;
  const core::Table<Row>* table;
  Key key;
};

template <class Row>
Result<Tagged<Row>> tagged(Call& call, const core::Table<Row>& table, std::string_view member,
                           bool folded, std::string_view missing) {
  const auto name = string_of(call.params(), member);
  const Key key{call.account().str(), folded ? fold(name) : name};
  auto row = table.get(call, key);
  if (!row) return no_such_entity(fmt::format(fmt::runtime(missing), name));
  return Tagged<Row>{*std::move(row), &table, key};
}

/// TagX, UntagX or ListXTags.
template <class Row>
Outcome act(Call& call, Result<Tagged<Row>> found) {
  auto target = TRY(std::move(found));
  auto& tags = target.row.tags;
  if (call.request().operation.starts_with("List")) {
    std::map<std::string, Document> all;
    for (const auto& [key, value] : tags)
      all.emplace(key, Object{{"Key", key}, {"Value", value}});
    return paged(call, "Tags", all);
  }
  if (call.request().operation.starts_with("Tag")) {
    TRY(add_tags(call, tags));
  } else {
    for (const auto& name : array_of(call.params(), "TagKeys")) {
      std::erase_if(tags, [&](const auto& tag) {
        return fold(tag.first) == fold(std::string_view(name.as_string()));
      });
    }
  }
  target.table->put(call, target.key, target.row);
  return Object{};
}

}  // namespace

Outcome tags_of_user(Call& call) {
  return act(call,
             tagged(call, kUsers, "UserName", true, "The user with name {} cannot be found."));
}
Outcome tags_of_role(Call& call) {
  return act(call,
             tagged(call, kRoles, "RoleName", true, "The role with name {} cannot be found."));
}
Outcome tags_of_policy(Call& call) {
  if (aws_policy(text(call.params(), "PolicyArn"))) {
    if (call.request().operation == "ListPolicyTags")
      return Object{{"Tags", Array{}}, {"IsTruncated", false}};
    return invalid("AWS managed policies cannot be tagged.");
  }
  return act(call, tagged(call, kPolicies, "PolicyArn", false, "Policy {} was not found."));
}
Outcome tags_of_profile(Call& call) {
  return act(call, tagged(call, kProfiles, "InstanceProfileName", true,
                          "Instance Profile {} cannot be found."));
}
Outcome tags_of_device(Call& call) {
  return act(call, tagged(call, kMfaDevices, "SerialNumber", false,
                          "VirtualMFADevice with serial number {} doesn't exist."));
}
Outcome tags_of_oidc_provider(Call& call) {
  return act(call, tagged(call, kOidcProviders, "OpenIDConnectProviderArn", false,
                          "OpenIDConnect Provider not found for arn {}"));
}

}  // namespace tocsin::iam
