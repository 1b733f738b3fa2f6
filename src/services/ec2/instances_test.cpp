// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.hpp"
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kProfile = "arn:aws:iam::123456789012:instance-profile/web";

/// IAM as EC2 asks it: one profile.
core::Outcome get_profile(core::Call& call) {
  EXPECT_EQ(call.principal().service, "ec2.amazonaws.com");  // who launches need not read it
  if (text(call.params(), "InstanceProfileName") != "web")
    return fail("NoSuchEntity", "Instance Profile cannot be found.", 404);
  return Object{{"InstanceProfile", Object{{"Path", "/"},
                                           {"InstanceProfileName", "web"},
                                           {"InstanceProfileId", "AIPA1"},
                                           {"Arn", kProfile},
                                           {"CreateDate", 0.0},
                                           {"Roles", Array()}}}};
}

void with_profiles(core::Registry& registry) {
  register_ec2(registry);
  registry.add(
      core::Service{"iam", "iam", {{"GetInstanceProfile", core::Effect::Read, get_profile}}});
}

class Instances : public Ec2Test {
 protected:
  Instances() : Ec2Test(with_profiles) {}

  Object launch(Object more = {}) {
    Object params{
        {"ImageId", image()}, {"InstanceType", "t3.micro"}, {"MinCount", 1}, {"MaxCount", 1}};
    for (const auto& [name, value] : more)
      params[name] = value;
    return params;
  }
  std::string image() {
    return one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  }
  std::string run(Object more = {}) {
    const auto id = one("RunInstances", "Instances.InstanceId", launch(std::move(more)));
    cloud.advance(5s);
    return id;
  }
  std::string state(std::string_view id) {
    return one("DescribeInstances", "Reservations.Instances.State.Name",
               {{"InstanceIds", Array{id}}});
  }
  Document shown(std::string_view id) {
    return must("DescribeInstances", {{"InstanceIds", Array{id}}})
        .at("Reservations")
        .at(0)
        .at("Instances")
        .at(0);
  }
  std::string attribute(std::string_view id, std::string_view name, std::string_view path) {
    return one("DescribeInstanceAttribute", path, {{"InstanceId", id}, {"Attribute", name}});
  }
};

TEST_F(Instances, LiveAsAwsHasIt) {
  const auto reply =
      must("RunInstances", launch({{"TagSpecifications", tags("instance", "Name", "web")}}));
  const auto id = string_of(reply.at("Instances").at(0), "InstanceId");
  EXPECT_EQ(state(id), "pending");
  cloud.advance(5s);
  EXPECT_EQ(state(id), "running");
  EXPECT_EQ(one("DescribeInstanceStatus", "InstanceStatuses.InstanceStatus.Status"), "ok");
  EXPECT_EQ(
      seen("StopInstances", "StoppingInstances.CurrentState.Name", {{"InstanceIds", Array{id}}}),
      Texts{"stopping"});
  EXPECT_EQ(refusal("StartInstances", {{"InstanceIds", Array{id}}}),
            "IncorrectInstanceState: The instance '" + id +
                "' is not in a state from which it can be started.");
  cloud.advance(10s);
  EXPECT_EQ(state(id), "stopped");
  EXPECT_FALSE(shown(id).as_object().contains("PublicIpAddress"));
  must("StartInstances", {{"InstanceIds", Array{id}}});
  cloud.advance(5s);
  EXPECT_EQ(state(id), "running");
  EXPECT_TRUE(shown(id).as_object().contains("PublicIpAddress"));
  must("TerminateInstances", {{"InstanceIds", Array{id}}});
  cloud.advance(10s);
  EXPECT_EQ(state(id), "terminated");
  EXPECT_EQ(seen("DescribeVolumes", "Volumes.VolumeId"), Texts{});
  EXPECT_EQ(seen("DescribeNetworkInterfaces", "NetworkInterfaces.NetworkInterfaceId"), Texts{});
  Texts told;
  for (const auto& event : cloud.events()) {
    if (event.detail_type == "EC2 Instance State-change Notification")
      told.push_back(string_of(event.detail, "state"));
  }
  EXPECT_EQ(told, (Texts{"pending", "running", "stopping", "stopped", "pending", "running",
                         "shutting-down", "terminated"}));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Instances, HaveDisksAddressesAndGroups) {
  const auto id =
      run({{"BlockDeviceMappings",
            Array{Object{{"DeviceName", "/dev/xvda"}, {"Ebs", Object{{"VolumeSize", 20}}}},
                  Object{{"DeviceName", "/dev/sdf"},
                         {"Ebs", Object{{"VolumeSize", 5}, {"DeleteOnTermination", false}}}}}}});
  const auto instance = shown(id);
  EXPECT_EQ(text(instance, "PrivateIpAddress"), "172.31.0.4");
  EXPECT_EQ(text(instance, "PrivateDnsName"), "ip-172-31-0-4.ec2.internal");
  EXPECT_EQ(values_at(instance, "SecurityGroups.GroupName"), Texts{"default"});
  EXPECT_EQ(values_at(instance, "BlockDeviceMappings.DeviceName"),
            (Texts{"/dev/sdf", "/dev/xvda"}));
  EXPECT_EQ(one("DescribeVolumes", "Volumes.Size", filter("attachment.device", "/dev/xvda")), "20");
  must("TerminateInstances", {{"InstanceIds", Array{id}}});
  cloud.advance(10s);
  EXPECT_EQ(one("DescribeVolumes", "Volumes.State"), "available");
  cloud.advance(2h);
  run();  // upkeep has run: the record is gone
  EXPECT_EQ(code("DescribeInstances", {{"InstanceIds", Array{id}}}), "InvalidInstanceID.NotFound");
}

