// SPDX-License-Identifier: Apache-2.0
// Users and roles. Most operations are the same for both, so each is written once over a Kind.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
using core::Effect;
using core::Key;
using core::Operation;
using core::Outcome;

struct Kind {
  std::string noun;       // "User"
  std::string lower;      // "user"
  std::string id_prefix;  // "AIDA"
  const core::Table<Identity>* table;
  std::string member() const { return noun + "Name"; }
};
const Kind kUser{"User", "user", "AIDA", &kUsers};
const Kind kRole{"Role", "role", "AROA", &kRoles};

Failure no_such(const Kind& kind, std::string_view name) {
  return fail("NoSuchEntity", fmt::format("The {} with name {} cannot be found.", kind.lower, name),
              404);
}

Result<Identity> identity_of(Call& call, const Kind& kind) {
  const auto name = TRY(required_name(call, kind.member()));
  auto found = kind.table->get(call, Key{call.account().str(), name});
  if (!found) return no_such(kind, name);
  return *std::move(found);
}

void save(Call& call, const Kind& kind, const Identity& identity) {
  kind.table->put(call, Key{call.account().str(), identity.name}, identity);
}

Object described(const Kind& kind, const Identity& identity) {
  Object out{{"Path", identity.path},
             {kind.member(), identity.name},
             {kind.noun + "Id", identity.id},
             {"Arn", identity.arn},
             {"CreateDate", to_seconds(identity.created)}};
  if (!identity.trust.empty()) {
    out["AssumeRolePolicyDocument"] = identity.trust;
    out["MaxSessionDuration"] = identity.max_session;
  }
  if (!identity.description.empty()) out["Description"] = identity.description;
  if (!identity.boundary.empty()) {
    out["PermissionsBoundary"] = Object{{"PermissionsBoundaryType", "Policy"},
                                        {"PermissionsBoundaryArn", identity.boundary}};
  }
  Array tags;
  for (const auto& [key, value] : identity.tags)
    tags.push_back(Object{{"Key", key}, {"Value", value}});
  if (!tags.empty()) out["Tags"] = std::move(tags);
  return out;
}

Outcome create(Call& call, const Kind& kind) {
  const auto name = TRY(required_name(call, kind.member()));
  if (kind.table->contains(call, Key{call.account().str(), name})) {
    return fail("EntityAlreadyExists",
                fmt::format("{} with name {} already exists.", kind.noun, name), 409);
  }
  Identity identity{.name = name,
                    .path = string_of(call.params(), "Path", "/"),
                    .id = new_iam_id(call, kind.id_prefix),
                    .created = call.now()};
  identity.arn =
      fmt::format("arn:aws:iam::{}:{}{}{}", call.account().str(), kind.lower, identity.path, name);
  identity.description = string_of(call.params(), "Description");
  identity.boundary = string_of(call.params(), "PermissionsBoundary");
  identity.max_session = integer(call.params(), "MaxSessionDuration").value_or(3600);
  for (const auto& tag : array_of(call.params(), "Tags"))
    identity.tags[string_of(tag, "Key")] = text(tag, "Value");
  if (&kind == &kRole) {
    identity.trust = string_of(call.params(), "AssumeRolePolicyDocument");
    TRY(policy::parse_policy(identity.trust, policy::PolicyKind::Trust));
  }
  if (!identity.boundary.empty() &&
      !kPolicies.contains(call, Key{call.account().str(), identity.boundary})) {
    return fail("NoSuchEntity",
                fmt::format("Policy {} does not exist or is not attachable.", identity.boundary),
                404);
  }
  save(call, kind, identity);
  return Object{{kind.noun, described(kind, identity)}};
}

Outcome get(Call& call, const Kind& kind) {
  if (&kind == &kUser && text(call.params(), "UserName").empty() &&
      call.principal().kind == core::Principal::Kind::User) {
    const auto self = kUsers.get(call, Key{call.account().str(), call.principal().name});
    if (self) return Object{{"User", described(kUser, *self)}};
  }
  return Object{{kind.noun, described(kind, TRY(identity_of(call, kind)))}};
}

Outcome remove(Call& call, const Kind& kind) {
  const auto identity = TRY(identity_of(call, kind));
  const bool has_keys =
      &kind == &kUser && !kUserKeys.all(call, Key{call.account().str(), identity.name}).empty();
  if (!identity.attached.empty() || !identity.inline_policies.empty() || has_keys) {
    return fail("DeleteConflict",
                has_keys ? "Cannot delete entity, must delete access keys first."
                : identity.attached.empty()
                    ? "Cannot delete entity, must delete policies first."
                    : "Cannot delete entity, must detach all policies first.",
                409);
  }
  kind.table->erase(call, Key{call.account().str(), identity.name});
  return Object{};
}

Outcome list(Call& call, const Kind& kind) {
  const auto limit = static_cast<std::size_t>(
      std::clamp<std::int64_t>(integer(call.params(), "MaxItems").value_or(100), 1, 1000));
  const auto prefix = string_of(call.params(), "PathPrefix", "/");
  const auto marker = string_of(call.params(), "Marker");
  Array found;
  bool more = false;
  std::string last;
  kind.table->scan(
      call, Key{call.account().str()},
      [&](const auto& key, const Identity& identity) {
        if (!identity.path.starts_with(prefix)) return true;
        if (found.size() == limit) return !(more = true);
        found.push_back(described(kind, identity));
        last = key[1];
        return true;
      },
      store::Direction::Forward,
      marker.empty() ? std::nullopt : std::optional(Key{call.account().str(), marker}));
  Object out{{kind.noun + "s", std::move(found)}, {"IsTruncated", more}};
  if (more) out["Marker"] = last;
  return out;
}

