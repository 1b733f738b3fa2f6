// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/worker.hpp"
#include "store/blobs.hpp"

namespace tocsin::workers {

/// The job "function.inspect_code": checks a zip by unpacking it to nowhere, and keeps it as a
/// blob.
Result<Document> inspect_code(store::Blobs& blobs, const Document& payload);

}  // namespace tocsin::workers
