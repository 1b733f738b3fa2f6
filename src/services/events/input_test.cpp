// SPDX-License-Identifier: Apache-2.0
// What templates and paths make of an event.
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

const Document kEvent = *parse_json(
    R"({"version":"0","id":"7bf7","detail-type":"Sold","source":"shop","account":"123456789012",)"
    R"("time":"2026-11-11T21:29:54Z","region":"us-east-1","resources":["arn:a","arn:b"],)"
    R"("detail":{"item":"hat","n":2,"price":21.5,"ok":true,"none":null,"box":{"a":"x","b":[1]},)"
    R"("list":[{"id":"1"},{"id":"2"},{"no":0}],"odd key":"y"}})");

std::string filled(std::string_view input_template) {
  const Object paths{{"item", "$.detail.item"},     {"n", "$.detail.n"},
                     {"price", "$.detail.price"},   {"ok", "$.detail.ok"},
                     {"box", "$.detail.box"},       {"gone", "$.detail.gone.away"},
                     {"ids", "$.detail.list[*].id"}};
  const Document target = Object{
      {"InputTransformer", Object{{"InputPathsMap", paths}, {"InputTemplate", input_template}}}};
  const Rule rule{.name = "r", .bus = "b", .scope = {AccountId("123456789012"), "us-east-1"}};
  return input_for(target, rule, kEvent, from_ms(1'790'000'000'000));
}

std::string at(std::string_view path) {
  return input_for(Object{{"InputPath", path}}, {}, kEvent, {});
}

TEST(Input, FillsTemplates) {
  EXPECT_EQ(filled(R"("sold <item> at <price>")"), R"("sold hat at 21.5")");
  EXPECT_EQ(filled(R"({"item": <item>, "n":<n>, "price": <price>, "ok": <ok>})"),
            R"({"item": "hat", "n":2, "price": 21.5, "ok": true})");
  EXPECT_EQ(filled(R"({"item": "<item>", "text": "<n> of <item>"})"),
            R"({"item": "hat", "text": "2 of hat"})");
  EXPECT_EQ(filled(R"("a \"<item>\" b")"), R"("a \"hat\" b")");
  EXPECT_EQ(filled("<item> is <n>"), R"("hat" is 2)");
  EXPECT_EQ(filled("\"one\"\n\"<item>\""), "\"one\"\n\"hat\"");
}

TEST(Input, PutsJsonIntoTemplates) {
  EXPECT_EQ(filled(R"({"box": <box>, "ids": <ids>})"),
            R"({"box": {"a":"x","b":[1]}, "ids": ["1","2"]})");
  EXPECT_EQ(filled(R"("box: <box>")"), R"("box: {a:x,b:[1]}")");
}

TEST(Input, LeavesWhatIsMissingEmpty) {
  EXPECT_EQ(filled(R"("gone: <gone>.")"), R"("gone: .")");
  EXPECT_EQ(filled(R"({"gone": <gone>})"), R"({"gone": ""})");
}

TEST(Input, KnowsPredefinedVariables) {
  EXPECT_EQ(
      filled(R"("<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>")"),
      R"("arn:aws:events:us-east-1:123456789012:rule/b/r r 2026-09-21T14:13:20Z")");
  EXPECT_EQ(filled(R"({"e": <aws.events.event>})"),
            R"({"e": {"id":"7bf7","account":"123456789012","detailType":"Sold",)"
            R"("time":"2026-11-11T21:29:54Z","source":"shop","region":"us-east-1",)"
            R"("resources":["arn:a","arn:b"],"version":"0"}})");
  EXPECT_EQ(filled(R"({"e": <aws.events.event.json>})"), R"({"e": )" + to_json(kEvent) + "}");
}

TEST(Input, LeavesOtherBracketsAlone) {
  EXPECT_EQ(filled(R"("1 < 2 <item > <> <<item>>")"), R"("1 < 2 <item > <> <hat>")");
  EXPECT_EQ(placeholders_of("<a> < b> <c.d-e_f>< <g"),
            (std::vector<std::string_view>{"a", "c.d-e_f"}));
}

TEST(Input, FollowsPaths) {
  EXPECT_EQ(at("$"), to_json(kEvent));
  EXPECT_EQ(at("$.detail.item"), R"("hat")");
  EXPECT_EQ(at("$.detail-type"), R"("Sold")");
  EXPECT_EQ(at("$['detail']['odd key']"), R"("y")");
  EXPECT_EQ(at("$.resources[1]"), R"("arn:b")");
  EXPECT_EQ(at("$.resources[*]"), R"(["arn:a","arn:b"])");
  EXPECT_EQ(at("$.detail.list[*].id"), R"(["1","2"])");
  EXPECT_EQ(at("$.detail.box.*"), R"(["x",[1]])");
  EXPECT_EQ(at("$.detail.none"), "null");
  for (const auto* path : {"$.resources[2]", "$.detail.item.more", "$..item", "$[", "$.detail[x]",
                           "$x", "$.", "$.resources[1x]", "$.resources[]"})
    EXPECT_EQ(at(path), "null") << path;
}

}  // namespace
}  // namespace tocsin::events
