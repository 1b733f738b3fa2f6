// SPDX-License-Identifier: Apache-2.0
// What a request says of its signature, in the header or in the query.
#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "wire/sigv2.hpp"
#include "wire/sigv4.hpp"

namespace tocsin::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr char kHeaderMalformed[] = "The authorization header is malformed; ";
constexpr char kNoDate[] = "AWS authentication requires a valid Date or x-amz-date header";
constexpr char kOneMechanism[] =
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or the Authorization header should be specified";
constexpr char kPayloadHash[] =
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or "
    "a valid sha256 value.";

Failure refused(AuthProblem problem, AuthFamily family, std::string detail = {}) {
  return fail(auth_error(problem, family, std::move(detail)));
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

/// Of S3's presigned URLs; the other services have one code for everything malformed.
Failure bad_parameters(AuthFamily family, std::string message) {
  if (family == AuthFamily::S3)
    return fail("AuthorizationQueryParametersError", std::move(message));
  return refused(AuthProblem::Malformed, family, std::move(message));
}

// ---- the header

Result<void> check_algorithm(std::string_view value, AuthFamily family) {
  const auto algorithm = value.substr(0, value.find(' '));
  if (algorithm == kAlgorithm) return {};
  if (algorithm == "AWS" || algorithm.starts_with("AWS4-")) {
    return refused(AuthProblem::Unsupported, family,
                   "Unsupported AWS 'algorithm': " + in_quotes(algorithm) + ".");
  }
  if (family == AuthFamily::S3) {
    Error error{"InvalidArgument", "Unsupported Authorization Type"};
    error.members = {{"ArgumentName", "Authorization"}, {"ArgumentValue", value}};
    return fail(std::move(error));
  }
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

Result<void> check_complete(const Parameters& given, AuthFamily family) {
  std::string missing;
  const auto need = [&](std::string_view value, std::string_view name) {
    if (value.empty())
      missing += "Authorization header requires " + in_quotes(name) + " parameter. ";
  };
  need(given.credential, "Credential");
  need(given.signature, "Signature");
  need(given.signed_headers, "SignedHeaders");
  if (missing.empty()) return {};
  if (family == AuthFamily::S3) {
    missing = kHeaderMalformed;
    missing +=
        "the authorization header requires three components: Credential, SignedHeaders, and "
        "Signature.";
  } else {
    missing += "Authorization=";
    missing += kAlgorithm;
  }
  return refused(AuthProblem::Malformed, family, std::move(missing));
}

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
  TRY(check_complete(out, family));
  return out;
}

Failure bad_scope(Scheme scheme, AuthFamily family, std::string_view s3_detail,
                  std::string others) {
  if (family != AuthFamily::S3) return refused(AuthProblem::Malformed, family, std::move(others));
  if (scheme == Scheme::Query) {
    return bad_parameters(
        family, "Error parsing the X-Amz-Credential parameter; " + std::string(s3_detail));
  }
  return refused(AuthProblem::Malformed, family, kHeaderMalformed + std::string(s3_detail));
}

Result<void> read_scope(Authorization& out, std::string_view credential, AuthFamily family) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5) {
    return bad_scope(out.scheme, family,
                     "the Credential is mal-formed; expecting "
                     "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
                     "Credential must have exactly 5 slash-delimited elements, e.g. "
                     "keyid/date/region/service/term, got " +
                         in_quotes(credential));
  }
  const std::string terminator(parts[4]);
  if (terminator != kTerminator) {
    return bad_scope(
        out.scheme, family,
        "incorrect terminator \"" + terminator + "\". This endpoint uses \"aws4_request\".",
        "Credential should be scoped with a valid terminator: 'aws4_request', not " +
            in_quotes(terminator) + ".");
  }
  out.access_key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  return {};
}

void read_signed_headers(Authorization& out, std::string_view names) {
  for (const auto name : split(names, ';'))
    out.signed_headers.push_back(to_lower(trimmed(name)));
}

