// SPDX-License-Identifier: Apache-2.0
// Users, groups, roles, instance profiles and what is attached to them.
#include <fmt/format.h>

#include "services/iam/testing.hpp"

namespace tocsin::iam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class Identities : public IamTest {};

TEST_F(Identities, AGroupsPoliciesAreItsMembersUntilTheyLeave) {
  const auto key = user("ann", "");
  ok(iam("CreateGroup", {{"GroupName", "ops"}}));
  ok(iam("AttachGroupPolicy",
         {{"GroupName", "ops"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}));
  EXPECT_EQ(code(as(key, "iam", "ListUsers")), "AccessDenied");
  ok(iam("AddUserToGroup", {{"GroupName", "ops"}, {"UserName", "ann"}}));
  EXPECT_TRUE(as(key, "iam", "ListUsers"));
  EXPECT_EQ(code(as(key, "iam", "DeleteUser", {{"UserName", "ann"}})), "AccessDenied");
  const auto group = ok(iam("GetGroup", {{"GroupName", "ops"}}));
  EXPECT_THAT(text_at(group, "Group.GroupId"), StartsWith("AGPA"));
  EXPECT_THAT(names(group, "Users", "UserName"), ElementsAre("ann"));
  EXPECT_THAT(names(ok(iam("ListGroupsForUser", {{"UserName", "ann"}})), "Groups", "GroupName"),
              ElementsAre("ops"));
  EXPECT_EQ(error(iam("DeleteGroup", {{"GroupName", "ops"}})),
            "DeleteConflict: Cannot delete entity, must detach all policies first.");
  ok(iam("RemoveUserFromGroup", {{"GroupName", "ops"}, {"UserName", "ann"}}));
  EXPECT_EQ(code(as(key, "iam", "ListUsers")), "AccessDenied");
  ok(iam("DetachGroupPolicy",
         {{"GroupName", "ops"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}));
  EXPECT_TRUE(iam("DeleteGroup", {{"GroupName", "ops"}}));
  EXPECT_EQ(error(iam("GetGroup", {{"GroupName", "ops"}})),
            "NoSuchEntity: The group with name ops cannot be found.");
}

TEST_F(Identities, NamesAreUniqueWhateverTheirCase) {
  ok(iam("CreateUser", {{"UserName", "Ann"}}));
  EXPECT_EQ(error(iam("CreateUser", {{"UserName", "ann"}})),
            "EntityAlreadyExists: User with name ann already exists.");
  EXPECT_EQ(code(iam("CreateUser", {{"UserName", "bob"}, {"Path", "no"}})), "ValidationError");
}

TEST_F(Identities, ARenamedUserKeepsKeyGroupsAndPolicies) {
  const auto key = user("ann");
  ok(iam("CreateGroup", {{"GroupName", "ops"}}));
  ok(iam("AddUserToGroup", {{"GroupName", "ops"}, {"UserName", "ann"}}));
  ok(iam("UpdateUser", {{"UserName", "ann"}, {"NewUserName", "anna"}, {"NewPath", "/it/"}}));
  EXPECT_EQ(text_at(ok(as(key, "iam", "GetUser")), "User.Arn"), arn("user/it/anna"));
  EXPECT_THAT(names(ok(iam("GetGroup", {{"GroupName", "ops"}})), "Users", "UserName"),
              ElementsAre("anna"));
  ok(iam("UpdateGroup", {{"GroupName", "ops"}, {"NewGroupName", "operators"}}));
  EXPECT_THAT(names(ok(iam("ListGroupsForUser", {{"UserName", "anna"}})), "Groups", "GroupName"),
              ElementsAre("operators"));
  EXPECT_EQ(text_at(ok(as(key, "sts", "GetCallerIdentity")), "Arn"), arn("user/it/anna"));
}

TEST_F(Identities, AUserIsDeletedOnlyWhenNothingHangsOnIt) {
  const auto key = user("ann");
  const Object ann{{"UserName", "ann"}};
  const auto why = [&] { return error(iam("DeleteUser", ann)); };
  EXPECT_EQ(why(), "DeleteConflict: Cannot delete entity, must delete policies first.");
  ok(iam("DeleteUserPolicy", {{"UserName", "ann"}, {"PolicyName", "own"}}));
  EXPECT_EQ(why(), "DeleteConflict: Cannot delete entity, must delete access keys first.");
  ok(iam("DeleteAccessKey", {{"UserName", "ann"}, {"AccessKeyId", key}}));
  ok(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret-0001"}}));
  EXPECT_EQ(why(), "DeleteConflict: Cannot delete entity, must delete login profile first.");
  ok(iam("DeleteLoginProfile", ann));
  EXPECT_EQ(why(), "no error");
}

TEST_F(Identities, ListsComeInPages) {
  for (const auto* name : {"a", "b", "c"})
    ok(iam("CreateUser", {{"UserName", name}, {"Path", "/x/"}}));
  ok(iam("CreateUser", {{"UserName", "d"}}));
  const auto first = ok(iam("ListUsers", {{"MaxItems", 2}, {"PathPrefix", "/x/"}}));
  EXPECT_THAT(names(first, "Users", "UserName"), ElementsAre("a", "b"));
  EXPECT_TRUE(flag(first, "IsTruncated"));
  const auto second = ok(iam(
      "ListUsers", {{"MaxItems", 2}, {"PathPrefix", "/x/"}, {"Marker", text(first, "Marker")}}));
  EXPECT_THAT(names(second, "Users", "UserName"), ElementsAre("c"));
  EXPECT_FALSE(flag(second, "IsTruncated"));
  EXPECT_EQ(error(iam("ListUsers", {{"Marker", "???"}})), "ValidationError: Invalid Marker.");
}

TEST_F(Identities, ABoundaryLimitsWhatPoliciesAllow) {
  const auto key = user("ann");
  ok(iam(
      "PutUserPermissionsBoundary",
      {{"UserName", "ann"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}));
  EXPECT_TRUE(as(key, "iam", "ListUsers"));
  EXPECT_EQ(as(key, "iam", "CreateUser", {{"UserName", "eve"}}).error().message,
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:CreateUser "
            "on resource: arn:aws:iam::123456789012:user/eve because no permissions boundary "
            "allows the iam:CreateUser action");
  EXPECT_EQ(text_at(ok(iam("GetUser", {{"UserName", "ann"}})),
                    "User.PermissionsBoundary.PermissionsBoundaryArn"),
            "arn:aws:iam::aws:policy/IAMReadOnlyAccess");
  ok(iam("DeleteUserPermissionsBoundary", {{"UserName", "ann"}}));
  EXPECT_TRUE(as(key, "iam", "CreateUser", {{"UserName", "eve"}}));
}

TEST_F(Identities, LimitsAreAwss) {
  ok(iam("CreateUser", {{"UserName", "ann"}}));
  for (int i = 0; i < 10; ++i) {
    ok(iam("CreateGroup", {{"GroupName", fmt::format("g{}", i)}}));
    ok(iam("AddUserToGroup", {{"GroupName", fmt::format("g{}", i)}, {"UserName", "ann"}}));
  }
  ok(iam("CreateGroup", {{"GroupName", "last"}}));
  EXPECT_EQ(error(iam("AddUserToGroup", {{"GroupName", "last"}, {"UserName", "ann"}})),
            "LimitExceeded: Cannot exceed quota for GroupsPerUser: 10");
  const auto long_policy = fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{}"}}]}})",
      std::string(2100, 'a'));
  EXPECT_EQ(error(iam("PutUserPolicy",
                      {{"UserName", "ann"}, {"PolicyName", "p"}, {"PolicyDocument", long_policy}})),
            "LimitExceeded: Maximum policy size of 2048 bytes exceeded for user ann");
  ok(iam("CreateAccessKey", {{"UserName", "ann"}}));
  ok(iam("CreateAccessKey", {{"UserName", "ann"}}));
  EXPECT_EQ(error(iam("CreateAccessKey", {{"UserName", "ann"}})),
            "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2");
}

TEST_F(Identities, DocumentsAreGivenUrlEncoded) {
  role("r");
  const auto shown =
      text_at(ok(iam("GetRole", {{"RoleName", "r"}})), "Role.AssumeRolePolicyDocument");
  EXPECT_THAT(shown, StartsWith("%7B%22Version%22%3A%222012-10-17%22"));
  EXPECT_EQ(text_at(ok(iam("GetRole", {{"RoleName", "r"}})), "Role.RoleId").size(), 21u);
  const auto policy = ok(iam("GetRolePolicy", {{"RoleName", "r"}, {"PolicyName", "own"}}));
  EXPECT_THAT(text_at(policy, "PolicyDocument"), StartsWith("%7B%22Version%22"));
  EXPECT_EQ(error(iam("GetRolePolicy", {{"RoleName", "r"}, {"PolicyName", "no"}})),
            "NoSuchEntity: The role policy with name no cannot be found.");
}

TEST_F(Identities, ATrustMayBeReplacedAndMustBeSound) {
  role("r");
  ok(iam("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", trust()}}));
  EXPECT_EQ(code(iam("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", "{"}})),
            "MalformedPolicyDocument");
  ok(iam("UpdateRole", {{"RoleName", "r"}, {"MaxSessionDuration", 7200}, {"Description", "d"}}));
  const auto shown = ok(iam("GetRole", {{"RoleName", "r"}}));
  EXPECT_EQ(find_path(shown, "Role.MaxSessionDuration")->to_number<int>(), 7200);
  EXPECT_EQ(code(iam("UpdateRole", {{"RoleName", "r"}, {"MaxSessionDuration", 60}})),
            "ValidationError");
}

