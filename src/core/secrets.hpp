// SPDX-License-Identifier: Apache-2.0
// Secrets: derived from the master key so that replay agrees and a reader of the log learns
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/document.hpp"

namespace tocsin::core {

/// The 32-byte master key and what is derived from it. Immutable; any thread.
class Secrets {
 public:
  explicit Secrets(std::string master_key);

  /// HKDF-SHA256(master, label): the same label always gives the same bytes.
  std::string derive(std::string_view label, std::size_t length) const;

  /// {"$sealed": "<base64 of AES-256-GCM>"}. The random nonce comes from the operating system:
  /// before append only.
  Document seal(std::string_view plaintext) const;
  /// The same with a nonce derived from `label`, which must be unique: for handlers of the core.
  Document seal(std::string_view plaintext, std::string_view label) const;

  /// The text that a sealed document hides; a plain string is returned as it is; none for anything
  /// else.
  std::optional<std::string> open(const Document& document) const;
  /// Opens every sealed value inside `document`.
  void open_all(Document& document) const;

 private:
  std::string master_;
  std::string sealing_key_;
};

/// Whether `document` is a sealed value.
bool is_sealed(const Document& document);

}  // namespace tocsin::core
