// SPDX-License-Identifier: Apache-2.0
// AWS JSON 1.0 and 1.1: POST / with X-Amz-Target.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error
#include <fmt/format.h>

#include "wire/protocols/codec.hpp"
#include "wire/protocols/json_value.hpp"

namespace tocsin::wire::detail {
namespace aws_json {
namespace {

Naming naming_of(const model::Service& service) {
  return service.primary == model::Protocol::Json ? Naming::LocationNames : Naming::Names;
}

std::string content_type(Protocol protocol) {
  return protocol == Protocol::Json10 ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1";
}

Result<const model::Operation*> find(const Route& route, const HttpMessage& message) {
  const auto target = message.header("x-amz-target").value_or("");
  const auto dot = target.rfind('.');
  if (dot != std::string_view::npos &&
      model::same_target(route.service->target_prefix, target.substr(0, dot))) {
    const auto name = target.substr(dot + 1);
    if (const auto* operation = route.service->operation(name)) return operation;
  }
  return fail("UnknownOperationException",
              fmt::format("The operation {} is not one of {}", target, route.service->full_name));
}

Result<Document> decode(const Route& route, const model::Operation& operation,
                        const HttpMessage& message) {
  static const model::Shape empty{.type = model::Type::Structure};
  const auto& shape = operation.input ? *operation.input->shape : empty;
  return Document(TRY(body_from_json(shape, message.body, naming_of(*route.service))));
}

HttpReply start(const Route& route, int status, const std::string& request_id) {
  HttpReply reply{.status = status};
  add_header(reply, "x-amzn-RequestId", request_id);
  add_header(reply, "Content-Type", content_type(route.protocol));
  return reply;
}

HttpReply encode(const Route& route, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = start(route, 200, request_id);
  if (operation.output) {
    reply.body = to_json(body_to_json(*operation.output->shape, value, naming_of(*route.service)));
  }
  return reply;
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = wire_error(route, given);
  auto reply = start(route, failed.status, request_id);
  Object body{{"__type", route.service && route.service->id == "sqs"
                             ? "com.amazonaws.sqs#" + failed.name
                             : failed.name}};
  body[failed.message_member] = boost::json::string(failed.message);
  for (const auto& entry : failed.members)
    body[entry.key()] = entry.value();
  if (route.service && route.service->query_compatible) {
    add_header(reply, "x-amzn-query-error",
               failed.code + (failed.fault == Fault::Client ? ";Sender" : ";Receiver"));
  }
  reply.body = to_json(body);
  return reply;
}

}  // namespace
}  // namespace aws_json

const Codec kJson{aws_json::find, aws_json::decode, aws_json::encode, aws_json::error};

}  // namespace tocsin::wire::detail
