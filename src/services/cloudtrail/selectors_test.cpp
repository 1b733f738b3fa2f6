// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using testing::Contains;
using testing::Not;

Object field(std::string_view name, std::string_view operation, std::vector<std::string> values) {
  Array list;
  for (const auto& value : values)
    list.push_back(Document(boost::json::string(value)));
  return {{"Field", name}, {operation, std::move(list)}};
}

constexpr auto kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";

class Selectors : public CloudTrailTest {
 protected:
  void put_advanced(Array fields) {
    const auto put = call("PutEventSelectors", advanced(std::move(fields)));
    ASSERT_TRUE(put) << error(put);
  }
  static Object advanced(Array fields) {
    return {{"TrailName", "main"},
            {"AdvancedEventSelectors", Array{Object{{"FieldSelectors", std::move(fields)}}}}};
  }
  static Object basic(Object selector) {
    return {{"TrailName", "main"}, {"EventSelectors", Array{std::move(selector)}}};
  }
  void put_basic(Object selector) {
    const auto put = call("PutEventSelectors", basic(std::move(selector)));
    ASSERT_TRUE(put) << error(put);
  }
  void put_object(std::string_view bucket, std::string_view key) {
    ASSERT_TRUE(cloud.call("s3", "PutObject", Object{{"Bucket", bucket}, {"Key", key}}));
  }
  void invoke(std::string_view name) {
    ASSERT_TRUE(cloud.call("lambda", "Invoke", Object{{"FunctionName", name}}));
  }
  Array delivered() {
    cloud.advance(std::chrono::minutes(2));
    Array out;
    for (const auto& file : files()) {
      for (const auto& record : records(file))
        out.push_back(record);
    }
    return out;
  }
  std::string refused_basic(Object selector) {
    return refused("PutEventSelectors", basic(std::move(selector)));
  }
  std::string refused_advanced(Array fields) {
    return refused("PutEventSelectors", advanced(std::move(fields)));
  }
};

Array data_fields(std::string_view type) {
  return {field("eventCategory", "Equals", {"Data"}),
          field("resources.type", "Equals", {std::string(type)})};
}

TEST_F(Selectors, WithoutAnyAllManagementEventsAreRecordedAndNoDataEvents) {
  make_trail();
  make_user("eve");
  ASSERT_TRUE(cloud.call("iam", "ListUsers", Object{}));
  put_object("b", "k");
  invoke("f");
  const auto found = names(delivered());
  EXPECT_THAT(found, Contains("CreateUser"));
  EXPECT_THAT(found, Contains("ListUsers"));
  EXPECT_THAT(found, Not(Contains("PutObject")));
  EXPECT_THAT(found, Not(Contains("Invoke")));
  const auto got = *call("GetEventSelectors", {{"TrailName", "main"}});
  EXPECT_TRUE(flag(array_of(got, "EventSelectors")[0], "IncludeManagementEvents"));
}

TEST_F(Selectors, BasicOnesChooseByKindSourceAndResource) {
  make_trail();
  put_basic(
      {{"ReadWriteType", "WriteOnly"},
       {"IncludeManagementEvents", true},
       {"ExcludeManagementEventSources", Array{"kms.amazonaws.com"}},
       {"DataResources",
        Array{Object{{"Type", "AWS::S3::Object"}, {"Values", Array{"arn:aws:s3:::secret/in/"}}},
              Object{{"Type", "AWS::Lambda::Function"},
                     {"Values", Array{"arn:aws:lambda:us-east-1:123456789012:"
                                      "function:f"}}}}}});
  make_user("eve");
  ASSERT_TRUE(cloud.call("iam", "ListUsers", Object{}));
  ASSERT_TRUE(cloud.call("kms", "Decrypt", Object{{"KeyId", "k"}}));
  put_object("secret", "in/a");
  put_object("secret", "out/a");
  ASSERT_TRUE(cloud.call("s3", "GetObject", Object{{"Bucket", "secret"}, {"Key", "in/a"}}));
  invoke("f");
  invoke("f2");
  const auto found = names(delivered());
  EXPECT_THAT(found, Contains("CreateUser"));
  EXPECT_THAT(found, Contains("PutObject").Times(1));
  EXPECT_THAT(found, Contains("Invoke").Times(1));
  EXPECT_THAT(found, Not(Contains("ListUsers")));
  EXPECT_THAT(found, Not(Contains("Decrypt")));
  EXPECT_THAT(found, Not(Contains("GetObject")));
}

