// SPDX-License-Identifier: Apache-2.0
// Managed policies, versions, AWS's own, and the simulator.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/aws_policies.hpp"
#include "services/iam/testing.hpp"

namespace tocsin::iam {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class Policies : public IamTest {
 protected:
  std::string policy(std::string_view name, std::string_view document = kAllowAll) {
    return text_at(ok(iam("CreatePolicy", {{"PolicyName", name}, {"PolicyDocument", document}})),
                   "Policy.Arn");
  }
};

constexpr auto kDenyAll =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]})";

TEST_F(Policies, TheDefaultVersionDecides) {
  const auto key = user("ann", "");
  const auto own = policy("p");
  ok(iam("AttachUserPolicy", {{"UserName", "ann"}, {"PolicyArn", own}}));
  EXPECT_TRUE(as(key, "iam", "ListUsers"));
  const auto second =
      ok(iam("CreatePolicyVersion",
             {{"PolicyArn", own}, {"PolicyDocument", kDenyAll}, {"SetAsDefault", true}}));
  EXPECT_EQ(text_at(second, "PolicyVersion.VersionId"), "v2");
  EXPECT_THAT(error(as(key, "iam", "ListUsers")),
              testing::EndsWith("with an explicit deny in an identity-based policy"));
  ok(iam("SetDefaultPolicyVersion", {{"PolicyArn", own}, {"VersionId", "v1"}}));
  EXPECT_TRUE(as(key, "iam", "ListUsers"));
  EXPECT_THAT(names(ok(iam("ListPolicyVersions", {{"PolicyArn", own}})), "Versions", "VersionId"),
              ElementsAre("v2", "v1"));
  const auto shown = ok(iam("GetPolicyVersion", {{"PolicyArn", own}, {"VersionId", "v2"}}));
  EXPECT_THAT(text_at(shown, "PolicyVersion.Document"), StartsWith("%7B%22Version"));
  EXPECT_FALSE(flag(*find(shown, "PolicyVersion"), "IsDefaultVersion"));
}

TEST_F(Policies, VersionsHaveALimitAndTheDefaultStays) {
  const auto own = policy("p");
  for (int i = 0; i < 4; ++i)
    ok(iam("CreatePolicyVersion", {{"PolicyArn", own}, {"PolicyDocument", kDenyAll}}));
  EXPECT_EQ(error(iam("CreatePolicyVersion", {{"PolicyArn", own}, {"PolicyDocument", kDenyAll}})),
            "LimitExceeded: A managed policy can have up to 5 versions. Before you create a new "
            "version, you must delete an existing version.");
  EXPECT_EQ(error(iam("DeletePolicyVersion", {{"PolicyArn", own}, {"VersionId", "v1"}})),
            "DeleteConflict: Cannot delete the default version of a policy.");
  EXPECT_EQ(
      error(iam("DeletePolicy", {{"PolicyArn", own}})),
      "DeleteConflict: This policy has more than one version. Before you delete a policy, you "
      "must delete the policy's versions. The default version is deleted with the policy.");
  for (const auto* version : {"v2", "v3", "v4", "v5"})
    ok(iam("DeletePolicyVersion", {{"PolicyArn", own}, {"VersionId", version}}));
  EXPECT_EQ(error(iam("GetPolicyVersion", {{"PolicyArn", own}, {"VersionId", "v2"}})),
            "NoSuchEntity: Policy " + own + " version v2 does not exist or is not attachable.");
  ok(iam("CreatePolicyVersion", {{"PolicyArn", own}, {"PolicyDocument", kDenyAll}}));
  ok(iam("DeletePolicyVersion", {{"PolicyArn", own}, {"VersionId", "v6"}}));
  ok(iam("DeletePolicy", {{"PolicyArn", own}}));
  EXPECT_EQ(error(iam("GetPolicy", {{"PolicyArn", own}})),
            "NoSuchEntity: Policy " + own + " was not found.");
}

