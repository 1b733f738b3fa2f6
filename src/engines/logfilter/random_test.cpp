// SPDX-License-Identifier: Apache-2.0
// Regular expressions over a tiny alphabet against a slow oracle that tries everything.
#include <random>

#include "engines/logfilter/regex.hpp"

namespace tocsin::logfilter {
namespace {

struct Piece {
  std::string characters;  // that it takes
  int least = 1, most = 1;
};
struct Branch {
  bool from_start = false, to_end = false;
  std::vector<Piece> pieces;
};

bool oracle_at(const Branch& branch, std::size_t piece, int taken, std::string_view text,
               std::size_t at) {
  if (piece == branch.pieces.size()) return !branch.to_end || at == text.size();
  const auto& now = branch.pieces[piece];
  if (taken >= now.least && oracle_at(branch, piece + 1, 0, text, at)) return true;
  return taken < now.most && at < text.size() &&
         now.characters.find(text[at]) != std::string::npos &&
         oracle_at(branch, piece, taken + 1, text, at + 1);
}

bool oracle(const std::vector<Branch>& branches, std::string_view text) {
  for (const auto& branch : branches) {
    for (std::size_t at = 0; at <= (branch.from_start ? 0 : text.size()); ++at) {
      if (oracle_at(branch, 0, 0, text, at)) return true;
    }
  }
  return false;
}

class Generator {
 public:
  std::vector<Branch> branches() {
    std::vector<Branch> out(1 + upto(2));
    expression = "";
    for (auto& branch : out) {
      if (&branch != &out[0]) expression += '|';
      fill(branch);
    }
    return out;
  }
  std::string text() {
    std::string out;
    for (int left = upto(8); left; --left)
      out += "abc"[upto(3)];
    return out;
  }
  std::string expression;

 private:
  int upto(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most)); }

  void fill(Branch& branch) {
    if ((branch.from_start = upto(4) == 0)) expression += '^';
    for (int left = upto(5); left; --left) {
      static constexpr std::pair<std::string_view, std::string_view> kAtoms[]{
          {"a", "a"}, {"b", "b"}, {".", "abc"}, {"[ab]", "ab"}, {"[^a]", "bc"}, {"\\x63", "c"}};
      static constexpr std::tuple<std::string_view, int, int> kCounts[]{
          {"", 1, 1},   {"", 1, 1},    {"?", 0, 1},     {"*", 0, 99},
          {"+", 1, 99}, {"{2}", 2, 2}, {"{0,2}", 0, 2}, {"{2,}", 2, 99}};
      const auto& [atom, characters] = kAtoms[upto(6)];
      const auto& [count, least, most] = kCounts[upto(8)];
      expression.append(atom).append(count);
      branch.pieces.push_back({std::string(characters), least, most});
    }
    if ((branch.to_end = upto(4) == 0)) expression += '$';
  }

  std::mt19937 random_{11};
};

// Found by fuzzing: bytes that no character begins with were passed over.
TEST(LogFilterRegex, AStrayByteStandsBetweenItsNeighbours) {
  const auto regex = Regex::compile("BBB");
  ASSERT_TRUE(regex);
  EXPECT_FALSE(
      regex->search("BB\xb9"
                    "B"));
  EXPECT_TRUE(
      regex->search("BB\xb9"
                    "BBB"));
  EXPECT_TRUE(
      Regex::compile("B.B")->search("B\xc3\xa4"
                                    "B"));
}

TEST(LogFilterRegex, AgreesWithTheOracle) {
  Generator generator;
  int matches = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto branches = generator.branches();
    const auto regex = Regex::compile(generator.expression);
    ASSERT_TRUE(regex) << generator.expression;
    for (int j = 0; j < 5; ++j) {
      const auto text = generator.text();
      const bool wanted = oracle(branches, text);
      matches += wanted;
      ASSERT_EQ(regex->search(text), wanted) << generator.expression << " in " << text;
      if (wanted) {
        ASSERT_NE(text.find(regex->literal()), std::string::npos)
            << generator.expression << " in " << text;
      }
    }
  }
  EXPECT_GT(matches, 20'000);
  EXPECT_LT(matches, 90'000);
}

}  // namespace
}  // namespace tocsin::logfilter
