// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/functions.hpp"

#include <array>
#include <openssl/evp.h>

#include "base/crypto.hpp"

namespace tocsin::asl {
namespace {

const EVP_MD* digest_named(std::string_view algorithm) {
  if (algorithm == "MD5") return EVP_md5();
  if (algorithm == "SHA-1") return EVP_sha1();
  if (algorithm == "SHA-256") return EVP_sha256();
  if (algorithm == "SHA-384") return EVP_sha384();
  if (algorithm == "SHA-512") return EVP_sha512();
  return nullptr;
}

}  // namespace

std::optional<std::string> hash_hex(std::string_view data, std::string_view algorithm) {
  const auto* digest = digest_named(algorithm);
  if (!digest) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, digest, nullptr) != 1)
    return std::nullopt;
  return hex({reinterpret_cast<const char*>(out.data()), size});
}

std::string random_uuid(Surroundings& around) {
  std::array<std::uint64_t, 2> bits{around.random(), around.random()};
  return uuid_from({reinterpret_cast<const char*>(bits.data()), 16});
}

double unit_random(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

std::uint64_t seeded_random(std::int64_t seed) {
  auto z = static_cast<std::uint64_t>(seed) + 0x9e3779b97f4a7c15;  // splitmix64
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Array partitioned(const Array& array, std::size_t size) {
  Array out;
  for (std::size_t at = 0; at < array.size(); at += size) {
    Array piece;
    for (auto i = at; i < std::min(at + size, array.size()); ++i)
      piece.push_back(array[i]);
    out.push_back(std::move(piece));
  }
  return out;
}

std::optional<Array> range_of(std::int64_t first, std::int64_t last, std::int64_t step) {
  if (step == 0) return std::nullopt;
  Array out;
  for (auto at = first; step > 0 ? at <= last : at >= last;) {
    if (out.size() == 1000) return std::nullopt;
    out.push_back(at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return out;
}

}  // namespace tocsin::asl
