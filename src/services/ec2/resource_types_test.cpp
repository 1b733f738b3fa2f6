// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/resource_types.hpp"

#include <map>

#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

std::vector<core::Change> changes;

class ResourceTypes : public Ec2Test {
 protected:
  ResourceTypes()
      : Ec2Test([](core::Registry& registry) {
          register_ec2(registry);
          registry.on_change(
              [](core::Context&, const core::Change& change) { changes.push_back(change); });
        }) {
    changes.clear();
  }
  /// How the last change of a resource left it.
  static core::ResourceType::Description latest(std::string_view type, std::string_view id) {
    for (auto at = changes.rbegin(); at != changes.rend(); ++at) {
      if (at->type == type && at->id == id && at->after) return *at->after;
    }
    ADD_FAILURE() << "no change of " << id;
    return {};
  }
};

TEST_F(ResourceTypes, OneChangeForAnOpenedGroup) {
  const auto group =
      one("CreateSecurityGroup", "GroupId", {{"GroupName", "web"}, {"Description", "x"}});
  std::map<std::string_view, int> made;
  for (const auto& change : changes)
    ++made[change.type];
  EXPECT_EQ(made["AWS::EC2::VPC"], 1);  // with the region's first write
  EXPECT_EQ(made["AWS::EC2::Subnet"], 6);
  EXPECT_EQ(made["AWS::EC2::SecurityGroup"], 2);
  changes.clear();
  must("AuthorizeSecurityGroupIngress", {{"GroupId", group},
                                         {"IpProtocol", "tcp"},
                                         {"FromPort", 22},
                                         {"ToPort", 22},
                                         {"CidrIp", "0.0.0.0/0"}});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].id, group);
  EXPECT_EQ(changes[0].arn, "arn:aws:ec2:us-east-1:123456789012:security-group/" + group);
  const auto& before = *changes[0].before;
  const auto& after = *changes[0].after;
  EXPECT_EQ(values_at(before.configuration, "SecurityGroupIngress.FromPort"), Texts{});
  EXPECT_EQ(values_at(after.configuration, "SecurityGroupIngress.FromPort"), Texts{"22"});
  EXPECT_EQ(values_at(after.configuration, "SecurityGroupIngress.CidrIp"), Texts{"0.0.0.0/0"});
  EXPECT_EQ(values_at(after.configuration, "SecurityGroupEgress.IpProtocol"), Texts{"-1"});
  EXPECT_EQ(values_at(after.configuration, "GroupDescription"), Texts{"x"});
  changes.clear();
  must("CreateTags",
       {{"Resources", Array{group}}, {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].after->tags.at("a"), "b");
}

TEST_F(ResourceTypes, AreRecordedAsAwsConfigRecordsThem) {
  const auto group = one("CreateSecurityGroup", "GroupId",
                         {{"GroupName", "web"},
                          {"Description", "x"},
                          {"TagSpecifications", tags("security-group", "team", "blue")}});
  must("AuthorizeSecurityGroupIngress", {{"GroupId", group},
                                         {"IpProtocol", "tcp"},
                                         {"FromPort", 22},
                                         {"ToPort", 22},
                                         {"CidrIp", "0.0.0.0/0"}});
  const auto seen = latest("AWS::EC2::SecurityGroup", group);
  EXPECT_EQ(seen.availability_zone, "Not Applicable");
  EXPECT_EQ(seen.name, "web");
  EXPECT_EQ(seen.created, cloud.now());
  const auto permission = [](std::string_view head) {
    return std::string(head) + R"("ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":[],)" +
           R"("ipv4Ranges":[{"cidrIp":"0.0.0.0/0"}],"ipRanges":["0.0.0.0/0"]})";
  };
  const auto expected =
      R"({"description":"x","groupName":"web","ownerId":"123456789012","groupId":")" + group +
      R"(","vpcId":")" + default_vpc() + R"(","tags":[{"key":"team","value":"blue"}],)" +
      R"("ipPermissions":[)" + permission(R"({"fromPort":22,"ipProtocol":"tcp","toPort":22,)") +
      R"(],"ipPermissionsEgress":[)" + permission(R"({"ipProtocol":"-1",)") + "]}";
  EXPECT_EQ(canonical_json(seen.recorded), canonical_json(*parse_json(expected)));
}

