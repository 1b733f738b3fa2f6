// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// Becomes the AWS CLI, pointed at the server and with its root key; returns an exit status only
/// where that fails.
int aws(std::span<char*> words);

}  // namespace tocsin::app
