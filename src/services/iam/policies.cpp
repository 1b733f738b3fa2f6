// SPDX-License-Identifier: Apache-2.0
// Managed policies and their versions.
#include "services/iam/policies.hpp"

#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/aws_policies.hpp"
#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::int64_t kVersionsPerPolicy = 5;
constexpr std::int64_t kPolicySize = 6144;
constexpr std::int64_t kPoliciesPerAccount = 1500;

Result<void> check_document(const std::string& document) {
  if (static_cast<std::int64_t>(policy_size(document)) > kPolicySize)
    return limit_exceeded("PolicySize", kPolicySize);
  TRY(policy::parse_policy(document, policy::PolicyKind::Identity));
  return {};
}

Failure not_found(std::string_view arn) {
  return no_such_entity(fmt::format("Policy {} was not found.", arn));
}

Result<ManagedPolicy> policy_of(Call& call) {
  const auto arn = string_of(call.params(), "PolicyArn");
  auto policy = find_policy(call, call.account(), arn);
  if (!policy) return not_found(arn);
  return *std::move(policy);
}

/// One of the account's own, to change it.
Result<ManagedPolicy> own_policy_of(Call& call) {
  auto policy = TRY(policy_of(call));
  if (!aws_policy(policy.arn)) return policy;
  return fail("AccessDenied",
              fmt::format("User: {} is not authorized to perform: iam:{} on resource: policy {}",
                          call.principal().arn, call.request().operation, policy.arn),
              403);
}

Key version_key(Call& call, const ManagedPolicy& policy, std::int64_t number) {
  return {call.account().str(), policy.arn, fmt::format("{:08}", number)};
}

std::string version_id(std::int64_t number) {
  return fmt::format("v{}", number);
}

Result<PolicyVersion> version_of(Call& call, const ManagedPolicy& policy) {
  const auto id = string_of(call.params(), "VersionId");
  for (auto& version : versions_of(call, policy)) {
    if (version_id(version.number) == id) return version;
  }
  return no_such_entity(
      fmt::format("Policy {} version {} does not exist or is not attachable.", policy.arn, id));
}

std::int64_t attachments(Call& call, const std::string& arn, std::string_view usage) {
  std::int64_t count = 0;
  kAttachments.scan(call, Key{call.account().str(), arn, usage}, [&](const auto&, const auto&) {
    ++count;
    return true;
  });
  return count;
}

void save(Call& call, const ManagedPolicy& policy) {
  kPolicies.put(call, Key{call.account().str(), policy.arn}, policy);
}

void make_default(ManagedPolicy& policy, const PolicyVersion& version) {
  policy.default_version = version_id(version.number);
  policy.document = version.document;
}

/// What ListPolicies asks for.
bool is_wanted(Call& call, const ManagedPolicy& policy) {
  const auto scope = text(call.params(), "Scope", "All");
  const bool aws = aws_policy(policy.arn) != nullptr;
  if (scope != "All" && aws != (scope == "AWS")) return false;
  if (!policy.path.starts_with(text(call.params(), "PathPrefix", "/"))) return false;
  const auto usage = text(call.params(), "PolicyUsageFilter");
  const bool only_attached = flag(call.params(), "OnlyAttached");
  if (usage == "PermissionsBoundary") return attachments(call, policy.arn, "boundary") > 0;
  if (!only_attached && usage.empty()) return true;
  return attachments(call, policy.arn, "attached") > 0;
}

}  // namespace

std::optional<ManagedPolicy> find_policy(const store::View& view, const AccountId& account,
                                         const std::string& arn) {
  if (const auto* aws = aws_policy(arn)) return *aws;
  return kPolicies.get(view, Key{account.str(), arn});
}

Result<ManagedPolicy> managed_policy(const store::View& view, const AccountId& account,
                                     const std::string& arn) {
  if (auto found = find_policy(view, account, arn)) return *std::move(found);
  if (!Arn::parse(arn)) return fail("ValidationError", fmt::format("ARN {} is not valid.", arn));
  return no_such_entity(fmt::format("Policy {} does not exist or is not attachable.", arn));
}

std::string PolicySource::id() const {
  return arn.empty() ? fmt::format("{}_{}_{}", owner->lower, owner_name, name) : name;
}

