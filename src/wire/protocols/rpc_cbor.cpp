// SPDX-License-Identifier: Apache-2.0
// RPC v2 CBOR: POST /service/<target prefix>/operation/<name>. CloudWatch's clients prefer it.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
#include <fmt/format.h>

#include "base/glob.hpp"
#include "wire/protocols/cbor_value.hpp"
#include "wire/protocols/codec.hpp"

namespace tocsin::wire::detail {

std::optional<RpcPath> rpc_path(std::string_view path) {
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  const auto operation = path.rfind(kOperation);
  if (operation == std::string_view::npos) return std::nullopt;
  const auto service = path.substr(0, operation).rfind(kService);
  if (service == std::string_view::npos) return std::nullopt;
  const auto begin = service + kService.size();
  RpcPath found{path.substr(begin, operation - begin), path.substr(operation + kOperation.size())};
  const bool one_segment = found.service.find('/') == std::string_view::npos &&
                           found.operation.find('/') == std::string_view::npos;
  if (!one_segment || found.service.empty() || found.operation.empty()) return std::nullopt;
  return found;
}

namespace rpc_cbor {
namespace {

Result<const model::Operation*> find(const Route& route, const HttpMessage& message) {
  const auto path = rpc_path(message.path);
  if (path && message.method == "POST" &&
      model::same_target(route.service->target_prefix, path->service)) {
    if (const auto* operation = route.service->operation(path->operation)) return operation;
  }
  return fail("UnknownOperationException",
              fmt::format("No operation of {} is {} {}", route.service->full_name, message.method,
                          message.path),
              404);
}

Result<Document> decode(const Route&, const model::Operation& operation,
                        const HttpMessage& message) {
  static const model::Shape nothing{.type = model::Type::Structure};
  const auto type = message.header("content-type").value_or("");
  const auto media = type.substr(0, type.find(';'));
  if (!message.body.empty() && !equals_ignore_case(media, "application/cbor")) {
    return fail("UnsupportedMediaTypeException",
                fmt::format("The content type {} is not application/cbor", type), 415);
  }
  const auto& shape = operation.input ? *operation.input->shape : nothing;
  return Document(TRY(body_from_cbor(shape, message.body)));
}

HttpReply start(int status, const std::string& request_id) {
  HttpReply reply{.status = status};
  add_header(reply, "x-amzn-RequestId", request_id);
  add_header(reply, "smithy-protocol", "rpc-v2-cbor");
  return reply;
}

HttpReply encode(const Route&, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = start(200, request_id);
  if (!operation.output) return reply;
  add_header(reply, "Content-Type", "application/cbor");
  CborWriter out(reply.body);
  to_cbor(out, *operation.output->shape, value.is_object() ? value : Document(Object()));
  return reply;
}

/// The names of shapes in __type are absolute; clients take what follows the '#'.
std::string type_of(const Route& route, const WireError& failed) {
  const auto space = route.service ? route.service->id : std::string_view("tocsin");
  return fmt::format("com.amazonaws.{}#{}", space, failed.name);
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = wire_error(route, given);
  auto reply = start(failed.status, request_id);
  add_header(reply, "Content-Type", "application/cbor");
  if (route.service && route.service->query_compatible) {
    add_header(reply, "x-amzn-query-error",
               failed.code + (failed.fault == Fault::Client ? ";Sender" : ";Receiver"));
  }
  Object body{{"__type", type_of(route, failed)}};
  body[failed.message_member] = boost::json::string(failed.message);
  for (const auto& entry : failed.members)
    body[entry.key()] = entry.value();
  CborWriter out(reply.body);
  to_cbor(out, Document(body));
  return reply;
}

}  // namespace
}  // namespace rpc_cbor

const Codec kCbor{rpc_cbor::find, rpc_cbor::decode, rpc_cbor::encode, rpc_cbor::error};

}  // namespace tocsin::wire::detail
