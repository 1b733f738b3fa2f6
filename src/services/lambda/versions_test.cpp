// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/testing.hpp"

namespace tocsin::lambda {
namespace {

using ::testing::HasSubstr;
using testing::kArn;
using testing::Lambda;
using ::testing::StartsWith;

TEST_F(Lambda, AVersionIsPublishedOnceForEachChange) {
  ASSERT_TRUE(create());
  const auto first = call("PublishVersion", named({{"Description", "one"}}));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(text(*first, "Version"), "1");
  EXPECT_EQ(text(*first, "FunctionArn"), kArn + ":1");
  EXPECT_EQ(text(*call("PublishVersion", named()), "Version"), "1") << "nothing has changed";
  ASSERT_TRUE(call("UpdateFunctionConfiguration", named({{"Timeout", 9}})));
  EXPECT_EQ(text(*call("PublishVersion", named()), "Version"), "2");
  EXPECT_EQ(integer(*call("GetFunctionConfiguration", named({{"Qualifier", "1"}})), "Timeout"), 3);
  EXPECT_THAT(refusal("PublishVersion", named({{"CodeSha256", "other"}})),
              StartsWith("InvalidParameterValueException: CodeSHA256 (other) is different from"));
  const auto versions = call("ListVersionsByFunction", named());
  EXPECT_EQ(array_of(*versions, "Versions").size(), 3u);
  EXPECT_EQ(text(array_of(*versions, "Versions")[0], "Version"), "$LATEST");
  EXPECT_EQ(array_of(*call("ListFunctions", {{"FunctionVersion", "ALL"}}), "Functions").size(), 3u);
}

TEST_F(Lambda, AVersionsCodeStaysAsItWas) {
  ASSERT_TRUE(create({{"Publish", true}}));
  content = "another zip";
  ASSERT_TRUE(call("UpdateFunctionCode", named({{"ZipFile", "UEs="}})));
  ASSERT_TRUE(invoke("RequestResponse", {{"Qualifier", "1"}}));
  ASSERT_TRUE(invoke("RequestResponse"));
  EXPECT_EQ(integer(object_of(jobs[0], "Code"), "size"), 3);
  EXPECT_EQ(integer(object_of(jobs[1], "Code"), "size"), 11);
  EXPECT_EQ(text(jobs[0], "FunctionVersion"), "1");
  EXPECT_EQ(text(jobs[0], "FunctionArn"), kArn + ":1");
  const auto dry = call("UpdateFunctionCode", named({{"ZipFile", "UEs="}, {"DryRun", true}}));
  ASSERT_TRUE(dry);
  EXPECT_EQ(refusal("GetFunction", named({{"Qualifier", "7"}})),
            "ResourceNotFoundException: Function not found: " + kArn + ":7");
}

TEST_F(Lambda, AliasesPointToVersions) {
  ASSERT_TRUE(create());
  publish(2);
  const auto live = named({{"Name", "live"}, {"FunctionVersion", "1"}});
  const auto made = call("CreateAlias", live);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "AliasArn"), kArn + ":live");
  EXPECT_EQ(refusal("CreateAlias", live),
            "ResourceConflictException: Alias already exists: " + kArn + ":live");
  const auto reply = invoke("RequestResponse", {{"Qualifier", "live"}});
  EXPECT_EQ(text(*reply, "ExecutedVersion"), "1");
  EXPECT_EQ(text(jobs[0], "FunctionArn"), kArn + ":live");
  ASSERT_TRUE(call("UpdateAlias", named({{"Name", "live"}, {"FunctionVersion", "2"}})));
  EXPECT_EQ(text(*invoke("RequestResponse", {{"FunctionName", "f:live"}}), "ExecutedVersion"), "2");
  EXPECT_THAT(refusal("DeleteFunction", named({{"Qualifier", "2"}})), HasSubstr("[live]"));
  EXPECT_EQ(refusal("DeleteFunction", named({{"Qualifier", "1"}})), "ok");
  EXPECT_EQ(array_of(*call("ListAliases", named({{"FunctionVersion", "2"}})), "Aliases").size(),
            1u);
  EXPECT_EQ(refusal("DeleteAlias", named({{"Name", "live"}})), "ok");
  EXPECT_EQ(refusal("GetAlias", named({{"Name", "live"}})),
            "ResourceNotFoundException: Cannot find alias arn: " + kArn + ":live");
}

TEST_F(Lambda, AnAliasSharesItsInvocationsOut) {
  ASSERT_TRUE(create());
  publish(2);
  const auto weights = [&](Object additional) {
    return named({{"Name", "live"},
                  {"FunctionVersion", "1"},
                  {"RoutingConfig", Object{{"AdditionalVersionWeights", std::move(additional)}}}});
  };
  EXPECT_THAT(refusal("CreateAlias", weights({{"1", 0.5}})), HasSubstr("already included"));
  EXPECT_THAT(refusal("CreateAlias", weights({{"2", 1.5}})), StartsWith("ValidationException"));
  EXPECT_THAT(refusal("CreateAlias", weights({{"9", 0.5}})), HasSubstr("Function not found"));
  ASSERT_TRUE(call("CreateAlias", weights({{"2", 0.5}})));
  std::map<std::string, int> ran;
  for (int i = 0; i < 60; ++i)
    ++ran[string_of(*invoke("RequestResponse", {{"Qualifier", "live"}}), "ExecutedVersion")];
  EXPECT_GT(ran["1"], 10);
  EXPECT_GT(ran["2"], 10);
}

