// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/resource_types.hpp"

#include <map>

#include "services/ec2/kinds.hpp"
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
  EXPECT_EQ(values_at(changes[0].before, "IpPermissions.FromPort"), Texts{});
  EXPECT_EQ(values_at(changes[0].after, "IpPermissions.FromPort"), Texts{"22"});
  EXPECT_EQ(values_at(changes[0].after, "IpPermissions.IpRanges.CidrIp"), Texts{"0.0.0.0/0"});
  changes.clear();
  must("CreateTags",
       {{"Resources", Array{group}}, {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(values_at(changes[0].after, "Tags.a"), Texts{"b"});
}

TEST_F(ResourceTypes, KnowWhatTheyAreRelatedTo) {
  const auto subnet = must("DescribeSubnets").at("Subnets").at(0);
  const Resource row{.scope = {AccountId("123456789012"), "us-east-1"},
                     .id = string_of(subnet, "SubnetId"),
                     .shape = subnet.as_object()};
  for (const auto& type : resource_types()) {
    if (type.type != "AWS::EC2::Subnet") continue;
    const auto seen = type.describe(*cloud.stores().state, encode(row));
    ASSERT_EQ(seen.relationships.size(), 1u);
    EXPECT_EQ(seen.relationships[0].type, "AWS::EC2::VPC");
    EXPECT_EQ(seen.relationships[0].name, "Is contained in Vpc");
  }
}

}  // namespace
}  // namespace tocsin::ec2
