// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "workers/sign_worker.hpp"
#include "workers/signing_key.hpp"
#include "workers/test_support.hpp"

namespace tocsin::workers {
namespace {

using testing::carry;
using testing::TemporaryFolder;

bool verifies(const std::string& certificate, const EVP_MD* hash, std::string_view text,
              std::string_view signature) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> read(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                       EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(digest.get(), nullptr, hash, nullptr, X509_get0_pubkey(read.get())) ==
             1 &&
         EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

TEST(SignWorker, SignsWhatItsCertificateVerifiesAndKeepsItsKey) {
  TemporaryFolder folder;
  std::string first, path;
  for (int start = 0; start < 2; ++start) {
    SignWorker worker({.folder = folder.path() / "sns"});
    worker.start();
    for (const auto* version : {"1", "2"}) {
      const auto done = carry(
          worker,
          {"j", "sns.sign",
           Object{{"Texts", Object{{"default", "Message\nhello\n"}}}, {"Version", version}}, ""});
      ASSERT_TRUE(done) << done.error().message;
      path = string_of(*done, "Certificate");
      EXPECT_THAT(path, ::testing::MatchesRegex("/SimpleNotificationService-[0-9a-f]+[.]pem"));
      const auto certificate = worker.certificate_at(path);
      ASSERT_TRUE(certificate);
      const auto signature = *unbase64(text(object_of(*done, "Signatures"), "default"));
      const auto* hash = version == std::string("1") ? EVP_sha1() : EVP_sha256();
      EXPECT_TRUE(verifies(*certificate, hash, "Message\nhello\n", signature));
      EXPECT_FALSE(verifies(*certificate, hash, "Message\nforged\n", signature));
      if (first.empty()) first = signature;
      if (version == std::string("1")) {
        EXPECT_EQ(signature, first);  // of the same key, after a restart too
      }
    }
    EXPECT_FALSE(worker.certificate_at("/SimpleNotificationService-0.pem"));
  }
  const auto permissions =
      std::filesystem::status(folder.path() / "sns" / "signing.key").permissions();
  EXPECT_EQ(permissions & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(SignWorker, RefusesFilesThatDoNotBelongTogether) {
  TemporaryFolder one, other;
  ASSERT_TRUE(load_or_make_key(one.path(), wall_now()));
  ASSERT_TRUE(load_or_make_key(other.path(), wall_now()));
  std::filesystem::copy_file(other.path() / "signing.pem", one.path() / "signing.pem",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(load_or_make_key(one.path(), wall_now()).error().code, "InvalidConfiguration");
}

}  // namespace
}  // namespace tocsin::workers
