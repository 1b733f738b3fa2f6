// SPDX-License-Identifier: Apache-2.0
#include "engines/cryptography/certificate.hpp"

#include "base/crypto.hpp"

namespace tocsin::cryptography {
namespace {

constexpr long kDay = 24 * 60 * 60;

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(BIO* bio) {
  char* begin = nullptr;
  const auto length = BIO_get_mem_data(bio, &begin);
  return std::string(begin, static_cast<std::size_t>(length));
}

bool add_name(X509_NAME* subject, const char* field, std::string_view value) {
  return X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, raw(value),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

}  // namespace

Certificate begin_certificate(EVP_PKEY* key, std::string_view name, Time now, long days) {
  Certificate made(X509_new());
  auto serial = random_bytes(16);
  serial[0] &= 0x7F;
  const auto number = number_of(serial);
  auto seconds = static_cast<std::time_t>(to_ms(now) / 1000);
  auto* subject = X509_get_subject_name(made.get());
  const bool done = X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) &&
                    X509_time_adj(X509_getm_notBefore(made.get()), -3600, &seconds) &&
                    X509_time_adj(X509_getm_notAfter(made.get()), days * kDay, &seconds) &&
                    X509_set_pubkey(made.get(), key) == 1 && add_name(subject, "O", "Tocsin") &&
                    add_name(subject, "CN", name);
  return done ? std::move(made) : nullptr;
}

Certificate certificate_from(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
}

Pkey private_key_from(const std::string& pem) {
  return Pkey(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, nullptr, nullptr));
}

std::string pem_of(X509* certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(out.get(), certificate) == 1 ? text_of(out.get()) : std::string();
}

std::string pem_of(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  const bool written =
      PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return written ? text_of(out.get()) : std::string();
}

}  // namespace tocsin::cryptography
