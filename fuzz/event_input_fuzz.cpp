// SPDX-License-Identifier: Apache-2.0
// What an EventBridge target receives: a target as JSON, a zero byte, an event as JSON. Only what
// PutTargets lets through gets here: paths begin with $.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "services/events/parts.hpp"

using namespace tocsin;

namespace {

bool accepted(const Document& target) {
  if (!text(target, "InputPath", "$").starts_with('$')) return false;
  const auto* transformer = find(target, "InputTransformer");
  if (!transformer) return true;
  for (const auto& entry : object_of(*transformer, "InputPathsMap")) {
    const auto& path = entry.value();
    if (!path.is_string() || !path.get_string().starts_with('$')) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto zero = input.find('\0');
  if (zero == input.npos) return 0;
  const auto target = parse_json(input.substr(0, zero));
  const auto event = parse_json(input.substr(zero + 1));
  if (!target || !event || !target->is_object() || !event->is_object()) return 0;
  if (!accepted(*target)) return 0;
  const events::Rule rule{.name = "r", .bus = "default"};
  const auto text = events::input_for(target->get_object(), rule, *event, from_ms(0));
  if (!find(*target, "Input") && !find(*target, "InputTransformer")) {
    TOCSIN_ASSERT(parse_json(text));
  }
  return 0;
}
