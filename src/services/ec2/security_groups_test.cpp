// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

constexpr std::string_view kAnywhere = "0.0.0.0/0";

Object permission(std::string_view protocol, int from, int to, std::string_view block = kAnywhere) {
  return {{"IpProtocol", protocol},
          {"FromPort", from},
          {"ToPort", to},
          {"IpRanges", Array{Object{{"CidrIp", block}}}}};
}

class SecurityGroups : public Ec2Test {
 protected:
  std::string make(std::string_view name, Object more = {}) {
    more["GroupName"] = name;
    more["Description"] = "of the test";
    return one("CreateSecurityGroup", "GroupId", more);
  }
  static Object opening(std::string_view group, Object permission) {
    return {{"GroupId", group}, {"IpPermissions", Array{std::move(permission)}}};
  }
  std::string open(std::string_view group, Object permission) {
    return one("AuthorizeSecurityGroupIngress", "SecurityGroupRules.SecurityGroupRuleId",
               opening(group, std::move(permission)));
  }
  Document group(std::string_view id) {
    return must("DescribeSecurityGroups", {{"GroupIds", Array{id}}}).at("SecurityGroups").at(0);
  }
};

TEST_F(SecurityGroups, BeginClosedAndMayReachEverything) {
  const auto id = make("web", {{"TagSpecifications", tags("security-group", "team", "blue")}});
  const auto seen = group(id);
  EXPECT_EQ(text(seen, "GroupName"), "web");
  EXPECT_EQ(text(seen, "VpcId"), default_vpc());
  EXPECT_EQ(text(seen, "OwnerId"), "123456789012");
  EXPECT_TRUE(array_of(seen, "IpPermissions").empty());
  EXPECT_EQ(to_json(seen.at("IpPermissionsEgress")),
            R"([{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}],"Ipv6Ranges":[],)"
            R"("PrefixListIds":[],"UserIdGroupPairs":[]}])");
  EXPECT_EQ(values_at(seen, "Tags.Value"), Texts{"blue"});
  must("DeleteSecurityGroup", {{"GroupId", id}});
  EXPECT_EQ(refusal("DescribeSecurityGroups", {{"GroupIds", Array{id}}}),
            "InvalidGroup.NotFound: The security group '" + id + "' does not exist");
}

TEST_F(SecurityGroups, AreOpenedAndClosed) {
  const auto id = make("web");
  const auto rule = open(id, permission("tcp", 22, 22));
  EXPECT_EQ(to_json(group(id).at("IpPermissions")),
            R"([{"FromPort":22,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0"}],)"
            R"("Ipv6Ranges":[],"PrefixListIds":[],"ToPort":22,"UserIdGroupPairs":[]}])");
  EXPECT_EQ(refusal("AuthorizeSecurityGroupIngress", opening(id, permission("tcp", 22, 22))),
            "InvalidPermission.Duplicate: the specified rule \"peer: 0.0.0.0/0, TCP, from port: "
            "22, to port: 22, ALLOW\" already exists");
  EXPECT_EQ(one("DescribeSecurityGroupRules", "SecurityGroupRules.CidrIpv4",
                {{"SecurityGroupRuleIds", Array{rule}}}),
            kAnywhere);
  EXPECT_EQ(one("DescribeSecurityGroups", "SecurityGroups.GroupId",
                filter("ip-permission.from-port", "22")),
            id);
  must("RevokeSecurityGroupIngress", {{"GroupId", id}, {"SecurityGroupRuleIds", Array{rule}}});
  EXPECT_TRUE(array_of(group(id), "IpPermissions").empty());
  EXPECT_EQ(
      code("RevokeSecurityGroupIngress", {{"GroupId", id}, {"SecurityGroupRuleIds", Array{rule}}}),
      "InvalidSecurityGroupRuleId.NotFound");
}

TEST_F(SecurityGroups, TakeTheOlderParameters) {
  const auto id = make("web");
  const Object params{{"GroupName", "web"},
                      {"IpProtocol", "6"},
                      {"FromPort", 80},
                      {"ToPort", 81},
                      {"CidrIp", "10.1.2.3/8"}};
  must("AuthorizeSecurityGroupIngress", params);
  EXPECT_EQ(values_at(group(id), "IpPermissions.IpRanges.CidrIp"), Texts{"10.0.0.0/8"});
  EXPECT_EQ(values_at(group(id), "IpPermissions.IpProtocol"), Texts{"tcp"});
  must("RevokeSecurityGroupIngress", params);
  EXPECT_TRUE(array_of(group(id), "IpPermissions").empty());
}

