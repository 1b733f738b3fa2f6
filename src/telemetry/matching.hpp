// SPDX-License-Identifier: Apache-2.0
// What the matching threads do: each record against the rules. A CloudTrail record is matched as
// the event that it would become, which is never put together; only what matches is copied, and
// only that is checked to the last byte.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "telemetry/pipeline.hpp"
#include "telemetry/queue.hpp"
#include "telemetry/rules.hpp"

namespace tocsin::telemetry {

struct MatchingOptions {
  Content content = Content::CloudTrail;
  bool check_all = false;  // also what matches nothing is checked to the last byte
  bool keep_text = false;  // in Found
  bool keep_rules = false;
};

struct Found {
  std::uint64_t line = 0;   // from 1, where the file is one of lines; else 0
  std::uint64_t index = 0;  // in the block
  std::vector<std::string> rules;
  std::string text;
};

/// What matched in one block.
struct Findings {
  const std::string* file = nullptr;
  std::size_t records = 0;  // in the block
  std::vector<Found> found;
};

struct MatchTotals {
  std::uint64_t matched = 0;  // records that some rule matches
  std::uint64_t unmatched = 0;
  std::uint64_t digests = 0;   // digest files of log validation: no records, and nothing wrong
  std::string oldest, newest;  // eventTime; empty where there was none
  MatchCounts rules;
};

/// What all matching threads share. Any thread.
class Matching {
 public:
  /// `give` gets the findings of each block, also empty ones, in the order in which the blocks were
  /// read; it may wait. So does who is `window` blocks ahead.
  using Give = std::function<void(Findings)>;
  Matching(MatchingOptions options, std::shared_ptr<const RuleBook> rules, Problems& problems,
           Give give, std::size_t window = 64);

  /// From the next block on.
  void set_rules(std::shared_ptr<const RuleBook> rules);
  /// One of the pipeline's threads. Its counts are in the totals when it is destroyed.
  std::unique_ptr<Consumer> consumer();
  MatchTotals totals() const;

 private:
  class Thread;
  std::shared_ptr<const RuleBook> rules() const;
  void add(const MatchTotals& totals);
  void give_in_order(std::uint64_t number, Findings findings) {
    in_order_.put(number, std::move(findings));
  }

  const MatchingOptions options_;
  Problems& problems_;
  InOrder<Findings, Give> in_order_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RuleBook> rules_;
  MatchTotals totals_;
};

}  // namespace tocsin::telemetry