TEST_F(Instances, AreFoundByFilters) {
  const auto web = run({{"TagSpecifications", tags("instance", "Name", "web-1")}});
  run();
  EXPECT_EQ(
      one("DescribeInstances", "Reservations.Instances.InstanceId", filter("tag:Name", "web-?")),
      web);
  EXPECT_EQ(seen("DescribeInstances", "Reservations.Instances.InstanceId",
                 filter("instance-state-name", "running"))
                .size(),
            2u);
  EXPECT_EQ(refusal("DescribeInstances", {{"InstanceIds", Array{"i-00000000000000001"}}}),
            "InvalidInstanceID.NotFound: The instance ID 'i-00000000000000001' does not exist");
  EXPECT_EQ(refusal("DescribeInstances", {{"InstanceIds", Array{"web"}}}),
            "InvalidInstanceID.Malformed: Invalid id: \"web\" (expecting \"i-...\")");
}

TEST_F(Instances, AClientTokenLaunchesOnce) {
  const auto params = launch({{"ClientToken", "once"}});
  const auto first = one("RunInstances", "Instances.InstanceId", params);
  EXPECT_EQ(one("RunInstances", "Instances.InstanceId", params), first);
  auto other = params;
  other["InstanceType"] = "t3.small";
  EXPECT_EQ(code("RunInstances", other), "IdempotentParameterMismatch");
}

TEST_F(Instances, OfWrongParametersAreRefused) {
  const auto refused = [&](Object more) { return code("RunInstances", launch(std::move(more))); };
  EXPECT_EQ(refused({{"ImageId", "ami-00000000000000001"}}), "InvalidAMIID.NotFound");
  EXPECT_EQ(refused({{"ImageId", "mine"}}), "InvalidAMIID.Malformed");
  EXPECT_EQ(refused({{"InstanceType", "huge"}}), "InvalidParameterValue");
  EXPECT_EQ(refused({{"MinCount", 2}}), "InvalidParameterCombination");
  EXPECT_EQ(refused({{"KeyName", "none"}}), "InvalidKeyPair.NotFound");
  EXPECT_EQ(refused({{"SubnetId", "subnet-12345678"}}), "InvalidSubnetID.NotFound");
  EXPECT_EQ(refused({{"SecurityGroupIds", Array{"sg-12345678"}}}), "InvalidGroup.NotFound");
  EXPECT_EQ(refused({{"UserData", base64(std::string(16385, 'x'))}}), "InvalidParameterValue");
  EXPECT_EQ(refused({{"IamInstanceProfile", Object{{"Name", "none"}}}}), "InvalidParameterValue");
  EXPECT_EQ(refused({{"DryRun", true}}), "DryRunOperation");
  EXPECT_EQ(seen("DescribeInstances", "Reservations.Instances.InstanceId"), Texts{});
}

