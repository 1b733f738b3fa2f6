// SPDX-License-Identifier: Apache-2.0
// Every execution recorded on AWS (../shared/data/states), output and history.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engines/asl/recorded.hpp"

namespace tocsin::asl {
namespace {

/// What does not come out as recorded, and why.
const std::map<std::string, std::string> kKnown = {};

void expect_all(const std::string& file, bool save_between) {
  std::size_t count = 0, failed = 0;
  for (const auto& recorded : recorded::cases(file)) {
    ++count;
    const auto name = recorded::name_of(recorded);
    const auto result = recorded::run(recorded, save_between);
    const auto difference =
        result ? recorded::difference(recorded, *result) : result.error().message;
    if (!difference.empty()) ++failed;
    if (kKnown.contains(name)) {
      EXPECT_NE(difference, "") << name << " is as recorded now";
    } else {
      EXPECT_EQ(difference, "") << name;
    }
  }
  EXPECT_GT(count, 0u);
  fmt::print("{}: {} of {} as recorded\n", file, count - failed, count);
}

TEST(Conformance, PureExecutions) {
  expect_all("pure.jsonl", false);
}

TEST(Conformance, SavedAndLoadedBetweenAnyTwoEvents) {
  expect_all("pure.jsonl", true);
}

TEST(Conformance, ExecutionsWithTasks) {
  expect_all("service.jsonl", true);
}

}  // namespace
}  // namespace tocsin::asl