TEST_F(Lambda, EachQualifierHasAPolicyOfItsOwn) {
  ASSERT_TRUE(create());
  publish(1);
  ASSERT_TRUE(call("CreateAlias", named({{"Name", "live"}, {"FunctionVersion", "1"}})));
  const auto permission = [&](std::string_view qualifier) {
    return named({{"StatementId", "s"},
                  {"Action", "lambda:InvokeFunction"},
                  {"Principal", "111122223333"},
                  {"Qualifier", qualifier}});
  };
  ASSERT_TRUE(call("AddPermission", permission("live")));
  EXPECT_THAT(text(*call("GetPolicy", named({{"Qualifier", "live"}})), "Policy"),
              HasSubstr(kArn + ":live"));
  EXPECT_THAT(refusal("GetPolicy", named()), StartsWith("ResourceNotFoundException"));
  EXPECT_EQ(refusal("AddPermission", permission("$LATEST")),
            "InvalidParameterValueException: We currently do not support adding policies for "
            "$LATEST.");
  notes->asked.clear();
  ASSERT_TRUE(invoke("RequestResponse", {{"Qualifier", "live"}}));
  EXPECT_EQ(notes->asked[0].resource, kArn + ":live");
  EXPECT_THAT(notes->asked[0].resource_policy, HasSubstr("111122223333"));
}

TEST_F(Lambda, DeletingAFunctionLeavesNothing) {
  ASSERT_TRUE(create());
  publish(1);
  ASSERT_TRUE(call("CreateAlias", named({{"Name", "live"}, {"FunctionVersion", "1"}})));
  EXPECT_THAT(refusal("DeleteFunction", named({{"Qualifier", "$LATEST"}})),
              HasSubstr("$LATEST version cannot be deleted"));
  ASSERT_TRUE(call("DeleteFunction", named()));
  EXPECT_EQ(refusal("GetFunction", named()),
            "ResourceNotFoundException: Function not found: " + kArn);
  ASSERT_TRUE(create());
  EXPECT_EQ(array_of(*call("ListAliases", named()), "Aliases").size(), 0u);
  EXPECT_EQ(array_of(*call("ListVersionsByFunction", named()), "Versions").size(), 1u);
}

TEST_F(Lambda, LayersArePublishedSharedAndMounted) {
  const Object layer{{"LayerName", "tools"},
                     {"Content", Object{{"ZipFile", "UEs="}}},
                     {"CompatibleRuntimes", Array{"python3.11"}}};
  content = "layer zip";
  const auto first = call("PublishLayerVersion", layer);
  ASSERT_TRUE(first) << first.error().message;
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:layer:tools";
  EXPECT_EQ(text(*first, "LayerVersionArn"), arn + ":1");
  EXPECT_EQ(integer(*call("PublishLayerVersion", layer), "Version"), 2);
  content = "zip";
  ASSERT_TRUE(create({{"Layers", Array{Document(boost::json::string(arn + ":1"))}}}));
  EXPECT_EQ(refusal("DeleteLayerVersion", {{"LayerName", "tools"}, {"VersionNumber", 1}}), "ok");
  ASSERT_TRUE(invoke("RequestResponse")) << "a deleted layer version stays with its functions";
  EXPECT_EQ(integer(array_of(jobs[0], "Layers")[0], "size"), 9);
  EXPECT_EQ(refusal("GetLayerVersion", {{"LayerName", "tools"}, {"VersionNumber", 1}}),
            "ResourceNotFoundException: The resource you requested does not exist.");
  EXPECT_EQ(refusal("GetLayerVersion", {{"LayerName", "tools"}, {"VersionNumber", 0}}),
            "InvalidParameterValueException: Layer Version Cannot be less than 1");
  EXPECT_EQ(integer(*call("GetLayerVersionByArn", {{"Arn", arn + ":2"}}), "Version"), 2);
  EXPECT_EQ(array_of(*call("ListLayerVersions", {{"LayerName", "tools"}}), "LayerVersions").size(),
            1u);
  const auto layers = call("ListLayers", {{"CompatibleRuntime", "python3.11"}});
  EXPECT_EQ(text(array_of(*layers, "Layers")[0], "LayerName"), "tools");
  EXPECT_TRUE(
      array_of(*call("ListLayers", {{"CompatibleRuntime", "nodejs20.x"}}), "Layers").empty());
  EXPECT_EQ(refusal("UpdateFunctionConfiguration",
                    named({{"Layers", Array{Document(boost::json::string(arn + ":9"))}}})),
            "InvalidParameterValueException: Layer version " + arn + ":9 does not exist.");
}

TEST_F(Lambda, LayerVersionsHavePolicies) {
  ASSERT_TRUE(call("PublishLayerVersion",
                   {{"LayerName", "tools"}, {"Content", Object{{"ZipFile", "UEs="}}}}));
  const Object version{{"LayerName", "tools"}, {"VersionNumber", 1}};
  auto permission = version;
  permission["StatementId"] = "all";
  permission["Action"] = "lambda:GetLayerVersion";
  permission["Principal"] = "*";
  permission["OrganizationId"] = "o-1";
  EXPECT_THAT(refusal("GetLayerVersionPolicy", version), StartsWith("ResourceNotFoundException"));
  ASSERT_TRUE(call("AddLayerVersionPermission", permission));
  EXPECT_THAT(refusal("AddLayerVersionPermission", permission),
              StartsWith("ResourceConflictException"));
  EXPECT_THAT(text(*call("GetLayerVersionPolicy", version), "Policy"), HasSubstr("o-1"));
  auto removal = version;
  removal["StatementId"] = "all";
  EXPECT_EQ(refusal("RemoveLayerVersionPermission", removal), "ok");
  EXPECT_THAT(refusal("RemoveLayerVersionPermission", removal), HasSubstr("Statement all"));
}

}  // namespace
}  // namespace tocsin::lambda
