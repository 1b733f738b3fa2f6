// SPDX-License-Identifier: Apache-2.0
// Any bytes: rules, a zero byte, a document. Rules that compile end on any document, and judge and
// evaluate agree.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/guard/guard.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zero = text.find('\0');
  const auto rules = tocsin::guard::Rules::compile(text.substr(0, zero), {.extensions = true});
  if (!rules || zero == std::string_view::npos) return 0;
  const auto document = tocsin::parse_json(text.substr(zero + 1));
  if (!document) return 0;
  const tocsin::Object variables{
      {"limit", 5}, {"names", tocsin::Array{"a", "b"}}, {"none", nullptr}};
  const tocsin::guard::Inputs inputs{
      .variables = &variables, .now = 1'700'000'000, .most_steps = 20'000};
  const auto report = rules->evaluate(*document, inputs);
  const auto status = rules->judge(*document, inputs);
  // judge looks at less: it may end well where evaluate found an error, and captures fewer keys.
  const bool captures = text.substr(0, zero).find('|') != std::string_view::npos;
  if (!captures && report && (!status || *status != report->status)) std::abort();
  return 0;
}
