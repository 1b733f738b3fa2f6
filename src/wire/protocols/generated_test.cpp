// SPDX-License-Identifier: Apache-2.0
// Generated documents through every shape of every service: what a client sends is what is decoded,
// and what is answered is what a client reads. With TOCSIN_REPLIES=FILE the replies are written for
// tests/conformance/protocols/verify_replies.py.
#include <fstream>

#include "base/crypto.hpp"
#include "base/time.hpp"
#include "wire/protocols/cbor_value.hpp"
#include "wire/protocols/json_value.hpp"
#include "wire/protocols/protocol.hpp"
#include "wire/protocols/rest.hpp"
#include "wire/protocols/testing.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire {
namespace {

using namespace detail;
using model::Location;
using model::Member;
using model::Shape;
using model::TimestampFormat;
using model::Type;

constexpr double kTime = 1795492800;
constexpr int kDepth = 6;

Document generate(const Member& member, int depth);

Document generate_list(const Shape& shape, int depth) {
  auto item = depth > 0 ? generate(shape.element(), depth - 1) : Document();
  if (item.is_null()) return item;
  return Array{item, item};
}

Document generate_structure(const Shape& shape, int depth) {
  Object out;
  if (shape.is_document || depth == 0) return nullptr;
  for (const auto& each : shape.members) {
    if (each.shape->is_event_stream || each.location == Location::StatusCode) continue;
    auto value = generate(each, depth - 1);
    if (!value.is_null()) out[each.name] = std::move(value);
    if (shape.is_union && !out.empty()) break;
  }
  return out.empty() ? Document() : Document(std::move(out));
}

/// A value of every member, down to `depth`; null where there would be only empty ones.
Document generate(const Member& member, int depth) {
  const Shape& shape = *member.shape;
  const bool header = member.location == Location::Header || member.location == Location::Headers;
  switch (shape.type) {
    case Type::Boolean:
      return true;
    case Type::Integer:
      return 7;
    case Type::Long:
      return 1795492800123;
    case Type::Float:
    case Type::Double:
      return 1.5;
    case Type::Timestamp:
      return kTime;
    case Type::Blob:
      return boost::json::string(base64("a\xFF"));
    case Type::String:
      if (!shape.values.empty()) return boost::json::string(shape.values[0]);
      return header ? "v, 1" : "é <&> \"'+%/ ";
    case Type::List:
      return header ? Document(Array{"one", "two"}) : generate_list(shape, depth);
    case Type::Map: {
      auto value = depth > 0 ? generate(shape.value(), depth - 1) : Document();
      return value.is_null() ? value : Document(Object{{"key-one", std::move(value)}});
    }
    case Type::Structure:
      return generate_structure(shape, depth);
  }
  return nullptr;
}

std::string form_encode(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("%{:02X}", c);
    }
  }
  return out;
}

std::string scalar(const Member& member, const Document& value, TimestampFormat format) {
  return scalar_to_text(member, value, format, Precision::Milliseconds);
}

/// Query as botocore writes it.
void query_pairs(const std::string& prefix, const Member& member, const Document& value,
                 std::string& out) {
  const Shape& shape = *member.shape;
  const auto names = XmlStyle::Names::Query;
  if (shape.type == Type::Structure) {
    for (const auto& each : shape.members) {
      if (const auto* present = find(value, each.name)) {
        const auto name = std::string(element_name(each, names));
        query_pairs(prefix.empty() ? name : prefix + "." + name, each, *present, out);
      }
    }
  } else if (shape.type == Type::List) {
    const auto base = member.flattened
                          ? prefix
                          : fmt::format("{}.{}", prefix, element_name(shape.element(), names));
    if (value.get_array().empty()) out += prefix + "=&";
    int index = 0;
    for (const auto& item : value.get_array()) {
      query_pairs(fmt::format("{}.{}", base, ++index), shape.element(), item, out);
    }
  } else if (shape.type == Type::Map) {
    const auto base = member.flattened ? prefix : prefix + ".entry";
    if (value.get_object().empty()) out += prefix + "=&";
    int index = 0;
    for (const auto& entry : value.get_object()) {
      const auto at = fmt::format("{}.{}", base, ++index);
      out +=
          fmt::format("{}.{}={}&", at, element_name(shape.key(), names), form_encode(entry.key()));
      query_pairs(fmt::format("{}.{}", at, element_name(shape.value(), names)), shape.value(),
                  entry.value(), out);
    }
  } else {
    out += prefix + "=" + form_encode(scalar(member, value, TimestampFormat::Iso8601)) + "&";
  }
}

