// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "base/arn.hpp"
#include "base/glob.hpp"
#include "engines/policy/grammar.hpp"
#include "engines/policy/principals.hpp"
#include "engines/policy/values.hpp"

namespace tocsin::policy {
namespace {

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

/// AIDA…, AROA…: what IAM shows of a principal that has been deleted.
bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && text.starts_with('A') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

bool is_iam_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || has_wildcard(text) || account_of_principal(arn->account).empty()) return false;
  const std::string_view path = arn->resource;
  const auto names = [&](std::string_view start) {
    return path.starts_with(start) && path.size() > start.size();
  };
  if (arn->service == "sts") return names("assumed-role/") || names("federated-user/");
  return arn->service == "iam" && (path == "root" || names("user/") || names("role/"));
}

bool is_domain(std::string_view text) {
  return text.find('.') != std::string_view::npos && !has_wildcard(text) &&
         text.find_first_of(" \t") == std::string_view::npos;
}

bool is_provider(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn) return is_domain(text) && !text.starts_with("arn:");
  return arn->service == "iam" && (arn->resource.starts_with("saml-provider/") ||
                                   arn->resource.starts_with("oidc-provider/"));
}

bool is_principal(std::string_view type, std::string_view value) {
  if (value == "*") return true;
  if (type == "AWS") {
    return !account_of_principal(value).empty() || is_unique_id(value) || is_iam_arn(value);
  }
  if (type == "Service") return is_domain(value) && value.find(':') == std::string_view::npos;
  if (type == "Federated") return is_provider(value);
  return type == "CanonicalUser" && value.size() >= 32;
}

/// As IAM writes the type there: "AWS", "SERVICE", "FEDERATED".
std::string shown_type(std::string_view type) {
  std::string out(type);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

}  // namespace

Result<void> check_principals(const Document& element) {
  if (element.is_string()) {
    if (element.as_string() == "*") return {};
    return malformed(
        fmt::format("Invalid principal in policy: \"{}\"", std::string_view(element.as_string())));
  }
  const auto* types = element.if_object();
  if (!types) return malformed("Invalid principal in policy");
  if (types->empty()) return malformed("Missing required field Principal cannot be empty!");
  for (const auto& [type, values] : *types) {
    if (!is_strings(values)) return malformed("Invalid principal in policy");
    const auto texts = strings(values);
    if (texts.empty()) return malformed("Missing required field Principal cannot be empty!");
    for (const auto& value : texts) {
      if (is_principal(type, value)) continue;
      return malformed(fmt::format("Invalid principal in policy: \"{}\":\"{}\"",
                                   shown_type(std::string_view(type)), value));
    }
  }
  return {};
}

}  // namespace tocsin::policy
