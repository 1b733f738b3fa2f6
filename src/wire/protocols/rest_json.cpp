// SPDX-License-Identifier: Apache-2.0
// REST-JSON: Lambda, GuardDuty, Security Hub, Incident Manager.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
#include <fmt/format.h>

#include "wire/protocols/codec.hpp"
#include "wire/protocols/json_value.hpp"
#include "wire/protocols/rest.hpp"

namespace tocsin::wire::detail {
namespace rest_json {
namespace {

constexpr auto kNaming = Naming::LocationNames;
constexpr std::string_view kWrongValue = "SerializationException";

Result<const model::Operation*> find_rest_json(const Route& route, const HttpMessage& message) {
  if (const auto match = match_route(*route.service, message)) return match->route->operation;
  return fail("UnknownOperationException",
              fmt::format("No operation of {} is {} {}", route.service->full_name, message.method,
                          message.path),
              404);
}

Result<Document> read_payload(const model::Member& payload, std::string_view body) {
  return from_json_value(*payload.shape, TRY(parse_json(body)), kNaming);
}

Result<Document> read_members(const model::Operation& operation, std::string_view body) {
  return Document(TRY(body_from_json(*operation.input->shape, body, kNaming)));
}

Result<Document> decode(const Route& route, const model::Operation& operation,
                        const HttpMessage& message) {
  return decode_rest(route, operation, message, kWrongValue, {read_payload, read_members});
}

HttpReply encode(const Route& route, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = encode_bindings(route, operation, value);
  add_header(reply, "x-amzn-RequestId", request_id);
  if (!operation.output) return reply;
  const auto& shape = *operation.output->shape;
  if (shape.payload) {
    const auto* present = find(value, shape.payload->name);
    if (!encode_raw_payload(*shape.payload, value, reply) && present) {
      reply.body = to_json(to_json_value(*shape.payload, *present, kNaming));
    }
  } else if (has_body_members(shape)) {
    reply.body = to_json(body_to_json(shape, value, kNaming));
  }
  const bool empty = reply.body.empty() && reply.blobs.empty();
  if (!empty && !reply.header("content-type"))
    add_header(reply, "Content-Type", "application/json");
  return reply;
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = wire_error(route, given);
  HttpReply reply{.status = failed.status};
  add_header(reply, "x-amzn-RequestId", request_id);
  add_header(reply, "x-amzn-ErrorType", failed.name);
  add_header(reply, "Content-Type", "application/json");
  Object body;
  if (failed.has_type) body["Type"] = failed.fault == Fault::Client ? "User" : "Service";
  body[failed.message_member] = boost::json::string(failed.message);
  for (const auto& entry : failed.members)
    body[entry.key()] = entry.value();
  reply.body = to_json(body);
  return reply;
}

}  // namespace
}  // namespace rest_json

const Codec kRestJson{rest_json::find_rest_json, rest_json::decode, rest_json::encode,
                      rest_json::error};

}  // namespace tocsin::wire::detail
