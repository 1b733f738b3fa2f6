// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.hpp"
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

using namespace std::chrono_literals;

class Templates : public Ec2Test {
 protected:
  std::string image() {
    return one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  }
  std::string make(std::string_view name, Object data) {
    return one("CreateLaunchTemplate", "LaunchTemplate.LaunchTemplateId",
               {{"LaunchTemplateName", name}, {"LaunchTemplateData", std::move(data)}});
  }
};

TEST_F(Templates, HaveVersions) {
  const auto id =
      make("web",
           {{"ImageId", image()}, {"InstanceType", "t3.micro"}, {"UserData", base64("#!/bin/sh")}});
  EXPECT_EQ(one("CreateLaunchTemplateVersion", "LaunchTemplateVersion.VersionNumber",
                {{"LaunchTemplateName", "web"},
                 {"SourceVersion", "1"},
                 {"VersionDescription", "larger"},
                 {"LaunchTemplateData", Object{{"InstanceType", "t3.small"}}}}),
            "2");
  const auto seen_of = [&](std::string_view version, std::string_view path) {
    return one("DescribeLaunchTemplateVersions", path,
               {{"LaunchTemplateId", id}, {"Versions", Array{version}}});
  };
  EXPECT_EQ(seen_of("$Latest", "LaunchTemplateVersions.LaunchTemplateData.InstanceType"),
            "t3.small");
  EXPECT_EQ(seen_of("$Latest", "LaunchTemplateVersions.LaunchTemplateData.UserData"),
            base64("#!/bin/sh"));
  EXPECT_EQ(seen_of("$Default", "LaunchTemplateVersions.VersionNumber"), "1");
  EXPECT_EQ(one("ModifyLaunchTemplate", "LaunchTemplate.DefaultVersionNumber",
                {{"LaunchTemplateId", id}, {"DefaultVersion", "2"}}),
            "2");
  const auto gone = must("DeleteLaunchTemplateVersions",
                         {{"LaunchTemplateId", id}, {"Versions", Array{"1", "2", "9"}}});
  EXPECT_EQ(values_at(gone, "SuccessfullyDeletedLaunchTemplateVersions.VersionNumber"), Texts{"1"});
  EXPECT_EQ(values_at(gone, "UnsuccessfullyDeletedLaunchTemplateVersions.ResponseError.Code"),
            (Texts{"unexpectedError", "launchTemplateVersionDoesNotExist"}));
  EXPECT_EQ(refusal("DescribeLaunchTemplateVersions",
                    {{"LaunchTemplateId", id}, {"Versions", Array{"1"}}}),
            "InvalidLaunchTemplateId.VersionNotFound: Could not find the specified version 1 for "
            "the launch template with ID " +
                id + ".");
  EXPECT_EQ(one("CreateLaunchTemplateVersion", "LaunchTemplateVersion.VersionNumber",
                {{"LaunchTemplateId", id}, {"LaunchTemplateData", Object{{"KeyName", "k"}}}}),
            "3");
  EXPECT_EQ(one("DescribeLaunchTemplates", "LaunchTemplates.LatestVersionNumber",
                {{"LaunchTemplateNames", Array{"web"}}}),
            "3");
  must("DeleteLaunchTemplate", {{"LaunchTemplateName", "web"}});
  EXPECT_EQ(code("DescribeLaunchTemplates", {{"LaunchTemplateNames", Array{"web"}}}),
            "InvalidLaunchTemplateName.NotFoundException");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Templates, OfWrongParametersAreRefused) {
  make("web", {{"InstanceType", "t3.micro"}});
  const auto refused = [&](std::string_view name, Object data) {
    return refusal("CreateLaunchTemplate",
                   {{"LaunchTemplateName", name}, {"LaunchTemplateData", std::move(data)}});
  };
  EXPECT_EQ(refused("web", {{"InstanceType", "t3.micro"}}),
            "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in "
            "use.");
  EXPECT_EQ(refused("no spaces", {{"InstanceType", "t3.micro"}}).substr(0, 44),
            "InvalidLaunchTemplateName.MalformedException");
  EXPECT_EQ(refused("empty", {}),
            "MissingParameter: The request must contain the parameter launchTemplateData");
  EXPECT_EQ(code("DeleteLaunchTemplate", {{"LaunchTemplateId", "lt-00000000000000001"}}),
            "InvalidLaunchTemplateId.NotFound");
  EXPECT_EQ(code("DeleteLaunchTemplate", {{"LaunchTemplateId", "web"}}),
            "InvalidLaunchTemplateId.Malformed");
  EXPECT_EQ(code("DeleteLaunchTemplate", {}), "MissingParameter");
  EXPECT_EQ(code("DescribeLaunchTemplateVersions", {}), "MissingParameter");
}

