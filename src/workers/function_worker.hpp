// SPDX-License-Identifier: Apache-2.0
// Runs functions in sandboxes.
//
// Job "function.invoke":
//   FunctionArn, FunctionName, FunctionVersion, Generation, Runtime, Handler, MemorySize (MB),
//   Timeout (s), Code {"$blob","size"}, CodeSha256, Environment {}, Payload (text), RequestId,
//   TraceId, ClientContext, Region, AccountId, LogGroup, LogStreamPrefix,
//   Credentials {AccessKeyId, SecretAccessKey, SessionToken, Expiration?}
// Its result:
//   Payload (text), FunctionError?, LogStream, LogTail (base64), DurationMs, BilledMs, InitMs?,
//   MaxMemoryMb, Log {"$blob","size"}: lines of JSON {"timestamp","message"}
//
// Job "function.inspect_code": Code {"$blob","size"} or ZipBase64
// Its result: Code {"$blob","size"}, CodeSha256 (base64), CodeSize, Files
//
// What a function does wrong is a result with FunctionError. An error of the job is ours (Server:
// try again) or of the job's payload (Client).
#pragma once

#include <memory>

#include "core/worker.hpp"
#include "store/blobs.hpp"
#include "workers/function_options.hpp"

namespace tocsin::workers {

/// Any thread. At start the log says which limits are guaranteed.
class FunctionWorker : public core::Worker {
 public:
  FunctionWorker(store::Blobs& blobs, FunctionOptions options);
  ~FunctionWorker() override;

  std::vector<std::string> kinds() const override;
  void start() override;
  void stop() override;
  /// A job whose id is running already joins that run.
  void run(core::Job job, core::JobDone done) override;

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace tocsin::workers
