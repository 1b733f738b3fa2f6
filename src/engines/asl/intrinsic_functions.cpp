// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "base/crypto.hpp"
#include "engines/asl/functions.hpp"
#include "engines/asl/intrinsic.hpp"

namespace tocsin::asl {
namespace {

using Arguments = std::span<const Document>;

Failure wrong(std::string message) {
  return fail("Intrinsic", std::move(message));
}

constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

Result<std::string_view> text_at(Arguments arguments, std::size_t index) {
  if (const auto* text = arguments[index].if_string()) return std::string_view(*text);
  return wrong("Invalid argument type: a string was expected");
}

Result<const Array*> array_at(Arguments arguments, std::size_t index) {
  if (const auto* array = arguments[index].if_array()) return array;
  return wrong("Invalid argument type: an array was expected");
}

/// Whole, rounded as Java's Math.round does.
Result<std::int64_t> whole_at(Arguments arguments, std::size_t index) {
  const auto& value = arguments[index];
  if (const auto* number = value.if_int64()) return *number;
  if (!value.is_number()) return wrong("Invalid argument type: a number was expected");
  const auto rounded = std::floor(value.to_number<double>() + 0.5);
  if (std::abs(rounded) >= 9.2e18) return wrong("The number is out of range");
  return static_cast<std::int64_t>(rounded);
}

/// A value within States.Format: what Java's toString makes of it, {Arg1=1, Arg2=[]}.
void append_java(std::string& out, const Document& value) {
  if (const auto* text = value.if_string()) {
    out.append(text->data(), text->size());
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ", ";
      append_java(out, (*array)[i]);
    }
    out += ']';
  } else if (const auto* object = value.if_object()) {
    out += '{';
    bool first = true;
    for (const auto& member : *object) {
      if (!std::exchange(first, false)) out += ", ";
      out.append(member.key().data(), member.key().size());
      out += '=';
      append_java(out, member.value());
    }
    out += '}';
  } else {
    out += to_json(value);
  }
}

Result<Document> format(Arguments arguments, Surroundings&) {
  const auto pattern = TRY(text_at(arguments, 0));
  std::string out;
  std::size_t next = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size() &&
        (pattern[i + 1] == '{' || pattern[i + 1] == '}')) {
      out += pattern[++i];
    } else if (pattern.substr(i).starts_with("{}")) {
      if (next >= arguments.size()) return wrong("Number of arguments do not match the template");
      append_java(out, arguments[next++]);
      ++i;
    } else {
      out += pattern[i];
    }
  }
  if (next != arguments.size()) return wrong("Number of arguments do not match the template");
  return boost::json::string(out);
}

Result<Document> string_to_json(Arguments arguments, Surroundings&) {
  const auto text = TRY(text_at(arguments, 0));
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return nullptr;
  auto value = parse_json(text);
  if (!value) return wrong("the string is no valid JSON");
  return std::move(*value);
}

Result<Document> json_to_string(Arguments arguments, Surroundings&) {
  return boost::json::string(to_json(arguments[0]));
}

Result<Document> array(Arguments arguments, Surroundings&) {
  return Array(arguments.begin(), arguments.end());
}

Result<Document> array_partition(Arguments arguments, Surroundings&) {
  const auto* values = TRY(array_at(arguments, 0));
  const auto size = TRY(whole_at(arguments, 1));
  if (size <= 0) return wrong("The chunk size must be a positive integer");
  return partitioned(*values, static_cast<std::size_t>(size));
}

Result<Document> array_contains(Arguments arguments, Surroundings&) {
  const auto* values = TRY(array_at(arguments, 0));
  return std::any_of(values->begin(), values->end(),
                     [&](const Document& value) { return equal_json(value, arguments[1]); });
}

Result<Document> array_range(Arguments arguments, Surroundings&) {
  const auto range = range_of(TRY(whole_at(arguments, 0)), TRY(whole_at(arguments, 1)),
                              TRY(whole_at(arguments, 2)));
  if (!range) return wrong("The range must have a step and at most 1000 elements");
  return *range;
}

Result<Document> array_get_item(Arguments arguments, Surroundings&) {
  const auto* values = TRY(array_at(arguments, 0));
  const auto index = TRY(whole_at(arguments, 1));
  if (index < 0 || index >= static_cast<std::int64_t>(values->size()))
    return wrong("Index is out of bounds");
  return Result<Document>((*values)[static_cast<std::size_t>(index)]);
}

