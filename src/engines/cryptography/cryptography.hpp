// SPDX-License-Identifier: Apache-2.0
// Asymmetric keys, signatures, key agreement and MACs, over OpenSSL. Pure functions: what needs
// randomness takes it as an argument, so that equal arguments give equal results (the one
// exception, generate_rsa, is for workers only). Any thread.
//
// A private key is PKCS#8 in DER, a public key SubjectPublicKeyInfo in DER. Both were made here or
// checked by read_private_key and read_public_key: other bytes end as "none" or "false".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::cryptography {

enum class Hash { Sha1, Sha224, Sha256, Sha384, Sha512 };
std::size_t size_of(Hash hash);
std::string digest(Hash hash, std::string_view bytes);
std::string hmac(Hash hash, std::string_view key, std::string_view bytes);

struct KeyPair {
  std::string private_key;
  std::string public_key;
};

/// Draws from the operating system and takes up to seconds: never in a handler of the core.
KeyPair generate_rsa(int bits);
/// 2048 bits from 32 secret bytes, the same on replay: about a tenth of a second.
KeyPair make_rsa(std::string_view seed);
/// An RSA public key as PKCS#1 has it, in DER.
std::string pkcs1_of(std::string_view public_key);

enum class Curve { P256, P384, P521, Secp256k1 };
/// How many bytes make_ec wants, so that the key is as good as uniform (FIPS 186-5, A.2.1).
std::size_t seed_size(Curve curve);
KeyPair make_ec(Curve curve, std::string_view seed);

/// What a key is: "RSA" with its bits, or "EC" with its curve.
struct KeyKind {
  std::string type;
  int bits = 0;
  std::optional<Curve> curve;
};
std::optional<KeyKind> read_public_key(std::string_view public_key);
/// Also makes the public key.
std::optional<KeyPair> read_private_key(std::string_view private_key);

// --- RSAES-OAEP (RFC 8017), MGF1 with the same hash, no label
/// The longest text that a modulus of `bits` takes.
std::size_t longest_oaep(int bits, Hash hash);
/// `seed`: size_of(hash) unpredictable bytes. None where the text is too long.
std::optional<std::string> encrypt_oaep(std::string_view public_key, Hash hash,
                                        std::string_view plaintext, std::string_view seed);
std::optional<std::string> decrypt_oaep(std::string_view private_key, Hash hash,
                                        std::string_view ciphertext);

// --- signatures over digests
std::optional<std::string> sign_pkcs1(std::string_view private_key, Hash hash,
                                      std::string_view digest);
bool verify_pkcs1(std::string_view public_key, Hash hash, std::string_view digest,
                  std::string_view signature);
/// RSASSA-PSS with a salt of size_of(hash) bytes.
std::optional<std::string> sign_pss(std::string_view private_key, Hash hash,
                                    std::string_view digest, std::string_view salt);
bool verify_pss(std::string_view public_key, Hash hash, std::string_view digest,
                std::string_view signature);
/// Deterministic ECDSA (RFC 6979); the signature is the DER of ANS X9.62.
std::optional<std::string> sign_ecdsa(std::string_view private_key, Hash hash,
                                      std::string_view digest);
bool verify_ecdsa(std::string_view public_key, std::string_view digest, std::string_view signature);

/// ECDH: the X coordinate. None where the peer's key is of another curve.
std::optional<std::string> shared_secret(std::string_view private_key,
                                         std::string_view peer_public_key);

/// AES key wrap with padding (RFC 5649), as imported key material comes.
std::optional<std::string> unwrap_key(std::string_view wrapping_key, std::string_view wrapped);

}  // namespace tocsin::cryptography
