// SPDX-License-Identifier: Apache-2.0
#include "wire/sigv2.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/crypto.hpp"
#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

/// The parameters that are signed with the path: they select what is meant.
constexpr std::array<std::string_view, 35> kSubresources = {
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
};

Failure no_date() {
  return fail("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  std::string inner(key.size() > kBlock ? sha1(key) : std::string(key));
  inner.resize(kBlock, '\0');
  auto outer = inner;
  for (std::size_t i = 0; i < kBlock; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ 0x36);
    outer[i] = static_cast<char>(outer[i] ^ 0x5C);
  }
  return sha1(outer + sha1(inner.append(bytes)));
}

/// Headers, and of a presigned URL the parameters: x-amz-* by name, values joined by commas.
std::string canonical_amz_headers(const SignedHead& head, Scheme scheme) {
  std::map<std::string, std::string> found;
  const auto add = [&](const std::string& name, std::string_view value, bool joins) {
    const auto lowered = to_lower(name);
    if (!lowered.starts_with("x-amz-")) return;
    const auto [at, fresh] = found.emplace(lowered, trimmed(value));
    if (!fresh && joins) (at->second += ',') += trimmed(value);
  };
  for (const auto& [name, value] : head.headers)
    add(name, value, true);
  if (scheme == Scheme::Version2Query) {
    for (const auto& [name, value] : query_parameters(head.query))
      add(name, value, false);
  }
  std::string out;
  for (const auto& [name, value] : found)
    (((out += name) += ':') += value) += '\n';
  return out;
}

std::string canonical_resource(const SignedHead& head) {
  std::string out;
  if (!head.bucket.empty()) (out += '/') += head.bucket;
  out += head.path;
  std::vector<std::string_view> kept;
  for (const auto part : split(head.query, '&')) {
    if (std::ranges::find(kSubresources, part.substr(0, part.find('='))) != kSubresources.end())
      kept.push_back(part);
  }
  std::ranges::stable_sort(kept, {}, [](auto part) { return part.substr(0, part.find('=')); });
  char separator = '?';
  for (const auto part : kept) {
    out += std::exchange(separator, '&');
    const auto equals = std::min(part.find('='), part.size());
    out += part.substr(0, equals);
    if (equals < part.size()) (out += '=') += uri_decode(part.substr(equals + 1));
  }
  return out;
}

Result<void> read_header(Authorization& out, const SignedHead& head) {
  const auto value = trimmed(header(head.headers, "authorization").substr(3));
  const auto colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    Error error{"InvalidArgument",
                "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"};
    error.members = {{"ArgumentName", "Authorization"},
                     {"ArgumentValue", header(head.headers, "authorization")}};
    return fail(std::move(error));
  }
  out.access_key_id = value.substr(0, colon);
  out.signature = value.substr(colon + 1);
  out.session_token = header(head.headers, "x-amz-security-token");
  const auto* amz = find_header(head.headers, "x-amz-date");
  const auto text = trimmed(amz ? *amz : header(head.headers, "date"));
  auto time = parse_http_date(text);
  if (!time) time = parse_iso8601(text);
  if (!time) return no_date();
  out.time = *time;
  out.time_text = amz_date(*time);
  return {};
}

Result<void> read_query(Authorization& out, const SignedHead& head) {
  const auto given = query_parameters(head.query);
  out.access_key_id = header(given, "AWSAccessKeyId");
  out.signature = header(given, "Signature");
  const auto expires = header(given, "Expires");
  if (out.access_key_id.empty() || out.signature.empty() || expires.empty()) {
    return fail("AccessDenied",
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                "parameters",
                403);
  }
  std::int64_t seconds = 0;
  const auto [end, wrong] =
      std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  constexpr std::int64_t kLastSecond = 253402300799;  // of the year 9999
  if (wrong != std::errc() || end != expires.data() + expires.size() || seconds < 0 ||
      seconds > kLastSecond) {
    return fail("AccessDenied",
                "Invalid date (should be seconds since epoch): " + std::string(expires), 403);
  }
  out.expires = from_ms(seconds * 1000);
  const auto* token = find_header(head.headers, "x-amz-security-token");
  out.session_token = token ? *token : header(given, "x-amz-security-token");
  return {};
}

}  // namespace

Result<Authorization> read_sigv2(const SignedHead& head, Scheme scheme) {
  Authorization out;
  out.scheme = scheme;
  out.service = "s3";
  out.payload_hash = kUnsignedPayload;
  TRY(scheme == Scheme::Version2Query ? read_query(out, head) : read_header(out, head));
  return out;
}

std::string sigv2_string_to_sign(const SignedHead& head, Scheme scheme) {
  std::string out(head.method);
  (out += '\n') += trimmed(header(head.headers, "content-md5"));
  (out += '\n') += trimmed(header(head.headers, "content-type"));
  out += '\n';
  if (scheme == Scheme::Version2Query) {
    out += header(query_parameters(head.query), "Expires");
  } else if (!find_header(head.headers, "x-amz-date")) {
    out += trimmed(header(head.headers, "date"));
  }
  (out += '\n') += canonical_amz_headers(head, scheme);
  return out += canonical_resource(head);
}

Result<void> check_sigv2(const Authorization& shown, std::string_view secret_access_key,
                         const SignedHead& head) {
  const auto holds = [&](std::string_view to_sign) {
    return equal_in_constant_time(sigv2_signature(secret_access_key, to_sign), shown.signature);
  };
  const auto to_sign = sigv2_string_to_sign(head, shown.scheme);
  if (holds(to_sign)) return {};
  // botocore signs a bucket as "/bucket/" and asks for "/bucket".
  const bool only_bucket = head.bucket.empty() && head.path.find('/', 1) == std::string_view::npos;
  if (only_bucket) {
    auto slashed = head;
    const auto path = std::string(head.path) + "/";
    slashed.path = path;
    if (holds(sigv2_string_to_sign(slashed, shown.scheme))) return {};
  }
  return detail::signature_mismatch(shown, {}, to_sign, AuthFamily::S3);
}

std::string sigv2_signature(std::string_view secret_access_key, std::string_view string_to_sign) {
  return base64(hmac_sha1(secret_access_key, string_to_sign));
}

}  // namespace tocsin::wire
