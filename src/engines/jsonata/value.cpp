// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/value.hpp"

#include <charconv>
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/function.hpp"

namespace tocsin::jsonata {
namespace {

constexpr int kMostDepth = 500;
constexpr int kTextDigits = 15;

/// The nearest number of at most kTextDigits digits.
double shortened(double value) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, kTextDigits - 1)
          .ptr;
  std::from_chars(text, end, value);
  return value;
}

class JsonText {
 public:
  explicit JsonText(bool pretty) : pretty_(pretty) {}

  void write(const Value& value) {
    switch (value.kind()) {
      case Kind::Undefined:
      case Kind::Null:
        out += "null";
        return;
      case Kind::Bool:
        out += value.boolean() ? "true" : "false";
        return;
      case Kind::Number:
        if (!std::isfinite(value.number())) raise("D3001", 0, "string");
        out += number_text(shortened(value.number()));
        return;
      case Kind::String:
        out += boost::json::serialize(boost::json::string(value.string()));
        return;
      case Kind::Function:
        out += "\"\"";
        return;
      case Kind::Array:
        return array(value.array());
      case Kind::Object:
        return object(value.object());
    }
  }

  std::string out;

 private:
  void line() {
    if (pretty_) out.append(1, '\n').append(2 * depth_, ' ');
  }

  void array(const ArrayData& array) {
    if (array.items.empty()) {
      out += "[]";
      return;
    }
    open('[');
    for (std::size_t i = 0; i < array.items.size(); ++i) {
      if (i) out += ',';
      line();
      write(array.items[i]);
    }
    close(']');
  }

  void object(const ObjectData& object) {
    if (object.members().empty()) {
      out += "{}";
      return;
    }
    open('{');
    bool first = true;
    for (const auto& [name, value] : object.members()) {
      if (value.undefined()) continue;
      if (!std::exchange(first, false)) out += ',';
      line();
      out += boost::json::serialize(boost::json::string(name->text));
      out += pretty_ ? ": " : ":";
      write(value);
    }
    close('}');
  }

  void open(char bracket) {
    if (++depth_ > kMostDepth) raise("U1001");
    out += bracket;
  }
  void close(char bracket) {
    --depth_;
    line();
    out += bracket;
  }

  bool pretty_;
  int depth_ = 0;
};

Document number_document(double value) {
  constexpr double kExact = 9007199254740992.0;
  if (value == std::trunc(value) && std::abs(value) < kExact)
    return Document(static_cast<std::int64_t>(value));
  return std::isfinite(value) ? Document(value) : Document(nullptr);
}

/// As it would come back from a value: a whole number is an integer.
Document normal(const Document& given) {
  if (given.is_double() || given.is_uint64()) return number_document(given.to_number<double>());
  if (given.is_int64()) return number_document(static_cast<double>(given.get_int64()));
  if (const auto* items = given.if_array()) {
    Array array;
    array.reserve(items->size());
    for (const auto& item : *items)
      array.push_back(normal(item));
    return Document(std::move(array));
  }
  const auto* members = given.if_object();
  if (!members) return Document(given);
  Object object;
  object.reserve(members->size());
  for (const auto& [name, member] : *members)
    object[name] = normal(member);
  return Document(std::move(object));
}

}  // namespace

void ObjectData::make_all() const {
  const auto& source = *std::exchange(source_, nullptr);
  seen_.clear();
  members_.reserve(source.size());
  for (const auto& [name, value] : source)
    members_.emplace_back(Shared<StringData>(new StringData(std::string(name))), view_of(value));
}

Value ObjectData::find(std::string_view name) const {
  if (!source_) {
    for (const auto& [key, value] : members_)
      if (key->text == name) return value;
    return {};
  }
  const auto* found = source_->if_contains(name);
  if (!found) return {};
  if (!found->is_structured() && !found->is_string()) return view_of(*found);
  for (const auto& [document, value] : seen_)
    if (document == found) return value;
  return seen_.emplace_back(found, view_of(*found)).second;
}

