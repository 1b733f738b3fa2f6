// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/api.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"
#include "engines/automation/automation.hpp"
#include "store/blobs.hpp"

namespace tocsin::ssm {
namespace {

using model::Shape;
using model::Type;

constexpr std::uint64_t kMostBlob = 1024 * 1024;

/// Where boto3's name of a service is not the model's.
constexpr std::pair<std::string_view, std::string_view> kNames[]{
    {"stepfunctions", "states"},
    {"cloudwatch", "monitoring"},
    {"elbv2", "elasticloadbalancing"},
    {"cloudcontrol", "cloudcontrolapi"},
    {"resourcegroupstaggingapi", "tagging"},
};

/// Whether bytes are text: the parser refuses what is no UTF-8.
bool is_text(const std::string& bytes) {
  return parse_json(to_json(Document(bytes))).has_value();
}

/// "describe_instances" and "DescribeInstances" are the same.
std::string folded(std::string_view name) {
  std::string out;
  for (const unsigned char c : name)
    if (c != '_') out += static_cast<char>(std::tolower(c));
  return out;
}

class ToApi {
 public:
  Document value(const Shape& shape, const Document& given, const std::string& path) {
    switch (shape.type) {
      case Type::Structure:
        return structure(shape, given, path);
      case Type::List:
        return list(shape, given, path);
      case Type::Map:
        return map(shape, given, path);
      case Type::Blob:
        return Document(base64(automation::text_of(given)));
      case Type::String:
        return given.is_null() ? given : Document(automation::text_of(given));
      case Type::Boolean:
        return fitted(given, automation::Type::Boolean, path, "<class 'bool'>");
      case Type::Integer:
      case Type::Long:
        return fitted(given, automation::Type::Integer, path, "<class 'int'>");
      case Type::Timestamp:
        return timestamp(given);
      default:
        return number(given);
    }
  }
  std::vector<std::string> faults;

 private:
  Document fitted(const Document& given, automation::Type type, const std::string& path,
                  std::string_view wanted) {
    if (auto made = automation::converted(given, type)) return *std::move(made);
    return refuse(given, path, wanted);
  }
  Document refuse(const Document& given, const std::string& path, std::string_view wanted) {
    faults.push_back(fmt::format("Invalid type for parameter {}, value: {}, valid types: {}", path,
                                 to_json(given), wanted));
    return given;
  }
  static Document timestamp(const Document& given) {
    const auto* text = given.if_string();
    const auto parsed = text ? parse_iso8601(*text) : std::nullopt;
    return parsed ? Document(to_seconds(*parsed)) : given;
  }
  static Document number(const Document& given) {
    const auto* text = given.if_string();
    if (!text) return given;
    auto parsed = parse_json(*text);
    return parsed && parsed->is_number() ? *std::move(parsed) : given;
  }
  /// A text that holds JSON stands for it: parameters of runbooks often are such texts.
  static Document unwrapped(const Document& given, char first) {
    const auto* text = given.if_string();
    if (!text || text->empty() || (*text)[0] != first) return given;
    auto parsed = parse_json(*text);
    return parsed ? *std::move(parsed) : given;
  }
  Document structure(const Shape& shape, const Document& written, const std::string& path) {
    const auto given = unwrapped(written, '{');
    const auto* object = given.if_object();
    if (shape.is_document) return given;
    if (!object) return refuse(given, path, "<class 'dict'>");
    Object out;
    for (const auto& each : *object) {
      const std::string name(each.key());
      if (const auto* member = shape.member(name))
        out[name] = value(*member->shape, each.value(), path.empty() ? name : path + "." + name);
      else
        faults.push_back(unknown(shape, name, path));
    }
    for (const auto& member : shape.members) {
      if (member.required && !out.contains(member.name))
        faults.push_back(fmt::format("Missing required parameter in {}: \"{}\"",
                                     path.empty() ? "input" : path, member.name));
    }
    return out;
  }
  static std::string unknown(const Shape& shape, const std::string& name, const std::string& path) {
    std::vector<std::string_view> known;
    for (const auto& member : shape.members)
      known.push_back(member.name);
    return fmt::format("Unknown parameter in {}: \"{}\", must be one of: {}",
                       path.empty() ? "input" : path, name, fmt::join(known, ", "));
  }
  Document list(const Shape& shape, const Document& written, const std::string& path) {
    auto given = unwrapped(written, '[');
    if (!given.is_array() && !given.is_string()) return refuse(given, path, "<class 'list'>");
    Array out;
    std::size_t index = 0;
    if (given.is_string()) given = Document(Array{given});
    for (const auto& each : given.get_array())
      out.push_back(value(*shape.element().shape, each, fmt::format("{}[{}]", path, index++)));
    return out;
  }
  Document map(const Shape& shape, const Document& written, const std::string& path) {
    const auto given = unwrapped(written, '{');
    const auto* object = given.if_object();
    if (!object) return refuse(given, path, "<class 'dict'>");
    Object out;
    for (const auto& each : *object)
      out[each.key()] =
          value(*shape.value().shape, each.value(), path + "." + std::string(each.key()));
    return out;
  }
};

class FromApi {
 public:
  explicit FromApi(core::Context& context) : context_(context) {}