TEST_F(Policies, AttachmentsAreCountedAndHoldThePolicy) {
  const auto own = policy("p");
  user("ann", "");
  role("r");
  ok(iam("CreateGroup", {{"GroupName", "g"}}));
  ok(iam("AttachUserPolicy", {{"UserName", "ann"}, {"PolicyArn", own}}));
  ok(iam("AttachGroupPolicy", {{"GroupName", "g"}, {"PolicyArn", own}}));
  ok(iam("PutRolePermissionsBoundary", {{"RoleName", "r"}, {"PermissionsBoundary", own}}));
  const auto shown = ok(iam("GetPolicy", {{"PolicyArn", own}}));
  EXPECT_EQ(find_path(shown, "Policy.AttachmentCount")->to_number<int>(), 2);
  EXPECT_EQ(find_path(shown, "Policy.PermissionsBoundaryUsageCount")->to_number<int>(), 1);
  EXPECT_EQ(error(iam("DeletePolicy", {{"PolicyArn", own}})),
            "DeleteConflict: Cannot delete a policy attached to entities.");
  const auto all = ok(iam("ListEntitiesForPolicy", {{"PolicyArn", own}}));
  EXPECT_THAT(names(all, "PolicyUsers", "UserName"), ElementsAre("ann"));
  EXPECT_THAT(names(all, "PolicyGroups", "GroupName"), ElementsAre("g"));
  EXPECT_THAT(names(all, "PolicyRoles", "RoleName"), ElementsAre("r"));
  const auto roles = ok(iam("ListEntitiesForPolicy",
                            {{"PolicyArn", own}, {"PolicyUsageFilter", "PermissionsPolicy"}}));
  EXPECT_THAT(names(roles, "PolicyRoles", "RoleName"), IsEmpty());
  ok(iam("UpdateUser", {{"UserName", "ann"}, {"NewUserName", "anna"}}));
  const auto users =
      ok(iam("ListEntitiesForPolicy", {{"PolicyArn", own}, {"EntityFilter", "User"}}));
  EXPECT_THAT(names(users, "PolicyUsers", "UserName"), ElementsAre("anna"));
}

