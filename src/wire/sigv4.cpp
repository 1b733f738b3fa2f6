// SPDX-License-Identifier: Apache-2.0
#include "wire/sigv4.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/crypto.hpp"
#include "base/document.hpp"
#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::size_t kCachedKeys = 256;

Failure refused(AuthProblem problem, AuthFamily family, std::string detail = {}) {
  return fail(auth_error(problem, family, std::move(detail)));
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
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
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    members.emplace_back(uri_encode(uri_decode(part.substr(0, equals)), Slash::Encode),
                         uri_encode(uri_decode(value), Slash::Encode));
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

std::string scope_text(std::string_view date, std::string_view region, std::string_view service) {
  std::string out(date);
  ((out += '/') += region) += '/';
  ((out += service) += '/') += kTerminator;
  return out;
}

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

// ---- reading

bool presigned(std::string_view query) {
  for (const auto part : split(query, '&')) {
    const auto name = part.substr(0, part.find('='));
    if (equals_ignore_case(name, "X-Amz-Signature") ||
        equals_ignore_case(name, "X-Amz-Algorithm") || name == "AWSAccessKeyId") {
      return true;
    }
  }
  return false;
}

Result<void> check_algorithm(std::string_view value, AuthFamily family) {
  const auto algorithm = value.substr(0, value.find(' '));
  if (algorithm == kAlgorithm) return {};
  if (family == AuthFamily::S3 && algorithm == "AWS") {
    return fail("InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use "
                "AWS4-HMAC-SHA256.");
  }
  if (algorithm == "AWS" || algorithm.starts_with("AWS4-")) {
    return refused(AuthProblem::Unsupported, family,
                   "Unsupported AWS 'algorithm': " + in_quotes(algorithm) + ".");
  }
  if (family == AuthFamily::S3) return fail("InvalidArgument", "Unsupported Authorization Type");
  return refused(
      AuthProblem::Malformed, family,
      "Authorization header requires 'Credential' parameter. Authorization header requires "
      "'Signature' "
      "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=" +
          std::string(algorithm));
}

struct Parameters {
  std::string_view credential, signed_headers, signature;
};

/// What stands behind the algorithm: Name=value, Name=value, …
Result<Parameters> read_parameters(std::string_view value, AuthFamily family) {
  Parameters out;
  for (const auto part : split(value.substr(kAlgorithm.size()), ',')) {
    const auto pair = trimmed(part);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return refused(
          AuthProblem::Malformed, family,
          in_quotes(pair) +
              " not a valid key=value pair (missing equal-sign) in Authorization header: " +
              in_quotes(value) + ".");
    }
    const auto name = pair.substr(0, equals);
    if (name == "Credential") out.credential = pair.substr(equals + 1);
    if (name == "SignedHeaders") out.signed_headers = pair.substr(equals + 1);
    if (name == "Signature") out.signature = pair.substr(equals + 1);
  }
  std::string missing;
  const auto need = [&](std::string_view given, std::string_view name) {
    if (given.empty())
      missing += "Authorization header requires " + in_quotes(name) + " parameter. ";
  };
  need(out.credential, "Credential");
  need(out.signature, "Signature");
  need(out.signed_headers, "SignedHeaders");
  if (missing.empty()) return out;
  return refused(AuthProblem::Malformed, family,
                 missing + "Authorization=" + std::string(kAlgorithm));
}

Result<void> read_scope(Authorization& out, std::string_view credential, AuthFamily family) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5) {
    return refused(
        AuthProblem::Malformed, family,
        family == AuthFamily::S3
            ? "The authorization header is malformed; the Credential is mal-formed; expecting "
              "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
            : "Credential must have exactly 5 slash-delimited elements, e.g. "
              "keyid/date/region/service/term, got " +
                  in_quotes(credential));
  }
  if (parts[4] != kTerminator) {
    return refused(AuthProblem::Malformed, family,
                   "Credential should be scoped with a valid terminator: 'aws4_request', not " +
                       in_quotes(parts[4]) + ".");
  }
  out.access_key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  return {};
}

Result<void> read_time(Authorization& out, const Headers& headers, AuthFamily family) {
  const auto* amz = find_header(headers, "x-amz-date");
  const auto* date = amz ? amz : find_header(headers, "date");
  const bool s3 = family == AuthFamily::S3;
  if (!date) {
    if (s3)
      return fail("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header",
                  403);
    return refused(
        AuthProblem::Malformed, family,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "Authorization=" +
            std::string(kAlgorithm));
  }
  const auto text = trimmed(*date);
  auto time = text.size() == 16 ? parse_iso8601(text) : std::nullopt;
  if (!time && !amz) time = parse_http_date(text);
  if (!time) {
    if (s3)
      return fail("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header",
                  403);
    return refused(AuthProblem::Malformed, family,
                   "Date must be in ISO-8601 'basic format'. Got " + in_quotes(text) +
                       ". See http://en.wikipedia.org/wiki/ISO_8601");
  }
  out.time = *time;
  out.time_text = amz_date(*time);
  return {};
}

