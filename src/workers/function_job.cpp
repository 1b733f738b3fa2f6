// SPDX-License-Identifier: Apache-2.0
#include "workers/function_job.hpp"

#include <fmt/format.h>

namespace tocsin::workers {
namespace {

Failure invalid(std::string_view what) {
  return fail("ValidationException", fmt::format("function.invoke: {}", what));
}

Result<std::string> required(const Document& payload, std::string_view key) {
  const auto value = text(payload, key);
  if (value.empty()) return invalid(fmt::format("{} is missing", key));
  return std::string(value);
}

Result<int> in_range(const Document& payload, std::string_view key, int least, int most) {
  const auto value = integer(payload, key);
  if (!value || *value < least || *value > most) {
    return invalid(fmt::format("{} must be from {} to {}", key, least, most));
  }
  return static_cast<int>(*value);
}

/// Old names run on the interpreter that is installed.
Result<RuntimeKind> kind_of(std::string_view runtime) {
  if (runtime.starts_with("python3.")) return RuntimeKind::Python;
  if (runtime.starts_with("nodejs")) return RuntimeKind::Node;
  if (runtime.starts_with("provided")) return RuntimeKind::Provided;
  return fail(
      "InvalidParameterValueException",
      fmt::format("The runtime {} cannot be run here; Python, Node.js and provided ones can.",
                  runtime));
}

Result<void> read_layers(const Document& payload, FunctionJob& out) {
  for (const auto& layer : array_of(payload, "Layers")) {
    const auto ref = store::blob_ref(layer);
    if (!ref) return invalid("a layer is not a reference to a blob");
    out.layers.push_back(*ref);
  }
  return {};
}

void read_credentials(const Document& payload, FunctionJob& out) {
  const auto* credentials = find(payload, "Credentials");
  if (!credentials) return;
  out.access_key = string_of(*credentials, "AccessKeyId");
  out.secret_key = string_of(*credentials, "SecretAccessKey");
  out.session_token = string_of(*credentials, "SessionToken");
  if (const auto* expiration = find(*credentials, "Expiration")) {
    boost::system::error_code inexact;
    if (expiration->is_number()) {
      out.credentials_expire = from_seconds(expiration->to_number<double>(inexact));
    } else {
      out.credentials_expire = parse_iso8601(text(*credentials, "Expiration"));
    }
  }
}

Result<void> read_environment(const Document& payload, FunctionJob& out) {
  for (const auto& variable : object_of(payload, "Environment")) {
    const auto* value = variable.value().if_string();
    const std::string name(variable.key());
    if (!value || name.empty() || name.find_first_of(std::string_view("=\0", 2)) != name.npos ||
        value->find('\0') != value->npos) {
      return invalid(fmt::format("the environment variable {} is not valid", name));
    }
    out.environment[name] = std::string(*value);
  }
  return {};
}

/// Values that go into a header of the Runtime API must not end it.
Result<std::string> header_text(const Document& payload, std::string_view key) {
  const auto value = text(payload, key);
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) {
    return invalid(fmt::format("{} must be one line", key));
  }
  return std::string(value);
}

Result<void> read_invocation(const Document& payload, FunctionJob& out) {
  out.payload = string_of(payload, "Payload");
  if (out.payload.empty()) out.payload = "{}";
  TRY(required(payload, "RequestId"));
  out.request_id = TRY(header_text(payload, "RequestId"));
  out.trace_id = TRY(header_text(payload, "TraceId"));
  out.client_context = TRY(header_text(payload, "ClientContext"));
  out.region = string_of(payload, "Region", "us-east-1");
  out.account = string_of(payload, "AccountId");
  out.log_group = string_of(payload, "LogGroup", "/aws/lambda/" + out.name);
  out.log_stream_prefix =
      string_of(payload, "LogStreamPrefix",
                fmt::format("{}/[{}]", format_time(wall_now(), "%Y/%m/%d"), out.version));
  return {};
}

}  // namespace

Result<FunctionJob> read_function_job(const core::Job& job) {
  const auto& payload = job.payload;
  FunctionJob out;
  out.id = job.id;
  TRY(required(payload, "FunctionArn"));
  out.arn = TRY(header_text(payload, "FunctionArn"));
  out.name = TRY(required(payload, "FunctionName"));
  out.version = string_of(payload, "FunctionVersion", "$LATEST");
  out.code_sha256 = string_of(payload, "CodeSha256");
  if (const auto* generation = find(payload, "Generation")) {
    out.generation =
        generation->is_string() ? std::string(generation->get_string()) : to_json(*generation);
  }
  out.runtime = TRY(required(payload, "Runtime"));
  out.kind = TRY(kind_of(out.runtime));
  out.handler = TRY(required(payload, "Handler"));
  out.memory_mb = TRY(in_range(payload, "MemorySize", 1, 1 << 20));
  out.timeout = std::chrono::seconds(TRY(in_range(payload, "Timeout", 1, 86400)));
  const auto* code = find(payload, "Code");
  const auto ref = code ? store::blob_ref(*code) : std::nullopt;
  if (!ref) return invalid("Code is not a reference to a blob");
  out.code = *ref;
  TRY(read_layers(payload, out));
  if (find(payload, "EphemeralStorage"))
    out.storage_mb = TRY(in_range(payload, "EphemeralStorage", 1, 1 << 20));
  TRY(read_environment(payload, out));
  read_credentials(payload, out);
  TRY(read_invocation(payload, out));
  return out;
}

std::map<std::string, std::string> sandbox_environment(const FunctionJob& job,
                                                       const std::string& log_stream) {
  auto environment = job.environment;
  const std::map<std::string, std::string> defaults{
      // The user of a sandbox has no entry in /etc/passwd from which SDKs could learn it.
      {"HOME", "/home/sbx_user1051"},
      {"LANG", "C.UTF-8"},
      {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
      {"TZ", ":UTC"}};
  environment.insert(defaults.begin(), defaults.end());
  const std::map<std::string, std::string> reserved{
      {"_HANDLER", job.handler},
      {"AWS_ACCESS_KEY", job.access_key},
      {"AWS_ACCESS_KEY_ID", job.access_key},
      {"AWS_DEFAULT_REGION", job.region},
      {"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"},
      {"AWS_EXECUTION_ENV", "AWS_Lambda_" + job.runtime},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(job.memory_mb)},
      {"AWS_LAMBDA_FUNCTION_NAME", job.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", job.version},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", job.log_group},
      {"AWS_LAMBDA_LOG_STREAM_NAME", log_stream},
      {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"},
      {"AWS_REGION", job.region},
      {"AWS_SECRET_ACCESS_KEY", job.secret_key},
      {"AWS_SESSION_TOKEN", job.session_token},
      {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
      {"LAMBDA_TASK_ROOT", "/var/task"}};
  for (const auto& [name, value] : reserved)
    environment[name] = value;
  if (job.session_token.empty()) environment.erase("AWS_SESSION_TOKEN");
  if (job.access_key.empty()) {
    for (const auto* name : {"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) {
      environment.erase(name);
    }
  }
  return environment;
}

}  // namespace tocsin::workers
