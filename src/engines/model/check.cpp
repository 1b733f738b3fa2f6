// SPDX-License-Identifier: Apache-2.0
#include "engines/model/check.hpp"

#include <boost/json/serialize.hpp>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "base/crypto.hpp"

namespace tocsin::model {
namespace {

std::string lower_first(std::string_view name) {
  std::string lowered(name);
  if (!lowered.empty() && lowered[0] >= 'A' && lowered[0] <= 'Z') lowered[0] += 'a' - 'A';
  return lowered;
}

/// A value as Java prints it in AWS's messages.
std::string printed(const Document& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_array()) {
    std::string out = "[";
    for (const auto& element : value.get_array()) {
      if (out.size() > 1) out += ", ";
      out += printed(element);
    }
    return out + "]";
  }
  if (value.is_object()) {
    std::string out = "{";
    for (const auto& entry : value.get_object()) {
      if (out.size() > 1) out += ", ";
      out += fmt::format("{}={}", std::string_view(entry.key()), printed(entry.value()));
    }
    return out + "}";
  }
  return boost::json::serialize(value);
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (unsigned char byte : text)
    count += (byte & 0xC0) != 0x80;
  return count;
}

/// What min and max bound: a length or a number. None for kinds that have no such bounds.
std::optional<double> measure(const Shape& shape, const Document& value) {
  switch (shape.type) {
    case Type::String:
      if (value.is_string()) return characters(value.get_string());
      return std::nullopt;
    case Type::Blob:
      if (value.is_string()) {
        const auto& text = value.get_string();
        const auto padding = text.size() - std::string_view(text).find_last_not_of('=') - 1;
        return text.empty() ? 0 : text.size() / 4 * 3 - padding;
      }
      return std::nullopt;
    case Type::List:
      if (value.is_array()) return value.get_array().size();
      return std::nullopt;
    case Type::Map:
      if (value.is_object()) return value.get_object().size();
      return std::nullopt;
    case Type::Integer:
    case Type::Long:
    case Type::Float:
    case Type::Double:
      if (value.is_number()) return value.to_number<double>();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool is_number_shape(const Shape& shape) {
  return shape.type == Type::Integer || shape.type == Type::Long || shape.type == Type::Float ||
         shape.type == Type::Double;
}

std::string bound_text(const Shape& shape, std::string_view direction, std::int64_t bound) {
  return fmt::format("Member must have {} {} than or equal to {}",
                     is_number_shape(shape) ? "value" : "length", direction, bound);
}

/// All constraints of a list's element or a map's key or value: AWS names them together.
std::string all_constraints(const Shape& shape) {
  std::vector<std::string> texts;
  if (shape.max) texts.push_back(bound_text(shape, "less", *shape.max));
  if (shape.min) texts.push_back(bound_text(shape, "greater", *shape.min));
  if (!shape.pattern.empty()) {
    texts.push_back(
        fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

bool out_of_bounds(const Shape& shape, const Document& value) {
  const auto size = measure(shape, value);
  return size && ((shape.min && *size < static_cast<double>(*shape.min)) ||
                  (shape.max && *size > static_cast<double>(*shape.max)));
}

class Checker {
 public:
  std::vector<std::string> found;

  void check(const Shape& shape, const Document& value, const std::string& path) {
    bounds(shape, value, path);
    if (shape.type == Type::Structure && value.is_object()) return structure(shape, value, path);
    if (shape.type == Type::List && value.is_array()) return list(shape, value, path);
    if (shape.type == Type::Map && value.is_object()) return map(shape, value, path);
  }

 private:
  void violated(const Document& value, const std::string& path, std::string_view constraint) {
    const auto shown = value.is_null() ? "null" : fmt::format("'{}'", printed(value));
    found.push_back(
        fmt::format("Value {} at '{}' failed to satisfy constraint: {}", shown, path, constraint));
  }

  void bounds(const Shape& shape, const Document& value, const std::string& path) {
    const auto size = measure(shape, value);
    if (!size) return;
    if (shape.max && *size > static_cast<double>(*shape.max)) {
      violated(value, path, bound_text(shape, "less", *shape.max));
    } else if (shape.min && *size < static_cast<double>(*shape.min)) {
      violated(value, path, bound_text(shape, "greater", *shape.min));
    }
  }

  void structure(const Shape& shape, const Document& value, const std::string& path) {
    if (shape.is_document) return;
    for (const auto& member : shape.members) {
      const auto name = lower_first(member.name);
      const auto inner = path.empty() ? name : path + "." + name;
      const auto* present = find(value, member.name);
      if (present && !present->is_null()) {
        check(*member.shape, *present, inner);
      } else if (member.required) {
        violated(nullptr, inner, "Member must not be null");
      }
    }
  }

  void list(const Shape& shape, const Document& value, const std::string& path) {
    const Shape& element = *shape.element().shape;
    const bool named =
        element.type == Type::Structure || element.type == Type::List || element.type == Type::Map;
    std::size_t index = 0;
    for (const auto& item : value.get_array()) {
      ++index;
      if (named) {
        check(element, item, fmt::format("{}.{}.member", path, index));
      } else if (out_of_bounds(element, item)) {
        return violated(
            value, path,
            fmt::format("Member must satisfy constraint: [{}]", all_constraints(element)));
      }
    }
  }

  void map(const Shape& shape, const Document& value, const std::string& path) {
    for (const auto& entry : value.get_object()) {
      const Document key = boost::json::string(entry.key());
      if (out_of_bounds(*shape.key().shape, key)) {
        violated(value, path,
                 fmt::format("Map keys must satisfy constraint: [{}]",
                             all_constraints(*shape.key().shape)));
      }
      const Shape& inner = *shape.value().shape;
      if (inner.type == Type::Structure || inner.type == Type::List || inner.type == Type::Map) {
        check(inner, entry.value(),
              fmt::format("{}.{}.member", path, std::string_view(entry.key())));
      } else if (out_of_bounds(inner, entry.value())) {
        violated(value, path,
                 fmt::format("Map value must satisfy constraint: [{}]", all_constraints(inner)));
      }
    }
  }
};

std::string_view article_and_name(Type type) {
  switch (type) {
    case Type::Boolean:
      return "a Boolean";
    case Type::Integer:
      return "an Integer";
    case Type::Long:
      return "a Long";
    case Type::Float:
      return "a Float";
    case Type::Double:
      return "a Double";
    case Type::Blob:
      return "a Blob";
    case Type::Timestamp:
      return "a Timestamp";
    default:
      return "a String";
  }
}

std::string token(const Document& value) {
  if (value.is_bool()) return value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
  return value.is_string() ? "STRING_VALUE" : "NUMBER_VALUE";
}

bool whole_within(const Document& value, double low, double high) {
  if (value.is_int64()) {
    const auto number = static_cast<double>(value.get_int64());
    return number >= low && number <= high;
  }
  if (!value.is_double()) return false;
  const double number = value.get_double();
  return std::trunc(number) == number && number >= low && number <= high;
}

/// A number, and no infinity.
bool magnitude_within(const Document& value, double limit) {
  return value.is_number() && std::abs(value.to_number<double>()) <= limit;
}

constexpr double kMaxSeconds = 253402300799.0;  // the end of the year 9999

bool is_float_text(std::string_view text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

bool scalar_fits(const Shape& shape, const Document& value) {
  switch (shape.type) {
    case Type::Boolean:
      return value.is_bool();
    case Type::Integer:
      return whole_within(value, -2147483648.0, 2147483647.0);
    case Type::Long:
      return whole_within(value, -9223372036854775808.0, 9223372036854774784.0) || value.is_int64();
    case Type::Float:
    case Type::Double:
      return magnitude_within(value, std::numeric_limits<double>::max()) ||
             (value.is_string() && is_float_text(value.get_string()));
    case Type::Timestamp:
      return magnitude_within(value, kMaxSeconds);
    case Type::Blob:
      return value.is_string() && unbase64(value.get_string()).has_value();
    default:
      return value.is_string();
  }
}

std::optional<std::string> deep_kind_mismatch(const Shape& shape, const Document& value,
                                              bool streaming) {
  if (shape.is_document || value.is_null()) return std::nullopt;
  if (streaming && (find(value, "$blob") || find(value, "$blobs"))) return std::nullopt;
  if (auto mismatch = kind_mismatch(shape, value)) return mismatch;
  if (shape.type == Type::Structure) {
    for (const auto& member : shape.members) {
      const auto* present = find(value, member.name);
      if (!present) continue;
      auto mismatch = deep_kind_mismatch(*member.shape, *present, member.streaming);
      if (mismatch) return mismatch;
    }
  } else if (shape.type == Type::List) {
    for (const auto& item : value.get_array()) {
      if (auto mismatch = deep_kind_mismatch(*shape.element().shape, item, false)) return mismatch;
    }
  } else if (shape.type == Type::Map) {
    for (const auto& entry : value.get_object()) {
      auto mismatch = deep_kind_mismatch(*shape.value().shape, entry.value(), false);
      if (mismatch) return mismatch;
    }
  }
  return std::nullopt;
}

/// The code with which a service answers a request that its model refuses.
std::string_view validation_code(const Service& service) {
  if (service.id == "logs") return "InvalidParameterException";
  if (service.id == "guardduty") return "BadRequestException";
  if (service.id == "securityhub") return "InvalidInputException";
  return service.primary == Protocol::Query ? "ValidationError" : "ValidationException";
}

/// EC2 and SQS name the first parameter that is missing instead of counting violations.
const Member* missing(const Shape& shape, const Document& params) {
  for (const auto& member : shape.members) {
    const auto* present = find(params, member.name);
    if (member.required && (!present || present->is_null())) return &member;
  }
  return nullptr;
}

Error validation_error(const Service& service, const std::vector<std::string>& found) {
  if (service.id == "s3") {
    return {"MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema"};
  }
  return {std::string(validation_code(service)),
          fmt::format("{} validation error{} detected: {}", found.size(),
                      found.size() == 1 ? "" : "s", fmt::join(found, "; "))};
}

void collect_unknown(const Shape& shape, const Document& value, bool streaming,
                     const std::string& path, std::vector<std::string>& found) {
  if (shape.is_document || value.is_null() ||
      (streaming && (find(value, "$blob") || find(value, "$blobs"))))
    return;
  if (auto mismatch = kind_mismatch(shape, value)) {
    found.push_back(fmt::format("{}: {}", path, *mismatch));
  } else if (shape.type == Type::Structure) {
    for (const auto& entry : value.get_object()) {
      const std::string_view name = entry.key();
      const auto inner = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
      if (const auto* member = shape.member(name)) {
        collect_unknown(*member->shape, entry.value(), member->streaming, inner, found);
      } else {
        found.push_back(inner + ": unknown");
      }
    }
  } else if (shape.type == Type::List) {
    std::size_t index = 0;
    for (const auto& item : value.get_array()) {
      collect_unknown(*shape.element().shape, item, false, fmt::format("{}[{}]", path, index++),
                      found);
    }
  } else if (shape.type == Type::Map) {
    for (const auto& entry : value.get_object()) {
      collect_unknown(*shape.value().shape, entry.value(), false,
                      fmt::format("{}.{}", path, std::string_view(entry.key())), found);
    }
  }
}

void visit_sensitive(const Member& member, Document& value,
                     const std::function<void(Document&)>& visit) {
  if (value.is_null()) return;
  if (member.sensitive) {
    visit(value);
  } else {
    for_each_sensitive(*member.shape, value, visit);
  }
}

}  // namespace

Result<void> check(const Service& service, const Operation& operation, const Document& params) {
  if (!operation.input) return {};
  const Shape& shape = *operation.input->shape;
  if (auto mismatch = deep_kind_mismatch(shape, params, false)) {
    return fail("SerializationException", *mismatch);
  }
  if (service.id == "ec2" || service.id == "sqs") {
    if (const auto* member = missing(shape, params)) {
      return fail("MissingParameter", fmt::format("The request must contain the parameter {}{}",
                                                  member->name, service.id == "sqs" ? "." : ""));
    }
  }
  if (auto found = violations(shape, params); !found.empty()) {
    return fail(validation_error(service, found));
  }
  return {};
}

std::vector<std::string> violations(const Shape& shape, const Document& value) {
  Checker checker;
  checker.check(shape, value, "");
  return std::move(checker.found);
}

std::optional<std::string> kind_mismatch(const Shape& shape, const Document& value) {
  switch (shape.type) {
    case Type::Structure:
    case Type::Map:
      if (value.is_object() || shape.is_document) return std::nullopt;
      if (value.is_array()) return "Start of list found where not expected";
      return "Unrecognized collection type class java.lang." +
             std::string(
                 article_and_name(value.is_bool() ? Type::Boolean : Type::String).substr(2));
    case Type::List:
      if (value.is_array()) return std::nullopt;
      if (value.is_object()) return "Start of structure or map found where not expected.";
      return "Expected list or null";
    default:
      if (value.is_array()) return "Start of list found where not expected";
      if (value.is_object()) return "Start of structure or map found where not expected.";
      if (scalar_fits(shape, value)) return std::nullopt;
      if (shape.type == Type::Blob && value.is_string()) return "Invalid base64 encoding";
      return fmt::format("{} can not be converted to {}", token(value),
                         article_and_name(shape.type));
  }
}

std::vector<std::string> unknown_members(const Shape& shape, const Document& value) {
  std::vector<std::string> found;
  collect_unknown(shape, value, false, "", found);
  return found;
}

void for_each_sensitive(const Shape& shape, Document& value,
                        const std::function<void(Document&)>& visit) {
  if (shape.type == Type::Structure && value.is_object()) {
    for (const auto& member : shape.members) {
      auto* present = value.get_object().if_contains(member.name);
      if (present) visit_sensitive(member, *present, visit);
    }
  } else if (shape.type == Type::List && value.is_array()) {
    for (auto& item : value.get_array())
      visit_sensitive(shape.element(), item, visit);
  } else if (shape.type == Type::Map && value.is_object()) {
    for (auto& entry : value.get_object())
      visit_sensitive(shape.value(), entry.value(), visit);
  }
}

}  // namespace tocsin::model
