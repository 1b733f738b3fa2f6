// SPDX-License-Identifier: Apache-2.0
// Every case of tests/conformance/logfilter: what matches, what is extracted, what is refused in
// which words.
#include <fstream>

#include "base/describe.hpp"
#include "engines/logfilter/logfilter.hpp"

namespace tocsin::logfilter {
namespace {

void check_hint(const Filter& filter, std::string_view message) {
  const auto& hint = filter.hint();
  if (hint.text.empty() || (hint.escaped && message.find("\\u") != std::string_view::npos)) return;
  EXPECT_NE(message.find(hint.text), std::string_view::npos)
      << "the hint " << hint.text << " would have hidden a match";
}

void check(const Document& test) {
  const auto about = to_json(test);
  const auto filter = parse(text(test, "pattern"));
  if (find(test, "error")) {
    ASSERT_FALSE(filter) << about;
    EXPECT_EQ(filter.error().code, "InvalidParameterException");
    EXPECT_EQ(filter.error().message, text(test, "error")) << about;
    return;
  }
  ASSERT_TRUE(filter) << filter.error().message << "\n" << about;
  const auto message = text(test, "message");
  EXPECT_EQ(filter->matches(message), flag(test, "match")) << about;
  if (filter->matches(message)) check_hint(*filter, message);
  if (const auto* wanted = find(test, "extract")) {
    EXPECT_EQ(canonical_json(encode(filter->extract(message))), canonical_json(*wanted)) << about;
  }
}

TEST(LogFilterConformance, EveryCase) {
  std::ifstream file(std::string(TOCSIN_SOURCE_DIR) + "/tests/conformance/logfilter/cases.jsonl");
  int count = 0;
  for (std::string line; std::getline(file, line); ++count)
    check(parse_json(line).value());
  EXPECT_GT(count, 150);
}

TEST(LogFilter, HintsAreTheLongestTextThatMustBeThere) {
  EXPECT_EQ(parse("a \"long phrase\" -excluded")->hint().text, "long phrase");
  EXPECT_EQ(parse("%ab+cde[0-9]fg%")->hint().text, "cde");
  EXPECT_EQ(parse("{ $.a = \"*Operation\" && $.b = c }")->hint().text, "Operation");
  EXPECT_EQ(parse("{ $.a = x || $.b = y }")->hint().text, "");
  EXPECT_EQ(parse("[..., s = 40*, b > 1]")->hint().text, "40");
  EXPECT_TRUE(parse("  ")->everything());
  EXPECT_EQ(parse("{ $.a = %x% || $.b = %y% }")->regexes(), 2);
}

TEST(LogFilter, ALongTextCostsNoMoreThanItsLength) {
  const auto filter = parse("%a*a*a*a*a*a*a*a*a*a*b%").value();
  EXPECT_FALSE(filter.matches(std::string(1 << 20, 'a')));
}

}  // namespace
}  // namespace tocsin::logfilter
