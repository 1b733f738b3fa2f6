// SPDX-License-Identifier: Apache-2.0
#include "telemetry/pipeline.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "telemetry/queue.hpp"
#include "telemetry/splitter.hpp"

namespace tocsin::telemetry {
namespace {

using BlockQueue = BoundedQueue<std::unique_ptr<Block>>;

class Pipeline {
 public:
  Pipeline(const std::vector<std::string>& files, const PipelineOptions& options,
           Problems& problems, Progress& progress)
      : files_(files),
        options_(options),
        problems_(problems),
        progress_(progress),
        free_(pool_size(options)),
        full_(pool_size(options)) {
    for (std::size_t i = 0; i < pool_size(options); ++i)
      free_.push(std::make_unique<Block>());
  }

  /// A reading thread: one file after the other until none is left.
  void read() {
    while (!progress_.stop) {
      const auto index = next_file_++;
      if (index >= files_.size()) return;
      read_file(files_[index]);
    }
  }

  void match(Consumer& consumer) {
    while (auto block = full_.pop()) {
      consumer.take(**block);
      progress_.records.fetch_add((*block)->records.size(), std::memory_order_relaxed);
      free_.push(*std::move(block));
    }
  }

  void no_more() { full_.close(); }

 private:
  void read_file(const std::string& file) {
    auto source = open_source(file);
    if (!source) {
      problems_.add({file, 0, 0, source.error().message});
      ++progress_.skipped;
      return;
    }
    Splitter splitter(*std::move(source), file, options_.content, options_.limits, problems_);
    for (std::uint64_t known = 0; !progress_.stop;) {
      auto block = free_.pop();
      const bool some = splitter.fill(**block);
      progress_.bytes += splitter.bytes() - std::exchange(known, splitter.bytes());
      if (!some) {
        free_.push(*std::move(block));
        break;
      }
      hand_on(*std::move(block));
    }
    ++(splitter.foreign() ? progress_.skipped : progress_.files);
  }

  /// There is room for all blocks of the pool, so nobody waits here.
  void hand_on(std::unique_ptr<Block> block) {
    const std::lock_guard lock(order_);
    block->number = blocks_++;
    full_.push(std::move(block));
  }

  const std::vector<std::string>& files_;
  const PipelineOptions& options_;
  Problems& problems_;
  Progress& progress_;
  std::atomic<std::size_t> next_file_ = 0;
  BlockQueue free_, full_;
  std::mutex order_;
  std::uint64_t blocks_ = 0;
};

unsigned threads_of(const PipelineOptions& options) {
  return options.threads ? options.threads : default_threads();
}

}  // namespace

unsigned default_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

std::size_t pool_size(const PipelineOptions& options) {
  return std::size_t{4} * threads_of(options) + 2;
}

void run_pipeline(const std::vector<std::string>& files, const PipelineOptions& options,
                  const std::function<std::unique_ptr<Consumer>()>& make_consumer,
                  Problems& problems, Progress& progress) {
  Pipeline pipeline(files, options, problems, progress);
  std::vector<std::unique_ptr<Consumer>> consumers;
  std::vector<std::jthread> matching, reading;
  for (unsigned i = 0; i < threads_of(options); ++i) {
    consumers.push_back(make_consumer());
    matching.emplace_back(
        [&pipeline, consumer = consumers.back().get()] { pipeline.match(*consumer); });
  }
  const auto readers = std::min<std::size_t>(files.size(), threads_of(options));
  for (std::size_t i = 0; i < readers; ++i)
    reading.emplace_back([&pipeline] { pipeline.read(); });
  reading.clear();
  pipeline.no_more();
  matching.clear();
}

}  // namespace tocsin::telemetry
