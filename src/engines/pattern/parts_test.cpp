// SPDX-License-Identifier: Apache-2.0
// The parts of the index, each against the obvious way to do the same.
#include <random>
#include <set>

#include "engines/pattern/automaton.hpp"
#include "engines/pattern/caseless.hpp"
#include "engines/pattern/intervals.hpp"
#include "engines/pattern/number.hpp"
#include "engines/pattern/oracle.hpp"
#include "engines/pattern/trie.hpp"

namespace tocsin::pattern {
namespace {

TEST(Number, ComparesOnlyWhatADoubleHoldsAsWritten) {
  for (const auto* text : {"0", "-0.0", "0.1", "300", "1E-320", "5e-324", "1.7976931348623157e308",
                           "9007199254740992", "-122.42916360922355", "100000000000000000000000"}) {
    EXPECT_TRUE(parse_number(text)) << text;
  }
  for (const auto* text :
       {"1E309", "1E-325", "9007199254740993", "2.0e422", "0.10000000000000000001", "01", "1.",
        ".5", "-", "1e", "+1", "0x1", ""}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_EQ(parse_number("3.0e2"), parse_number("300"));
  EXPECT_EQ(parse_number("-0"), parse_number("0"));
}

TEST(Number, KeysKeepTheOrder) {
  const double values[] = {-1e300, -5, -1e-300, 0, 1e-300, 0.5, 1, 1e300};
  for (std::size_t i = 1; i < std::size(values); ++i) {
    EXPECT_LT(number_key(values[i - 1]), number_key(values[i]));
  }
}

TEST(Caseless, EqualUpToCaseMeansEqualFolds) {
  for (char32_t c = 1; c < 0x10000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    std::string letter;
    if (c < 0x80) {
      letter += static_cast<char>(c);
    } else if (c < 0x800) {
      letter = {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    } else {
      letter = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
                static_cast<char>(0x80 | (c & 63))};
    }
    const std::string folded = fold(letter);
    EXPECT_EQ(fold(folded), folded) << letter;
    EXPECT_TRUE(!CaselessText(letter).equals(folded) || fold(letter) == fold(folded));
  }
}

template <Direction kDirection>
void compare_trie_with_set(unsigned seed) {
  std::mt19937 random(seed);
  const auto word = [&](std::size_t longest) {
    std::string out;
    for (std::size_t n = random() % (longest + 1); n > 0; --n)
      out += static_cast<char>('a' + random() % 12);
    return random() % 4 == 0 ? "a-long-common-beginning" + out : out;
  };
  TriePool pool;
  const std::uint32_t root = pool.make_root();
  std::vector<std::string> keys;
  std::map<std::string, std::uint32_t> nodes;
  for (int round = 0; round < 1500; ++round) {
    const std::string key = word(4);
    if (nodes.contains(key)) {
      pool.set_item(nodes[key], kNone);
      pool.prune(nodes[key]);
      nodes.erase(key);
    } else {
      nodes[key] = pool.insert(root, key, kDirection);
      pool.set_item(nodes[key], static_cast<std::uint32_t>(keys.size()));
      keys.push_back(key);
    }
    const std::string text = word(8);
    std::set<std::string> found;
    pool.walk<kDirection>(root, text, [&](std::uint32_t item) { found.insert(keys[item]); });
    std::set<std::string> wanted;
    for (const auto& [known, node] : nodes) {
      const bool has =
          kDirection == Direction::Forwards ? text.starts_with(known) : text.ends_with(known);
      if (has) wanted.insert(known);
    }
    ASSERT_EQ(found, wanted) << text;
  }
  for (const auto& [key, node] : nodes) {
    pool.set_item(node, kNone);
    pool.prune(node);
  }
  EXPECT_TRUE(pool.is_empty(root));
}

TEST(Trie, FindsWhatASetOfPrefixesFinds) {
  compare_trie_with_set<Direction::Forwards>(1);
}
TEST(Trie, FindsWhatASetOfSuffixesFinds) {
  compare_trie_with_set<Direction::Backwards>(2);
}

TEST(Intervals, FindWhatALoopFinds) {
  std::mt19937 random(3);
  IntervalPool<std::uint64_t> pool;
  std::uint32_t root = kNone;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> kept;
  for (std::uint32_t round = 0; round < 1500; ++round) {
    const std::uint64_t low = random() % 60;
    const std::pair interval(low, low + random() % 20);
    if (kept.erase(interval)) {
      pool.erase(root, interval.first, interval.second);
    } else {
      kept[interval] = round;
      pool.insert(root, interval.first, interval.second, round);
    }
    const std::uint64_t point = random() % 80;
    std::set<std::uint32_t> found;
    pool.stab(root, point, [&](std::uint32_t item) { found.insert(item); });
    std::set<std::uint32_t> wanted;
    for (const auto& [range, item] : kept) {
      if (range.first <= point && point <= range.second) wanted.insert(item);
    }
    ASSERT_EQ(found, wanted);
  }
}

void compare_automaton_with_globs(std::size_t max_bytes) {
  std::mt19937 random(4);
  const auto word = [&](std::size_t n, unsigned letters) {
    std::string out;
    for (; n > 0; --n)
      out += static_cast<char>('a' + random() % letters);
    return out;
  };
  WildcardAutomaton automaton(max_bytes);
  std::vector<std::string> patterns;
  for (std::uint32_t i = 0; i < 60; ++i) {
    patterns.push_back(word(random() % 2, 3) + "*" + word(1 + random() % 2, 3) + "*" +
                       word(random() % 2, 3));
    automaton.add(Wildcard::parse(patterns.back()).value(), i);
  }
  for (int round = 0; round < 1000; ++round) {
    const std::string text = word(random() % 9, 4);
    const auto& items = automaton.run(text);
    const std::set<std::uint32_t> found(items.begin(), items.end());
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
      const bool wanted = oracle::glob(patterns[i], text);
      ASSERT_EQ(found.contains(i), wanted) << patterns[i] << " " << text;
      ASSERT_EQ(Wildcard::parse(patterns[i])->matches(text), wanted) << patterns[i] << " " << text;
    }
  }
  EXPECT_EQ(automaton.usable(), max_bytes > 100'000) << "a cache too small is given up";
}

TEST(Automaton, MatchesWhatGlobsMatch) {
  compare_automaton_with_globs(1 << 22);
}
TEST(Automaton, StaysRightWhileItStartsAfresh) {
  compare_automaton_with_globs(2000);
}

}  // namespace
}  // namespace tocsin::pattern
