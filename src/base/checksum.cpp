// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.hpp"

#include <cstring>

#include "base/glob.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kHeaderPrefix = "x-amz-checksum-";

/// Eight tables: table n is the effect of a byte with n zero bytes behind it, so that eight bytes
/// take eight look-ups that do not wait for each other.
template <class Word>
using Tables = std::array<std::array<Word, 256>, 8>;

template <class Word>
constexpr Tables<Word> make_tables(Word reflected) {
  Tables<Word> out{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    Word word = byte;
    for (int bit = 0; bit < 8; ++bit)
      word = (word >> 1) ^ (word & 1 ? reflected : 0);
    out[0][byte] = word;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (int n = 1; n < 8; ++n)
      out[n][byte] = (out[n - 1][byte] >> 8) ^ out[0][out[n - 1][byte] & 0xFF];
  }
  return out;
}

constexpr auto kCrc32 = make_tables<std::uint32_t>(0xEDB88320u);
constexpr auto kCrc32c = make_tables<std::uint32_t>(0x82F63B78u);
constexpr auto kCrc64Nvme = make_tables<std::uint64_t>(0x9A6C9329AC4BC9B5ull);

template <class Word>
Word crc(const Tables<Word>& tables, Word word, std::string_view bytes) {
  while (bytes.size() >= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data(), 8);  // little-endian, as every machine that we build for
    eight ^= word;
    word = 0;
    for (int n = 0; n < 8; ++n)
      word ^= tables[7 - n][(eight >> 8 * n) & 0xFF];
    bytes.remove_prefix(8);
  }
  for (const unsigned char byte : bytes)
    word = (word >> 8) ^ tables[0][(word ^ byte) & 0xFF];
  return word;
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    out[bytes - 1 - i] = static_cast<char>(value >> 8 * i);
  return out;
}

}  // namespace

std::string_view checksum_name(ChecksumKind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"CRC32", "CRC32C", "CRC64NVME", "SHA1",
                                                      "SHA256"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string checksum_header(ChecksumKind kind) {
  return std::string(kHeaderPrefix) + to_lower(checksum_name(kind));
}

std::optional<ChecksumKind> checksum_of_name(std::string_view name) {
  for (const auto kind : kChecksumKinds) {
    if (equals_ignore_case(checksum_name(kind), name)) return kind;
  }
  return std::nullopt;
}

std::optional<ChecksumKind> checksum_of_header(std::string_view header) {
  if (!to_lower(header).starts_with(kHeaderPrefix)) return std::nullopt;
  return checksum_of_name(header.substr(kHeaderPrefix.size()));
}

std::size_t checksum_size(ChecksumKind kind) {
  constexpr std::array<std::size_t, 5> kSizes = {4, 4, 8, 20, 32};
  return kSizes[static_cast<std::size_t>(kind)];
}

Checksum::Checksum(ChecksumKind kind) : kind_(kind) {
  if (kind == ChecksumKind::Sha1) hasher_.emplace(Hasher::Kind::Sha1);
  if (kind == ChecksumKind::Sha256) hasher_.emplace(Hasher::Kind::Sha256);
}

void Checksum::update(std::string_view bytes) {
  if (hasher_) return hasher_->update(bytes);
  if (kind_ == ChecksumKind::Crc64Nvme) {
    crc_ = crc(kCrc64Nvme, crc_, bytes);
  } else {
    crc_ = crc(kind_ == ChecksumKind::Crc32 ? kCrc32 : kCrc32c, static_cast<std::uint32_t>(crc_),
               bytes);
  }
}

std::string Checksum::finish() {
  return hasher_ ? hasher_->finish() : big_endian(~crc_, checksum_size(kind_));
}

}  // namespace tocsin
