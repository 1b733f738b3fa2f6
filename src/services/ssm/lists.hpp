// SPDX-License-Identifier: Apache-2.0
// What lists and descriptions have in common.
#pragma once

#include <algorithm>

#include "base/document.hpp"

namespace tocsin::ssm {

inline void put_unless_empty(Object& out, std::string_view member, const std::string& value) {
  if (!value.empty()) out[member] = value;
}

/// Whether one of a filter's values passes.
bool one_of(const Array& values, const auto& passes) {
  return std::ranges::any_of(values, [&](const Document& value) {
    return value.is_string() && passes(std::string_view(value.get_string()));
  });
}

}  // namespace tocsin::ssm
