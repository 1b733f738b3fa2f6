// SPDX-License-Identifier: Apache-2.0
// S3 Control: the public access block of a whole account.
#pragma once

#include "core/registry.hpp"

namespace tocsin::s3 {

core::Service control_service();

}  // namespace tocsin::s3
