// SPDX-License-Identifier: Apache-2.0
// Every declared type is made, changed and removed by properties.
#include "services/ec2/declare.hpp"

#include "base/crypto.hpp"
#include "services/ec2/properties.hpp"
#include "services/ec2/resource_types.hpp"
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

const core::ResourceType& type_named(std::string_view name) {
  static const auto kTypes = resource_types();
  for (const auto& type : kTypes) {
    if (type.type == name) return type;
  }
  ADD_FAILURE() << "no type " << name;
  return kTypes.front();
}

/// Cloud Control, in small.
void with_declarations(core::Registry& registry) {
  register_ec2(registry);
  using core::Call;
  registry.add(core::Service{"declaring",
                             "declaring",
                             {{"Make", core::Effect::Write,
                               [](Call& call) {
                                 const auto& type = type_named(text(call.params(), "Type"));
                                 return type.create(call, object_of(call.params(), "Properties"));
                               }},
                              {"Change", core::Effect::Write,
                               [](Call& call) {
                                 const auto& type = type_named(text(call.params(), "Type"));
                                 return type.update(call, string_of(call.params(), "Id"),
                                                    object_of(call.params(), "Properties"));
                               }},
                              {"Remove", core::Effect::Write, [](Call& call) {
                                 const auto& type = type_named(text(call.params(), "Type"));
                                 return type.remove(call, string_of(call.params(), "Id"));
                               }}}});
}

class Declarations : public Ec2Test {
 protected:
  Declarations() : Ec2Test(with_declarations) {}

  Result<Document> declaring(std::string_view operation, std::string_view type, std::string id,
                             Object properties) {
    return cloud.call("declaring", operation,
                      Object{{"Type", std::string("AWS::EC2::") + std::string(type)},
                             {"Id", std::move(id)},
                             {"Properties", std::move(properties)}});
  }
  std::string make(std::string_view type, Object properties) {
    const auto reply = declaring("Make", type, {}, std::move(properties));
    EXPECT_TRUE(reply) << type << ": " << words(reply);
    return reply ? string_of(*reply, "Id") : "";
  }
  void change(std::string_view type, const std::string& id, Object properties) {
    const auto reply = declaring("Change", type, id, std::move(properties));
    EXPECT_TRUE(reply) << type << ": " << words(reply);
  }
  void remove(std::string_view type, const std::string& id) {
    const auto reply = declaring("Remove", type, id, {});
    EXPECT_TRUE(reply) << type << ": " << words(reply);
  }
  Object properties(const Kind& kind, const std::string& id) {
    const auto row = get(*cloud.stores().state, {AccountId("123456789012"), "us-east-1"}, kind, id);
    EXPECT_TRUE(row) << id;
    return row ? properties_of(*cloud.stores().state, kind, *row) : Object();
  }
  static Array tag(std::string_view key, std::string_view value) {
    return {Object{{"Key", key}, {"Value", value}}};
  }
  static Object rule(std::int64_t port, std::string_view block) {
    return {{"IpProtocol", "tcp"}, {"FromPort", port}, {"ToPort", port}, {"CidrIp", block}};
  }
};