Outcome put_policy(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  const auto name = TRY(required_name(call, "PolicyName"));
  const auto document = string_of(call.params(), "PolicyDocument");
  TRY(policy::parse_policy(document, policy::PolicyKind::Identity));
  identity.inline_policies[name] = document;
  save(call, kind, identity);
  return Object{};
}

Failure no_such_policy(const Kind& kind, std::string_view name) {
  return fail("NoSuchEntity",
              fmt::format("The {} policy with name {} cannot be found.", kind.lower, name), 404);
}

Outcome get_policy_of(Call& call, const Kind& kind) {
  const auto identity = TRY(identity_of(call, kind));
  const auto found = identity.inline_policies.find(string_of(call.params(), "PolicyName"));
  if (found == identity.inline_policies.end())
    return no_such_policy(kind, text(call.params(), "PolicyName"));
  return Object{{kind.member(), identity.name},
                {"PolicyName", found->first},
                {"PolicyDocument", found->second}};
}

Outcome delete_policy_of(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  if (!identity.inline_policies.erase(string_of(call.params(), "PolicyName"))) {
    return no_such_policy(kind, text(call.params(), "PolicyName"));
  }
  save(call, kind, identity);
  return Object{};
}

Outcome list_policies_of(Call& call, const Kind& kind) {
  Array names;
  for (const auto& entry : TRY(identity_of(call, kind)).inline_policies)
    names.push_back(boost::json::string(entry.first));
  return Object{{"PolicyNames", std::move(names)}, {"IsTruncated", false}};
}

Outcome attach(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  const auto arn = string_of(call.params(), "PolicyArn");
  if (!kPolicies.contains(call, Key{call.account().str(), arn})) {
    return fail("NoSuchEntity", fmt::format("Policy {} does not exist or is not attachable.", arn),
                404);
  }
  identity.attached.insert(arn);
  save(call, kind, identity);
  return Object{};
}

Outcome detach(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  const auto arn = string_of(call.params(), "PolicyArn");
  if (!identity.attached.erase(arn))
    return fail("NoSuchEntity", fmt::format("Policy {} was not found.", arn), 404);
  save(call, kind, identity);
  return Object{};
}

Outcome list_attached(Call& call, const Kind& kind) {
  Array attached;
  for (const auto& arn : TRY(identity_of(call, kind)).attached) {
    attached.push_back(Object{{"PolicyName", arn.substr(arn.rfind('/') + 1)}, {"PolicyArn", arn}});
  }
  return Object{{"AttachedPolicies", std::move(attached)}, {"IsTruncated", false}};
}

Outcome update_trust(Call& call) {
  auto role = TRY(identity_of(call, kRole));
  role.trust = string_of(call.params(), "PolicyDocument");
  TRY(policy::parse_policy(role.trust, policy::PolicyKind::Trust));
  save(call, kRole, role);
  return Object{};
}

core::Needs needs(std::string action, const Kind& kind) {
  return [action = "iam:" + std::move(action), &kind](Call& call) -> std::vector<core::Access> {
    const auto name = text(call.params(), kind.member());
    const auto found = kind.table->get(call, Key{call.account().str(), name});
    return {{.action = action,
             .resource = found ? found->arn
                               : fmt::format("arn:aws:iam::{}:{}/{}", call.account().str(),
                                             kind.lower, name)}};
  };
}

}  // namespace

std::vector<Operation> identity_operations() {
  struct Row {
    std::string_view before, after;  // of the noun
    Effect effect;
    Outcome (*handle)(Call&, const Kind&);
  };
  static constexpr Row kRows[] = {{"Create", "", Effect::Write, create},
                                  {"Get", "", Effect::Read, get},
                                  {"Delete", "", Effect::Write, remove},
                                  {"List", "s", Effect::Read, list},
                                  {"Put", "Policy", Effect::Write, put_policy},
                                  {"Get", "Policy", Effect::Read, get_policy_of},
                                  {"Delete", "Policy", Effect::Write, delete_policy_of},
                                  {"List", "Policies", Effect::Read, list_policies_of},
                                  {"Attach", "Policy", Effect::Write, attach},
                                  {"Detach", "Policy", Effect::Write, detach}};
  static std::deque<std::string> names;  // Operation keeps views
  std::vector<Operation> operations;
  const auto add = [&](std::string name, Effect effect, const Kind& kind,
                       Outcome (*handle)(Call&, const Kind&)) {
    names.push_back(std::move(name));
    operations.push_back({names.back(), effect,
                          [handle, &kind](Call& call) { return handle(call, kind); },
                          needs(names.back(), kind)});
  };
  for (const auto* kind : {&kUser, &kRole}) {
    for (const auto& row : kRows)
      add(fmt::format("{}{}{}", row.before, kind->noun, row.after), row.effect, *kind, row.handle);
    add("ListAttached" + kind->noun + "Policies", Effect::Read, *kind, list_attached);
  }
  operations.push_back({"UpdateAssumeRolePolicy", Effect::Write, update_trust,
                        needs("UpdateAssumeRolePolicy", kRole)});
  return operations;
}

}  // namespace tocsin::iam