std::string ec2_name(const Member& member) {
  if (!member.query_name.empty()) return std::string(member.query_name);
  std::string name(member.wire_name());
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

/// EC2 Query as botocore writes it.
void ec2_pairs(const std::string& prefix, const Member& member, const Document& value,
               std::string& out) {
  if (value.is_object()) {
    for (const auto& each : member.shape->members) {
      const auto* present = find(value, each.name);
      if (!present) continue;
      const auto name = ec2_name(each);
      ec2_pairs(prefix.empty() ? name : prefix + "." + name, each, *present, out);
    }
  } else if (value.is_array()) {
    int index = 0;
    for (const auto& item : value.get_array())
      ec2_pairs(fmt::format("{}.{}", prefix, ++index), member.shape->element(), item, out);
  } else {
    out += prefix + "=" + form_encode(scalar(member, value, TimestampFormat::Iso8601)) + "&";
  }
}

void bind(const Member& member, const Document& value, HttpMessage& message) {
  if (member.location == Location::Header) {
    std::string joined;
    if (value.is_array()) {
      for (const auto& item : value.get_array()) {
        joined += (joined.empty() ? "" : ",") +
                  scalar(member.shape->element(), item, TimestampFormat::Rfc822);
      }
    } else {
      joined = scalar(member, value, TimestampFormat::Rfc822);
    }
    message.headers.emplace_back(member.wire_name(), joined);
  } else if (member.location == Location::Headers) {
    for (const auto& entry : value.get_object()) {
      message.headers.emplace_back(std::string(member.wire_name()) + std::string(entry.key()),
                                   std::string(entry.value().get_string()));
    }
  } else if (member.location == Location::QueryString) {
    const auto list = value.is_array() ? value.get_array() : Array{value};
    const Member& each = value.is_array() ? member.shape->element() : member;
    for (const auto& item : list) {
      message.query += fmt::format("&{}={}", member.wire_name(),
                                   form_encode(scalar(each, item, TimestampFormat::Iso8601)));
    }
  } else if (member.location == Location::Uri) {
    for (const auto* form : {"{{{}}}", "{{{}+}}"}) {
      const auto label = fmt::format(fmt::runtime(form), member.wire_name());
      const auto at = message.path.find(label);
      if (at != std::string::npos) {
        message.path.replace(at, label.size(),
                             form_encode(scalar(member, value, TimestampFormat::Iso8601)));
      }
    }
  }
}

void rest_body(Protocol protocol, const Shape& shape, const Document& params,
               HttpMessage& message) {
  if (!shape.payload) {
    if (has_body_members(shape))
      message.body = to_json(body_to_json(shape, params, Naming::LocationNames));
    return;
  }
  const auto& payload = *shape.payload;
  const auto& value = *find(params, payload.name);
  if (payload.shape->type == Type::Blob) {
    message.body = unbase64(value.get_string()).value();
  } else if (payload.shape->type == Type::String) {
    message.body = std::string(value.get_string());
  } else if (protocol == Protocol::RestJson) {
    message.body = to_json(to_json_value(payload, value, Naming::LocationNames));
  } else {
    XmlWriter xml(message.body);
    write_member(xml, payload, payload.wire_name(), value, {});
  }
}

HttpMessage rest_request(const Route& route, const model::Operation& operation,
                         const Document& params) {
  HttpMessage message{.method = std::string(operation.method)};
  const auto mark = operation.uri.find('?');
  message.path = operation.uri.substr(0, mark);
  if (mark != std::string_view::npos) message.query = operation.uri.substr(mark + 1);
  if (!operation.input) return message;
  for (const auto& member : operation.input->shape->members)
    bind(member, *find(params, member.name), message);
  rest_body(route.protocol, *operation.input->shape, params, message);
  return message;
}

HttpMessage client_request(const Route& route, const model::Operation& operation,
                           const Document& params) {
  HttpMessage message;
  const auto& service = *route.service;
  switch (route.protocol) {
    case Protocol::Json10:
    case Protocol::Json11: {
      const auto naming =
          service.primary == model::Protocol::Json ? Naming::LocationNames : Naming::Names;
      message.headers.emplace_back("X-Amz-Target",
                                   fmt::format("{}.{}", service.target_prefix, operation.name));
      if (operation.input) message.body = to_json(to_json_value(*operation.input, params, naming));
      return message;
    }
    case Protocol::Query:
      message.body = fmt::format("Action={}&Version={}&", operation.name, service.api_version);
      if (operation.input) query_pairs("", *operation.input, params, message.body);
      return message;
    case Protocol::Ec2:
      message.body = fmt::format("Action={}&Version={}&", operation.name, service.api_version);
      if (operation.input) ec2_pairs("", *operation.input, params, message.body);
      return message;
    case Protocol::Cbor: {
      message.path = fmt::format("/service/{}/operation/{}", service.target_prefix, operation.name);
      message.headers = {{"Content-Type", "application/cbor"}};
      CborWriter out(message.body);
      if (operation.input) to_cbor(out, *operation.input->shape, params);
      return message;
    }
    default:
      return rest_request(route, operation, params);
  }
}

std::vector<Route> routes_of(const model::Service& service) {
  std::vector<Route> routes;
  if (service.speaks(model::Protocol::Json)) routes.push_back({&service, Protocol::Json11});
  if (service.speaks(model::Protocol::Query)) routes.push_back({&service, Protocol::Query});
  if (service.speaks(model::Protocol::Ec2)) routes.push_back({&service, Protocol::Ec2});
  if (service.speaks(model::Protocol::Cbor)) routes.push_back({&service, Protocol::Cbor});
  if (service.speaks(model::Protocol::RestJson)) routes.push_back({&service, Protocol::RestJson});
  if (service.speaks(model::Protocol::RestXml)) routes.push_back({&service, Protocol::RestXml});
  return routes;
}

/// Two operations of S3 with one template: the newer, or the more usual one, answers.
bool shadowed(const model::Operation& operation) {
  return operation.deprecated || operation.name == "ListDirectoryBuckets";
}

bool streams_events(const model::Operation& operation) {
  if (!operation.output) return false;
  const auto members = operation.output->shape->members;
  return std::any_of(members.begin(), members.end(),
                     [](const Member& m) { return m.shape->is_event_stream; });
}

Document example(const Member* side) {
  auto value = side ? generate(*side, kDepth) : Document();
  return value.is_null() ? Document(Object()) : value;
}

template <class Visit>
void for_each_operation(const Visit& visit) {
  for (const auto& id : model::service_ids()) {
    for (const auto& route : routes_of(*model::service(id))) {
      for (const auto& operation : route.service->operations) {
        if (streams_events(operation)) continue;
        SCOPED_TRACE(fmt::format("{} {} {}", id, protocol_name(route.protocol), operation.name));
        visit(route, operation);
      }
    }
  }
}

TEST(Generated, RequestsAreDecodedAsTheyWereSent) {
  int count = 0;
  for_each_operation([&](const Route& route, const model::Operation& operation) {
    if (shadowed(operation) && route.protocol == Protocol::RestXml) return;
    const auto params = example(operation.input);
    const auto call = decode_request(route, client_request(route, operation, params));
    ASSERT_TRUE(call) << call.error().code << ": " << call.error().message;
    EXPECT_EQ(call->operation->name, operation.name);
    EXPECT_EQ(same(call->params), same(params));
    ++count;
  });
  EXPECT_GT(count, 1000);
}

TEST(Generated, JsonRepliesAreReadAsTheyWereGiven) {
  for_each_operation([&](const Route& route, const model::Operation& operation) {
    if (route.protocol != Protocol::Json11 || !operation.output) return;
    const auto value = example(operation.output);
    const auto reply = encode_reply(route, operation, value, "id");
    EXPECT_EQ(reply.status, 200);
    const auto naming =
        route.service->primary == model::Protocol::Json ? Naming::LocationNames : Naming::Names;
    const auto read =
        from_json_value(*operation.output->shape, parse_json(reply.body).value(), naming);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(same(*read), same(value));
  });
}

TEST(Generated, CborRepliesAreReadAsTheyWereGiven) {
  int count = 0;
  for_each_operation([&](const Route& given, const model::Operation& operation) {
    if (given.protocol != Protocol::Json11 && given.protocol != Protocol::Cbor) return;
    if (!operation.output) return;
    const auto value = example(operation.output);
    const auto reply = encode_reply({given.service, Protocol::Cbor}, operation, value, "id");
    const auto read = body_from_cbor(*operation.output->shape, reply.body);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(same(*read), same(value));
    ++count;
  });
  EXPECT_GT(count, 300);
}

TEST(Generated, RestXmlBodiesAreReadAsTheyWereGiven) {
  for_each_operation([&](const Route& route, const model::Operation& operation) {
    if (route.protocol != Protocol::RestXml || !operation.output || shadowed(operation)) return;
    if (operation.name == "GetBucketLocation") return;
    const Shape& shape = *operation.output->shape;
    const auto value = example(operation.output);
    const auto reply = encode_reply(route, operation, value, "id");
    if (reply.body.empty() || (shape.payload && shape.payload->shape->type != Type::Structure))
      return;
    const auto& inner = shape.payload ? *shape.payload->shape : shape;
    const auto start = reply.body.find("<", 1) + 1;
    const auto root = reply.body.substr(start, reply.body.find_first_of(" >", start) - start);
    const auto read = parse_xml(inner, root, reply.body);
    ASSERT_TRUE(read) << reply.body;
    const auto& expected = shape.payload ? *find(value, shape.payload->name) : value;
    for (const auto& entry : read->get_object()) {
      EXPECT_EQ(same(entry.value()), same(*find(expected, entry.key()))) << entry.key();
    }
  });
}

TEST(Generated, WritesRepliesForOtherReaders) {
  const char* path = std::getenv("TOCSIN_REPLIES");
  if (!path) GTEST_SKIP() << "TOCSIN_REPLIES is not set";
  std::ofstream out(path);
  for_each_operation([&](const Route& route, const model::Operation& operation) {
    const auto value = example(operation.output);
    const auto reply = encode_reply(route, operation, value, "request-1");
    Array headers;
    for (const auto& [name, text] : reply.headers)
      headers.push_back(Array{name, text});
    out << to_json(Object{{"service", route.service->id},
                          {"protocol", protocol_name(route.protocol)},
                          {"operation", operation.name},
                          {"value", value},
                          {"status", reply.status},
                          {"headers", headers},
                          {"body", base64(reply.body)}})
        << "\n";
  });
}

}  // namespace
}  // namespace tocsin::wire
