// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/testing.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using testing::HasSubstr;

TEST_F(LoadBalancing, ALoadBalancerIsProvisionedAndFound) {
  const auto arn = make_balancer();
  EXPECT_THAT(arn, HasSubstr(":loadbalancer/app/web/"));
  const auto seen = [&] { return must("DescribeLoadBalancers", {{"Names", Array{"web"}}}); };
  const auto first = seen();
  const auto& balancer = array_of(first, "LoadBalancers").front();
  EXPECT_EQ(text(object_of(balancer, "State"), "Code"), "provisioning");
  EXPECT_EQ(text(balancer, "Scheme"), "internet-facing");
  EXPECT_EQ(text(balancer, "VpcId"), "vpc-1");
  EXPECT_THAT(string_of(balancer, "DNSName"), HasSubstr(".us-east-1.elb.amazonaws.com"));
  EXPECT_EQ(array_of(balancer, "SecurityGroups").front().as_string(), "sg-default");
  wait(16);
  const auto later = seen();
  EXPECT_EQ(text(object_of(array_of(later, "LoadBalancers").front(), "State"), "Code"), "active");
  EXPECT_EQ(make_balancer(), arn) << "the same again makes nothing";
  EXPECT_EQ(refusal("CreateLoadBalancer", with(balancer_params(), {{"Scheme", "internal"}})),
            "DuplicateLoadBalancerName: A load balancer with the same name 'web' exists, but with "
            "different settings");
  EXPECT_EQ(refusal("DescribeLoadBalancers", {{"Names", Array{"none"}}}),
            "LoadBalancerNotFound: Load balancers '[none]' not found");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(LoadBalancing, BadLoadBalancersAreRefused) {
  const auto made = [&](const Object& more) {
    return refusal("CreateLoadBalancer", with(balancer_params(), more));
  };
  EXPECT_EQ(made({{"Name", "-web"}}),
            "ValidationError: The load balancer name '-web' cannot begin or end with a hyphen(-)");
  EXPECT_EQ(made({{"Name", "a_b"}}),
            "ValidationError: The load balancer name 'a_b' can only contain characters that are "
            "alphanumeric characters and hyphens(-)");
  EXPECT_EQ(made({{"Name", std::string(33, 'a')}}), "ValidationError: The load balancer name '" +
                                                        std::string(33, 'a') +
                                                        "' cannot be longer than '32' characters");
  EXPECT_EQ(made({{"Subnets", Array{"subnet-a"}}}),
            "ValidationError: At least two subnets in two different Availability Zones must be "
            "specified");
  EXPECT_EQ(made({{"Subnets", Array{"subnet-a", "subnet-1a"}}}),
            "InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets "
            "in the same Availability Zone");
  EXPECT_EQ(made({{"Subnets", Array{"net-1", "subnet-a"}}}),
            "SubnetNotFound: The subnet ID 'net-1' does not exist");
  EXPECT_EQ(made({{"SecurityGroups", Array{"group-1"}}}),
            "InvalidSecurityGroup: The security group 'group-1' does not exist");
  EXPECT_THAT(made({{"Type", "classic"}}), HasSubstr("enum value set"));
  EXPECT_EQ(made({{"Tags", Array{Object{{"Key", "k"}, {"Value", "1"}},
                                 Object{{"Key", "k"}, {"Value", "2"}}}}}),
            "DuplicateTagKeys: Tag key 'k' was specified more than once");
}

TEST_F(LoadBalancing, AttributesProtectAndAreChecked) {
  const auto arn = make_balancer();
  const auto set = [&](std::string_view key, std::string_view value) {
    return refusal(
        "ModifyLoadBalancerAttributes",
        {{"LoadBalancerArn", arn}, {"Attributes", Array{Object{{"Key", key}, {"Value", value}}}}});
  };
  EXPECT_EQ(set("deletion_protection.enabled", "true"), "no error");
  EXPECT_EQ(refusal("DeleteLoadBalancer", {{"LoadBalancerArn", arn}}),
            "OperationNotPermitted: Load balancer '" + arn +
                "' cannot be deleted because deletion protection is enabled");
  EXPECT_EQ(set("deletion_protection.enabled", "false"), "no error");
  EXPECT_EQ(set("speed", "9"),
            "ValidationError: Load balancer attribute key 'speed' is not recognized");
  EXPECT_EQ(set("idle_timeout.timeout_seconds", "0"),
            "InvalidConfigurationRequest: 'idle_timeout.timeout_seconds' must be a value between "
            "'1' and '4000' inclusive");
  EXPECT_THAT(set("access_logs.s3.enabled", "true"), HasSubstr("S3 bucket"));
  must("DeleteLoadBalancer", {{"LoadBalancerArn", arn}});
  must("DeleteLoadBalancer", {{"LoadBalancerArn", arn}});
  EXPECT_TRUE(array_of(must("DescribeLoadBalancers"), "LoadBalancers").empty());
  EXPECT_EQ(refusal("DescribeLoadBalancerAttributes", {{"LoadBalancerArn", "x"}}),
            "ValidationError: 'x' is not a valid load balancer ARN");
}

TEST_F(LoadBalancing, TheHealthOfATargetFollowsItsInstance) {
  const auto balancer = make_balancer();
  const auto group = make_group();
  add(group, "i-run");
  EXPECT_EQ(health(group, "i-run"), "unused Target.NotInUse");
  make_listener(balancer, group);
  EXPECT_EQ(health(group, "i-run"), "initial Elb.RegistrationInProgress");
  wait(10);
  EXPECT_EQ(health(group, "i-run"), "initial Elb.InitialHealthChecking");
  wait(21);
  EXPECT_EQ(health(group, "i-run"), "healthy");
  become("i-run", "stopped");
  EXPECT_EQ(health(group, "i-run"), "unused Target.InvalidState");
  become("i-run", "running");
  wait(31);
  EXPECT_EQ(health(group, "i-run"), "healthy");
  add(group, "i-c");
  EXPECT_EQ(health(group, "i-c"), "unused Target.NotInUse") << "its zone is not enabled";
  EXPECT_EQ(health(group, "i-other"), "unused Target.NotRegistered");
  become("i-c", "terminated");
  EXPECT_EQ(health(group, "i-c"), "unused Target.NotRegistered");
  must("DeregisterTargets", {{"TargetGroupArn", group}, {"Targets", target("i-run")}});
  EXPECT_EQ(health(group, "i-run"), "draining Target.DeregistrationInProgress");
  wait(301);
  EXPECT_EQ(health(group, "i-run"), "unused Target.NotRegistered");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(LoadBalancing, BadTargetsAreRefused) {
  const auto group = make_group();
  const auto added = [&](std::string_view id) {
    return refusal("RegisterTargets", {{"TargetGroupArn", group}, {"Targets", target(id)}});
  };
  EXPECT_EQ(added("i-stop"),
            "InvalidTarget: The following targets are not in a running state and cannot be "
            "registered: 'i-stop'");
  EXPECT_EQ(added("i-far"),
            "InvalidTarget: The following targets are not in the target group VPC "
            "'vpc-1': 'i-far'");
  EXPECT_EQ(added("i-none").substr(0, 13), "InvalidTarget");
  EXPECT_EQ(added("10.0.0.1"), "ValidationError: Instance ID '10.0.0.1' is not valid");
  const auto addresses = make_group({{"Name", "ips"}, {"TargetType", "ip"}});
  EXPECT_EQ(refusal("RegisterTargets", {{"TargetGroupArn", addresses}, {"Targets", target("i-1")}}),
            "ValidationError: The IP address 'i-1' is not valid");
  add(addresses, "10.0.0.1");
  const auto functions =
      only(must("CreateTargetGroup", {{"Name", "functions"}, {"TargetType", "lambda"}}),
           "TargetGroups", "TargetGroupArn");
  add(functions, "arn:aws:lambda:us-east-1:123456789012:function:f");
  EXPECT_EQ(refusal("RegisterTargets",
                    {{"TargetGroupArn", functions},
                     {"Targets", target("arn:aws:lambda:us-east-1:123456789012:function:g")}})
                .substr(0, 14),
            "TooManyTargets");
}

TEST_F(LoadBalancing, TargetGroupsAreMadeChangedAndRemoved) {
  const auto group = make_group();
  const auto seen = must("DescribeTargetGroups", {{"TargetGroupArns", Array{group}}});
  const auto& shape = array_of(seen, "TargetGroups").front();
  EXPECT_EQ(text(shape, "HealthCheckPath"), "/");
  EXPECT_EQ(integer(shape, "HealthCheckIntervalSeconds"), 30);
  EXPECT_EQ(text(object_of(shape, "Matcher"), "HttpCode"), "200");
  EXPECT_EQ(make_group(), group);
  EXPECT_EQ(refusal("CreateTargetGroup", with(group_params(), {{"Port", 81}})).substr(0, 24),
            "DuplicateTargetGroupName");
  EXPECT_EQ(refusal("CreateTargetGroup", {{"Name", "b"}}),
            "ValidationError: A protocol must be specified");
  EXPECT_EQ(refusal("CreateTargetGroup", {{"Name", "b"}, {"Protocol", "HTTP"}}),
            "ValidationError: A port must be specified");
  EXPECT_EQ(refusal("CreateTargetGroup", with(group_params(), {{"Name", "b"}, {"VpcId", "vpc-9"}})),
            "ValidationError: The VPC ID 'vpc-9' is not found");
  EXPECT_THAT(
      refusal("ModifyTargetGroup", {{"TargetGroupArn", group}, {"HealthCheckIntervalSeconds", 5}}),
      HasSubstr("must be smaller than the interval"));
  must("ModifyTargetGroup", {{"TargetGroupArn", group}, {"HealthCheckPath", "/up"}});
  must("ModifyTargetGroupAttributes",
       {{"TargetGroupArn", group},
        {"Attributes",
         Array{Object{{"Key", "deregistration_delay.timeout_seconds"}, {"Value", "0"}}}}});
  EXPECT_EQ(refusal("ModifyTargetGroupAttributes",
                    {{"TargetGroupArn", group},
                     {"Attributes", Array{Object{{"Key", "x"}, {"Value", "0"}}}}}),
            "ValidationError: Target group attribute key 'x' is not recognized");
  const auto listener = make_listener(make_balancer(), group);
  EXPECT_EQ(
      refusal("DeleteTargetGroup", {{"TargetGroupArn", group}}),
      "ResourceInUse: Target group '" + group + "' is currently in use by a listener or a rule");
  must("DeleteListener", {{"ListenerArn", listener}});
  must("DeleteTargetGroup", {{"TargetGroupArn", group}});
  EXPECT_EQ(refusal("DescribeTargetGroups", {{"Names", Array{"targets"}}}),
            "TargetGroupNotFound: One or more target groups not found");
}

TEST_F(LoadBalancing, ListenersAreChecked) {
  const auto balancer = make_balancer();
  const auto group = make_group();
  const auto listener = make_listener(balancer, group);
  const auto made = [&](const Object& more) {
    return refusal("CreateListener", with({{"LoadBalancerArn", balancer},
                                           {"Protocol", "HTTP"},
                                           {"Port", 81},
                                           {"DefaultActions", forward_to(group)}},
                                          more));
  };
  EXPECT_EQ(made({{"Port", 80}}),
            "DuplicateListener: A listener already exists on this port for this load balancer '" +
                balancer + "'");
  EXPECT_EQ(made({{"Protocol", "TCP"}}).substr(0, 19), "UnsupportedProtocol");
  EXPECT_EQ(made({{"Protocol", "HTTPS"}}),
            "ValidationError: A certificate must be specified for HTTPS listeners");
  const Array certificate{
      Object{{"CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/1"}}};
  EXPECT_EQ(made({{"Protocol", "HTTPS"}, {"Certificates", certificate}, {"SslPolicy", "none"}}),
            "SSLPolicyNotFound: SSL policy 'none' not found");
  EXPECT_EQ(made({{"Certificates", certificate}}).substr(0, 27), "InvalidConfigurationRequest");
  EXPECT_EQ(made({{"DefaultActions", forward_to(balancer)}}).substr(0, 15), "ValidationError");
  EXPECT_EQ(made({{"DefaultActions",
                   Array{Object{{"Type", "redirect"},
                                {"RedirectConfig", Object{{"StatusCode", "HTTP_301"}}}}}}})
                .substr(0, 25),
            "InvalidLoadBalancerAction");
  EXPECT_EQ(made({{"Protocol", "HTTPS"}, {"Port", 443}, {"Certificates", certificate}}),
            "no error");
  const auto tcp = make_group({{"Name", "tcp"}, {"Protocol", "TCP"}});
  EXPECT_EQ(made({{"DefaultActions", forward_to(tcp)}}).substr(0, 21), "IncompatibleProtocols");
  const auto other = make_balancer({{"Name", "other"}});
  EXPECT_EQ(made({{"LoadBalancerArn", other}}).substr(0, 27), "TargetGroupAssociationLimit");
  must("ModifyListener",
       {{"ListenerArn", listener},
        {"DefaultActions", Array{Object{{"Type", "fixed-response"},
                                        {"FixedResponseConfig", Object{{"StatusCode", "503"}}}}}}});
  const auto seen = must("DescribeListeners", {{"ListenerArns", Array{listener}}});
  EXPECT_EQ(text(array_of(array_of(seen, "Listeners").front(), "DefaultActions").front(), "Type"),
            "fixed-response");
  EXPECT_EQ(
      array_of(must("DescribeListeners", {{"LoadBalancerArn", balancer}}), "Listeners").size(), 2u);
  must("DeleteListener", {{"ListenerArn", listener}});
  EXPECT_EQ(refusal("DeleteListener", {{"ListenerArn", listener}}),
            "ListenerNotFound: Listener '" + listener + "' not found");
}

TEST_F(LoadBalancing, CertificatesOfAListener) {
  const auto balancer = make_balancer();
  const auto group = make_group();
  const auto certificate = [](std::string_view id) {
    return Array{Object{
        {"CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/" + std::string(id)}}};
  };
  const auto listener = only(must("CreateListener", {{"LoadBalancerArn", balancer},
                                                     {"Protocol", "HTTPS"},
                                                     {"Port", 443},
                                                     {"Certificates", certificate("a")},
                                                     {"DefaultActions", forward_to(group)}}),
                             "Listeners", "ListenerArn");
  must("AddListenerCertificates", {{"ListenerArn", listener}, {"Certificates", certificate("b")}});
  const auto listed = must("DescribeListenerCertificates", {{"ListenerArn", listener}});
  ASSERT_EQ(array_of(listed, "Certificates").size(), 2u);
  EXPECT_TRUE(flag(array_of(listed, "Certificates")[0], "IsDefault"));
  EXPECT_EQ(refusal("RemoveListenerCertificates",
                    {{"ListenerArn", listener}, {"Certificates", certificate("a")}})
                .substr(0, 21),
            "OperationNotPermitted");
  must("RemoveListenerCertificates",
       {{"ListenerArn", listener}, {"Certificates", certificate("b")}});
  EXPECT_EQ(refusal("AddListenerCertificates",
                    {{"ListenerArn", listener},
                     {"Certificates", Array{Object{{"CertificateArn", "x"}}}}}),
            "CertificateNotFound: Certificate ARN 'x' is not valid");
}

TEST_F(LoadBalancing, RulesHavePrioritiesConditionsAndActions) {
  const auto balancer = make_balancer();
  const auto group = make_group();
  const auto special = make_group({{"Name", "special"}});
  const auto listener = make_listener(balancer, group);
  const auto params = [&](std::int64_t priority, const Object& condition) {
    return Object{{"ListenerArn", listener},
                  {"Priority", priority},
                  {"Conditions", Array{condition}},
                  {"Actions", forward_to(special)}};
  };
  const Object path{{"Field", "path-pattern"}, {"Values", Array{"/img/*"}}};
  const auto made = must("CreateRule", params(10, path));
  const auto rule = only(made, "Rules", "RuleArn");
  const auto& shape = array_of(made, "Rules").front();
  EXPECT_EQ(text(shape, "Priority"), "10");
  const auto& condition = array_of(shape, "Conditions").front();
  EXPECT_EQ(array_of(object_of(condition, "PathPatternConfig"), "Values").size(), 1u);
  const auto seen = must("DescribeTargetGroups", {{"Names", Array{"special"}}});
  EXPECT_EQ(array_of(array_of(seen, "TargetGroups").front(), "LoadBalancerArns").size(), 1u);
  EXPECT_EQ(refusal("CreateRule", params(10, path)),
            "PriorityInUse: Priority '10' is currently in use");
  EXPECT_THAT(refusal("CreateRule", params(11, {{"Field", "colour"}, {"Values", Array{"red"}}})),
              HasSubstr("Condition field 'colour' must be one of"));
  EXPECT_EQ(
      refusal("CreateRule", params(11, {{"Field", "path-pattern"},
                                        {"Values", Array{"/1", "/2", "/3", "/4", "/5", "/6"}}})),
      "ValidationError: A rule can only have '5' condition values");
  EXPECT_EQ(refusal("CreateRule", params(11, {{"Field", "path-pattern"}})),
            "ValidationError: A condition value must be specified");
  const auto second = only(must("CreateRule", params(20, path)), "Rules", "RuleArn");
  must("SetRulePriorities",
       {{"RulePriorities", Array{Object{{"RuleArn", rule}, {"Priority", 20}},
                                 Object{{"RuleArn", second}, {"Priority", 10}}}}});
  EXPECT_EQ(refusal("SetRulePriorities",
                    {{"RulePriorities", Array{Object{{"RuleArn", rule}, {"Priority", 10}}}}})
                .substr(0, 13),
            "PriorityInUse");
  const auto all = must("DescribeRules", {{"ListenerArn", listener}});
  ASSERT_EQ(array_of(all, "Rules").size(), 3u);
  EXPECT_EQ(text(array_of(all, "Rules")[0], "RuleArn"), second);
  const auto fallback = string_of(array_of(all, "Rules")[2], "RuleArn");
  EXPECT_TRUE(flag(array_of(all, "Rules")[2], "IsDefault"));
  EXPECT_EQ(refusal("DeleteRule", {{"RuleArn", fallback}}),
            "OperationNotPermitted: Default rule '" + fallback + "' cannot be deleted");
  must("ModifyRule", {{"RuleArn", rule}, {"Actions", forward_to(group)}});
  must("DeleteRule", {{"RuleArn", second}});
  EXPECT_EQ(refusal("DescribeRules", {{"RuleArns", Array{second}}}),
            "RuleNotFound: One or more rules not found");
  must("DeleteTargetGroup",
       {{"TargetGroupArn", only(must("DescribeTargetGroups", {{"Names", Array{"special"}}}),
                                "TargetGroups", "TargetGroupArn")}});
}

TEST_F(LoadBalancing, TagsPoliciesLimitsAndPages) {
  const auto balancer = make_balancer({{"Tags", Array{Object{{"Key", "team"}, {"Value", "a"}}}}});
  const auto group = make_group();
  must("AddTags", {{"ResourceArns", Array{balancer, group}},
                   {"Tags", Array{Object{{"Key", "env"}, {"Value", "prod"}}}}});
  must("RemoveTags", {{"ResourceArns", Array{balancer}}, {"TagKeys", Array{"team"}}});
  const auto tags = must("DescribeTags", {{"ResourceArns", Array{balancer, group}}});
  ASSERT_EQ(array_of(tags, "TagDescriptions").size(), 2u);
  EXPECT_EQ(array_of(array_of(tags, "TagDescriptions")[0], "Tags").size(), 1u);
  EXPECT_EQ(refusal("DescribeTags", {{"ResourceArns", Array{group + "x"}}}).substr(0, 19),
            "TargetGroupNotFound");
  EXPECT_EQ(refusal("AddTags", {{"ResourceArns", Array{group}},
                                {"Tags", Array{Object{{"Key", "aws:x"}, {"Value", "1"}}}}})
                .substr(0, 15),
            "ValidationError");
  const auto policies =
      must("DescribeSSLPolicies", {{"Names", Array{"ELBSecurityPolicy-TLS13-1-3-2021-06"}}});
  EXPECT_EQ(array_of(array_of(policies, "SslPolicies").front(), "Ciphers").size(), 3u);
  EXPECT_EQ(refusal("DescribeSSLPolicies", {{"Names", Array{"none"}}}),
            "SSLPolicyNotFound: SSL policy 'none' not found");
  EXPECT_EQ(array_of(must("DescribeAccountLimits"), "Limits").size(), 10u);
  make_balancer({{"Name", "other"}});
  const auto first = must("DescribeLoadBalancers", {{"PageSize", 1}});
  EXPECT_EQ(text(first, "NextMarker"), "1");
  EXPECT_EQ(array_of(must("DescribeLoadBalancers", {{"Marker", "1"}}), "LoadBalancers").size(), 1u);
  EXPECT_EQ(refusal("DescribeLoadBalancers", {{"Marker", "x"}}),
            "ValidationError: Marker 'x' is not valid");
}

TEST_F(LoadBalancing, ANetworkLoadBalancerNeedsNoSecondZone) {
  const auto balancer =
      make_balancer({{"Type", "network"}, {"Subnets", Array{"subnet-a"}}, {"Scheme", "internal"}});
  EXPECT_THAT(balancer, HasSubstr(":loadbalancer/net/web/"));
  const auto group = make_group({{"Protocol", "TCP"}});
  const auto listener = only(must("CreateListener", {{"LoadBalancerArn", balancer},
                                                     {"Protocol", "TCP"},
                                                     {"Port", 80},
                                                     {"DefaultActions", forward_to(group)}}),
                             "Listeners", "ListenerArn");
  EXPECT_EQ(
      refusal("CreateRule",
              {{"ListenerArn", listener},
               {"Priority", 1},
               {"Conditions", Array{Object{{"Field", "path-pattern"}, {"Values", Array{"/"}}}}},
               {"Actions", forward_to(group)}})
          .substr(0, 27),
      "InvalidConfigurationRequest");
  must("SetSubnets", {{"LoadBalancerArn", balancer}, {"Subnets", Array{"subnet-a", "subnet-b"}}});
  must("SetSecurityGroups", {{"LoadBalancerArn", balancer}, {"SecurityGroups", Array{"sg-1"}}});
  must("SetIpAddressType", {{"LoadBalancerArn", balancer}, {"IpAddressType", "dualstack"}});
  const auto seen = must("DescribeLoadBalancers", {{"LoadBalancerArns", Array{balancer}}});
  EXPECT_EQ(array_of(array_of(seen, "LoadBalancers").front(), "AvailabilityZones").size(), 2u);
}

}  // namespace
}  // namespace tocsin::elasticloadbalancing