TEST_F(Policies, AwssOwnAreThereByNameAndNoOthers) {
  const auto& all = aws_policies();
  EXPECT_GT(all.size(), 100u);
  for (const auto& [arn, policy] : all)
    EXPECT_TRUE(policy::parse_policy(policy.document, policy::PolicyKind::Identity)) << arn;
  const std::string admin = "arn:aws:iam::aws:policy/AdministratorAccess";
  const auto shown = ok(iam("GetPolicy", {{"PolicyArn", admin}}));
  EXPECT_EQ(text_at(shown, "Policy.PolicyName"), "AdministratorAccess");
  EXPECT_EQ(text_at(ok(iam("GetPolicyVersion", {{"PolicyArn", admin}, {"VersionId", "v1"}})),
                    "PolicyVersion.VersionId"),
            "v1");
  const std::string audit = "arn:aws:iam::aws:policy/SecurityAudit";
  const auto version =
      text_at(ok(iam("GetPolicy", {{"PolicyArn", audit}})), "Policy.DefaultVersionId");
  EXPECT_GE(std::stoi(version.substr(1)), 92);
  const auto document =
      text_at(ok(iam("GetPolicyVersion", {{"PolicyArn", audit}, {"VersionId", version}})),
              "PolicyVersion.Document");
  EXPECT_GT(document.size(), 30'000u);
  EXPECT_EQ(error(iam("AttachUserPolicy",
                      {{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/NoSuchThing"}})),
            "NoSuchEntity: The user with name ann cannot be found.");
  user("ann", "");
  EXPECT_EQ(error(iam("AttachUserPolicy",
                      {{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/NoSuchThing"}})),
            "NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchThing does not exist or is not "
            "attachable.");
  EXPECT_EQ(code(iam("DeletePolicy", {{"PolicyArn", admin}})), "AccessDenied");
  EXPECT_EQ(code(iam("AttachUserPolicy",
                     {{"UserName", "ann"},
                      {"PolicyArn",
                       "arn:aws:iam::aws:policy/aws-service-role/AWSConfigServiceRolePolicy"}})),
            "PolicyNotAttachable");
}

TEST_F(Policies, ListsByScope) {
  const auto own = policy("p");
  EXPECT_THAT(names(ok(iam("ListPolicies", {{"Scope", "Local"}})), "Policies", "Arn"),
              ElementsAre(own));
  EXPECT_THAT(names(ok(iam("ListPolicies", {{"Scope", "Local"}, {"OnlyAttached", true}})),
                    "Policies", "Arn"),
              IsEmpty());
  user("ann", "");
  ok(iam("AttachUserPolicy",
         {{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/SecurityAudit"}}));
  EXPECT_THAT(names(ok(iam("ListPolicies", {{"OnlyAttached", true}})), "Policies", "PolicyName"),
              ElementsAre("SecurityAudit"));
  std::size_t seen = 0;
  std::string marker;
  do {
    Object params{{"MaxItems", 50}};
    if (!marker.empty()) params["Marker"] = marker;
    const auto page = ok(iam("ListPolicies", params));
    seen += array_of(page, "Policies").size();
    marker = string_of(page, "Marker");
  } while (!marker.empty());
  EXPECT_EQ(seen, aws_policies().size() + 1);
  EXPECT_EQ(error(iam("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", kAllowAll}})),
            "EntityAlreadyExists: A policy called P already exists. Duplicate names are not "
            "allowed.");
}

TEST_F(Policies, TheSimulatorNamesWhatDecided) {
  user(
      "ann",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]})");
  ok(iam("AttachUserPolicy",
         {{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}}));
  const auto reply =
      ok(iam("SimulatePrincipalPolicy",
             {{"PolicySourceArn", arn("user/ann")},
              {"ActionNames", Array{"s3:GetObject", "s3:DeleteBucket"}},
              {"ContextEntries", Array{Object{{"ContextKeyName", "aws:PrincipalOrgID"},
                                              {"ContextKeyType", "string"},
                                              {"ContextKeyValues", Array{"o-1"}}}}}}));
  const auto& results = array_of(reply, "EvaluationResults");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(text(results[0], "EvalDecision"), "allowed");
  const auto& matched = array_of(results[0], "MatchedStatements");
  ASSERT_EQ(matched.size(), 2u);
  EXPECT_EQ(text(matched[0], "SourcePolicyId"), "user_ann_own");
  EXPECT_EQ(to_json(*find(matched[0], "StartPosition")), R"({"Line":1,"Column":38})");
  EXPECT_EQ(text(matched[1], "SourcePolicyId"), "AdministratorAccess");
  EXPECT_EQ(to_json(*find(matched[1], "StartPosition")), R"({"Line":3,"Column":17})");
  EXPECT_EQ(to_json(*find(matched[1], "EndPosition")), R"({"Line":8,"Column":6})");
  EXPECT_EQ(text(results[1], "EvalDecision"), "explicitDeny");
  EXPECT_EQ(array_of(results[1], "MatchedStatements").size(), 1u);
  const auto unsaid = ok(iam("SimulatePrincipalPolicy", {{"PolicySourceArn", arn("user/ann")},
                                                         {"ActionNames", Array{"s3:GetObject"}}}));
  EXPECT_THAT(names(array_of(unsaid, "EvaluationResults")[0], "MissingContextValues", ""),
              ElementsAre("aws:PrincipalOrgID"));
  EXPECT_EQ(code(iam("SimulatePrincipalPolicy", {{"PolicySourceArn", arn("user/no")},
                                                 {"ActionNames", Array{"s3:GetObject"}}})),
            "NoSuchEntity");
}

TEST_F(Policies, TheSimulatorKnowsBoundariesAndResourcePolicies) {
  const auto reply = ok(iam(
      "SimulateCustomPolicy",
      {{"PolicyInputList", Array{kAllowAll}},
       {"PermissionsBoundaryPolicyInputList",
        Array{
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]})"}},
       {"ActionNames", Array{"s3:GetObject", "s3:PutObject"}},
       {"ResourceArns", Array{"arn:aws:s3:::b/o"}}}));
  const auto& results = array_of(reply, "EvaluationResults");
  EXPECT_EQ(text(results[0], "EvalDecision"), "allowed");
  EXPECT_EQ(text(results[1], "EvalDecision"), "implicitDeny");
  EXPECT_FALSE(
      flag(*find(results[1], "PermissionsBoundaryDecisionDetail"), "AllowedByPermissionsBoundary"));
  EXPECT_EQ(text(array_of(results[0], "ResourceSpecificResults")[0], "EvalResourceDecision"),
            "allowed");
  const auto by_resource = ok(iam(
      "SimulateCustomPolicy",
      {{"PolicyInputList", Array{}},
       {"ResourcePolicy",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]})"},
       {"CallerArn", arn("user/ann")},
       {"ActionNames", Array{"s3:GetObject"}},
       {"ResourceArns", Array{"arn:aws:s3:::b/o"}}}));
  EXPECT_EQ(text(array_of(by_resource, "EvaluationResults")[0], "EvalDecision"), "allowed");
  EXPECT_EQ(code(iam("SimulateCustomPolicy",
                     {{"PolicyInputList", Array{"{"}}, {"ActionNames", Array{"s3:GetObject"}}})),
            "MalformedPolicyDocument");
  EXPECT_EQ(code(iam("SimulateCustomPolicy",
                     {{"PolicyInputList", Array{kAllowAll}}, {"ActionNames", Array{"GetObject"}}})),
            "InvalidInput");
}

TEST_F(Policies, ContextKeysAreTold) {
  const auto keys = ok(iam(
      "GetContextKeysForCustomPolicy",
      {{"PolicyInputList",
        Array{
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]})"}}}));
  EXPECT_THAT(names(keys, "ContextKeyNames", ""),
              ElementsAre("aws:SecureTransport", "aws:username"));
}

TEST_F(Policies, AccessReportsTellWhatWasUsedAndWhatGrantsIt) {
  const auto key = user(
      "ann",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:List*","sns:*"],"Resource":"*"}]})");
  ok(as(key, "iam", "ListUsers"));
  const auto job =
      text_at(ok(iam("GenerateServiceLastAccessedDetails", {{"Arn", arn("user/ann")}})), "JobId");
  const auto report = ok(iam("GetServiceLastAccessedDetails", {{"JobId", job}}));
  EXPECT_EQ(text(report, "JobStatus"), "COMPLETED");
  EXPECT_THAT(names(report, "ServicesLastAccessed", "ServiceNamespace"), ElementsAre("iam", "sns"));
  EXPECT_EQ(text(array_of(report, "ServicesLastAccessed")[0], "LastAuthenticatedEntity"),
            arn("user/ann"));
  EXPECT_FALSE(find(array_of(report, "ServicesLastAccessed")[1], "LastAuthenticated"));
  const auto who = ok(iam("GetServiceLastAccessedDetailsWithEntities",
                          {{"JobId", job}, {"ServiceNamespace", "iam"}}));
  EXPECT_EQ(array_of(who, "EntityDetailsList").size(), 1u);
  const auto granting =
      ok(iam("ListPoliciesGrantingServiceAccess",
             {{"Arn", arn("user/ann")}, {"ServiceNamespaces", Array{"sns", "s3"}}}));
  const auto& services = array_of(granting, "PoliciesGrantingServiceAccess");
  EXPECT_EQ(text(array_of(services[0], "Policies")[0], "PolicyName"), "own");
  EXPECT_THAT(array_of(services[1], "Policies"), IsEmpty());
}

}  // namespace
}  // namespace tocsin::iam
