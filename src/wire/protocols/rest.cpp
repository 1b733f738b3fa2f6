// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/rest.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Location;
using model::Member;
using model::Shape;
using model::TimestampFormat;
using model::Type;

Failure wrong_value(std::string_view code, const Member& member, std::string_view text) {
  const bool number = member.shape->type == Type::Integer || member.shape->type == Type::Long;
  if (code != "InvalidArgument" || !number) {
    return fail(std::string(code),
                fmt::format("The value '{}' of {} is not valid", text, member.wire_name()));
  }
  Error error{"InvalidArgument", fmt::format("Provided {} not an integer or within integer range",
                                             member.wire_name())};
  error.members = {{"ArgumentName", member.wire_name()}, {"ArgumentValue", text}};
  return fail(std::move(error));
}

Result<Document> scalar(const Member& member, std::string_view text, std::string_view code) {
  auto parsed = scalar_from_text(*member.shape, text);
  if (!parsed) return wrong_value(code, member, text);
  return std::move(*parsed);
}

Result<void> decode_labels(const RestMatch& match, const Shape& shape, std::string_view code,
                           Object& out) {
  std::size_t index = 0;
  for (const auto& segment : match.route->segments) {
    if (!segment.label) continue;
    const auto raw = match.labels[index++];
    for (const auto& member : shape.members) {
      if (member.location != Location::Uri || member.wire_name() != segment.text) continue;
      const auto text = percent_decode(raw, Plus::Literal);
      if (!text) return fail("InvalidURI", "Couldn't parse the specified URI.");
      out[member.name] = TRY(scalar(member, *text, code));
    }
  }
  return {};
}

/// A map in the query string: every parameter that no other member or literal claims.
Object unclaimed(const RestRoute& route, const Shape& shape, const Pairs& query) {
  Object out;
  for (const auto& [name, value] : query) {
    bool claimed = false;
    for (const auto& member : shape.members) {
      claimed |= member.location == Location::QueryString && member.wire_name() == name;
    }
    for (const auto& literal : route.literals)
      claimed |= literal.first == name;
    if (!claimed) out[name] = boost::json::string(value);
  }
  return out;
}

Result<void> decode_query_member(const RestRoute& route, const Shape& shape, const Member& member,
                                 const Pairs& query, std::string_view code, Object& out) {
  if (member.shape->type == Type::Map) {
    if (auto rest = unclaimed(route, shape, query); !rest.empty())
      out[member.name] = std::move(rest);
    return {};
  }
  const bool list = member.shape->type == Type::List;
  Array items;
  for (const auto& [name, text] : query) {
    if (name != member.wire_name()) continue;
    if (list) {
      items.push_back(TRY(scalar(member.shape->element(), text, code)));
    } else if (!text.empty() || member.shape->type == Type::String) {
      if (!out.contains(member.name)) out[member.name] = TRY(scalar(member, text, code));
    }
  }
  if (!items.empty()) out[member.name] = std::move(items);
  return {};
}

