// SPDX-License-Identifier: Apache-2.0
// Load balancers and their parts by their CloudFormation properties, and as AWS Config records
// them.
#include "services/elasticloadbalancing/operations.hpp"
#include "services/elasticloadbalancing/testing.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

/// Makes, changes or removes by a type's declaration: {"Type", "Id", "Properties"}.
Outcome declare(Call& call) {
  const auto& params = call.params();
  for (const auto& type : resource_types()) {
    if (type.type != text(params, "Type")) continue;
    const auto& properties = object_of(params, "Properties");
    if (!find(params, "Id")) return type.create(call, properties);
    if (!find(params, "Properties")) return type.remove(call, string_of(params, "Id"));
    return type.update(call, string_of(params, "Id"), properties);
  }
  return fail("NoSuchType", "");
}

class Declared : public LoadBalancing {
 protected:
  Declared()
      : declared([this](core::Registry& registry) {
          add_services(registry);
          std::vector<core::Operation> operations{{"Declare", core::Effect::Write, declare}};
          registry.add(core::Service{"declare", "declare", std::move(operations)});
          registry.on_change([this](Context&, const core::Change& change) {
            if (change.after) last[std::string(change.type)] = *change.after;
            if (!change.after) last.erase(std::string(change.type));
          });
        }) {}

  std::string ask(std::string_view type, Object more) {
    more["Type"] = "AWS::ElasticLoadBalancingV2::" + std::string(type);
    const auto reply = declared.call("declare", "Declare", std::move(more));
    EXPECT_TRUE(reply) << words(reply);
    return reply ? string_of(*reply, "Id") : "";
  }
  const core::ResourceType::Description& seen(std::string_view type) {
    return last["AWS::ElasticLoadBalancingV2::" + std::string(type)];
  }

  std::map<std::string, core::ResourceType::Description> last;
  core::TestCloud declared;
};

TEST_F(Declared, AllFourKindsAreMadeChangedAndRemoved) {
  Object properties{{"Name", "web"},
                    {"Subnets", Array{"subnet-a", "subnet-b"}},
                    {"LoadBalancerAttributes",
                     Array{Object{{"Key", "idle_timeout.timeout_seconds"}, {"Value", "30"}}}},
                    {"Tags", Array{Object{{"Key", "k"}, {"Value", "v"}}}}};
  const auto balancer = ask("LoadBalancer", {{"Properties", properties}});
  const auto& made = seen("LoadBalancer");
  EXPECT_EQ(made.id, balancer);
  EXPECT_EQ(made.tags.at("k"), "v");
  EXPECT_EQ(text(made.recorded, "loadBalancerArn"), balancer);
  EXPECT_TRUE(made.recorded.contains("dnsname"));
  EXPECT_EQ(text(object_of(made.recorded, "state"), "code"), "provisioning");
  EXPECT_TRUE(made.configuration.contains("CanonicalHostedZoneID"));
  EXPECT_EQ(made.relationships.size(), 4u);
  properties.erase("Tags");
  ask("LoadBalancer", {{"Id", balancer}, {"Properties", properties}});
  EXPECT_TRUE(seen("LoadBalancer").tags.empty());

  const auto group = ask("TargetGroup", {{"Properties", Object{{"Name", "targets"},
                                                               {"Protocol", "HTTP"},
                                                               {"Port", 80},
                                                               {"VpcId", "vpc-1"},
                                                               {"Targets", target("i-run")}}}});
  EXPECT_EQ(array_of(seen("TargetGroup").configuration, "Targets").size(), 1u);
  ask("TargetGroup",
      {{"Id", group},
       {"Properties", Object{{"HealthCheckPath", "/up"}, {"Targets", target("i-other")}}}});
  EXPECT_EQ(text(seen("TargetGroup").configuration, "HealthCheckPath"), "/up");
  EXPECT_EQ(text(array_of(seen("TargetGroup").configuration, "Targets").front(), "Id"), "i-other");
  const auto listener =
      ask("Listener", {{"Properties", Object{{"LoadBalancerArn", balancer},
                                             {"Port", "80"},
                                             {"Protocol", "HTTP"},
                                             {"DefaultActions", forward_to(group)}}}});
  ask("Listener", {{"Id", listener}, {"Properties", Object{{"Port", 8080}}}});
  EXPECT_EQ(integer(seen("Listener").configuration, "Port"), 8080);
  const auto rule =
      ask("ListenerRule",
          {{"Properties",
            Object{{"ListenerArn", listener},
                   {"Priority", 1},
                   {"Conditions", Array{Object{{"Field", "path-pattern"}, {"Values", Array{"/"}}}}},
                   {"Actions", forward_to(group)}}}});
  ask("ListenerRule", {{"Id", rule}, {"Properties", Object{{"Priority", 2}}}});
  EXPECT_EQ(integer(seen("ListenerRule").configuration, "Priority"), 2);
  EXPECT_EQ(seen("TargetGroup").relationships.size(), 3u);
  ask("ListenerRule", {{"Id", rule}});
  ask("Listener", {{"Id", listener}});
  ask("TargetGroup", {{"Id", group}});
  ask("LoadBalancer", {{"Id", balancer}});
  EXPECT_TRUE(last.empty());
}

}  // namespace
}  // namespace tocsin::elasticloadbalancing
