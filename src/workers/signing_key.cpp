// SPDX-License-Identifier: Apache-2.0
#include "workers/signing_key.hpp"

#include <fmt/format.h>
#include <fstream>
#include <openssl/rsa.h>
#include <sstream>

#include "base/crypto.hpp"
#include "engines/cryptography/certificate.hpp"

namespace tocsin::workers {
namespace {

constexpr int kBits = 2048;
constexpr long kDays = 3650;

using Key = cryptography::Pkey;
using Digest = std::unique_ptr<EVP_MD_CTX, cryptography::Free<EVP_MD_CTX_free>>;

Failure unusable(std::string_view what) {
  return fail("InvalidConfiguration", fmt::format("the signing key: {}", what), 500);
}

struct Pair {
  std::string key, certificate;  // PEM
};

Result<Pair> make_pair(Time now) {
  const Key key(EVP_RSA_gen(kBits));
  const auto certificate =
      key ? cryptography::begin_certificate(key.get(), "sns.amazonaws.com", now, kDays) : nullptr;
  if (!certificate ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1 ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    return unusable("it cannot be made");
  Pair out{cryptography::pem_of(key.get()), cryptography::pem_of(certificate.get())};
  if (out.key.empty() || out.certificate.empty()) return unusable("it cannot be made");
  return out;
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
  auto key = cryptography::private_key_from(key_pem);
  const auto certificate = cryptography::certificate_from(certificate_pem);
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
