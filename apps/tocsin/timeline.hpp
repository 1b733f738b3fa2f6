// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/document.hpp"

namespace tocsin::app {

/// Prints what followed from what for one event; returns the exit status.
int timeline(std::span<char*> words);

/// The tree of GetTimeline's nodes as text: a line a node, indented below its cause.
std::string timeline_text(const Array& nodes);

}  // namespace tocsin::app