std::vector<PolicySource> own_policies_of(const store::View& view, const AccountId& account,
                                          const Kind& kind, const Identity& identity) {
  std::vector<PolicySource> sources;
  for (const auto& [name, text] : identity.inline_policies)
    sources.push_back({name, "", &kind, identity.name, text});
  for (const auto& arn : identity.attached) {
    if (auto policy = find_policy(view, account, arn))
      sources.push_back({policy->name, arn, &kind, identity.name, policy->document});
  }
  return sources;
}

std::vector<PolicySource> policies_of(const store::View& view, const AccountId& account,
                                      const Kind& kind, const Identity& identity) {
  auto sources = own_policies_of(view, account, kind, identity);
  for (const auto& name : identity.groups) {
    const auto group = find_identity(view, kGroup, account, name);
    if (!group) continue;
    auto more = own_policies_of(view, account, kGroup, *group);
    std::move(more.begin(), more.end(), std::back_inserter(sources));
  }
  return sources;
}

void link_policies(core::Context& context, const Kind& kind, const Identity& identity) {
  const auto account = Arn::parse(identity.arn)->account;
  for (const auto& arn : identity.attached) {
    kAttachments.put(context, Key{account, arn, "attached", kind.lower, fold(identity.name)},
                     {identity.name});
  }
  if (!identity.boundary.empty()) {
    kAttachments.put(context,
                     Key{account, identity.boundary, "boundary", kind.lower, fold(identity.name)},
                     {identity.name});
  }
}

void unlink_policies(core::Context& context, const Kind& kind, const Identity& identity) {
  const auto account = Arn::parse(identity.arn)->account;
  for (const auto& arn : identity.attached)
    kAttachments.erase(context, Key{account, arn, "attached", kind.lower, fold(identity.name)});
  if (!identity.boundary.empty()) {
    kAttachments.erase(
        context, Key{account, identity.boundary, "boundary", kind.lower, fold(identity.name)});
  }
}

Object described(Call& call, const ManagedPolicy& policy) {
  return {{"PolicyName", policy.name},
          {"PolicyId", policy.id},
          {"Arn", policy.arn},
          {"Path", policy.path},
          {"DefaultVersionId", policy.default_version},
          {"AttachmentCount", attachments(call, policy.arn, "attached")},
          {"PermissionsBoundaryUsageCount", attachments(call, policy.arn, "boundary")},
          {"IsAttachable", true},
          {"CreateDate", to_seconds(policy.created)},
          {"UpdateDate", to_seconds(policy.updated)}};
}

std::vector<PolicyVersion> versions_of(Call& call, const ManagedPolicy& policy) {
  // Of AWS's own the default version alone.
  if (aws_policy(policy.arn)) return {{policy.latest, policy.document, policy.updated}};
  auto versions = kVersions.all(call, Key{call.account().str(), policy.arn});
  std::reverse(versions.begin(), versions.end());
  return versions;
}

Object described(const ManagedPolicy& policy, const PolicyVersion& version) {
  const auto id = version_id(version.number);
  return {{"VersionId", id},
          {"IsDefaultVersion", id == policy.default_version},
          {"CreateDate", to_seconds(version.created)}};
}

Outcome create_policy(Call& call) {
  ManagedPolicy policy {
    .name = TRY(required_name(call, "PolicyName"))
    , .path = TRY(path_of(call))
    , .document = string_of(call.params(), "PolicyDocument"),
      .description = string_of(call.params(), "Description"), .created = call.now(),
      .updated = call.now()
  };
  policy.arn = iam_arn(call.account(), "policy", policy.path + policy.name);
  TRY(check_document(policy.document));
  TRY(add_tags(call, policy.tags));
  // Names are unique over all paths.
  std::int64_t count = 0;
  bool taken = false;
  kPolicies.scan(call, Key{call.account().str()}, [&](const auto&, const ManagedPolicy& other) {
    ++count;
    taken = taken || fold(other.name) == fold(policy.name);
    return !taken;
  });
  if (taken) {
    return exists_already(fmt::format(
        "A policy called {} already exists. Duplicate names are not allowed.", policy.name));
  }
  if (count >= kPoliciesPerAccount) return limit_exceeded("PoliciesPerAccount", count);
  policy.id = new_iam_id(call, "ANPA");
  save(call, policy);
  kVersions.put(call, version_key(call, policy, 1), {1, policy.document, call.now()});
  auto out = described(call, policy);
  if (!policy.tags.empty()) out["Tags"] = tag_list(policy.tags);
  return Object{{"Policy", std::move(out)}};
}

