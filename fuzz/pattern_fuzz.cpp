// SPDX-License-Identifier: Apache-2.0
// Two uses of the input. Up to the first zero byte it is a pattern's text and after it an event's:
// nothing may crash, and a pattern that is accepted is answered alike from a Document and from
// text. And it is the source of choices for patterns and events on which the engine is compared
// with the oracle.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/pattern/oracle.hpp"
#include "engines/pattern/pattern.hpp"
#include "engines/pattern/random_cases.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::pattern;

void require(bool condition) {
  if (!condition) std::abort();
}

void fuzz_texts(std::string_view input) {
  const auto zero = std::min(input.find('\0'), input.size());
  const auto parsed = parse_pattern(input.substr(0, zero));
  if (!parsed || zero == input.size()) return;
  RuleSet rules;
  rules.add(1, *parsed);
  const auto event_text = input.substr(zero + 1);
  const auto found = rules.matches_json(event_text);
  const auto event = parse_json(event_text);
  // Of two members of one name a Document keeps one, the text both: compare what the text may say.
  if (event && event->is_object() && to_json(*event) == event_text) {
    require(found && *found == rules.matches(*event));
  }
}

void fuzz_choices(std::string_view input) {
  std::size_t at = 0;
  RandomCases cases([&](std::size_t n) {
    return at < input.size() ? static_cast<unsigned char>(input[at++]) % n : std::size_t{0};
  });
  const bool arrays = !input.empty() && input.back() % 2 == 0;
  RuleSet rules;
  std::vector<Document> patterns;
  for (RuleId id = 0; id < 3; ++id) {
    patterns.push_back(arrays ? cases.array_pattern() : cases.pattern());
    const auto parsed = parse_pattern(to_json(patterns.back()));
    require(parsed.has_value());
    rules.add(id, *parsed);
  }
  const Document event = arrays ? cases.array_event() : cases.event();
  std::vector<RuleId> expected;
  for (RuleId id = 0; id < 3; ++id) {
    if (oracle::matches(patterns[id], event)) expected.push_back(id);
  }
  require(rules.matches(event) == expected);
  require(rules.matches_json(to_json(event)).value() == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  fuzz_texts(input);
  fuzz_choices(input);
  return 0;
}
