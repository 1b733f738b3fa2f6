// SPDX-License-Identifier: Apache-2.0
#include "services/iam/declare.hpp"

#include <array>
#include <fmt/format.h>

#include "core/declare.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<std::string_view, 14> kServed{
    "UserName",    "GroupName",           "RoleName", "Path",   "ManagedPolicyArns",
    "Policies",    "PermissionsBoundary", "Tags",     "Groups", "AssumeRolePolicyDocument",
    "Description", "MaxSessionDuration",  "Arn",      "RoleId"};

/// An operation on one identity: "Attach{}Policy".
class Ask {
 public:
  Ask(Call& call, const Kind& kind, std::string name)
      : call_(call), kind_(kind), name_(std::move(name)) {}
  Result<void> operator()(std::string_view operation, Object params = {}) const {
    params[kind_.member()] = name_;
    TRY(core::ask(call_, "iam", fmt::format(fmt::runtime(operation), kind_.noun),
                  std::move(params)));
    return {};
  }

 private:
  Call& call_;
  const Kind& kind_;
  std::string name_;
};

std::set<std::string> texts(const Object& properties, std::string_view name) {
  std::set<std::string> out;
  for (const auto& each : array_of(properties, name))
    if (each.is_string()) out.emplace(each.get_string());
  return out;
}

/// Calls `add` for what is wanted and not there, `drop` for what is there and not wanted.
Result<void> move_to(const std::set<std::string>& wanted, const std::set<std::string>& there,
                     const std::function<Result<void>(const std::string&)>& add,
                     const std::function<Result<void>(const std::string&)>& drop) {
  for (const auto& each : there)
    if (!wanted.contains(each)) TRY(drop(each));
  for (const auto& each : wanted)
    if (!there.contains(each)) TRY(add(each));
  return {};
}

Result<void> set_policies(const Ask& ask, const Identity& now, const Object& properties) {
  TRY(move_to(
      texts(properties, "ManagedPolicyArns"), now.attached,
      [&](const auto& arn) {
        return ask("Attach{}Policy", {{"PolicyArn", arn}});
      },
      [&](const auto& arn) {
        return ask("Detach{}Policy", {{"PolicyArn", arn}});
      }));
  std::set<std::string> wanted;
  for (const auto& each : array_of(properties, "Policies")) {
    const auto name = string_of(each, "PolicyName");
    wanted.insert(name);
    const auto document = core::policy_of(each.as_object(), "PolicyDocument");
    const auto had = now.inline_policies.find(name);
    if (had == now.inline_policies.end() || had->second != document)
      TRY(ask("Put{}Policy", {{"PolicyName", name}, {"PolicyDocument", document}}));
  }
  for (const auto& [name, document] : now.inline_policies)
    if (!wanted.contains(name)) TRY(ask("Delete{}Policy", {{"PolicyName", name}}));
  return {};
}

Result<void> set_boundary(const Ask& ask, const Identity& now, const Object& properties) {
  const auto wanted = text(properties, "PermissionsBoundary");
  if (wanted == now.boundary) return {};
  if (wanted.empty()) return ask("Delete{}PermissionsBoundary");
  return ask("Put{}PermissionsBoundary", {{"PermissionsBoundary", wanted}});
}

Result<void> set_groups(const Ask& ask, const Identity& now, const Object& properties) {
  return move_to(
      texts(properties, "Groups"), now.groups,
      [&](const auto& group) {
        return ask("Add{}ToGroup", {{"GroupName", group}});
      },
      [&](const auto& group) {
        return ask("Remove{}FromGroup", {{"GroupName", group}});
      });
}

Result<void> set_role(const Ask& ask, const Identity& now, const Object& properties) {
  const auto trust = core::policy_of(properties, "AssumeRolePolicyDocument");
  if (!trust.empty() && trust != now.trust)
    TRY(ask("UpdateAssumeRolePolicy", {{"PolicyDocument", trust}}));
  const auto description = text(properties, "Description");
  const auto longest = integer(properties, "MaxSessionDuration").value_or(3600);
  if (description == now.description && longest == now.max_session) return {};
  return ask("Update{}", {{"Description", description}, {"MaxSessionDuration", longest}});
}

Result<void> set_tags(const Ask& ask, const Identity& now, const Object& properties) {
  const auto tags = core::retagging(now.tags, properties);
  if (!tags.removed.empty()) TRY(ask("Untag{}", {{"TagKeys", tags.removed}}));
  if (!tags.added.empty()) TRY(ask("Tag{}", {{"Tags", core::tag_list(tags.added)}}));
  return {};
}

Result<Identity> with_id(const Call& call, const Kind& kind, const std::string& id) {
  std::optional<Identity> found;
  kind.table->scan(call, core::Key{call.account().str()}, [&](const auto&, const Identity& each) {
    if (each.id == id) found = each;
    return !found;
  });
  if (!found) return no_such(kind, id);
  return *std::move(found);
}

}  // namespace

Outcome declare_identity(Call& call, const Kind& kind, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto name = core::name_of(call, properties, kind.member(), kind.noun);
  constexpr std::array<core::Parameter, 5> kGiven{
      {{"Path"}, {"PermissionsBoundary"}, {"Tags"}, {"Description"}, {"MaxSessionDuration"}}};
  auto params = core::params_of(properties, kGiven);
  if (&kind == &kRole)
    params["AssumeRolePolicyDocument"] = core::policy_of(properties, "AssumeRolePolicyDocument");
  const Ask ask(call, kind, name);
  TRY(ask("Create{}", std::move(params)));
  const auto made = find_identity(call, kind, call.account(), name);
  TRY(set_policies(ask, *made, properties));
  if (&kind == &kUser) TRY(set_groups(ask, *made, properties));
  return Object{{"Id", made->id}};
}

Outcome redeclare_identity(Call& call, const Kind& kind, const std::string& id,
                           const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto now = TRY(with_id(call, kind, id));
  const Ask ask(call, kind, now.name);
  TRY(set_policies(ask, now, properties));
  if (&kind == &kUser) TRY(set_groups(ask, now, properties));
  if (&kind == &kRole) TRY(set_role(ask, now, properties));
  if (&kind != &kGroup) {
    TRY(set_boundary(ask, now, properties));
    TRY(set_tags(ask, now, properties));
  }
  return Object{{"Id", id}};
}

Outcome undeclare_identity(Call& call, const Kind& kind, const std::string& id) {
  const auto now = TRY(with_id(call, kind, id));
  const Ask ask(call, kind, now.name);
  TRY(set_policies(ask, now, {}));
  if (&kind == &kUser) TRY(set_groups(ask, now, {}));
  TRY(ask("Delete{}"));
  return Object{};
}

}  // namespace tocsin::iam
