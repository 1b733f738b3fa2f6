// SPDX-License-Identifier: Apache-2.0
// Any bytes: a query, a zero byte, a message. What parses must run without a crash, find the same
// whatever the order of events, and nothing in a message that its hint excludes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engines/insights/insights.hpp"

using namespace tocsin;

namespace {

const insights::Source kSource{"123456789012:/aws/lambda/f", "stream", "id"};

std::vector<insights::Row> rows_of(const insights::Query& query, std::string_view message,
                                   bool backward) {
  insights::Run run(query, {.now = from_ms(1'790'000'000'000)});
  std::string padded(message);
  padded.reserve(padded.size() + insights::kPadding);
  for (int i = 0; i < 2; ++i) {
    const int at = backward ? 1 - i : i;
    const auto added = run.add({.timestamp = 1'790'000'000'000 + at,
                                .ingested = 1,
                                .ordinal = at,
                                .source = &kSource,
                                .message = padded});
    if (!added) return {};
  }
  return run.finish().value_or(std::vector<insights::Row>());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zero = text.find('\0');
  const auto message = zero == std::string_view::npos ? std::string_view() : text.substr(zero + 1);
  const auto query = insights::Query::parse(text.substr(0, zero));
  if (!query) {
    if (!query.error().members.contains("queryCompileError")) std::abort();
    return 0;
  }
  const auto rows = rows_of(*query, message, false);
  if (rows != rows_of(*query, message, true)) std::abort();
  const auto& hint = query->hint();
  const bool excluded = message.find(hint.text) == std::string_view::npos &&
                        !(hint.escaped && message.find('\\') != std::string_view::npos);
  if (excluded && !rows.empty()) std::abort();
  return 0;
}
