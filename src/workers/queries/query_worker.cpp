// SPDX-License-Identifier: Apache-2.0
#include "workers/queries/query_worker.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kMaxQueue = 256;
constexpr auto kAtOnce = std::chrono::milliseconds(500);

}  // namespace

QueryWorker::QueryWorker(const store::State& state, store::Blobs& blobs)
    : state_(state),
      blobs_(blobs),
      threads_(kThreads, kMaxQueue, [this](const core::Job& job) { return carry(job); }) {}

QueryWorker::Run QueryWorker::taken(const std::string& query) {
  const std::scoped_lock lock(mutex_);
  const auto found = runs_.find(query);
  if (found == runs_.end()) return nullptr;
  auto run = std::move(found->second);
  runs_.erase(found);
  return run;
}

Result<Document> QueryWorker::carry(const core::Job& job) {
  if (job.kind == "logs.export") return logs::write_export(*state_.snapshot(), blobs_, job.payload);
  return carry_query(job);
}

Result<Document> QueryWorker::carry_query(const core::Job& job) {
  const auto query = logs::query_of_job(job.payload);
  auto run = taken(query);
  if (logs::stops_query(job.payload)) return Document();
  if (!run) run = TRY(logs::QueryRun::open(state_.snapshot(), blobs_, job.payload));
  const auto until = std::chrono::steady_clock::now() + kAtOnce;
  auto out = TRY(run->advance([&] { return std::chrono::steady_clock::now() >= until; }));
  if (!find(out, "Results")) {
    const std::scoped_lock lock(mutex_);
    runs_[query] = std::move(run);
  }
  return out;
}

}  // namespace tocsin::workers
