// SPDX-License-Identifier: Apache-2.0
// The structural characters of a JSON text: what simdjson's first stage finds.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::pattern {

/// Positions of the characters { } [ ] : , outside of strings, and of the first character of each
/// string, number and literal. Keeps its memory from text to text; one thread at a time.
class Structure {
 public:
  Structure();
  ~Structure();
  Structure(Structure&&) noexcept;
  Structure& operator=(Structure&&) noexcept;

  /// Checks UTF-8 and quotes, not the grammar. Error: SerializationException, what is wrong.
  Result<void> read(std::string_view text);
  /// Of the text read last. Rising.
  std::span<const std::uint32_t> positions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::pattern
