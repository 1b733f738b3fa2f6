// SPDX-License-Identifier: Apache-2.0
// The files of an export, written away from the machine's thread: job "logs.export" -> Files, each
// with its Key below the task's folder and a Body that names a blob. The machine then puts them.
#pragma once

#include "base/document.hpp"
#include "store/blobs.hpp"
#include "store/state.hpp"

namespace tocsin::logs {

/// Errors: of the blobs.
Result<Document> write_export(const store::View& view, store::Blobs& blobs,
                              const Document& payload);

}  // namespace tocsin::logs
