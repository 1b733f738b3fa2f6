// SPDX-License-Identifier: Apache-2.0
// Makes RSA keys, which takes up to seconds. Job "key.generate": Bits (2048, 3072 or 4096)
//   -> PrivateKey (PKCS#8), PublicKey (SubjectPublicKeyInfo), both DER in base64
// Who starts the job names PrivateKey in JobSpec::secret_results, so that it is sealed before it
// enters the log. Error: ValidationException.
#pragma once

#include "workers/job_threads.hpp"

namespace tocsin::workers {

/// The work itself, for tests that have no threads.
Result<Document> generate_key(const core::Job& job);

class KeyWorker : public core::Worker {
 public:
  KeyWorker();
  std::vector<std::string> kinds() const override { return {"key.generate"}; }
  void start() override { threads_.start(); }
  void stop() override { threads_.stop(); }
  void run(core::Job job, core::JobDone done) override {
    threads_.add(std::move(job), std::move(done));
  }

 private:
  JobThreads threads_;
};

}  // namespace tocsin::workers