TEST_F(Declarations, OfANetwork) {
  const auto vpc = make(
      "VPC",
      {{"CidrBlock", "10.1.0.0/16"}, {"EnableDnsHostnames", true}, {"Tags", tag("Name", "lab")}});
  EXPECT_TRUE(flag(properties(kVpc, vpc), "EnableDnsHostnames"));
  EXPECT_EQ(one("DescribeVpcs", "Vpcs.VpcId", filter("tag:Name", "lab")), vpc);
  change("VPC", vpc, {{"EnableDnsHostnames", false}, {"Tags", tag("Name", "other")}});
  EXPECT_FALSE(flag(properties(kVpc, vpc), "EnableDnsHostnames", true));
  EXPECT_EQ(one("DescribeVpcs", "Vpcs.VpcId", filter("tag:Name", "other")), vpc);
  const auto fixed = declaring("Change", "VPC", vpc, {{"CidrBlock", "10.2.0.0/16"}});
  EXPECT_EQ(words(fixed),
            "NotUpdatable: The property CidrBlock of AWS::EC2::VPC cannot be changed");
  EXPECT_EQ(words(declaring("Make", "VPC", {}, {{"CidrBlock", "10.2.0.0/16"}, {"Colour", "x"}})),
            "InvalidRequest: Tocsin does not serve the property Colour of AWS::EC2::VPC");

  const auto subnet = make("Subnet", {{"VpcId", vpc},
                                      {"CidrBlock", "10.1.0.0/24"},
                                      {"AvailabilityZone", "us-east-1b"},
                                      {"MapPublicIpOnLaunch", true}});
  EXPECT_TRUE(flag(properties(kSubnet, subnet), "MapPublicIpOnLaunch"));
  change("Subnet", subnet, {{"MapPublicIpOnLaunch", false}});
  EXPECT_FALSE(flag(properties(kSubnet, subnet), "MapPublicIpOnLaunch", true));
  const auto table = make("RouteTable", {{"VpcId", vpc}});
  const auto acl = make("NetworkAcl", {{"VpcId", vpc}});
  const auto gateway = make("InternetGateway", {});
  const auto options =
      make("DHCPOptions", {{"DomainName", "lab.test"}, {"NtpServers", Array{"10.1.0.9"}}});
  EXPECT_EQ(text(properties(kDhcp, options), "DomainName"), "lab.test");
  const auto interface = make("NetworkInterface", {{"SubnetId", subnet}, {"Description", "one"}});
  change("NetworkInterface", interface, {{"Description", "two"}, {"SourceDestCheck", false}});
  EXPECT_EQ(text(properties(kInterface, interface), "Description"), "two");
  EXPECT_FALSE(flag(properties(kInterface, interface), "SourceDestCheck", true));
  for (const auto& [type, id] :
       std::vector<std::pair<std::string_view, std::string>>{{"NetworkInterface", interface},
                                                             {"DHCPOptions", options},
                                                             {"InternetGateway", gateway},
                                                             {"NetworkAcl", acl},
                                                             {"RouteTable", table},
                                                             {"Subnet", subnet},
                                                             {"VPC", vpc}})
    remove(type, id);
  EXPECT_EQ(words(declaring("Remove", "VPC", vpc, {})),
            "InvalidVpcID.NotFound: The vpc ID '" + vpc + "' does not exist");
}

TEST_F(Declarations, OfASecurityGroup) {
  const auto id =
      make("SecurityGroup",
           {{"GroupDescription", "the web"},
            {"GroupName", "web"},
            {"SecurityGroupIngress", Array{rule(80, "0.0.0.0/0"), rule(22, "10.0.0.0/8")}}});
  change("SecurityGroup", id,
         {{"GroupName", "web"},
          {"SecurityGroupIngress", Array{rule(80, "0.0.0.0/0"), rule(443, "0.0.0.0/0")}},
          {"SecurityGroupEgress", Array()}});
  const auto now = properties(kGroup, id);
  EXPECT_EQ(values_at(now, "SecurityGroupIngress.FromPort"), (Texts{"80", "443"}));
  EXPECT_EQ(array_of(now, "SecurityGroupEgress").size(), 0u);
  EXPECT_EQ(words(declaring("Change", "SecurityGroup", id, {{"GroupName", "other"}})),
            "NotUpdatable: The property GroupName of AWS::EC2::SecurityGroup cannot be changed");
  const auto bad = declaring("Change", "SecurityGroup", id,
                             {{"SecurityGroupIngress", Array{rule(70000, "0.0.0.0/0")}}});
  EXPECT_EQ(words(bad), "InvalidParameterValue: TCP/UDP port (70000) out of range");
  remove("SecurityGroup", id);
  EXPECT_TRUE(make("SecurityGroup", {{"GroupDescription", "x"}}).starts_with("sg-"));
}

