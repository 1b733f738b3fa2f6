// SPDX-License-Identifier: Apache-2.0
// The one JSON codec of stored structs. A state document is a plain struct, described once:
//
//   struct Topic { std::string name; std::map<std::string, std::string> tags; Time created{}; };
//   BOOST_DESCRIBE_STRUCT(Topic, (), (name, tags, created))
//
// Kinds of members: bool, integers, double, std::string, Document/Object/Array, Time
// (milliseconds), Duration, AccountId, described enums (by name) and structs, and optional, vector,
// map<string, …>, set of these. Absent members keep their defaults on reading. A struct that has a
// member `Object unknown` keeps there what a newer version wrote, and writes it back.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "base/arn.hpp"
#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin {

template <class T>
Document encode(const T& value);
template <class T>
void decode(const Document& document, T& value);

namespace describe_detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T>
struct is_set : std::false_type {};
template <class T>
struct is_set<std::set<T>> : std::true_type {};

template <class T>
concept JsonValue =
    std::is_same_v<T, Document> || std::is_same_v<T, Object> || std::is_same_v<T, Array>;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_any_access>;

template <class T>
constexpr bool keeps_unknown = requires(T value) {
  { value.unknown } -> std::convertible_to<Object>;
};

template <class T>
Document encode_struct(const T& value) {
  Object out;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    const auto& field = value.*member.pointer;
    using Field = std::decay_t<decltype(field)>;
    if (std::string_view(member.name) == "unknown") return;
    if constexpr (is_optional<Field>::value) {
      if (field) out[member.name] = encode(*field);
    } else {
      out[member.name] = encode(field);
    }
  });
  if constexpr (keeps_unknown<T>) {
    for (const auto& extra : value.unknown)
      out[extra.key()] = extra.value();
  }
  return out;
}

template <class T>
void decode_struct(const Object& object, T& value) {
  std::size_t known = 0;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    if (std::string_view(member.name) == "unknown") return;
    if (const auto* found = object.if_contains(member.name)) {
      decode(*found, value.*member.pointer);
      ++known;
    }
  });
  if constexpr (keeps_unknown<T>) {
    if (known == object.size()) return;
    for (const auto& entry : object) {
      bool named = false;
      boost::mp11::mp_for_each<members_of<T>>(
          [&](auto member) { named |= entry.key() == member.name; });
      if (!named) value.unknown[entry.key()] = entry.value();
    }
  }
}

}  // namespace describe_detail

template <class T>
Document encode(const T& value) {
  using namespace describe_detail;
  if constexpr (JsonValue<T>) {
    return value;
  } else if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return boost::describe::enum_to_string(value, "");
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return Document(boost::json::string(value));
  } else if constexpr (std::is_same_v<T, Time>) {
    return to_ms(value);
  } else if constexpr (std::is_same_v<T, Duration>) {
    return static_cast<std::int64_t>(value.count());
  } else if constexpr (std::is_same_v<T, AccountId>) {
    return Document(boost::json::string(value.str()));
  } else if constexpr (is_optional<T>::value) {
    return value ? encode(*value) : Document(nullptr);
  } else if constexpr (is_vector<T>::value || is_set<T>::value) {
    Array out;
    for (const auto& element : value)
      out.push_back(encode(element));
    return out;
  } else if constexpr (is_map<T>::value) {
    Object out;
    for (const auto& [key, element] : value)
      out[key] = encode(element);
    return out;
  } else {
    return encode_struct(value);
  }
}

template <class T>
void decode(const Document& document, T& value) {
  using namespace describe_detail;
  if constexpr (std::is_same_v<T, Document>) {
    value = document;
  } else if constexpr (std::is_same_v<T, Object>) {
    if (const auto* object = document.if_object()) value = *object;
  } else if constexpr (std::is_same_v<T, Array>) {
    if (const auto* array = document.if_array()) value = *array;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (const auto* boolean = document.if_bool()) value = *boolean;
  } else if constexpr (std::is_enum_v<T>) {
    if (const auto* name = document.if_string()) {
      boost::describe::enum_from_string(name->c_str(), value);
    }
  } else if constexpr (std::is_arithmetic_v<T>) {
    boost::system::error_code inexact;
    if (document.is_number()) value = document.to_number<T>(inexact);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (const auto* string = document.if_string()) value.assign(string->data(), string->size());
  } else if constexpr (std::is_same_v<T, Time>) {
    if (const auto* ms = document.if_int64()) value = from_ms(*ms);
  } else if constexpr (std::is_same_v<T, Duration>) {
    if (const auto* ms = document.if_int64()) value = Duration(*ms);
  } else if constexpr (std::is_same_v<T, AccountId>) {
    if (const auto* digits = document.if_string()) value = AccountId(std::string(*digits));
  } else if constexpr (is_optional<T>::value) {
    if (document.is_null()) {
      value.reset();
    } else {
      decode(document, value.emplace());
    }
  } else if constexpr (is_vector<T>::value) {
    value.clear();
    if (const auto* array = document.if_array()) {
      for (const auto& element : *array)
        decode(element, value.emplace_back());
    }
  } else if constexpr (is_set<T>::value) {
    value.clear();
    if (const auto* array = document.if_array()) {
      for (const auto& element : *array) {
        typename T::value_type decoded{};
        decode(element, decoded);
        value.insert(std::move(decoded));
      }
    }
  } else if constexpr (is_map<T>::value) {
    value.clear();
    if (const auto* object = document.if_object()) {
      for (const auto& entry : *object)
        decode(entry.value(), value[std::string(entry.key())]);
    }
  } else {
    if (const auto* object = document.if_object()) decode_struct(*object, value);
  }
}

/// The struct that a stored document holds.
template <class T>
T decoded(const Document& document) {
  T value{};
  decode(document, value);
  return value;
}

}  // namespace tocsin
