// SPDX-License-Identifier: Apache-2.0
// The Log port: the ordered, durable record of every input. What is not in the log has not
// happened.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::store {

/// One writer thread; `read` may run beside it, but a visitor of `read` must not append or
/// truncate. Sequences are dense and start at 1.
class Log {
 public:
  virtual ~Log() = default;

  /// Appends `entries` as sequences next(), next()+1, …, with ONE sync: all are durable on return,
  /// or none is visible and the log is as before (error "ServiceUnavailable", 503, naming the
  /// cause: a full disk …), and a later append may succeed. Should the process die between a failed
  /// append and the next successful one, the refused entries may be found at the next start, as may
  /// those of an append that had not yet returned.
  virtual Result<void> append(std::span<const std::string> entries) = 0;

  using Visit = std::function<Result<void>(std::uint64_t sequence, std::string_view entry)>;
  /// Visits every entry from `from` on, in order; stops at the first error and returns it. A gap
  /// (an entry already dropped is one) or an entry that fails its checksum is an error
  /// "InternalFailure" that names the sequence.
  virtual Result<void> read(std::uint64_t from, const Visit& visit) const = 0;

  /// The lowest sequence still kept, and the one that the next append takes (equal when empty).
  virtual std::uint64_t first() const = 0;
  virtual std::uint64_t next() const = 0;

  /// Drops every entry below `sequence` (at most all of them); next() stays. Call only after
  /// State::checkpoint has returned for it.
  virtual Result<void> truncate_below(std::uint64_t sequence) = 0;
};

}  // namespace tocsin::store
