// SPDX-License-Identifier: Apache-2.0
// Held against records that AWS wrote, with the parameters and replies that they came from.
#include "services/cloudtrail/ec2_shapes.hpp"

#include <gtest/gtest.h>

#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

std::string asked(std::string_view operation, Object params) {
  return canonical_json(ec2_request_parameters(operation, std::move(params)));
}
std::string said(std::string_view operation, Object reply) {
  return canonical_json(ec2_response_elements(operation, std::move(reply), "r-1"));
}

TEST(Ec2Shapes, ListsAreItemsUnderTheirOldNames) {
  EXPECT_EQ(asked("StopInstances", {{"InstanceIds", Array{"i-1", "i-2"}}, {"Force", true}}),
            R"({"force":true,"instancesSet":{"items":[{"instanceId":"i-1"},)"
            R"({"instanceId":"i-2"}]}})");
  EXPECT_EQ(asked("DescribeInstances", {}), R"({"filterSet":{},"instancesSet":{}})");
  EXPECT_EQ(asked("DescribeInstances",
                  {{"Filters", Array{Object{{"Name", "vpc-id"}, {"Values", Array{"vpc-1"}}}}}}),
            R"({"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":)"
            R"([{"value":"vpc-1"}]}}]},"instancesSet":{}})");
  EXPECT_EQ(asked("CreateTags", {{"Resources", Array{"i-1"}},
                                 {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}}),
            R"({"resourcesSet":{"items":[{"resourceId":"i-1"}]},)"
            R"("tagSet":{"items":[{"key":"a","value":"b"}]}})");
  EXPECT_EQ(asked("DescribeSecurityGroups", {{"GroupIds", Array{"sg-1"}}}),
            R"({"filterSet":{},"securityGroupIdSet":{"items":[{"groupId":"sg-1"}]},)"
            R"("securityGroupSet":{}})");
  EXPECT_EQ(asked("ModifyInstanceAttribute", {{"InstanceId", "i-1"}, {"Groups", Array{"sg-1"}}}),
            R"({"groupSet":{"items":[{"groupId":"sg-1"}]},"instanceId":"i-1"})");
}

TEST(Ec2Shapes, SecurityGroupRules) {
  EXPECT_EQ(asked("AuthorizeSecurityGroupIngress", {{"GroupId", "sg-003dc7f1f1c686164"},
                                                    {"CidrIp", "208.236.235.254/0"},
                                                    {"FromPort", 22},
                                                    {"ToPort", 22},
                                                    {"IpProtocol", "tcp"}}),
            R"({"cidrIp":"208.236.235.254/0","fromPort":22,"groupId":"sg-003dc7f1f1c686164",)"
            R"("ipPermissions":{},"ipProtocol":"tcp","toPort":22})");
  EXPECT_EQ(asked("AuthorizeSecurityGroupIngress",
                  {{"GroupId", "sg-1"},
                   {"IpPermissions",
                    Array{Object{{"IpProtocol", "tcp"},
                                 {"FromPort", 22},
                                 {"ToPort", 22},
                                 {"IpRanges", Array{Object{{"CidrIp", "0.0.0.0/0"}}}}}}}}),
            R"({"groupId":"sg-1","ipPermissions":{"items":[{"fromPort":22,"groups":{},)"
            R"("ipProtocol":"tcp","ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},)"
            R"("prefixListIds":{},"toPort":22}]}})");
  EXPECT_EQ(
      said("AuthorizeSecurityGroupIngress",
           {{"Return", true},
            {"SecurityGroupRules", Array{Object{{"SecurityGroupRuleId", "sgr-09b3e3d2ca1edf2a2"},
                                                {"GroupId", "sg-003dc7f1f1c686164"},
                                                {"GroupOwnerId", "032092706103"},
                                                {"IsEgress", false},
                                                {"IpProtocol", "tcp"},
                                                {"FromPort", 22},
                                                {"ToPort", 22},
                                                {"CidrIpv4", "208.236.235.254/0"}}}}}),
      R"({"_return":true,"requestId":"r-1","securityGroupRuleSet":{"items":[)"
      R"({"cidrIpv4":"208.236.235.254/0","fromPort":22,"groupId":"sg-003dc7f1f1c686164",)"
      R"("groupOwnerId":"032092706103","ipProtocol":"tcp","isEgress":false,)"
      R"("securityGroupRuleId":"sgr-09b3e3d2ca1edf2a2","toPort":22}]}})");
  EXPECT_EQ(said("DeleteSecurityGroup", {}), R"({"_return":true,"requestId":"r-1"})");
}

