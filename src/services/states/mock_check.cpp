// SPDX-License-Identifier: Apache-2.0
#include "services/states/mock_check.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/states/integrations.hpp"

namespace tocsin::states {
namespace {

using model::Shape;
using model::Type;
using Fault = std::optional<std::string>;

bool is_number(Type type) {
  return type == Type::Integer || type == Type::Long || type == Type::Float || type == Type::Double;
}

Fault wrong_kind(const Shape& shape, const Document& value, std::string_view name) {
  const auto must = [&](bool is, std::string_view kind) -> Fault {
    if (is) return std::nullopt;
    return fmt::format("Field '{}' must be {}", name, kind);
  };
  if (is_number(shape.type)) return must(value.is_number(), "a number");
  switch (shape.type) {
    case Type::Structure:
    case Type::Map:
      return must(value.is_object(), "an object");
    case Type::List:
      return must(value.is_array(), "an array");
    case Type::Boolean:
      return must(value.is_bool(), "a boolean");
    default:
      return must(value.is_string(), "a string");
  }
}

Fault out_of_bounds(const Shape& shape, const Document& value, std::string_view name) {
  const bool number = is_number(shape.type);
  double size = 0;
  if (number)
    size = value.to_number<double>();
  else if (const auto* text = value.if_string())
    size = static_cast<double>(text->size());
  else if (const auto* array = value.if_array())
    size = static_cast<double>(array->size());
  else
    return std::nullopt;
  if (shape.min && size < static_cast<double>(*shape.min))
    return fmt::format("Field '{}' is {}", name,
                       number ? "less than the minimum value" : "smaller than the minimum length");
  if (shape.max && size > static_cast<double>(*shape.max))
    return fmt::format("Field '{}' exceeds the maximum {}", name, number ? "value" : "length");
  return std::nullopt;
}

class Checker {
 public:
  explicit Checker(asl::MockCheck check) : strict_(check == asl::MockCheck::Strict) {}

  Fault structure(const Shape& shape, const Object& value) const {
    for (const auto& member : shape.members) {
      const auto name = java_name(member.name);
      const auto* found = value.if_contains(name);
      if (!found) {
        if (strict_ && member.required) return fmt::format("Required field '{}' is missing", name);
        continue;
      }
      if (auto fault = this->value(*member.shape, *found, name)) return fault;
    }
    return std::nullopt;
  }

 private:
  Fault value(const Shape& shape, const Document& value, std::string_view name) const {
    if (shape.is_document) return std::nullopt;
    if (auto fault = wrong_kind(shape, value, name)) return fault;
    if (auto fault = out_of_bounds(shape, value, name)) return fault;
    if (shape.type == Type::Structure) return structure(shape, value.get_object());
    if (shape.type == Type::List) {
      for (const auto& element : value.get_array())
        if (auto fault = this->value(*shape.element().shape, element, name)) return fault;
    }
    if (shape.type == Type::Map) {
      for (const auto& entry : value.get_object())
        if (auto fault = this->value(*shape.value().shape, entry.value(), entry.key()))
          return fault;
    }
    if (const auto* text = value.if_string(); text && !shape.values.empty()) {
      if (std::ranges::find(shape.values, std::string_view(*text)) == shape.values.end())
        return fmt::format("Field '{}' is not an expected value", name);
    }
    return std::nullopt;
  }

  bool strict_;
};

}  // namespace

std::optional<std::string> mock_fault(const asl::Resource& resource, const Document& result,
                                      asl::MockCheck check) {
  const auto integration = integration_of(resource);
  if (!integration || !integration->operation->output) return std::nullopt;
  const auto& shape = *integration->operation->output->shape;
  const auto* object = result.if_object();
  if (!object) return "Mock result must be a JSON object";
  auto checked = *object;
  // lambda:invoke gives what the function gave.
  if (!integration->sdk && integration->service->id == "lambda") checked.erase("Payload");
  return Checker(check).structure(shape, checked);
}

}  // namespace tocsin::states
