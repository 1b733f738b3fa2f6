// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tocsin::logs {

std::string gzip(const std::string& text);

}  // namespace tocsin::logs
