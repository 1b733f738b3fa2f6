// SPDX-License-Identifier: Apache-2.0
// Lines: what is written is read again, escapes as a JSON parser reads them, and a search for
// candidates passes none by.
#include "services/logs/lines.hpp"

#include <gtest/gtest.h>
#include <random>

#include "base/document.hpp"

namespace tocsin::logs {
namespace {

TEST(Lines, EscapesAreReadAsAParserReadsThem) {
  for (const std::string_view written :
       {R"(plain)", R"(a\"b\\c\/d\b\f\n\r\t)", R"(\u0041\u00e4\u20ac\ud83d\ude00)", R"(\u0000x)",
        R"(\\u0041)", ""}) {
    const auto parsed = parse_json("\"" + std::string(written) + "\"");
    ASSERT_TRUE(parsed) << written;
    EXPECT_EQ(unescaped(written), std::string(parsed->as_string())) << written;
  }
  EXPECT_EQ(unescaped(R"(\ud83dx)"), "\xEF\xBF\xBDx");
  EXPECT_EQ(unescaped(R"(\u12)"), "\xEF\xBF\xBD");
  EXPECT_EQ(unescaped("end\\"), "end");
}

TEST(Lines, WhatIsEscapedComesBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (int length = static_cast<int>(random() % 30); length > 0; --length)
      text += static_cast<char>(random() % 128);
    EXPECT_EQ(unescaped(escaped(text)), text);
    EXPECT_EQ(unescaped_size(escaped(text)), text.size());
  }
}

/// The slow way.
std::string candidates(std::string_view lines, std::string_view needle, std::string_view other) {
  std::string out;
  each_line(lines, [&](std::string_view line, std::int64_t number) {
    if (line.find(needle) != std::string_view::npos ||
        (!other.empty() && line.find(other) != std::string_view::npos))
      out.append(std::to_string(number)).append(":").append(line).append(" ");
    return true;
  });
  return out;
}

TEST(Lines, CandidatesAreThoseOfTheSlowWay) {
  std::mt19937 random(11);
  for (int i = 0; i < 5'000; ++i) {
    std::string lines;
    for (int length = static_cast<int>(random() % 40); length > 0; --length)
      lines += "ab\n\\"[random() % 4];
    const std::string needle = random() % 5 ? std::string(1 + random() % 2, 'a') : std::string();
    const std::string other = random() % 2 ? "\\" : "";
    std::string found;
    each_candidate(lines, needle, other, [&](std::string_view line, std::int64_t number) {
      found.append(std::to_string(number)).append(":").append(line).append(" ");
      return true;
    });
    EXPECT_EQ(found, candidates(lines, needle, other)) << lines << "|" << needle << "|" << other;
  }
}

}  // namespace
}  // namespace tocsin::logs
