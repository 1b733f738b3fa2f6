// SPDX-License-Identifier: Apache-2.0
#include "wire/body_claims.hpp"

#include <algorithm>
#include <charconv>

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

Failure invalid_request(std::string message) {
  return fail("InvalidRequest", std::move(message));
}

Failure bad_checksum(ChecksumKind kind) {
  return fail("BadDigest", "The " + std::string(checksum_name(kind)) +
                               " you specified did not match the calculated checksum.");
}

/// Raw bytes, of the right number.
std::optional<std::string> checksum_value(ChecksumKind kind, std::string_view text) {
  auto raw = unbase64(text);
  if (raw && raw->size() != checksum_size(kind)) return std::nullopt;
  return raw;
}

Result<std::string> read_md5(const Headers& headers) {
  const auto* given = find_header(headers, "content-md5");
  if (!given) return std::string();
  auto raw = unbase64(trimmed(*given));
  if (raw && raw->size() == 16) return *std::move(raw);
  Error error{"InvalidDigest", "The Content-MD5 you specified was invalid."};
  error.members["Content-MD5"] = *given;
  return fail(std::move(error));
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> out;
  for (const auto name : split(list, ',')) {
    if (!trimmed(name).empty()) out.push_back(to_lower(trimmed(name)));
  }
  return out;
}

bool is_value_header(std::string_view name) {
  return name.starts_with(kChecksumPrefix) && name != "x-amz-checksum-algorithm" &&
         name != "x-amz-checksum-type" && name != "x-amz-checksum-mode";
}

/// The one checksum, in the header or announced for the trailer.
Result<void> read_checksum(const Headers& headers, const std::vector<std::string>& trailers,
                           BodyClaims& out) {
  std::size_t count = 0;
  for (const auto& [name, value] : headers) {
    if (!is_value_header(name)) continue;
    const auto kind = checksum_of_header(name);
    if (!kind)
      return invalid_request(
          "The algorithm type you specified in x-amz-checksum- header is invalid.");
    auto raw = checksum_value(*kind, trimmed(value));
    if (!raw) return invalid_request("Value for " + name + " header is invalid.");
    ++count;
    out.checksum = kind;
    out.value = *std::move(raw);
  }
  for (const auto& name : trailers) {
    const auto kind = checksum_of_header(name);
    if (!kind)
      return invalid_request("The value specified in the x-amz-trailer header is not supported");
    ++count;
    out.checksum = kind;
  }
  if (count <= 1) return {};
  return invalid_request(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
}

/// x-amz-sdk-checksum-algorithm says what the SDK meant to send.
Result<void> check_algorithm(const Headers& headers, const BodyClaims& claims) {
  const auto* named = find_header(headers, "x-amz-sdk-checksum-algorithm");
  if (!named) return {};
  const auto kind = checksum_of_name(trimmed(*named));
  if (!kind) {
    return invalid_request(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  if (!claims.checksum) {
    return invalid_request(
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found.");
  }
  return claims.checksum == kind ? Result<void>() : bad_checksum(*kind);
}

bool has_aws_chunked(const Headers& headers) {
  const auto codings = names_in(header(headers, "content-encoding"));
  return std::ranges::find(codings, "aws-chunked") != codings.end();
}

/// An unsigned request has no x-amz-content-sha256; with one, only that counts.
bool is_chunked(const Headers& headers) {
  const auto* declared = find_header(headers, "x-amz-content-sha256");
  if (declared) return trimmed(*declared).starts_with(kStreaming);
  return has_aws_chunked(headers) && find_header(headers, "x-amz-decoded-content-length");
}

Result<ChunkedFraming> read_framing(const Headers& headers, std::vector<std::string> trailers) {
  const auto text = trimmed(header(headers, "x-amz-decoded-content-length"));
  ChunkedFraming out;
  const auto [end, wrong] =
      std::from_chars(text.data(), text.data() + text.size(), out.decoded_length);
  if (wrong != std::errc() || end != text.data() + text.size())
    return fail("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  out.trailers = std::move(trailers);
  out.signed_chunks =
      trimmed(header(headers, "x-amz-content-sha256")).starts_with("STREAMING-AWS4-");
  return out;
}

}  // namespace

Result<BodyClaims> body_claims(const Headers& headers, Checksums checksums) {
  BodyClaims out;
  out.md5 = TRY(read_md5(headers));
  auto trailers = names_in(header(headers, "x-amz-trailer"));
  if (checksums == Checksums::OfBody) {
    TRY(read_checksum(headers, trailers, out));
    TRY(check_algorithm(headers, out));
  }
  const bool chunked = is_chunked(headers);
  const bool has_trailer = header(headers, "x-amz-content-sha256").ends_with("-TRAILER") ||
                           !find_header(headers, "x-amz-content-sha256");
  if (!trailers.empty() && !(chunked && has_trailer)) {
    return fail("MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform "
                "to our published schema.");
  }
  if (chunked) out.chunked = TRY(read_framing(headers, std::move(trailers)));
  return out;
}

BodyReader::BodyReader(BodyClaims claims) : claims_(std::move(claims)) {
  if (claims_.chunked) decoder_.emplace(*claims_.chunked);
  if (claims_.checksum) checksum_.emplace(*claims_.checksum);
}

Result<void> BodyReader::read(std::string_view bytes, const Take& take) {
  const auto counted = [&](std::string_view piece) {
    md5_.update(piece);
    if (checksum_) checksum_->update(piece);
    return take(piece);
  };
  return decoder_ ? decoder_->read(bytes, counted) : counted(bytes);
}

Result<void> BodyReader::check_md5(std::string_view digest) const {
  if (claims_.md5.empty() || claims_.md5 == digest) return {};
  Error error{"BadDigest", "The Content-MD5 you specified did not match what we received."};
  error.members = {{"ExpectedDigest", base64(claims_.md5)}, {"CalculatedDigest", base64(digest)}};
  return fail(std::move(error));
}

Result<std::string> BodyReader::claimed_value() const {
  if (!claims_.value.empty()) return claims_.value;
  const auto name = checksum_header(*claims_.checksum);
  auto raw = checksum_value(*claims_.checksum, header(decoder_->trailers(), name));
  if (!raw) return invalid_request("Value for " + name + " trailing header is invalid.");
  return *std::move(raw);
}

Result<BodyFacts> BodyReader::finish() {
  if (decoder_) TRY(decoder_->finish());
  BodyFacts out;
  const auto digest = md5_.finish();
  TRY(check_md5(digest));
  out.md5 = hex(digest);
  if (!claims_.checksum) return out;
  const auto computed = checksum_->finish();
  if (TRY(claimed_value()) != computed) return bad_checksum(*claims_.checksum);
  out.checksums[checksum_name(*claims_.checksum)] = base64(computed);
  return out;
}

void strip_aws_chunked(Headers& headers) {
  for (auto& [name, value] : headers) {
    if (!equals_ignore_case(name, "content-encoding") || !to_lower(value).contains("aws-chunked"))
      continue;
    std::string kept;
    for (const auto coding : split(value, ',')) {
      if (equals_ignore_case(trimmed(coding), "aws-chunked")) continue;
      if (!kept.empty()) kept += ",";
      kept += trimmed(coding);
    }
    value = std::move(kept);
  }
  std::erase_if(headers, [](const Header& field) {
    return equals_ignore_case(field.first, "content-encoding") && field.second.empty();
  });
}

}  // namespace tocsin::wire