TEST_F(Identities, AnInstanceProfileHasOneRoleAndHoldsIt) {
  role("r");
  ok(iam("CreateInstanceProfile", {{"InstanceProfileName", "p"}, {"Path", "/web/"}}));
  ok(iam("AddRoleToInstanceProfile", {{"InstanceProfileName", "p"}, {"RoleName", "r"}}));
  EXPECT_EQ(
      error(iam("AddRoleToInstanceProfile", {{"InstanceProfileName", "p"}, {"RoleName", "r"}})),
      "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  const auto shown = ok(iam("GetInstanceProfile", {{"InstanceProfileName", "p"}}));
  EXPECT_EQ(text_at(shown, "InstanceProfile.Arn"), arn("instance-profile/web/p"));
  EXPECT_THAT(text_at(shown, "InstanceProfile.InstanceProfileId"), StartsWith("AIPA"));
  EXPECT_THAT(names(*find(shown, "InstanceProfile"), "Roles", "RoleName"), ElementsAre("r"));
  EXPECT_THAT(names(ok(iam("ListInstanceProfilesForRole", {{"RoleName", "r"}})), "InstanceProfiles",
                    "InstanceProfileName"),
              ElementsAre("p"));
  ok(iam("DeleteRolePolicy", {{"RoleName", "r"}, {"PolicyName", "own"}}));
  EXPECT_EQ(error(iam("DeleteRole", {{"RoleName", "r"}})),
            "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.");
  EXPECT_EQ(code(iam("DeleteInstanceProfile", {{"InstanceProfileName", "p"}})), "DeleteConflict");
  ok(iam("RemoveRoleFromInstanceProfile", {{"InstanceProfileName", "p"}, {"RoleName", "r"}}));
  ok(iam("DeleteInstanceProfile", {{"InstanceProfileName", "p"}}));
  EXPECT_EQ(error(iam("GetInstanceProfile", {{"InstanceProfileName", "p"}})),
            "NoSuchEntity: Instance Profile p cannot be found.");
}

TEST_F(Identities, AddingARoleToAProfileNeedsPassRole) {
  role("r");
  ok(iam("CreateInstanceProfile", {{"InstanceProfileName", "p"}}));
  const auto key = user(
      "ann",
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}})");
  const auto denied =
      as(key, "iam", "AddRoleToInstanceProfile", {{"InstanceProfileName", "p"}, {"RoleName", "r"}});
  EXPECT_THAT(error(denied), testing::HasSubstr("iam:PassRole on resource: " + arn("role/r")));
}

