// SPDX-License-Identifier: Apache-2.0
// The documents that AWS owns: each is run, and makes the calls that it is for.
// (AWSConfigRemediation-RevokeUnusedIAMUserCredentials is a script: tests/acceptance runs it.)
#include "services/ssm/owned.hpp"

#include "services/ssm/testing.hpp"

namespace tocsin::ssm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kRole;
using testing::reply;
using testing::Ssm;

class Owned : public Ssm {
 protected:
  std::vector<std::string> run(std::string_view document, Object parameters = {}) {
    neighbours->calls.clear();
    parameters["AutomationAssumeRole"] = Array{kRole};
    last = start(document, std::move(parameters));
    cloud.advance(std::chrono::minutes(2));
    EXPECT_EQ(status(last), "Success") << document << ": " << failure_of(last);
    for (const auto& call : neighbours->calls)
      EXPECT_EQ(call.role, kRole) << call.name;
    return neighbours->names();
  }
  std::string json(std::string_view name) { return to_json(neighbours->params_of(name)); }
  std::string last;
};

Array one(std::string_view value) {
  return Array{value};
}

TEST_F(Owned, AllAreDocuments) {
  for (const auto& file : kOwnedFiles) {
    const auto shown = done("DescribeDocument", {{"Name", file.name}});
    EXPECT_EQ(text(object_of(shown, "Document"), "Owner"), "Amazon");
    EXPECT_EQ(text(object_of(shown, "Document"), "SchemaVersion"), "0.3");
  }
  EXPECT_GE(kOwnedFiles.size(), 20u);
}

TEST_F(Owned, Buckets) {
  EXPECT_THAT(run("AWS-DisableS3BucketPublicReadWrite", {{"S3BucketName", one("b")}}),
              ElementsAre("s3:PutPublicAccessBlock", "s3:PutBucketAcl"));
  EXPECT_THAT(json("s3:PutPublicAccessBlock"), HasSubstr(R"("RestrictPublicBuckets":true)"));
  run("AWS-EnableS3BucketEncryption", {{"BucketName", one("b")}});
  EXPECT_THAT(json("s3:PutBucketEncryption"), HasSubstr(R"("SSEAlgorithm":"AES256")"));
  run("AWS-ConfigureS3BucketVersioning", {{"BucketName", one("b")}});
  EXPECT_THAT(json("s3:PutBucketVersioning"), HasSubstr(R"({"Status":"Enabled"})"));
  run("AWS-ConfigureS3BucketLogging",
      {{"BucketName", one("b")},
       {"GrantedPermission", one("READ")},
       {"GranteeType", one("Group")},
       {"GranteeUri", one("http://acs.amazonaws.com/groups/s3/LogDelivery")},
       {"TargetBucket", one("logs")}});
  EXPECT_EQ(json("s3:PutBucketLogging"),
            R"({"Bucket":"b","BucketLoggingStatus":{"LoggingEnabled":{"TargetBucket":"logs",)"
            R"("TargetPrefix":"/","TargetGrants":[{"Permission":"READ","Grantee":{"Type":"Group",)"
            R"("URI":"http://acs.amazonaws.com/groups/s3/LogDelivery"}}]}}})");
}

TEST_F(Owned, PublicAccessBlock) {
  neighbours->answers["s3:GetPublicAccessBlock"] =
      reply({{"PublicAccessBlockConfiguration", Object{{"BlockPublicAcls", true},
                                                       {"IgnorePublicAcls", true},
                                                       {"BlockPublicPolicy", false},
                                                       {"RestrictPublicBuckets", true}}}});
  run("AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock",
      {{"BucketName", one("b")}, {"BlockPublicPolicy", one("false")}});
  EXPECT_THAT(json("s3:PutPublicAccessBlock"), HasSubstr(R"("BlockPublicPolicy":false)"));
}

TEST_F(Owned, Topics) {
  run("AWS-PublishSNSNotification", {{"TopicArn", one("t")}, {"Message", one("hello")}});
  EXPECT_EQ(json("sns:Publish"), R"({"TopicArn":"t","Message":"hello"})");
  neighbours->answers["sns:GetTopicAttributes"] =
      reply({{"Attributes", Object{{"KmsMasterKeyId", "k"}}}});
  EXPECT_THAT(run("AWSConfigRemediation-EncryptSNSTopic",
                  {{"TopicArn", one("t")}, {"KmsKeyArn", one("k")}}),
              ElementsAre("sns:SetTopicAttributes", "sns:GetTopicAttributes"));
}

TEST_F(Owned, SecurityGroups) {
  neighbours->answers["ec2:RevokeSecurityGroupIngress"] =
      testing::failure("InvalidPermission.NotFound", "none such");
  EXPECT_EQ(run("AWS-DisablePublicAccessForSecurityGroup", {{"GroupId", one("sg-1")}}).size(), 4u);
  EXPECT_THAT(json("ec2:RevokeSecurityGroupIngress"),
              HasSubstr(R"("FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}])"));
  EXPECT_EQ(run("AWS-DisablePublicAccessForSecurityGroup",
                {{"GroupId", one("sg-1")}, {"IpAddressToBlock", one("198.51.100.0/24")}})
                .size(),
            2u);
  EXPECT_EQ(
      run("AWS-DisableIncomingSSHOnPort22", {{"SecurityGroupIds", Array{"sg-1", "sg-2"}}}).size(),
      4u);
  neighbours->answers["ec2:RevokeSecurityGroupIngress"] = reply({{"Return", true}});
  neighbours->answers["ec2:DescribeSecurityGroups"] =
      reply({{"SecurityGroups", Array{Object{{"GroupName", "default"}}}}});
  neighbours->answers["ec2:DescribeSecurityGroupRules"] =
      reply({{"SecurityGroupRules",
              Array{Object{{"SecurityGroupRuleId", "sgr-1"}, {"IsEgress", false}},
                    Object{{"SecurityGroupRuleId", "sgr-2"}, {"IsEgress", true}}}}});
  run("AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules", {{"GroupId", one("sg-1")}});
  EXPECT_EQ(json("ec2:RevokeSecurityGroupEgress"),
            R"({"GroupId":"sg-1","SecurityGroupRuleIds":["sgr-2"]})");
}

