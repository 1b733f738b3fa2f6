// SPDX-License-Identifier: Apache-2.0
// GetAccountAuthorizationDetails: who may do what in the account, all of it, in pages.
#include "services/iam/aws_policies.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

Array inline_policies(const Identity& identity) {
  Array out;
  for (const auto& [name, document] : identity.inline_policies)
    out.push_back(Object{{"PolicyName", name}, {"PolicyDocument", url_encoded(document)}});
  return out;
}

Array attached(Call& call, const Identity& identity) {
  Array out;
  for (const auto& arn : identity.attached) {
    if (const auto policy = find_policy(call, call.account(), arn))
      out.push_back(Object{{"PolicyName", policy->name}, {"PolicyArn", arn}});
  }
  return out;
}

Object details(Call& call, const Kind& kind, const Identity& identity) {
  auto out = described(call, kind, identity);
  out.erase("Description");
  out.erase("MaxSessionDuration");
  out[std::string(kind.noun) + "PolicyList"] = inline_policies(identity);
  out["AttachedManagedPolicies"] = attached(call, identity);
  if (&kind == &kUser) {
    Array groups;
    for (const auto& name : identity.groups)
      groups.push_back(boost::json::string(name));
    out["GroupList"] = std::move(groups);
  }
  if (&kind == &kRole) {
    Array profiles;
    for (const auto& profile : profiles_of(call, identity.name))
      profiles.push_back(described(call, profile));
    out["InstanceProfileList"] = std::move(profiles);
  }
  return out;
}

Object details(Call& call, const ManagedPolicy& policy) {
  auto out = described(call, policy);
  Array versions;
  for (const auto& version : versions_of(call, policy)) {
    auto shown = described(policy, version);
    shown["Document"] = url_encoded(version.document);
    versions.push_back(std::move(shown));
  }
  out["PolicyVersionList"] = std::move(versions);
  return out;
}

bool is_used(Call& call, const std::string& arn) {
  bool used = false;
  kAttachments.scan(call, Key{call.account().str(), arn}, [&](const auto&, const auto&) {
    used = true;
    return false;
  });
  return used;
}

/// The answer while it is filled, section by section; a section's items have keys "1/name".
struct Filling {
  Call& call;
  Page page;
  std::string after;
  std::map<std::string, Array> lists = {};

  bool wanted(std::string_view entity) const {
    const auto& filter = array_of(call.params(), "Filter");
    return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const auto& each) {
             return each.is_string() && std::string_view(each.as_string()) == entity;
           });
  }

  template <class Row>
  void section(std::string_view number, std::string_view entity, std::string_view list,
               const core::Table<Row>& table, const std::function<Object(const Row&)>& describe) {
    if (!wanted(entity) || page.truncated()) return;
    table.scan(call, Key{call.account().str()}, [&](const auto& key, const Row& row) {
      return add(std::string(number) + "/" + key[1], list, [&] { return describe(row); });
    });
  }

  template <class Describe>
  bool add(const std::string& key, std::string_view list, Describe describe) {
    if (key <= after) return true;
    if (!page.add(key, nullptr)) return false;
    lists[std::string(list)].push_back(describe());
    return true;
  }
};

void add_identities(Filling& filling, std::string_view number, std::string_view entity,
                    const Kind& kind) {
  filling.section<Identity>(
      number, entity, std::string(kind.noun) + "DetailList", *kind.table,
      [&](const Identity& identity) { return details(filling.call, kind, identity); });
}

}  // namespace

Outcome get_account_authorization_details(Call& call) {
  Page page(call);
  const auto after = TRY(page.after());
  Filling filling{call, std::move(page), after};
  for (const auto* list : {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"})
    filling.lists[list];
  add_identities(filling, "1", "User", kUser);
  add_identities(filling, "2", "Group", kGroup);
  add_identities(filling, "3", "Role", kRole);
  filling.section<ManagedPolicy>(
      "4", "LocalManagedPolicy", "Policies", kPolicies,
      [&](const ManagedPolicy& policy) { return details(call, policy); });
  if (filling.wanted("AWSManagedPolicy") && !filling.page.truncated()) {
    for (const auto& [arn, policy] : aws_policies()) {
      if (!is_used(call, arn)) continue;
      if (!filling.add("5/" + arn, "Policies", [&] { return details(call, policy); })) break;
    }
  }
  Object out;
  for (auto& [name, list] : filling.lists)
    out[name] = std::move(list);
  out["IsTruncated"] = filling.page.truncated();
  if (filling.page.truncated()) out["Marker"] = filling.page.marker();
  return out;
}

}  // namespace tocsin::iam
