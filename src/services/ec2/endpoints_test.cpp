// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

using namespace std::chrono_literals;
constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/logs";

class Endpoints : public Ec2Test {
 protected:
  const std::string vpc = make_vpc();
  const std::string subnet =
      one("CreateSubnet", "Subnet.SubnetId", {{"VpcId", vpc}, {"CidrBlock", "10.0.1.0/24"}});
};

TEST_F(Endpoints, AreMadeOfBothTypes) {
  const auto make = [&](std::string_view service, Object more = {}) {
    more["VpcId"] = vpc;
    more["ServiceName"] = service;
    return more;
  };
  const auto gateway =
      one("CreateVpcEndpoint", "VpcEndpoint.VpcEndpointId", make("com.amazonaws.us-east-1.s3"));
  const auto reply = must("CreateVpcEndpoint",
                          make("com.amazonaws.us-east-1.ssm",
                               {{"VpcEndpointType", "Interface"}, {"SubnetIds", Array{subnet}}}));
  EXPECT_EQ(values_at(reply, "VpcEndpoint.NetworkInterfaceIds").size(), 1u);
  EXPECT_EQ(code("CreateVpcEndpoint", make("com.amazonaws.us-east-1.ssm")), "InvalidServiceName");
  EXPECT_EQ(one("DescribeVpcEndpoints", "VpcEndpoints.VpcEndpointId",
                filter("vpc-endpoint-type", "Gateway")),
            gateway);
  EXPECT_EQ(code("DeleteSubnet", {{"SubnetId", subnet}}), "DependencyViolation");
  const auto ids = Array{gateway, text(reply.at("VpcEndpoint"), "VpcEndpointId")};
  EXPECT_EQ(seen("DeleteVpcEndpoints", "Unsuccessful.ResourceId", {{"VpcEndpointIds", ids}}),
            Texts{});
  EXPECT_EQ(
      one("DeleteVpcEndpoints", "Unsuccessful.Error.Code", {{"VpcEndpointIds", Array{gateway}}}),
      "InvalidVpcEndpointId.NotFound");
  must("DeleteSubnet", {{"SubnetId", subnet}});
}

TEST_F(Endpoints, LeadToServices) {
  const Object s3{{"ServiceNames", Array{"com.amazonaws.us-east-1.s3"}}};
  EXPECT_EQ(seen("DescribeVpcEndpointServices", "ServiceDetails.ServiceType.ServiceType", s3),
            (Texts{"Gateway", "Interface"}));
  EXPECT_EQ(one("DescribeVpcEndpointServices", "ServiceNames", s3), "com.amazonaws.us-east-1.s3");
  EXPECT_EQ(code("DescribeVpcEndpointServices", {{"ServiceNames", Array{"x"}}}),
            "InvalidServiceName");
}

TEST_F(Endpoints, AreModified) {
  const auto id = one("CreateVpcEndpoint", "VpcEndpoint.VpcEndpointId",
                      {{"VpcId", vpc},
                       {"ServiceName", "com.amazonaws.us-east-1.ssm"},
                       {"VpcEndpointType", "Interface"}});
  const auto group = one("CreateSecurityGroup", "GroupId",
                         {{"GroupName", "x"}, {"Description", "x"}, {"VpcId", vpc}});
  const auto before =
      seen("DescribeVpcEndpoints", "VpcEndpoints.Groups.GroupId", filter("vpc-endpoint-id", id));
  must("ModifyVpcEndpoint", {{"VpcEndpointId", id},
                             {"AddSubnetIds", Array{subnet}},
                             {"AddSecurityGroupIds", Array{group}},
                             {"RemoveSecurityGroupIds", Array{before.front()}},
                             {"PolicyDocument", "{}"}});
  const auto endpoint = must("DescribeVpcEndpoints", {{"VpcEndpointIds", Array{id}}});
  EXPECT_EQ(values_at(endpoint, "VpcEndpoints.NetworkInterfaceIds").size(), 1u);
  EXPECT_EQ(values_at(endpoint, "VpcEndpoints.Groups.GroupId"), Texts{group});
  EXPECT_EQ(values_at(endpoint, "VpcEndpoints.PolicyDocument"), Texts{"{}"});
  must("ModifyVpcEndpoint", {{"VpcEndpointId", id}, {"RemoveSubnetIds", Array{subnet}}});
  EXPECT_EQ(seen("DescribeVpcEndpoints", "VpcEndpoints.SubnetIds", {{"VpcEndpointIds", Array{id}}}),
            Texts{});
  EXPECT_EQ(code("ModifyVpcEndpoint", {{"VpcEndpointId", id}, {"PolicyDocument", "{"}}),
            "InvalidPolicyDocument");
  EXPECT_EQ(code("ModifyVpcEndpoint",
                 {{"VpcEndpointId", id}, {"AddRouteTableIds", Array{"rtb-12345678"}}}),
            "InvalidParameter");
}

TEST_F(Endpoints, NatGatewaysTakeAnElasticAddress) {
  EXPECT_EQ(code("CreateNatGateway", {{"SubnetId", subnet}}), "MissingParameter");
  const auto address = one("AllocateAddress", "AllocationId");
  const Object params{{"SubnetId", subnet}, {"AllocationId", address}};
  const auto nat = one("CreateNatGateway", "NatGateway.NatGatewayId", params);
  EXPECT_EQ(one("DescribeNatGateways", "NatGateways.State"), "pending");
  cloud.advance(5s);
  EXPECT_EQ(one("DescribeNatGateways", "NatGateways.State"), "available");
  EXPECT_EQ(code("CreateNatGateway", params), "Resource.AlreadyAssociated");
  must("DeleteNatGateway", {{"NatGatewayId", nat}});
  must("ReleaseAddress", {{"AllocationId", address}});
  EXPECT_EQ(code("DeleteNatGateway", {{"NatGatewayId", "nat-00000000000000001"}}),
            "NatGatewayNotFound");
}

TEST_F(Endpoints, FlowLogsAreSettings) {
  const Object params{{"ResourceIds", Array{vpc, "vpc-12345678"}},
                      {"ResourceType", "VPC"},
                      {"TrafficType", "REJECT"},
                      {"LogGroupName", "flows"},
                      {"DeliverLogsPermissionArn", kRole}};
  const auto reply = must("CreateFlowLogs", params);
  EXPECT_EQ(values_at(reply, "Unsuccessful.Error.Code"), Texts{"InvalidVpcID.NotFound"});
  const auto id = values_at(reply, "FlowLogIds").at(0);
  EXPECT_EQ(values_at(must("CreateFlowLogs", params), "Unsuccessful.Error.Code"),
            (Texts{"FlowLogAlreadyExists", "InvalidVpcID.NotFound"}));
  EXPECT_EQ(one("DescribeFlowLogs", "FlowLogs.FlowLogId",
                {{"Filter", Array{Object{{"Name", "resource-id"}, {"Values", Array{vpc}}}}}}),
            id);
  EXPECT_EQ(code("CreateFlowLogs",
                 {{"ResourceIds", Array{vpc}}, {"ResourceType", "VPC"}, {"TrafficType", "ALL"}}),
            "InvalidParameter");
  must("DeleteFlowLogs", {{"FlowLogIds", Array{id}}});
  EXPECT_EQ(code("DeleteFlowLogs", {{"FlowLogIds", Array{id}}}), "InvalidFlowLogId.NotFound");
}

}  // namespace
}  // namespace tocsin::ec2
