// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engines/metrics/math.hpp"
#include "engines/metrics/statistic.hpp"

namespace tocsin::metrics {
namespace {

double of(std::string_view name, const Distribution& distribution) {
  return statistic(name)->of(distribution).value_or(-1);
}

TEST(Statistics, ofOneToHundred) {
  Distribution hundred;
  for (int i = 1; i <= 100; ++i)
    hundred.add(i);
  EXPECT_EQ(of("SampleCount", hundred), 100);
  EXPECT_EQ(of("Sum", hundred), 5050);
  EXPECT_EQ(of("Average", hundred), 50.5);
  EXPECT_EQ(of("Minimum", hundred), 1);
  EXPECT_EQ(of("Maximum", hundred), 100);
  EXPECT_EQ(of("p90", hundred), 90);
  EXPECT_EQ(of("p0", hundred), 1);
  EXPECT_EQ(of("p100", hundred), 100);
  EXPECT_EQ(of("tm90", hundred), 45.5);
  EXPECT_EQ(of("TM(10%:90%)", hundred), 50.5);
  EXPECT_EQ(of("tc90", hundred), 90);
  EXPECT_EQ(of("ts90", hundred), 4095);
  EXPECT_EQ(of("wm90", hundred), (4095 + 10 * 90) / 100.0);
  EXPECT_EQ(of("IQM", hundred), 50.5);
  EXPECT_EQ(of("PR(:30)", hundred), 30);
  EXPECT_EQ(of("PR(10:30)", hundred), 20);
  EXPECT_EQ(of("TC(50:)", hundred), 50);
}

TEST(Statistics, unknownNames) {
  for (const auto* name : {"p101", "p", "median", "tm", "TM(10:90%)", "TM(:)", "PR(1%:2%)", "sum",
                           "TM(90%:10%)", "p9x"})
    EXPECT_FALSE(statistic(name)) << name;
}

TEST(Statistics, setsHaveNoPercentiles) {
  Distribution set;
  set.add_set(10, 100, 1, 20);
  EXPECT_EQ(of("Average", set), 10);
  EXPECT_EQ(of("p50", set), -1);
  Distribution same;
  same.add_set(10, 100, 10, 10);
  EXPECT_EQ(of("p50", same), 10);
}

TEST(Statistics, manyValuesStayWithinOnePercent) {
  Distribution many;
  for (int i = 1; i <= 10'000; ++i)
    many.add(i);
  EXPECT_LE(many.values.size(), 1024u);
  EXPECT_EQ(of("Sum", many), 10'000.0 * 10'001 / 2);
  EXPECT_NEAR(of("p99", many), 9'900, 110);
}

class Math : public testing::Test {
 protected:
  Math() {
    inputs.start = 0, inputs.end = 240'000;
    add("m1", {{0, 1}, {60'000, 2}, {180'000, 4}});
    add("m2", {{0, 10}, {60'000, 0}, {120'000, 30}});
  }
  void add(const std::string& id, Points points) {
    inputs.metrics.push_back({.id = id, .label = id, .points = std::move(points)});
    inputs.values[id] = inputs.metrics.back();
  }
  std::string text(std::string_view expression) {
    const auto parsed = parse(expression);
    if (!parsed) return parsed.error().message;
    const auto value = parsed->evaluate(inputs);
    if (!value) return value.error().message;
    if (const auto* number = std::get_if<double>(&*value))
      return std::to_string(int(*number * 100));
    std::string out;
    const auto write = [&](const Series& series) {
      for (const auto& [time, point] : series.points)
        out += std::to_string(time / 60'000) + ":" + std::to_string(int(point * 100)) + " ";
    };
    if (const auto* series = std::get_if<Series>(&*value)) {
      write(*series);
    } else {
      for (const auto& series : std::get<std::vector<Series>>(*value))
        write(series), out += "; ";
    }
    return out;
  }
  Inputs inputs;
};

TEST_F(Math, operators) {
  EXPECT_EQ(text("1 + 2 * 3 ^ 2"), "1900");
  EXPECT_EQ(text("-(2 - 5)"), "300");
  EXPECT_EQ(text("m1 + m2"), "0:1100 1:200 ");
  EXPECT_EQ(text("100 * m1 / m2"), "0:1000 ");
  EXPECT_EQ(text("m1 > 1"), "0:0 1:100 3:100 ");
  EXPECT_EQ(text("m1 > 1 AND m1 < 3"), "0:0 1:100 3:0 ");
  EXPECT_EQ(text("METRICS() * 2"), "0:200 1:400 3:800 ; 0:2000 1:0 2:6000 ; ");
}

TEST_F(Math, functions) {
  EXPECT_EQ(text("SUM(METRICS())"), "0:1100 1:200 2:3000 3:400 ");
  EXPECT_EQ(text("SUM([m1, m2])"), "0:1100 1:200 2:3000 3:400 ");
  EXPECT_EQ(text("MAX(m1)"), "400");
  EXPECT_EQ(text("AVG(METRICS(\"m2\"))"), "0:1000 1:0 2:3000 ");
  EXPECT_EQ(text("FILL(m1, 0)"), "0:100 1:200 2:0 3:400 ");
  EXPECT_EQ(text("FILL(m1, REPEAT)"), "0:100 1:200 2:200 3:400 ");
  EXPECT_EQ(text("FILL(m1, LINEAR)"), "0:100 1:200 2:300 3:400 ");
  EXPECT_EQ(text("RATE(m1) * 60"), "1:100 3:100 ");
  EXPECT_EQ(text("DIFF(m1)"), "1:100 3:200 ");
  EXPECT_EQ(text("RUNNING_SUM(m1)"), "0:100 1:300 3:700 ");
  EXPECT_EQ(text("IF(m1 > 1, m1, 0)"), "0:0 1:200 3:400 ");
  EXPECT_EQ(text("IF(m1 > 1, m1)"), "1:200 3:400 ");
  EXPECT_EQ(text("PERIOD(m1)"), "6000");
  EXPECT_EQ(text("METRIC_COUNT(METRICS())"), "200");
  EXPECT_EQ(text("TIME_SERIES(3)"), "0:300 1:300 2:300 3:300 ");
}

TEST_F(Math, errors) {
  EXPECT_EQ(text("m1 +"), "Unexpected input at position 4.");
  EXPECT_EQ(text("nope * 2"), "Undefined id nope.");
  EXPECT_EQ(text("SEARCH('x', 'Sum', 60)"), "The function SEARCH is not served by Tocsin.");
  EXPECT_EQ(text("1 / 0"), "The expression divides a number by zero.");
  EXPECT_EQ(text("RATE(1)"), "The arguments of RATE are not of the right kind.");
  EXPECT_EQ(text(std::string(200, '(')), "The expression is nested too deeply.");
}

}  // namespace
}  // namespace tocsin::metrics
