// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace tocsin::app {

/// Runs the server until SIGTERM or SIGINT; returns the exit status.
int serve(const ServeOptions& options);

}  // namespace tocsin::app
