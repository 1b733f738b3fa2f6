// SPDX-License-Identifier: Apache-2.0
#include "wire/sigv4.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/crypto.hpp"
#include "base/document.hpp"
#include "base/glob.hpp"
#include "wire/sigv2.hpp"

namespace tocsin::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

namespace detail {

std::string scope_text(std::string_view date, std::string_view region, std::string_view service) {
  std::string out(date);
  ((out += '/') += region) += '/';
  ((out += service) += '/') += kTerminator;
  return out;
}

}  // namespace detail

namespace {

using detail::scope_text;
using detail::signature_mismatch;

constexpr std::size_t kCachedKeys = 256;

Failure refused(AuthProblem problem, AuthFamily family, std::string detail = {}) {
  return fail(auth_error(problem, family, std::move(detail)));
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// ---- the canonical request

/// Without "." and ".." and empty segments (RFC 3986), as every service but S3 wants it.
std::string normalized_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (const auto segment : kept)
    (out += '/') += segment;
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

/// S3 encodes the path once, every other service encodes again what was sent encoded.
std::string canonical_path(std::string_view path, std::string_view service) {
  if (path == "/") return "/";
  if (service == "s3") return uri_encode(uri_decode(path), Slash::Keep);
  return uri_encode(normalized_path(path), Slash::Keep);
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, value] : query_parameters(query)) {
    if (equals_ignore_case(name, "X-Amz-Signature")) continue;
    members.emplace_back(uri_encode(name, Slash::Encode), uri_encode(value, Slash::Encode));
  }
  std::ranges::sort(members);
  std::string out;
  for (const auto& [name, value] : members) {
    if (!out.empty()) out += '&';
    ((out += name) += '=') += value;
  }
  return out;
}

/// Trimmed, and runs of spaces made one.
void append_field_value(std::string& out, std::string_view value) {
  bool space = false;
  for (const char c : trimmed(value)) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      if (space) out += ' ';
      out += c;
    }
    space = blank;
  }
}

