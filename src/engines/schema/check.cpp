// SPDX-License-Identifier: Apache-2.0
// Holds desired properties against their type's schema.
#include <fmt/format.h>

#include "engines/schema/schema.hpp"

namespace tocsin::schema {
namespace {

std::string_view kind_of(const Document& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return "JSONObject";
    case boost::json::kind::array:
      return "JSONArray";
    case boost::json::kind::string:
      return "String";
    case boost::json::kind::bool_:
      return "Boolean";
    case boost::json::kind::null:
      return "Null";
    case boost::json::kind::double_:
      return "Double";
    default:
      return "Integer";
  }
}

Failure violation(std::string_view path, std::string_view what) {
  return fail("ValidationException", fmt::format("Model validation failed (#{}: {})", path, what));
}

/// One walk over desired properties; `path` is a JSON pointer to where it is.
class Check {
 public:
  explicit Check(const Resource& type) : type_(type) {}

  Result<void> object(const Object& properties, const Object& value,
                      const std::string& path) const {
    for (const auto& [name, property] : properties) {
      if (flag(property, "required") && !value.contains(name))
        return violation(path, fmt::format("required key [{}] not found", std::string_view(name)));
    }
    for (const auto& [name, member] : value) {
      const auto* property = properties.if_contains(name);
      if (!property)
        return violation(
            path, fmt::format("extraneous key [{}] is not permitted", std::string_view(name)));
      TRY(this->value(*property, member, path + "/" + std::string(name)));
    }
    return {};
  }

 private:
  Result<void> value(const Document& property, const Document& value,
                     const std::string& path) const {
    const auto kind = text(property, "kind");
    if (kind == "json" || kind == "union") return {};
    if (kind == "array") return elements(property, value, path);
    if (kind == "map") return entries(property, value, path);
    if (kind == "object" || kind == "tag") {
      if (!value.is_object()) return expected("JSONObject", value, path);
      static const Object tag{{"Key", Object{{"kind", "string"}, {"required", true}}},
                              {"Value", Object{{"kind", "string"}, {"required", true}}}};
      return object(kind == "tag" ? tag : object_of(type_.types, text(property, "name")),
                    value.as_object(), path);
    }
    if (kind == "boolean")
      return value.is_bool() ? Result<void>() : expected("Boolean", value, path);
    if (kind == "integer") {
      const bool whole = value.is_int64() || value.is_uint64();
      return whole ? Result<void>() : expected("Integer", value, path);
    }
    if (kind == "number")
      return value.is_number() ? Result<void>() : expected("Number", value, path);
    return value.is_string() ? Result<void>() : expected("String", value, path);
  }

  Result<void> elements(const Document& property, const Document& value,
                        const std::string& path) const {
    if (!value.is_array()) return expected("JSONArray", value, path);
    for (std::size_t i = 0; i < value.as_array().size(); ++i)
      TRY(this->value(property.at("of"), value.as_array()[i], fmt::format("{}/{}", path, i)));
    return {};
  }

  Result<void> entries(const Document& property, const Document& value,
                       const std::string& path) const {
    if (!value.is_object()) return expected("JSONObject", value, path);
    for (const auto& [name, member] : value.as_object())
      TRY(this->value(property.at("of"), member, path + "/" + std::string(name)));
    return {};
  }

  static Result<void> expected(std::string_view kind, const Document& value,
                               const std::string& path) {
    return violation(path, fmt::format("expected type: {}, found: {}", kind, kind_of(value)));
  }

  const Resource& type_;
};

}  // namespace

Result<void> check(const Resource& type, const Object& desired) {
  return Check(type).object(type.properties, desired, "");
}

}  // namespace tocsin::schema
