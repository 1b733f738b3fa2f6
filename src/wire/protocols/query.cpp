// SPDX-License-Identifier: Apache-2.0
// Query: form-encoded Action, Version and parameters (or the same in a GET's query string), XML
// back. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#include <fmt/format.h>

#include "wire/protocols/query_values.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace query {
namespace {

using model::Shape;

constexpr auto kNames = XmlStyle::Names::Query;

Result<const model::Operation*> find(const Route& route, const HttpMessage& message) {
  const auto pairs = TRY(query_parameters(message));
  const auto action = query_parameter(pairs, "Action");
  const auto version = query_parameter(pairs, "Version");
  if (action.empty()) {
    return fail("MissingAction", "The request must contain the parameter Action");
  }
  const bool served = version.empty() || version == route.service->api_version;
  if (const auto* operation = served ? route.service->operation(action) : nullptr) return operation;
  return fail("InvalidAction", fmt::format("Could not find operation {} for version {}", action,
                                           version.empty() ? route.service->api_version : version));
}

/// SQS takes the queue from the path where QueueUrl is not given.
void queue_from_path(const HttpMessage& message, const Shape& shape, Object& params) {
  if (!shape.member("QueueUrl") || params.contains("QueueUrl") || message.path.size() < 2) return;
  const auto path = percent_decode(message.path, Plus::Literal);
  const std::string host(message.header("host").value_or("localhost"));
  if (path && valid_utf8(host)) params["QueueUrl"] = "http://" + host + *path;
}

Result<Document> decode(const Route& route, const model::Operation& operation,
                        const HttpMessage& message) {
  if (!operation.input) return Document(Object());
  const auto tree = TRY(query_tree(TRY(query_parameters(message))));
  auto params = TRY(query_members(*operation.input->shape, tree, QueryDialect::Query));
  if (route.service->id == "sqs") queue_from_path(message, *operation.input->shape, params);
  return Document(std::move(params));
}

HttpReply start(int status, const std::string& request_id) {
  HttpReply reply{.status = status};
  add_header(reply, "x-amzn-RequestId", request_id);
  add_header(reply, "Content-Type", "text/xml");
  return reply;
}

HttpReply encode(const Route& route, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = start(200, request_id);
  XmlWriter xml(reply.body);
  const auto root = fmt::format("{}Response", operation.name);
  xml.open(root, {{"xmlns", route.service->xml_namespace}});
  if (operation.output) {
    const auto wrapper = operation.result_wrapper.empty() ? fmt::format("{}Result", operation.name)
                                                          : std::string(operation.result_wrapper);
    xml.open(wrapper);
    write_members(xml, *operation.output->shape, value, {kNames, precision_of(*route.service)});
    xml.close(wrapper);
  }
  xml.open("ResponseMetadata");
  xml.leaf("RequestId", request_id);
  xml.close("ResponseMetadata");
  xml.close(root);
  return reply;
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = wire_error(route, given);
  auto reply = start(failed.status, request_id);
  XmlWriter xml(reply.body);
  Attributes attributes;
  if (route.service) attributes.emplace_back("xmlns", route.service->xml_namespace);
  xml.open("ErrorResponse", attributes);
  xml.open("Error");
  xml.leaf("Type", failed.fault == Fault::Client ? "Sender" : "Receiver");
  xml.leaf("Code", failed.code);
  xml.leaf("Message", failed.message);
  for (const auto& entry : failed.members) {
    if (entry.value().is_string()) xml.leaf(entry.key(), entry.value().get_string());
  }
  if (route.service && route.service->id == "sqs") xml.empty("Detail");
  xml.close("Error");
  xml.leaf("RequestId", request_id);
  xml.close("ErrorResponse");
  return reply;
}

}  // namespace
}  // namespace query

const Codec kQuery{query::find, query::decode, query::encode, query::error};

}  // namespace tocsin::wire::detail
