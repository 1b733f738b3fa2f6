// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/pattern.hpp"

#include <random>

#include "engines/pattern/structure.hpp"

namespace tocsin::pattern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Pattern parsed(std::string_view json) {
  return parse_pattern(json).value();
}
Document event(std::string_view json) {
  return parse_json(json).value();
}

std::string refusal(std::string_view json) {
  const auto result = parse_pattern(json);
  return result ? "accepted" : result.error().message;
}

TEST(Pattern, NamesItsPaths) {
  const auto pattern = parsed(R"({"b":{"c":[1]},"$or":[{"a":[1]},{"b":{"c":[2],"d":[3]}}]})");
  EXPECT_THAT(pattern.paths(), ElementsAre("a", "b.c", "b.d"));
}

TEST(Pattern, RefusesWithTheCallersCode) {
  const auto result =
      parse_pattern("{}", {.error_code = "InvalidParameter", .error_prefix = "No: "});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "InvalidParameter");
  EXPECT_THAT(result.error().message, HasSubstr("No: Empty objects are not allowed"));
}

TEST(Pattern, RefusesWhatIsNoJson) {
  for (const auto* text :
       {"", "{", "{\"a\":[1}", "{\"a\":[01]}", "{\"a\":[\"\\x\"]}", "{\"a\":[nul]}", "{\"a\" [1]}",
        "{\"a\":[1,]}", "{\"a\":[1],}", "{a:[1]}", "[", "\"", "{\"a"}) {
    EXPECT_THAT(refusal(text), HasSubstr("at [Source: (String)")) << text;
  }
}

TEST(Pattern, RefusesNestingWithoutEnd) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "{\"a\":";
  EXPECT_THAT(refusal(text), HasSubstr("nesting depth"));
}

TEST(Pattern, CountsLinesAndUtf16Columns) {
  EXPECT_THAT(refusal("{\n \"\xF0\x9F\x9A\x80\": 1}"), HasSubstr("line: 2, column: 9]"));
}

TEST(Pattern, CutsALongSource) {
  const std::string text = "{\"" + std::string(600, 'a') + "\":1}";
  EXPECT_THAT(refusal(text), HasSubstr("\"[truncated 106 chars]; line: 1"));
}

TEST(Pattern, LimitsTheBranchesOfOr) {
  std::string text = "{\"a\":[1]";
  for (int i = 0; i < 11; ++i)
    text += ",\"$or\":[{\"x\":[1]},{\"y\":[2]}]";
  EXPECT_THAT(refusal(text + "}"), HasSubstr("Rule is too complex"));
}

TEST(RuleSet, AddsReplacesAndRemoves) {
  RuleSet rules;
  rules.add(9, parsed(R"({"a":[1]})"));
  rules.add(3, parsed(R"({"a":[{"exists":true}]})"));
  EXPECT_THAT(rules.matches(event(R"({"a":1})")), ElementsAre(3, 9));
  rules.add(9, parsed(R"({"a":[2]})"));
  EXPECT_EQ(rules.size(), 2u);
  EXPECT_THAT(rules.matches(event(R"({"a":1})")), ElementsAre(3));
  EXPECT_TRUE(rules.remove(3));
  EXPECT_FALSE(rules.remove(3));
  EXPECT_THAT(rules.matches(event(R"({"a":2})")), ElementsAre(9));
}

TEST(RuleSet, ASnapshotStaysAsItWas) {
  RuleSet rules;
  for (RuleId id = 0; id < 500; ++id)
    rules.add(id, parsed(fmt::format(R"({{"a":["v{}"]}})", id)));
  const Snapshot before = rules.snapshot();
  for (RuleId id = 0; id < 500; ++id)
    rules.remove(id);
  rules.add(1000, parsed(R"({"a":["v7"]})"));
  Matcher matcher(before);
  EXPECT_THAT(matcher.match(event(R"({"a":"v7"})")), ElementsAre(7));
  matcher.reset(rules.snapshot());
  EXPECT_THAT(matcher.match(event(R"({"a":"v7"})")), ElementsAre(1000));
}

TEST(RuleSet, SnapshotsServeOtherThreadsWhileRulesChange) {
  RuleSet rules;
  for (RuleId id = 0; id < 100; ++id)
    rules.add(id, parsed(R"({"a":[{"prefix":"x"}]})"));
  std::thread reader([snapshot = rules.snapshot()] {
    Matcher matcher(snapshot);
    for (int i = 0; i < 200; ++i)
      EXPECT_EQ(matcher.match_json(R"({"a":"xy"})")->size(), 100u);
  });
  for (RuleId id = 0; id < 100; ++id)
    rules.remove(id);
  reader.join();
  EXPECT_THAT(rules.matches(event(R"({"a":"xy"})")), IsEmpty());
}

