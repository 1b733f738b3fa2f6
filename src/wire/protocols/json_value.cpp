// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/json_value.hpp"

#include <cmath>

#include "base/time.hpp"
#include "engines/model/check.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Location;
using model::Member;
using model::Shape;
using model::TimestampFormat;
using model::Type;

std::string_view json_name(const Member& member, Naming naming) {
  return naming == Naming::LocationNames ? member.wire_name() : member.name;
}

Result<Document> structure_from(const Shape& shape, Object&& given, Naming naming) {
  Object out;
  for (const auto& member : shape.members) {
    if (member.location != Location::Body) continue;
    auto* value = given.if_contains(json_name(member, naming));
    if (!value || value->is_null()) continue;
    out[member.name] = TRY(from_json_value(*member.shape, std::move(*value), naming));
  }
  return Document(std::move(out));
}

Result<Document> list_from(const Shape& shape, Array&& given, Naming naming) {
  Array out;
  out.reserve(given.size());
  for (auto& item : given) {
    if (item.is_null()) continue;
    out.push_back(TRY(from_json_value(*shape.element().shape, std::move(item), naming)));
  }
  return Document(std::move(out));
}

Result<Document> map_from(const Shape& shape, Object&& given, Naming naming) {
  Object out;
  for (auto& entry : given) {
    if (entry.value().is_null()) continue;
    out[entry.key()] = TRY(from_json_value(*shape.value().shape, std::move(entry.value()), naming));
  }
  return Document(std::move(out));
}

/// Whole numbers are int64, whichever way they were written.
Document whole_number(const Document& value) {
  return value.is_double() ? Document(static_cast<std::int64_t>(value.get_double())) : value;
}

Document seconds_to_json(const Member& member, const Document& value) {
  if (!value.is_number()) return value;
  if (member.timestamp_format == TimestampFormat::Iso8601 ||
      member.timestamp_format == TimestampFormat::Rfc822) {
    return Document(boost::json::string(
        scalar_to_text(member, value, TimestampFormat::Iso8601, Precision::Milliseconds)));
  }
  const auto seconds = value.to_number<double>();
  if (std::trunc(seconds) == seconds && std::abs(seconds) < 1e15) {
    return Document(static_cast<std::int64_t>(seconds));
  }
  return value;
}

}  // namespace

Result<Document> from_json_value(const Shape& shape, Document value, Naming naming) {
  if (shape.is_document) return value;
  if (shape.type == Type::Timestamp && value.is_string()) {
    if (auto parsed = scalar_from_text(shape, value.get_string())) return *parsed;
  }
  if (auto mismatch = model::kind_mismatch(shape, value)) {
    return fail("SerializationException", *mismatch);
  }
  switch (shape.type) {
    case Type::Structure:
      return structure_from(shape, std::move(value.get_object()), naming);
    case Type::List:
      return list_from(shape, std::move(value.get_array()), naming);
    case Type::Map:
      return map_from(shape, std::move(value.get_object()), naming);
    case Type::Integer:
    case Type::Long:
      return whole_number(value);
    case Type::Timestamp:
      return Document(value.to_number<double>());
    default:
      return value;
  }
}

Document to_json_value(const Member& member, const Document& value, Naming naming) {
  const Shape& shape = *member.shape;
  if (shape.is_document) return value;
  if (shape.type == Type::Structure && value.is_object()) {
    return Document(body_to_json(shape, value, naming));
  }
  if (shape.type == Type::List && value.is_array()) {
    Array out;
    out.reserve(value.get_array().size());
    for (const auto& item : value.get_array()) {
      out.push_back(to_json_value(shape.element(), item, naming));
    }
    return Document(std::move(out));
  }
  if (shape.type == Type::Map && value.is_object()) {
    Object out;
    for (const auto& entry : value.get_object()) {
      out[entry.key()] = to_json_value(shape.value(), entry.value(), naming);
    }
    return Document(std::move(out));
  }
  return shape.type == Type::Timestamp ? seconds_to_json(member, value) : value;
}

Result<Object> body_from_json(const Shape& shape, std::string_view body, Naming naming) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Object();
  auto parsed = TRY(parse_json(body));
  if (!parsed.is_object()) {
    return fail("SerializationException", parsed.is_array()
                                              ? "Start of list found where not expected"
                                              : "Expected a JSON object");
  }
  auto params = TRY(from_json_value(shape, std::move(parsed), naming));
  return shape.is_document ? Object() : std::move(params.get_object());
}

Object body_to_json(const Shape& shape, const Document& value, Naming naming) {
  Object out;
  for (const auto& member : shape.members) {
    if (member.location != Location::Body) continue;
    const auto* present = find(value, member.name);
    if (!present || present->is_null()) continue;
    out[json_name(member, naming)] = to_json_value(member, *present, naming);
  }
  return out;
}

}  // namespace tocsin::wire::detail
