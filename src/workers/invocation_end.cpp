// SPDX-License-Identifier: Apache-2.0
#include "workers/invocation_end.hpp"

#include <cmath>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

InvocationEnd platform_error(std::string_view type, std::string_view message,
                             std::string_view status) {
  InvocationEnd end;
  end.payload = to_json(Object{{"errorType", type}, {"errorMessage", message}});
  end.function_error = "Unhandled";
  end.status = status;
  return end;
}

/// Errors that the platform itself finds begin with the request.
void name_request(const FunctionJob& job, std::string& payload) {
  auto error = parse_json(payload);
  if (!error || text(*error, "errorType") != "Runtime.InvalidEntrypoint") return;
  auto& message = error->as_object()["errorMessage"];
  message = fmt::format("RequestId: {} Error: {}", job.request_id, text(*error, "errorMessage"));
  payload = to_json(*error);
}

double two_digits(double value) {
  return std::round(value * 100) / 100;
}

}  // namespace

InvocationEnd answered(const FunctionJob& job, RuntimeCall call) {
  if (call.too_large) {
    auto end = platform_error(
        "Function.ResponseSizeTooLarge",
        fmt::format("Response payload size exceeded maximum allowed payload size ({} bytes).",
                    kMaxResponseBytes),
        "error");
    end.error_type = "Function.ResponseSizeTooLarge";
    end.log_line = fmt::format(
        "RequestId: {} Error: Response payload size exceeded maximum allowed "
        "payload size ({} bytes).",
        job.request_id, kMaxResponseBytes);
    return end;
  }
  InvocationEnd end;
  end.payload = valid_utf8(call.body);
  if (call.kind == RuntimeCall::Kind::Response) return end;
  name_request(job, end.payload);
  end.function_error = call.handled ? "Handled" : "Unhandled";
  end.status = "error";
  if (const auto error = parse_json(end.payload)) end.error_type = text(*error, "errorType");
  std::erase_if(end.error_type, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return end;
}

InvocationEnd timed_out(const FunctionJob& job) {
  const auto seconds = static_cast<double>(job.timeout.count()) / 1000.0;
  const auto what = fmt::format("Task timed out after {:.2f} seconds", seconds);
  auto end = platform_error(
      "Sandbox.Timedout", fmt::format("RequestId: {} Error: {}", job.request_id, what), "timeout");
  end.log_line = fmt::format("{} {} {}\n", iso8601_ms(wall_now()), job.request_id, what);
  return end;
}

InvocationEnd runtime_exited(const FunctionJob& job, const std::string& how, bool out_of_memory) {
  const auto message =
      fmt::format("RequestId: {} Error: Runtime exited {}", job.request_id,
                  how.empty() ? std::string("without providing a reason") : "with error: " + how);
  const std::string type = out_of_memory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
  auto end = platform_error(type, message, "error");
  end.error_type = type;
  end.log_line = message + "\n" + type;
  return end;
}

Document invocation_result(const InvocationEnd& end, const Report& report,
                           const std::string& log_stream, const std::string& log_tail,
                           const std::optional<Document>& log) {
  Object out{{"Payload", end.payload}};
  if (!end.function_error.empty()) out["FunctionError"] = end.function_error;
  out["LogStream"] = log_stream;
  if (log) out["Log"] = *log;
  out["LogTail"] = base64(log_tail);
  out["DurationMs"] = two_digits(report.duration_ms);
  out["BilledMs"] = report.billed_ms();
  if (report.init_ms > 0) out["InitMs"] = two_digits(report.init_ms);
  out["MaxMemoryMb"] = report.memory_used_mb;
  return out;
}

}  // namespace tocsin::workers