TEST_F(Selectors, DataEventsTellTheResourceThatWasTouched) {
  make_trail();
  put_basic(
      {{"DataResources",
        Array{Object{{"Type", "AWS::S3::Object"}, {"Values", Array{"arn:aws:s3"}}},
              Object{{"Type", "AWS::Lambda::Function"}, {"Values", Array{"arn:aws:lambda"}}}}}});
  put_object("b", "k");
  invoke("arn:aws:lambda:us-east-1:123456789012:function:f:live");
  std::map<std::string, std::string> arns;
  for (const auto& record : delivered()) {
    if (text(record, "eventCategory") != "Data") continue;
    EXPECT_FALSE(flag(record, "managementEvent"));
    arns[string_of(record, "eventName")] = string_of(array_of(record, "resources")[0], "ARN");
  }
  EXPECT_EQ(arns["PutObject"], "arn:aws:s3:::b/k");
  EXPECT_EQ(arns["Invoke"], "arn:aws:lambda:us-east-1:123456789012:function:f");
}

TEST_F(Selectors, AdvancedOnesJoinWhatSelectsByOrAndWhatDeselectsByAnd) {
  make_trail();
  auto fields = data_fields("AWS::S3::Object");
  fields.push_back(field("eventName", "Equals", {"PutObject", "DeleteObject"}));
  auto arn = field("resources.ARN", "StartsWith", {"arn:aws:s3:::one/", "arn:aws:s3:::two/"});
  arn["EndsWith"] = Array{".key"};
  arn["NotEndsWith"] = Array{".tmp", ".log"};
  fields.push_back(std::move(arn));
  put_advanced(std::move(fields));
  for (const auto* name : {"one/a", "two/b", "three/c", "three/d.key", "one/x.tmp", "two/x.log"}) {
    const std::string_view path(name);
    const auto slash = path.find('/');
    put_object(path.substr(0, slash), path.substr(slash + 1));
  }
  ASSERT_TRUE(cloud.call("s3", "GetObject", Object{{"Bucket", "one"}, {"Key", "a"}}));
  make_user("eve");
  std::vector<std::string> keys;
  for (const auto& record : delivered()) {
    if (text(record, "eventName") != "PutEventSelectors")
      keys.push_back(string_of(object_of(record, "requestParameters"), "key"));
  }
  // What was recorded before the selectors were put stays: StartLogging.
  std::erase(keys, "");
  EXPECT_THAT(keys, testing::UnorderedElementsAre("a", "b", "d.key"));
  const auto got = *call("GetEventSelectors", {{"TrailName", "main"}});
  EXPECT_FALSE(find(got, "EventSelectors"));
  EXPECT_EQ(array_of(got, "AdvancedEventSelectors").size(), 1u);
  EXPECT_TRUE(
      flag(object_of(*call("GetTrail", {{"Name", "main"}}), "Trail"), "HasCustomEventSelectors"));
}

TEST_F(Selectors, AdvancedOnesChooseManagementEvents) {
  make_trail();
  put_advanced({field("eventCategory", "Equals", {"Management"}),
                field("eventSource", "NotEquals", {"kms.amazonaws.com"}),
                field("readOnly", "Equals", {"false"})});
  make_user("eve");
  ASSERT_TRUE(cloud.call("iam", "ListUsers", Object{}));
  ASSERT_TRUE(cloud.call("kms", "Decrypt", Object{{"KeyId", "k"}}));
  const auto found = names(delivered());
  EXPECT_THAT(found, Contains("CreateUser"));
  EXPECT_THAT(found, Not(Contains("ListUsers")));
  EXPECT_THAT(found, Not(Contains("Decrypt")));
}

