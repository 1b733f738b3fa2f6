// SPDX-License-Identifier: Apache-2.0
#include "services/s3/checksums.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace tocsin::s3 {
namespace {

std::vector<Part> parts(std::string_view algorithm,
                        std::initializer_list<std::pair<std::int64_t, std::string>> sums) {
  std::vector<Part> out;
  for (const auto& [size, sum] : sums)
    out.push_back({.size = size, .checksums = {{std::string(algorithm), base64(*unhex(sum))}}});
  return out;
}

// The check values of the catalogue of CRCs ("123456789"), put together from "12345" and "6789".
TEST(S3Checksums, CrcsOfPartsMakeTheWholesCrc) {
  const auto whole = [](std::string_view algorithm, std::string a, std::string b) {
    return hex(
        *unbase64(*combined_checksum(algorithm, ChecksumType::FullObject,
                                     parts(algorithm, {{5, std::move(a)}, {4, std::move(b)}}))));
  };
  EXPECT_EQ(whole("CRC32", "cbf53a1c", "9dbabf87"), "cbf43926");
  EXPECT_EQ(whole("CRC32C", "18d12335", "c27e5db2"), "e3069283");
  EXPECT_EQ(whole("CRC64NVME", "166ae2b7ff62caf8", "e0d6368f42d00737"), "ae8b14860a799888");
}

TEST(S3Checksums, NoneWhereAPartHasNone) {
  EXPECT_FALSE(combined_checksum("CRC32", ChecksumType::FullObject, {Part{.size = 1}}));
  EXPECT_FALSE(combined_checksum("SHA256", ChecksumType::FullObject,
                                 parts("SHA256", {{1, std::string(64, '0')}})));
}

}  // namespace
}  // namespace tocsin::s3
