// SPDX-License-Identifier: Apache-2.0
// Files → reading threads → blocks → matching threads. Blocks come from a pool, so memory is
// bounded: a reader waits for a free block, and so for those who match, and they for whoever takes
// their results.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "telemetry/block.hpp"

namespace tocsin::telemetry {

struct PipelineOptions {
  Content content = Content::CloudTrail;
  Limits limits = {};
  unsigned threads = 0;  // that match, and at most so many that read; 0: one a processor
};

/// What one matching thread does with blocks.
class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual void take(const Block& block) = 0;
};

/// Counts that may be read while the pipeline runs.
struct Progress {
  std::atomic<std::uint64_t> files = 0;    // read to their end
  std::atomic<std::uint64_t> skipped = 0;  // files that are no JSON or could not be opened
  std::atomic<std::uint64_t> bytes = 0;    // after decompression
  std::atomic<std::uint64_t> records = 0;  // sound ones, handed to consumers
  std::atomic<bool> stop = false;          // set it to end early
};

unsigned default_threads();
/// Blocks in flight: also how far ahead a consumer can be of the block that is due.
std::size_t pool_size(const PipelineOptions& options);

/// Reads all of `files`; returns when all consumers are done. Makes one consumer a thread.
void run_pipeline(const std::vector<std::string>& files, const PipelineOptions& options,
                  const std::function<std::unique_ptr<Consumer>()>& make_consumer,
                  Problems& problems, Progress& progress);

}  // namespace tocsin::telemetry
