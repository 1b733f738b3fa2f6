// SPDX-License-Identifier: Apache-2.0
// Parameters and replies, member by member along the API's model.
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"
#include "engines/model/check.hpp"
#include "services/states/integrations.hpp"
#include "store/blobs.hpp"

namespace tocsin::states {
namespace {

using model::Member;
using model::Shape;
using model::Type;

bool same_but_for_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](unsigned char a, unsigned char b) {
           return std::tolower(a) == std::tolower(b);
         });
}

const Member* member_named(const Shape& shape, std::string_view name) {
  for (const auto& member : shape.members)
    if (same_but_for_case(member.name, name) || java_name(member.name) == name) return &member;
  return nullptr;
}

/// Whether the bytes are text; what is not is shown in base64.
bool is_utf8(std::string_view bytes) {
  std::size_t more = 0;
  for (const unsigned char byte : bytes) {
    if (more) {
      if ((byte & 0xc0) != 0x80) return false;
      --more;
    } else if (byte >= 0x80) {
      more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      if (byte < 0xc2 || byte > 0xf4) return false;
    }
  }
  return more == 0;
}

class ToApi {
 public:
  Document value(const Shape& shape, const Document& given) {
    switch (shape.type) {
      case Type::Structure:
        return structure(shape, given);
      case Type::List:
        return list(shape, given);
      case Type::Map:
        return map(shape, given);
      case Type::Blob:
        return Document(base64(as_text(given)));
      case Type::String:
        return given.is_null() ? given : Document(as_text(given));
      case Type::Timestamp:
        return timestamp(given);
      default:
        return given;
    }
  }
  std::vector<std::string> unknown;

 private:
  static std::string as_text(const Document& given) {
    const auto* text = given.if_string();
    return text ? std::string(*text) : to_json(given);
  }
  static Document timestamp(const Document& given) {
    const auto* text = given.if_string();
    const auto parsed = text ? parse_iso8601(*text) : std::nullopt;
    return parsed ? Document(to_seconds(*parsed)) : given;
  }
  Document structure(const Shape& shape, const Document& given) {
    const auto* object = given.if_object();
    if (!object || shape.is_document) return given;
    Object out;
    for (const auto& each : *object) {
      const auto* member = member_named(shape, each.key());
      if (member)
        out[member->name] = value(*member->shape, each.value());
      else
        unknown.push_back(fmt::format("The field \"{}\" is not supported by Step Functions",
                                      std::string_view(each.key())));
    }
    return out;
  }
  Document list(const Shape& shape, const Document& given) {
    const auto* array = given.if_array();
    if (!array) return given;
    Array out;
    for (const auto& each : *array)
      out.push_back(value(*shape.element().shape, each));
    return out;
  }
  Document map(const Shape& shape, const Document& given) {
    const auto* object = given.if_object();
    if (!object) return given;
    Object out;
    for (const auto& each : *object)
      out[each.key()] = value(*shape.value().shape, each.value());
    return out;
  }
};

class FromApi {
 public:
  FromApi(core::Context& context, bool sdk) : context_(context), sdk_(sdk) {}

  Document value(const Shape& shape, const Document& given) {
    if (shape.type == Type::Structure && given.is_object() && !shape.is_document)
      return structure(shape, given.get_object());
    if (shape.type == Type::List && given.is_array()) {
      Array out;
      for (const auto& each : given.get_array())
        out.push_back(value(*shape.element().shape, each));
      return out;
    }
    if (shape.type == Type::Map && given.is_object()) {
      Object out;
      for (const auto& each : given.get_object())
        out[each.key()] = value(*shape.value().shape, each.value());
      return out;
    }
    if (shape.type == Type::Timestamp && given.is_number()) return timestamp(given);
    if (shape.type == Type::Blob) return Document(blob(given));
    const auto plain = given.is_object() ? context_.open(given) : std::nullopt;
    return plain ? Document(*plain) : given;
  }

 private:
  Document structure(const Shape& shape, const Object& given) {
    Object out;
    for (const auto& each : given) {
      const auto* member = shape.member(each.key());
      if (each.value().is_null()) continue;
      std::string name(each.key());
      if (sdk_)
        name = java_name(name);
      else
        name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
      out[name] = member ? value(*member->shape, each.value()) : each.value();
    }
    return out;
  }
  /// SDK integrations show ISO texts, the optimised ones milliseconds.
  Document timestamp(const Document& given) const {
    const auto time = from_seconds(given.to_number<double>());
    return sdk_ ? Document(iso8601_ms(time)) : Document(to_ms(time));
  }
  std::string blob(const Document& given) const {
    std::string bytes;
    if (const auto ref = store::blob_ref(given)) {
      if (auto held = context_.blob(*ref)) bytes = *std::move(held);
    } else if (const auto plain = context_.open(given)) {
      bytes = unbase64(*plain).value_or("");
    }
    return is_utf8(bytes) ? bytes : base64(bytes);
  }

  core::Context& context_;
  bool sdk_;
};

}  // namespace

Result<Object> api_params(const Integration& integration, const Document& parameters) {
  const auto& operation = *integration.operation;
  if (!operation.input) return Object{};
  ToApi convert;
  auto made = convert.value(*operation.input->shape, parameters);
  if (!convert.unknown.empty() || !made.is_object()) {
    return fail("States.Runtime",
                fmt::format("The Parameters '{}' could not be used to start the Task: [{}]",
                            to_json(parameters), fmt::join(convert.unknown, ", ")));
  }
  TRY(model::check(*integration.service, operation, made));
  return std::move(made.as_object());
}

Document state_output(core::Context& context, const Integration& integration,
                      const Document& reply) {
  if (!integration.operation->output) return Object{};
  return FromApi(context, integration.sdk).value(*integration.operation->output->shape, reply);
}

}  // namespace tocsin::states
