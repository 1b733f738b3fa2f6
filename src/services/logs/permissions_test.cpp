// SPDX-License-Identifier: Apache-2.0
// Which permission each operation asks for, on which resource.
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

constexpr std::string_view kArn = "arn:aws:logs:us-east-1:123456789012:";

/// Allows everything, and notes what was asked.
class Recorder : public core::Authorizer {
 public:
  explicit Recorder(std::shared_ptr<std::vector<core::Access>> asked)
      : asked_(std::move(asked)), others_(core::allow_all()) {}
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override {
    return others_->identify(view, credential, now);
  }
  Result<void> authorize(const store::View&, const core::Principal&, const core::Request&,
                         const core::Access& access, Time) const override {
    asked_->push_back(access);
    return {};
  }

 private:
  std::shared_ptr<std::vector<core::Access>> asked_;
  std::unique_ptr<core::Authorizer> others_;
};

class Permissions : public LogsTest {
 protected:
  Permissions() : Permissions(std::make_shared<std::vector<core::Access>>()) {}
  explicit Permissions(std::shared_ptr<std::vector<core::Access>> given)
      : LogsTest([given](core::Registry& registry) {
          registry.set_authorizer(std::make_unique<Recorder>(given));
          register_logs(registry);
        }),
        asked(std::move(given)) {}

  /// "action resource" of all that the call asked for.
  std::string asks(std::string_view operation, Object params) {
    asked->clear();
    (void)call(operation, std::move(params));
    std::string out;
    for (const auto& access : *asked) {
      const auto at = access.resource.find(kArn);
      out += access.action + " " +
             (at == 0 ? access.resource.substr(kArn.size()) : access.resource) + "\n";
    }
    return out;
  }
  std::shared_ptr<std::vector<core::Access>> asked;
};

TEST_F(Permissions, AreAskedForAsAWSDoes) {
  const Object group{{"logGroupName", "/g"}},
      stream{{"logGroupName", "/g"}, {"logStreamName", "s"}};
  EXPECT_EQ(asks("CreateLogGroup", group), "logs:CreateLogGroup log-group:/g:log-stream:\n");
  EXPECT_EQ(asks("CreateLogGroup", {{"logGroupName", "/g"}, {"tags", Object{{"a", "1"}}}}),
            "logs:CreateLogGroup log-group:/g:log-stream:\nlogs:TagResource log-group:/g\n");
  EXPECT_EQ(asked->at(1).context.at("aws:RequestTag/a"), std::vector<std::string>{"1"});
  EXPECT_EQ(asks("DescribeLogGroups", {}), "logs:DescribeLogGroups log-group::log-stream:\n");
  EXPECT_EQ(asks("PutLogEvents", stream), "logs:PutLogEvents log-group:/g:log-stream:s\n");
  EXPECT_EQ(asks("GetLogEvents", stream), "logs:GetLogEvents log-group:/g:log-stream:s\n");
  EXPECT_EQ(asks("GetLogEvents",
                 {{"logGroupIdentifier", "arn:aws:logs:us-east-1:123456789012:log-group:/g"},
                  {"logStreamName", "s"}}),
            "logs:GetLogEvents log-group:/g:log-stream:s\n");
  EXPECT_EQ(asks("FilterLogEvents", group), "logs:FilterLogEvents log-group:/g:log-stream:\n");
  EXPECT_EQ(asks("ListTagsForResource",
                 {{"resourceArn", "arn:aws:logs:us-east-1:123456789012:log-group:/g"}}),
            "logs:ListTagsForResource log-group:/g\n");
  EXPECT_EQ(asks("TagLogGroup", group), "logs:TagLogGroup log-group:/g\n");
}

TEST_F(Permissions, TheGroupsTagsAndTheResourcePoliciesDecideToo) {
  ASSERT_TRUE(call("CreateLogGroup", {{"logGroupName", "g"}, {"tags", Object{{"team", "blue"}}}}));
  const auto policy = [](std::string_view service) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" +
           std::string(service) + R"("},"Action":"logs:PutLogEvents","Resource":"*"}]})";
  };
  ASSERT_TRUE(call("PutResourcePolicy",
                   {{"policyName", "a"}, {"policyDocument", policy("events.amazonaws.com")}}));
  asks("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  EXPECT_EQ(asked->at(0).resource_policy, policy("events.amazonaws.com"));
  EXPECT_EQ(asked->at(0).context.at("aws:ResourceTag/team"), std::vector<std::string>{"blue"});
  ASSERT_TRUE(call("PutResourcePolicy",
                   {{"policyName", "b"}, {"policyDocument", policy("route53.amazonaws.com")}}));
  asks("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  const auto both = parse_json(asked->at(0).resource_policy);
  ASSERT_TRUE(both);
  EXPECT_EQ(array_of(*both, "Statement").size(), 2u);
}

}  // namespace
}  // namespace tocsin::logs
