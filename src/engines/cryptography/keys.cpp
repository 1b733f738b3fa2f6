// SPDX-License-Identifier: Apache-2.0
// Making keys, and reading and writing their encodings.
#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/assert.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {
namespace {

using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;

constexpr Curve kCurves[] = {Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1};

std::size_t order_size(Curve curve) {
  return curve == Curve::P384 ? 48 : curve == Curve::P521 ? 66 : 32;
}

std::string public_der(const EVP_PKEY* key) {
  std::string out(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)), '\0');
  auto* end = raw(out);
  i2d_PUBKEY(key, &end);
  return out;
}

std::string private_der(const EVP_PKEY* key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<PKCS8_PRIV_KEY_INFO_free>> info(
      EVP_PKEY2PKCS8(key));
  TOCSIN_ASSERT(info);
  std::string out(static_cast<std::size_t>(i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr)), '\0');
  auto* end = raw(out);
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &end);
  return out;
}

/// An EC key of the private number `d`.
Pkey ec_key(Curve curve, const BIGNUM* d) {
  const Group group(EC_GROUP_new_by_curve_name(nid_of(curve)));
  const Point point(EC_POINT_new(group.get()));
  TOCSIN_ASSERT(EC_POINT_mul(group.get(), point.get(), d, nullptr, nullptr, nullptr) == 1);
  std::string encoded(1 + 2 * order_size(curve), '\0');
  TOCSIN_ASSERT(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                   raw(encoded), encoded.size(), nullptr) == encoded.size());
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                  OBJ_nid2sn(nid_of(curve)), 0);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                   encoded.size());
  return made_from(builder.get(), "EC");
}

std::optional<Curve> curve_of(const EVP_PKEY* key) {
  char name[64] = {};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1) return std::nullopt;
  for (const auto curve : kCurves) {
    if (OBJ_txt2nid(name) == nid_of(curve)) return curve;
  }
  return std::nullopt;
}

}  // namespace

Pkey made_from(OSSL_PARAM_BLD* builder, const char* kind) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  TOCSIN_ASSERT(EVP_PKEY_fromdata_init(context.get()) == 1 &&
                EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, params.get()) == 1);
  return Pkey(made);
}

int nid_of(Curve curve) {
  switch (curve) {
    case Curve::P256:
      return NID_X9_62_prime256v1;
    case Curve::P384:
      return NID_secp384r1;
    case Curve::P521:
      return NID_secp521r1;
    case Curve::Secp256k1:
      return NID_secp256k1;
  }
  return NID_undef;
}

Pkey private_key_of(std::string_view der) {
  const auto* begin = raw(der);
  return Pkey(d2i_AutoPrivateKey(nullptr, &begin, static_cast<long>(der.size())));
}

Pkey public_key_of(std::string_view der) {
  const auto* begin = raw(der);
  return Pkey(d2i_PUBKEY(nullptr, &begin, static_cast<long>(der.size())));
}

KeyPair pair_of(const EVP_PKEY* key) {
  return {private_der(key), public_der(key)};
}

Number number_of(std::string_view big_endian) {
  return Number(BN_bin2bn(raw(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::string bytes_of(const BIGNUM* number, std::size_t size) {
  std::string out(size, '\0');
  TOCSIN_ASSERT(BN_bn2binpad(number, raw(out), static_cast<int>(size)) >= 0);
  return out;
}

KeyPair generate_rsa(int bits) {
  const Pkey key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  TOCSIN_ASSERT(key);
  return pair_of(key.get());
}

std::string pkcs1_of(std::string_view public_key) {
  const auto key = public_key_of(public_key);
  TOCSIN_ASSERT(key);
  std::string out(static_cast<std::size_t>(i2d_PublicKey(key.get(), nullptr)), '\0');
  auto* end = raw(out);
  i2d_PublicKey(key.get(), &end);
  return out;
}

std::size_t seed_size(Curve curve) {
  return order_size(curve) + 8;
}

KeyPair make_ec(Curve curve, std::string_view seed) {
  const Group group(EC_GROUP_new_by_curve_name(nid_of(curve)));
  const NumberContext context(BN_CTX_secure_new());
  const Number d = number_of(seed);
  const Number most(BN_dup(EC_GROUP_get0_order(group.get())));
  BN_sub_word(most.get(), 1);
  BN_set_flags(d.get(), BN_FLG_CONSTTIME);
  TOCSIN_ASSERT(BN_mod(d.get(), d.get(), most.get(), context.get()) == 1);
  BN_add_word(d.get(), 1);  // in [1, order - 1]
  return pair_of(ec_key(curve, d.get()).get());
}

std::optional<KeyKind> read_public_key(std::string_view public_key) {
  const auto key = public_key_of(public_key);
  if (!key) return std::nullopt;
  if (EVP_PKEY_is_a(key.get(), "RSA")) return KeyKind{"RSA", EVP_PKEY_get_bits(key.get()), {}};
  const auto curve = curve_of(key.get());
  if (!EVP_PKEY_is_a(key.get(), "EC") || !curve) return std::nullopt;
  return KeyKind{"EC", EVP_PKEY_get_bits(key.get()), curve};
}

std::optional<KeyPair> read_private_key(std::string_view private_key) {
  const auto key = private_key_of(private_key);
  if (!key) return std::nullopt;
  return pair_of(key.get());
}

std::optional<std::string> shared_secret(std::string_view private_key,
                                         std::string_view peer_public_key) {
  const auto own = private_key_of(private_key);
  const auto peer = public_key_of(peer_public_key);
  if (!own || !peer) return std::nullopt;
  const PkeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
  std::size_t length = 0;
  if (EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &length) != 1) {
    return std::nullopt;
  }
  std::string out(length, '\0');
  if (EVP_PKEY_derive(context.get(), raw(out), &length) != 1) return std::nullopt;
  out.resize(length);
  return out;
}

}  // namespace tocsin::cryptography
