// SPDX-License-Identifier: Apache-2.0
// Range headers.
#include <algorithm>
#include <fmt/format.h>

#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

Failure invalid_range(std::string_view range, std::int64_t size) {
  Error error{"InvalidRange", "The requested range is not satisfiable", 416};
  error.members = {{"RangeRequested", range}, {"ActualObjectSize", size}};
  return fail(std::move(error));
}

}  // namespace

Result<std::optional<Span>> parse_range(std::string_view range, std::int64_t size) {
  const auto given = range;
  constexpr std::string_view unit = "bytes=";
  if (!range.starts_with(unit)) return std::optional<Span>();
  range.remove_prefix(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.contains(',')) return std::optional<Span>();
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::optional<Span>();
    if (*last == 0 || size == 0) return invalid_range(given, size);
    const auto length = std::min(*last, size);
    return std::optional(Span{size - length, length});
  }
  const bool open = dash + 1 == range.size();
  if (!first || (!last && !open) || (last && *last < *first)) return std::optional<Span>();
  if (*first >= size) return invalid_range(given, size);
  const auto end = open ? size : std::min(*last + 1, size);
  return std::optional(Span{*first, end - *first});
}

Result<Span> parse_copy_range(std::string_view range, std::int64_t size) {
  const auto given = range;
  constexpr std::string_view unit = "bytes=";
  const auto malformed = [&] {
    return invalid_argument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
        "and last are the zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", given);
  };
  if (!range.starts_with(unit)) return malformed();
  range.remove_prefix(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return malformed();
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (!first || !last || *last < *first) return malformed();
  if (*last >= size) {
    return invalid_argument(
        fmt::format("Range specified is not valid for source object of size: {}", size),
        "x-amz-copy-source-range", given);
  }
  return Span{*first, *last - *first + 1};
}

}  // namespace tocsin::s3
