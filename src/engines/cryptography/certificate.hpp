// SPDX-License-Identifier: Apache-2.0
// X.509 and PEM, for the certificates that the server makes itself (RFC 5280, RFC 7468). Only .cpp
// files include it.
#pragma once

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/time.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {

using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;

/// Everything but issuer, extensions and signature; of the organisation Tocsin, with a serial
/// number drawn from the operating system. Valid from an hour ago: clocks differ. Null where
/// OpenSSL refuses.
Certificate begin_certificate(EVP_PKEY* key, std::string_view name, Time now, long days);

/// Null where the text is none.
Certificate certificate_from(const std::string& pem);
Pkey private_key_from(const std::string& pem);
/// Empty where OpenSSL refuses.
std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* private_key);

}  // namespace tocsin::cryptography
