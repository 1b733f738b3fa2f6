// SPDX-License-Identifier: Apache-2.0
#include "engines/alarm/alarm.hpp"

#include <gtest/gtest.h>

namespace tocsin::alarm {
namespace {

/// "0 - X": not breaching, missing, breaching. A letter for each treatment of what is missing, in
/// the order of AWS's tables; "=" where the state stays.
std::string decisions(std::string_view points, int n, int m) {
  std::vector<std::optional<bool>> breaching;
  for (const char c : points) {
    if (c == 'X' || c == '0') breaching.emplace_back(c == 'X');
    if (c == '-') breaching.emplace_back();
  }
  std::string out;
  for (const auto missing :
       {Missing::Missing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching}) {
    const Terms terms{n, m, missing};
    const auto a = decide(terms, breaching, State::Alarm), b = decide(terms, breaching, State::Ok);
    out += a != b ? '=' : a == State::Ok ? 'O' : a == State::Alarm ? 'A' : 'I';
  }
  return out;
}

TEST(Decide, asTheTablesOfAwsSay) {
  EXPECT_EQ(decisions("0 - X - X", 3, 3), "OOOO");
  EXPECT_EQ(decisions("- - - - 0", 3, 3), "OOOO");
  EXPECT_EQ(decisions("- - - - -", 3, 3), "I=AO");
  EXPECT_EQ(decisions("0 X X - X", 3, 3), "AAAA");
  EXPECT_EQ(decisions("- - X - -", 3, 3), "A=AO");
  EXPECT_EQ(decisions("0 - X - X", 3, 2), "AAAA");
  EXPECT_EQ(decisions("0 0 X 0 X", 3, 2), "AAAA");
  EXPECT_EQ(decisions("0 - X - -", 3, 2), "OOAO");
  EXPECT_EQ(decisions("- - - - 0", 3, 2), "OOAO");
  EXPECT_EQ(decisions("- - - X -", 3, 2), "A=AO");
}

TEST(Decide, doesNotAlarmPrematurely) {
  EXPECT_EQ(decisions("- - - - X", 3, 3), "==AO");
  EXPECT_EQ(decide({3, 3, Missing::Missing}, {{}, {}, {}, {}, true}, State::InsufficientData),
            State::Ok);
  EXPECT_EQ(decisions("- - X", 1, 1), "AAAA");
}

bool holds(std::string_view text) {
  return parse_rule(text)->holds([](const std::string& name) {
    return name == "on" ? State::Alarm : name == "off" ? State::Ok : State::InsufficientData;
  });
}

TEST(Rules, areEvaluated) {
  EXPECT_TRUE(holds("ALARM(on)"));
  EXPECT_TRUE(holds("ALARM(\"on\") AND OK('off')"));
  EXPECT_FALSE(holds("ALARM(off) OR NOT INSUFFICIENT_DATA(else)"));
  EXPECT_TRUE(holds("NOT (ALARM(off) OR FALSE) AND TRUE"));
  EXPECT_TRUE(holds("TRUE OR TRUE AND FALSE"));
  EXPECT_EQ(parse_rule("ALARM(a) AND (OK(b) OR ALARM(\"c d\"))")->children(),
            (std::set<std::string>{"a", "b", "c d"}));
}

TEST(Rules, thatAreNone) {
  for (const auto* text :
       {"", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) AND", "x", "(TRUE", "ALARM(a) ALARM(b)"}) {
    const auto rule = parse_rule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().code, "ValidationError");
  }
  EXPECT_FALSE(parse_rule(std::string(100, '(') + "TRUE" + std::string(100, ')')));
}

}  // namespace
}  // namespace tocsin::alarm
