// SPDX-License-Identifier: Apache-2.0
#include "wire/exchange.hpp"

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "base/log.hpp"
#include "wire/blob_chain.hpp"

namespace tocsin::wire {
namespace {

/// A UUID; S3's are sixteen upper-case hexadecimal digits.
std::string new_request_id(const Exchange& exchange) {
  if (!exchange.is_s3()) return uuid_from(random_bytes(16));
  auto id = hex(random_bytes(8));
  for (auto& c : id)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return id;
}

/// Also of a request that failed before it was decoded.
std::string_view operation_name(const Exchange& exchange) {
  if (exchange.operation) return exchange.operation->name;
  if (!exchange.route) return {};
  const auto found = find_operation(*exchange.route, exchange.message);
  return found ? (*found)->name : std::string_view();
}

double seconds_since(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

}  // namespace

Exchange::Exchange(RequestHead head) : peer(std::move(head.peer)), secure(head.secure) {
  message.method = std::move(head.method);
  message.path = head.path;
  sent_path = std::move(head.path);
  message.query = std::move(head.query);
  message.headers = std::move(head.headers);
}

AuthFamily Exchange::family() const {
  switch (route->protocol) {
    case Protocol::Query:
    case Protocol::Ec2:
      return AuthFamily::Query;
    case Protocol::RestJson:
      return AuthFamily::RestJson;
    case Protocol::RestXml:
      return AuthFamily::S3;
    default:
      return AuthFamily::Json;
  }
}

Result<void> Exchange::identify() {
  const auto scope = credential_scope(signed_head());
  auto found = wire::identify(message, scope.service);
  if (found) route = *found;
  id = new_request_id(*this);
  if (!found) return std::unexpected(found.error());
  if (bucket.empty()) bucket = virtual_bucket(message, *route, scope.service);
  if (!bucket.empty()) message.path = "/" + uri_encode(bucket, Slash::Encode) + sent_path;
  return {};
}

bool Exchange::expects_continue() const {
  return !header(message.headers, "expect").empty();
}

Result<BodyClaims> Exchange::claims() const {
  const bool of_parts = operation && operation->name == "CompleteMultipartUpload";
  auto out = TRY(body_claims(message.headers, of_parts ? Checksums::NotOfBody : Checksums::OfBody));
  if (out.chunked && identity) out.chunked->signer = identity->chunks;
  return out;
}

void Exchange::unfold_query() {
  const auto scheme = scheme_of(signed_head());
  if (!is_s3() || !scheme || !is_presigned(*scheme)) return;
  for (auto& [name, value] : query_parameters(message.query)) {
    auto lowered = to_lower(name);
    // What an SDK meant to send says nothing of what the holder of its URL sends.
    if (lowered == "x-amz-sdk-checksum-algorithm") continue;
    if (!lowered.starts_with("x-amz-") || find_header(message.headers, lowered)) continue;
    message.headers.emplace_back(std::move(lowered), std::move(value));
  }
}

Reply Ending::to_reply(const Exchange& exchange, HttpReply encoded) const {
  Reply reply;
  reply.status = encoded.status;
  reply.headers = std::move(encoded.headers);
  reply.body = std::move(encoded.body);
  if (encoded.blobs.empty()) return reply;
  reply.length = length_of(encoded.blobs);
  if (exchange.message.method == "HEAD" || reply.length == 0) return reply;
  auto blob = open_chain(blobs_, std::move(encoded.blobs));
  if (!blob) return error(exchange, blob.error());
  reply.blob = *std::move(blob);
  return reply;
}

Reply Ending::reply(const Exchange& exchange, const Result<Document>& outcome) const {
  if (!outcome) return error(exchange, outcome.error());
  auto reply =
      to_reply(exchange, encode_reply(*exchange.route, *exchange.operation, *outcome, exchange.id));
  if (exchange.posted && reply.status < 400) shape_post_reply(*exchange.posted, reply);
  if (reply.status < 400) tell(exchange, reply.status, nullptr);
  return reply;
}

Reply Ending::error(const Exchange& exchange, const Error& given) const {
  const auto error =
      exchange.route ? in_family(given, exchange.family(), exchange.route->service->id) : given;
  auto encoded = exchange.route
                     ? encode_error(*exchange.route, error, exchange.id, exchange.message.method)
                     : encode_unrouted(exchange.message, error, exchange.id);
  tell(exchange, encoded.status, &error);
  return to_reply(exchange, std::move(encoded));
}

void Ending::tell(const Exchange& exchange, int status, const Error* error) const {
  const auto seconds = seconds_since(exchange.since);
  const auto service = exchange.route ? exchange.route->service->id : std::string_view();
  const auto operation = operation_name(exchange);
  metrics_.add(service, operation, error ? std::string_view(error->code) : std::string_view("ok"),
               seconds);
  if (!error && !access_log_) return;
  Object fields{
      {"request_id", exchange.id},  {"service", service},
      {"operation", operation},     {"status", status},
      {"source_ip", exchange.peer}, {"duration_us", static_cast<std::int64_t>(seconds * 1e6)}};
  if (exchange.identity) fields["access_key_id"] = exchange.identity->credential.access_key_id;
  if (!error) return log_info("call", std::move(fields));
  fields["code"] = error->code;
  fields["cause"] = error->message;
  status >= 500 ? log_error("call failed", std::move(fields))
                : log_info("call refused", std::move(fields));
}

}  // namespace tocsin::wire
