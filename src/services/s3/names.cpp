// SPDX-License-Identifier: Apache-2.0
#include "services/s3/names.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/percent.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

constexpr std::size_t kDigestHex = 52;  // the rest, 12 digits of hex, hides the account

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool looks_like_address(std::string_view name) {
  int dots = 0;
  for (const char c : name) {
    if (c == '.')
      ++dots;
    else if (c < '0' || c > '9')
      return false;
  }
  return dots == 3;
}

bool valid_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!is_lower_alnum(name.front()) || !is_lower_alnum(name.back())) return false;
  const auto allowed = [](char c) { return is_lower_alnum(c) || c == '-' || c == '.'; };
  if (!std::ranges::all_of(name, allowed)) return false;
  if (name.find("..") != std::string_view::npos || looks_like_address(name)) return false;
  for (const std::string_view prefix : {"xn--", "sthree-", "amzn-s3-demo-"}) {
    if (name.starts_with(prefix)) return false;
  }
  for (const std::string_view suffix : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}) {
    if (name.ends_with(suffix)) return false;
  }
  return true;
}

std::uint64_t number_in(std::string_view hex_digits) {
  std::uint64_t number = 0;
  std::from_chars(hex_digits.data(), hex_digits.data() + hex_digits.size(), number, 16);
  return number;
}

std::string digest_of(std::string_view account) {
  return hex(sha256("s3 canonical user " + std::string(account)));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<void> check_bucket_name(std::string_view name) {
  if (valid_bucket_name(name)) return {};
  Error error{"InvalidBucketName", "The specified bucket is not valid."};
  error.members = {{"BucketName", name}};
  return fail(std::move(error));
}

Result<void> check_key(std::string_view key) {
  if (key.size() <= 1024) return {};
  Error error{"KeyTooLongError", "Your key is too long"};
  error.members = {{"Size", key.size()}, {"MaxSizeAllowed", 1024}};
  return fail(std::move(error));
}

Result<void> check_version_id(std::string_view id) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  if (id == "null" || (id.size() == 32 && std::ranges::all_of(id, allowed))) return {};
  return invalid_argument(
      id.empty() ? "Version id cannot be the empty string" : "Invalid version id specified",
      "versionId", id);
}

std::string canonical_id(const AccountId& account) {
  const auto digest = digest_of(account.str());
  std::uint64_t number = 0;
  std::from_chars(account.str().data(), account.str().data() + account.str().size(), number);
  const auto mask = number_in(std::string_view(digest).substr(0, 12));
  return fmt::format("{}{:012x}", digest.substr(0, kDigestHex), number ^ mask);
}

std::optional<AccountId> account_of_canonical(std::string_view id) {
  if (id.size() != 64 || !std::ranges::all_of(id, [](char c) { return hex_digit(c) >= 0; }))
    return std::nullopt;
  const auto number = number_in(id.substr(kDigestHex)) ^ number_in(id.substr(0, 12));
  AccountId account(fmt::format("{:012}", number));
  if (canonical_id(account) != id) return std::nullopt;
  return account;
}

Object owner_document(const AccountId& account) {
  return {{"ID", canonical_id(account)}};
}

std::string url_encoded(std::string_view key) {
  auto out = percent_encoded(key, "-_.*/ ");
  std::ranges::replace(out, ' ', '+');
  return out;
}

std::optional<std::string> url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
      return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace tocsin::s3
