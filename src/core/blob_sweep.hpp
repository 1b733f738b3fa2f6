// SPDX-License-Identifier: Apache-2.0
// What no row of the state names is swept: mark and sweep over a snapshot, beside the machine.
//
// A blob may be named by an input that is not applied yet, or that a restart will apply again: so
// only blobs that were last written before a grace period are candidates, and they are erased only
// when a checkpoint has made the snapshot, in which nothing named them, durable. Content that is
// put again meanwhile counts as new and stays.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/blobs.hpp"
#include "store/state.hpp"

namespace tocsin::core {

struct SweepCandidate {
  std::string sha256;
  Time written{};
};

/// The blobs written before `before` that nothing in the state names. `snapshot` is asked for once
/// the blobs are listed. A row names a blob by 64 hexadecimal digits that stand alone, in its key
/// or its value, whatever the row's form.
std::vector<SweepCandidate> unnamed_blobs(
    const store::Blobs& blobs, const std::function<std::unique_ptr<store::View>()>& snapshot,
    Time before);

/// Erases those that were not written again since. Returns how many went; an error is logged and
/// the rest goes on.
std::size_t sweep(store::Blobs& blobs, const std::vector<SweepCandidate>& candidates);

}  // namespace tocsin::core
