// SPDX-License-Identifier: Apache-2.0
// Deterministic ECDSA, RFC 6979: OpenSSL 3.0 signs with random nonces only.
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/objects.h>

#include "base/assert.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {
namespace {

struct Domain {
  Group group;
  const BIGNUM* order = nullptr;
  int order_bits = 0;
  std::size_t order_bytes = 0;
};

Domain domain_of(const EVP_PKEY* key) {
  char name[64] = {};
  std::size_t length = 0;
  EVP_PKEY_get_group_name(key, name, sizeof name, &length);
  Domain out{Group(EC_GROUP_new_by_curve_name(OBJ_txt2nid(name)))};
  TOCSIN_ASSERT(out.group);
  out.order = EC_GROUP_get0_order(out.group.get());
  out.order_bits = BN_num_bits(out.order);
  out.order_bytes = static_cast<std::size_t>(out.order_bits + 7) / 8;
  return out;
}

/// bits2int: the leftmost bits of the bytes, as many as the order has.
Number leading_bits(const Domain& domain, std::string_view bytes) {
  auto number = number_of(bytes);
  const int excess = static_cast<int>(bytes.size()) * 8 - domain.order_bits;
  if (excess > 0) BN_rshift(number.get(), number.get(), excess);
  return number;
}

/// Candidates for the nonce k, RFC 6979 section 3.2.
class Nonces {
 public:
  Nonces(const Domain& domain, Hash hash, const BIGNUM* secret, const BIGNUM* digest)
      : domain_(domain), hash_(hash), key_(size_of(hash), '\0'), value_(size_of(hash), '\1') {
    const auto seed = bytes_of(secret, domain.order_bytes) + bytes_of(digest, domain.order_bytes);
    stir('\0' + seed);
    stir('\1' + seed);
  }

  Number next() {
    for (;; stir(std::string(1, '\0'))) {
      std::string bytes;
      while (bytes.size() < domain_.order_bytes)
        bytes += value_ = hmac(hash_, key_, value_);
      auto candidate = leading_bits(domain_, bytes);
      if (!BN_is_zero(candidate.get()) && BN_cmp(candidate.get(), domain_.order) < 0)
        return candidate;
    }
  }
  void reject() { stir(std::string(1, '\0')); }

 private:
  void stir(const std::string& seed) {
    key_ = hmac(hash_, key_, value_ + seed);
    value_ = hmac(hash_, key_, value_);
  }
  const Domain& domain_;
  Hash hash_;
  std::string key_, value_;
};

using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

/// (r, s) for one nonce; null where either is zero.
Signature signature_with(const Domain& domain, const BIGNUM* secret, const BIGNUM* digest,
                         BIGNUM* nonce, BN_CTX* context) {
  const Point point(EC_POINT_new(domain.group.get()));
  Number r(BN_new()), s(BN_new());
  EC_POINT_mul(domain.group.get(), point.get(), nonce, nullptr, nullptr, context);
  EC_POINT_get_affine_coordinates(domain.group.get(), point.get(), r.get(), nullptr, context);
  BN_nnmod(r.get(), r.get(), domain.order, context);
  BN_set_flags(nonce, BN_FLG_CONSTTIME);
  const Number inverse(BN_mod_inverse(nullptr, nonce, domain.order, context));
  TOCSIN_ASSERT(inverse);
  BN_mod_mul(s.get(), r.get(), secret, domain.order, context);
  BN_mod_add(s.get(), s.get(), digest, domain.order, context);
  BN_mod_mul(s.get(), s.get(), inverse.get(), domain.order, context);
  if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return nullptr;
  Signature out(ECDSA_SIG_new());
  ECDSA_SIG_set0(out.get(), r.release(), s.release());
  return out;
}

std::string to_der(const Signature& signature) {
  std::string out(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  auto* end = raw(out);
  i2d_ECDSA_SIG(signature.get(), &end);
  return out;
}

}  // namespace

std::optional<std::string> sign_ecdsa(std::string_view private_key, Hash hash,
                                      std::string_view digest) {
  const auto key = private_key_of(private_key);
  BIGNUM* found = nullptr;
  if (!key || !EVP_PKEY_is_a(key.get(), "EC") ||
      EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &found) != 1) {
    return std::nullopt;
  }
  const Number secret(found);
  const auto domain = domain_of(key.get());
  const NumberContext context(BN_CTX_secure_new());
  const auto whole = leading_bits(domain, digest);
  const Number reduced(BN_new());
  BN_nnmod(reduced.get(), whole.get(), domain.order, context.get());
  Nonces nonces(domain, hash, secret.get(), reduced.get());
  for (;; nonces.reject()) {
    const auto nonce = nonces.next();
    const auto made =
        signature_with(domain, secret.get(), reduced.get(), nonce.get(), context.get());
    if (made) return to_der(made);
  }
}

bool verify_ecdsa(std::string_view public_key, std::string_view digest,
                  std::string_view signature) {
  const auto key = public_key_of(public_key);
  if (!key || !EVP_PKEY_is_a(key.get(), "EC")) return false;
  const PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), raw(signature), signature.size(), raw(digest),
                         digest.size()) == 1;
}

}  // namespace tocsin::cryptography
