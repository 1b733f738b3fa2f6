// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string of(ChecksumKind kind, std::initializer_list<std::string_view> pieces) {
  Checksum checksum(kind);
  for (const auto piece : pieces)
    checksum.update(piece);
  return hex(checksum.finish());
}

/// The check values of the catalogue of CRC algorithms, and those of SHA: of "123456789".
TEST(Checksum, HasTheCheckValueOfItsAlgorithm) {
  const std::pair<ChecksumKind, const char*> cases[] = {
      {ChecksumKind::Crc32, "cbf43926"},
      {ChecksumKind::Crc32c, "e3069283"},
      {ChecksumKind::Crc64Nvme, "ae8b14860a799888"},
      {ChecksumKind::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
      {ChecksumKind::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"}};
  for (const auto& [kind, expected] : cases) {
    EXPECT_EQ(of(kind, {"123456789"}), expected) << checksum_name(kind);
    EXPECT_EQ(of(kind, {"1", "", "2345", "6789"}), expected) << checksum_name(kind);
    EXPECT_EQ(checksum_size(kind) * 2, std::string(expected).size());
  }
}

TEST(Checksum, DoesNotDependOnThePieces) {
  std::string content;
  for (int i = 0; i < 1000; ++i)
    content += static_cast<char>(i * 7);
  const std::string_view view = content;
  for (const auto kind : kChecksumKinds) {
    for (const std::size_t cut : {1u, 7u, 8u, 9u, 500u})
      EXPECT_EQ(of(kind, {view.substr(0, cut), view.substr(cut)}), of(kind, {view}));
  }
}

TEST(Checksum, IsFoundByItsNames) {
  for (const auto kind : kChecksumKinds) {
    EXPECT_EQ(checksum_of_name(checksum_name(kind)), kind);
    EXPECT_EQ(checksum_of_header(checksum_header(kind)), kind);
  }
  EXPECT_EQ(checksum_header(ChecksumKind::Crc64Nvme), "x-amz-checksum-crc64nvme");
  EXPECT_EQ(checksum_of_header("X-Amz-Checksum-SHA256"), ChecksumKind::Sha256);
  EXPECT_EQ(checksum_of_header("x-amz-checksum-md5"), std::nullopt);
  EXPECT_EQ(checksum_of_header("crc32"), std::nullopt);
}

}  // namespace
}  // namespace tocsin
