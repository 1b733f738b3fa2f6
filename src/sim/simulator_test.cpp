// SPDX-License-Identifier: Apache-2.0
#include "sim/simulator.hpp"

namespace tocsin::sim {
namespace {

/// TOCSIN_SEED=n repeats one run.
std::uint64_t first_seed() {
  const char* given = std::getenv("TOCSIN_SEED");
  return given ? std::stoull(given) : 1;
}

/// Many seeds; the faults must have happened, jobs that came again at least so many times.
void expect_no_violation(Report (*simulate)(std::uint64_t, int), int runs, int steps,
                         std::size_t least_retried) {
  const bool one = std::getenv("TOCSIN_SEED");
  Report total;
  for (auto seed = first_seed(); seed < first_seed() + static_cast<std::uint64_t>(one ? 1 : runs);
       ++seed) {
    const auto report = simulate(seed, steps);
    for (const auto& violation : report.violations)
      ADD_FAILURE() << "TOCSIN_SEED=" << seed << ": " << violation;
    total.acknowledged += report.acknowledged;
    total.crashes += report.crashes;
    total.refused += report.refused;
    total.retried += report.retried;
  }
  EXPECT_GT(total.acknowledged, 0u);
  if (one) return;
  EXPECT_GT(total.crashes, 2u * runs);
  EXPECT_GT(total.refused, 2u * runs);
  EXPECT_GE(total.retried, least_retried);
}

TEST(Simulator, NothingAcknowledgedIsLostAndEverythingBegunEnds) {
  expect_no_violation(simulate_core, 40, 300, 80);
}

TEST(Simulator, WhatMatchesARuleReachesItsTargetsOrTheirDeadLetters) {
  expect_no_violation(simulate_deliveries, 10, 150, 20);
}

TEST(Simulator, QueuesBucketsAndFunctionsKeepTheirWord) {
  expect_no_violation(simulate_services, 10, 200, 1);
}

TEST(Simulator, OneSeedGivesOneRun) {
  EXPECT_EQ(simulate_core(7, 200).digest, simulate_core(7, 200).digest);
  EXPECT_EQ(simulate_deliveries(7, 50).digest, simulate_deliveries(7, 50).digest);
  EXPECT_EQ(simulate_services(7, 50).digest, simulate_services(7, 50).digest);
}

}  // namespace
}  // namespace tocsin::sim
