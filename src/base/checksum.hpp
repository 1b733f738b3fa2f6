// SPDX-License-Identifier: Apache-2.0
// The checksums that S3 knows beside MD5, fed piece by piece.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

namespace tocsin {

enum class ChecksumKind : std::uint8_t { Crc32, Crc32c, Crc64Nvme, Sha1, Sha256 };

inline constexpr std::array kChecksumKinds = {ChecksumKind::Crc32, ChecksumKind::Crc32c,
                                              ChecksumKind::Crc64Nvme, ChecksumKind::Sha1,
                                              ChecksumKind::Sha256};

/// "CRC64NVME", as the API names it.
std::string_view checksum_name(ChecksumKind kind);
/// "x-amz-checksum-crc64nvme", as headers and trailers do.
std::string checksum_header(ChecksumKind kind);
/// Of either name, case ignored; none where there is no such checksum.
std::optional<ChecksumKind> checksum_of_name(std::string_view name);
std::optional<ChecksumKind> checksum_of_header(std::string_view header);
/// Bytes of a value.
std::size_t checksum_size(ChecksumKind kind);

class Checksum {
 public:
  explicit Checksum(ChecksumKind kind);
  void update(std::string_view bytes);
  /// Once. Raw bytes, the most significant first.
  std::string finish();

 private:
  const ChecksumKind kind_;
  std::uint64_t crc_ = ~0ull;
  std::optional<Hasher> hasher_;
};

}  // namespace tocsin
