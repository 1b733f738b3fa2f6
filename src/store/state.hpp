// SPDX-License-Identifier: Apache-2.0
// The State port: an ordered map of byte strings that the machine's inputs have produced.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::store {

enum class Direction { Forward, Backward };

/// A consistent view. Reads do not fail: an I/O error on stored data stops the process, with a log
/// line that names it, since nothing true can be answered any more.
class View {
 public:
  virtual ~View() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;

  /// Return false to stop.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  /// Keys in [from, to), in byte order or backwards. An empty `to` means: to the end.
  virtual void scan(std::string_view from, std::string_view to, Direction direction,
                    const Visit& visit) const = 0;
};

/// Changes of one input: a value to write, or none to erase.
using Batch = std::map<std::string, std::optional<std::string>, std::less<>>;

/// One thread, which writes and reads; snapshots may be taken and read on any thread.
class State : public View {
 public:
  /// Applies the whole batch, or nothing. Not durable until `checkpoint`: the log is what replays.
  virtual Result<void> commit(const Batch& batch) = 0;

  /// The state as of the last commit. Keep it short: it holds resources.
  virtual std::unique_ptr<View> snapshot() const = 0;

  /// Returns when every commit so far is durable, all of each batch or none, as one point in time.
  virtual Result<void> checkpoint() = 0;

  /// Erases everything (reset): as one commit.
  virtual Result<void> clear() = 0;
};

/// SHA-256 (hex) over every key and value in order: equal states, equal digests.
std::string digest(const View& view);

/// The first key after every key that begins with `prefix`; empty where there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace tocsin::store