TEST_F(SecurityGroups, UnknownRulesAreAnErrorOutsideOfTheDefaultVpc) {
  const auto here = make("web");
  const auto reply = must("RevokeSecurityGroupIngress", opening(here, permission("tcp", 1, 2)));
  EXPECT_EQ(values_at(reply, "UnknownIpPermissions.FromPort"), Texts{"1"});
  const auto there = make("web", {{"VpcId", make_vpc()}});
  EXPECT_EQ(refusal("RevokeSecurityGroupIngress", opening(there, permission("tcp", 1, 2))),
            "InvalidPermission.NotFound: The specified rule does not exist in this security "
            "group.");
}

TEST_F(SecurityGroups, KnowEveryKindOfPeer) {
  const auto id = make("web"), peer = make("load-balancer");
  must("AuthorizeSecurityGroupIngress",
       opening(id, {{"IpProtocol", "tcp"},
                    {"FromPort", 443},
                    {"ToPort", 443},
                    {"Ipv6Ranges",
                     Array{Object{{"CidrIpv6", "2001:db8::1/32"}, {"Description", "lab"}}}},
                    {"PrefixListIds", Array{Object{{"PrefixListId", "pl-63a5400a"}}}},
                    {"UserIdGroupPairs", Array{Object{{"GroupId", peer}}}}}));
  const auto seen = group(id);
  ASSERT_EQ(array_of(seen, "IpPermissions").size(), 1u);
  EXPECT_EQ(values_at(seen, "IpPermissions.Ipv6Ranges.CidrIpv6"), Texts{"2001:db8::/32"});
  EXPECT_EQ(values_at(seen, "IpPermissions.Ipv6Ranges.Description"), Texts{"lab"});
  EXPECT_EQ(values_at(seen, "IpPermissions.PrefixListIds.PrefixListId"), Texts{"pl-63a5400a"});
  EXPECT_EQ(values_at(seen, "IpPermissions.UserIdGroupPairs.GroupId"), Texts{peer});
  EXPECT_EQ(refusal("DeleteSecurityGroup", {{"GroupId", peer}}),
            "DependencyViolation: resource " + peer + " has a dependent object");
  EXPECT_EQ(Ec2Test::seen("DescribeStaleSecurityGroups", "StaleSecurityGroupSet.GroupId",
                          {{"VpcId", default_vpc()}}),
            Texts{});
}

TEST_F(SecurityGroups, RulesAreModifiedByTheirIds) {
  const auto id = make("web");
  const auto rule = open(id, permission("tcp", 22, 22));
  const auto other = open(id, permission("tcp", 80, 80));
  const auto modified = [&](Object to) {
    return code("ModifySecurityGroupRules",
                {{"GroupId", id},
                 {"SecurityGroupRules", Array{Object{{"SecurityGroupRuleId", rule},
                                                     {"SecurityGroupRule", std::move(to)}}}}});
  };
  const auto to = [](int port, std::string_view block) {
    return Object{{"IpProtocol", "tcp"}, {"FromPort", port}, {"ToPort", port}, {"CidrIpv4", block}};
  };
  EXPECT_EQ(modified(to(22, "10.0.0.0/8")), "no error");
  EXPECT_EQ(one("DescribeSecurityGroupRules", "SecurityGroupRules.CidrIpv4",
                {{"SecurityGroupRuleIds", Array{rule}}}),
            "10.0.0.0/8");
  EXPECT_EQ(modified(to(80, kAnywhere)), "InvalidPermission.Duplicate");
  EXPECT_EQ(modified({{"IpProtocol", "tcp"}, {"FromPort", 1}, {"ToPort", 2}}), "MissingParameter");
  must("UpdateSecurityGroupRuleDescriptionsIngress",
       {{"GroupId", id},
        {"SecurityGroupRuleDescriptions",
         Array{Object{{"SecurityGroupRuleId", other}, {"Description", "the web"}}}}});
  EXPECT_EQ(
      one("DescribeSecurityGroupRules", "SecurityGroupRules.Description", filter("group-id", id)),
      "the web");
  must("CreateTags",
       {{"Resources", Array{other}}, {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}});
  EXPECT_EQ(one("DescribeSecurityGroupRules", "SecurityGroupRules.SecurityGroupRuleId",
                filter("tag:a", "b")),
            other);
}