void ObjectData::set(Shared<StringData> name, Value value) {
  members();
  for (auto& [key, held] : members_) {
    if (key->text == name->text) {
      held = std::move(value);
      return;
    }
  }
  members_.emplace_back(std::move(name), std::move(value));
}

void ObjectData::erase(std::string_view name) {
  members();
  std::erase_if(members_, [&](const auto& member) { return member.first->text == name; });
}

Value from_document(const Document& document) {
  switch (document.kind()) {
    case boost::json::kind::null:
      return nullptr;
    case boost::json::kind::bool_:
      return document.get_bool();
    case boost::json::kind::string:
      return std::string(document.get_string());
    case boost::json::kind::array: {
      auto array = make_array();
      array->items.reserve(document.get_array().size());
      for (const auto& item : document.get_array())
        array->items.push_back(from_document(item));
      return array;
    }
    case boost::json::kind::object: {
      auto object = make_object();
      for (const auto& [name, value] : document.get_object())
        object->add(Shared<StringData>(new StringData(std::string(name))), from_document(value));
      return object;
    }
    default:
      return document.to_number<double>();
  }
}

Value view_of(const Document& document) {
  if (const auto* object = document.if_object()) return Shared<ObjectData>(new ObjectData(*object));
  const auto* given = document.if_array();
  if (!given) return from_document(document);
  auto array = make_array();
  array->items.reserve(given->size());
  for (const auto& item : *given)
    array->items.push_back(view_of(item));
  return array;
}

Document to_document(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
    case Kind::Null:
      return Document(nullptr);
    case Kind::Bool:
      return Document(value.boolean());
    case Kind::Number:
      return number_document(value.number());
    case Kind::String:
      return Document(boost::json::string(value.string()));
    case Kind::Function:
      return Document("");
    case Kind::Array: {
      Array array;
      array.reserve(value.array().items.size());
      for (const auto& item : value.array().items)
        array.push_back(to_document(item));
      return Document(std::move(array));
    }
    case Kind::Object:
      break;
  }
  Object object;
  if (const auto* source = value.object().source()) {
    object.reserve(source->size());
    for (const auto& [name, member] : *source)
      object[name] = normal(member);
    return Document(std::move(object));
  }
  const auto& members = value.object().members();
  object.reserve(members.size());
  for (const auto& [name, member] : members) {
    if (!member.undefined()) object[name->text] = to_document(member);
  }
  return Document(std::move(object));
}

bool deep_equal(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::Undefined:
    case Kind::Null:
      return true;
    case Kind::Bool:
      return left.boolean() == right.boolean();
    case Kind::Number:
      return left.number() == right.number();
    case Kind::String:
      return left.string() == right.string();
    case Kind::Function:
      return left.shared_function() == right.shared_function();
    case Kind::Array:
      return std::ranges::equal(left.array().items, right.array().items, deep_equal);
    case Kind::Object:
      break;
  }
  const auto& a = left.object().members();
  const auto& b = right.object();
  return a.size() == b.members().size() && std::ranges::all_of(a, [&](const auto& member) {
           const auto other = b.find(member.first->text);
           return deep_equal(member.second, other);
         });
}

bool truthy(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
    case Kind::Null:
    case Kind::Function:
      return false;
    case Kind::Bool:
      return value.boolean();
    case Kind::Number:
      return value.number() != 0;
    case Kind::String:
      return !value.string().empty();
    case Kind::Object:
      return !value.object().members().empty();
    case Kind::Array:
      break;
  }
  const auto& items = value.array().items;
  if (items.size() == 1) return truthy(items[0]);
  return std::ranges::any_of(items, truthy);
}

std::string to_text(const Value& value, bool pretty) {
  if (value.is_string()) return value.string();
  if (value.is_function()) return "";
  JsonText text(pretty);
  text.write(value);
  return std::move(text.out);
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return to_json(Document(value));
}

}  // namespace tocsin::jsonata