Result<Document> array_length(Arguments arguments, Surroundings&) {
  return static_cast<std::int64_t>(TRY(array_at(arguments, 0))->size());
}

Result<Document> array_unique(Arguments arguments, Surroundings&) {
  Array out;
  for (const auto& value : *TRY(array_at(arguments, 0))) {
    if (std::none_of(out.begin(), out.end(),
                     [&](const Document& other) { return equal_json(value, other); }))
      out.push_back(value);
  }
  return out;
}

constexpr std::size_t kMostCoded = 10'000;

Result<Document> base64_encode(Arguments arguments, Surroundings&) {
  const auto text = TRY(text_at(arguments, 0));
  if (text.size() > kMostCoded) return wrong("Input length must not exceed 10000 characters");
  return boost::json::string(base64(text));
}

Result<Document> base64_decode(Arguments arguments, Surroundings&) {
  const auto text = TRY(text_at(arguments, 0));
  if (text.size() > kMostCoded) return wrong("Input length must not exceed 10000 characters");
  const auto decoded = unbase64(text);
  if (!decoded) return wrong("the string is no base64");
  return boost::json::string(*decoded);
}

Result<Document> hash(Arguments arguments, Surroundings&) {
  std::string data;
  append_java(data, arguments[0]);
  if (data.size() > kMostCoded) return wrong("Input length must not exceed 10000 characters");
  const auto digest = hash_hex(data, TRY(text_at(arguments, 1)));
  if (!digest) return wrong("Unsupported algorithm");
  return boost::json::string(*digest);
}

Result<Document> json_merge(Arguments arguments, Surroundings&) {
  const auto* first = arguments[0].if_object();
  const auto* second = arguments[1].if_object();
  if (!first || !second) return wrong("Invalid argument type: an object was expected");
  if (!arguments[2].is_bool() || arguments[2].get_bool())
    return wrong("Step Functions supports only shallow merging: the third argument must be false");
  Object merged = *first;
  for (const auto& member : *second)
    merged[member.key()] = member.value();
  return merged;
}

Result<Document> math_random(Arguments arguments, Surroundings& around) {
  const auto first = TRY(whole_at(arguments, 0))
  , last = TRY(whole_at(arguments, 1));
  const auto bits =
      arguments.size() == 3 ? seeded_random(TRY(whole_at(arguments, 2))) : around.random();
  if (last <= first) return wrong("The end number must be greater than the start number");
  const auto span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + bits % span);
}

Result<Document> math_add(Arguments arguments, Surroundings&) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(TRY(whole_at(arguments, 0)), TRY(whole_at(arguments, 1)), &sum))
    return wrong("The sum is out of range");
  return sum;
}

Result<Document> string_split(Arguments arguments, Surroundings&) {
  const auto text = TRY(text_at(arguments, 0))
  , delimiters = TRY(text_at(arguments, 1));
  Array out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find_first_of(delimiters, at), text.size());
    if (end > at) out.push_back(boost::json::string(text.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

Result<Document> uuid(Arguments, Surroundings& around) {
  return boost::json::string(random_uuid(around));
}

constexpr IntrinsicEntry kIntrinsics[] = {
    {"Format", 1, kMany, format},
    {"StringToJson", 1, 1, string_to_json},
    {"JsonToString", 1, 1, json_to_string},
    {"Array", 0, kMany, array},
    {"ArrayPartition", 2, 2, array_partition},
    {"ArrayContains", 2, 2, array_contains},
    {"ArrayRange", 3, 3, array_range},
    {"ArrayGetItem", 2, 2, array_get_item},
    {"ArrayLength", 1, 1, array_length},
    {"ArrayUnique", 1, 1, array_unique},
    {"Base64Encode", 1, 1, base64_encode},
    {"Base64Decode", 1, 1, base64_decode},
    {"Hash", 2, 2, hash},
    {"JsonMerge", 3, 3, json_merge},
    {"MathRandom", 2, 3, math_random},
    {"MathAdd", 2, 2, math_add},
    {"StringSplit", 2, 2, string_split},
    {"UUID", 0, 0, uuid},
};

}  // namespace

const IntrinsicEntry* find_intrinsic(std::string_view name) {
  for (const auto& entry : kIntrinsics)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace tocsin::asl