TEST(RuleSet, ReportsMalformedEvents) {
  RuleSet rules;
  rules.add(1, parsed(R"({"a":{"b":[1]}})"));
  for (const auto* text : {"", "[]", "1", "{", R"({"a")", R"({"a":})", R"({"a":{"b":x}})",
                           R"({"a":1]})", R"({"a":{"b":"\q"}})", R"({"a":1}{)", R"({"z":[1})",
                           "{\"a\":\"\xff\"}", R"({"a":1 "b":2})", R"({"a":{"b":01}})"}) {
    const auto found = rules.matches_json(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, "SerializationException");
  }
  EXPECT_THAT(*rules.matches_json(R"({"a":{"b":1}})"), ElementsAre(1)) << "usable after an error";
}

TEST(RuleSet, BoundsTheDepthOfEvents) {
  RuleSet rules;
  rules.add(1, parsed(R"({"a":[1]})"));
  EXPECT_FALSE(
      rules.matches_json("{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}"));
  EXPECT_TRUE(
      rules.matches_json("{\"z\":" + std::string(5000, '[') + std::string(5000, ']') + "}"));
}

TEST(RuleSet, ReadsNumbersOfTextExactly) {
  RuleSet rules;
  rules.add(1, parsed(R"({"x":[{"numeric":["=",-122.42916360922355]}]})"));
  rules.add(2, parsed(R"({"x":[100000000000000000000000]})"));
  EXPECT_THAT(*rules.matches_json(R"({"x":-122.42916360922355})"), ElementsAre(1));
  EXPECT_THAT(*rules.matches_json(R"({"x":1e23})"), ElementsAre(2));
  EXPECT_THAT(*rules.matches_json(R"({"x":-122.42916360922356})"), IsEmpty());
}

// An index per operator: among thousands of rules each event finds its own.
TEST(RuleSet, ThousandsOfRulesPerOperator) {
  const std::vector<std::pair<const char*, const char*>> operators = {
      {R"({{"p":["v{}"]}})", R"({{"p":"v{}"}})"},
      {R"({{"p":[{{"prefix":"v{}-"}}]}})", R"({{"p":"v{}-tail"}})"},
      {R"({{"p":[{{"suffix":"-{}"}}]}})", R"({{"p":"head-{}"}})"},
      {R"({{"p":[{{"equals-ignore-case":"V{}"}}]}})", R"({{"p":"v{}"}})"},
      {R"({{"p":[{{"prefix":{{"equals-ignore-case":"V{}-"}}}}]}})", R"({{"p":"v{}-x"}})"},
      {R"({{"p":[{{"wildcard":"a*-{}-*z"}}]}})", R"({{"p":"abc-{}-xyz"}})"},
      {R"({{"p":[{{"numeric":["=",{}.5]}}]}})", R"({{"p":{}.5}})"}};
  for (const auto& [pattern, text] : operators) {
    RuleSet rules;
    for (RuleId id = 0; id < 1000; ++id)
      rules.add(id, parsed(fmt::format(fmt::runtime(pattern), id)));
    for (RuleId id = 0; id < 1000; id += 2)
      EXPECT_TRUE(rules.remove(id));
    for (RuleId id = 0; id < 1000; id += 37) {
      const auto found = *rules.matches_json(fmt::format(fmt::runtime(text), id));
      EXPECT_EQ(found, id % 2 ? std::vector<RuleId>{id} : std::vector<RuleId>{}) << pattern << id;
    }
  }
}

TEST(RuleSet, NestedRangesAndNetworks) {
  RuleSet rules;
  for (RuleId id = 0; id < 200; ++id) {
    rules.add(id, parsed(fmt::format(R"({{"x":[{{"numeric":[">=",{},"<",{}]}}]}})", id, 400 - id)));
    rules.add(1000 + id, parsed(fmt::format(R"({{"ip":[{{"cidr":"10.{}.0.0/16"}}]}})", id)));
  }
  for (RuleId id = 0; id < 200; id += 3)
    rules.remove(id);
  std::vector<RuleId> wanted;
  for (RuleId id = 0; id <= 57; ++id) {
    if (id % 3) wanted.push_back(id);
  }
  EXPECT_EQ(*rules.matches_json(R"({"x":57})"), wanted);
  EXPECT_THAT(*rules.matches_json(R"({"ip":"10.57.1.2"})"), ElementsAre(1057));
  EXPECT_THAT(*rules.matches_json(R"({"ip":"::10.57.1.2"})"), IsEmpty());
}

