// SPDX-License-Identifier: Apache-2.0
// Predicates from their operands, with the canonical key that makes equal ones equal.
#pragma once

#include "engines/pattern/compiled.hpp"

namespace tocsin::pattern {

/// A bare string: an address literal matches every way to write that address.
Predicate exact_text(const std::string& text);
Predicate plain_text(const std::string& text);
/// A bare number: by value if comparable, else as written.
Predicate exact_number(const std::string& text);
Predicate literal(const std::string& text);
Predicate number_range(NumberKey low, NumberKey high);
Predicate address_range(const AddressRange& range);
Predicate prefix(const std::string& text);
Predicate suffix(const std::string& text);
Predicate equals_ignore_case(const std::string& text);
Predicate prefix_ignore_case(const std::string& text);
Predicate suffix_ignore_case(const std::string& text);
/// Reduced to a text, prefix or suffix where it is no more than that.
Predicate wildcard(Wildcard parsed);
Predicate not_texts(Op op, std::vector<std::string> texts);
Predicate not_numbers(std::vector<NumberKey> numbers);

/// One-sided ranges end at ± half a trillion, as in AWS's matcher.
NumberKey lowest_in_range();
NumberKey highest_in_range();

}  // namespace tocsin::pattern
