// SPDX-License-Identifier: Apache-2.0
// A definition's run with no server, its tasks answered by a mock file.
#pragma once

#include <string>

#include "engines/asl/local.hpp"
#include "telemetry_report.hpp"

namespace tocsin::app {

Result<std::string> file_text(const std::string& path);

/// Runs it with the options --input, --mock, --machine and --case. Without --mock every task fails.
Result<asl::LocalResult> run_definition(const asl::Machine& machine, const Arguments& arguments);

}  // namespace tocsin::app