void append_field(std::string& out, const Headers& headers, std::string_view name) {
  out += name;
  out += ':';
  bool first = true;
  for (const auto& [field, value] : headers) {
    if (field != name) continue;
    if (!std::exchange(first, false)) out += ',';
    append_field_value(out, value);
  }
  out += '\n';
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

// ---- the signature

/// Four HMACs that stay the same for a day; each thread keeps those that it met last.
const std::string& signing_key(std::string_view secret, std::string_view date,
                               std::string_view region, std::string_view service) {
  thread_local std::unordered_map<std::string, std::string> cache;
  std::string name;
  for (const auto part : {secret, date, region, service})
    (name += part) += '\n';
  const auto found = cache.find(name);
  if (found != cache.end()) return found->second;
  if (cache.size() >= kCachedKeys) cache.clear();
  auto key = hmac_sha256("AWS4" + std::string(secret), date);
  for (const auto part : {region, service, kTerminator})
    key = hmac_sha256(key, part);
  return cache.emplace(std::move(name), std::move(key)).first->second;
}

std::string string_to_sign(std::string_view time_text, std::string_view scope,
                           std::string_view canonical) {
  std::string out(kAlgorithm);
  ((out += '\n') += time_text) += '\n';
  (out += scope) += '\n';
  return out += hex(sha256(canonical));
}

// ---- checking

Failure s3_time_problem(const Authorization& shown, Time now) {
  if (!shown.expires) {
    auto error = auth_error(AuthProblem::TimeSkew, AuthFamily::S3);
    error.members = {{"RequestTime", shown.time_text},
                     {"ServerTime", iso8601(now)},
                     {"MaxAllowedSkewMilliseconds", std::to_string(kMaxSkew.count())}};
    return fail(std::move(error));
  }
  const bool early = shown.time > now;
  Error error{"AccessDenied", early ? "Request is not yet valid" : "Request has expired", 403};
  if (early) {
    error.members["X-Amz-Date"] = shown.time_text;
  } else {
    if (shown.scheme == Scheme::Query) {
      const auto lifetime =
          std::chrono::duration_cast<std::chrono::seconds>(*shown.expires - shown.time);
      error.members["X-Amz-Expires"] = std::to_string(lifetime.count());
    }
    error.members["Expires"] = iso8601(*shown.expires);
  }
  error.members["ServerTime"] = iso8601(now);
  return fail(std::move(error));
}

Result<void> check_time(const Authorization& shown, AuthFamily family, Time now) {
  const auto last = shown.expires.value_or(shown.time + kMaxSkew);
  const bool early = shown.time > now + kMaxSkew;
  if (!early && now <= last) return {};
  if (family == AuthFamily::S3) return s3_time_problem(shown, now);
  const auto at = amz_date(now);
  if (early) {
    return refused(AuthProblem::TimeSkew, family,
                   "Signature not yet current: " + shown.time_text + " is still later than " +
                       amz_date(now + kMaxSkew) + " (" + at + " + 15 min.)");
  }
  return refused(AuthProblem::TimeSkew, family,
                 shown.expires ? "Signature expired: " + shown.time_text + " is now earlier than " +
                                     at + " (" + amz_date(last) + " + 0 min.)"
                               : "Signature expired: " + shown.time_text + " is now earlier than " +
                                     amz_date(now - kMaxSkew) + " (" + at + " - 15 min.)");
}

Result<void> check_date(const Authorization& shown, AuthFamily family) {
  if (shown.time_text.starts_with(shown.date)) return {};
  const auto day = shown.time_text.substr(0, 8);
  if (family != AuthFamily::S3) {
    return refused(AuthProblem::Mismatch, family,
                   "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                   "from HTTP: " +
                       in_quotes(shown.date) + " != " + in_quotes(day) + ", from " +
                       in_quotes(shown.time_text) + ".");
  }
  const auto detail = "Invalid credential date \"" + shown.date +
                      "\". This date is not the same as X-Amz-Date: \"" + day + "\".";
  if (shown.scheme == Scheme::Query) {
    return fail("AuthorizationQueryParametersError",
                "Error parsing the X-Amz-Credential parameter; " + detail);
  }
  return refused(AuthProblem::Malformed, family,
                 "The authorization header is malformed; " + detail);
}

Result<void> check_signed_headers(const Authorization& shown, const Headers& headers,
                                  AuthFamily family) {
  const auto is_signed = [&](std::string_view name) {
    return std::ranges::find(shown.signed_headers, name) != shown.signed_headers.end();
  };
  if (!is_signed("host")) {
    auto error = auth_error(
        AuthProblem::UnsignedHeaders, family,
        family == AuthFamily::S3
            ? std::string()
            : "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    if (family == AuthFamily::S3) error.members["HeadersNotSigned"] = "host";
    return fail(std::move(error));
  }
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("x-amz-") || is_signed(name)) continue;
    auto error =
        auth_error(AuthProblem::UnsignedHeaders, family,
                   family == AuthFamily::S3
                       ? std::string()
                       : in_quotes(name) + " must be a 'SignedHeader' in the AWS Authorization.");
    if (family == AuthFamily::S3) error.members["HeadersNotSigned"] = name;
    return fail(std::move(error));
  }
  return {};
}

Result<void> check_token(const Authorization& shown, const SecretKey& key, AuthFamily family) {
  if (equal_in_constant_time(shown.session_token, key.session_token)) return {};
  auto error = auth_error(AuthProblem::InvalidToken, family);
  if (family == AuthFamily::S3) error.members["Token-0"] = shown.session_token;
  return fail(std::move(error));
}

