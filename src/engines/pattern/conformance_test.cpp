// SPDX-License-Identifier: Apache-2.0
// Every case of the public test data: what matches (cases.jsonl), and what is refused in which
// words (validity.jsonl), from Documents, from JSON text, alone and all patterns in one set.
#include <fstream>

#include "engines/pattern/oracle.hpp"
#include "engines/pattern/pattern.hpp"

namespace tocsin::pattern {
namespace {

constexpr std::string_view kPrefix = "Event pattern is not valid. Reason: ";

std::vector<Document> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<Document> out;
  for (std::string line; std::getline(file, line);)
    out.push_back(parse_json(line).value());
  return out;
}

std::vector<Document> shared_lines(const std::string& name) {
  return read_lines(std::string(TOCSIN_SHARED_DIR) + "/data/event-patterns/" + name);
}

std::string describe(const Document& test) {
  return fmt::format("{}\n{}\n{}", text(test, "source"), text(test, "pattern"),
                     text(test, "event"));
}

void expect_match(const Document& test) {
  const auto pattern = parse_pattern(text(test, "pattern"));
  ASSERT_TRUE(pattern) << pattern.error().message << "\n" << describe(test);
  const auto event_text = string_of(test, "event");
  const auto event = parse_json(event_text).value();
  const bool wanted = flag(test, "match");
  EXPECT_EQ(matches(*pattern, event), wanted) << describe(test);
  RuleSet rules;
  rules.add(7, *pattern);
  const auto found = rules.matches_json(event_text);
  ASSERT_TRUE(found) << found.error().message << describe(test);
  EXPECT_EQ(!found->empty(), wanted) << "from text\n" << describe(test);
  Matcher eager(rules.snapshot(), Extent::UntilFound);
  const bool two_places = text(test, "source") == "one-path-in-two-arrays";  // see Extent
  const bool eagerly = !eager.match_json(event_text).value().empty();
  EXPECT_TRUE(eagerly == wanted || two_places) << "eager\n" << describe(test);
}

TEST(PatternConformance, EveryPublicCase) {
  const auto cases = shared_lines("cases.jsonl");
  ASSERT_EQ(cases.size(), 1659u);
  for (const auto& test : cases)
    expect_match(test);
}

TEST(PatternConformance, OurOwnCases) {
  const auto cases =
      read_lines(std::string(TOCSIN_SOURCE_DIR) + "/tests/conformance/pattern/cases.jsonl");
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases)
    expect_match(test);
}

TEST(PatternConformance, AllPatternsInOneSet) {
  const auto cases = shared_lines("cases.jsonl");
  RuleSet rules;
  std::vector<Pattern> patterns;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    patterns.push_back(parse_pattern(text(cases[i], "pattern")).value());
    rules.add(i, patterns.back());
  }
  for (std::size_t i = 0; i < cases.size(); i += 7) {
    const auto found = rules.matches_json(text(cases[i], "event")).value();
    EXPECT_EQ(std::ranges::binary_search(found, i), flag(cases[i], "match")) << describe(cases[i]);
    EXPECT_EQ(found, rules.matches(parse_json(text(cases[i], "event")).value()));
  }
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_TRUE(rules.remove(i));
  EXPECT_EQ(rules.size(), 0u);
}

TEST(PatternConformance, TheOracleAgrees) {
  const auto cases = shared_lines("cases.jsonl");
  for (const auto& test : cases) {
    const auto pattern = parse_json(text(test, "pattern"));
    const auto event = parse_json(text(test, "event"));
    if (!pattern) continue;  // AWS reads no further than the pattern; one case has text after it
    ASSERT_TRUE(event) << event.error().message << "\n" << describe(test);
    EXPECT_EQ(oracle::matches(*pattern, *event), flag(test, "match")) << describe(test);
  }
}

/// AWS's messages quote the pattern as it was sent; the data hold it with other white space.
std::string quoted_source(const Document& test) {
  const std::string message = string_of(test, "error");
  constexpr std::string_view kOpen = "[Source: (String)\"";
  const auto open = message.find(kOpen);
  const auto close = message.find("\"; line: ", open);
  if (open == std::string::npos) return string_of(test, "pattern");
  return message.substr(open + kOpen.size(), close - open - kOpen.size());
}

TEST(PatternConformance, EveryRefusalInItsWords) {
  const auto cases = shared_lines("validity.jsonl");
  ASSERT_EQ(cases.size(), 92u);
  for (const auto& test : cases) {
    const auto parsed = parse_pattern(quoted_source(test));
    EXPECT_EQ(parsed.has_value(), flag(test, "valid")) << describe(test);
    if (parsed || flag(test, "valid")) continue;
    EXPECT_EQ(parsed.error().code, "InvalidEventPatternException");
    EXPECT_EQ(parsed.error().status, 400);
    std::string wanted = string_of(test, "error");
    if (!wanted.starts_with(kPrefix)) wanted = std::string(kPrefix) + wanted;
    EXPECT_EQ(parsed.error().message, wanted);
  }
}

}  // namespace
}  // namespace tocsin::pattern
