// SPDX-License-Identifier: Apache-2.0
// The engine against the oracle on random patterns and events, rules coming and going meanwhile.
#include <random>

#include "engines/pattern/oracle.hpp"
#include "engines/pattern/pattern.hpp"
#include "engines/pattern/random_cases.hpp"

namespace tocsin::pattern {
namespace {

class PatternRandom : public testing::TestWithParam<unsigned> {};

struct Rules {
  RuleSet set;
  std::map<RuleId, Document> patterns;

  void add(RuleId id, const Document& pattern) {
    const auto parsed = parse_pattern(to_json(pattern));
    ASSERT_TRUE(parsed) << parsed.error().message;
    set.add(id, *parsed);
    patterns[id] = pattern;
  }

  std::vector<RuleId> expected(const Document& event) const {
    std::vector<RuleId> out;
    for (const auto& [id, pattern] : patterns) {
      if (oracle::matches(pattern, event)) out.push_back(id);
    }
    return out;
  }

  std::string text(const std::vector<RuleId>& ids) const {
    std::string out;
    for (const RuleId id : ids) out += "  " + to_json(patterns.at(id)) + "\n";
    return out;
  }
};

std::vector<RuleId> difference(const std::vector<RuleId>& left, const std::vector<RuleId>& right) {
  std::vector<RuleId> out;
  std::ranges::set_symmetric_difference(left, right, std::back_inserter(out));
  return out;
}

TEST_P(PatternRandom, EngineAndOracleAgree) {
  std::mt19937 random(GetParam());
  RandomCases cases([&](std::size_t n) { return random() % n; });
  Rules rules;
  std::optional<Snapshot> kept;
  std::vector<RuleId> kept_answer;
  Document kept_event;
  for (int round = 0; round < 120; ++round) {
    const RuleId id = random() % 60;
    if (random() % 4 == 0) {
      EXPECT_EQ(rules.set.remove(id), rules.patterns.erase(id) == 1);
    } else {
      rules.add(id, cases.pattern());
    }
    if (HasFatalFailure()) return;
    const Document event = cases.event();
    const auto expected = rules.expected(event);
    const auto found = rules.set.matches(event);
    ASSERT_EQ(found, expected) << to_json(event) << "\n" << rules.text(difference(found, expected));
    const auto from_text = rules.set.matches_json(to_json(event)).value();
    ASSERT_EQ(from_text, expected) << to_json(event);
    if (kept) {
      Matcher matcher(*kept);
      const auto again = matcher.match(kept_event);
      ASSERT_TRUE(std::ranges::equal(again, kept_answer)) << "a snapshot changed";
    }
    if (round % 10 == 0) {
      kept = rules.set.snapshot();
      kept_event = event;
      kept_answer = expected;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PatternRandom, testing::Range(1u, 13u));

}  // namespace
}  // namespace tocsin::pattern
