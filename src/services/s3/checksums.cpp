// SPDX-License-Identifier: Apache-2.0
#include "services/s3/checksums.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/checksum.hpp"
#include "base/crypto.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

/// None where the API has no such name, in this very case.
std::optional<ChecksumKind> kind_of(std::string_view algorithm) {
  const auto kind = std::ranges::find(kChecksumKinds, algorithm, checksum_name);
  return kind == kChecksumKinds.end() ? std::nullopt : std::optional(*kind);
}

/// A reflected CRC whose initial value and final inversion are all ones.
struct Crc {
  int bits;
  std::uint64_t polynomial;
};

std::optional<Crc> crc_of(std::string_view algorithm) {
  if (algorithm == "CRC32") return Crc{32, 0xEDB88320};
  if (algorithm == "CRC32C") return Crc{32, 0x82F63B78};
  if (algorithm == "CRC64NVME") return Crc{64, 0x9A6C9329AC4BC9B5};
  return std::nullopt;
}

/// A linear map of the CRC's register: image[i] is where bit i goes.
using Matrix = std::array<std::uint64_t, 64>;

std::uint64_t times(const Matrix& matrix, std::uint64_t vector) {
  std::uint64_t sum = 0;
  for (int i = 0; vector; ++i, vector >>= 1) {
    if (vector & 1) sum ^= matrix[i];
  }
  return sum;
}

Matrix squared(const Matrix& matrix, int bits) {
  Matrix out{};
  for (int i = 0; i < bits; ++i)
    out[i] = times(matrix, matrix[i]);
  return out;
}

/// What `value` becomes when `zeros` zero bytes follow: zlib's crc32_combine for any CRC.
std::uint64_t shifted(const Crc& kind, std::uint64_t value, std::uint64_t zeros) {
  Matrix step{};
  step[0] = kind.polynomial;
  for (int i = 1; i < kind.bits; ++i)
    step[i] = 1ull << (i - 1);
  for (int i = 0; i < 3; ++i)
    step = squared(step, kind.bits);  // one bit, made a byte
  for (; zeros; zeros >>= 1) {
    if (zeros & 1) value = times(step, value);
    step = squared(step, kind.bits);
  }
  return value;
}

std::string big_endian(std::uint64_t value, int bits) {
  std::string bytes;
  for (int shift = bits - 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes)
    value = value << 8 | byte;
  return value;
}

std::optional<std::string> digest(std::string_view algorithm, std::string_view bytes) {
  const auto kind = kind_of(algorithm);
  if (!kind) return std::nullopt;
  Checksum sum(*kind);
  sum.update(bytes);
  return sum.finish();
}

std::optional<std::string> composite(std::string_view algorithm,
                                     const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts)
    all += part;
  const auto sum = digest(algorithm, all);
  if (!sum) return std::nullopt;
  return fmt::format("{}-{}", base64(*sum), parts.size());
}

}  // namespace

std::optional<std::string> checksum_of(std::string_view algorithm, std::string_view bytes) {
  const auto sum = digest(algorithm, bytes);
  return sum ? std::optional(base64(*sum)) : std::nullopt;
}

Result<void> check_algorithm(std::string_view algorithm) {
  if (kind_of(algorithm)) return {};
  return invalid_request(
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
      "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}

Checksums stated_checksums(const Document& params) {
  Checksums out;
  for (const auto kind : kChecksumKinds) {
    const auto algorithm = checksum_name(kind);
    const auto value = text(params, fmt::format("Checksum{}", algorithm));
    if (!value.empty()) out[std::string(algorithm)] = value;
  }
  return out;
}

Checksums claimed_checksums(const Document& params) {
  auto out = stated_checksums(params);
  for (const auto& found : object_of(object_of(params, "Body"), "checksums")) {
    if (found.value().is_string())
      out[std::string(found.key())] = std::string(found.value().get_string());
  }
  return out;
}

Result<Checksums> checksums_of(const Document& params, std::string_view bytes) {
  auto out = stated_checksums(params);
  for (const auto& [algorithm, value] : out) {
    const auto sum = digest(algorithm, bytes);
    if (sum && base64(*sum) == value) continue;
    return fail(
        "BadDigest",
        fmt::format("The {} you specified did not match the calculated checksum.", algorithm));
  }
  return out;
}

void add_checksums(Object& reply, const Checksums& checksums) {
  for (const auto& [algorithm, value] : checksums)
    reply["Checksum" + algorithm] = value;
}

std::optional<std::string> combined_checksum(std::string_view algorithm, ChecksumType type,
                                             const std::vector<Part>& parts) {
  std::vector<std::string> digests;
  for (const auto& part : parts) {
    const auto found = part.checksums.find(std::string(algorithm));
    auto bytes = found == part.checksums.end() ? std::nullopt : unbase64(found->second);
    if (!bytes) return std::nullopt;
    digests.push_back(*std::move(bytes));
  }
  if (type == ChecksumType::Composite) return composite(algorithm, digests);
  const auto kind = crc_of(algorithm);
  if (!kind || digests.empty()) return std::nullopt;
  auto value = from_big_endian(digests[0]);
  for (std::size_t i = 1; i < digests.size(); ++i) {
    value = shifted(*kind, value, static_cast<std::uint64_t>(parts[i].size)) ^
            from_big_endian(digests[i]);
  }
  return base64(big_endian(value, kind->bits));
}

}  // namespace tocsin::s3
