// SPDX-License-Identifier: Apache-2.0
// How a query of Logs Insights is carried out, away from the machine's thread.
//
// StartQuery starts the job "logs.query". Its worker opens a QueryRun on a snapshot of the state
// and goes on with it for a while at a time; what it says then comes back as an input, which notes
// the progress and starts the next job, until the query has ended or was stopped. A worker that has
// lost the run (a restart) begins anew. So the machine waits for no query, and what a query found
// enters the state as the result of a job: replay needs neither the snapshot nor the segments.
#pragma once

#include <functional>
#include <memory>

#include "base/document.hpp"
#include "store/blobs.hpp"
#include "store/state.hpp"

namespace tocsin::logs {

class QueryRun {
 public:
  /// `payload` is that of the job.
  static Result<std::unique_ptr<QueryRun>> open(std::unique_ptr<store::View> view,
                                                store::Blobs& blobs, const Document& payload);
  virtual ~QueryRun() = default;

  /// Reads segment after segment until all are read or `enough()`. -> Done, Matched, Scanned, Bytes
  /// and, of one that is done, Results. Errors: of the blobs; LimitExceededException.
  virtual Result<Document> advance(const std::function<bool()>& enough) = 0;
};

/// The id of the query that a job is about, and whether the job only says that it was stopped.
std::string query_of_job(const Document& payload);
bool stops_query(const Document& payload);

}  // namespace tocsin::logs
