// SPDX-License-Identifier: Apache-2.0
// Settings of buckets that cannot be made here. Reading one says, as AWS does, that it is not
// there.
#pragma once

#include <vector>

#include "core/registry.hpp"

namespace tocsin::s3 {

std::vector<core::Operation> unset_operations();

}  // namespace tocsin::s3
