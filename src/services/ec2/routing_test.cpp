// SPDX-License-Identifier: Apache-2.0
// Internet gateways, route tables, network ACLs, interfaces, elastic IPs.
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

class Routing : public Ec2Test {
 protected:
  const std::string vpc = make_vpc();
  const std::string subnet =
      one("CreateSubnet", "Subnet.SubnetId", {{"VpcId", vpc}, {"CidrBlock", "10.0.1.0/24"}});
  std::string make_gateway() {
    return one("CreateInternetGateway", "InternetGateway.InternetGatewayId");
  }
};

TEST_F(Routing, GatewaysAreAttachedOnce) {
  const auto gateway = make_gateway();
  const Object both{{"InternetGatewayId", gateway}, {"VpcId", vpc}};
  EXPECT_EQ(code("DetachInternetGateway", both), "Gateway.NotAttached");
  must("AttachInternetGateway", both);
  EXPECT_EQ(
      refusal("AttachInternetGateway", both),
      "Resource.AlreadyAssociated: resource " + gateway + " is already attached to network " + vpc);
  EXPECT_EQ(code("AttachInternetGateway", {{"InternetGatewayId", make_gateway()}, {"VpcId", vpc}}),
            "InvalidParameterValue");
  EXPECT_EQ(one("DescribeInternetGateways", "InternetGateways.InternetGatewayId",
                filter("attachment.vpc-id", vpc)),
            gateway);
  EXPECT_EQ(code("DeleteInternetGateway", {{"InternetGatewayId", gateway}}), "DependencyViolation");
  must("DetachInternetGateway", both);
  must("DeleteInternetGateway", {{"InternetGatewayId", gateway}});
  EXPECT_EQ(
      refusal("DeleteInternetGateway", {{"InternetGatewayId", gateway}}),
      "InvalidInternetGatewayID.NotFound: The internetGateway ID '" + gateway + "' does not exist");
}

TEST_F(Routing, TablesRouteToGateways) {
  const auto gateway = make_gateway();
  const auto table = one("CreateRouteTable", "RouteTable.RouteTableId", {{"VpcId", vpc}});
  const Object route{
      {"RouteTableId", table}, {"DestinationCidrBlock", "0.0.0.0/0"}, {"GatewayId", gateway}};
  EXPECT_EQ(code("CreateRoute", route), "InvalidParameterValue");
  must("AttachInternetGateway", {{"InternetGatewayId", gateway}, {"VpcId", vpc}});
  must("CreateRoute", route);
  EXPECT_EQ(refusal("CreateRoute", route),
            "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.");
  EXPECT_EQ(seen("DescribeRouteTables", "RouteTables.Routes.GatewayId",
                 {{"RouteTableIds", Array{table}}}),
            (Texts{"local", gateway}));
  EXPECT_EQ(
      refusal("DeleteRoute", {{"RouteTableId", table}, {"DestinationCidrBlock", "10.9.0.0/16"}}),
      "InvalidRoute.NotFound: no route with destination-cidr-block 10.9.0.0/16 in route "
      "table " +
          table);
  EXPECT_EQ(code("DeleteRoute", {{"RouteTableId", table}, {"DestinationCidrBlock", "10.0.0.0/16"}}),
            "InvalidParameterValue");
  must("ReplaceRoute", route);
  must("DeleteRoute", {{"RouteTableId", table}, {"DestinationCidrBlock", "0.0.0.0/0"}});
  EXPECT_EQ(code("ReplaceRoute", route), "InvalidParameterValue");
}

TEST_F(Routing, TablesAreAssociatedWithSubnets) {
  const auto table = one("CreateRouteTable", "RouteTable.RouteTableId", {{"VpcId", vpc}});
  const Object both{{"RouteTableId", table}, {"SubnetId", subnet}};
  const auto association = one("AssociateRouteTable", "AssociationId", both);
  EXPECT_EQ(code("AssociateRouteTable", both), "Resource.AlreadyAssociated");
  EXPECT_EQ(code("DeleteRouteTable", {{"RouteTableId", table}}), "DependencyViolation");
  const auto moved = one("ReplaceRouteTableAssociation", "NewAssociationId",
                         {{"AssociationId", association}, {"RouteTableId", table}});
  must("DisassociateRouteTable", {{"AssociationId", moved}});
  EXPECT_EQ(code("DisassociateRouteTable", {{"AssociationId", moved}}),
            "InvalidAssociationID.NotFound");
  must("DeleteRouteTable", {{"RouteTableId", table}});
  const auto main = one("DescribeRouteTables", "RouteTables.Associations.RouteTableAssociationId",
                        filter("vpc-id", vpc));
  EXPECT_EQ(code("DisassociateRouteTable", {{"AssociationId", main}}), "InvalidParameterValue");
}

