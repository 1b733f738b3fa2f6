// SPDX-License-Identifier: Apache-2.0
// Volumes and snapshots.
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

using namespace std::chrono_literals;

class Volumes : public Ec2Test {
 protected:
  Object spec(Object more = {}) {
    Object params{{"AvailabilityZone", "us-east-1a"}, {"Size", 8}};
    for (const auto& [name, value] : more)
      params[name] = value;
    return params;
  }
  std::string make(Object more = {}) {
    const auto id = one("CreateVolume", "VolumeId", spec(std::move(more)));
    cloud.advance(2s);
    return id;
  }
  std::string snapshot_of(std::string_view volume) {
    const auto id = one("CreateSnapshot", "SnapshotId", {{"VolumeId", volume}});
    cloud.advance(5s);
    return id;
  }
  std::string run() {
    const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
    const auto id = one("RunInstances", "Instances.InstanceId",
                        {{"ImageId", image}, {"MinCount", 1}, {"MaxCount", 1}});
    cloud.advance(5s);
    return id;
  }
};

TEST_F(Volumes, AreMadeAsAsked) {
  const auto volume = must("CreateVolume", spec({{"VolumeType", "gp3"}}));
  EXPECT_EQ(text(volume, "State"), "creating");
  EXPECT_EQ(integer(volume, "Iops"), 3000);
  cloud.advance(2s);
  EXPECT_EQ(one("DescribeVolumes", "Volumes.State"), "available");
  EXPECT_EQ(refusal("CreateVolume", spec({{"Size", 0}})),
            "InvalidParameterValue: Volume of 0GiB is too small for volume type gp2; minimum is "
            "1GiB.");
  EXPECT_EQ(code("CreateVolume", {{"AvailabilityZone", "us-east-1a"}}), "MissingParameter");
  EXPECT_EQ(code("CreateVolume", spec({{"AvailabilityZone", "mars"}})), "InvalidZone.NotFound");
  EXPECT_EQ(code("CreateVolume", spec({{"VolumeType", "fast"}})), "UnknownVolumeType");
  EXPECT_EQ(code("CreateVolume", spec({{"VolumeType", "io1"}})), "MissingParameter");
  EXPECT_EQ(code("CreateVolume", spec({{"KmsKeyId", "k"}})), "InvalidParameterDependency");
}

TEST_F(Volumes, AreAttachedAndDetached) {
  const auto instance = run();
  const auto volume = make();
  const Object attach{{"VolumeId", volume}, {"InstanceId", instance}, {"Device", "/dev/sdf"}};
  EXPECT_EQ(one("AttachVolume", "State", attach), "attaching");
  EXPECT_EQ(
      one("DescribeVolumes", "Volumes.Attachments.InstanceId", {{"VolumeIds", Array{volume}}}),
      instance);
  EXPECT_EQ(code("AttachVolume", attach), "VolumeInUse");
  EXPECT_EQ(refusal("DeleteVolume", {{"VolumeId", volume}}),
            "VolumeInUse: Volume " + volume + " is currently attached to " + instance);
  const auto elsewhere = make({{"AvailabilityZone", "us-east-1b"}});
  EXPECT_EQ(code("AttachVolume",
                 {{"VolumeId", elsewhere}, {"InstanceId", instance}, {"Device", "/dev/sdg"}}),
            "InvalidVolume.ZoneMismatch");
  must("DetachVolume", {{"VolumeId", volume}});
  EXPECT_EQ(refusal("DetachVolume", {{"VolumeId", volume}}),
            "IncorrectState: Volume '" + volume + "' is in the 'available' state.");
  must("DeleteVolume", {{"VolumeId", volume}});
  EXPECT_EQ(refusal("DeleteVolume", {{"VolumeId", volume}}),
            "InvalidVolume.NotFound: The volume '" + volume + "' does not exist.");
  const auto root =
      one("DescribeVolumes", "Volumes.VolumeId", filter("attachment.instance-id", instance));
  EXPECT_EQ(code("DetachVolume", {{"VolumeId", root}}), "OperationNotPermitted");
}

TEST_F(Volumes, AreEncryptedByDefaultWhereThatIsSet) {
  EXPECT_EQ(one("GetEbsEncryptionByDefault", "EbsEncryptionByDefault"), "false");
  must("EnableEbsEncryptionByDefault");
  const auto volume = make();
  EXPECT_EQ(one("DescribeVolumes", "Volumes.Encrypted", {{"VolumeIds", Array{volume}}}), "true");
  EXPECT_EQ(one("DescribeVolumes", "Volumes.KmsKeyId", {{"VolumeIds", Array{volume}}}),
            "arn:aws:kms:us-east-1:123456789012:alias/aws/ebs");
}

