// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/protocol.hpp"

#include <fmt/format.h>

#include "base/glob.hpp"
#include "wire/protocols/codec.hpp"

namespace tocsin::wire {
namespace {

const detail::Codec& codec_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::Json10:
    case Protocol::Json11:
      return detail::kJson;
    case Protocol::Query:
      return detail::kQuery;
    case Protocol::Ec2:
      return detail::kEc2;
    case Protocol::RestJson:
      return detail::kRestJson;
    case Protocol::RestXml:
      return detail::kRestXml;
    case Protocol::Cbor:
      return detail::kCbor;
  }
  return detail::kJson;
}

bool streams_events(const model::Operation& operation) {
  if (!operation.output) return false;
  for (const auto& member : operation.output->shape->members) {
    if (member.shape->is_event_stream) return true;
  }
  return false;
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::Json10:
      return "AWS JSON 1.0";
    case Protocol::Json11:
      return "AWS JSON 1.1";
    case Protocol::Query:
      return "Query";
    case Protocol::Ec2:
      return "EC2 Query";
    case Protocol::RestJson:
      return "REST-JSON";
    case Protocol::RestXml:
      return "REST-XML";
    case Protocol::Cbor:
      return "RPC v2 CBOR";
  }
  return "";
}

std::optional<std::string_view> HttpMessage::header(std::string_view name) const {
  return detail::find_pair(headers, name);
}

std::optional<std::string_view> HttpReply::header(std::string_view name) const {
  return detail::find_pair(headers, name);
}

Result<const model::Operation*> find_operation(const Route& route, const HttpMessage& message) {
  return codec_of(route.protocol).find(route, message);
}

bool streams_body(const Route& route, const HttpMessage& head) {
  const bool rest = route.protocol == Protocol::RestJson || route.protocol == Protocol::RestXml;
  if (!rest) return false;
  const auto operation = find_operation(route, head);
  if (!operation || !(*operation)->input) return false;
  const auto* payload = (*operation)->input->shape->payload;
  return payload && payload->streaming;
}

Result<DecodedCall> decode_request(const Route& route, const HttpMessage& message) {
  const auto* operation = TRY(find_operation(route, message));
  if (streams_events(*operation)) {
    return fail("UnknownOperationException",
                fmt::format("{} answers with a stream of events, which is not served here",
                            operation->name),
                501);
  }
  auto params = TRY(codec_of(route.protocol).decode(route, *operation, message));
  return DecodedCall{operation, std::move(params)};
}

HttpReply encode_reply(const Route& route, const model::Operation& operation, const Document& reply,
                       const std::string& request_id) {
  return codec_of(route.protocol).encode(route, operation, reply, request_id);
}

HttpReply encode_error(const Route& route, const Error& error, const std::string& request_id,
                       std::string_view method) {
  auto reply = codec_of(route.protocol).error(route, error, request_id);
  if (method == "HEAD") reply.body.clear();
  return reply;
}

namespace detail {

WireError wire_error(const Route& route, const Error& error) {
  WireError out{.name = error.code,
                .code = error.code,
                .message = error.message,
                .message_member = "message",
                .status = error.status,
                .fault = error.fault,
                .members = error.members};
  const auto* shape = route.service ? route.service->error(error.code) : nullptr;
  if (!shape) return out;
  out.name = shape->name;
  out.code = shape->code;
  out.message_member = shape->message_member;
  out.has_type = shape->has_type;
  if (error.status == 400) out.status = shape->status;
  if (out.status >= 500) out.fault = Fault::Server;
  return out;
}

void add_header(HttpReply& reply, std::string_view name, std::string_view value) {
  std::string clean(value);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  std::string token(name);
  for (char& c : token) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == ':' || c == 0x7F) c = '-';
  }
  reply.headers.emplace_back(std::move(token), std::move(clean));
}

std::optional<std::string_view> find_pair(const HeaderPairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (equals_ignore_case(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace tocsin::wire
