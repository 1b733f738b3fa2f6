// SPDX-License-Identifier: Apache-2.0
// A pattern after validation: branches (`$or` multiplied out), each a conjunction of fields, each a
// disjunction of predicates on the leaves at one path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/pattern/address.hpp"
#include "engines/pattern/caseless.hpp"
#include "engines/pattern/number.hpp"
#include "engines/pattern/value.hpp"
#include "engines/pattern/wildcard.hpp"

namespace tocsin::pattern {

enum class Op : std::uint8_t {
  Text,     // a string, exactly
  Literal,  // null, true, false, or a number that compares only as written
  Number,   // low <= number <= high, as keys
  Address,  // a string that is an address in the range
  Prefix,
  Suffix,
  EqualsIgnoreCase,
  PrefixIgnoreCase,
  SuffixIgnoreCase,
  Wildcard,
  Exists,   // any leaf
  NotText,  // anything but: any leaf except …
  NotNumber,
  NotPrefix,
  NotSuffix,
  NotIgnoreCase,
  NotWildcard,
};

/// What one leaf must be like. `key` is the canonical operand: two predicates are the same if `op`
/// and `key` are.
struct Predicate {
  Op op = Op::Exists;
  std::string key;
  NumberKey low = 0;
  NumberKey high = 0;
  AddressRange addresses = {};
  std::vector<std::string> texts = {};      // sorted, for the Not… operators
  std::vector<NumberKey> numbers = {};      // sorted
  std::vector<CaselessText> caseless = {};  // one, or several for NotIgnoreCase
  std::vector<Wildcard> wildcards = {};     // one, or several for NotWildcard

  bool matches(const Value& value) const;
};

/// One of the predicates holds for some leaf, or (`absent`) there is no leaf.
struct Condition {
  std::vector<Predicate> any;
  bool absent = false;
  /// Two conditions with equal keys are the same.
  std::string key() const;
};

struct Field {
  std::string path;
  std::shared_ptr<const Condition> condition;
};

/// All of these, from one consistent choice of array elements. Sorted by path.
using Branch = std::vector<Field>;

struct Compiled {
  std::vector<Branch> branches;
};

}  // namespace tocsin::pattern