TEST_F(Volumes, SnapshotsAreTakenSharedAndCopied) {
  const auto volume = make({{"TagSpecifications", tags("volume", "case", "7")}});
  const auto id = one("CreateSnapshot", "SnapshotId", {{"VolumeId", volume}, {"Description", "e"}});
  EXPECT_EQ(one("DescribeSnapshots", "Snapshots.State"), "pending");
  EXPECT_EQ(code("CopySnapshot", {{"SourceRegion", "us-east-1"}, {"SourceSnapshotId", id}}),
            "IncorrectState");
  cloud.advance(5s);
  EXPECT_EQ(one("DescribeSnapshots", "Snapshots.Progress", {{"OwnerIds", Array{"self"}}}), "100%");
  const Object share{{"SnapshotId", id},
                     {"Attribute", "createVolumePermission"},
                     {"OperationType", "add"},
                     {"UserIds", Array{"210987654321"}}};
  must("ModifySnapshotAttribute", share);
  EXPECT_EQ(one("DescribeSnapshotAttribute", "CreateVolumePermissions.UserId",
                {{"SnapshotId", id}, {"Attribute", "createVolumePermission"}}),
            "210987654321");
  auto request = cloud.request("ec2", "DescribeSnapshots", Object());
  request.credential.account = AccountId("210987654321");
  request.scope.account = AccountId("210987654321");
  const auto theirs = cloud.call(request);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(values_at(*theirs, "Snapshots.SnapshotId"), Texts{id});
  const auto copy =
      one("CopySnapshot", "SnapshotId",
          {{"SourceRegion", "us-east-1"}, {"SourceSnapshotId", id}, {"Encrypted", true}});
  cloud.advance(5s);
  EXPECT_EQ(one("DescribeSnapshots", "Snapshots.Encrypted", {{"SnapshotIds", Array{copy}}}),
            "true");
  EXPECT_EQ(code("ModifySnapshotAttribute",
                 {{"SnapshotId", copy},
                  {"CreateVolumePermission", Object{{"Add", Array{Object{{"Group", "all"}}}}}}}),
            "OperationNotPermitted");
  must("ResetSnapshotAttribute", {{"SnapshotId", id}, {"Attribute", "createVolumePermission"}});
  const auto restored = make({{"SnapshotId", id}, {"Size", 9}});
  EXPECT_EQ(one("DescribeVolumes", "Volumes.Size", {{"VolumeIds", Array{restored}}}), "9");
  EXPECT_EQ(code("CreateVolume", spec({{"SnapshotId", id}, {"Size", 1}})), "InvalidParameterValue");
  must("DeleteSnapshot", {{"SnapshotId", id}});
  EXPECT_EQ(refusal("DeleteSnapshot", {{"SnapshotId", id}}),
            "InvalidSnapshot.NotFound: The snapshot '" + id + "' does not exist.");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Volumes, AnInstanceIsTakenAsAWhole) {
  const auto instance = run();
  const auto volume = make();
  must("AttachVolume", {{"VolumeId", volume}, {"InstanceId", instance}, {"Device", "/dev/sdf"}});
  const Object which{{"InstanceId", instance}};
  EXPECT_EQ(
      seen("CreateSnapshots", "Snapshots.VolumeId", {{"InstanceSpecification", which}}).size(), 2u);
  EXPECT_EQ(seen("CreateSnapshots", "Snapshots.VolumeId",
                 {{"InstanceSpecification",
                   Object{{"InstanceId", instance}, {"ExcludeBootVolume", true}}}}),
            Texts{volume});
}

TEST_F(Volumes, Grow) {
  const auto volume = make();
  EXPECT_EQ(
      one("ModifyVolume", "VolumeModification.TargetSize", {{"VolumeId", volume}, {"Size", 20}}),
      "20");
  EXPECT_EQ(refusal("ModifyVolume", {{"VolumeId", volume}, {"Size", 4}}),
            "InvalidParameterValue: New size cannot be smaller than existing size");
}

