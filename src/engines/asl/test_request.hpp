// SPDX-License-Identifier: Apache-2.0
// What TestState is asked for, checked as AWS checks it.
#pragma once

#include <variant>

#include "engines/asl/run.hpp"

namespace tocsin::asl {

struct TestRequest {
  enum class Level : std::uint8_t { Info, Debug, Trace };

  MachinePtr machine;
  const State* state = nullptr;
  Level level = Level::Info;
  Document input = Object();
  Object variables;
  std::string role_arn;
  std::optional<Document> context;
  std::optional<std::variant<Document, FailureInfo>> mock;
  std::int64_t retries = 0;                       // of the Retry that applies
  std::optional<std::int64_t> failed_iterations;  // of a Map

  static Result<TestRequest> read(const Document& request, const TestSurroundings& surroundings);
};

}  // namespace tocsin::asl