TEST_F(Instances, AreProtectedFromTermination) {
  const auto id = run({{"DisableApiTermination", true}});
  EXPECT_EQ(attribute(id, "disableApiTermination", "DisableApiTermination.Value"), "true");
  EXPECT_EQ(refusal("TerminateInstances", {{"InstanceIds", Array{id}}}),
            "OperationNotPermitted: The instance '" + id +
                "' may not be terminated. Modify its 'disableApiTermination' instance attribute "
                "and try again.");
  must("ModifyInstanceAttribute",
       {{"InstanceId", id}, {"DisableApiTermination", Object{{"Value", false}}}});
  must("TerminateInstances", {{"InstanceIds", Array{id}}});
}

TEST_F(Instances, AttributesAreModified) {
  const auto id = run({{"UserData", base64("#!/bin/sh")}});
  EXPECT_EQ(attribute(id, "userData", "UserData.Value"), base64("#!/bin/sh"));
  const auto group = one("CreateSecurityGroup", "GroupId",
                         {{"GroupName", "quarantine"}, {"Description", "nothing"}});
  must("ModifyInstanceAttribute", {{"InstanceId", id}, {"Groups", Array{group}}});
  EXPECT_EQ(values_at(shown(id), "SecurityGroups.GroupId"), Texts{group});
  must("ModifyInstanceAttribute",
       {{"InstanceId", id}, {"SourceDestCheck", Object{{"Value", false}}}});
  EXPECT_FALSE(flag(shown(id), "SourceDestCheck", true));
  EXPECT_EQ(code("ModifyInstanceAttribute",
                 {{"InstanceId", id}, {"InstanceType", Object{{"Value", "t3.large"}}}}),
            "IncorrectInstanceState");
  must("ModifyInstanceAttribute",
       {{"InstanceId", id}, {"Attribute", "disableApiTermination"}, {"Value", "true"}});
  EXPECT_EQ(attribute(id, "disableApiTermination", "DisableApiTermination.Value"), "true");
  const auto options =
      must("ModifyInstanceMetadataOptions", {{"InstanceId", id}, {"HttpTokens", "required"}});
  EXPECT_EQ(values_at(options, "InstanceMetadataOptions.State"), Texts{"pending"});
  EXPECT_EQ(values_at(shown(id), "MetadataOptions.HttpTokens"), Texts{"required"});
  EXPECT_EQ(code("ModifyInstanceMetadataOptions", {{"InstanceId", id}, {"HttpTokens", "x"}}),
            "InvalidParameterValue");
}

TEST_F(Instances, GetAndLoseProfiles) {
  const auto id = run();
  const Object request{{"InstanceId", id}, {"IamInstanceProfile", Object{{"Name", "web"}}}};
  const auto made =
      one("AssociateIamInstanceProfile", "IamInstanceProfileAssociation.AssociationId", request);
  EXPECT_EQ(values_at(shown(id), "IamInstanceProfile.Arn"), Texts{std::string(kProfile)});
  EXPECT_EQ(code("AssociateIamInstanceProfile", request), "IncorrectState");
  EXPECT_EQ(one("DescribeIamInstanceProfileAssociations",
                "IamInstanceProfileAssociations.AssociationId", filter("instance-id", id)),
            made);
  must("DisassociateIamInstanceProfile", {{"AssociationId", made}});
  EXPECT_EQ(code("DisassociateIamInstanceProfile", {{"AssociationId", made}}),
            "InvalidAssociationID.NotFound");
  EXPECT_FALSE(shown(id).as_object().contains("IamInstanceProfile"));
}

