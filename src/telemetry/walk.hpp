// SPDX-License-Identifier: Apache-2.0
// One object of a text whose structure is known: where it ends, and the members that we want.
#pragma once

#include "telemetry/block.hpp"

namespace tocsin::telemetry {

struct Walked {
  enum class Kind {
    Record,
    Container,  // {"Records": [ …: `next` is behind the [
    Cut,        // the structure ends before the object does
    Malformed,  // but it is known where it ends: `next`
    Broken      // its grammar is broken, so nobody knows where it ends
  };
  Kind kind = Kind::Record;
  std::size_t next = 0;  // in the structure
  const char* reason = nullptr;
  Fields fields = {};
  std::string_view first_name = {};  // the name of the first member, as written
};

/// `structure[first]` is the object's {. Of Events only the end is looked for.
Walked walk_object(std::string_view text, std::span<const std::uint32_t> structure,
                   std::size_t first, Content content, int depth);

struct Skipped {
  enum class Kind {
    Whole,
    Cut,    // nothing closes it
    Broken  // closed, but a brace by a bracket or the other way round
  };
  Kind kind = Kind::Whole;
  std::size_t next = 0;  // behind the bracket that closes it
  int depth = 0;
};
/// Steps over what the bracket at `structure[first]` opens.
Skipped skip_nested(std::string_view text, std::span<const std::uint32_t> structure,
                    std::size_t first);

}  // namespace tocsin::telemetry
