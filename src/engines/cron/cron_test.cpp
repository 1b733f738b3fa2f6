// SPDX-License-Identifier: Apache-2.0
#include "engines/cron/cron.hpp"

namespace tocsin::cron {
namespace {

/// The next moments behind `after`, as text.
std::vector<std::string> next(std::string_view fields, std::string_view after, int count = 1) {
  const auto schedule = Schedule::parse(fields);
  if (!schedule) return {"refused"};
  std::vector<std::string> out;
  auto time = parse_iso8601(after);
  while (count-- > 0) {
    time = schedule->next(*time);
    if (!time) return out.push_back("never"), out;
    out.push_back(iso8601(*time).substr(0, 16));
  }
  return out;
}
using Times = std::vector<std::string>;

TEST(Cron, FindsTheNextMinute) {
  const auto now = "2026-11-24T14:07:41Z";  // a Tuesday
  EXPECT_EQ(next("* * * * ? *", now), Times{"2026-11-24T14:08"});
  EXPECT_EQ(next("7 14 * * ? *", now), Times{"2026-11-25T14:07"});
  EXPECT_EQ(next("0/15 * * * ? *", now, 4), (Times{"2026-11-24T14:15", "2026-11-24T14:30",
                                                   "2026-11-24T14:45", "2026-11-24T15:00"}));
  EXPECT_EQ(next("5,35 14 * * ? *", now, 2), (Times{"2026-11-24T14:35", "2026-11-25T14:05"}));
  EXPECT_EQ(next("0/30 20-23 ? * MON-FRI *", "2026-11-27T23:29:59Z", 2),
            (Times{"2026-11-27T23:30", "2026-11-30T20:00"}));
  EXPECT_EQ(next("10-20/5 6 * * ? *", now, 4), (Times{"2026-11-25T06:10", "2026-11-25T06:15",
                                                      "2026-11-25T06:20", "2026-11-26T06:10"}));
  EXPECT_EQ(next("0 8 1 * ? *", now, 2), (Times{"2026-12-01T08:00", "2027-01-01T08:00"}));
  EXPECT_EQ(next("0 0 29 FEB ? *", now, 2), (Times{"2028-02-29T00:00", "2032-02-29T00:00"}));
}

TEST(Cron, KnowsDaysOfTheMonth) {
  const auto now = "2026-11-24T14:07:41Z";
  EXPECT_EQ(next("0 12 L * ? *", now, 3),
            (Times{"2026-11-30T12:00", "2026-12-31T12:00", "2027-01-31T12:00"}));
  // The 15th of August 2026 is a Saturday, the 1st as well; the 15th of November a Sunday.
  EXPECT_EQ(next("0 9 15W 8 ? 2026", "2026-01-01", 1), Times{"2026-08-14T09:00"});
  EXPECT_EQ(next("0 9 1W 8 ? 2026", "2026-01-01", 1), Times{"2026-08-03T09:00"});
  EXPECT_EQ(next("0 9 15W 11 ? 2026", "2026-01-01", 1), Times{"2026-11-16T09:00"});
  EXPECT_EQ(next("0 9 31W 5 ? 2026", "2026-01-01", 1), Times{"2026-05-29T09:00"});
  EXPECT_EQ(next("0 9 LW 5 ? 2026", "2026-01-01", 1), Times{"2026-05-29T09:00"});
  EXPECT_EQ(next("0 9 31 4 ? *", now), Times{"never"});
}

TEST(Cron, KnowsDaysOfTheWeek) {
  const auto now = "2026-11-24T14:07:41Z";
  EXPECT_EQ(next("0 2 ? * SAT#3 *", now, 2), (Times{"2026-12-19T02:00", "2027-01-16T02:00"}));
  EXPECT_EQ(next("0 2 ? * 3#5 *", now, 2), (Times{"2026-12-29T02:00", "2027-03-30T02:00"}));
  EXPECT_EQ(next("15 10 ? * 6L *", now, 2), (Times{"2026-11-27T10:15", "2026-12-25T10:15"}));
  EXPECT_EQ(next("15 10 ? * FRIL 2002-2005", now), Times{"never"});
  EXPECT_EQ(next("15 10 ? * FRIL 2002-2005", "2002-02-01"), Times{"2002-02-22T10:15"});
  EXPECT_EQ(next("0 0 ? * L *", now), Times{"2026-11-28T00:00"});
  EXPECT_EQ(next("0 0 ? * fri-MON *", now, 5),
            (Times{"2026-11-27T00:00", "2026-11-28T00:00", "2026-11-29T00:00", "2026-11-30T00:00",
                   "2026-12-04T00:00"}));
  EXPECT_EQ(next("0 0 ? * 1,7 *", now, 2), (Times{"2026-11-28T00:00", "2026-11-29T00:00"}));
  EXPECT_EQ(next("0 0 ? JAN 2/3 2027/2", "2020-01-01", 3),
            (Times{"2027-01-04T00:00", "2027-01-07T00:00", "2027-01-11T00:00"}));
}

TEST(Cron, RefusesWhatAwsRefuses) {
  for (const auto* fields : {"0 1 * * * *",   "0 1 ? * ? *",           "7 20 * * NOT *",
                             "INVALID",       "0 dummy ? * MON-FRI *", "71 8 1 * ? *",
                             "0 8 0 * ? *",   "0 8 32 * ? *",          "0 24 1 * ? *",
                             "0 8 1 13 ? *",  "0 8 1 * ? 1969",        "0 8 1 * ? 2200",
                             "0 8 1 * ?",     "0 8 1 * ? * *",         "",
                             " 0 8 1 * ? *",  "0/0 8 1 * ? *",         "0, 8 1 * ? *",
                             ",0 8 1 * ? *",  "0 8 ? * 8 *",           "0 8 ? * 2#6 *",
                             "0 8 ? * 2#0 *", "-1 8 1 * ? *",          "0 8 1 * ? 2030-2020",
                             "? 8 1 * ? *",   "0 8 W * ? *",           "0 8 ? * XL *",
                             "1- 8 1 * ? *",  "1/ 8 1 * ? *",          "5-99 8 1 * ? *"}) {
    EXPECT_FALSE(Schedule::parse(fields)) << fields;
  }
}

TEST(Cron, ReadsRates) {
  EXPECT_EQ(parse_rate("1 minute"), std::chrono::minutes(1));
  EXPECT_EQ(parse_rate("12 hours"), std::chrono::hours(12));
  EXPECT_EQ(parse_rate("7 days"), std::chrono::hours(24 * 7));
  for (const auto* rate : {"10 seconds",   "10 years",    "1 minutes",
                           "1 hours",      "1 days",      "10 minute",
                           "10 hour",      "10 day",      "",
                           "10",           "10 minutess", "foo minutes",
                           "0 minutes",    "-10 minutes", "10 MINUTES",
                           " 10 minutes ", "10  minutes", "10 ",
                           "10 s",         "+5 minutes",  "99999999999999 days"}) {
    EXPECT_FALSE(parse_rate(rate)) << rate;
  }
}

}  // namespace
}  // namespace tocsin::cron
