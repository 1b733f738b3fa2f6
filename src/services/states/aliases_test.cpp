// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/states/definitions_testing.hpp"

namespace tocsin::states::testing {
namespace {

class Aliases : public Definitions {
 protected:
  void SetUp() override {
    auto wanted = machine("m");
    wanted["publish"] = true;
    done("CreateStateMachine", wanted);
    for (const auto* comment : {"2", "3"})
      done("UpdateStateMachine",
           {{"stateMachineArn", arn_}, {"definition", commented(comment)}, {"publish", true}});
  }

  Array routes(std::initializer_list<std::pair<int, int>> parts) {
    Array out;
    for (const auto& [version, weight] : parts)
      out.push_back(Object{{"stateMachineVersionArn", fmt::format("{}:{}", arn_, version)},
                           {"weight", weight}});
    return out;
  }
  Object alias(std::string_view name, Array routing) {
    Object out{{"name", name}};
    out["routingConfiguration"] = std::move(routing);
    return out;
  }

  const std::string arn_ = kMachine + "m";
};

TEST_F(Aliases, LiveAndDie) {
  const auto created = done("CreateStateMachineAlias", alias("PROD", routes({{1, 100}})));
  EXPECT_EQ(text(created, "stateMachineAliasArn"), arn_ + ":PROD");
  EXPECT_EQ(to_json(done("CreateStateMachineAlias", alias("PROD", routes({{1, 100}})))),
            to_json(created));
  EXPECT_EQ(refusal("CreateStateMachineAlias", alias("PROD", routes({{2, 100}}))),
            "ConflictException: Failed to create alias because an alias with the same name and a "
            "different routing configuration already exists.");
  Object update{{"stateMachineAliasArn", arn_ + ":PROD"}, {"description", "new description"}};
  update["routingConfiguration"] = routes({{1, 50}, {2, 50}});
  cloud.advance(std::chrono::seconds(1));
  done("UpdateStateMachineAlias", update);
  const auto described =
      done("DescribeStateMachineAlias", {{"stateMachineAliasArn", arn_ + ":PROD"}});
  EXPECT_EQ(text(described, "name"), "PROD");
  EXPECT_EQ(text(described, "description"), "new description");
  EXPECT_EQ(to_json(*find(described, "routingConfiguration")), to_json(routes({{1, 50}, {2, 50}})));
  EXPECT_NE(*find(described, "creationDate"), *find(described, "updateDate"));
  done("DeleteStateMachineAlias", {{"stateMachineAliasArn", arn_ + ":PROD"}});
  done("DeleteStateMachineAlias", {{"stateMachineAliasArn", arn_ + ":PROD"}});
  for (const auto* operation : {"DescribeStateMachineAlias", "UpdateStateMachineAlias"})
    EXPECT_EQ(refusal(operation, {{"stateMachineAliasArn", arn_ + ":PROD"}, {"description", "x"}}),
              "ResourceNotFound: Request references a resource that does not exist.");
}

TEST_F(Aliases, AreListedOfAMachineAndOfAVersion) {
  done("CreateStateMachineAlias", alias("a", routes({{1, 100}})));
  done("CreateStateMachineAlias", alias("b", routes({{1, 30}, {2, 70}})));
  done("CreateStateMachineAlias", alias("c", routes({{3, 100}})));
  const auto names = [&](Object params) {
    std::string out;
    const auto list = done("ListStateMachineAliases", std::move(params));
    for (const auto& each : array_of(list, "stateMachineAliases"))
      out += text(each, "stateMachineAliasArn").back();
    return out;
  };
  EXPECT_EQ(names({{"stateMachineArn", arn_}}), "abc");
  EXPECT_EQ(names({{"stateMachineArn", arn_ + ":1"}}), "ab");
  EXPECT_EQ(names({{"stateMachineArn", arn_}, {"maxResults", 2}}), "ab");
}

TEST_F(Aliases, WhatIsRefusedAsOnAws) {
  const auto wrong = [&](Array routing) {
    return refusal("CreateStateMachineAlias", alias("x", std::move(routing)));
  };
  EXPECT_EQ(wrong({Object{{"stateMachineVersionArn", arn_}, {"weight", 100}}}),
            "ValidationException: Routing configuration must contain state machine version ARNs. "
            "Received: [" +
                arn_ + "]");
  EXPECT_EQ(wrong(routes({{1, 50}, {1, 50}})),
            "ValidationException: Routing configuration must contain distinct state machine "
            "version ARNs. Received: [" +
                arn_ + ":1, " + arn_ + ":1]");
  EXPECT_EQ(wrong(routes({{1, 70}, {2, 29}})),
            "ValidationException: Sum of routing configuration weights must equal 100. Received: "
            "[70, 29]");
  EXPECT_EQ(wrong(routes({{1, 101}})),
            "ValidationException: 1 validation error detected: Value '101' at "
            "'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have "
            "value less than or equal to 100");
  EXPECT_EQ(wrong(routes({{9, 100}})),
            "ResourceNotFound: Request references a resource that does not exist.");
  EXPECT_EQ(refusal("CreateStateMachineAlias", alias("123", routes({{1, 100}}))),
            "ValidationException: 1 validation error detected: Value '123' at 'name' failed to "
            R"(satisfy constraint: Member must satisfy regular expression pattern: )"
            R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)");
}

TEST_F(Aliases, KeepTheirVersions) {
  done("CreateStateMachineAlias", alias("PROD", routes({{1, 100}})));
  EXPECT_EQ(refusal("DeleteStateMachineVersion", {{"stateMachineVersionArn", arn_ + ":1"}}),
            "ConflictException: Version to be deleted must not be referenced by an alias. Current "
            "list of aliases referencing this version: [PROD]");
}

TEST_F(Aliases, RouteByWeight) {
  done("CreateStateMachineAlias", alias("PROD", routes({{1, 20}, {2, 80}})));
  int first = 0;
  constexpr int kRuns = 200;
  for (int i = 0; i < kRuns; ++i) {
    const auto started = done("StartExecution", {{"stateMachineArn", arn_ + ":PROD"}});
    const auto described =
        done("DescribeExecution", {{"executionArn", text(started, "executionArn")}});
    EXPECT_EQ(text(described, "stateMachineAliasArn"), arn_ + ":PROD");
    first += text(described, "stateMachineVersionArn") == arn_ + ":1";
  }
  EXPECT_GT(first, kRuns / 10);
  EXPECT_LT(first, kRuns * 3 / 10);
}

}  // namespace
}  // namespace tocsin::states::testing
