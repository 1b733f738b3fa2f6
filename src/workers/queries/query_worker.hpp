// SPDX-License-Identifier: Apache-2.0
// Reads stored log events away from the machine's thread: queries of Logs Insights
// (services/logs/query_run.hpp), each job going on with its query for half a second, so that the
// machine hears of its progress and can stop it; and the files of exports (export_run.hpp).
#pragma once

#include <map>
#include <memory>

#include "services/logs/export_run.hpp"
#include "services/logs/query_run.hpp"
#include "workers/job_threads.hpp"

namespace tocsin::workers {

class QueryWorker : public core::Worker {
 public:
  /// Both outlive it.
  QueryWorker(const store::State& state, store::Blobs& blobs);
  std::vector<std::string> kinds() const override { return {"logs.query", "logs.export"}; }
  void start() override { threads_.start(); }
  void stop() override { threads_.stop(); }
  void run(core::Job job, core::JobDone done) override {
    threads_.add(std::move(job), std::move(done));
  }

 private:
  using Run = std::unique_ptr<logs::QueryRun>;
  Result<Document> carry(const core::Job& job);
  Result<Document> carry_query(const core::Job& job);
  Run taken(const std::string& query);

  const store::State& state_;
  store::Blobs& blobs_;
  std::mutex mutex_;
  std::map<std::string, Run> runs_;  // that wait for their next job
  JobThreads threads_;
};

}  // namespace tocsin::workers
