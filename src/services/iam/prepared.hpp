// SPDX-License-Identifier: Apache-2.0
// What the policies of users and roles come to, kept from call to call.
#pragma once

#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "engines/policy/policy.hpp"

namespace tocsin::iam {

struct Prepared {
  std::string id;  // of the identity: a session of one that was deleted is none of its namesake's
  std::vector<policy::NamedPolicy> identity;
  std::optional<policy::NamedPolicy> boundary;
};
using PreparedPtr = std::shared_ptr<const Prepared>;

/// Two halves: when the young one is full it becomes the old one. Any thread.
class PreparedCache {
 public:
  PreparedPtr find(const std::string& key) const;
  void keep(const std::string& key, PreparedPtr prepared);

 private:
  using Half = std::unordered_map<std::string, PreparedPtr>;
  mutable std::shared_mutex mutex_;
  Half young_, old_;
};

}  // namespace tocsin::iam
