// SPDX-License-Identifier: Apache-2.0
#include "engines/cryptography/cryptography.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace tocsin::cryptography {
namespace {

std::string bytes(std::string_view digits) {
  return *unhex(digits);
}

const KeyPair& rsa_pair() {
  static const auto pair = generate_rsa(2048);
  return pair;
}

/// Seed x - 1 gives the private key x.
KeyPair p256_of(std::string_view x_minus_one) {
  return make_ec(Curve::P256, bytes(x_minus_one));
}

TEST(Ecdsa, AgreesWithRfc6979) {
  const auto pair = p256_of("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6720");
  const auto sample = digest(Hash::Sha256, "sample");
  const auto signature = sign_ecdsa(pair.private_key, Hash::Sha256, sample);
  ASSERT_TRUE(signature);
  EXPECT_EQ(hex(*signature),
            "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const auto other = sign_ecdsa(pair.private_key, Hash::Sha512, digest(Hash::Sha512, "test"));
  ASSERT_TRUE(other);
  EXPECT_NE(hex(*other).find("461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04"),
            std::string::npos);
  EXPECT_TRUE(verify_ecdsa(pair.public_key, sample, *signature));
  EXPECT_FALSE(verify_ecdsa(pair.public_key, digest(Hash::Sha256, "other"), *signature));
}

TEST(Ecdsa, EveryCurveSignsAndVerifies) {
  const std::pair<Curve, Hash> all[] = {{Curve::P256, Hash::Sha256},
                                        {Curve::P384, Hash::Sha384},
                                        {Curve::P521, Hash::Sha512},
                                        {Curve::Secp256k1, Hash::Sha256}};
  for (const auto& [curve, hash] : all) {
    const auto pair = make_ec(curve, std::string(seed_size(curve), 's'));
    for (const auto* text : {"a", "b", "c"}) {
      const auto digested = digest(hash, text);
      const auto signature = sign_ecdsa(pair.private_key, hash, digested);
      ASSERT_TRUE(signature);
      EXPECT_TRUE(verify_ecdsa(pair.public_key, digested, *signature));
      EXPECT_EQ(*signature, *sign_ecdsa(pair.private_key, hash, digested));
    }
    EXPECT_EQ(read_public_key(pair.public_key)->curve, curve);
    EXPECT_EQ(read_private_key(pair.private_key)->public_key, pair.public_key);
  }
}

TEST(Ecdh, BothSidesAgree) {
  const auto one = make_ec(Curve::P384, std::string(56, '1'));
  const auto two = make_ec(Curve::P384, std::string(56, '2'));
  const auto foreign = make_ec(Curve::P256, std::string(40, '3'));
  const auto secret = shared_secret(one.private_key, two.public_key);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->size(), 48u);
  EXPECT_EQ(secret, shared_secret(two.private_key, one.public_key));
  EXPECT_FALSE(shared_secret(one.private_key, foreign.public_key));
}

TEST(Rsa, OaepIsOpenedByOpenSsl) {
  const auto& pair = rsa_pair();
  for (const auto hash : {Hash::Sha1, Hash::Sha256}) {
    const std::string seed(size_of(hash), 'x');
    const std::string longest(longest_oaep(2048, hash), 'p');
    for (const auto& text : {std::string("secret"), std::string(), longest}) {
      const auto sealed = encrypt_oaep(pair.public_key, hash, text, seed);
      ASSERT_TRUE(sealed);
      EXPECT_EQ(decrypt_oaep(pair.private_key, hash, *sealed), text);
    }
    EXPECT_FALSE(encrypt_oaep(pair.public_key, hash, longest + "p", seed));
    EXPECT_FALSE(decrypt_oaep(pair.private_key, hash, std::string(256, 'c')));
  }
  EXPECT_EQ(longest_oaep(2048, Hash::Sha256), 190u);
}

TEST(Rsa, SignaturesAreAcceptedByOpenSsl) {
  const auto& pair = rsa_pair();
  for (const auto hash : {Hash::Sha256, Hash::Sha384, Hash::Sha512}) {
    const auto digested = digest(hash, "message");
    const auto salted = sign_pss(pair.private_key, hash, digested, std::string(size_of(hash), 's'));
    const auto plain = sign_pkcs1(pair.private_key, hash, digested);
    ASSERT_TRUE(salted && plain);
    EXPECT_EQ(salted->size(), 256u);
    EXPECT_TRUE(verify_pss(pair.public_key, hash, digested, *salted));
    EXPECT_TRUE(verify_pkcs1(pair.public_key, hash, digested, *plain));
    EXPECT_FALSE(verify_pkcs1(pair.public_key, hash, digested, *salted));
    EXPECT_FALSE(verify_pss(pair.public_key, hash, digest(hash, "other"), *salted));
  }
  EXPECT_EQ(read_public_key(pair.public_key)->bits, 2048);
}

TEST(Keys, OtherBytesAreNone) {
  EXPECT_FALSE(read_public_key("nonsense"));
  EXPECT_FALSE(read_private_key("nonsense"));
  EXPECT_FALSE(sign_ecdsa("nonsense", Hash::Sha256, std::string(32, 'd')));
  EXPECT_FALSE(sign_pss("nonsense", Hash::Sha256, std::string(32, 'd'), std::string(32, 's')));
  EXPECT_FALSE(sign_ecdsa(rsa_pair().private_key, Hash::Sha256, std::string(32, 'd')));
  EXPECT_FALSE(shared_secret(rsa_pair().private_key, rsa_pair().public_key));
}

TEST(Wrapping, IsUndone) {
  // Made with aes_key_wrap_with_padding of python3-cryptography.
  const auto wrapped = bytes("427681b98d1be96a2c05ca53bec071d56508713e4f66f2e8d5e6cc2284b27375");
  EXPECT_EQ(unwrap_key(std::string(32, 'k'), wrapped), "imported key material!");
  EXPECT_FALSE(unwrap_key(std::string(32, 'q'), wrapped));
  EXPECT_FALSE(unwrap_key("short", wrapped));
}

TEST(Macs, AgreeWithRfc4231) {
  EXPECT_EQ(hex(hmac(Hash::Sha224, std::string(20, '\x0b'), "Hi There")),
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
  EXPECT_EQ(hex(hmac(Hash::Sha384, std::string(20, '\x0b'), "Hi There")),
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
            "faea9ea9076ede7f4af152e8b2fa9cb6");
}

}  // namespace
}  // namespace tocsin::cryptography
