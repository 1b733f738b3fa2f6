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
  TOCSIN_ASSERT(again && *again == *document && to_json(*again) == written);
  const auto canonical = parse_json(canonical_json(*document));
  TOCSIN_ASSERT(canonical && *canonical == *document);
  const auto pretty = parse_json(pretty_json(*document));
  TOCSIN_ASSERT(pretty && *pretty == *document);
  if (document->is_number()) check_number(text, *document);
  (void)find_path(*document, text);
  (void)integer(*document, "a");
  return 0;
}
