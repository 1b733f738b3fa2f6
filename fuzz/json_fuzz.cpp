// SPDX-License-Identifier: Apache-2.0
// parse_json: what it accepts it writes so that it reads the same again, and a second reader
// (simdjson) accepts it too, with the same numbers.
#include <cmath>
#include <cstdint>
#include <simdjson.h>
#include <string_view>

#include "base/assert.hpp"
#include "base/document.hpp"

namespace {

using namespace tocsin;

void check_number(std::string_view text, const Document& document) {
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(text.data(), text.size()).get(element)) return;
  double value = 0;
  if (element.is_number() && !element.get_double().get(value)) {
    TOCSIN_ASSERT(document.is_number() && document.to_number<double>() == value);
  }
}

/// A whole double is written without a point, and comes back as an integer of the same value.
bool same(const Document& left, const Document& right) {
  if (left.is_number() && right.is_number())
    return left.to_number<double>() == right.to_number<double>();
  if (left.is_array() && right.is_array())
    return std::ranges::equal(left.get_array(), right.get_array(), same);
  if (!left.is_object() || !right.is_object()) return left == right;
  return std::ranges::equal(left.get_object(), right.get_object(),
                            [](const auto& one, const auto& other) {
                              return one.key() == other.key() && same(one.value(), other.value());
                            });
}

bool same_members(const Document& left, const Document& right) {
  return canonical_json(left) == canonical_json(right);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = parse_json(text);
  if (!document) {
    TOCSIN_ASSERT(document.error().code == "SerializationException");
    return 0;
  }
  TOCSIN_ASSERT(!document->is_double() || std::isfinite(document->get_double()));
  const auto written = to_json(*document);
  const auto again = parse_json(written);
  TOCSIN_ASSERT(again && same(*again, *document) && to_json(*again) == written);
  const auto canonical = parse_json(canonical_json(*document));
  TOCSIN_ASSERT(canonical && same_members(*canonical, *document));
  const auto pretty = parse_json(pretty_json(*document));
  TOCSIN_ASSERT(pretty && same(*pretty, *document));
  if (document->is_number()) check_number(text, *document);
  (void)find_path(*document, text);
  (void)integer(*document, "a");
  return 0;
}