  Document value(const Shape& shape, const Document& given) {
    if (shape.type == Type::Structure && given.is_object() && !shape.is_document)
      return structure(shape, given.get_object());
    if (shape.type == Type::List && given.is_array()) {
      Array out;
      for (const auto& each : given.get_array())
        out.push_back(value(*shape.element().shape, each));
      return out;
    }
    if (shape.type == Type::Map && given.is_object() && !context_.open(given)) {
      Object out;
      for (const auto& each : given.get_object())
        out[each.key()] = value(*shape.value().shape, each.value());
      return out;
    }
    if (shape.type == Type::Timestamp && given.is_number())
      return Document(iso8601_ms(from_seconds(given.to_number<double>())));
    if (shape.type == Type::Blob) return Document(bytes(given));
    const auto plain = given.is_object() ? context_.open(given) : std::nullopt;
    return plain ? Document(*plain) : given;
  }

 private:
  Document structure(const Shape& shape, const Object& given) {
    Object out;
    for (const auto& each : given) {
      if (each.value().is_null()) continue;
      const auto* member = shape.member(each.key());
      out[each.key()] = member ? value(*member->shape, each.value()) : each.value();
    }
    return out;
  }
  std::string bytes(const Document& given) const {
    std::string held;
    if (const auto ref = store::blob_ref(given)) {
      if (ref->size > kMostBlob) return {};
      if (auto content = context_.blob(*ref)) held = *std::move(content);
    } else if (const auto plain = context_.open(given)) {
      held = unbase64(*plain).value_or("");
    }
    return is_text(held) ? held : base64(held);
  }

  core::Context& context_;
};

}  // namespace

Result<Api> api_named(std::string_view service, std::string_view operation) {
  auto id = service;
  for (const auto& [boto3, ours] : kNames)
    if (boto3 == service) id = ours;
  const auto* found = model::service(id);
  if (!found || id == "tocsin") {
    return fail("UnknownServiceError", fmt::format("Unknown service: '{}'. Tocsin knows: {}",
                                                   service, fmt::join(model::service_ids(), ", ")));
  }
  const auto wanted = folded(operation);
  for (const auto& each : found->operations) {
    if (each.name.size() == wanted.size() && folded(each.name) == wanted) return Api{found, &each};
  }
  return fail("AttributeError",
              fmt::format("'{}' object has no attribute '{}'", found->sdk_id, operation));
}

Result<Object> api_params(const Api& api, const Object& inputs) {
  if (!api.operation->input) return Object{};
  ToApi convert;
  auto made = convert.value(*api.operation->input->shape, Document(inputs), "");
  if (!convert.faults.empty()) {
    return fail("ParamValidation",
                fmt::format("Parameter validation failed:\n{}", fmt::join(convert.faults, "\n")));
  }
  return std::move(made.as_object());
}

Document api_reply(core::Context& context, const Api& api, const Document& reply) {
  if (!api.operation->output || !reply.is_object()) return Object{};
  return FromApi(context).value(*api.operation->output->shape, reply);
}

std::string client_error(const Api& api, const Error& error) {
  const auto* shape = api.service->error(error.code);
  const auto code = shape && !shape->code.empty() ? std::string(shape->code) : error.code;
  return fmt::format("An error occurred ({}) when calling the {} operation: {}", code,
                     api.operation->name, error.message);
}

}  // namespace tocsin::ssm
