// SPDX-License-Identifier: Apache-2.0
// The language's functions; functions.cpp lists them with their names and signatures.
#pragma once

#include "engines/jsonata/function.hpp"

namespace tocsin::jsonata {

// functions_text.cpp
Value function_string(Arguments&);
Value function_substring(Arguments&);
Value function_substring_before(Arguments&);
Value function_substring_after(Arguments&);
Value function_lowercase(Arguments&);
Value function_uppercase(Arguments&);
Value function_length(Arguments&);
Value function_trim(Arguments&);
Value function_pad(Arguments&);
Value function_join(Arguments&);
Value function_base64encode(Arguments&);
Value function_base64decode(Arguments&);
Value function_encode_url_component(Arguments&);
Value function_encode_url(Arguments&);
Value function_decode_url_component(Arguments&);
Value function_decode_url(Arguments&);

// functions_regex.cpp
Value function_contains(Arguments&);
Value function_match(Arguments&);
Value function_replace(Arguments&);
Value function_split(Arguments&);

// functions_numbers.cpp
Value function_sum(Arguments&);
Value function_max(Arguments&);
Value function_min(Arguments&);
Value function_average(Arguments&);
Value function_number(Arguments&);
Value function_abs(Arguments&);
Value function_floor(Arguments&);
Value function_ceil(Arguments&);
Value function_round(Arguments&);
Value function_sqrt(Arguments&);
Value function_power(Arguments&);
Value function_random(Arguments&);
Value function_format_base(Arguments&);
Value function_format_number(Arguments&);
Value function_format_integer(Arguments&);
Value function_parse_integer(Arguments&);

// functions_lists.cpp
Value function_count(Arguments&);
Value function_append(Arguments&);
Value function_exists(Arguments&);
Value function_boolean(Arguments&);
Value function_not(Arguments&);
Value function_type(Arguments&);
Value function_keys(Arguments&);
Value function_lookup(Arguments&);
Value function_spread(Arguments&);
Value function_merge(Arguments&);
Value function_reverse(Arguments&);
Value function_shuffle(Arguments&);
Value function_distinct(Arguments&);
Value function_zip(Arguments&);
Value function_sort(Arguments&);
Value function_map(Arguments&);
Value function_filter(Arguments&);
Value function_single(Arguments&);
Value function_reduce(Arguments&);
Value function_sift(Arguments&);
Value function_each(Arguments&);
Value function_error(Arguments&);
Value function_assert(Arguments&);
Value function_clone(Arguments&);
Value function_eval(Arguments&);

}  // namespace tocsin::jsonata