TEST_F(Selectors, OthersIdentityAndSessionCanBeLeftOut) {
  make_trail();
  auto fields = data_fields("AWS::Lambda::Function");
  fields.push_back(field("userIdentity.arn", "NotEquals", {"arn:aws:iam::123456789012:root"}));
  fields.push_back(field("sessionCredentialFromConsole", "Equals", {"false"}));
  put_advanced(std::move(fields));
  invoke("f");
  EXPECT_THAT(names(delivered()), Not(Contains("Invoke")));
}

TEST_F(Selectors, BadBasicOnesAreRefused) {
  make_trail();
  const auto resource = [](std::string_view type, std::string_view value) {
    return Object{{"DataResources", Array{Object{{"Type", type}, {"Values", Array{value}}}}}};
  };
  const std::string code = "InvalidEventSelectorsException: ";
  EXPECT_EQ(refused("PutEventSelectors", {{"TrailName", "main"}, {"EventSelectors", Array{}}}),
            code + "Specify a valid number of selectors (1 to 5) for your trail.");
  EXPECT_EQ(refused_basic(resource("AWS::S3::Object", "arn:aws:s3:::*")),
            code + "Value arn:aws:s3:::* for DataResources.Values is invalid.");
  EXPECT_EQ(refused_basic(resource("AWS::Lambda::Function", "arn:aws:lambda:*")),
            code + "Value arn:aws:lambda:* for DataResources.Values is invalid.");
  EXPECT_EQ(refused_basic(resource("AWS::SNS::Topic", "arn:aws:sns")),
            code + "Value AWS::SNS::Topic for DataResources.Type is invalid.");
  EXPECT_EQ(refused_basic({{"ExcludeManagementEventSources", Array{"iam.amazonaws.com"}}}),
            code + "Event selector ExcludeManagementEventSources is not valid");
  Array values;
  for (int i = 0; i < 251; ++i)
    values.push_back(Document(boost::json::string("arn:aws:s3:::b" + std::to_string(i) + "/")));
  EXPECT_EQ(
      refused_basic({{"DataResources",
                      Array{Object{{"Type", "AWS::S3::Object"}, {"Values", std::move(values)}}}}}),
      code + "Specify a valid number of DataResources.Values (0 to 250) for all your selectors");
}

TEST_F(Selectors, BadAdvancedOnesAreRefused) {
  make_trail();
  const auto starts = [](std::string_view head) {
    return testing::StartsWith("InvalidEventSelectorsException: " + std::string(head));
  };
  EXPECT_THAT(refused_advanced({field("readOnly", "Equals", {"true"})}),
              starts("Each advanced event selector must have one eventCategory"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Insight"})}),
              starts("Value Insight for field eventCategory"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Data"})}),
              starts("A data event selector must have one resources.type"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                field("eventName", "Equals", {"CreateUser"})}),
              starts("Field eventName is not supported for the event category Management"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                field("eventSource", "Equals", {"kms.amazonaws.com"})}),
              starts("Field eventSource of a management event selector supports NotEquals only"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                field("readOnly", "Equals", {"maybe"})}),
              starts("Value maybe for field readOnly"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                field("readOnly", "NotEquals", {"true"})}),
              starts("Field readOnly supports the operator Equals only"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                field("eventCategory", "Equals", {"Management"})}),
              starts("Field eventCategory is given more than once"));
  EXPECT_THAT(refused_advanced({field("eventCategory", "Equals", {"Management"}),
                                Object{{"Field", "readOnly"}}}),
              starts("Field readOnly has no operator"));
  auto many = data_fields("AWS::S3::Object");
  many.push_back(field("eventName", "Equals", std::vector<std::string>(500, "GetObject")));
  EXPECT_THAT(refused_advanced(std::move(many)), starts("Specify up to 500 values"));
  auto both = advanced(data_fields("AWS::S3::Object"));
  both["EventSelectors"] = Array{Object{{"ReadWriteType", "All"}}};
  EXPECT_THAT(refused("PutEventSelectors", std::move(both)), starts("You can use either"));
}

