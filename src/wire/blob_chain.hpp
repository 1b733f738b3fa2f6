// SPDX-License-Identifier: Apache-2.0
// Pieces of blobs that follow each other, read as one: the parts of an object that was uploaded in
// parts.
#pragma once

#include <vector>

#include "store/blobs.hpp"
#include "wire/protocols/protocol.hpp"

namespace tocsin::wire {

/// Opens the first blob at once, so that an object that is not there is an error and no broken
/// reply; the others when their turn comes, since an object may have ten thousand parts.
/// `blobs` must outlive the reader.
Result<std::unique_ptr<store::BlobReader>> open_chain(const store::Blobs& blobs,
                                                      std::vector<BlobSlice> pieces);

/// The sum of the pieces.
std::uint64_t length_of(const std::vector<BlobSlice>& pieces);

}  // namespace tocsin::wire
