// SPDX-License-Identifier: Apache-2.0
// For the tests of this room.
#pragma once

#include <string>

#include "base/document.hpp"

namespace tocsin::wire {

/// Text that is equal for values that are: 1 and 1.0 are.
inline std::string same(Document value) {
  const auto normal = [](auto& self, Document& each) -> void {
    if (each.is_number()) each = each.to_number<double>();
    if (auto* array = each.if_array()) {
      for (auto& item : *array)
        self(self, item);
    }
    if (auto* object = each.if_object()) {
      for (auto& entry : *object)
        self(self, entry.value());
    }
  };
  normal(normal, value);
  return canonical_json(value);
}

}  // namespace tocsin::wire
