// SPDX-License-Identifier: Apache-2.0
// The user ids that the sandboxes of one server take, so that no other server on the host gives out
// the same: limits of processes count by user, and who has one's user id may send one signals.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "workers/fd.hpp"

namespace tocsin::workers {

class UserIds {
 public:
  UserIds() = default;
  /// The first range of `count` ids from `first` on that no other server holds. It is free again
  /// when this server has ended, however it ended. Error: far too many servers.
  static Result<UserIds> reserve(unsigned first, std::size_t count);

  unsigned first() const { return first_; }

 private:
  unsigned first_ = 0;
  Fd held_;
};

}  // namespace tocsin::workers