TEST_F(Volumes, AreModifiedOnceInSixHours) {
  const auto volume = make();
  EXPECT_EQ(code("DescribeVolumesModifications", {{"VolumeIds", Array{volume}}}),
            "InvalidVolumeModification.NotFound");
  must("ModifyVolume", {{"VolumeId", volume}, {"Size", 20}});
  EXPECT_EQ(one("DescribeVolumesModifications", "VolumesModifications.ModificationState"),
            "modifying");
  cloud.advance(30s);
  EXPECT_EQ(one("DescribeVolumesModifications", "VolumesModifications.ModificationState"),
            "completed");
  EXPECT_EQ(code("ModifyVolume", {{"VolumeId", volume}, {"Size", 30}}),
            "VolumeModificationRateExceeded");
  cloud.advance(6h);
  must("ModifyVolume", {{"VolumeId", volume}, {"Size", 30}});
  must("DeleteVolume", {{"VolumeId", volume}});
  Texts told;
  for (const auto& event : cloud.events()) {
    if (event.detail_type == "EBS Volume Notification")
      told.push_back(string_of(event.detail, "event") + " " + string_of(event.detail, "result"));
  }
  EXPECT_EQ(told,
            (Texts{"createVolume available", "modifyVolume optimizing", "modifyVolume completed",
                   "modifyVolume optimizing", "deleteVolume deleted"}));
}

TEST_F(Volumes, SnapshotsAreKeptFromThePublic) {
  const auto id = snapshot_of(make());
  const Object publish{{"SnapshotId", id},
                       {"Attribute", "createVolumePermission"},
                       {"OperationType", "add"},
                       {"GroupNames", Array{"all"}}};
  const auto seen_by_others = [&] {
    auto request = cloud.request("ec2", "DescribeSnapshots", Object());
    request.credential.account = request.scope.account = AccountId("210987654321");
    return values_at(cloud.call(request).value_or(Document()), "Snapshots.SnapshotId");
  };
  must("ModifySnapshotAttribute", publish);
  EXPECT_EQ(seen_by_others(), Texts{id});
  must("EnableSnapshotBlockPublicAccess", {{"State", "block-all-sharing"}});
  EXPECT_EQ(one("GetSnapshotBlockPublicAccessState", "State"), "block-all-sharing");
  EXPECT_EQ(seen_by_others(), Texts{});
  EXPECT_EQ(code("ModifySnapshotAttribute", publish), "OperationNotPermitted");
  EXPECT_EQ(code("EnableSnapshotBlockPublicAccess", {{"State", "x"}}), "InvalidParameterValue");
  must("DisableSnapshotBlockPublicAccess");
  EXPECT_EQ(seen_by_others(), Texts{id});
}

/// KMS as EBS asks it: one key of AWS's own, one of the customer.
core::Outcome describe_key(core::Call& call) {
  const auto id = text(call.params(), "KeyId");
  const bool managed = id == "alias/aws/ebs" || id.ends_with("key/aws");
  if (!managed && id != "mine" && !id.ends_with("key/mine"))
    return fail("NotFoundException", "no such key");
  const std::string arn =
      std::string("arn:aws:kms:us-east-1:123456789012:key/") + (managed ? "aws" : "mine");
  return Object{{"KeyMetadata", Object{{"KeyId", managed ? "aws" : "mine"},
                                       {"Arn", arn},
                                       {"KeyManager", managed ? "AWS" : "CUSTOMER"}}}};
}

TEST(EncryptedSnapshots, OfAwssOwnKeyAreNotShared) {
  core::TestCloud cloud([](core::Registry& registry) {
    register_ec2(registry);
    registry.add(core::Service{"kms", "kms", {{"DescribeKey", core::Effect::Write, describe_key}}});
  });
  const auto call = [&](std::string_view operation, Object params) {
    return cloud.call("ec2", operation, std::move(params));
  };
  const auto share = [&](Object more) {
    more["AvailabilityZone"] = "us-east-1a";
    more["Size"] = 1;
    more["Encrypted"] = true;
    const auto volume = call("CreateVolume", more);
    EXPECT_TRUE(volume);
    const auto snapshot = call("CreateSnapshot", {{"VolumeId", text(*volume, "VolumeId")}});
    EXPECT_TRUE(snapshot);
    const auto result = call(
        "ModifySnapshotAttribute",
        {{"SnapshotId", text(*snapshot, "SnapshotId")},
         {"CreateVolumePermission", Object{{"Add", Array{Object{{"UserId", "210987654321"}}}}}}});
    return result ? "no error" : result.error().code;
  };
  EXPECT_EQ(share({}), "OperationNotPermitted");
  EXPECT_EQ(share({{"KmsKeyId", "mine"}}), "no error");
  ASSERT_TRUE(call("ModifyEbsDefaultKmsKeyId", {{"KmsKeyId", "mine"}}));
  EXPECT_EQ(share({}), "no error");
  ASSERT_TRUE(call("ResetEbsDefaultKmsKeyId", {}));
  EXPECT_EQ(share({}), "OperationNotPermitted");
  const auto unknown = call("ModifyEbsDefaultKmsKeyId", {{"KmsKeyId", "none"}});
  EXPECT_EQ(unknown ? "" : unknown.error().code, "InvalidParameterValue");
}

}  // namespace
}  // namespace tocsin::ec2