Result<void> check_signature(const Authorization& shown, const SecretKey& key,
                             const SignedHead& head, std::string_view body_hash,
                             AuthFamily family) {
  if (is_version_2(shown.scheme)) return check_sigv2(shown, key.secret_access_key, head);
  const auto canonical =
      canonical_request(head, shown.service, shown.signed_headers,
                        shown.payload_hash.empty() ? body_hash : shown.payload_hash);
  const auto to_sign = string_to_sign(
      shown.time_text, scope_text(shown.date, shown.region, shown.service), canonical);
  const auto& secret = signing_key(key.secret_access_key, shown.date, shown.region, shown.service);
  if (equal_in_constant_time(hex(hmac_sha256(secret, to_sign)), to_lower(shown.signature)))
    return {};
  return signature_mismatch(shown, canonical, to_sign, family);
}

}  // namespace

namespace detail {

std::string spaced_hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!out.empty()) out += ' ';
    out += hex({&c, 1});
  }
  return out;
}

Failure signature_mismatch(const Authorization& shown, std::string_view canonical,
                           std::string_view to_sign, AuthFamily family) {
  auto error = auth_error(AuthProblem::Mismatch, family);
  if (family != AuthFamily::S3) return fail(std::move(error));
  error.members = {{"AWSAccessKeyId", shown.access_key_id},
                   {"StringToSign", to_sign},
                   {"SignatureProvided", shown.signature},
                   {"StringToSignBytes", spaced_hex(to_sign)}};
  if (!canonical.empty()) {
    error.members["CanonicalRequest"] = canonical;
    error.members["CanonicalRequestBytes"] = spaced_hex(canonical);
  }
  return fail(std::move(error));
}

}  // namespace detail

Result<Verified> verify(const Authorization& shown, const SecretKey& key, const SignedHead& head,
                        std::string_view body_hash, AuthFamily family, Time now) {
  // S3 looks at the signature before the time, the others the other way round.
  const bool s3 = family == AuthFamily::S3;
  if (!is_version_2(shown.scheme)) {
    TRY(check_date(shown, family));
    if (!s3) TRY(check_time(shown, family, now));
    TRY(check_signed_headers(shown, head.headers, family));
  }
  TRY(check_token(shown, key, family));
  TRY(check_signature(shown, key, head, body_hash, family));
  if (s3) TRY(check_time(shown, family, now));
  return Verified{shown.access_key_id, shown.session_token, shown.region, shown.service,
                  shown.date};
}

Result<void> verify_text(const Authorization& shown, const SecretKey& key, std::string_view text) {
  TRY(check_token(shown, key, AuthFamily::S3));
  const auto expected =
      is_version_2(shown.scheme)
          ? sigv2_signature(key.secret_access_key, text)
          : hex(hmac_sha256(
                signing_key(key.secret_access_key, shown.date, shown.region, shown.service), text));
  if (equal_in_constant_time(expected, shown.signature)) return {};
  return signature_mismatch(shown, {}, text, AuthFamily::S3);
}

Result<void> check_payload(const Authorization& shown, std::string_view body_hash,
                           AuthFamily family) {
  if (shown.payload_hash.empty()) return {};  // then the body's own hash was signed
  if (family == AuthFamily::S3 &&
      (shown.payload_hash == kUnsignedPayload || shown.payload_hash.starts_with(kStreaming))) {
    return {};
  }
  if (equals_ignore_case(shown.payload_hash, body_hash)) return {};
  auto error = auth_error(AuthProblem::PayloadMismatch, family);
  if (family == AuthFamily::S3) {
    error.members = {{"ClientComputedContentSHA256", shown.payload_hash},
                     {"S3ComputedContentSHA256", body_hash}};
  }
  return fail(std::move(error));
}

std::string canonical_request(const SignedHead& head, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash) {
  std::string out;
  out.reserve(512);
  (out += head.method) += '\n';
  (out += canonical_path(head.path, service)) += '\n';
  (out += canonical_query(head.query)) += '\n';
  for (const auto& name : signed_headers)
    append_field(out, head.headers, name);
  ((out += '\n') += joined(signed_headers)) += '\n';
  return out += payload_hash;
}