TEST_F(SecurityGroups, EgressIsRestricted) {
  const auto id = make("web");
  must("RevokeSecurityGroupEgress",
       opening(id, {{"IpProtocol", "-1"}, {"IpRanges", Array{Object{{"CidrIp", kAnywhere}}}}}));
  EXPECT_TRUE(array_of(group(id), "IpPermissionsEgress").empty());
  must("AuthorizeSecurityGroupEgress", opening(id, permission("udp", 53, 53, "10.0.0.2/32")));
  EXPECT_EQ(values_at(group(id), "IpPermissionsEgress.FromPort"), Texts{"53"});
  EXPECT_EQ(refusal("AuthorizeSecurityGroupEgress", {{"GroupId", id}, {"IpProtocol", "tcp"}}),
            "MissingParameter: The request must contain the parameter ipPermissions");
}

TEST_F(SecurityGroups, WrongRulesAreRefused) {
  const auto id = make("web");
  const auto refused = [&](Object permission) {
    return refusal("AuthorizeSecurityGroupIngress", opening(id, std::move(permission)));
  };
  EXPECT_EQ(refused(permission("tcp", 80, 22)),
            "InvalidParameterValue: Invalid TCP/UDP port range (80:22)");
  EXPECT_EQ(refused(permission("tcp", 80, 70000)),
            "InvalidParameterValue: TCP/UDP port (70000) out of range");
  EXPECT_EQ(refused(permission("tcp", 80, 80, "10.0.0.300/8")),
            "InvalidParameterValue: CIDR block 10.0.0.300/8 is malformed");
  EXPECT_EQ(refused(permission("morse", 80, 80)),
            "InvalidParameterValue: Invalid value 'morse' for IP protocol. Unknown protocol.");
  EXPECT_EQ(refused({{"IpProtocol", "tcp"}, {"FromPort", 80}, {"ToPort", 80}}),
            "MissingParameter: Missing source specification: include source security group or "
            "CIDR information");
  EXPECT_EQ(refused({{"IpProtocol", "-1"},
                     {"PrefixListIds", Array{Object{{"PrefixListId", "pl-00000000"}}}}}),
            "InvalidPrefixListID.NotFound: The prefix list ID 'pl-00000000' does not exist");
  EXPECT_EQ(code("AuthorizeSecurityGroupIngress", opening("mine", permission("tcp", 1, 1))),
            "InvalidGroupId.Malformed");
  EXPECT_EQ(refusal("AuthorizeSecurityGroupIngress", {{"IpProtocol", "tcp"}}),
            "MissingParameter: The request must contain the parameter groupName or groupId");
  for (int port = 1; port <= 60; ++port)
    open(id, permission("tcp", port, port));
  EXPECT_EQ(code("AuthorizeSecurityGroupIngress", opening(id, permission("tcp", 61, 61))),
            "RulesPerSecurityGroupLimitExceeded");
}

TEST_F(SecurityGroups, OfWrongNamesAreRefused) {
  const auto refused = [&](std::string_view name) {
    return code("CreateSecurityGroup", {{"GroupName", name}, {"Description", "x"}});
  };
  EXPECT_EQ(refused("sg-mine"), "InvalidParameterValue");
  EXPECT_EQ(refused("default"), "InvalidParameterValue");
  EXPECT_EQ(refused("caf\xc3\xa9"), "InvalidParameterValue");
  make("web");
  EXPECT_EQ(refusal("CreateSecurityGroup", {{"GroupName", "web"}, {"Description", "x"}}),
            "InvalidGroup.Duplicate: The security group 'web' already exists for VPC '" +
                default_vpc() + "'");
  EXPECT_EQ(code("DeleteSecurityGroup", {{"GroupName", "default"}}), "CannotDelete");
  EXPECT_EQ(code("CreateSecurityGroup",
                 {{"GroupName", "x"}, {"Description", "x"}, {"VpcId", "vpc-12345678"}}),
            "InvalidVpcID.NotFound");
}

TEST_F(SecurityGroups, ReplayTheSame) {
  const auto id = make("web");
  open(id, permission("tcp", 22, 22));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::ec2
