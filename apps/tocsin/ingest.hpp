// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// `tocsin ingest cloudtrail`: log files as events of a bus; returns the exit status.
int ingest(std::span<char*> words);

}  // namespace tocsin::app
