// SPDX-License-Identifier: Apache-2.0
#include "workers/sign_worker.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/time.hpp"
#include "workers/job_threads.hpp"
#include "workers/signing_key.hpp"

namespace tocsin::workers {

struct SignWorker::State {
  explicit State(SignOptions given)
      : options(std::move(given)),
        threads(1, options.max_queue, [this](const core::Job& job) { return carry(job); }) {}

  Result<const SigningKey*> key() {
    const std::scoped_lock lock(mutex);
    if (!loaded) loaded = TRY(load_or_make_key(options.folder, wall_now()));
    return &*loaded;
  }

  Result<Document> carry(const core::Job& job) {
    const auto* signing = TRY(key());
    const bool sha256 = text(job.payload, "Version") == "2";
    Object signatures;
    for (const auto& each : object_of(job.payload, "Texts")) {
      const auto* words = each.value().if_string();
      if (!words) return fail("ValidationException", "sns.sign: Texts must be strings");
      signatures[each.key()] = base64(TRY(signing->sign(
          std::string_view(*words), sha256 ? SigningKey::Hash::Sha256 : SigningKey::Hash::Sha1)));
    }
    return Object{{"Signatures", std::move(signatures)}, {"Certificate", signing->path()}};
  }

  SignOptions options;
  std::mutex mutex;  // of what is loaded at the first use
  std::optional<SigningKey> loaded;
  JobThreads threads;
};

SignWorker::SignWorker(SignOptions options) : state_(std::make_unique<State>(std::move(options))) {}
SignWorker::~SignWorker() {
  stop();
}

void SignWorker::start() {
  // At the first start it takes a tenth of a second to make the key; the first topic's messages,
  // which may follow at once, are signed already. What is wrong with it each job tells.
  (void)state_->key();
  state_->threads.start();
}
void SignWorker::stop() {
  state_->threads.stop();
}
void SignWorker::run(core::Job job, core::JobDone done) {
  state_->threads.add(std::move(job), std::move(done));
}

std::optional<std::string> SignWorker::certificate_at(std::string_view path) const {
  const auto key = state_->key();
  if (!key || (*key)->path() != path) return std::nullopt;
  return (*key)->certificate();
}

}  // namespace tocsin::workers
