// SPDX-License-Identifier: Apache-2.0
// What is only close, and what is refused: many values, many groups, long queries.
#include <cmath>

#include "engines/insights/insights.hpp"
#include "engines/insights/sketches.hpp"

namespace tocsin::insights {
namespace {

const Source kSource{"123456789012:g", "s", "id"};

Event event(std::string& message, std::int64_t number) {
  message.reserve(message.size() + kPadding);
  return {.timestamp = number,
          .ingested = 0,
          .ordinal = number,
          .source = &kSource,
          .message = message};
}

TEST(Sketches, DistinctIsExactForFewAndCloseForMany) {
  Distinct distinct;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4'000; ++i)
      distinct.add(std::to_string(i));
  }
  EXPECT_EQ(distinct.count(), 4'000);
  for (int i = 0; i < 500'000; ++i)
    distinct.add(std::to_string(i));
  EXPECT_NEAR(distinct.count(), 500'000, 500'000 * 0.03);
}

TEST(Sketches, PercentilesAreExactForFewAndCloseForMany) {
  Percentiles few;
  for (const double value : {5.0, 1.0, 4.0, 2.0, 3.0})
    few.add(value);
  EXPECT_EQ(few.at(0), 1);
  EXPECT_EQ(few.at(50), 3);
  EXPECT_EQ(few.at(99), 5);
  few.add(0);
  EXPECT_EQ(few.at(0), 0);
  Percentiles many;
  for (std::int64_t i = 0; i < 100'000; ++i)
    many.add(static_cast<double>(i * 7919 % 100'000));
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9})
    EXPECT_NEAR(many.at(percent), percent * 1'000, 200);
}

TEST(Limits, AQueryMayNotHoldMoreThanItsMemory) {
  insights::Run run(Query::parse("stats count(*) by @message").value(), {});
  std::string message(1 << 20, 'x');
  Result<void> status;
  for (int i = 0; i < 1'000 && status; ++i) {
    std::memcpy(message.data(), &i, sizeof i);
    status = run.add(event(message, i));
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "LimitExceededException");
}

TEST(Limits, TheFirstRowsTakeNoMoreRoomThanTheyAre) {
  insights::Run run(Query::parse("fields @message | sort @message desc | limit 2").value(), {});
  for (int i = 0; i < 3'000; ++i) {
    std::string message = std::to_string(i) + std::string(1 << 18, 'x');
    ASSERT_TRUE(run.add(event(message, i)));
  }
  const auto rows = run.finish();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_TRUE(rows->front()[0].value.starts_with("2999x"));
}

TEST(Limits, LongQueriesAreReadInTimeThatGrowsWithThem) {
  std::string query = "filter a = 1";
  while (query.size() < 9'990)
    query += " or a=2";
  EXPECT_TRUE(Query::parse(query));
  std::string sum = "fields 1";
  for (int i = 0; i < 200; ++i)
    sum += "+1";
  std::string message = "x";
  insights::Run run(Query::parse(sum + " as n | display n").value(), {});
  ASSERT_TRUE(run.add(event(message, 1)));
  EXPECT_EQ(run.finish()->front()[0].value, "201");
  while (sum.size() < 9'990)
    sum += "+1";
  EXPECT_FALSE(Query::parse(sum));
  EXPECT_FALSE(Query::parse("filter " + std::string(9'000, '(')));
  EXPECT_FALSE(Query::parse("fields " + std::string(9'000, '-')));
  EXPECT_FALSE(Query::parse("filter @message like /" + std::string(1'000, '(') + "/"));
}

TEST(Limits, ACallersLimitCutsToo) {
  insights::Run run(Query::parse("fields @message | limit 50").value(), {.limit = 3});
  std::string message = "x";
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(run.add(event(message, i)));
  EXPECT_EQ(run.finish()->size(), 3);
  EXPECT_EQ(run.matched(), 100);
}

}  // namespace
}  // namespace tocsin::insights
