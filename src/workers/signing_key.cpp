// SPDX-License-Identifier: Apache-2.0
#include "workers/signing_key.hpp"

#include <fmt/format.h>
#include <fstream>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sstream>

#include "base/crypto.hpp"

namespace tocsin::workers {
namespace {

constexpr int kBits = 2048;
constexpr long kDays = 3650;

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
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

Failure unusable(std::string_view what) {
  return fail("InvalidConfiguration", fmt::format("the signing key: {}", what), 500);
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(BIO* bio) {
  char* begin = nullptr;
  const auto length = BIO_get_mem_data(bio, &begin);
  return std::string(begin, static_cast<std::size_t>(length));
}

struct Pair {
  std::string key, certificate;  // PEM
};

bool name_it(X509* certificate) {
  auto* name = X509_get_subject_name(certificate);
  const auto add = [&](const char* field, std::string_view value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "Tocsin") && add("CN", "sns.amazonaws.com") &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool number_it(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

Certificate certificate_for(EVP_PKEY* key, Time now) {
  Certificate made(X509_new());
  std::time_t seconds = to_ms(now) / 1000;
  const bool good = made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                    number_it(made.get()) &&
                    X509_time_adj(X509_getm_notBefore(made.get()), -3600, &seconds) &&
                    X509_time_adj_ex(X509_getm_notAfter(made.get()), kDays, 0, &seconds) &&
                    X509_set_pubkey(made.get(), key) == 1 && name_it(made.get()) &&
                    X509_sign(made.get(), key, EVP_sha256()) != 0;
  return good ? std::move(made) : Certificate();
}

Result<Pair> make_pair(Time now) {
  const Key key(EVP_RSA_gen(kBits));
  const auto certificate = key ? certificate_for(key.get(), now) : Certificate();
  const Bio key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  if (!certificate ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1)
    return unusable("it cannot be made");
  return Pair{text_of(key_text.get()), text_of(certificate_text.get())};
}

/// Whole or not at all, for the owner only.
Result<void> write(const std::filesystem::path& file, const std::string& text) {
  const auto next = file.string() + ".new";
  {
    std::ofstream out(next, std::ios::binary);
    std::error_code ignored;
    std::filesystem::permissions(
        next, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    out << text;
    if (!out.flush()) return unusable("cannot write " + next);
  }
  std::error_code error;
  std::filesystem::rename(next, file, error);
  return error ? Result<void>(unusable("cannot write " + file.string())) : Result<void>();
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::ostringstream text;
  std::ifstream in(file, std::ios::binary);
  text << in.rdbuf();
  if (!in) return unusable("cannot read " + file.string());
  return text.str();
}

}  // namespace

Result<SigningKey> SigningKey::read(const std::string& key_pem,
                                    const std::string& certificate_pem) {
  SigningKey out;
  Key key(PEM_read_bio_PrivateKey(reading(key_pem).get(), nullptr, nullptr, nullptr));
  const Certificate certificate(
      PEM_read_bio_X509(reading(certificate_pem).get(), nullptr, nullptr, nullptr));
  if (!key || !certificate || X509_check_private_key(certificate.get(), key.get()) != 1)
    return unusable("the key and its certificate do not belong together");
  out.key_ = std::shared_ptr<void>(key.release(),
                                   [](void* each) { EVP_PKEY_free(static_cast<EVP_PKEY*>(each)); });
  out.certificate_ = certificate_pem;
  out.path_ = fmt::format("/SimpleNotificationService-{}.pem", hex(md5(certificate_pem)));
  return out;
}

Result<std::string> SigningKey::sign(std::string_view text, Hash hash) const {
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  const Digest digest(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  auto size = out.size();
  auto* kind = hash == Hash::Sha256 ? EVP_sha256() : EVP_sha1();
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, kind, nullptr, key) != 1 ||
      EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    return unusable("it does not sign");
  out.resize(size);
  return out;
}

Result<SigningKey> load_or_make_key(const std::filesystem::path& folder, Time now) {
  const auto key = folder / "signing.key", certificate = folder / "signing.pem";
  if (!std::filesystem::exists(key) || !std::filesystem::exists(certificate)) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return unusable("cannot make " + folder.string());
    const auto made = TRY(make_pair(now));
    TRY(write(key, made.key));
    TRY(write(certificate, made.certificate));
  }
  return SigningKey::read(TRY(read_file(key)), TRY(read_file(certificate)));
}

}  // namespace tocsin::workers