TEST_F(Owned, Trails) {
  neighbours->answers["cloudtrail:CreateTrail"] = reply({{"TrailARN", "arn:t"}});
  run("AWS-EnableCloudTrail", {{"TrailName", one("t")}, {"S3BucketName", one("b")}});
  EXPECT_EQ(json("cloudtrail:StartLogging"), R"({"Name":"arn:t"})");
  neighbours->answers["cloudtrail:GetTrail"] =
      reply({{"Trail", Object{{"LogFileValidationEnabled", true}}}});
  EXPECT_THAT(
      run("AWSConfigRemediation-EnableCloudTrailLogFileValidation", {{"TrailName", one("t")}}),
      ElementsAre("cloudtrail:UpdateTrail", "cloudtrail:GetTrail"));
}

Object instances(std::string_view state) {
  return {{"Reservations",
           Array{Object{{"Instances", Array{Object{{"State", Object{{"Name", state}}},
                                                   {"MetadataOptions",
                                                    Object{{"HttpTokens", "required"}}}}}}}}}};
}

TEST_F(Owned, Instances) {
  neighbours->answers["ec2:DescribeInstances"] = reply(instances("stopped"));
  EXPECT_THAT(run("AWS-StopEC2Instance", {{"InstanceId", one("i-1")}}),
              ElementsAre("ec2:StopInstances", "ec2:DescribeInstances", "ec2:StopInstances",
                          "ec2:DescribeInstances"));
  EXPECT_EQ(output(last, "stopInstances.InstanceStates"), R"(["stopped"])");
  neighbours->answers["ec2:DescribeInstances"] = reply(instances("running"));
  EXPECT_THAT(run("AWS-StartEC2Instance", {{"InstanceId", one("i-1")}}),
              ElementsAre("ec2:StartInstances", "ec2:DescribeInstances"));
  EXPECT_THAT(run("AWSConfigRemediation-EnforceEC2InstanceIMDSv2", {{"InstanceId", one("i-1")}}),
              ElementsAre("ec2:ModifyInstanceMetadataOptions", "ec2:DescribeInstances"));
  neighbours->answers["ec2:DescribeInstances"] = reply(instances("terminated"));
  EXPECT_THAT(run("AWS-TerminateEC2Instance", {{"InstanceId", one("i-1")}}),
              ElementsAre("ec2:TerminateInstances", "ec2:DescribeInstances"));
  EXPECT_THAT(run("AWS-ReleaseElasticIP", {{"AllocationId", one("eipalloc-1")}}),
              ElementsAre("ec2:ReleaseAddress"));
}

TEST_F(Owned, Volumes) {
  neighbours->answers["ec2:CreateSnapshot"] = reply({{"SnapshotId", "snap-1"}});
  neighbours->answers["ec2:DescribeSnapshots"] =
      reply({{"Snapshots", Array{Object{{"State", "completed"}}}}});
  run("AWS-CreateSnapshot", {{"VolumeId", one("vol-1")}});
  EXPECT_EQ(output(last, "createSnapshot.SnapshotId"), R"(["snap-1"])");
  neighbours->answers["ec2:GetEbsEncryptionByDefault"] = reply({{"EbsEncryptionByDefault", true}});
  EXPECT_THAT(run("AWSConfigRemediation-EnableEbsEncryptionByDefault"),
              ElementsAre("ec2:EnableEbsEncryptionByDefault", "ec2:GetEbsEncryptionByDefault"));
}

TEST_F(Owned, PasswordsAndKeys) {
  neighbours->answers["iam:GetAccountPasswordPolicy"] =
      reply({{"PasswordPolicy", Object{{"MinimumPasswordLength", 14}}}});
  run("AWSConfigRemediation-SetIAMPasswordPolicy",
      {{"MinimumPasswordLength", one("14")}, {"MaxPasswordAge", one("90")}});
  EXPECT_THAT(json("iam:UpdateAccountPasswordPolicy"), HasSubstr(R"("MaxPasswordAge":90)"));
  neighbours->answers["kms:GetKeyRotationStatus"] = reply({{"KeyRotationEnabled", true}});
  EXPECT_THAT(run("AWSConfigRemediation-EnableKeyRotation", {{"KeyId", one("k")}}),
              ElementsAre("kms:EnableKeyRotation", "kms:GetKeyRotationStatus"));
  neighbours->answers["kms:DescribeKey"] =
      reply({{"KeyMetadata", Object{{"KeyId", "k"}, {"KeyState", "Enabled"}}}});
  EXPECT_THAT(run("AWSConfigRemediation-CancelKeyDeletion", {{"KeyId", one("k")}}),
              ElementsAre("kms:CancelKeyDeletion", "kms:EnableKey", "kms:DescribeKey"));
}

}  // namespace
}  // namespace tocsin::ssm
