// SPDX-License-Identifier: Apache-2.0
// An RSA key with a certificate of its own, kept in two files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::workers {

/// Immutable; any thread.
class SigningKey {
 public:
  enum class Hash { Sha1, Sha256 };
  /// Error InvalidConfiguration where the texts are no key and certificate that belong together.
  static Result<SigningKey> read(const std::string& key_pem, const std::string& certificate_pem);

  /// RSASSA-PKCS1-v1_5: raw bytes, the same for the same text.
  Result<std::string> sign(std::string_view text, Hash hash) const;
  const std::string& certificate() const { return certificate_; }
  /// "/SimpleNotificationService-<hash of the certificate>.pem"
  const std::string& path() const { return path_; }

 private:
  std::shared_ptr<void> key_;
  std::string certificate_;
  std::string path_;
};

/// FOLDER/signing.key (mode 0600) and signing.pem; made where they are missing.
Result<SigningKey> load_or_make_key(const std::filesystem::path& folder, Time now);

}  // namespace tocsin::workers
