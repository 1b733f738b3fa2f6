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
    for (const RuleId id : ids)
      out += "  " + to_json(patterns.at(id)) + "\n";
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
  for (int round = 0; round < 50; ++round) {
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

TEST_P(PatternRandom, ArraysOfObjects) {
  std::mt19937 random(GetParam() + 1000);
  RandomCases cases([&](std::size_t n) { return random() % n; });
  int matching = 0;
  int decided_by_arrays = 0;
  for (int round = 0; round < 5; ++round) {
    Rules rules;
    for (RuleId id = 0; id < 20; ++id)
      rules.add(id, cases.array_pattern());
    if (HasFatalFailure()) return;
    for (int i = 0; i < 5; ++i) {
      const Document event = cases.array_event();
      const auto expected = rules.expected(event);
      const auto found = rules.set.matches(event);
      ASSERT_EQ(found, expected) << to_json(event) << "\n"
                                 << rules.text(difference(found, expected));
      ASSERT_EQ(rules.set.matches_json(to_json(event)).value(), expected) << to_json(event);
      matching += static_cast<int>(expected.size());
      for (const auto& [id, pattern] : rules.patterns) {
        decided_by_arrays += oracle::matches(pattern, event, oracle::Arrays::Ignored) !=
                             std::ranges::binary_search(expected, id);
      }
    }
  }
  EXPECT_GT(matching, 20);
  EXPECT_GT(decided_by_arrays, 20) << "the cases test nothing";
}

INSTANTIATE_TEST_SUITE_P(Seeds, PatternRandom, testing::Range(1u, 9u));

}  // namespace
}  // namespace tocsin::pattern