Result<void> read_time(Authorization& out, const Headers& headers, AuthFamily family) {
  const auto* amz = find_header(headers, "x-amz-date");
  const auto* date = amz ? amz : find_header(headers, "date");
  const bool s3 = family == AuthFamily::S3;
  if (!date) {
    if (s3) return fail("AccessDenied", kNoDate, 403);
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
    if (s3) return fail("AccessDenied", kNoDate, 403);
    return refused(AuthProblem::Malformed, family,
                   "Date must be in ISO-8601 'basic format'. Got " + in_quotes(text) +
                       ". See http://en.wikipedia.org/wiki/ISO_8601");
  }
  out.time = *time;
  out.time_text = amz_date(*time);
  return {};
}

Result<void> check_payload_hash(const Authorization& shown, AuthFamily family) {
  const auto& declared = shown.payload_hash;
  const bool s3 = family == AuthFamily::S3;
  if (declared.starts_with(kStreaming)) {
    if (s3 && (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" ||
               declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" ||
               declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")) {
      return {};
    }
    if (!s3 || declared.starts_with("STREAMING-AWS4-ECDSA-")) {
      return refused(AuthProblem::Unsupported, family,
                     "Payloads of the kind " + declared + " are not supported by this server.");
    }
  }
  if (!s3) return {};
  if (declared.empty()) {
    return fail("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const bool is_hash = declared.size() == 64 && unhex(declared);
  if (is_hash || declared == kUnsignedPayload) return {};
  Error error{"InvalidArgument", kPayloadHash};
  error.members = {{"ArgumentName", "x-amz-content-sha256"}, {"ArgumentValue", declared}};
  return fail(std::move(error));
}

Result<Authorization> read_header(const SignedHead& head, AuthFamily family) {
  const auto value = header(head.headers, "authorization");
  TRY(check_algorithm(value, family));
  const auto parameters = TRY(read_parameters(value, family));
  Authorization out;
  TRY(read_scope(out, parameters.credential, family));
  out.signature = parameters.signature;
  read_signed_headers(out, parameters.signed_headers);
  TRY(read_time(out, head.headers, family));
  out.payload_hash = trimmed(header(head.headers, "x-amz-content-sha256"));
  TRY(check_payload_hash(out, family));
  out.session_token = header(head.headers, "x-amz-security-token");
  return out;
}

// ---- presigned URLs
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

Result<Duration> read_lifetime(std::string_view text, AuthFamily family) {
  long long seconds = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (wrong != std::errc() || end != text.data() + text.size())
    return bad_parameters(family, "X-Amz-Expires should be a number");
  if (seconds < 0) return bad_parameters(family, "X-Amz-Expires must be non-negative");
  if (seconds > std::chrono::duration_cast<std::chrono::seconds>(kMaxLifetime).count()) {
    return bad_parameters(family,
                          "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                          "X-Amz-Expires must be less than 604800 seconds");
  }
  return std::chrono::seconds(seconds);
}

Result<void> check_presigned(const Headers& given, AuthFamily family) {
  // Only S3 insists on a lifetime.
  for (const char* name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date",
                           "X-Amz-SignedHeaders", "X-Amz-Expires"}) {
    if (family != AuthFamily::S3 && std::string_view(name) == "X-Amz-Expires") continue;
    if (!header(given, name).empty()) continue;
    return bad_parameters(
        family, family == AuthFamily::S3
                    ? "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                      "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                      "X-Amz-Expires parameters."
                    : "AWS query-string parameters must include " + in_quotes(name) +
                          ". Re-examine the query-string parameters.");
  }
  const auto algorithm = header(given, "X-Amz-Algorithm");
  if (algorithm == kAlgorithm) return {};
  if (algorithm.starts_with("AWS4-ECDSA-")) {
    return refused(AuthProblem::Unsupported, family,
                   "Unsupported AWS 'algorithm': " + in_quotes(algorithm) + ".");
  }
  return bad_parameters(
      family, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
}

Result<Authorization> read_query(const SignedHead& head, AuthFamily family) {
  const auto given = query_parameters(head.query);
  TRY(check_presigned(given, family));
  Authorization out;
  out.scheme = Scheme::Query;
  TRY(read_scope(out, header(given, "X-Amz-Credential"), family));
  out.signature = header(given, "X-Amz-Signature");
  read_signed_headers(out, header(given, "X-Amz-SignedHeaders"));
  const auto date = header(given, "X-Amz-Date");
  const auto time = date.size() == 16 ? parse_iso8601(date) : std::nullopt;
  if (!time) {
    return bad_parameters(family,
                          "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  out.time = *time;
  out.time_text = amz_date(*time);
  const auto lifetime = header(given, "X-Amz-Expires");
  out.expires = *time + (lifetime.empty() ? kMaxSkew : TRY(read_lifetime(lifetime, family)));
  out.session_token = header(given, "X-Amz-Security-Token");
  if (family != AuthFamily::S3) return out;
  const auto declared = header(given, "X-Amz-Content-Sha256");
  out.payload_hash = declared.empty() ? header(head.headers, "x-amz-content-sha256") : declared;
  if (out.payload_hash.empty()) out.payload_hash = kUnsignedPayload;
  TRY(check_payload_hash(out, family));
  return out;
}

bool has_parameter(std::string_view query, std::string_view name) {
  return std::ranges::any_of(split(query, '&'), [&](std::string_view part) {
    return equals_ignore_case(part.substr(0, part.find('=')), name);
  });
}

std::optional<Scheme> query_scheme(std::string_view query) {
  if (query.empty()) return std::nullopt;
  if (has_parameter(query, "X-Amz-Algorithm") || has_parameter(query, "X-Amz-Signature"))
    return Scheme::Query;
  // With a SignatureVersion it is an old signature of a Query service.
  if (has_parameter(query, "AWSAccessKeyId") && !has_parameter(query, "SignatureVersion"))
    return Scheme::Version2Query;
  return std::nullopt;
}

CredentialScope scope_of(std::string_view credential) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5) return {};
  return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
          std::string(parts[3])};
}

}  // namespace

std::optional<Scheme> scheme_of(const SignedHead& head) {
  if (const auto* value = find_header(head.headers, "authorization"))
    return value->starts_with("AWS ") ? Scheme::Version2Header : Scheme::Header;
  return query_scheme(head.query);
}

bool shows_credentials(const SignedHead& head) {
  return scheme_of(head).has_value();
}

Result<Authorization> parse_authorization(const SignedHead& head, AuthFamily family) {
  const auto scheme = scheme_of(head);
  const bool s3 = family == AuthFamily::S3;
  if (!scheme) return refused(AuthProblem::Missing, family);
  if (s3 && !is_presigned(*scheme) && query_scheme(head.query)) {
    Error error{"InvalidArgument", kOneMechanism};
    error.members = {{"ArgumentName", "Authorization"},
                     {"ArgumentValue", header(head.headers, "authorization")}};
    return fail(std::move(error));
  }
  if (*scheme == Scheme::Query) return read_query(head, family);
  if (s3 && is_version_2(*scheme)) return read_sigv2(head, *scheme);
  if (*scheme == Scheme::Version2Query) return refused(AuthProblem::Unsupported, family);
  return read_header(head, family);
}

CredentialScope credential_scope(const SignedHead& head) {
  const auto scheme = scheme_of(head);
  if (!scheme) return {};
  if (is_version_2(*scheme)) return {.service = "s3"};
  if (*scheme == Scheme::Query)
    return scope_of(header(query_parameters(head.query), "X-Amz-Credential"));
  const auto value = header(head.headers, "authorization");
  const auto at = value.find("Credential=");
  if (!value.starts_with(kAlgorithm) || at == std::string_view::npos) return {};
  const auto from = value.substr(at + 11);
  return scope_of(from.substr(0, from.find_first_of(", ")));
}

}  // namespace tocsin::wire
