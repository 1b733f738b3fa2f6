// SPDX-License-Identifier: Apache-2.0
#include "engines/guard/guard.hpp"

#include <thread>

namespace tocsin::guard {
namespace {

Document json(std::string_view text) {
  return parse_json(text).value();
}

TEST(Guard, AReportTellsWhatFailedWhereAndWhy) {
  const auto rules = Rules::compile(R"(
rule volumes when resourceType == "AWS::EC2::Volume" {
  configuration.size <= 100 <<
    Volumes are at most 100 GiB
  >>
  configuration.kmsKeyId exists
})");
  ASSERT_TRUE(rules) << rules.error().message;
  const auto item = json(R"({"resourceType": "AWS::EC2::Volume", "configuration": {"size": 500}})");
  const auto report = rules->evaluate(item).value();
  ASSERT_EQ(report.status, Status::Fail);
  const auto& failures = report.rules.at(0).failures;
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0].message, "Volumes are at most 100 GiB");
  EXPECT_EQ(failures[0].path, "/configuration/size");
  EXPECT_EQ(failures[0].value, "500");
  EXPECT_EQ(failures[0].expected, "100");
  EXPECT_EQ(failures[0].line, 3);
  EXPECT_EQ(failures[0].column, 3);
  EXPECT_EQ(failures[1].clause, "configuration.kmsKeyId exists");
  EXPECT_EQ(failures[1].path, "/configuration");
  EXPECT_EQ(failures[1].reason, "Could not find key kmsKeyId inside struct at path /configuration");
}

TEST(Guard, NullVariablesStandForNothing) {
  const auto rules = Rules::compile("rule a when %limit !empty { n <= %limit }").value();
  Object variables{{"limit", nullptr}};
  EXPECT_EQ(rules.judge(json(R"({"n": 5})"), {.variables = &variables}), Status::Skip);
  variables["limit"] = 4;
  EXPECT_EQ(rules.judge(json(R"({"n": 5})"), {.variables = &variables}), Status::Fail);
  const auto unknown = rules.judge(json(R"({"n": 5})"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "Could not resolve variable by name limit across scopes");
}

TEST(Guard, RulesThatReferToThemselvesEnd) {
  const auto rules = Rules::compile("rule a {\n b\n}\nrule b {\n a\n}\n").value();
  const auto status = rules.judge(json("{}"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "EvaluationError");
  const auto variables = Rules::compile("let a = %b\nlet b = %a\nrule r { %a exists }").value();
  EXPECT_FALSE(variables.judge(json("{}")));
}

TEST(Guard, StepsAreBounded) {
  Array list;
  for (int each = 0; each < 1000; ++each)
    list.push_back(each);
  const Document many(Object{{"a", list}});
  const auto rules = Rules::compile("rule r { a[*] >= a[*] }").value();
  const auto status = rules.judge(many, {.most_steps = 100'000});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "the evaluation takes too many steps");
}

TEST(Guard, DeepNestingIsRefused) {
  std::string text = "rule r { ";
  for (int each = 0; each < 5000; ++each)
    text += "a[ ";
  EXPECT_FALSE(Rules::compile(text));
  EXPECT_FALSE(Rules::compile("let a = " + std::string(5000, '[')));
}

TEST(Guard, ExtensionsAreNotEverybodys) {
  EXPECT_FALSE(Rules::compile("let a = days_since(b)\nrule r { %a < 3 }"));
  EXPECT_TRUE(Rules::compile("let a = days_since(b)\nrule r { %a < 3 }", {.extensions = true}));
}

TEST(Guard, OneCompiledRuleServesManyThreads) {
  const auto rules = Rules::compile("rule r { some a[*].b == /^x/ }").value();
  const auto document = json(R"({"a": [{"b": "y"}, {"b": "xy"}]})");
  std::vector<std::jthread> threads;
  for (int each = 0; each < 4; ++each) {
    threads.emplace_back([&] {
      for (int run = 0; run < 1000; ++run)
        EXPECT_EQ(rules.judge(document), Status::Pass);
    });
  }
}

}  // namespace
}  // namespace tocsin::guard
