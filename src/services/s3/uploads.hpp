// SPDX-License-Identifier: Apache-2.0
// What the files about multipart uploads share.
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

std::string part_key(std::int64_t number);
/// Error NoSuchUpload.
Result<Upload> upload_of(core::Call& call, const Bucket& bucket);
/// Forgets the upload and its parts.
void drop_upload(core::Context& context, const std::string& store, const Upload& upload);
/// As ListMultipartUploads shows it.
Object upload_entry(const Upload& upload);

}  // namespace tocsin::s3
