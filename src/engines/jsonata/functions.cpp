// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/functions.hpp"

#include <algorithm>

#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/format.hpp"

namespace tocsin::jsonata {
namespace {

double now_of(Arguments& arguments) {
  return static_cast<double>(to_ms(arguments.evaluator.options().now));
}

std::string_view text_or_empty(const Value& value) {
  return value.is_string() ? std::string_view(value.string()) : std::string_view();
}

Value function_now(Arguments& arguments) {
  return format_time(now_of(arguments), text_or_empty(arguments[0]), text_or_empty(arguments[1]));
}

Value function_millis(Arguments& arguments) {
  return now_of(arguments);
}

Value function_from_millis(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return format_time(arguments[0].number(), text_or_empty(arguments[1]),
                     text_or_empty(arguments[2]));
}

Value function_to_millis(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return parse_time(arguments[0].string(), text_or_empty(arguments[1]), now_of(arguments));
}

/// Sorted by name.
constexpr Builtin kFunctions[] = {
    {"abs", "<n-:n>", 1, function_abs},
    {"append", "<xx:a>", 2, function_append},
    {"assert", "<bs?:x>", 2, function_assert},
    {"average", "<a<n>:n>", 1, function_average},
    {"base64decode", "<s-:s>", 1, function_base64decode},
    {"base64encode", "<s-:s>", 1, function_base64encode},
    {"boolean", "<x-:b>", 1, function_boolean},
    {"ceil", "<n-:n>", 1, function_ceil},
    {"clone", "<(oa)-:o>", 1, function_clone},
    {"contains", "<s-(sf):b>", 2, function_contains},
    {"count", "<a:n>", 1, function_count},
    {"decodeUrl", "<s-:s>", 1, function_decode_url},
    {"decodeUrlComponent", "<s-:s>", 1, function_decode_url_component},
    {"distinct", "<x:x>", 1, function_distinct},
    {"each", "<o-f:a>", 2, function_each},
    {"encodeUrl", "<s-:s>", 1, function_encode_url},
    {"encodeUrlComponent", "<s-:s>", 1, function_encode_url_component},
    {"error", "<s?:x>", 1, function_error},
    {"eval", "<sx?:x>", 2, function_eval},
    {"exists", "<x:b>", 1, function_exists},
    {"filter", "<af>", 2, function_filter},
    {"floor", "<n-:n>", 1, function_floor},
    {"formatBase", "<n-n?:s>", 2, function_format_base},
    {"formatInteger", "<n-s:s>", 2, function_format_integer},
    {"formatNumber", "<n-so?:s>", 3, function_format_number},
    {"fromMillis", "<n-s?s?:s>", 3, function_from_millis},
    {"join", "<a<s>s?:s>", 2, function_join},
    {"keys", "<x-:a<s>>", 1, function_keys},
    {"length", "<s-:n>", 1, function_length},
    {"lookup", "<x-s:x>", 2, function_lookup},
    {"lowercase", "<s-:s>", 1, function_lowercase},
    {"map", "<af>", 2, function_map},
    {"match", "<s-f<s:o>n?:a<o>>", 3, function_match},
    {"max", "<a<n>:n>", 1, function_max},
    {"merge", "<a<o>:o>", 1, function_merge},
    {"millis", "<:n>", 0, function_millis},
    {"min", "<a<n>:n>", 1, function_min},
    {"not", "<x-:b>", 1, function_not},
    {"now", "<s?s?:s>", 2, function_now},
    {"number", "<(nsb)-:n>", 1, function_number},
    {"pad", "<s-ns?:s>", 2, function_pad},
    {"parseInteger", "<s-s:n>", 2, function_parse_integer},
    {"power", "<n-n:n>", 2, function_power},
    {"random", "<:n>", 0, function_random},
    {"reduce", "<afj?:j>", 3, function_reduce},
    {"replace", "<s-(sf)(sf)n?:s>", 4, function_replace},
    {"reverse", "<a:a>", 1, function_reverse},
    {"round", "<n-n?:n>", 2, function_round},
    {"shuffle", "<a:a>", 1, function_shuffle},
    {"sift", "<o-f?:o>", 2, function_sift},
    {"single", "<af?>", 2, function_single},
    {"sort", "<af?:a>", 2, function_sort},
    {"split", "<s-(sf)n?:a<s>>", 3, function_split},
    {"spread", "<x-:a<o>>", 1, function_spread},
    {"sqrt", "<n-:n>", 1, function_sqrt},
    {"string", "<x-b?:s>", 1, function_string},
    {"substring", "<s-nn?:s>", 3, function_substring},
    {"substringAfter", "<s-s:s>", 2, function_substring_after},
    {"substringBefore", "<s-s:s>", 2, function_substring_before},
    {"sum", "<a<n>:n>", 1, function_sum},
    {"toMillis", "<s-s?:n>", 2, function_to_millis},
    {"trim", "<s-:s>", 1, function_trim},
    {"type", "<x:s>", 1, function_type},
    {"uppercase", "<s-:s>", 1, function_uppercase},
    {"zip", "<a+>", 1, function_zip},
};
static_assert(std::ranges::is_sorted(kFunctions, {}, &Builtin::name));

}  // namespace

const Builtin* builtin(std::string_view name) {
  const auto found = std::ranges::lower_bound(kFunctions, name, {}, &Builtin::name);
  return found != std::end(kFunctions) && found->name == name ? found : nullptr;
}

}  // namespace tocsin::jsonata
