// SPDX-License-Identifier: Apache-2.0
// What the authoriser is asked: actions, resources and condition keys.
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

std::vector<core::Access> asked;

/// Allows everything but what is tagged as secret, and notes what it is asked.
class Noting : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override {
    return everybody_->identify(view, credential, now);
  }
  Result<void> authorize(const store::View&, const core::Principal&, const core::Request&,
                         const core::Access& access, Time) const override {
    asked.push_back(access);
    if (!access.context.contains("ec2:ResourceTag/secret")) return {};
    return fail("AccessDenied", "not what is secret", 403);
  }

 private:
  std::unique_ptr<core::Authorizer> everybody_ = core::allow_all();
};

class Permissions : public Ec2Test {
 protected:
  Permissions()
      : Ec2Test([](core::Registry& registry) {
          register_ec2(registry);
          registry.set_authorizer(std::make_unique<Noting>());
        }) {
    asked.clear();
  }
  static std::vector<std::string> value(const core::Access& access, const std::string& key) {
    const auto found = access.context.find(key);
    return found == access.context.end() ? Texts{"absent"} : found->second;
  }
};

TEST_F(Permissions, OfOpeningAGroupNameItWithItsVpcAndTags) {
  const auto group = one("CreateSecurityGroup", "GroupId",
                         {{"GroupName", "web"},
                          {"Description", "x"},
                          {"TagSpecifications", tags("security-group", "team", "blue")}});
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].resource, "arn:aws:ec2:us-east-1:123456789012:security-group/*");
  EXPECT_EQ(value(asked[0], "aws:RequestTag/team"), Texts{"blue"});
  EXPECT_EQ(asked[1].action, "ec2:CreateTags");
  EXPECT_EQ(value(asked[1], "ec2:CreateAction"), Texts{"CreateSecurityGroup"});
  asked.clear();
  EXPECT_EQ(code("AuthorizeSecurityGroupIngress", {{"GroupId", group}}), "MissingParameter");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].action, "ec2:AuthorizeSecurityGroupIngress");
  EXPECT_EQ(asked[0].resource, "arn:aws:ec2:us-east-1:123456789012:security-group/" + group);
  EXPECT_EQ(value(asked[0], "ec2:ResourceTag/team"), Texts{"blue"});
  EXPECT_EQ(value(asked[0], "aws:ResourceTag/team"), Texts{"blue"});
  EXPECT_EQ(value(asked[0], "ec2:Vpc"),
            Texts{"arn:aws:ec2:us-east-1:123456789012:vpc/" + default_vpc()});
}

TEST_F(Permissions, OfALaunchNameEverythingInIt) {
  const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-arm64"));
  const auto group = one("DescribeSecurityGroups", "SecurityGroups.GroupId");
  asked.clear();
  must("RunInstances", {{"ImageId", image},
                        {"InstanceType", "t4g.nano"},
                        {"MinCount", 1},
                        {"MaxCount", 1},
                        {"SecurityGroupIds", Array{group}}});
  Texts resources;
  for (const auto& access : asked)
    resources.push_back(access.resource);
  const std::string mine = "arn:aws:ec2:us-east-1:123456789012:";
  EXPECT_EQ(resources,
            (Texts{mine + "instance/*", mine + "volume/*", "arn:aws:ec2:us-east-1::image/" + image,
                   mine + "security-group/" + group, mine + "network-interface/*"}));
  EXPECT_EQ(value(asked[0], "ec2:InstanceType"), Texts{"t4g.nano"});
}

TEST_F(Permissions, OfALaunchByATemplateNameWhatItSays) {
  const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  const auto id = one(
      "CreateLaunchTemplate", "LaunchTemplate.LaunchTemplateId",
      {{"LaunchTemplateName", "web"},
       {"LaunchTemplateData", Object{{"ImageId", image},
                                     {"InstanceType", "t3.nano"},
                                     {"TagSpecifications", tags("instance", "team", "blue")}}}});
  asked.clear();
  must("RunInstances", {{"LaunchTemplate", Object{{"LaunchTemplateName", "web"}}},
                        {"MinCount", 1},
                        {"MaxCount", 1}});
  const auto arn = "arn:aws:ec2:us-east-1:123456789012:launch-template/" + id;
  EXPECT_EQ(value(asked[0], "ec2:InstanceType"), Texts{"t3.nano"});
  EXPECT_EQ(value(asked[0], "ec2:LaunchTemplate"), Texts{arn});
  EXPECT_EQ(asked[1].action, "ec2:CreateTags");
  EXPECT_EQ(value(asked[1], "aws:RequestTag/team"), Texts{"blue"});
  EXPECT_EQ(asked.back().resource, arn);
  asked.clear();
  must("DeleteLaunchTemplate", {{"LaunchTemplateName", "web"}});
  EXPECT_EQ(asked.at(0).resource, arn);
}

TEST_F(Permissions, OfTaggingAlwaysNameTheRegion) {
  const auto group = one("DescribeSecurityGroups", "SecurityGroups.GroupId");
  const auto rule = seen("DescribeSecurityGroupRules", "SecurityGroupRules.SecurityGroupRuleId");
  for (const std::string& id :
       {std::string("vpc-00000000000000001"), rule.front(), std::string("x-1")}) {
    asked.clear();
    (void)call("CreateTags",
               {{"Resources", Array{id}}, {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
    ASSERT_FALSE(asked.empty()) << id;
    EXPECT_EQ(value(asked[0], "ec2:Region"), Texts{"us-east-1"}) << id;
  }
}

TEST_F(Permissions, AreDeniedBeforeADryRunSaysAnything) {
  const auto vpc = make_vpc();
  must("CreateTags",
       {{"Resources", Array{vpc}}, {"Tags", Array{Object{{"Key", "secret"}, {"Value", "yes"}}}}});
  EXPECT_EQ(code("DeleteVpc", {{"VpcId", vpc}, {"DryRun", true}}), "AccessDenied");
  EXPECT_EQ(code("DeleteTags", {{"Resources", Array{vpc}}}), "AccessDenied");
}

}  // namespace
}  // namespace tocsin::ec2
