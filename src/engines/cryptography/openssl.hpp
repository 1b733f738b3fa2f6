// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects with owners; only .cpp files include it.
#pragma once

#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string>
#include <string_view>

#include "engines/cryptography/cryptography.hpp"

namespace tocsin::cryptography {

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};

using Pkey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Free<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_free>>;

inline const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const EVP_MD* md_of(Hash hash);
int nid_of(Curve curve);

/// Null where the bytes are no such key.
Pkey private_key_of(std::string_view der);
Pkey public_key_of(std::string_view der);
KeyPair pair_of(const EVP_PKEY* key);

/// The key pair of the numbers that `builder` was given. `kind`: "RSA", "EC".
Pkey made_from(OSSL_PARAM_BLD* builder, const char* kind);

Number number_of(std::string_view big_endian);
std::string bytes_of(const BIGNUM* number, std::size_t size);

}  // namespace tocsin::cryptography
