// SPDX-License-Identifier: Apache-2.0
// What this room's tests share: ELB with an EC2 that only knows a few things.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/elasticloadbalancing/elasticloadbalancing.hpp"
#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

class LoadBalancing : public testing::Test {
 protected:
  LoadBalancing() : cloud(add_services) {}

  static Outcome subnets(Call& call) {
    Array out;
    for (const auto& id : texts(call.params(), "SubnetIds")) {
      if (!id.starts_with("subnet-")) return fail("InvalidSubnetID.NotFound", "no such subnet");
      out.push_back(Object{{"SubnetId", id},
                           {"VpcId", "vpc-1"},
                           {"AvailabilityZone", "us-east-1" + id.substr(id.size() - 1)}});
    }
    return Object{{"Subnets", std::move(out)}};
  }

  static Outcome groups(Call& call) {
    const auto ids = texts(call.params(), "GroupIds");
    if (!ids.empty() && !ids.front().starts_with("sg-"))
      return fail("InvalidGroup.NotFound", "no such group");
    return Object{
        {"SecurityGroups",
         Array{Object{{"GroupId", ids.empty() ? "sg-default" : ids.front()}, {"VpcId", "vpc-1"}}}}};
  }

  /// "i-run" runs, "i-stop" is stopped, "i-far" is in another VPC, "i-c" in zone c.
  static Outcome instances(Call& call) {
    const auto id = texts(call.params(), "InstanceIds").front();
    if (id == "i-none") return fail("InvalidInstanceID.NotFound", "no such instance");
    Object instance{
        {"InstanceId", id},
        {"VpcId", id == "i-far" ? "vpc-2" : "vpc-1"},
        {"State", Object{{"Name", id == "i-stop" ? "stopped" : "running"}}},
        {"Placement", Object{{"AvailabilityZone", id == "i-c" ? "us-east-1c" : "us-east-1a"}}}};
    return Object{{"Reservations", Array{Object{{"Instances", Array{std::move(instance)}}}}}};
  }

  static Outcome tell(Call& call) {
    call.emit({.source = "aws.ec2",
               .detail_type = "EC2 Instance State-change Notification",
               .scope = call.scope(),
               .resources = {},
               .detail = call.params().as_object()});
    return Object{};
  }

  static void add_services(core::Registry& registry) {
    using enum core::Effect;
    register_elasticloadbalancing(registry);
    const auto named = [](std::string_view list) {
      return [list](Call& call) -> Outcome {
        const auto ids = texts(call.params(), "VpcIds");
        Object reply;
        reply[list] = Array{Object{{"VpcId", "vpc-1"}}};
        if (!ids.empty() && ids.front() != "vpc-1") reply[list] = Array();
        return reply;
      };
    };
    registry.add(core::Service{"ec2",
                               "ec2",
                               {{"DescribeSubnets", Read, subnets},
                                {"DescribeSecurityGroups", Read, groups},
                                {"DescribeInstances", Read, instances},
                                {"DescribeVpcs", Read, named("Vpcs")},
                                {"DescribeInternetGateways", Read, named("InternetGateways")}}});
    std::vector<core::Operation> told{{"Become", Write, tell}};
    registry.add(core::Service{"test", "test", std::move(told)});
  }

  Result<Document> call(std::string_view operation, Object params = {}) {
    return cloud.call("elasticloadbalancing", operation, std::move(params));
  }
  Document must(std::string_view operation, Object params = {}) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << words(reply);
    return reply.value_or(Document());
  }
  static std::string words(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::string refusal(std::string_view operation, Object params = {}) {
    return words(call(operation, std::move(params)));
  }
  static Object with(Object params, const Object& more) {
    for (const auto& [name, value] : more)
      params[name] = value;
    return params;
  }
  static std::string only(const Document& reply, std::string_view list, std::string_view member) {
    const auto& all = array_of(reply, list);
    return all.size() == 1 ? string_of(all.front(), member) : "not one";
  }

  static Object balancer_params() {
    return {{"Name", "web"}, {"Subnets", Array{"subnet-a", "subnet-b"}}};
  }
  std::string make_balancer(const Object& more = {}) {
    return only(must("CreateLoadBalancer", with(balancer_params(), more)), "LoadBalancers",
                "LoadBalancerArn");
  }
  static Object group_params() {
    return {{"Name", "targets"}, {"Protocol", "HTTP"}, {"Port", 80}, {"VpcId", "vpc-1"}};
  }
  std::string make_group(const Object& more = {}) {
    return only(must("CreateTargetGroup", with(group_params(), more)), "TargetGroups",
                "TargetGroupArn");
  }
  static Array forward_to(std::string_view group) {
    return {Object{{"Type", "forward"}, {"TargetGroupArn", group}}};
  }
  std::string make_listener(std::string_view balancer, std::string_view group) {
    return only(must("CreateListener", {{"LoadBalancerArn", balancer},
                                        {"Protocol", "HTTP"},
                                        {"Port", 80},
                                        {"DefaultActions", forward_to(group)}}),
                "Listeners", "ListenerArn");
  }
  static Array target(std::string_view id) { return {Object{{"Id", id}}}; }
  void add(std::string_view group, std::string_view id) {
    must("RegisterTargets", {{"TargetGroupArn", group}, {"Targets", target(id)}});
  }
  /// "STATE REASON"
  std::string health(std::string_view group, std::string_view id) {
    const auto reply =
        must("DescribeTargetHealth", {{"TargetGroupArn", group}, {"Targets", target(id)}});
    const auto& health =
        object_of(array_of(reply, "TargetHealthDescriptions").front(), "TargetHealth");
    const auto reason = string_of(health, "Reason");
    return string_of(health, "State") + (reason.empty() ? "" : " " + reason);
  }
  void become(std::string_view id, std::string_view state) {
    ASSERT_TRUE(cloud.call("test", "Become", Object{{"instance-id", id}, {"state", state}}));
  }
  void wait(std::int64_t seconds) { cloud.advance(std::chrono::seconds(seconds)); }

  core::TestCloud cloud;
};

}  // namespace tocsin::elasticloadbalancing
