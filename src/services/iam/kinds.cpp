// SPDX-License-Identifier: Apache-2.0
#include "services/iam/kinds.hpp"

#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {

using core::Access;
using core::Call;

std::optional<Identity> find_identity(const store::View& view, const Kind& kind,
                                      const AccountId& account, std::string_view name) {
  return kind.table->get(view, identity_key(account, name));
}

Failure no_such(const Kind& kind, std::string_view name) {
  return no_such_entity(fmt::format("The {} with name {} cannot be found.", kind.lower, name));
}

Result<Identity> identity_of(Call& call, const Kind& kind) {
  const auto name = TRY(required_name(call, kind.member()));
  auto found = find_identity(call, kind, call.account(), name);
  if (!found) return no_such(kind, name);
  return *std::move(found);
}

void save(core::Context& context, const Kind& kind, const Identity& identity) {
  kind.table->put(
      context, identity_key(AccountId(Arn::parse(identity.arn)->account), identity.name), identity);
}

Result<std::optional<Identity>> user_or_caller(Call& call) {
  if (find(call.params(), "UserName")) return std::optional(TRY(identity_of(call, kUser)));
  if (call.principal().kind != core::Principal::Kind::User) {
    if (call.principal().kind == core::Principal::Kind::Root) return std::optional<Identity>();
    return fail("ValidationError", "Must specify userName when calling with non-User credentials");
  }
  auto self = find_identity(call, kUser, call.account(), call.principal().name);
  if (!self) return no_such(kUser, call.principal().name);
  return self;
}

Result<Named> identity_of_arn(Call& call, std::string_view text) {
  const auto arn = Arn::parse(text);
  const auto slash = arn ? arn->resource.rfind('/') : std::string::npos;
  if (arn && arn->account == call.account().str() && slash != std::string::npos) {
    for (const auto* kind : {&kUser, &kGroup, &kRole}) {
      if (!arn->resource.starts_with(std::string(kind->lower) + "/")) continue;
      auto found = find_identity(call, *kind, call.account(), arn->resource.substr(slash + 1));
      if (found && found->arn == text) return Named{kind, *std::move(found)};
    }
  }
  return no_such_entity(fmt::format("ARN {} not found", text));
}

Object boundary_of(const std::string& policy_arn) {
  return {{"PermissionsBoundaryType", "Policy"}, {"PermissionsBoundaryArn", policy_arn}};
}

Object listed(const Kind& kind, const Identity& identity) {
  Object out{{"Path", identity.path},
             {kind.member(), identity.name},
             {std::string(kind.noun) + "Id", identity.id},
             {"Arn", identity.arn},
             {"CreateDate", to_seconds(identity.created)}};
  if (&kind != &kRole) return out;
  out["AssumeRolePolicyDocument"] = url_encoded(identity.trust);
  if (!identity.description.empty()) out["Description"] = identity.description;
  out["MaxSessionDuration"] = identity.max_session;
  return out;
}

Object described(Call& call, const Kind& kind, const Identity& identity) {
  auto out = listed(kind, identity);
  if (!identity.boundary.empty()) out["PermissionsBoundary"] = boundary_of(identity.boundary);
  if (!identity.tags.empty()) out["Tags"] = tag_list(identity.tags);
  if (&kind == &kRole) out["RoleLastUsed"] = role_last_used(call, identity);
  return out;
}

core::Handler over(Handle handle, const Kind& kind) {
  return [handle, &kind](Call& call) { return handle(call, kind); };
}

Access access_to(Call& call, std::string resource, const Tags& tags) {
  Access access{.action = "iam:" + call.request().operation, .resource = std::move(resource)};
  core::add_resource_tags(access, tags);
  for (const auto& [key, value] : tags)
    access.context["iam:ResourceTag/" + key] = {value};
  core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
  core::add_tag_keys(access, array_of(call.params(), "TagKeys"));
  const auto policy = string_of(call.params(), "PolicyArn");
  if (!policy.empty()) access.context["iam:PolicyARN"] = {policy};
  return access;
}

namespace {

/// A boundary that the call sets counts as the resource's own.
void add_boundary(Call& call, Access& access, const std::string& present) {
  const auto given = string_of(call.params(), "PermissionsBoundary");
  const auto& boundary = given.empty() ? present : given;
  if (!boundary.empty()) access.context["iam:PermissionsBoundary"] = {boundary};
}

}  // namespace

core::Needs on(const Kind& kind) {
  return [&kind](Call& call) -> std::vector<Access> {
    const auto name = string_of(call.params(), kind.member());
    const auto found = find_identity(call, kind, call.account(), name);
    const auto path = string_of(call.params(), "Path", "/");
    auto access =
        access_to(call, found ? found->arn : iam_arn(call.account(), kind.lower, path + name),
                  found ? found->tags : Tags{});
    add_boundary(call, access, found ? found->boundary : "");
    return {access};
  };
}

std::vector<Access> on_user_or_caller(Call& call) {
  const auto& caller = call.principal();
  const bool self = !find(call.params(), "UserName");
  if (self && caller.kind == core::Principal::Kind::User)
    return {access_to(call, caller.arn, caller.tags)};
  if (self) return {access_to(call, "*")};
  return on(kUser)(call);
}

core::Needs on_path(std::string_view kind) {
  return [kind](Call& call) -> std::vector<Access> {
    return {access_to(call,
                      iam_arn(call.account(), kind, string_of(call.params(), "PathPrefix", "/")))};
  };
}

}  // namespace tocsin::iam
