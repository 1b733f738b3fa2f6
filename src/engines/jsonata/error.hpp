// SPDX-License-Identifier: Apache-2.0
// JSONata's error codes and their words (github.com/jsonata-js/jsonata, src/jsonata.js errorCodes).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

/// Thrown within this room only.
struct Problem {
  std::string code;  // "T2001"
  std::size_t position = 0;
  std::string token = {};
  std::string value = {};   // of {{value}}
  std::string second = {};  // of {{value2}}, {{index}}, {{type}}, {{stack}}, {{message}}
  bool placed = false;      // position and token are those of the innermost call
};

[[noreturn]] void raise(std::string_view code, std::size_t position = 0, std::string token = {},
                        std::string value = {}, std::string second = {});

/// Code, and message as jsonata.js words it.
Error to_error(const Problem& problem);

/// A value as the messages show it: JSON.
std::string shown(const Value& value);

}  // namespace tocsin::jsonata
