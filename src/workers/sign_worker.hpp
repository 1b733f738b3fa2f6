// SPDX-License-Identifier: Apache-2.0
// Signs what SNS sends. Job "sns.sign": Texts {name: text}, Version "1" (RSA PKCS#1 v1.5 with
// SHA-1) or "2" (with SHA-256)
//   -> Signatures {name: base64}, Certificate: the path under which the certificate is served
// The key (RSA 2048) and its certificate lie in a folder of their own, made at the first start; the
// key never leaves this worker. The same text has the same signature.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/worker.hpp"

namespace tocsin::workers {

struct SignOptions {
  std::filesystem::path folder;  // signing.key and signing.pem
  std::size_t max_queue = 10'000;
};

/// Any thread.
class SignWorker : public core::Worker {
 public:
  explicit SignWorker(SignOptions options);
  ~SignWorker() override;

  std::vector<std::string> kinds() const override { return {"sns.sign"}; }
  void start() override;
  void stop() override;
  void run(core::Job job, core::JobDone done) override;

  /// The certificate (PEM) that is served at `path`, if this is its path.
  std::optional<std::string> certificate_at(std::string_view path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::workers