TEST(Ec2Shapes, InstancesThatAreMadeStartedAndChanged) {
  EXPECT_EQ(asked("RunInstances", {{"ImageId", "ami-1"},
                                   {"MinCount", 1},
                                   {"MaxCount", 10},
                                   {"InstanceType", "p2.xlarge"},
                                   {"SubnetId", "subnet-1"},
                                   {"UserData", Object{{"$sealed", "x"}}},
                                   {"SecurityGroupIds", Array{"sg-1"}},
                                   {"ClientToken", "5dd5"}}),
            R"({"blockDeviceMapping":{},"clientToken":"5dd5","disableApiStop":false,)"
            R"("disableApiTermination":false,"groupSet":{"items":[{"groupId":"sg-1"}]},)"
            R"("instanceType":"p2.xlarge","instancesSet":{"items":[{"imageId":"ami-1",)"
            R"("maxCount":10,"minCount":1}]},"monitoring":{"enabled":false},)"
            R"("subnetId":"subnet-1","userData":"<sensitiveDataRemoved>"})");
  EXPECT_EQ(said("StartInstances",
                 {{"StartingInstances",
                   Array{Object{{"InstanceId", "i-1"},
                                {"CurrentState", Object{{"Code", 0}, {"Name", "pending"}}},
                                {"PreviousState", Object{{"Code", 80}, {"Name", "stopped"}}}}}}}),
            R"({"instancesSet":{"items":[{"currentState":{"code":0,"name":"pending"},)"
            R"("instanceId":"i-1","previousState":{"code":80,"name":"stopped"}}]},)"
            R"("requestId":"r-1"})");
  EXPECT_EQ(asked("ModifyInstanceAttribute",
                  {{"InstanceId", "i-1"}, {"UserData", Object{{"Value", "aGk="}}}}),
            R"({"instanceId":"i-1","userData":"<sensitiveDataRemoved>"})");
}

TEST(Ec2Shapes, WhatIsSharedWithWhom) {
  const auto wanted = R"({"attributeType":"CREATE_VOLUME_PERMISSION","createVolumePermission":)"
                      R"({"add":{"items":[{"userId":"098797384747"}]}},"snapshotId":"snap-1"})";
  EXPECT_EQ(asked("ModifySnapshotAttribute",
                  {{"SnapshotId", "snap-1"},
                   {"CreateVolumePermission",
                    Object{{"Add", Array{Object{{"UserId", "098797384747"}}}}}}}),
            wanted);
  EXPECT_EQ(asked("ModifySnapshotAttribute", {{"SnapshotId", "snap-1"},
                                              {"Attribute", "createVolumePermission"},
                                              {"OperationType", "add"},
                                              {"UserIds", Array{"098797384747"}}}),
            wanted);
  EXPECT_EQ(asked("ModifyImageAttribute",
                  {{"ImageId", "ami-1"}, {"OperationType", "add"}, {"UserGroups", Array{"all"}}}),
            R"({"attributeType":"launchPermission","imageId":"ami-1","launchPermission":)"
            R"({"add":{"items":[{"group":"all"}]}}})");
}

TEST(Ec2Shapes, YoungerOperations) {
  EXPECT_EQ(asked("DeleteFlowLogs", {{"FlowLogIds", Array{"fl-0e17aa62a21d4bbfe"}}}),
            R"({"DeleteFlowLogsRequest":{"FlowLogId":{"content":"fl-0e17aa62a21d4bbfe",)"
            R"("tag":1}}})");
  EXPECT_EQ(said("DeleteFlowLogs", {{"Unsuccessful", Array{}}}),
            R"({"DeleteFlowLogsResponse":{"requestId":"r-1","unsuccessful":"",)"
            R"("xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/"}})");
  EXPECT_EQ(asked("EnableSerialConsoleAccess", {}), R"({"EnableSerialConsoleAccessRequest":""})");
  EXPECT_EQ(said("EnableSerialConsoleAccess", {{"SerialConsoleAccessEnabled", true}}),
            R"({"EnableSerialConsoleAccessResponse":{"requestId":"r-1",)"
            R"("serialConsoleAccessEnabled":true,)"
            R"("xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/"}})");
  EXPECT_EQ(asked("DescribeFlowLogs",
                  {{"Filter", Array{Object{{"Name", "resource-id"}, {"Values", Array{"vpc-1"}}},
                                    Object{{"Name", "tag-key"}, {"Values", Array{"a", "b"}}}}}}),
            R"({"DescribeFlowLogsRequest":{"Filter":[{"Name":"resource-id","Value":)"
            R"({"content":"vpc-1","tag":1},"tag":1},{"Name":"tag-key","Value":)"
            R"([{"content":"a","tag":1},{"content":"b","tag":2}],"tag":2}]}})");
  EXPECT_EQ(asked("AssociateIamInstanceProfile",
                  {{"InstanceId", "i-1"}, {"IamInstanceProfile", Object{{"Name", "p"}}}}),
            R"({"AssociateIamInstanceProfileRequest":{"IamInstanceProfile":{"Name":"p"},)"
            R"("InstanceId":"i-1"}})");
}

TEST(Ec2Shapes, RecordsNameTheFaultAndTheResources) {
  const core::Principal root{.kind = core::Principal::Kind::Root};
  const core::Request request{.id = "r",
                              .service = "ec2",
                              .operation = "StopInstances",
                              .params = Object{{"InstanceIds", Array{"i-1"}}},
                              .scope = {AccountId("123456789012"), "us-east-1"}};
  const Result<Document> refused = fail("UnauthorizedOperation", "no", 403);
  const auto record = make_record({"e", request, root, refused});
  EXPECT_EQ(text(record, "errorCode"), "Client.UnauthorizedOperation");
  const auto resources = resources_of(record);
  ASSERT_EQ(resources.size(), 1u);
  EXPECT_EQ(resources[0], std::pair(std::string("AWS::EC2::Instance"), std::string("i-1")));
}

}  // namespace
}  // namespace tocsin::cloudtrail
