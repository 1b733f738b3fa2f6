// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/value.hpp"

namespace tocsin::asl {
namespace {

std::size_t digits(std::uint64_t number) {
  std::size_t count = 1;
  while (number >= 10) {
    number /= 10;
    ++count;
  }
  return count;
}

std::size_t string_size(std::string_view text) {
  std::size_t size = 2;
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\')
      size += 2;
    else if (c < 0x20)
      size += c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f' ? 2 : 6;
    else
      ++size;
  }
  return size;
}

std::size_t signed_size(std::int64_t number) {
  if (number >= 0) return digits(static_cast<std::uint64_t>(number));
  return 1 + digits(0 - static_cast<std::uint64_t>(number));
}

}  // namespace

std::size_t json_size(const Document& document) {
  switch (document.kind()) {
    case boost::json::kind::null:
      return 4;
    case boost::json::kind::bool_:
      return document.get_bool() ? 4 : 5;
    case boost::json::kind::int64:
      return signed_size(document.get_int64());
    case boost::json::kind::uint64:
      return digits(document.get_uint64());
    case boost::json::kind::double_:
      return to_json(document).size();
    case boost::json::kind::string:
      return string_size(document.get_string());
    case boost::json::kind::array: {
      const auto& array = document.get_array();
      std::size_t size = 2 + (array.empty() ? 0 : array.size() - 1);
      for (const auto& element : array)
        size += json_size(element);
      return size;
    }
    case boost::json::kind::object: {
      const auto& object = document.get_object();
      std::size_t size = 2 + (object.empty() ? 0 : object.size() - 1);
      for (const auto& member : object)
        size += string_size(member.key()) + 1 + json_size(member.value());
      return size;
    }
  }
  return 0;
}

}  // namespace tocsin::asl
