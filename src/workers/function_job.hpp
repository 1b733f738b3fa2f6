// SPDX-License-Identifier: Apache-2.0
// The job "function.invoke", read and checked.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/document.hpp"
#include "base/time.hpp"
#include "core/worker.hpp"
#include "store/blobs.hpp"

namespace tocsin::workers {

/// Which of our bootstraps runs a function.
enum class RuntimeKind { Python, Node, Provided };

struct FunctionJob {
  std::string id;
  std::string arn;
  std::string name;
  std::string version;
  std::string generation;
  std::string code_sha256;  // as the job names it; the cache goes by the blob's own hash
  store::BlobRef code;
  std::vector<store::BlobRef> layers;  // later ones lie over earlier ones
  std::string runtime;
  RuntimeKind kind = RuntimeKind::Python;
  std::string handler;
  int memory_mb = 128;
  int storage_mb = 0;  // of /tmp; 0: as the worker has it
  std::chrono::milliseconds timeout{3000};
  std::map<std::string, std::string> environment;
  std::string payload;
  std::string request_id;
  std::string trace_id;
  std::string client_context;
  std::string region;
  std::string account;
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::optional<Time> credentials_expire;
  std::string log_group;
  std::string log_stream_prefix;

  /// A warm sandbox serves only jobs of the same function and generation.
  std::string sandbox_key() const { return arn + '\n' + version + '\n' + generation; }
};

/// Errors: ValidationException 400 naming the member that is missing or wrong,
/// InvalidParameterValueException where the runtime is not served.
Result<FunctionJob> read_function_job(const core::Job& job);

/// The environment of the function's process: its own variables and, above them, the reserved ones.
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
std::map<std::string, std::string> sandbox_environment(const FunctionJob& job,
                                                       const std::string& log_stream);

}  // namespace tocsin::workers
