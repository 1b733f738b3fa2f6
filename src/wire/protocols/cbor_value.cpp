// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/cbor_value.hpp"

#include <cmath>

#include "base/crypto.hpp"
#include "engines/model/check.hpp"

namespace tocsin::wire::detail {
namespace {

using Kind = CborHead::Kind;
using model::Shape;
using model::Type;

Failure wrong_kind(std::string why) {
  return fail("SerializationException", std::move(why));
}

Document real_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

/// -1 - number, which may be below what 64 bits hold.
Document negative(std::uint64_t number) {
  const bool fits = number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (fits) return -1 - static_cast<std::int64_t>(number);
  return -1.0 - static_cast<double>(number);
}

Document positive(std::uint64_t number) {
  const bool fits = number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (fits) return static_cast<std::int64_t>(number);
  return number;
}

/// What `head` begins, with no more of it to come; containers as empty ones.
Document plain(const CborHead& head) {
  switch (head.kind) {
    case Kind::Unsigned:
      return positive(head.number);
    case Kind::Negative:
      return negative(head.number);
    case Kind::Boolean:
      return head.number == 1;
    case Kind::Float:
      return real_number(head.real);
    case Kind::Array:
      return Array();
    case Kind::Map:
      return Object();
    default:
      return nullptr;
  }
}

Result<std::string> key_of(CborReader& in) {
  const auto head = TRY(in.next_untagged());
  if (head.kind != Kind::Text) return in.malformed("the key of a map is not text");
  return in.string(head);
}

Result<Document> any_value(CborReader& in, CborHead head);

Result<Document> any_container(CborReader& in, CborHead head) {
  if (head.kind == Kind::Array) {
    Array out;
    while (TRY(in.another(head)))
      out.push_back(TRY(any_value(in, TRY(in.next_untagged()))));
    return Document(std::move(out));
  }
  Object out;
  while (TRY(in.another(head))) {
    const auto key = TRY(key_of(in));
    out[key] = TRY(any_value(in, TRY(in.next_untagged())));
  }
  return Document(std::move(out));
}

/// Without a model.
Result<Document> any_value(CborReader& in, CborHead head) {
  if (head.kind == Kind::Array || head.kind == Kind::Map) return any_container(in, head);
  if (head.kind == Kind::Text) return Document(boost::json::string(TRY(in.string(head))));
  if (head.kind == Kind::Bytes) return Document(boost::json::string(base64(TRY(in.string(head)))));
  return plain(head);
}

Result<Document> structure_from(CborReader& in, CborHead head, const Shape& shape) {
  Object out;
  while (TRY(in.another(head))) {
    const auto* member = shape.member(TRY(key_of(in)));
    if (!member) {
      TRY(in.skip());
      continue;
    }
    auto value = TRY(from_cbor(in, *member->shape));
    if (!value.is_null()) out[member->name] = std::move(value);
  }
  return Document(std::move(out));
}

Result<Document> list_from(CborReader& in, CborHead head, const Shape& shape) {
  Array out;
  while (TRY(in.another(head))) {
    auto value = TRY(from_cbor(in, *shape.element().shape));
    if (!value.is_null()) out.push_back(std::move(value));
  }
  return Document(std::move(out));
}

Result<Document> map_from(CborReader& in, CborHead head, const Shape& shape) {
  Object out;
  while (TRY(in.another(head))) {
    const auto key = TRY(key_of(in));
    auto value = TRY(from_cbor(in, *shape.value().shape));
    if (!value.is_null()) out[key] = std::move(value);
  }
  return Document(std::move(out));
}

Result<Document> string_from(CborReader& in, const CborHead& head, const Shape& shape) {
  const bool bytes = head.kind == Kind::Bytes;
  if (bytes != (shape.type == Type::Blob)) {
    return wrong_kind(bytes ? "Byte string found where not expected"
                            : "Text string found where a byte string was expected");
  }
  auto content = TRY(in.string(head));
  return Document(boost::json::string(bytes ? base64(content) : content));
}

/// A number as handlers expect it: int64 or double.
Document as_shaped(const Shape& shape, const Document& value) {
  if (!value.is_number()) return value;
  const bool whole = shape.type == Type::Integer || shape.type == Type::Long;
  if (!whole) return value.to_number<double>();
  return value.is_double() ? Document(static_cast<std::int64_t>(value.get_double())) : value;
}

void structure_to(CborWriter& out, const Shape& shape, const Object& value) {
  const auto sent = [&](const model::Member& member) {
    const auto* present = value.if_contains(member.name);
    return present && !present->is_null();
  };
  out.map(
      static_cast<std::uint64_t>(std::count_if(shape.members.begin(), shape.members.end(), sent)));
  for (const auto& member : shape.members) {
    if (!sent(member)) continue;
    out.text(member.name);
    to_cbor(out, *member.shape, value.at(member.name));
  }
}

void number_to(CborWriter& out, const Document& value) {
  if (value.is_int64()) return out.whole(value.get_int64());
  if (value.is_uint64()) return out.unsigned_whole(value.get_uint64());
  out.real(value.get_double());
}

void timestamp_to(CborWriter& out, const Document& value) {
  const auto seconds = value.to_number<double>();
  out.tag(1);
  if (std::trunc(seconds) == seconds && std::abs(seconds) < 1e15) {
    out.whole(static_cast<std::int64_t>(seconds));
  } else {
    out.real(seconds);
  }
}

bool text_to(CborWriter& out, const Shape& shape, std::string_view value) {
  const bool real = shape.type == Type::Float || shape.type == Type::Double;
  if (shape.type == Type::Blob) {
    const auto content = unbase64(value);
    if (content) out.bytes(*content);
    return content.has_value();
  }
  if (!real) return false;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value == "NaN")
    out.real(std::numeric_limits<double>::quiet_NaN());
  else if (value == "Infinity")
    out.real(kInfinity);
  else if (value == "-Infinity")
    out.real(-kInfinity);
  else
    return false;
  return true;
}

}  // namespace

