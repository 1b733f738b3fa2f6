// SPDX-License-Identifier: Apache-2.0
#include "services/iam/recorded.hpp"

#include "base/percent.hpp"

namespace tocsin::iam {
namespace {

std::string encoded(const std::string& policy) {
  return percent_encoded(policy, "-_.~");
}

Array inline_list(const Identity& identity) {
  Array out;
  for (const auto& [name, document] : identity.inline_policies)
    out.push_back(Object{{"policyName", name}, {"policyDocument", encoded(document)}});
  return out;
}

Array attached_list(const Identity& identity) {
  Array out;
  for (const auto& arn : identity.attached)
    out.push_back(Object{{"policyName", arn.substr(arn.rfind('/') + 1)}, {"policyArn", arn}});
  return out;
}

Document boundary_of(const Identity& identity) {
  if (identity.boundary.empty()) return nullptr;
  return Object{{"permissionsBoundaryType", "Policy"},
                {"permissionsBoundaryArn", identity.boundary}};
}

Array recorded_tags(const Tags& tags) {
  Array out;
  for (const auto& [key, value] : tags)
    out.push_back(Object{{"key", key}, {"value", value}});
  return out;
}

struct Counts {
  std::int64_t attached = 0, boundary = 0;
};

Counts counts_of(const store::View& view, const ManagedPolicy& policy) {
  Counts counts;
  const auto account = Arn::parse(policy.arn)->account;
  kAttachments.scan(view, core::Key{account, policy.arn}, [&](const auto& key, const Link&) {
    ++(key[2] == "boundary" ? counts.boundary : counts.attached);
    return true;
  });
  return counts;
}

Array versions_of(const store::View& view, const ManagedPolicy& policy) {
  Array out;
  const auto account = Arn::parse(policy.arn)->account;
  for (const auto& version : kVersions.all(view, core::Key{account, policy.arn})) {
    const auto id = "v" + std::to_string(version.number);
    out.push_back(Object{{"document", encoded(version.document)},
                         {"versionId", id},
                         {"isDefaultVersion", id == policy.default_version},
                         {"createDate", iso8601_ms(version.created)}});
  }
  return out;
}

}  // namespace

Object recorded_identity(const Kind& kind, const Identity& identity) {
  const std::string noun(kind.lower);
  Object out{{"path", identity.path},
             {noun + "Name", identity.name},
             {noun + "Id", identity.id},
             {"arn", identity.arn},
             {"createDate", iso8601_ms(identity.created)}};
  if (&kind == &kRole) {
    out["assumeRolePolicyDocument"] = encoded(identity.trust);
    out["description"] = identity.description;
    out["maxSessionDuration"] = identity.max_session;
  }
  out[noun + "PolicyList"] = inline_list(identity);
  if (&kind == &kUser) {
    Array groups;
    for (const auto& group : identity.groups)
      groups.push_back(boost::json::string(group));
    out["groupList"] = std::move(groups);
  }
  out["attachedManagedPolicies"] = attached_list(identity);
  if (&kind == &kGroup) return out;
  out["permissionsBoundary"] = boundary_of(identity);
  out["tags"] = recorded_tags(identity.tags);
  return out;
}

Object recorded_policy(const store::View& view, const ManagedPolicy& policy) {
  const auto counts = counts_of(view, policy);
  return {{"policyName", policy.name},
          {"policyId", policy.id},
          {"arn", policy.arn},
          {"path", policy.path},
          {"defaultVersionId", policy.default_version},
          {"attachmentCount", counts.attached},
          {"permissionsBoundaryUsageCount", counts.boundary},
          {"isAttachable", true},
          {"description", policy.description},
          {"createDate", iso8601_ms(policy.created)},
          {"updateDate", iso8601_ms(policy.updated)},
          {"policyVersionList", versions_of(view, policy)}};
}

std::vector<core::ResourceType::Description::Relationship> recorded_relationships(
    const store::View& view, const Identity& identity) {
  std::vector<core::ResourceType::Description::Relationship> out;
  const AccountId account(Arn::parse(identity.arn)->account);
  for (const auto& name : identity.groups) {
    if (const auto group = kGroups.get(view, identity_key(account, name)))
      out.push_back({"AWS::IAM::Group", group->id, "Is attached to Group"});
  }
  for (const auto& arn : identity.attached) {
    if (const auto policy = kPolicies.get(view, core::Key{account.str(), arn}))
      out.push_back({"AWS::IAM::Policy", policy->id, "Is attached to CustomerManagedPolicy"});
  }
  return out;
}

}  // namespace tocsin::iam
