// SPDX-License-Identifier: Apache-2.0
// Query: form-encoded Action, Version and parameters (or the same in a GET's query string), XML
// back. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#include <fmt/format.h>

#include "wire/protocols/codec.hpp"
#include "wire/protocols/query_params.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace query {
namespace {

using model::Member;
using model::Shape;
using model::Type;

constexpr auto kNames = XmlStyle::Names::Query;

Result<Pairs> parameters(const HttpMessage& message) {
  auto pairs = parse_form(message.query);
  auto form = parse_form(message.body);
  if (!pairs || !form) {
    return fail("MalformedQueryString", "The query string contains a syntax error");
  }
  for (auto& pair : *form)
    pairs->push_back(std::move(pair));
  return std::move(*pairs);
}

std::string_view parameter(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return {};
}

Result<const model::Operation*> find(const Route& route, const HttpMessage& message) {
  const auto pairs = TRY(parameters(message));
  const auto action = parameter(pairs, "Action");
  const auto version = parameter(pairs, "Version");
  if (action.empty()) {
    return fail("MissingAction", "The request must contain the parameter Action");
  }
  const bool served = version.empty() || version == route.service->api_version;
  if (const auto* operation = served ? route.service->operation(action) : nullptr) return operation;
  return fail("InvalidAction", fmt::format("Could not find operation {} for version {}", action,
                                           version.empty() ? route.service->api_version : version));
}

Result<Document> value_of(const Member& member, const QueryNode& node);

Result<Object> members_of(const Shape& shape, const QueryNode& node) {
  Object out;
  for (const auto& member : shape.members) {
    auto name = element_name(member, kNames);
    const bool flat_list = member.flattened && member.shape->type == Type::List;
    if (flat_list && member.query_name.empty() && !member.shape->element().location_name.empty()) {
      name = member.shape->element().location_name;
    }
    if (const auto* child = node.child(name)) out[member.name] = TRY(value_of(member, *child));
  }
  return out;
}

Result<Document> list_of(const Member& member, const QueryNode& node) {
  const auto& element = member.shape->element();
  const auto* items = member.flattened ? &node : node.child(element_name(element, kNames));
  Array out;
  if (!items) return Document(std::move(out));  // "Tags=": a list without elements
  for (const auto* item : items->numbered())
    out.push_back(TRY(value_of(element, *item)));
  return Document(std::move(out));
}

Result<Document> map_of(const Member& member, const QueryNode& node) {
  const auto& key = member.shape->key();
  const auto& value = member.shape->value();
  const auto* entries = member.flattened ? &node : node.child("entry");
  Object out;
  if (!entries) return Document(std::move(out));
  for (const auto* entry : entries->numbered()) {
    const auto* name = entry->child(element_name(key, kNames));
    const auto* content = entry->child(element_name(value, kNames));
    if (!name || !name->text || !content) {
      return fail("MalformedInput", fmt::format("An entry of {} lacks its {}", member.name,
                                                content ? "key" : "value"));
    }
    out[*name->text] = TRY(value_of(value, *content));
  }
  return Document(std::move(out));
}

Result<Document> value_of(const Member& member, const QueryNode& node) {
  switch (member.shape->type) {
    case Type::Structure:
      return Document(TRY(members_of(*member.shape, node)));
    case Type::List:
      return list_of(member, node);
    case Type::Map:
      return map_of(member, node);
    default:
      break;
  }
  if (!node.text) return fail("MalformedInput", "Unexpected complex element termination");
  auto parsed = scalar_from_text(*member.shape, *node.text);
  if (parsed) return std::move(*parsed);
  return fail("MalformedInput",
              fmt::format("The value '{}' of {} is not valid", *node.text, member.name));
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
  const auto tree = TRY(query_tree(TRY(parameters(message))));
  auto params = TRY(members_of(*operation.input->shape, tree));
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