TEST_F(Routing, NetworkAclsHaveNumberedEntries) {
  const auto acl = one("CreateNetworkAcl", "NetworkAcl.NetworkAclId", {{"VpcId", vpc}});
  const auto entry = [&](int number, Object more = {}) {
    more["NetworkAclId"] = acl;
    more["RuleNumber"] = number;
    more["Egress"] = false;
    more["Protocol"] = "-1";
    more["RuleAction"] = "deny";
    more["CidrBlock"] = "203.0.113.7/32";
    return more;
  };
  must("CreateNetworkAclEntry", entry(50));
  EXPECT_EQ(code("CreateNetworkAclEntry", entry(50)), "NetworkAclEntryAlreadyExists");
  EXPECT_EQ(code("CreateNetworkAclEntry", entry(0)), "InvalidParameterValue");
  EXPECT_EQ(seen("DescribeNetworkAcls", "NetworkAcls.Entries.RuleNumber",
                 {{"NetworkAclIds", Array{acl}}}),
            (Texts{"32767", "50", "32767"}));
  must("ReplaceNetworkAclEntry", entry(50));
  must("DeleteNetworkAclEntry", {{"NetworkAclId", acl}, {"RuleNumber", 50}, {"Egress", false}});
  EXPECT_EQ(code("ReplaceNetworkAclEntry", entry(50)), "InvalidNetworkAclEntry.NotFound");
  const auto association =
      one("DescribeNetworkAcls", "NetworkAcls.Associations.NetworkAclAssociationId",
          filter("association.subnet-id", subnet));
  must("ReplaceNetworkAclAssociation", {{"AssociationId", association}, {"NetworkAclId", acl}});
  EXPECT_EQ(code("DeleteNetworkAcl", {{"NetworkAclId", acl}}), "DependencyViolation");
}

TEST_F(Routing, InterfacesTakeAddressesOfTheirSubnet) {
  const auto reply = must("CreateNetworkInterface", {{"SubnetId", subnet}});
  const auto interface = reply.at("NetworkInterface");
  const auto id = string_of(interface, "NetworkInterfaceId");
  EXPECT_EQ(text(interface, "PrivateIpAddress"), "10.0.1.4");
  EXPECT_EQ(values_at(interface, "Groups.GroupName"), Texts{"default"});
  EXPECT_EQ(
      one("DescribeSubnets", "Subnets.AvailableIpAddressCount", {{"SubnetIds", Array{subnet}}}),
      "250");
  EXPECT_EQ(
      code("CreateNetworkInterface", {{"SubnetId", subnet}, {"PrivateIpAddress", "10.0.1.4"}}),
      "InvalidIPAddress.InUse");
  const auto group = one("CreateSecurityGroup", "GroupId",
                         {{"GroupName", "quarantine"}, {"Description", "x"}, {"VpcId", vpc}});
  must("ModifyNetworkInterfaceAttribute", {{"NetworkInterfaceId", id}, {"Groups", Array{group}}});
  EXPECT_EQ(one("DescribeNetworkInterfaces", "NetworkInterfaces.NetworkInterfaceId",
                filter("group-id", group)),
            id);
  EXPECT_EQ(code("DeleteSecurityGroup", {{"GroupId", group}}), "DependencyViolation");
  EXPECT_EQ(code("DeleteSubnet", {{"SubnetId", subnet}}), "DependencyViolation");
  must("DeleteNetworkInterface", {{"NetworkInterfaceId", id}});
  must("DeleteSubnet", {{"SubnetId", subnet}});
}

TEST_F(Routing, ElasticAddressesAreAssociated) {
  const auto interface =
      one("CreateNetworkInterface", "NetworkInterface.NetworkInterfaceId", {{"SubnetId", subnet}});
  const auto address = must("AllocateAddress", {{"Domain", "vpc"}});
  const auto allocation = string_of(address, "AllocationId");
  const auto association = one("AssociateAddress", "AssociationId",
                               {{"AllocationId", allocation}, {"NetworkInterfaceId", interface}});
  EXPECT_EQ(one("DescribeNetworkInterfaces", "NetworkInterfaces.Association.PublicIp",
                {{"NetworkInterfaceIds", Array{interface}}}),
            text(address, "PublicIp"));
  EXPECT_EQ(code("ReleaseAddress", {{"AllocationId", allocation}}), "InvalidIPAddress.InUse");
  must("DisassociateAddress", {{"AssociationId", association}});
  must("ReleaseAddress", {{"AllocationId", allocation}});
  EXPECT_EQ(refusal("ReleaseAddress", {{"AllocationId", allocation}}),
            "InvalidAllocationID.NotFound: The allocation ID '" + allocation + "' does not exist");
  for (int n = 0; n < 5; ++n)
    must("AllocateAddress");
  EXPECT_EQ(code("AllocateAddress"), "AddressLimitExceeded");
}

}  // namespace
}  // namespace tocsin::ec2
