// SPDX-License-Identifier: Apache-2.0
// Every file of tests/conformance/guard (its README says how they are made).
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engines/guard/guard.hpp"

namespace tocsin::guard {
namespace {

const std::string kFolder = std::string(TOCSIN_SOURCE_DIR) + "/tests/conformance/guard/";
constexpr std::string_view kMark = "\n--- cases\n";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What a failed clause is compared by: as many members as the case names.
void check_failure(const Document& wanted, const FailedClause& failed, const std::string& about) {
  const std::map<std::string_view, std::string_view> told{
      {"clause", failed.clause}, {"message", failed.message}, {"reason", failed.reason},
      {"path", failed.path},     {"value", failed.value},     {"expected", failed.expected}};
  for (const auto& [name, value] : wanted.as_object()) {
    ASSERT_TRUE(told.contains(name)) << about;
    EXPECT_EQ(told.at(name), text(wanted, name)) << name << " of " << about;
  }
}

void check(const Rules& rules, const Document& test, const std::string& file) {
  const auto about = file + ": " + string_of(test, "name");
  const auto variables = object_of(test, "variables");
  const Inputs inputs{.variables = &variables, .now = integer(test, "now").value_or(0)};
  const auto report = rules.evaluate(test.at("input"), inputs);
  const auto status = rules.judge(test.at("input"), inputs);
  if (const auto* error = find(test, "error")) {
    ASSERT_FALSE(report) << about;
    EXPECT_EQ(report.error().message, error->as_string()) << about;
    return;
  }
  ASSERT_TRUE(report) << about << ": " << report.error().message;
  ASSERT_TRUE(status) << about;
  EXPECT_EQ(*status, report->status) << about;
  std::vector<FailedClause> failures;
  std::map<std::string, std::string_view> statuses;
  for (const auto& rule : report->rules) {
    statuses[rule.name] = text_of(rule.status);
    failures.insert(failures.end(), rule.failures.begin(), rule.failures.end());
  }
  for (const auto& [name, wanted] : object_of(test, "expect"))
    EXPECT_EQ(statuses[name], wanted.as_string()) << name << " of " << about;
  const auto* wanted = find(test, "failures");
  if (!wanted) return;
  ASSERT_EQ(failures.size(), wanted->as_array().size()) << about;
  for (std::size_t at = 0; at < failures.size(); ++at)
    check_failure(wanted->as_array()[at], failures[at], about);
}

TEST(GuardConformance, EveryCase) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".guard") continue;
    const auto file = entry.path().filename().string();
    const auto whole = read(entry.path());
    const auto mark = whole.find(kMark);
    ASSERT_NE(mark, std::string::npos) << file;
    const auto rules =
        Rules::compile(std::string_view(whole).substr(0, mark), {.extensions = true});
    ASSERT_TRUE(rules) << file << ": " << rules.error().message;
    const auto cases = parse_json(std::string_view(whole).substr(mark + kMark.size()));
    ASSERT_TRUE(cases) << file << ": " << cases.error().message;
    for (const auto& test : cases->as_array()) {
      check(*rules, test, file);
      ++count;
    }
  }
  EXPECT_GT(count, 25);
}

TEST(GuardConformance, WhatIsRefused) {
  std::ifstream file(kFolder + "refused.jsonl");
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto test = parse_json(line).value();
    const auto rules = Rules::compile(text(test, "rules"));
    ASSERT_FALSE(rules) << line;
    EXPECT_EQ(rules.error().code, "ParseError");
    EXPECT_EQ(rules.error().members.at("line").as_int64(), integer(test, "line")) << line;
    EXPECT_EQ(rules.error().members.at("column").as_int64(), integer(test, "column")) << line;
    EXPECT_NE(rules.error().message.find(text(test, "error")), std::string::npos)
        << line << "\n"
        << rules.error().message;
  }
  EXPECT_GT(count, 15);
}

}  // namespace
}  // namespace tocsin::guard