Result<Document> from_cbor(CborReader& in, const Shape& shape) {
  const auto head = TRY(in.next_untagged());
  if (shape.is_document) return any_value(in, head);
  if (head.kind == Kind::Null || head.kind == Kind::Undefined) return Document();
  const bool nests =
      shape.type == Type::Structure || shape.type == Type::List || shape.type == Type::Map;
  if ((head.kind == Kind::Bytes || head.kind == Kind::Text) && !nests &&
      (shape.type == Type::String || shape.type == Type::Blob || head.kind == Kind::Bytes)) {
    return string_from(in, head, shape);
  }
  const auto value = head.kind == Kind::Text ? Document("") : plain(head);
  if (value.is_null()) return wrong_kind("A simple value found where not expected");
  if (auto mismatch = model::kind_mismatch(shape, value)) return wrong_kind(*mismatch);
  if (shape.type == Type::Structure) return structure_from(in, head, shape);
  if (shape.type == Type::List) return list_from(in, head, shape);
  if (shape.type == Type::Map) return map_from(in, head, shape);
  return as_shaped(shape, value);
}

Result<Object> body_from_cbor(const Shape& shape, std::string_view body) {
  if (body.empty()) return Object();
  CborReader in(body);
  auto value = TRY(from_cbor(in, shape));
  if (!in.at_end()) return in.malformed("more than one item");
  return value.is_object() ? std::move(value.get_object()) : Object();
}

void to_cbor(CborWriter& out, const Shape& shape, const Document& value) {
  if (shape.is_document) return to_cbor(out, value);
  if (shape.type == Type::Structure && value.is_object()) {
    structure_to(out, shape, value.get_object());
  } else if (shape.type == Type::List && value.is_array()) {
    out.array(value.get_array().size());
    for (const auto& item : value.get_array())
      to_cbor(out, *shape.element().shape, item);
  } else if (shape.type == Type::Map && value.is_object()) {
    out.map(value.get_object().size());
    for (const auto& entry : value.get_object()) {
      out.text(entry.key());
      to_cbor(out, *shape.value().shape, entry.value());
    }
  } else if (shape.type == Type::Timestamp && value.is_number()) {
    timestamp_to(out, value);
  } else if (!value.is_string() || !text_to(out, shape, value.get_string())) {
    to_cbor(out, value.is_number() ? as_shaped(shape, value) : value);
  }
}

void to_cbor(CborWriter& out, const Document& value) {
  if (value.is_number()) return number_to(out, value);
  if (value.is_string()) return out.text(value.get_string());
  if (value.is_bool()) return out.boolean(value.get_bool());
  if (value.is_null()) return out.null();
  if (value.is_array()) {
    out.array(value.get_array().size());
    for (const auto& item : value.get_array())
      to_cbor(out, item);
    return;
  }
  out.map(value.get_object().size());
  for (const auto& entry : value.get_object()) {
    out.text(entry.key());
    to_cbor(out, entry.value());
  }
}

}  // namespace tocsin::wire::detail
