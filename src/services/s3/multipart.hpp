// SPDX-License-Identifier: Apache-2.0
// Multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::s3 {

core::Outcome create_multipart_upload(core::Call& call);
core::Outcome upload_part(core::Call& call);
core::Outcome upload_part_copy(core::Call& call);
core::Outcome complete_multipart_upload(core::Call& call);
core::Outcome abort_multipart_upload(core::Call& call);
core::Outcome list_parts(core::Call& call);
core::Outcome list_multipart_uploads(core::Call& call);

/// Drops what a deleted bucket leaves behind, an upload a step.
void forget_uploads(core::Context& context, const std::string& store);
void forget_next_upload(core::Context& context, const core::Resumption& due);

}  // namespace tocsin::s3
