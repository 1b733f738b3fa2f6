// SPDX-License-Identifier: Apache-2.0
// How users, groups, roles, policies and instance profiles are described as resources.
#include "services/iam/resources.hpp"

#include "services/iam/declare.hpp"
#include "services/iam/recorded.hpp"

namespace tocsin::iam {
namespace {

using Description = core::ResourceType::Description;

Document parsed(const std::string& text) {
  auto document = parse_json(text);
  return document ? *std::move(document) : Document(boost::json::string(text));
}

Scope scope_of(const std::string& arn) {
  return {AccountId(Arn::parse(arn)->account), "us-east-1"};
}

Object configuration_of(const Kind& kind, const Identity& identity) {
  Object out{{kind.member(), identity.name}, {"Path", identity.path}, {"Arn", identity.arn}};
  Array attached, own, groups;
  for (const auto& arn : identity.attached)
    attached.push_back(boost::json::string(arn));
  for (const auto& [name, document] : identity.inline_policies)
    own.push_back(Object{{"PolicyName", name}, {"PolicyDocument", parsed(document)}});
  for (const auto& group : identity.groups)
    groups.push_back(boost::json::string(group));
  out["ManagedPolicyArns"] = std::move(attached);
  out["Policies"] = std::move(own);
  if (!identity.boundary.empty()) out["PermissionsBoundary"] = identity.boundary;
  if (&kind == &kUser) out["Groups"] = std::move(groups);
  if (&kind != &kRole) return out;
  out["AssumeRolePolicyDocument"] = parsed(identity.trust);
  out["Description"] = identity.description;
  out["MaxSessionDuration"] = identity.max_session;
  return out;
}

core::ResourceType identity_type(std::string_view type, const Kind& kind) {
  return {.type = type,
          .table = kind.table->name(),
          .describe = [&kind](const store::View& view, const Document& row) -> Description {
            const auto identity = decoded<Identity>(row);
            return {.id = identity.id,
                    .name = identity.name,
                    .arn = identity.arn,
                    .scope = scope_of(identity.arn),
                    .configuration = configuration_of(kind, identity),
                    .tags = identity.tags,
                    .relationships = recorded_relationships(view, identity),
                    .recorded = recorded_identity(kind, identity),
                    .created = identity.created};
          },
          .create =
              [&kind](core::Call& call, const Object& properties) {
                return declare_identity(call, kind, properties);
              },
          .update =
              [&kind](core::Call& call, const std::string& id, const Object& properties) {
                return redeclare_identity(call, kind, id, properties);
              },
          .remove = [&kind](core::Call& call,
                            const std::string& id) { return undeclare_identity(call, kind, id); }};
}

Description describe_policy(const store::View& view, const Document& row) {
  const auto policy = decoded<ManagedPolicy>(row);
  return {.id = policy.id,
          .name = policy.name,
          .arn = policy.arn,
          .scope = scope_of(policy.arn),
          .configuration = {{"ManagedPolicyName", policy.name},
                            {"Path", policy.path},
                            {"PolicyArn", policy.arn},
                            {"Description", policy.description},
                            {"DefaultVersionId", policy.default_version},
                            {"PolicyDocument", parsed(policy.document)}},
          .tags = policy.tags,
          .recorded = recorded_policy(view, policy),
          .created = policy.created};
}

Description describe_profile(const store::View&, const Document& row) {
  const auto profile = decoded<InstanceProfile>(row);
  Array roles;
  if (!profile.role.empty()) roles.push_back(boost::json::string(profile.role));
  return {.id = profile.id,
          .name = profile.name,
          .arn = profile.arn,
          .scope = scope_of(profile.arn),
          .configuration = {{"InstanceProfileName", profile.name},
                            {"Path", profile.path},
                            {"Arn", profile.arn},
                            {"Roles", std::move(roles)}},
          .tags = profile.tags};
}

}  // namespace

void register_resource_types(core::Registry& registry) {
  registry.add(identity_type("AWS::IAM::User", kUser));
  registry.add(identity_type("AWS::IAM::Group", kGroup));
  registry.add(identity_type("AWS::IAM::Role", kRole));
  registry.add(core::ResourceType{
      .type = "AWS::IAM::Policy", .table = kPolicies.name(), .describe = describe_policy});
  registry.add(core::ResourceType{.type = "AWS::IAM::InstanceProfile",
                                  .table = kProfiles.name(),
                                  .describe = describe_profile});
}

}  // namespace tocsin::iam