ChunkSigner::ChunkSigner(const Authorization& seed, const SecretKey& key)
    : access_key_id_(seed.access_key_id),
      key_(signing_key(key.secret_access_key, seed.date, seed.region, seed.service)),
      time_text_(seed.time_text),
      scope_(scope_text(seed.date, seed.region, seed.service)),
      previous_(seed.signature) {}

std::string ChunkSigner::string_to_sign(Part part, std::string_view hash) const {
  std::string out(part == Part::Chunk ? "AWS4-HMAC-SHA256-PAYLOAD\n"
                                      : "AWS4-HMAC-SHA256-TRAILER\n");
  (out += time_text_) += '\n';
  (out += scope_) += '\n';
  (out += previous_) += '\n';
  if (part == Part::Chunk) (out += kEmptyHash) += '\n';
  return out += hash;
}

std::string ChunkSigner::sign(Part part, std::string_view hash) {
  previous_ = hex(hmac_sha256(key_, string_to_sign(part, hash)));
  return previous_;
}

Result<void> ChunkSigner::check(Part part, std::string_view hash, std::string_view signature) {
  const auto to_sign = string_to_sign(part, hash);
  if (equal_in_constant_time(sign(part, hash), signature)) return {};
  Authorization shown;
  shown.access_key_id = access_key_id_;
  shown.signature = signature;
  return signature_mismatch(shown, {}, to_sign, AuthFamily::S3);
}

void sign(RequestHead& head, std::string_view body, const Signer& signer, Time now) {
  const auto time_text = amz_date(now);
  const auto date = time_text.substr(0, 8);
  head.headers.push_back({"x-amz-date", time_text});
  if (!signer.session_token.empty())
    head.headers.push_back({"x-amz-security-token", signer.session_token});
  std::string hash(header(head.headers, "x-amz-content-sha256"));
  if (hash.empty()) {
    hash = body.empty() ? std::string(kEmptyHash) : hex(sha256(body));
    if (signer.service == "s3") head.headers.push_back({"x-amz-content-sha256", hash});
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : head.headers) {
    // Proxies and clients change the others on the way.
    if (name == "host" || name == "content-type" || name == "content-md5" ||
        name.starts_with("x-amz-")) {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto scope = scope_text(date, signer.region, signer.service);
  const auto to_sign =
      string_to_sign(time_text, scope, canonical_request(head, signer.service, names, hash));
  const auto& key = signing_key(signer.secret_access_key, date, signer.region, signer.service);
  head.headers.push_back({"authorization", std::string(kAlgorithm) +
                                               " Credential=" + signer.access_key_id + "/" + scope +
                                               ", SignedHeaders=" + joined(names) +
                                               ", Signature=" + hex(hmac_sha256(key, to_sign))});
}

void presign(RequestHead& head, const Signer& signer, Time now, Duration lifetime) {
  const auto time_text = amz_date(now);
  const auto date = time_text.substr(0, 8);
  const auto scope = scope_text(date, signer.region, signer.service);
  std::vector<std::string> names;
  for (const auto& [name, value] : head.headers)
    names.push_back(name);
  std::ranges::sort(names);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!head.query.empty()) head.query += '&';
    ((head.query += name) += '=') += uri_encode(value, Slash::Encode);
  };
  add("X-Amz-Algorithm", kAlgorithm);
  add("X-Amz-Credential", signer.access_key_id + "/" + scope);
  add("X-Amz-Date", time_text);
  add("X-Amz-Expires",
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(lifetime).count()));
  add("X-Amz-SignedHeaders", joined(names));
  if (!signer.session_token.empty()) add("X-Amz-Security-Token", signer.session_token);
  const auto hash = signer.service == "s3" ? kUnsignedPayload : kEmptyHash;
  const auto to_sign =
      string_to_sign(time_text, scope, canonical_request(head, signer.service, names, hash));
  const auto& key = signing_key(signer.secret_access_key, date, signer.region, signer.service);
  add("X-Amz-Signature", hex(hmac_sha256(key, to_sign)));
}

}  // namespace tocsin::wire
