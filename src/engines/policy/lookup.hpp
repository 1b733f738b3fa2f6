// SPDX-License-Identifier: Apache-2.0
// Condition keys as statements ask for them: each is looked up once an evaluation.
#pragma once

#include <array>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "engines/policy/policy.hpp"

namespace tocsin::policy {

/// The name of a condition key, compiled.
struct KeyName {
  explicit KeyName(std::string_view name);

  std::string text;    // as the policy has it
  std::string folded;  // in lower case
  std::uint64_t hash = 0;
};

/// The keys of one request. Not for several threads.
class Lookup {
 public:
  explicit Lookup(const Request& request) : request_(request) {}
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// Null where the request has no such key.
  const std::vector<std::string>* find(const KeyName& key) const;

 private:
  struct Slot {
    const KeyName* key = nullptr;
    const std::vector<std::string>* values = nullptr;
  };
  const std::vector<std::string>* search(const KeyName& key) const;

  const Request& request_;
  mutable std::array<Slot, 32> memo_{};
  mutable std::forward_list<std::vector<std::string>> made_;
};

}  // namespace tocsin::policy