TEST_F(Identities, AServiceLinkedRoleIsAwssOwn) {
  const auto made =
      ok(iam("CreateServiceLinkedRole", {{"AWSServiceName", "guardduty.amazonaws.com"}}));
  EXPECT_EQ(text_at(made, "Role.Arn"),
            arn("role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"));
  const Object role{{"RoleName", "AWSServiceRoleForAmazonGuardDuty"}};
  EXPECT_EQ(code(iam("DeleteRole", role)), "UnmodifiableEntity");
  EXPECT_EQ(code(iam("PutRolePolicy", {{"RoleName", "AWSServiceRoleForAmazonGuardDuty"},
                                       {"PolicyName", "p"},
                                       {"PolicyDocument", kAllowAll}})),
            "UnmodifiableEntity");
  EXPECT_EQ(error(iam("CreateServiceLinkedRole", {{"AWSServiceName", "guardduty.amazonaws.com"}})),
            "InvalidInput: Service role name AWSServiceRoleForAmazonGuardDuty has been taken in "
            "this account, please try a different suffix.");
  EXPECT_EQ(error(iam("CreateServiceLinkedRole", {{"AWSServiceName", "no.amazonaws.com"}})),
            "InvalidInput: Cannot find Service Linked Role template for no.amazonaws.com");
  const auto task = text_at(ok(iam("DeleteServiceLinkedRole", role)), "DeletionTaskId");
  EXPECT_EQ(
      text_at(ok(iam("GetServiceLinkedRoleDeletionStatus", {{"DeletionTaskId", task}})), "Status"),
      "SUCCEEDED");
  EXPECT_EQ(code(iam("GetRole", role)), "NoSuchEntity");
}