TEST_F(Declarations, OfComputing) {
  const auto image = one("DescribeImages", "Images.ImageId", filter("name", "al2023-*-x86_64"));
  const auto instance = make("Instance", {{"ImageId", image},
                                          {"InstanceType", "t3.micro"},
                                          {"AvailabilityZone", "us-east-1b"},
                                          {"Monitoring", true},
                                          {"SourceDestCheck", false},
                                          {"Tags", tag("Name", "web")}});
  cloud.advance(std::chrono::seconds(6));
  auto now = properties(kInstance, instance);
  EXPECT_TRUE(flag(now, "Monitoring"));
  EXPECT_FALSE(flag(now, "SourceDestCheck", true));
  EXPECT_EQ(text(now, "AvailabilityZone"), "us-east-1b");
  change("Instance", instance, {{"Monitoring", false}, {"DisableApiTermination", true}});
  now = properties(kInstance, instance);
  EXPECT_FALSE(flag(now, "Monitoring", true));
  EXPECT_EQ(words(declaring("Remove", "Instance", instance, {})).substr(0, 21),
            "OperationNotPermitted");
  change("Instance", instance, {{"DisableApiTermination", false}});
  remove("Instance", instance);
  const auto volume = make("Volume", {{"AvailabilityZone", "us-east-1a"}, {"Size", 1}});
  cloud.advance(std::chrono::seconds(3));
  change("Volume", volume, {{"AvailabilityZone", "us-east-1a"}, {"Size", 2}});
  EXPECT_EQ(values_at(properties(kVolume, volume), "Size"), Texts{"2"});
  remove("Volume", volume);
  const auto launch_template =
      make("LaunchTemplate", {{"LaunchTemplateName", "web"},
                              {"LaunchTemplateData", Object{{"InstanceType", "t3.micro"}}}});
  change("LaunchTemplate", launch_template,
         {{"LaunchTemplateData", Object{{"InstanceType", "t3.small"}}}});
  EXPECT_EQ(values_at(properties(kTemplate, launch_template), "LaunchTemplateData.InstanceType"),
            Texts{"t3.small"});
  remove("LaunchTemplate", launch_template);
  EXPECT_EQ(words(declaring("Make", "KeyPair", {}, {{"KeyName", "k"}})).substr(0, 14),
            "InvalidRequest");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Declarations, OfWhatIsAttached) {
  const auto vpc = default_vpc();
  const auto address = make("EIP", {{"Domain", "vpc"}});
  const auto subnet = seen("DescribeSubnets", "Subnets.SubnetId").front();
  const auto nat = make("NatGateway", {{"SubnetId", subnet}, {"AllocationId", address}});
  remove("NatGateway", nat);
  const auto table = seen("DescribeRouteTables", "RouteTables.RouteTableId").front();
  const auto endpoint = make("VPCEndpoint", {{"VpcId", vpc},
                                             {"ServiceName", "com.amazonaws.us-east-1.s3"},
                                             {"VpcEndpointType", "Gateway"}});
  change("VPCEndpoint", endpoint, {{"RouteTableIds", Array{table}}});
  EXPECT_EQ(values_at(properties(kEndpoint, endpoint), "RouteTableIds"), Texts{table});
  change("VPCEndpoint", endpoint, {{"RouteTableIds", Array()}});
  EXPECT_EQ(values_at(properties(kEndpoint, endpoint), "RouteTableIds"), Texts{});
  remove("VPCEndpoint", endpoint);
  const auto log = make("FlowLog", {{"ResourceId", vpc},
                                    {"ResourceType", "VPC"},
                                    {"TrafficType", "ALL"},
                                    {"LogDestinationType", "s3"},
                                    {"LogDestination", "arn:aws:s3:::logs"}});
  EXPECT_EQ(text(properties(kFlowLog, log), "ResourceType"), "VPC");
  remove("FlowLog", log);
  const auto list = make("PrefixList", {{"PrefixListName", "offices"},
                                        {"AddressFamily", "IPv4"},
                                        {"MaxEntries", 5},
                                        {"Entries", Array{Object{{"Cidr", "10.0.0.0/8"}}}}});
  change("PrefixList", list, {{"Entries", Array{Object{{"Cidr", "192.168.0.0/16"}}}}});
  EXPECT_EQ(values_at(properties(kPrefixList, list), "Entries.Cidr"), Texts{"192.168.0.0/16"});
  remove("PrefixList", list);
}

}  // namespace
}  // namespace tocsin::ec2
