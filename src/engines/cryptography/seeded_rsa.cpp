// SPDX-License-Identifier: Apache-2.0
// The primes are the first of an HKDF stream of candidates (FIPS 186-5, A.1.3, with that stream as
// the source of randomness). OpenSSL's test of primality draws its own bases, but its answer is
// the same for all but one in 2^128 composites.
#include <fmt/format.h>
#include <openssl/core_names.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {
namespace {

constexpr int kPrimeBytes = 128;
constexpr unsigned long kExponent = 65'537;

Number minus_one(const BIGNUM* value) {
  Number out(BN_dup(value));
  BN_sub_word(out.get(), 1);
  return out;
}

/// A candidate has its two highest bits set, so that the modulus has 2048, and is odd.
Number candidate(std::string_view seed, std::string_view label, int number) {
  const auto bytes = hkdf_sha256(seed, fmt::format("{} {}", label, number), kPrimeBytes);
  auto out = number_of(bytes);
  BN_set_bit(out.get(), kPrimeBytes * 8 - 1);
  BN_set_bit(out.get(), kPrimeBytes * 8 - 2);
  BN_set_bit(out.get(), 0);
  return out;
}

Number prime(std::string_view seed, std::string_view label, BN_CTX* scratch) {
  for (int number = 0;; ++number) {
    auto found = candidate(seed, label, number);
    if (BN_mod_word(minus_one(found.get()).get(), kExponent) == 0) continue;
    if (BN_check_prime(found.get(), scratch, nullptr) == 1) return found;
  }
}

/// The seven numbers of RFC 8017, A.1.2.
struct Numbers {
  Number n{BN_new()}, e{BN_new()}, d, p, q, dp{BN_new()}, dq{BN_new()}, qinv;
};

Numbers numbers_of(std::string_view seed) {
  const NumberContext scratch(BN_CTX_secure_new());
  Numbers out;
  out.p = prime(seed, "p", scratch.get());
  out.q = prime(seed, "q", scratch.get());
  if (BN_cmp(out.p.get(), out.q.get()) < 0) std::swap(out.p, out.q);
  BN_set_word(out.e.get(), kExponent);
  BN_mul(out.n.get(), out.p.get(), out.q.get(), scratch.get());
  const auto p1 = minus_one(out.p.get()), q1 = minus_one(out.q.get());
  const Number phi(BN_new());
  BN_mul(phi.get(), p1.get(), q1.get(), scratch.get());
  out.d.reset(BN_mod_inverse(nullptr, out.e.get(), phi.get(), scratch.get()));
  BN_mod(out.dp.get(), out.d.get(), p1.get(), scratch.get());
  BN_mod(out.dq.get(), out.d.get(), q1.get(), scratch.get());
  out.qinv.reset(BN_mod_inverse(nullptr, out.q.get(), out.p.get(), scratch.get()));
  return out;
}

Pkey key_of(const Numbers& numbers) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const auto push = [&](const char* name, const Number& value) {
    TOCSIN_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), name, value.get()) == 1);
  };
  push(OSSL_PKEY_PARAM_RSA_N, numbers.n);
  push(OSSL_PKEY_PARAM_RSA_E, numbers.e);
  push(OSSL_PKEY_PARAM_RSA_D, numbers.d);
  push(OSSL_PKEY_PARAM_RSA_FACTOR1, numbers.p);
  push(OSSL_PKEY_PARAM_RSA_FACTOR2, numbers.q);
  push(OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers.dp);
  push(OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers.dq);
  push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers.qinv);
  return made_from(builder.get(), "RSA");
}

}  // namespace

KeyPair make_rsa(std::string_view seed) {
  return pair_of(key_of(numbers_of(seed)).get());
}

}  // namespace tocsin::cryptography
