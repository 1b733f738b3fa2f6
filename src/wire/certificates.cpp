// SPDX-License-Identifier: Apache-2.0
#include "wire/certificates.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "engines/cryptography/certificate.hpp"

namespace tocsin::wire {
namespace {

using cryptography::begin_certificate;
using cryptography::certificate_from;
using cryptography::private_key_from;
using Key = cryptography::Pkey;
using Extension = std::unique_ptr<X509_EXTENSION, cryptography::Free<X509_EXTENSION_free>>;

constexpr long kAuthorityDays = 3650;
constexpr long kServerDays = 397;

Failure unusable(std::string_view what) {
  char cause[256] = "unknown cause";
  if (const auto code = ERR_get_error()) ERR_error_string_n(code, cause, sizeof cause);
  ERR_clear_error();
  return fail("InvalidConfiguration", fmt::format("{}: {}", what, cause), 500);
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Result<CertifiedKey> written(X509* certificate, EVP_PKEY* key) {
  CertifiedKey out{cryptography::pem_of(certificate), cryptography::pem_of(key)};
  if (out.certificate.empty() || out.key.empty())
    return unusable("a certificate cannot be written");
  return out;
}

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  const auto* text = host.c_str();
  return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

bool is_name(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.back() == '.') return false;
  return std::all_of(
             host.begin(), host.end(),
             [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.' || c == '_'; }) &&
         host.find("..") == std::string_view::npos;
}

Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
  std::string out;
  for (const auto& host : hosts) {
    const bool address = is_address(host);
    if (!address && !is_name(host)) {
      return fail("InvalidConfiguration",
                  fmt::format("\"{}\" is neither the name of a host nor an address", host));
    }
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", address ? "IP" : "DNS", host);
  }
  return out;
}

}  // namespace

Result<CertifiedKey> make_authority(Time now) {
  const Key key(EVP_EC_gen("P-256"));
  const auto made = key ? begin_certificate(key.get(), "Tocsin CA", now, kAuthorityDays) : nullptr;
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) != 1 ||
      !add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(made.get(), key.get(), EVP_sha256()) == 0) {
    return unusable("the authority's certificate cannot be made");
  }
  return written(made.get(), key.get());
}

Result<CertifiedKey> issue_certificate(const CertifiedKey& authority,
                                       const std::vector<std::string>& hosts, Time now) {
  if (hosts.empty()) return fail("InvalidConfiguration", "a certificate needs a host");
  const auto names = TRY(alternative_names(hosts));
  const auto issuer = certificate_from(authority.certificate);
  const auto signer = private_key_from(authority.key);
  if (!issuer || !signer || X509_check_private_key(issuer.get(), signer.get()) != 1) {
    return unusable("the authority's certificate and key cannot be used");
  }
  const Key key(EVP_EC_gen("P-256"));
  const auto subject = std::string_view(hosts.front()).substr(0, 64);
  const auto made = key ? begin_certificate(key.get(), subject, now, kServerDays) : nullptr;
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get())) != 1 ||
      !add_extension(made.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(made.get(), issuer.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension(made.get(), issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(made.get(), issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      !add_extension(made.get(), issuer.get(), NID_subject_alt_name, names) ||
      X509_sign(made.get(), signer.get(), EVP_sha256()) == 0) {
    return unusable("the certificate cannot be made");
  }
  auto issued = TRY(written(made.get(), key.get()));
  issued.certificate += authority.certificate;
  return issued;
}

Result<Time> expiry_of(const std::string& certificate) {
  const auto read = certificate_from(certificate);
  std::tm parts{};
  if (!read || ASN1_TIME_to_tm(X509_get0_notAfter(read.get()), &parts) != 1) {
    return unusable("the certificate cannot be read");
  }
  return from_ms(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

bool issued_by(const std::string& certificate, const std::string& authority) {
  const auto leaf = certificate_from(certificate);
  const auto issuer = certificate_from(authority);
  const bool signed_so =
      leaf && issuer && X509_verify(leaf.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return signed_so;
}

// OpenSSL takes no "*.localhost": hence the wildcards below it.
std::vector<std::string> local_hosts() {
  return {"localhost",
          "*.localhost",
          "s3.localhost",
          "*.s3.localhost",
          "*.us-east-1.localhost",
          "*.s3.us-east-1.localhost",
          "127.0.0.1",
          "::1"};
}

std::vector<std::string> aws_hosts(const std::string& region) {
  return {"*.amazonaws.com", "*.s3.amazonaws.com", fmt::format("*.{}.amazonaws.com", region),
          fmt::format("*.s3.{}.amazonaws.com", region)};
}

}  // namespace tocsin::wire
