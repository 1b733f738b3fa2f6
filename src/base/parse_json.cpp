// SPDX-License-Identifier: Apache-2.0
// Boost.JSON 1.81 reads numbers quickly, but some doubles one unit in the last place off, and 1e999
// as infinity. Its parser is driven here with a handler that reads the text of such numbers itself.
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/document.hpp"

namespace tocsin {
namespace {

using boost::json::string_view;
using boost::system::error_code;

/// The double nearest to `text`, which is a number by JSON's grammar: zero where it is too small
/// for one, infinite where it is too large.
double nearest_double(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  // libstdc++ leaves the value alone in both cases; strtod tells them apart.
  if (read.ec == std::errc::result_out_of_range)
    return std::strtod(std::string(text).c_str(), nullptr);
  return value;
}

/// Builds the Document, as the handler of boost::json::parser does.
struct Builder {
  static constexpr std::size_t max_object_size = Object::max_size();
  static constexpr std::size_t max_array_size = Array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  boost::json::value_stack stack;
  std::string number;  // the parts of one that have come in

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) { return stack.push_object(n), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) { return stack.push_array(n), true; }
  bool on_key_part(string_view s, std::size_t, error_code&) { return stack.push_chars(s), true; }
  bool on_key(string_view s, std::size_t, error_code&) { return stack.push_key(s), true; }
  bool on_string_part(string_view s, std::size_t, error_code&) { return stack.push_chars(s), true; }
  bool on_string(string_view s, std::size_t, error_code&) { return stack.push_string(s), true; }
  bool on_bool(bool b, error_code&) { return stack.push_bool(b), true; }
  bool on_null(error_code&) { return stack.push_null(), true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  bool on_number_part(string_view part, error_code&) { return number += part, true; }
  bool on_int64(std::int64_t value, string_view, error_code&) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, string_view, error_code&) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double, string_view last, error_code& error) {
    number += last;
    const auto value = nearest_double(number);
    number.clear();
    if (!std::isfinite(value)) {
      error = boost::json::error::exponent_overflow;
      return false;
    }
    stack.push_double(value);
    return true;
  }
};

}  // namespace

Result<Document> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 128;
  boost::json::basic_parser<Builder> parser(options);
  error_code error;
  parser.handler().stack.reset();
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  const auto rest = text.substr(std::min(used, text.size()));
  if (!error && rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return fail("SerializationException", fmt::format("unexpected text at byte {}", used));
  }
  if (error) {
    return fail("SerializationException", fmt::format("{} at byte {}", error.message(), used));
  }
  return parser.handler().stack.release();
}

}  // namespace tocsin