TEST_F(Instances, BecomeImages) {
  const auto id = run();
  const auto made = one("CreateImage", "ImageId", {{"InstanceId", id}, {"Name", "golden"}});
  EXPECT_EQ(one("DescribeImages", "Images.Name", {{"Owners", Array{"self"}}}), "golden");
  EXPECT_EQ(code("CreateImage", {{"InstanceId", id}, {"Name", "golden"}}),
            "InvalidAMIName.Duplicate");
  const auto snapshot = one("DescribeSnapshots", "Snapshots.SnapshotId");
  EXPECT_EQ(refusal("DeleteSnapshot", {{"SnapshotId", snapshot}}),
            "InvalidSnapshot.InUse: The snapshot " + snapshot + " is currently in use by " + made);
  must("DeregisterImage", {{"ImageId", made}});
  must("DeleteSnapshot", {{"SnapshotId", snapshot}});
  EXPECT_EQ(code("DeregisterImage", {{"ImageId", image()}}), "AuthFailure");
}

TEST_F(Instances, KeepWhatAttributesSay) {
  const auto id = run();
  must("StopInstances", {{"InstanceIds", Array{id}}});
  cloud.advance(10s);
  must("ModifyInstanceAttribute",
       {{"InstanceId", id}, {"SriovNetSupport", Object{{"Value", "simple"}}}});
  EXPECT_EQ(attribute(id, "sriovNetSupport", "SriovNetSupport.Value"), "simple");
  must("ModifyInstanceAttribute", {{"InstanceId", id}, {"EnaSupport", Object{{"Value", false}}}});
  EXPECT_EQ(attribute(id, "enaSupport", "EnaSupport.Value"), "false");
  EXPECT_EQ(code("ModifyInstanceAttribute",
                 {{"InstanceId", id}, {"Attribute", "rootDeviceName"}, {"Value", "/dev/sda1"}}),
            "InvalidParameterValue");
  EXPECT_EQ(attribute(id, "rootDeviceName", "RootDeviceName.Value"), "/dev/xvda");
  EXPECT_EQ(
      code("ModifyInstanceAttribute", {{"InstanceId", id}, {"DisableApiTermination", Object()}}),
      "MissingParameter");
  EXPECT_EQ(code("ModifyInstanceAttribute",
                 {{"InstanceId", id}, {"InstanceType", Object{{"Value", "huge"}}}}),
            "InvalidInstanceAttributeValue");
}

TEST_F(Instances, AttributesAreReset) {
  const auto id = run();
  must("ModifyInstanceAttribute",
       {{"InstanceId", id}, {"SourceDestCheck", Object{{"Value", false}}}});
  must("ResetInstanceAttribute", {{"InstanceId", id}, {"Attribute", "sourceDestCheck"}});
  EXPECT_EQ(attribute(id, "sourceDestCheck", "SourceDestCheck.Value"), "true");
  EXPECT_EQ(code("ResetInstanceAttribute", {{"InstanceId", id}, {"Attribute", "kernel"}}),
            "IncorrectInstanceState");
  EXPECT_EQ(code("ResetInstanceAttribute", {{"InstanceId", id}, {"Attribute", "userData"}}),
            "InvalidParameterValue");
  const auto interface = one("DescribeNetworkInterfaces", "NetworkInterfaces.NetworkInterfaceId");
  EXPECT_EQ(one("DescribeNetworkInterfaceAttribute", "Attachment.InstanceId",
                {{"NetworkInterfaceId", interface}, {"Attribute", "attachment"}}),
            id);
}

TEST_F(Instances, MapDevicesThatAreNoDisks) {
  const auto id =
      run({{"BlockDeviceMappings",
            Array{Object{{"DeviceName", "/dev/sdf"}, {"VirtualName", "ephemeral0"}},
                  Object{{"DeviceName", "/dev/sdf"}, {"Ebs", Object{{"VolumeSize", 3}}}}}}});
  EXPECT_EQ(one("DescribeVolumes", "Volumes.Size", filter("attachment.device", "/dev/sdf")), "3");
  const auto interface = one("CreateNetworkInterface", "NetworkInterface.NetworkInterfaceId",
                             {{"SubnetId", text(shown(id), "SubnetId")}});
  EXPECT_EQ(code("ModifyNetworkInterfaceAttribute",
                 {{"NetworkInterfaceId", interface},
                  {"Attachment", Object{{"DeleteOnTermination", true}}}}),
            "MissingParameter");
  EXPECT_EQ(code("ModifyNetworkInterfaceAttribute",
                 {{"NetworkInterfaceId", interface},
                  {"Attachment", Object{{"AttachmentId", "eni-attach-00000000000000001"}}}}),
            "InvalidAttachmentID.NotFound");
}

