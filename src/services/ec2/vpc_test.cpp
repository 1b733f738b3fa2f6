// SPDX-License-Identifier: Apache-2.0
// Networks: the default one, VPCs, subnets, regions, tags, filters, pages, dry runs.
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

using Networks = Ec2Test;

TEST_F(Networks, EveryRegionHasADefaultOne) {
  const auto vpc = must("DescribeVpcs").at("Vpcs").at(0);
  EXPECT_EQ(text(vpc, "CidrBlock"), "172.31.0.0/16");
  EXPECT_TRUE(flag(vpc, "IsDefault"));
  EXPECT_EQ(seen("DescribeSubnets", "Subnets.AvailabilityZone").size(), 6u);
  EXPECT_EQ(seen("DescribeSubnets", "Subnets.CidrBlock", filter("availability-zone", "us-east-1b")),
            Texts{"172.31.16.0/20"});
  EXPECT_EQ(one("DescribeSecurityGroups", "SecurityGroups.GroupName"), "default");
  // The first write makes it a part of the state, with the same ids.
  const auto id = string_of(vpc, "VpcId");
  const auto made = make_vpc();
  EXPECT_EQ(default_vpc(), id);
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.VpcId").size(), 2u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Networks, OfAnotherRegionHaveItsZones) {
  auto request = cloud.request("ec2", "DescribeSubnets", Object());
  request.scope.region = "eu-west-1";
  const auto reply = cloud.call(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(values_at(*reply, "Subnets.AvailabilityZoneId").size(), 3u);
}

TEST_F(Networks, AreMadeWithWhatBelongsToThem) {
  const auto reply = must("CreateVpc", {{"CidrBlock", "10.1.2.3/16"},
                                        {"AmazonProvidedIpv6CidrBlock", true},
                                        {"TagSpecifications", tags("vpc", "team", "blue")}});
  const auto vpc = reply.at("Vpc");
  EXPECT_EQ(text(vpc, "CidrBlock"), "10.1.0.0/16");
  EXPECT_EQ(text(vpc, "State"), "pending");
  const auto id = string_of(vpc, "VpcId");
  EXPECT_EQ(id.size(), 21u);
  EXPECT_EQ(one("DescribeVpcs", "Vpcs.State", {{"VpcIds", Array{id}}}), "available");
  EXPECT_EQ(one("DescribeVpcs", "Vpcs.VpcId", filter("tag:team", "b*e")), id);
  EXPECT_EQ(one("DescribeSecurityGroups", "SecurityGroups.GroupName", filter("vpc-id", id)),
            "default");
  must("DeleteVpc", {{"VpcId", id}});
  EXPECT_EQ(refusal("DescribeVpcs", {{"VpcIds", Array{id}}}),
            "InvalidVpcID.NotFound: The vpc ID '" + id + "' does not exist");
  EXPECT_EQ(seen("DescribeSecurityGroups", "SecurityGroups.GroupId", filter("vpc-id", id)),
            Texts{});
}

TEST_F(Networks, OfWrongParametersAreRefused) {
  EXPECT_EQ(refusal("CreateVpc"),
            "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  EXPECT_EQ(refusal("CreateVpc", {{"CidrBlock", "10.0.0"}}),
            "InvalidParameterValue: Value (10.0.0) for parameter cidrBlock is invalid. This is not "
            "a valid CIDR block.");
  EXPECT_EQ(refusal("CreateVpc", {{"CidrBlock", "10.0.0.0/8"}}),
            "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.");
  EXPECT_EQ(code("DeleteVpc", {{"VpcId", "vpc-none"}}), "InvalidVpcID.NotFound");
  for (int n = 0; n < 4; ++n)
    make_vpc();
  EXPECT_EQ(refusal("CreateVpc", {{"CidrBlock", "10.0.0.0/16"}}),
            "VpcLimitExceeded: The maximum number of VPCs has been reached.");
  EXPECT_EQ(code("CreateDefaultVpc"), "DefaultVpcAlreadyExists");
}

TEST_F(Networks, TheDefaultOneCanBeDeletedAndMadeAnew) {
  const auto vpc = default_vpc();
  EXPECT_EQ(code("DeleteVpc", {{"VpcId", vpc}}), "DependencyViolation");
  for (const auto& subnet : seen("DescribeSubnets", "Subnets.SubnetId"))
    must("DeleteSubnet", {{"SubnetId", subnet}});
  EXPECT_EQ(code("CreateDefaultSubnet", {{"AvailabilityZone", "us-east-1z"}}),
            "InvalidParameterValue");
  must("CreateDefaultSubnet", {{"AvailabilityZone", "us-east-1c"}});
  EXPECT_EQ(code("CreateDefaultSubnet", {{"AvailabilityZone", "us-east-1c"}}),
            "DefaultSubnetAlreadyExistsInAvailabilityZone");
}

TEST_F(Networks, AttributesAreModified) {
  const auto vpc = make_vpc();
  const auto asked = [&](std::string_view attribute, std::string_view path) {
    return one("DescribeVpcAttribute", path, {{"VpcId", vpc}, {"Attribute", attribute}});
  };
  EXPECT_EQ(asked("enableDnsSupport", "EnableDnsSupport.Value"), "true");
  EXPECT_EQ(asked("enableDnsHostnames", "EnableDnsHostnames.Value"), "false");
  must("ModifyVpcAttribute", {{"VpcId", vpc}, {"EnableDnsHostnames", Object{{"Value", true}}}});
  EXPECT_EQ(asked("enableDnsHostnames", "EnableDnsHostnames.Value"), "true");
  EXPECT_EQ(code("ModifyVpcAttribute", {{"VpcId", vpc},
                                        {"EnableDnsSupport", Object{{"Value", true}}},
                                        {"EnableDnsHostnames", Object{{"Value", true}}}}),
            "InvalidParameterCombination");
}

TEST_F(Networks, TakeFurtherBlocks) {
  const auto vpc = make_vpc();
  EXPECT_EQ(code("AssociateVpcCidrBlock", {{"VpcId", vpc}, {"CidrBlock", "10.0.4.0/24"}}),
            "InvalidVpc.Range");
  const auto id = one("AssociateVpcCidrBlock", "CidrBlockAssociation.AssociationId",
                      {{"VpcId", vpc}, {"CidrBlock", "10.1.0.0/16"}});
  must("CreateSubnet", {{"VpcId", vpc}, {"CidrBlock", "10.1.1.0/24"}});
  must("DisassociateVpcCidrBlock", {{"AssociationId", id}});
  EXPECT_EQ(code("DisassociateVpcCidrBlock", {{"AssociationId", id}}),
            "InvalidVpcCidrBlockAssociationID.NotFound");
}

TEST_F(Networks, SubnetsLieInTheirVpc) {
  const auto vpc = make_vpc();
  const auto make = [&](std::string_view block) {
    return Object{{"VpcId", vpc}, {"CidrBlock", block}, {"AvailabilityZone", "us-east-1b"}};
  };
  const auto subnet = must("CreateSubnet", make("10.0.1.0/24")).at("Subnet");
  EXPECT_EQ(integer(subnet, "AvailableIpAddressCount"), 251);
  EXPECT_EQ(text(subnet, "AvailabilityZoneId"), "use1-az2");
  EXPECT_EQ(refusal("CreateSubnet", make("10.0.1.128/25")),
            "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet");
  EXPECT_EQ(refusal("CreateSubnet", make("10.1.1.0/24")),
            "InvalidSubnet.Range: The CIDR '10.1.1.0/24' is invalid.");
  EXPECT_EQ(code("CreateSubnet", make("10.0.2.0/29")), "InvalidSubnet.Range");
  const auto id = string_of(subnet, "SubnetId");
  must("ModifySubnetAttribute",
       {{"SubnetId", id}, {"MapPublicIpOnLaunch", Object{{"Value", true}}}});
  EXPECT_EQ(one("DescribeSubnets", "Subnets.MapPublicIpOnLaunch", {{"SubnetIds", Array{id}}}),
            "true");
  EXPECT_EQ(refusal("DeleteVpc", {{"VpcId", vpc}}),
            "DependencyViolation: The vpc '" + vpc + "' has dependencies and cannot be deleted.");
  must("DeleteSubnet", {{"SubnetId", id}});
  must("DeleteVpc", {{"VpcId", vpc}});
}

TEST_F(Networks, RegionsAndZonesAreListed) {
  EXPECT_EQ(one("DescribeRegions", "Regions.Endpoint", {{"RegionNames", Array{"eu-west-1"}}}),
            "ec2.eu-west-1.amazonaws.com");
  EXPECT_EQ(seen("DescribeRegions", "Regions.RegionName", filter("region-name", "us-*")),
            (Texts{"us-east-1", "us-east-2", "us-west-1", "us-west-2"}));
  EXPECT_EQ(code("DescribeRegions", {{"RegionNames", Array{"mars-1"}}}), "InvalidParameterValue");
  EXPECT_EQ(one("DescribeAvailabilityZones", "AvailabilityZones.ZoneId",
                filter("zone-name", "us-east-1f")),
            "use1-az6");
  EXPECT_EQ(one("DescribeAccountAttributes", "AccountAttributes.AttributeValues.AttributeValue",
                {{"AttributeNames", Array{"default-vpc"}}}),
            default_vpc());
}

TEST_F(Networks, TagsAreSetFoundAndTakenAway) {
  const auto vpc = make_vpc();
  const auto other = make_vpc("10.9.0.0/16");
  must("CreateTags", {{"Resources", Array{vpc, other}},
                      {"Tags", Array{Object{{"Key", "Name"}, {"Value", "main"}},
                                     Object{{"Key", "stage"}, {"Value", "a*b"}}}}});
  EXPECT_EQ(seen("DescribeTags", "Tags.ResourceId", filter("key", "Name")).size(), 2u);
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.VpcId", filter("tag:stage", "a\\*b")).size(), 2u);
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.VpcId", filter("tag:stage", "a\\*")).size(), 0u);
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.VpcId", filter("tag-key", "St?ge")).size(), 0u);
  must("DeleteTags",
       {{"Resources", Array{vpc}},
        {"Tags", Array{Object{{"Key", "Name"}, {"Value", "other"}}, Object{{"Key", "stage"}}}}});
  EXPECT_EQ(seen("DescribeTags", "Tags.Key", filter("resource-id", vpc)), Texts{"Name"});
  const auto refused = [&](std::string_view id, std::string_view key) {
    return code("CreateTags",
                {{"Resources", Array{id}}, {"Tags", Array{Object{{"Key", key}, {"Value", "x"}}}}});
  };
  EXPECT_EQ(refused(vpc, "aws:mine"), "InvalidParameterValue");
  EXPECT_EQ(refused("x-12345678", "a"), "InvalidID");
  EXPECT_EQ(refused("vpc-12345678", "a"), "InvalidVpcID.NotFound");
  EXPECT_EQ(code("CreateVpc",
                 {{"CidrBlock", "10.0.0.0/16"}, {"TagSpecifications", tags("subnet", "a", "b")}}),
            "InvalidParameterValue");
}

TEST_F(Networks, PagesAreWalked) {
  std::size_t pages = 0, subnets = 0;
  Object params{{"MaxResults", 5}};
  for (bool more = true; more; ++pages) {
    const auto reply = must("DescribeSubnets", params);
    subnets += array_of(reply, "Subnets").size();
    more = find(reply, "NextToken") != nullptr;
    params["NextToken"] = text(reply, "NextToken");
  }
  EXPECT_EQ(pages, 2u);
  EXPECT_EQ(subnets, 6u);
  EXPECT_EQ(code("DescribeSubnets", {{"MaxResults", 2}}), "InvalidParameterValue");
  EXPECT_EQ(code("DescribeSubnets", {{"NextToken", "mine"}}), "InvalidPaginationToken");
  EXPECT_EQ(code("DescribeVpcs", {{"VpcIds", Array{default_vpc()}}, {"MaxResults", 5}}),
            "InvalidParameterCombination");
  EXPECT_EQ(refusal("DescribeVpcs", filter("colour", "blue")),
            "InvalidParameterValue: The filter 'colour' is invalid");
}

TEST_F(Networks, DryRunsChangeNothing) {
  const auto before = seen("DescribeVpcs", "Vpcs.VpcId").size();
  const auto result = call("CreateVpc", {{"CidrBlock", "10.0.0.0/16"}, {"DryRun", true}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "DryRunOperation");
  EXPECT_EQ(result.error().status, 412);
  EXPECT_EQ(refusal("DescribeVpcs", {{"DryRun", true}}),
            "DryRunOperation: Request would have succeeded, but DryRun flag is set.");
  EXPECT_EQ(code("CreateVpc", {{"CidrBlock", "10.0.0.0/8"}, {"DryRun", true}}), "InvalidVpc.Range");
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.VpcId").size(), before);
}

TEST_F(Networks, TheBlockThatGoesIsTheOneThatIsNamed) {
  const auto vpc = make_vpc();
  const auto add = [&](std::string_view block) {
    return one("AssociateVpcCidrBlock", "CidrBlockAssociation.AssociationId",
               {{"VpcId", vpc}, {"CidrBlock", block}});
  };
  const auto first = add("10.1.0.0/16");
  add("10.2.0.0/16");
  const auto reply = must("DisassociateVpcCidrBlock", {{"AssociationId", first}});
  EXPECT_EQ(values_at(reply, "CidrBlockAssociation.AssociationId"), Texts{first});
  EXPECT_EQ(values_at(reply, "CidrBlockAssociation.CidrBlockState.State"), Texts{"disassociating"});
  EXPECT_EQ(seen("DescribeVpcs", "Vpcs.CidrBlockAssociationSet.CidrBlock", filter("vpc-id", vpc)),
            (Texts{"10.0.0.0/16", "10.2.0.0/16"}));
}

TEST_F(Networks, DhcpOptionsAreMadeAndGiven) {
  const auto vpc = make_vpc();
  const Array configurations{
      Object{{"Key", "domain-name-servers"}, {"Values", Array{"10.0.0.2", "10.0.0.3"}}}};
  const auto id = one("CreateDhcpOptions", "DhcpOptions.DhcpOptionsId",
                      {{"DhcpConfigurations", configurations}});
  must("AssociateDhcpOptions", {{"DhcpOptionsId", id}, {"VpcId", vpc}});
  EXPECT_EQ(one("DescribeVpcs", "Vpcs.DhcpOptionsId", filter("vpc-id", vpc)), id);
  EXPECT_EQ(code("DeleteDhcpOptions", {{"DhcpOptionsId", id}}), "DependencyViolation");
  must("AssociateDhcpOptions", {{"DhcpOptionsId", "default"}, {"VpcId", vpc}});
  must("DeleteDhcpOptions", {{"DhcpOptionsId", id}});
  EXPECT_EQ(
      code("CreateDhcpOptions",
           {{"DhcpConfigurations", Array{Object{{"Key", "colour"}, {"Values", Array{"red"}}}}}}),
      "InvalidParameterValue");
}

TEST_F(Networks, PrefixListsHaveVersions) {
  const Object params{{"PrefixListName", "offices"},
                      {"AddressFamily", "IPv4"},
                      {"MaxEntries", 2},
                      {"Entries", Array{Object{{"Cidr", "10.0.0.0/8"}, {"Description", "here"}}}}};
  const auto id = one("CreateManagedPrefixList", "PrefixList.PrefixListId", params);
  EXPECT_EQ(one("DescribeManagedPrefixLists", "PrefixLists.State", filter("prefix-list-id", id)),
            "create-complete");
  const Object added{{"PrefixListId", id},
                     {"CurrentVersion", 1},
                     {"AddEntries", Array{Object{{"Cidr", "192.168.0.0/16"}}}}};
  EXPECT_EQ(one("ModifyManagedPrefixList", "PrefixList.Version", added), "2");
  EXPECT_EQ(code("ModifyManagedPrefixList", added), "InvalidParameterValue");  // twice the same
  EXPECT_EQ(
      code("ModifyManagedPrefixList", {{"PrefixListId", id},
                                       {"CurrentVersion", 1},
                                       {"RemoveEntries", Array{Object{{"Cidr", "10.0.0.0/8"}}}}}),
      "PrefixListVersionMismatch");
  EXPECT_EQ(
      code("ModifyManagedPrefixList", {{"PrefixListId", id},
                                       {"CurrentVersion", 2},
                                       {"AddEntries", Array{Object{{"Cidr", "172.16.0.0/12"}}}}}),
      "PrefixListMaxEntriesExceeded");
  EXPECT_EQ(seen("GetManagedPrefixListEntries", "Entries.Cidr",
                 {{"PrefixListId", id}, {"TargetVersion", 1}}),
            Texts{"10.0.0.0/8"});
  const auto group =
      one("CreateSecurityGroup", "GroupId", {{"GroupName", "web"}, {"Description", "x"}});
  must("AuthorizeSecurityGroupIngress",
       {{"GroupId", group},
        {"IpPermissions", Array{Object{{"IpProtocol", "-1"},
                                       {"PrefixListIds", Array{Object{{"PrefixListId", id}}}}}}}});
  EXPECT_EQ(one("GetManagedPrefixListAssociations", "PrefixListAssociations.ResourceId",
                {{"PrefixListId", id}}),
            group);
  EXPECT_EQ(code("DeleteManagedPrefixList", {{"PrefixListId", id}}), "DependencyViolation");
  must("DeleteSecurityGroup", {{"GroupId", group}});
  EXPECT_EQ(one("RestoreManagedPrefixListVersion", "PrefixList.Version",
                {{"PrefixListId", id}, {"CurrentVersion", 2}, {"PreviousVersion", 1}}),
            "3");
  must("DeleteManagedPrefixList", {{"PrefixListId", id}});
  EXPECT_EQ(code("GetManagedPrefixListEntries", {{"PrefixListId", id}}),
            "InvalidPrefixListID.NotFound");
}

TEST_F(Networks, ReservedTagsAreOfServices) {
  const auto vpc = make_vpc();
  const Object params{
      {"Resources", Array{vpc}},
      {"Tags", Array{Object{{"Key", "aws:autoscaling:groupName"}, {"Value", "web"}}}}};
  EXPECT_EQ(refusal("CreateTags", params),
            "InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use");
  auto request = cloud.request("ec2", "CreateTags", params);
  request.credential = {.kind = core::Credential::Kind::Service,
                        .account = AccountId("123456789012"),
                        .service = "autoscaling.amazonaws.com"};
  EXPECT_EQ(words(cloud.call(request)), "no error");
  EXPECT_EQ(code("DeleteTags", params), "InvalidParameterValue");
  EXPECT_EQ(one("DescribeTags", "Tags.Value", filter("resource-id", vpc)), "web");
}

}  // namespace
}  // namespace tocsin::ec2
