// SPDX-License-Identifier: Apache-2.0
#include "services/sns/filter.hpp"

#include "services/sns/testing.hpp"

namespace tocsin::sns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string why(const std::string& policy, const std::string& scope = "MessageAttributes") {
  const auto checked = check_filter(policy, scope, "Attributes Reason: ");
  return checked ? "" : checked.error().message;
}

// Recorded on AWS.
TEST(Filter, RefusesInTheWordsOfAws) {
  const std::string head = "Invalid parameter: Attributes Reason: FilterPolicy: ";
  EXPECT_EQ(why(R"({"key":[["value"]]})"),
            head +
                "Match value must be String, number, true, false, or null\n at [Source: "
                "(String)\"{\"key\":[[\"value\"]]}\"; line: 1, column: 10]");
  EXPECT_EQ(why(R"({"key":[{"suffix":100}]})"),
            head +
                "suffix match pattern must be a string\n at [Source: "
                "(String)\"{\"key\":[{\"suffix\":100}]}\"; line: 1, column: 22]");
  EXPECT_EQ(why(R"({"key":{"suffix":"value"}})"),
            head +
                "\"suffix\" must be an object or an array\n at [Source: "
                "(String)\"{\"key\":{\"suffix\":\"value\"}}\"; line: 1, column: 19]");
  EXPECT_EQ(why(R"({"key":[{"numeric":[">",3,"<",1]}]})"),
            head +
                "Bottom must be less than top\n at [Source: "
                "(String)\"{\"key\":[{\"numeric\":[\">\",3,\"<\",1]}]}\"; line: 1, column: 33]");
  EXPECT_EQ(why(R"({"key":[{"exists":"no"}]})"),
            head +
                "exists match pattern must be either true or false.\n at [Source: "
                "(String)\"{\"key\":[{\"exists\":\"no\"}]}\"; line: 1, column: 20]");
  EXPECT_EQ(why("{"), head + "failed to parse JSON.");
  EXPECT_EQ(why(R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]})"),
            head + "Filter policy can not have more than 5 keys");
  EXPECT_EQ(why(R"({"object":{"key":["x"]}})"),
            "Invalid parameter: Attributes Reason: Filter policy scope MessageAttributes does not "
            "support nested filter policy");
  EXPECT_EQ(why(R"({"object":{"key":["x"]}})", "MessageBody"), "");
  std::string many;
  for (int i = 0; i < 13; ++i)
    many += (i ? "," : "") + std::to_string(i);
  EXPECT_EQ(why("{\"a\":[" + many + "],\"b\":[" + many + "]}"),
            head + "Filter policy is too complex");
  EXPECT_EQ(why("{\"a\":{\"b\":{\"c\":[" + many + "," + many.substr(0, 3) + "]}},\"d\":[1,2,3,4]}",
                "MessageBody"),
            head + "Filter policy is too complex");
}

Object attributes(std::initializer_list<std::array<std::string_view, 3>> list) {
  Object out;
  for (const auto& [name, type, value] : list)
    out[name] = Object{{"DataType", type}, {"StringValue", value}};
  return out;
}

bool accepts(std::string_view policy, const Publication& publication, std::string_view scope = {}) {
  EXPECT_EQ(why(std::string(policy), std::string(scope)), "") << policy;
  Subscription subscription;
  subscription.attributes["FilterPolicy"] = policy;
  if (!scope.empty()) subscription.attributes["FilterPolicyScope"] = scope;
  return wanted_by({subscription}, publication)[0];
}

