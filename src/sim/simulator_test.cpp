// SPDX-License-Identifier: Apache-2.0
#include "sim/simulator.hpp"

namespace tocsin::sim {
namespace {

/// TOCSIN_SEED=n repeats one run.
std::uint64_t first_seed() {
  const char* given = std::getenv("TOCSIN_SEED");
  return given ? std::stoull(given) : 1;
}

TEST(Simulator, NothingAcknowledgedIsLostAndEverythingBegunEnds) {
  const int runs = std::getenv("TOCSIN_SEED") ? 1 : 40;
  Report total;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + static_cast<std::uint64_t>(runs); ++seed) {
    const auto report = simulate(seed, 300);
    for (const auto& violation : report.violations) ADD_FAILURE() << "TOCSIN_SEED=" << seed << ": " << violation;
    total.acknowledged += report.acknowledged;
    total.crashes += report.crashes;
    total.refused += report.refused;
    total.retried += report.retried;
  }
  // The faults did happen.
  EXPECT_GT(total.acknowledged, 0u);
  if (runs > 1) {
    EXPECT_GT(total.crashes, 100u);
    EXPECT_GT(total.refused, 100u);
    EXPECT_GT(total.retried, 100u);
  }
}

TEST(Simulator, OneSeedGivesOneRun) { EXPECT_EQ(simulate(7, 200).digest, simulate(7, 200).digest); }

}  // namespace
}  // namespace tocsin::sim
