// SPDX-License-Identifier: Apache-2.0
#include "wire/certificates.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace tocsin::wire {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* each) const {
    kFree(each);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr long kDay = 24 * 60 * 60;
constexpr long kAuthorityDays = 3650;
constexpr long kServerDays = 397;

Failure unusable(std::string_view what) {
  char cause[256] = "unknown cause";
  if (const auto code = ERR_get_error()) ERR_error_string_n(code, cause, sizeof cause);
  ERR_clear_error();
  return fail("InvalidConfiguration", fmt::format("{}: {}", what, cause), 500);
}

std::string text_of(BIO* bio) {
  char* begin = nullptr;
  const auto length = BIO_get_mem_data(bio, &begin);
  return std::string(begin, static_cast<std::size_t>(length));
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Everything but issuer, extensions and signature. Valid from an hour ago: clocks differ.
Certificate make_certificate(EVP_PKEY* key, std::string_view name, Time now, long days) {
  Certificate made(X509_new());
  unsigned char serial[16];
  if (!made || RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7F;
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  auto seconds = static_cast<std::time_t>(to_ms(now) / 1000);
  auto* subject = X509_get_subject_name(made.get());
  const auto* maker = reinterpret_cast<const unsigned char*>("Tocsin");
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  const bool done =
      X509_set_version(made.get(), X509_VERSION_3) == 1 &&
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) &&
      X509_time_adj(X509_getm_notBefore(made.get()), -3600, &seconds) &&
      X509_time_adj(X509_getm_notAfter(made.get()), days * kDay, &seconds) &&
      X509_set_pubkey(made.get(), key) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, maker, -1, -1, 0) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, static_cast<int>(name.size()),
                                 -1, 0) == 1;
  return done ? std::move(made) : nullptr;
}

Result<CertifiedKey> written(X509* certificate, EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  const Bio secret(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(out.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return unusable("a certificate cannot be written");
  }
  return CertifiedKey{text_of(out.get()), text_of(secret.get())};
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
  const auto made = key ? make_certificate(key.get(), "Tocsin CA", now, kAuthorityDays) : nullptr;
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
  const auto issuer = read_certificate(authority.certificate);
  const Key signer(
      PEM_read_bio_PrivateKey(reading(authority.key).get(), nullptr, nullptr, nullptr));
  if (!issuer || !signer || X509_check_private_key(issuer.get(), signer.get()) != 1) {
    return unusable("the authority's certificate and key cannot be used");
  }
  const Key key(EVP_EC_gen("P-256"));
  const auto subject = std::string_view(hosts.front()).substr(0, 64);
  const auto made = key ? make_certificate(key.get(), subject, now, kServerDays) : nullptr;
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
  const auto read = read_certificate(certificate);
  std::tm parts{};
  if (!read || ASN1_TIME_to_tm(X509_get0_notAfter(read.get()), &parts) != 1) {
    return unusable("the certificate cannot be read");
  }
  return from_ms(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

bool issued_by(const std::string& certificate, const std::string& authority) {
  const auto leaf = read_certificate(certificate);
  const auto issuer = read_certificate(authority);
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