TEST(Filter, MatchesAttributesWithEveryOperator) {
  Publication message;
  message.message = "not JSON";
  message.attributes = attributes({{"store", "String", "example_corp"},
                                   {"price", "Number", "210.75"},
                                   {"interests", "String.Array", R"(["soccer","rugby"])"},
                                   {"ip", "String", "10.0.0.17"},
                                   {"a.b", "String", "dotted"}});
  for (const auto* yes :
       {R"({"store":["example_corp"]})", R"({"store":[{"prefix":"exa"}]})",
        R"({"store":[{"suffix":"corp"}]})", R"({"store":[{"anything-but":"x"}]})",
        R"({"store":[{"anything-but":{"prefix":"y"}}]})",
        R"({"store":[{"equals-ignore-case":"EXAMPLE_corp"}]})",
        R"({"store":[{"wildcard":"ex*corp"}]})", R"({"price":[{"numeric":[">",0,"<=",211]}]})",
        R"({"price":[{"numeric":["=",210.75]}]})", R"({"price":[{"exists":true}]})",
        R"({"gone":[{"exists":false}]})", R"({"interests":["rugby","tennis"]})",
        R"({"interests":[{"anything-but":["rugby"]}]})", R"({"ip":[{"cidr":"10.0.0.0/24"}]})",
        R"({"$or":[{"store":["x"]},{"price":[210.75]}]})", R"({"a.b":["dotted"]})",
        R"({"store":["example_corp"],"price":[{"numeric":["<",300]}]})"})
    EXPECT_TRUE(accepts(yes, message)) << yes;
  for (const auto* no :
       {R"({"store":["other"]})", R"({"gone":["x"]})", R"({"store":[{"exists":false}]})",
        R"({"price":["210.75"]})", R"({"ip":[{"cidr":"10.0.1.0/24"}]})",
        R"({"store":["example_corp"],"price":[{"numeric":[">",300]}]})"})
    EXPECT_FALSE(accepts(no, message)) << no;
}

TEST(Filter, MatchesBodiesThatAreJsonObjects) {
  Publication message;
  message.message = R"({"detail":{"state":"stopped","list":[1,2]}})";
  EXPECT_TRUE(accepts(R"({"detail":{"state":["stopped"]}})", message, "MessageBody"));
  EXPECT_TRUE(accepts(R"({"detail":{"list":[2]}})", message, "MessageBody"));
  EXPECT_FALSE(accepts(R"({"detail":{"state":["running"]}})", message, "MessageBody"));
  message.message = "plain";
  EXPECT_FALSE(accepts(R"({"detail":[{"exists":false}]})", message, "MessageBody"));
}

using FilterOfTopic = SnsTest;

TEST_F(FilterOfTopic, DecidesWhoGetsAMessage) {
  subscribe("sqs", queue_named("a"), {{"FilterPolicy", R"({"kind":["a"]})"}});
  const auto b = subscribe("sqs", queue_named("b"), {{"FilterPolicy", R"({"kind":["b"]})"}});
  subscribe("sqs", queue_named("all"));
  const Object kind{{"MessageAttributes", attributes({{"kind", "String", "a"}})}};
  ASSERT_TRUE(publish("1", kind));
  EXPECT_THAT(queues(), ElementsAre("a", "all"));
  const auto set = [&](std::string_view name, std::string_view value) {
    return refused("SetSubscriptionAttributes",
                   {{"SubscriptionArn", b}, {"AttributeName", name}, {"AttributeValue", value}});
  };
  EXPECT_EQ(set("FilterPolicy", "{}"), "");
  ASSERT_TRUE(publish("2", kind));
  EXPECT_THAT(queues(), ElementsAre("a", "a", "all", "all", "b"));
  EXPECT_THAT(set("FilterPolicyScope", "RandomValue"),
              HasSubstr("FilterPolicyScope: Invalid value [RandomValue]. Please use either "
                        "MessageBody or MessageAttributes"));
  EXPECT_THAT(set("FilterPolicy", "{invalidjson}"),
              HasSubstr("Invalid parameter: FilterPolicy: failed to parse JSON."));
  EXPECT_THAT(set("Colour", "x"), HasSubstr("AttributeName"));
}

}  // namespace
}  // namespace tocsin::sns