// Every pair agrees in some element, no element has all three: a search by trial would take n^3.
TEST(Bounds, LargeArraysStayCheap) {
  RuleSet rules;
  rules.add(1, parsed(R"({"a":{"x":[1],"y":[1],"z":[1]}})"));
  std::string text = "{\"a\":[";
  for (int i = 0; i < 3000; ++i)
    text += R"({"x":1,"y":1},{"y":1,"z":1},{"x":1,"z":1},)";
  EXPECT_THAT(*rules.matches_json(text + "{}]}"), IsEmpty());
  EXPECT_THAT(*rules.matches_json(text + R"({"x":1,"y":1,"z":1}]})"), ElementsAre(1));
}

TEST(Bounds, WildcardsOnTextMadeAgainstThem) {
  RuleSet rules;
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (RuleId id = 0; id < 300; ++id) {
    const auto letter = [&] { return std::string(1, static_cast<char>('a' + random() % 3)); };
    const auto part = letter() + letter() + letter();
    texts.push_back("*" + part + "*" + letter() + part + "*" + part + letter() + "*");
    rules.add(id, parsed(fmt::format(R"({{"p":[{{"wildcard":"{}"}}]}})", texts.back())));
  }
  for (int round = 0; round < 40; ++round) {
    std::string value;
    for (int i = 0; i < 200; ++i)
      value += static_cast<char>('a' + random() % 3);
    std::vector<RuleId> wanted;
    for (RuleId id = 0; id < texts.size(); ++id) {
      if (Pattern one = parsed(fmt::format(R"({{"p":[{{"wildcard":"{}"}}]}})", texts[id]));
          matches(one, Document(Object{{"p", value}}))) {
        wanted.push_back(id);
      }
    }
    ASSERT_EQ(*rules.matches_json("{\"p\":\"" + value + "\"}"), wanted);
    if (round == 2) round = 37;  // three against all, then two more from the warm cache
  }
}

TEST(Indexed, ManyEventsInOneText) {
  RuleSet rules;
  rules.add(1, parsed(R"({"a":["x\\y"]})"));
  rules.add(2, parsed(R"({"a":[{"exists":true}]})"));
  const std::string text = R"({"r":[{"a":"x\\y"},{"b":1},{"a":[1,{"c":2}]},{"a":1]]})";
  Structure structure;
  ASSERT_TRUE(structure.read(text));
  const auto all = structure.positions();
  Matcher matcher(rules.snapshot());
  const auto match = [&](std::size_t from, std::size_t count) {
    return matcher.match_indexed({text, all.subspan(from, count)});
  };
  EXPECT_THAT(*match(4, 5), ElementsAre(1, 2));
  EXPECT_THAT(*match(10, 5), IsEmpty());
  EXPECT_THAT(*match(16, 13), ElementsAre(2));
  const auto broken = match(30, 6);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("a comma is missing at byte"));
}

TEST(Indexed, AnEnvelopeThatWasNeverWritten) {
  RuleSet rules;
  rules.add(1, parsed(R"({"source":["aws.ec2"],"detail":{"n":[1]}})"));
  rules.add(2, parsed(R"({"source":["aws.ec2"],"detail":{"n":[2]}})"));
  rules.add(3, parsed(R"({"region":[{"exists":false}]})"));
  rules.add(4, parsed(R"({"region":[{"exists":true}]})"));
  rules.add(5, parsed(R"({"detail":{"o":{"p":[{"prefix":"q"}]}}})"));
  const std::string text = R"({"n":1,"o":{"p":"qq"},"source":"other"})";
  Structure structure;
  ASSERT_TRUE(structure.read(text));
  Matcher matcher(rules.snapshot());
  const std::pair<std::string_view, std::string_view> members[] = {{"source", "aws.ec2"},
                                                                   {"region", "eu-west-1"}};
  EXPECT_THAT(*matcher.match_enveloped({members, "detail", {text, structure.positions()}}),
              ElementsAre(1, 4, 5));
  EXPECT_THAT(*matcher.match_enveloped({{}, "detail", {text, structure.positions()}}),
              ElementsAre(3, 5));
}

}  // namespace
}  // namespace tocsin::pattern