TEST_F(Selectors, InsightsAreKept) {
  make_trail();
  EXPECT_EQ(
      refused("GetInsightSelectors", {{"TrailName", "main"}}),
      "InsightNotEnabledException: Trail arn:aws:cloudtrail:us-east-1:123456789012:trail/main "
      "does not have Insights enabled. Edit the trail settings to enable Insights, and then "
      "try the operation again.");
  const Array wanted{Object{{"InsightType", "ApiCallRateInsight"}}};
  ASSERT_TRUE(call("PutInsightSelectors", {{"TrailName", "main"}, {"InsightSelectors", wanted}}));
  EXPECT_EQ(array_of(*call("GetInsightSelectors", {{"TrailName", "main"}}), "InsightSelectors"),
            wanted);
  EXPECT_EQ(
      call("PutInsightSelectors",
           {{"TrailName", "main"}, {"InsightSelectors", Array{Object{{"InsightType", "Weather"}}}}})
          .error()
          .code,
      "InvalidInsightSelectorsException");
  ASSERT_TRUE(call("PutInsightSelectors", {{"TrailName", "main"}, {"InsightSelectors", Array{}}}));
  EXPECT_EQ(call("GetInsightSelectors", {{"TrailName", "main"}}).error().code,
            "InsightNotEnabledException");
}

TEST_F(Selectors, CallsOfAFunctionsAddressAreDataEvents) {
  make_trail();
  put_advanced(data_fields("AWS::Lambda::Function"));
  ASSERT_TRUE(cloud.call("lambda", "InvokeFunctionUrl",
                         Object{{"UrlId", "u"},
                                {"Method", "POST"},
                                {"Path", "/"},
                                {"Headers", Object{{"x-token", "secret"}}},
                                {"FunctionName", kFunction}}));
  Document record;
  for (const auto& each : delivered()) {
    if (text(each, "eventName") == "InvokeFunctionUrl") record = each;
  }
  EXPECT_EQ(text(record, "eventCategory"), "Data");
  EXPECT_EQ(to_json(object_of(record, "requestParameters")),
            R"({"functionName":")" + std::string(kFunction) + R"("})");
  EXPECT_TRUE(find(record, "responseElements")->is_null());
  EXPECT_EQ(text(array_of(record, "resources").at(0), "ARN"), kFunction);
}

TEST_F(Selectors, WhatAWSHasNoRecordOfHasNone) {
  make_trail();
  ASSERT_TRUE(cloud.call("lambda", "GetCode", Object{{"Name", "c"}}));
  ASSERT_TRUE(cloud.call("s3", "PreflightObject", Object{{"Bucket", "b"}, {"Key", "k"}}));
  ASSERT_TRUE(cloud.call("lambda", "InvokeFunctionUrl",
                         Object{{"UrlId", "none"}, {"Method", "OPTIONS"}, {"Path", "/"}}));
  delivered();
  const auto history = call("LookupEvents", {});
  auto names = delivered_names();
  for (const auto& event : array_of(*history, "Events"))
    names.push_back(string_of(event, "EventName"));
  EXPECT_THAT(names, Contains("StartLogging"));
  for (const auto* name : {"GetCode", "PreflightObject", "InvokeFunctionUrl"})
    EXPECT_THAT(names, Not(Contains(name)));
}

}  // namespace
}  // namespace tocsin::cloudtrail
