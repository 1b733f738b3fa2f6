// SPDX-License-Identifier: Apache-2.0
// The x-amz-checksum-* values of objects and of multipart uploads.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

using Checksums = std::map<std::string, std::string>;  // "CRC32" → base64

/// What the request states or the wire found in its trailer ("Body.checksums"), which it has
/// checked.
Checksums claimed_checksums(const Document& params);
/// The same, checked here. Error BadDigest.
Result<Checksums> checksums_of(const Document& params, std::string_view bytes);
/// Base64; none where there is no such algorithm.
std::optional<std::string> checksum_of(std::string_view algorithm, std::string_view bytes);
/// Error InvalidRequest.
Result<void> check_algorithm(std::string_view algorithm);
/// The members that name checksums: {"ChecksumCRC32": …}.
void add_checksums(Object& reply, const Checksums& checksums);
Checksums stated_checksums(const Document& params);

enum class ChecksumType { Composite, FullObject };
/// The checksum of a completed upload from its parts'; none where a part lacks one or the two do
/// not go together.
std::optional<std::string> combined_checksum(std::string_view algorithm, ChecksumType type,
                                             const std::vector<Part>& parts);

}  // namespace tocsin::s3
