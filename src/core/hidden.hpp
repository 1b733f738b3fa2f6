// SPDX-License-Identifier: Apache-2.0
// The bulk content of a call that Operation::hides: neither the log nor a blob shows anything of
// it. Short, it is a sealed document of its text; long, {"Blob": …, "Key": sealed}, a blob that is
// encrypted under a key of its own (engines/content).
#pragma once

#include "core/context.hpp"

namespace tocsin::core {

struct Hidden {
  std::string content;                 // open
  std::optional<store::BlobRef> blob;  // of a long one, as it lies
  std::string key;                     // the blob's
};

/// Before append. More than `bulk` bytes go to a blob. Errors: of the blobs.
Result<Document> hide(std::string content, store::Blobs& blobs, const Secrets& secrets,
                      std::size_t bulk);
/// None where the member lies open. Errors: InternalFailure; of the blobs.
Result<std::optional<Hidden>> hidden_in(const Context& context, const Document& member);

}  // namespace tocsin::core
