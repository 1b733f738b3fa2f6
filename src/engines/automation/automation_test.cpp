// SPDX-License-Identifier: Apache-2.0
#include "engines/automation/automation.hpp"

#include <gmock/gmock.h>

namespace tocsin::automation {
namespace {

using ::testing::ElementsAre;

std::optional<Document> known(std::string_view name) {
  if (name == "name") return Document("ann");
  if (name == "list") return Document(Array{"a", "b"});
  if (name == "step.Map") return *parse_json(R"({"k":1})");
  if (name == "count") return Document(3);
  return std::nullopt;
}

std::string resolved(std::string_view json) {
  const auto value = resolve(*parse_json(json), known);
  return value ? to_json(*value) : "unresolved " + value.error().message;
}

TEST(References, WholeTextsKeepTheirKind) {
  EXPECT_EQ(resolved(R"(["{{ list }}","{{name}}","{{ count }}"])"), R"([["a","b"],"ann",3])");
  EXPECT_EQ(resolved(R"({"{{ name }}":"x {{ step.Map }} {{count}}"})"),
            R"({"ann":"x {\"k\":1} 3"})");
  EXPECT_EQ(resolved(R"("{{ other }}")"), "unresolved other");
  EXPECT_EQ(resolved(R"("{{ not one }} {{}} {{")"), R"("{{ not one }} {{}} {{")");
}

TEST(References, AreFoundEverywhere) {
  EXPECT_THAT(
      references(*parse_json(R"({"a":["{{ x }}",{"{{ y.Z }}":1}],"b":"{{global:DATE}} {{x}}"})")),
      ElementsAre("x", "y.Z", "global:DATE", "x"));
  EXPECT_EQ(resolve_known("{{ name }} {{ other }}", known), "ann {{ other }}");
}

bool holding(std::string_view json) {
  const auto result = holds(parse_json(json)->get_object());
  EXPECT_TRUE(result);
  return result.value_or(false);
}

TEST(Choices, AllOperators) {
  EXPECT_TRUE(holding(R"({"Variable":"a","StringEquals":"a"})"));
  EXPECT_TRUE(holding(R"({"Variable":"Ab","EqualsIgnoreCase":"aB"})"));
  EXPECT_TRUE(holding(R"({"Variable":"abc","StartsWith":"ab"})"));
  EXPECT_TRUE(holding(R"({"Variable":"abc","EndsWith":"bc"})"));
  EXPECT_TRUE(holding(R"({"Variable":"abc","Contains":"b"})"));
  EXPECT_TRUE(holding(R"({"Variable":"5","NumericEquals":5})"));
  EXPECT_TRUE(holding(R"({"Variable":6,"NumericGreater":5})"));
  EXPECT_TRUE(holding(R"({"Variable":4,"NumericLesser":5})"));
  EXPECT_TRUE(holding(R"({"Variable":5,"NumericGreaterOrEquals":5})"));
  EXPECT_TRUE(holding(R"({"Variable":5,"NumericLesserOrEquals":5})"));
  EXPECT_TRUE(holding(R"({"Variable":"true","BooleanEquals":true})"));
  EXPECT_FALSE(holding(R"({"Variable":"b","StringEquals":"a"})"));
}

TEST(Choices, AreCombined) {
  EXPECT_TRUE(holding(R"({"Not":{"Variable":"b","StringEquals":"a"}})"));
  EXPECT_TRUE(
      holding(R"({"And":[{"Variable":1,"NumericEquals":1},{"Or":[{"Variable":1,"NumericEquals":2},)"
              R"({"Variable":1,"NumericEquals":1}]}]})"));
  EXPECT_FALSE(holding(R"({"Or":[]})"));
  EXPECT_FALSE(holds(parse_json(R"({"Variable":"x","NumericEquals":1})")->get_object()));
  EXPECT_FALSE(holds(parse_json(R"({"Variable":"x"})")->get_object()));
  EXPECT_EQ(
      choose(parse_json(
                 R"({"Choices":[{"NextStep":"a","Variable":1,"NumericEquals":2}],"Default":"d"})")
                 ->get_object())
          .value_or("?"),
      "d");
}

TEST(Types, TextsBecomeValues) {
  EXPECT_EQ(converted(Document("true"), Type::Boolean), Document(true));
  EXPECT_EQ(converted(Document("7"), Type::Integer), Document(7));
  EXPECT_EQ(converted(Document("7x"), Type::Integer), std::nullopt);
  EXPECT_EQ(converted(Document(R"(["a",1])"), Type::StringList), Document(Array{"a", "1"}));
  EXPECT_EQ(converted(Document(R"({"a":1})"), Type::MapList), Document(Array{Object{{"a", 1}}}));
  EXPECT_EQ(converted(Document("x"), Type::StringMap), std::nullopt);
  EXPECT_EQ(type_named("List<AWS::EC2::Instance::Id>"), Type::StringList);
  EXPECT_EQ(type_named("Number"), std::nullopt);
}

TEST(Durations, AsIso8601) {
  EXPECT_EQ(parse_duration("PT10M"), std::chrono::minutes(10));
  EXPECT_EQ(parse_duration("P1DT2H3M4S"), std::chrono::seconds(93'784));
  EXPECT_EQ(parse_duration("PT0S"), std::chrono::seconds(0));
  EXPECT_EQ(parse_duration("10M"), std::nullopt);
  EXPECT_EQ(parse_duration("PT"), std::nullopt);
  EXPECT_EQ(parse_duration("PT1X"), std::nullopt);
}

}  // namespace
}  // namespace tocsin::automation