TEST_F(Templates, LaunchInstances) {
  const auto group =
      one("CreateSecurityGroup", "GroupId", {{"GroupName", "web"}, {"Description", "x"}});
  const auto id = make("web", {{"ImageId", image()},
                               {"InstanceType", "t3.micro"},
                               {"SecurityGroupIds", Array{group}},
                               {"UserData", base64("hello")},
                               {"MetadataOptions", Object{{"HttpTokens", "required"}}},
                               {"TagSpecifications", tags("instance", "team", "blue")}});
  const auto made = must("RunInstances", {{"LaunchTemplate", Object{{"LaunchTemplateName", "web"}}},
                                          {"InstanceType", "t3.large"},
                                          {"TagSpecifications", tags("instance", "Name", "one")},
                                          {"MinCount", 1},
                                          {"MaxCount", 1}})
                        .at("Instances")
                        .at(0);
  EXPECT_EQ(text(made, "InstanceType"), "t3.large");
  EXPECT_EQ(values_at(made, "SecurityGroups.GroupId"), Texts{group});
  EXPECT_EQ(values_at(made, "MetadataOptions.HttpTokens"), Texts{"required"});
  const auto instance = string_of(made, "InstanceId");
  EXPECT_EQ(one("DescribeInstanceAttribute", "UserData.Value",
                {{"InstanceId", instance}, {"Attribute", "userData"}}),
            base64("hello"));
  EXPECT_EQ(one("DescribeTags", "Tags.Value", filter("key", "aws:ec2launchtemplate:id")), id);
  EXPECT_EQ(
      one("DescribeInstances", "Reservations.Instances.InstanceId", filter("tag:team", "blue")),
      instance);
  const auto data = must("GetLaunchTemplateData", {{"InstanceId", instance}});
  EXPECT_EQ(values_at(data, "LaunchTemplateData.InstanceType"), Texts{"t3.large"});
  EXPECT_EQ(values_at(data, "LaunchTemplateData.NetworkInterfaces.Groups"), Texts{group});
  EXPECT_EQ(code("RunInstances", {{"LaunchTemplate", Object{{"LaunchTemplateName", "none"}}},
                                  {"MinCount", 1},
                                  {"MaxCount", 1}}),
            "InvalidLaunchTemplateName.NotFoundException");
}

TEST_F(Templates, AccountDefaultsOfMetadata) {
  must("ModifyInstanceMetadataDefaults",
       {{"HttpTokens", "required"}, {"HttpPutResponseHopLimit", 2}});
  EXPECT_EQ(one("GetInstanceMetadataDefaults", "AccountLevel.HttpTokens"), "required");
  EXPECT_EQ(seen("RunInstances", "Instances.MetadataOptions.HttpTokens",
                 {{"ImageId", image()}, {"MinCount", 1}, {"MaxCount", 1}}),
            Texts{"required"});
  must("ModifyInstanceMetadataDefaults", {{"HttpTokens", "no-preference"}});
  EXPECT_EQ(seen("GetInstanceMetadataDefaults", "AccountLevel.HttpTokens"), Texts{});
  EXPECT_EQ(code("ModifyInstanceMetadataDefaults", {{"HttpPutResponseHopLimit", 65}}),
            "InvalidParameterValue");
}

TEST_F(Templates, InstanceTypesAreDescribed) {
  const Object asked{{"InstanceTypes", Array{"t3.micro"}}};
  EXPECT_EQ(one("DescribeInstanceTypes", "InstanceTypes.MemoryInfo.SizeInMiB", asked), "1024");
  EXPECT_EQ(one("DescribeInstanceTypes", "InstanceTypes.VCpuInfo.DefaultVCpus", asked), "2");
  EXPECT_EQ(refusal("DescribeInstanceTypes", {{"InstanceTypes", Array{"x9.huge"}}}),
            "InvalidInstanceType: The following supplied instance types do not exist: [x9.huge]");
  auto offered = filter("instance-type", "m5.large");
  offered["LocationType"] = "availability-zone";
  EXPECT_EQ(seen("DescribeInstanceTypeOfferings", "InstanceTypeOfferings.Location", offered).size(),
            6u);
}

}  // namespace
}  // namespace tocsin::ec2