Result<void> read_payload_hash(Authorization& out, const Headers& headers, AuthFamily family) {
  out.payload_hash = trimmed(header(headers, "x-amz-content-sha256"));
  if (out.payload_hash.starts_with("STREAMING-")) {
    return refused(
        AuthProblem::Unsupported, family,
        "Streamed payloads (x-amz-content-sha256: " + out.payload_hash +
            ") are not supported by this server; sign the whole payload or send UNSIGNED-PAYLOAD.");
  }
  if (family != AuthFamily::S3) return {};
  if (out.payload_hash.empty()) {
    return fail("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const bool is_hash = out.payload_hash.size() == 64 && unhex(out.payload_hash);
  if (is_hash || out.payload_hash == kUnsignedPayload) return {};
  return fail("InvalidArgument",
              "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
              "STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.");
}

// ---- checking

Result<void> check_time(const Authorization& shown, AuthFamily family, Time now) {
  if (!shown.time_text.starts_with(shown.date)) {
    return refused(AuthProblem::Mismatch, family,
                   "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                   "from HTTP: " +
                       in_quotes(shown.date) + " != " + in_quotes(shown.time_text.substr(0, 8)) +
                       ", from " + in_quotes(shown.time_text) + ".");
  }
  if (shown.time >= now - kMaxSkew && shown.time <= now + kMaxSkew) return {};
  if (family == AuthFamily::S3) return refused(AuthProblem::TimeSkew, family);
  const auto at = amz_date(now);
  return refused(AuthProblem::TimeSkew, family,
                 shown.time < now
                     ? "Signature expired: " + shown.time_text + " is now earlier than " +
                           amz_date(now - kMaxSkew) + " (" + at + " - 15 min.)"
                     : "Signature not yet current: " + shown.time_text + " is still later than " +
                           amz_date(now + kMaxSkew) + " (" + at + " + 15 min.)");
}

Result<void> check_signed_headers(const Authorization& shown, const Headers& headers,
                                  AuthFamily family) {
  const auto is_signed = [&](std::string_view name) {
    return std::ranges::find(shown.signed_headers, name) != shown.signed_headers.end();
  };
  if (!is_signed("host")) {
    return refused(
        AuthProblem::UnsignedHeaders, family,
        family == AuthFamily::S3
            ? std::string()
            : "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
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

Failure mismatch(const Authorization& shown, std::string_view canonical, std::string_view to_sign,
                 AuthFamily family) {
  auto error = auth_error(AuthProblem::Mismatch, family);
  if (family == AuthFamily::S3) {
    error.members = {{"AWSAccessKeyId", shown.access_key_id},
                     {"StringToSign", to_sign},
                     {"SignatureProvided", shown.signature},
                     {"CanonicalRequest", canonical}};
  }
  return fail(std::move(error));
}

}  // namespace

bool shows_credentials(const SignedHead& head) {
  return find_header(head.headers, "authorization") || presigned(head.query);
}

Result<Authorization> parse_authorization(const SignedHead& head, AuthFamily family) {
  const auto* value = find_header(head.headers, "authorization");
  if (!value && presigned(head.query)) {
    return refused(
        AuthProblem::Unsupported, family,
        "Presigned URLs are not supported by this server; sign with an Authorization header.");
  }
  if (!value) return refused(AuthProblem::Missing, family);
  TRY(check_algorithm(*value, family));
  const auto parameters = TRY(read_parameters(*value, family));
  Authorization out;
  TRY(read_scope(out, parameters.credential, family));
  out.signature = parameters.signature;
  for (const auto name : split(parameters.signed_headers, ';'))
    out.signed_headers.push_back(to_lower(trimmed(name)));
  TRY(read_time(out, head.headers, family));
  TRY(read_payload_hash(out, head.headers, family));
  out.session_token = header(head.headers, "x-amz-security-token");
  return out;
}

CredentialScope credential_scope(const SignedHead& head) {
  const auto value = header(head.headers, "authorization");
  const auto at = value.find("Credential=");
  if (!value.starts_with(kAlgorithm) || at == std::string_view::npos) return {};
  const auto from = value.substr(at + 11);
  const auto parts = split(from.substr(0, from.find_first_of(", ")), '/');
  return parts.size() == 5 ? CredentialScope{parts[0], parts[1], parts[2], parts[3]}
                           : CredentialScope{};
}

Result<Verified> verify(const Authorization& shown, const SecretKey& key, const SignedHead& head,
                        std::string_view body_hash, AuthFamily family, Time now) {
  TRY(check_time(shown, family, now));
  TRY(check_signed_headers(shown, head.headers, family));
  if (!equal_in_constant_time(shown.session_token, key.session_token)) {
    return refused(AuthProblem::InvalidToken, family);
  }
  const auto canonical =
      canonical_request(head, shown.service, shown.signed_headers,
                        shown.payload_hash.empty() ? body_hash : shown.payload_hash);
  const auto to_sign = string_to_sign(
      shown.time_text, scope_text(shown.date, shown.region, shown.service), canonical);
  const auto& secret = signing_key(key.secret_access_key, shown.date, shown.region, shown.service);
  if (!equal_in_constant_time(hex(hmac_sha256(secret, to_sign)), shown.signature)) {
    return mismatch(shown, canonical, to_sign, family);
  }
  return Verified{shown.access_key_id, shown.session_token, shown.region, shown.service,
                  shown.date};
}

Result<void> check_payload(const Authorization& shown, std::string_view body_hash,
                           AuthFamily family) {
  if (shown.payload_hash.empty()) return {};  // then the body's own hash was signed
  if (family == AuthFamily::S3 && shown.payload_hash == kUnsignedPayload) return {};
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

}  // namespace tocsin::wire