TEST_F(Identities, TagsAreKeptComparedWithoutCaseAndDecide) {
  user("ann");
  role("r");
  ok(iam("CreateInstanceProfile", {{"InstanceProfileName", "p"}}));
  const Array tags{Object{{"Key", "Team"}, {"Value", "blue"}}};
  ok(iam("TagUser", {{"UserName", "ann"}, {"Tags", tags}}));
  ok(iam("TagUser",
         {{"UserName", "ann"}, {"Tags", Array{Object{{"Key", "team"}, {"Value", "red"}}}}}));
  EXPECT_THAT(names(ok(iam("ListUserTags", {{"UserName", "ann"}})), "Tags", "Key"),
              ElementsAre("team"));
  ok(iam("TagRole", {{"RoleName", "r"}, {"Tags", tags}}));
  ok(iam("TagInstanceProfile", {{"InstanceProfileName", "p"}, {"Tags", tags}}));
  EXPECT_THAT(
      names(ok(iam("ListInstanceProfileTags", {{"InstanceProfileName", "p"}})), "Tags", "Value"),
      ElementsAre("blue"));
  ok(iam("UntagRole", {{"RoleName", "r"}, {"TagKeys", Array{"TEAM"}}}));
  EXPECT_THAT(names(ok(iam("ListRoleTags", {{"RoleName", "r"}})), "Tags", "Key"), IsEmpty());
  EXPECT_EQ(error(iam("TagUser", {{"UserName", "ann"},
                                  {"Tags", Array{Object{{"Key", "aws:x"}, {"Value", ""}}}}})),
            "InvalidInput: aws: prefixed tag key names are not allowed for external use.");
  const auto key = user(
      "bob",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/Team}"}}}]})");
  EXPECT_EQ(code(as(key, "iam", "GetUser", {{"UserName", "ann"}})), "AccessDenied");
  ok(iam("TagUser",
         {{"UserName", "bob"}, {"Tags", Array{Object{{"Key", "Team"}, {"Value", "red"}}}}}));
  EXPECT_TRUE(as(key, "iam", "GetUser", {{"UserName", "ann"}}));
}

TEST_F(Identities, RequestTagsDecide) {
  const auto key = user(
      "bob",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}]})");
  EXPECT_EQ(code(as(key, "iam", "CreateUser", {{"UserName", "x"}})), "AccessDenied");
  const Array red{Object{{"Key", "team"}, {"Value", "red"}}};
  EXPECT_TRUE(as(key, "iam", "CreateUser", {{"UserName", "x"}, {"Tags", red}}));
}

TEST(IamResources, AChangeIsTold) {
  std::vector<core::Change> changes;
  core::TestCloud cloud([&](core::Registry& registry) {
    register_iam(registry);
    registry.on_change(
        [&](core::Context&, const core::Change& change) { changes.push_back(change); });
  });
  ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", "ann"}}));
  ASSERT_TRUE(cloud.call(
      "iam", "AttachUserPolicy",
      Object{{"UserName", "ann"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}}));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[1].type, "AWS::IAM::User");
  EXPECT_THAT(changes[1].id, StartsWith("AIDA"));
  EXPECT_EQ(array_of(changes[1].before->configuration, "ManagedPolicyArns").size(), 0u);
  EXPECT_EQ(array_of(changes[1].after->configuration, "ManagedPolicyArns").size(), 1u);
}

TEST_F(Identities, OidcProvidersAreRecords) {
  const auto made =
      ok(iam("CreateOpenIDConnectProvider", {{"Url", "https://token.actions.githubusercontent.com"},
                                             {"ClientIDList", Array{"sts.amazonaws.com"}},
                                             {"ThumbprintList", Array{std::string(40, 'a')}}}));
  const auto provider = text_at(made, "OpenIDConnectProviderArn");
  EXPECT_EQ(provider, arn("oidc-provider/token.actions.githubusercontent.com"));
  ok(iam("AddClientIDToOpenIDConnectProvider",
         {{"OpenIDConnectProviderArn", provider}, {"ClientID", "more"}}));
  const auto shown = ok(iam("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", provider}}));
  EXPECT_THAT(names(shown, "ClientIDList", ""), ElementsAre("sts.amazonaws.com", "more"));
  EXPECT_THAT(names(ok(iam("ListOpenIDConnectProviders")), "OpenIDConnectProviderList", "Arn"),
              ElementsAre(provider));
  ok(iam("DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", provider}}));
  EXPECT_EQ(code(iam("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", provider}})),
            "NoSuchEntity");
}

}  // namespace
}  // namespace tocsin::iam
