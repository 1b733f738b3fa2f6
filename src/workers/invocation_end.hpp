// SPDX-License-Identifier: Apache-2.0
// How an invocation ended, and what Lambda says about it.
#pragma once

#include <optional>
#include <string>

#include "base/document.hpp"
#include "workers/function_job.hpp"
#include "workers/invocation_log.hpp"
#include "workers/runtime_api.hpp"

namespace tocsin::workers {

struct InvocationEnd {
  std::string payload;
  std::string function_error;  // "", "Unhandled" or "Handled"
  std::string status;          // of the REPORT line: "", "error" or "timeout"
  std::string error_type;      // of the REPORT line
  std::string log_line;        // what the platform logs about it; may be empty
};

/// From the runtime's own answer.
InvocationEnd answered(const FunctionJob& job, RuntimeCall call);
InvocationEnd timed_out(const FunctionJob& job);
/// `how`: "exit status 1", "signal: killed"; empty: the runtime ended as if all were well.
InvocationEnd runtime_exited(const FunctionJob& job, const std::string& how, bool out_of_memory);

/// The job's result. `log`: none where it could not be kept.
Document invocation_result(const InvocationEnd& end, const Report& report,
                           const std::string& log_stream, const std::string& log_tail,
                           const std::optional<Document>& log);

}  // namespace tocsin::workers
