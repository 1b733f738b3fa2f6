// SPDX-License-Identifier: Apache-2.0
// Records and the history.
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using core::Principal;

class History : public CloudTrailTest {
 protected:
  Array lookup(std::string_view key, std::string_view value) {
    const auto found = call(
        "LookupEvents",
        {{"LookupAttributes", Array{Object{{"AttributeKey", key}, {"AttributeValue", value}}}}});
    EXPECT_TRUE(found) << error(found);
    return found ? array_of(*found, "Events") : Array{};
  }
  static Document record(const Document& event) {
    return *parse_json(text(event, "CloudTrailEvent"));
  }
  Document record_of(std::string_view event_name) {
    return record(lookup("EventName", event_name).at(0));
  }
};

TEST_F(History, HoldsRecordsInAwsFormat) {
  ASSERT_TRUE(cloud.call(
      "iam", "CreateUser",
      Object{{"UserName", "eve"}, {"Password", "p"}, {"Tags", Array{Object{{"Key", "A"}}}}}));
  const auto good = record_of("CreateUser");
  EXPECT_EQ(text(good, "eventSource"), "iam.amazonaws.com");
  EXPECT_EQ(find_path(good, "requestParameters.password")->as_string(),
            "HIDDEN_DUE_TO_SECURITY_REASONS");
  EXPECT_EQ(find_path(good, "requestParameters.userName")->as_string(), "eve");
  EXPECT_EQ(find_path(good, "userIdentity.type")->as_string(), "Root");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
  cloud.advance(std::chrono::seconds(1));
  refusal["CreateUser"] = {"EntityAlreadyExists", "there is one", 409};
  ASSERT_FALSE(cloud.call("iam", "CreateUser", Object{{"UserName", "bad"}}));
  const auto bad = record_of("CreateUser");
  EXPECT_EQ(text(bad, "errorCode"), "EntityAlreadyExists");
  EXPECT_EQ(text(bad, "errorMessage"), "there is one");
  EXPECT_TRUE(find(bad, "responseElements")->is_null());
  ASSERT_GE(cloud.events().size(), 2u);
  EXPECT_EQ(cloud.events()[0].source, "aws.iam");
}

TEST_F(History, IsFoundByEachAttribute) {
  make_user("eve");
  cloud.advance(std::chrono::seconds(1));
  make_trail();
  const auto event = lookup("EventName", "CreateUser").at(0);
  const auto only = [&](std::string_view key, std::string_view value) {
    const auto found = lookup(key, value);
    return found.size() == 1 && text(found[0], "EventName") == "CreateUser";
  };
  EXPECT_TRUE(only("EventId", text(event, "EventId")));
  EXPECT_TRUE(only("EventSource", "iam.amazonaws.com"));
  EXPECT_TRUE(only("ResourceType", "AWS::IAM::User"));
  EXPECT_TRUE(only("ResourceName", "eve"));
  EXPECT_GE(lookup("Username", "root").size(), 3u);
  EXPECT_GE(lookup("Username", "cloudtrail.amazonaws.com").size(), 1u);
  EXPECT_TRUE(lookup("AccessKeyId", "AKIANONE").empty());
  EXPECT_FALSE(lookup("ReadOnly", "true").empty());
  EXPECT_EQ(text(lookup("ReadOnly", "false").back(), "EventName"), "CreateUser");
}

TEST_F(History, IsReadInPagesThatATokenJoins) {
  ASSERT_TRUE(cloud.call("s3", "PutObject", Object{{"Bucket", "b"}, {"Key", "k"}}));
  for (const auto* name : {"a", "b", "c"})
    make_user(name);
  auto page = call("LookupEvents", {{"MaxResults", 2}});
  ASSERT_TRUE(page);
  EXPECT_EQ(array_of(*page, "Events").size(), 2u);
  const auto token = string_of(*page, "NextToken");
  ASSERT_NE(token, "");
  page = call("LookupEvents", {{"MaxResults", 50}, {"NextToken", token}});
  ASSERT_TRUE(page);
  for (const auto& found : array_of(*page, "Events"))
    EXPECT_NE(text(found, "EventName"), "PutObject");
  EXPECT_EQ(text(*page, "NextToken"), "");
  EXPECT_EQ(call("LookupEvents", {{"MaxResults", 51}}).error().code, "InvalidMaxResultsException");
  EXPECT_EQ(call("LookupEvents", {{"NextToken", "nonsense"}}).error().code,
            "InvalidNextTokenException");
  EXPECT_EQ(call("LookupEvents", {{"NextToken", token}, {"StartTime", 0}}).error().code,
            "InvalidNextTokenException");
}

TEST_F(History, IsBoundedByTimesAndEndsAfterNinetyDays) {
  make_user("early");
  const double moment = to_seconds(std::chrono::floor<std::chrono::seconds>(cloud.now()));
  cloud.advance(std::chrono::hours(1));
  make_user("late");
  const auto users = [&](Object params) {
    std::string out;
    params["LookupAttributes"] =
        Array{Object{{"AttributeKey", "EventName"}, {"AttributeValue", "CreateUser"}}};
    const auto found = *call("LookupEvents", std::move(params));
    for (const auto& event : array_of(found, "Events"))
      out += string_of(object_of(record(event), "requestParameters"), "userName") + " ";
    return out;
  };
  EXPECT_EQ(users({}), "late early ");
  EXPECT_EQ(users({{"EndTime", moment}}), "early ");
  EXPECT_EQ(users({{"StartTime", moment + 60}}), "late ");
  EXPECT_EQ(users({{"StartTime", moment}, {"EndTime", moment + 60}}), "early ");
  EXPECT_EQ(call("LookupEvents", {{"StartTime", 2}, {"EndTime", 1}}).error().code,
            "InvalidTimeRangeException");
  cloud.advance(std::chrono::hours(24 * 90) - std::chrono::minutes(30));
  EXPECT_EQ(users({}), "late ");
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(users({}), "");
}

TEST_F(History, BadAttributesAreRefused) {
  const auto refused_with = [&](Array attributes) {
    return call("LookupEvents", {{"LookupAttributes", std::move(attributes)}}).error().code;
  };
  const Object good{{"AttributeKey", "EventName"}, {"AttributeValue", "x"}};
  EXPECT_EQ(refused_with({good, good}), "InvalidLookupAttributesException");
  EXPECT_EQ(refused_with({Object{{"AttributeKey", "Weather"}, {"AttributeValue", "x"}}}),
            "InvalidLookupAttributesException");
  EXPECT_EQ(call("LookupEvents", {{"EventCategory", "data"}}).error().code,
            "InvalidEventCategoryException");
  EXPECT_TRUE(call("LookupEvents", {{"EventCategory", "insight"}}));
}

}  // namespace
}  // namespace tocsin::cloudtrail