Outcome get_policy(Call& call) {
  const auto policy = TRY(policy_of(call));
  auto out = described(call, policy);
  if (!policy.description.empty()) out["Description"] = policy.description;
  out["Tags"] = tag_list(policy.tags);
  return Object{{"Policy", std::move(out)}};
}

Outcome list_policies(Call& call) {
  std::map<std::string, ManagedPolicy> all(aws_policies().begin(), aws_policies().end());
  kPolicies.scan(call, Key{call.account().str()}, [&](const auto&, const ManagedPolicy& policy) {
    all.emplace(policy.arn, policy);
    return true;
  });
  Page page(call);
  const auto after = TRY(page.after());
  for (auto at = all.upper_bound(after); at != all.end(); ++at) {
    if (!is_wanted(call, at->second)) continue;
    if (!page.add(at->first, described(call, at->second))) break;
  }
  return std::move(page).reply("Policies");
}

Outcome delete_policy(Call& call) {
  const auto policy = TRY(own_policy_of(call));
  if (attachments(call, policy.arn, "attached") + attachments(call, policy.arn, "boundary") > 0)
    return delete_conflict("Cannot delete a policy attached to entities.");
  const auto versions = versions_of(call, policy);
  if (versions.size() > 1) {
    return delete_conflict(
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy.");
  }
  for (const auto& version : versions)
    kVersions.erase(call, version_key(call, policy, version.number));
  kPolicies.erase(call, Key{call.account().str(), policy.arn});
  return Object{};
}

Outcome create_policy_version(Call& call) {
  auto policy = TRY(own_policy_of(call));
  PolicyVersion version{.document = string_of(call.params(), "PolicyDocument"),
                        .created = call.now()};
  TRY(check_document(version.document));
  if (static_cast<std::int64_t>(versions_of(call, policy).size()) >= kVersionsPerPolicy) {
    return fail("LimitExceeded",
                fmt::format("A managed policy can have up to {} versions. Before you create a new "
                            "version, you must delete an existing version.",
                            kVersionsPerPolicy),
                409);
  }
  version.number = ++policy.latest;
  policy.updated = call.now();
  if (flag(call.params(), "SetAsDefault")) make_default(policy, version);
  kVersions.put(call, version_key(call, policy, version.number), version);
  save(call, policy);
  return Object{{"PolicyVersion", described(policy, version)}};
}

Outcome get_policy_version(Call& call) {
  const auto policy = TRY(policy_of(call));
  const auto version = TRY(version_of(call, policy));
  auto out = described(policy, version);
  out["Document"] = url_encoded(version.document);
  return Object{{"PolicyVersion", std::move(out)}};
}

Outcome list_policy_versions(Call& call) {
  const auto policy = TRY(policy_of(call));
  std::map<std::string, Document> all;
  for (const auto& version : versions_of(call, policy))
    all.emplace(fmt::format("{:08}", 99'999'999 - version.number), described(policy, version));
  return paged(call, "Versions", all);
}

Outcome set_default_policy_version(Call& call) {
  auto policy = TRY(own_policy_of(call));
  make_default(policy, TRY(version_of(call, policy)));
  policy.updated = call.now();
  save(call, policy);
  return Object{};
}

Outcome delete_policy_version(Call& call) {
  const auto policy = TRY(own_policy_of(call));
  const auto version = TRY(version_of(call, policy));
  if (version_id(version.number) == policy.default_version)
    return delete_conflict("Cannot delete the default version of a policy.");
  kVersions.erase(call, version_key(call, policy, version.number));
  return Object{};
}

std::vector<core::Access> on_policy(Call& call) {
  const auto arn = string_of(call.params(), "PolicyArn");
  const auto policy = find_policy(call, call.account(), arn);
  auto access = access_to(call, arn, policy ? policy->tags : Tags{});
  access.context.erase("iam:PolicyARN");
  return {access};
}

std::vector<core::Access> on_new_policy(Call& call) {
  const auto name = string_of(call.params(), "Path", "/") + string_of(call.params(), "PolicyName");
  return {access_to(call, iam_arn(call.account(), "policy", name))};
}

}  // namespace tocsin::iam
