// SPDX-License-Identifier: Apache-2.0
// What paths, intrinsic functions and JSONata expressions of a state may see.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "engines/asl/path.hpp"

namespace tocsin::asl {

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  /// The context object, `$$` and `$states.context`.
  virtual const Document& context() = 0;
  /// Null where no such variable is in scope.
  virtual const Document* variable(std::string_view name) = 0;
  virtual std::uint64_t random() = 0;
  virtual Time now() const = 0;
};

struct Scope {
  Surroundings& around;
  const Document& input;  // $ and $states.input
  const Document* result = nullptr;
  const Document* error_output = nullptr;
};

/// What the path names; Jayway's words where it names nothing.
Result<const Document*> read_path(const Path& path, const Scope& scope, Document& storage);

inline Failure runtime_error(std::string cause) {
  return fail("States.Runtime", std::move(cause));
}

}  // namespace tocsin::asl