/// Field values are bytes: what is not UTF-8 is taken as Latin-1.
std::string field_text(std::string_view value) {
  if (valid_utf8(value)) return std::string(value);
  std::string out;
  for (unsigned char byte : value) {
    if (byte < 0x80) {
      out += static_cast<char>(byte);
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

Result<void> decode_header_list(const Member& member, std::string_view text, std::string_view code,
                                Object& out) {
  Array items;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    items.push_back(TRY(scalar(member.shape->element(), trim(part), code)));
  }
  out[member.name] = std::move(items);
  return {};
}

Result<void> decode_header(const Member& member, const HttpMessage& message, std::string_view code,
                           Object& out) {
  const auto value = message.header(member.wire_name());
  if (!value) return {};
  const auto text = field_text(*value);
  if (member.shape->type == Type::List) return decode_header_list(member, text, code, out);
  if (text.empty() && member.shape->type != Type::String) return {};
  if (member.shape->type == Type::Timestamp) {
    // Conditions with a date that cannot be read are ignored (RFC 9110, 13.1.3).
    if (auto time = scalar_from_text(*member.shape, text)) out[member.name] = *time;
    return {};
  }
  out[member.name] = TRY(scalar(member, text, code));
  return {};
}

void decode_header_map(const Member& member, const HttpMessage& message, Object& out) {
  Object entries;
  const auto prefix = to_lower(member.wire_name());
  for (const auto& [name, value] : message.headers) {
    const auto lowered = to_lower(name);
    if (lowered.size() <= prefix.size() || !lowered.starts_with(prefix)) continue;
    auto& entry = entries[field_text(std::string_view(lowered).substr(prefix.size()))];
    const auto text = field_text(value);
    const auto before = entry.is_string() ? std::string(entry.get_string()) + "," : std::string();
    entry = boost::json::string(before + text);
  }
  if (!entries.empty()) out[member.name] = std::move(entries);
}

std::string header_text(const Route& route, const Member& member, const Document& value) {
  const auto precision = precision_of(*route.service);
  if (!value.is_array() || member.shape->type != Type::List) {
    return scalar_to_text(member, value, TimestampFormat::Rfc822, precision);
  }
  std::string joined;
  for (const auto& item : value.get_array()) {
    if (!joined.empty()) joined += ",";
    joined += scalar_to_text(member.shape->element(), item, TimestampFormat::Rfc822, precision);
  }
  return joined;
}

void encode_member(const Route& route, const model::Operation& operation, const Member& member,
                   const Document& value, HttpReply& reply) {
  if (member.location == Location::StatusCode) {
    if (value.is_int64() && value.get_int64() >= 100 && value.get_int64() <= 599) {
      reply.status = static_cast<int>(value.get_int64());
    }
  } else if (member.location == Location::Header) {
    const bool length = equals_ignore_case(member.wire_name(), "Content-Length");
    if (length && operation.method != "HEAD") return;
    add_header(reply, member.wire_name(), header_text(route, member, value));
  } else if (member.location == Location::Headers && value.is_object()) {
    for (const auto& entry : value.get_object()) {
      add_header(reply, std::string(member.wire_name()) + std::string(entry.key()),
                 header_text(route, member.shape->value(), entry.value()));
    }
  }
}

std::optional<BlobSlice> blob_slice(const Document& value) {
  const auto blob = store::blob_ref(value);
  if (!blob) return std::nullopt;
  const auto offset =
      static_cast<std::uint64_t>(std::max<std::int64_t>(integer(value, "offset").value_or(0), 0));
  const auto start = std::min(offset, blob->size);
  const auto length = integer(value, "length");
  const auto rest = blob->size - start;
  return BlobSlice{*blob, start,
                   length ? std::min<std::uint64_t>(rest, static_cast<std::uint64_t>(
                                                              std::max<std::int64_t>(*length, 0)))
                          : rest,
                   unbase64(text(value, "key")).value_or(std::string())};
}

/// One piece, or several; none where the document is anything else.
std::vector<BlobSlice> blob_slices(const Document& value) {
  std::vector<BlobSlice> out;
  if (const auto one = blob_slice(value)) out.push_back(*one);
  for (const auto& item : array_of(value, "$blobs")) {
    if (const auto piece = blob_slice(item)) out.push_back(*piece);
  }
  return out;
}

}  // namespace

Result<Object> decode_bindings(const RestMatch& match, const Shape& shape,
                               const HttpMessage& message, std::string_view code) {
  Object out;
  TRY(decode_labels(match, shape, code, out));
  const auto query = parse_form(message.query);
  if (!query) return fail("InvalidURI", "Couldn't parse the specified URI.");
  for (const auto& member : shape.members) {
    if (member.location == Location::QueryString) {
      TRY(decode_query_member(*match.route, shape, member, *query, code, out));
    } else if (member.location == Location::Header) {
      TRY(decode_header(member, message, code, out));
    } else if (member.location == Location::Headers) {
      decode_header_map(member, message, out);
    }
  }
  return out;
}

Result<std::optional<Document>> decode_raw_payload(const Member& payload,
                                                   const HttpMessage& message,
                                                   std::string_view code) {
  if (payload.streaming && message.blob) return std::optional(store::to_document(*message.blob));
  if (payload.shape->type == Type::Blob) {
    if (message.body.empty() && !payload.streaming) return std::optional<Document>();
    return std::optional(Document(boost::json::string(base64(message.body))));
  }
  if (payload.shape->type == Type::String && !message.body.empty()) {
    if (!valid_utf8(message.body)) return wrong_value(code, payload, "");
    return std::optional(Document(boost::json::string(message.body)));
  }
  return std::optional<Document>();
}

HttpReply encode_bindings(const Route& route, const model::Operation& operation,
                          const Document& value) {
  HttpReply reply{.status = operation.status};
  if (!operation.output) return reply;
  for (const auto& member : operation.output->shape->members) {
    const auto* present = find(value, member.name);
    if (member.location == Location::Body || !present || present->is_null()) continue;
    encode_member(route, operation, member, *present, reply);
  }
  return reply;
}

bool encode_raw_payload(const Member& payload, const Document& value, HttpReply& reply) {
  const auto type = payload.shape->type;
  if (type != Type::Blob && type != Type::String) return false;
  const auto* present = find(value, payload.name);
  if (!present) return true;
  if (auto slices = blob_slices(*present); !slices.empty()) {
    reply.blobs = std::move(slices);
  } else if (present->is_string()) {
    const std::string_view text = present->get_string();
    reply.body =
        type == Type::Blob ? unbase64(text).value_or(std::string(text)) : std::string(text);
  }
  return true;
}

Result<Document> decode_rest(const Route& route, const model::Operation& operation,
                             const HttpMessage& message, std::string_view code,
                             const RestBody& read) {
  if (!operation.input) return Document(Object());
  const auto& shape = *operation.input->shape;
  const auto match = match_route(*route.service, message);
  auto params = TRY(decode_bindings(*match, shape, message, code));
  if (const auto* payload = shape.payload) {
    if (auto raw = TRY(decode_raw_payload(*payload, message, code))) {
      params[payload->name] = std::move(*raw);
    } else if (payload->shape->type == Type::Structure && !message.body.empty()) {
      params[payload->name] = TRY(read.payload(*payload, message.body));
    }
  } else if (has_body_members(shape) && !message.body.empty()) {
    auto body = TRY(read.members(operation, message.body));
    for (auto& entry : body.as_object())
      params[entry.key()] = std::move(entry.value());
  }
  return Document(std::move(params));
}

bool has_body_members(const Shape& shape) {
  if (shape.payload) return false;
  return std::any_of(shape.members.begin(), shape.members.end(),
                     [](const Member& member) { return member.location == Location::Body; });
}

}  // namespace tocsin::wire::detail