TEST_F(ResourceTypes, RecordInstancesAndVolumes) {
  const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  const auto id =
      one("RunInstances", "Instances.InstanceId",
          {{"ImageId", image}, {"InstanceType", "t3.micro"}, {"MinCount", 1}, {"MaxCount", 1}});
  cloud.advance(std::chrono::seconds(5));
  const auto seen = latest("AWS::EC2::Instance", id);
  const auto& item = seen.recorded;
  EXPECT_EQ(values_at(item, "state.name"), Texts{"running"});
  EXPECT_EQ(values_at(item, "metadataOptions.httpTokens"), Texts{"optional"});
  EXPECT_EQ(values_at(item, "securityGroups.groupName"), Texts{"default"});
  EXPECT_EQ(values_at(item, "blockDeviceMappings.deviceName"), Texts{"/dev/xvda"});
  EXPECT_EQ(text(item, "launchTime"), iso8601_ms(seen.created));
  EXPECT_EQ(seen.availability_zone, "us-east-1a");
  Texts names;
  for (const auto& each : seen.relationships)
    names.push_back(each.name);
  EXPECT_EQ(names,
            (Texts{"Contains NetworkInterface", "Is associated with SecurityGroup",
                   "Is contained in Subnet", "Is attached to Volume", "Is contained in Vpc"}));
  EXPECT_EQ(text(seen.configuration, "InstanceType"), "t3.micro");
  EXPECT_FALSE(flag(seen.configuration, "Monitoring", true));
  const auto volume = one("DescribeVolumes", "Volumes.VolumeId");
  const auto disk = latest("AWS::EC2::Volume", volume);
  EXPECT_EQ(values_at(disk.recorded, "state.value"), Texts{"in-use"});
  EXPECT_EQ(values_at(disk.recorded, "attachments.instanceId"), Texts{id});
  EXPECT_EQ(disk.relationships.at(0).name, "Is attached to Instance");
}

TEST_F(ResourceTypes, KnowWhatTheyAreRelatedTo) {
  const auto subnet = must("DescribeSubnets").at("Subnets").at(0);
  make_vpc();
  const auto seen = latest("AWS::EC2::Subnet", string_of(subnet, "SubnetId"));
  ASSERT_EQ(seen.relationships.size(), 1u);
  EXPECT_EQ(seen.relationships[0].type, "AWS::EC2::VPC");
  EXPECT_EQ(seen.relationships[0].name, "Is contained in Vpc");
  EXPECT_EQ(values_at(seen.recorded, "state.value"), Texts{"available"});
  EXPECT_EQ(string_of(seen.configuration, "NetworkAclAssociationId").substr(0, 9), "aclassoc-");
}

TEST_F(ResourceTypes, ATerminatedInstanceIsGoneAndStillDescribed) {
  const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  const auto id = one("RunInstances", "Instances.InstanceId",
                      {{"ImageId", image}, {"MinCount", 1}, {"MaxCount", 1}});
  must("TerminateInstances", {{"InstanceIds", Array{id}}});
  changes.clear();
  cloud.advance(std::chrono::seconds(10));
  Texts gone;
  for (const auto& change : changes) {
    if (!change.after) gone.push_back(std::string(change.type));
  }
  EXPECT_TRUE(has(gone, "AWS::EC2::Instance"));
  EXPECT_TRUE(has(gone, "AWS::EC2::Volume"));
  EXPECT_TRUE(has(gone, "AWS::EC2::NetworkInterface"));
  EXPECT_EQ(
      one("DescribeInstances", "Reservations.Instances.State.Name", {{"InstanceIds", Array{id}}}),
      "terminated");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::ec2
