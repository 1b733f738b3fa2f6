// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/document.hpp"

namespace tocsin::s3 {

/// Whether AWS would accept these rules. Errors: MalformedXML, InvalidArgument, InvalidRequest.
Result<void> check_lifecycle(const Array& rules);

}  // namespace tocsin::s3
