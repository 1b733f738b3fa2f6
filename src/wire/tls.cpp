// SPDX-License-Identifier: Apache-2.0
#include "wire/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>
#include <string_view>

namespace tocsin::wire {
namespace {

namespace ssl = boost::asio::ssl;
using SslError = boost::system::error_code;

constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/// We speak HTTP/1.1 only: a client that would rather have HTTP/2 is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, kOurs, sizeof kOurs - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Failure unusable(std::string_view what, const SslError& error) {
  return fail("InvalidConfiguration",
              "the TLS " + std::string(what) + " cannot be used: " + error.message(), 500);
}

}  // namespace

Result<std::unique_ptr<ssl::context>> server_context(const std::string& certificate,
                                                     const std::string& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  auto* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  SslError error;
  context->use_certificate_chain(boost::asio::buffer(certificate), error);
  if (error) return unusable("certificate", error);
  context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  if (error) return unusable("key", error);
  if (SSL_CTX_check_private_key(native) != 1) {
    return fail("InvalidConfiguration", "the TLS key does not belong to the certificate", 500);
  }
  return context;
}

}  // namespace tocsin::wire