TEST_F(Instances, BecomeImagesThatAreSharedCopiedAndRegistered) {
  const auto id = run();
  const auto made = one("CreateImage", "ImageId", {{"InstanceId", id}, {"Name", "golden"}});
  EXPECT_EQ(code("RunInstances", launch({{"ImageId", made}})), "InvalidAMIID.Unavailable");
  cloud.advance(10s);
  EXPECT_EQ(one("DescribeImages", "Images.State", {{"ImageIds", Array{made}}}), "available");
  must("RunInstances", launch({{"ImageId", made}}));
  const auto as_them = [&](std::string_view operation, Object params) {
    auto request = cloud.request("ec2", operation, std::move(params));
    request.credential.account = request.scope.account = AccountId("210987654321");
    return words(cloud.call(request));
  };
  const Object theirs{{"ImageIds", Array{made}}};
  EXPECT_EQ(as_them("DescribeImages", theirs).substr(0, 20), "InvalidAMIID.NotFoun");
  must("ModifyImageAttribute",
       {{"ImageId", made},
        {"LaunchPermission", Object{{"Add", Array{Object{{"UserId", "210987654321"}}}}}}});
  EXPECT_EQ(as_them("DescribeImages", theirs), "no error");
  EXPECT_EQ(
      as_them("ModifyImageAttribute", {{"ImageId", made}, {"Description", Object{{"Value", "x"}}}})
          .substr(0, 11),
      "AuthFailure");
  EXPECT_EQ(as_them("RunInstances", launch({{"ImageId", made}})), "no error");
  EXPECT_EQ(one("DescribeImageAttribute", "LaunchPermissions.UserId",
                {{"ImageId", made}, {"Attribute", "launchPermission"}}),
            "210987654321");
  const Object everybody{{"ImageId", made},
                         {"OperationType", "add"},
                         {"Attribute", "launchPermission"},
                         {"UserGroups", Array{"all"}}};
  EXPECT_EQ(code("ModifyImageAttribute", everybody), "OperationNotPermitted");
  must("DisableImageBlockPublicAccess");
  must("ModifyImageAttribute", everybody);
  EXPECT_EQ(one("DescribeImages", "Images.Public", {{"ImageIds", Array{made}}}), "true");
  must("ResetImageAttribute", {{"ImageId", made}, {"Attribute", "launchPermission"}});
  const auto copy =
      one("CopyImage", "ImageId",
          {{"SourceImageId", made}, {"SourceRegion", "us-east-1"}, {"Name", "again"}});
  cloud.advance(10s);
  EXPECT_EQ(one("DescribeImages", "Images.State", {{"ImageIds", Array{copy}}}), "available");
  const auto snapshot = one("DescribeImages", "Images.BlockDeviceMappings.Ebs.SnapshotId",
                            {{"ImageIds", Array{copy}}});
  const Array devices{
      Object{{"DeviceName", "/dev/xvda"}, {"Ebs", Object{{"SnapshotId", snapshot}}}}};
  const Object registering{{"Name", "restored"},
                           {"RootDeviceName", "/dev/xvda"},
                           {"Architecture", "x86_64"},
                           {"VirtualizationType", "hvm"},
                           {"BlockDeviceMappings", devices}};
  const auto registered = one("RegisterImage", "ImageId", registering);
  EXPECT_EQ(one("DescribeImages", "Images.BlockDeviceMappings.Ebs.VolumeSize",
                {{"ImageIds", Array{registered}}}),
            "8");
  auto rootless = registering;
  rootless["Name"] = "rootless";
  rootless.erase("BlockDeviceMappings");
  EXPECT_EQ(code("RegisterImage", rootless), "InvalidBlockDeviceMapping");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::ec2
