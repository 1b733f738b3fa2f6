// SPDX-License-Identifier: Apache-2.0
#include "telemetry/matching.hpp"

#include <filesystem>
#include <fmt/ranges.h>
#include <fstream>
#include <unistd.h>

#include "telemetry/check.hpp"
#include "telemetry/source.hpp"

namespace tocsin::telemetry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("tocsin-telemetry-{}", ::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string record(std::string_view name, std::string_view more = "",
                   std::string_view type = "AwsApiCall") {
  return fmt::format(
      R"({{"eventVersion":"1.08","eventSource":"iam.amazonaws.com","eventName":"{}","eventType":"{}","eventTime":"2024-07-31T13:06:24Z",)"
      R"("awsRegion":"eu-west-3","recipientAccountId":"999988887777","eventID":"{}"{}}})",
      name, type, name, more);
}

std::shared_ptr<const RuleBook> book(std::initializer_list<RuleText> rules) {
  return *make_rule_book(rules);
}

struct Ran {
  MatchTotals totals;
  std::vector<std::string> found;  // "text" or "line: rule rule"
  std::vector<std::string> problems;
};

Ran run(const std::string& text, std::shared_ptr<const RuleBook> rules, MatchingOptions options,
        unsigned threads = 2, Limits limits = {}) {
  const Folder folder;
  const auto file = folder.write("f", text);
  Problems problems;
  Progress progress;
  Ran ran;
  Matching matching(options, std::move(rules), problems, [&](const Findings& findings) {
    for (const auto& found : findings.found)
      ran.found.push_back(options.keep_text
                              ? found.text
                              : fmt::format("{}: {}", found.line, fmt::join(found.rules, " ")));
  });
  run_pipeline(
      {file}, {.content = options.content, .limits = limits, .threads = threads},
      [&] { return matching.consumer(); }, problems, progress);
  ran.totals = matching.totals();
  for (const auto& problem : problems.first())
    ran.problems.push_back(problem.reason);
  return ran;
}

TEST(MatchingTest, TheEnvelopeIsThatOfTheRecord) {
  const auto rules = book(
      {{"source", R"({"source":["aws.iam"],"detail-type":["AWS API Call via CloudTrail"]})"},
       {"place",
        R"({"account":["999988887777"],"region":["eu-west-3"],"time":[{"prefix":"2024-07"}]})"},
       {"detail", R"({"detail":{"eventName":[{"prefix":"Create"}]}})"},
       {"service", R"({"detail-type":["AWS Service Event via CloudTrail"]})"},
       {"id", R"({"id":[{"exists":true}],"version":["0"]})"},
       {"resources", R"({"resources":[{"exists":true}]})"}});
  const auto ran = run(record("CreateUser") + "\n" + record("RotateKey", "", "AwsServiceEvent"),
                       rules, {.keep_rules = true});
  EXPECT_THAT(ran.found, ElementsAre("1: source place detail id", "2: place service id"));
  EXPECT_EQ(ran.totals.matched, 2u);
  EXPECT_EQ(ran.totals.oldest, "2024-07-31T13:06:24Z");
}

TEST(MatchingTest, ReadsAreForRulesThatAskForThem) {
  const auto rules = book(
      {{"writes", R"({"source":["aws.iam"]})", false}, {"all", R"({"source":["aws.iam"]})", true}});
  const auto read = record("GetUser", R"(,"readOnly":true,"managementEvent":true)"),
             data = record("GetObject", R"(,"readOnly":true,"managementEvent":false)");
  const auto ran = run(
      read + data + record("CreateUser", R"(,"readOnly":false,"managementEvent":true)"), rules, {});
  EXPECT_THAT(ran.totals.rules, ElementsAre(Pair("all", 3), Pair("writes", 2)));
}

TEST(MatchingTest, WhatIsAReadGoesByTheNameAsOnTheEventBus) {
  const auto rules = book({{"writes", R"({"source":["aws.iam"]})", false}});
  const auto assumed = record("AssumeRole", R"(,"readOnly":true,"managementEvent":true)"),
             looked = record("LookupEvents", R"(,"readOnly":true,"managementEvent":true)"),
             got = record("GetUser", R"(,"managementEvent":true)");
  EXPECT_EQ(run(assumed + looked + got, rules, {}).totals.matched, 2u);
}

TEST(MatchingTest, WhatMatchesIsGivenAsItWasWritten) {
  const auto odd = record("CreateUser", ",\"x\" :  [1.0e2 , \"\\u0041\"]");
  const auto ran =
      run("[" + record("GetUser") + ",\n" + odd + "]",
          book({{"r", R"({"detail":{"eventName":["CreateUser"]}})"}}), {.keep_text = true});
  EXPECT_THAT(ran.found, ElementsAre(odd));
  EXPECT_EQ(ran.totals.unmatched, 1u);
}

TEST(MatchingTest, EscapesInFieldsAreRead) {
  const auto ran =
      run(record("Create\\u0055ser"),
          book({{"r", R"({"detail":{"eventName":["CreateUser"]},"source":["aws.iam"]})"}}), {});
  EXPECT_EQ(ran.totals.matched, 1u);
}

TEST(MatchingTest, WhatIsNoRecordIsAProblem) {
  const auto rules = book({{"r", R"({"source":["aws.iam"]})"}});
  const auto ran = run(R"({"a":1})"
                       "\n"
                       R"({"eventSource":"a","eventName":"b","eventTime":"soon","awsRegion":"c"})"
                       "\n" +
                           record("ok"),
                       rules, {});
  EXPECT_THAT(ran.problems,
              ElementsAre("the record has no eventSource", "the record's eventTime is no time"));
  EXPECT_EQ(ran.totals.matched, 1u);
}

TEST(MatchingTest, OnlyWhatMatchesIsCheckedToTheLastByte) {
  const auto rules = book({{"r", R"({"detail":{"eventName":["CreateUser"]}})"}});
  const std::string bad = R"(,"x":{"y":1,"y":2})";
  const auto text = record("CreateUser", bad) + "\n" + record("GetUser", bad);
  EXPECT_EQ(run(text, rules, {}).problems.size(), 1u);
  EXPECT_EQ(run(text, rules, {.check_all = true}).problems.size(), 2u);
}

TEST(MatchingTest, EventsInOrderWhateverTheThreads) {
  std::string text;
  std::vector<std::string> wanted;
  for (int i = 1; i <= 5000; ++i) {
    text += fmt::format("{{\"n\":{}}}\n", i % 3);
    if (i % 3 == 2) wanted.push_back(fmt::format("{}: two", i));
  }
  const auto rules = book({{"two", R"({"n":[2]})"}});
  for (const unsigned threads : {1u, 2u, 7u}) {
    const auto ran =
        run(text, rules, {.content = Content::Events, .keep_rules = true}, threads, {.block = 512});
    EXPECT_EQ(ran.found, wanted);
    EXPECT_EQ(ran.totals.matched + ran.totals.unmatched, 5000u);
  }
}

TEST(MatchingTest, RulesMayChangeMeanwhile) {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += record("CreateUser") + "\n";
  const Folder folder;
  const auto file = folder.write("f", text);
  Problems problems;
  Progress progress;
  int blocks = 0;
  Matching* known = nullptr;
  Matching matching(
      {}, book({{"old", R"({"source":["aws.iam"]})"}}), problems, [&](const Findings&) {
        if (++blocks == 3)
          known->set_rules(
              book({{"new", R"({"source":["aws.iam"]})"}, {"old", R"({"source":["aws.s3"]})"}}));
      });
  known = &matching;
  run_pipeline(
      {file}, {.limits = {.block = 4096}, .threads = 1}, [&] { return matching.consumer(); },
      problems, progress);
  const auto counts = matching.totals().rules;
  EXPECT_GT(counts.at("old"), 0u);
  EXPECT_GT(counts.at("new"), 1000u);
  EXPECT_EQ(counts.at("old") + counts.at("new"), 2000u);
}

TEST(Pipeline, FilesOfAFolder) {
  const Folder folder;
  folder.write("b/2.json", record("b"));
  folder.write("a/1.json", record("a"));
  folder.write("a/README", "hello");
  const auto files = list_files(folder.path());
  ASSERT_TRUE(files);
  EXPECT_EQ(files->size(), 3u);
  Problems problems;
  Progress progress;
  Matching matching({}, book({{"r", R"({"source":["aws.iam"]})"}}), problems,
                    [](const Findings&) {});
  auto paths = *files;
  paths.push_back(folder.path() + "/missing");
  run_pipeline(
      paths, {}, [&] { return matching.consumer(); }, problems, progress);
  EXPECT_EQ(progress.files, 2u);
  EXPECT_EQ(progress.skipped, 2u);
  EXPECT_EQ(matching.totals().matched, 2u);
  EXPECT_FALSE(list_files(folder.path() + "/missing"));
}

TEST(RulesTest, Forms) {
  const auto names = [](std::string_view text) {
    std::vector<std::string> out;
    const auto rules = parse_rules(text);
    if (!rules) return std::vector<std::string>{rules.error().message};
    for (const auto& rule : *rules)
      out.push_back(rule.name + " " + rule.pattern);
    return out;
  };
  EXPECT_THAT(names(R"({"a":{"x":[1]},"b":"{\"y\":[2]}","_note":1})"),
              ElementsAre(R"(a {"x":[1]})", R"(b {"y":[2]})"));
  EXPECT_THAT(names(R"({"a":[{"pattern":{"x":[1]},"matches":3},{"y":[2]}]})"),
              ElementsAre(R"(a/1 {"x":[1]})", R"(a/2 {"y":[2]})"));
  EXPECT_THAT(names("{\"x\":[1]}\n\n{\"name\":\"n\",\"pattern\":{\"y\":[2]}}\n"),
              ElementsAre(R"(1 {"x":[1]})", R"(n {"y":[2]})"));
  EXPECT_THAT(names("{\"x\":[1]}\n{\"x\"\n"), ElementsAre(HasSubstr("rule in line 2: ")));
  EXPECT_THAT(names(R"({"a":1})"), ElementsAre("rule a: a pattern is a JSON object"));
  EXPECT_THAT(names(""), ElementsAre("there are no rules"));
}

TEST(RulesTest, AnErrorNamesTheRule) {
  const auto made =
      make_rule_book({{"good", R"({"a":[1]})"}, {"bad", R"({"a":[{"prefixx":"b"}]})"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(
      made.error().message,
      HasSubstr("rule bad: Event pattern is not valid. Reason: Unrecognized match type prefixx"));
}

std::string fault(const std::string& text) {
  pattern::Structure structure;
  if (const auto read = structure.read(text); !read) return read.error().message;
  return find_fault(text, structure.positions()).value_or("");
}

TEST(Check, FindsEveryFault) {
  for (const std::string text :
       {"{}", R"({"a":[],"b":{},"c":[{}, [1,-2.5e3,true,false,null,"\"\\\/\b\f\n\r\t\u00e9"]]})",
        R"({"a":{"b":1},"c":{"b":1}})"})
    EXPECT_EQ(fault(text), "") << text;
  for (const std::string text :
       {R"({"a":1,})", R"({"a"})", R"({"a":})", R"({"a" "b"})", R"({"a":1 "b":2})", R"({"a":01})",
        R"({"a":tru})", R"({"a":"\x"})", R"({"a":"\u12g4"})", R"({"a":[1}])", R"({"a":[1,]})",
        R"({"a":[,1]})", R"({1:2})", R"({"a":1}})", R"({"a":+1})"}) {
    EXPECT_THAT(fault(text), HasSubstr("not JSON near")) << text;
  }
  EXPECT_THAT(fault(R"({"a":[{"b":1,"c":2,"b":3}]})"), HasSubstr("two members \"b\""));
}

}  // namespace
}  // namespace tocsin::telemetry
